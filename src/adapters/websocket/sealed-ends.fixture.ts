/** A main server's gate and lines to it, on the loopback address. */
import { Secret } from "../../base/secret.ts";
import { NodeClock } from "../node/clock.ts";
import { productionCrypto } from "../node/crypto.ts";
import { sharedIdentity } from "../node/shared-identity.ts";
import { nodeWaking } from "../node/waking.ts";
import { ASKING_HOST } from "../contract/main-server.fixture.ts";
import { given } from "../contract/two-ends.fixture.ts";
import type { MemoryMainServer } from "../memory/main-server.ts";
import { SUITES } from "../../core/sync/crypto.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import { type GateRefusal, SEALED_GATE_LIMITS, SealedGate, type SealedGateOptions } from "./sealed-gate.ts";
import { SealedLine } from "./sealed-line.ts";
import { SEALED_LINE_LIMITS, type SealedLineOptions } from "./sealed-options.ts";

/** Of both ends. */
export const KEY = new Secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
/** Of somebody else. */
export const OTHER_KEY = new Secret("ff".repeat(16) + "0123456789abcdef".repeat(2));

/** The system's ciphers, and a clock. */
export const crypto = given(productionCrypto());
/** See {@link crypto}. */
export const waking = nodeWaking(new NodeClock());

/** A gate in front of a server. */
export async function gateFor(
  server: MemoryMainServer,
  change: Partial<SealedGateOptions> = {},
): Promise<{ readonly gate: SealedGate; readonly refusals: GateRefusal[] }> {
  const refusals: GateRefusal[] = [];
  const gate = await SealedGate.open({
    address: "127.0.0.1",
    port: 0,
    crypto,
    self: sharedIdentity(crypto, KEY, "main_server"),
    publicHalfOf: (host) => sharedIdentity(crypto, KEY, host).public,
    suites: [SUITES.A256CBC_HS512],
    sealing: sealingLimits(),
    limits: SEALED_GATE_LIMITS,
    waking,
    serve: (host, ask, answer) => answer(server.apply(host, ask)),
    refused: (reason) => void refusals.push(reason),
    ...change,
  });
  return { gate, refusals };
}

/** A line to a port of this machine. */
export function lineTo(port: number, change: Partial<SealedLineOptions> = {}, key = KEY): SealedLine {
  return new SealedLine({
    url: new Secret(`ws://127.0.0.1:${port}/p2p-sync`),
    crypto,
    host: ASKING_HOST,
    self: sharedIdentity(crypto, key, ASKING_HOST),
    mainServer: sharedIdentity(crypto, key, "main_server").public,
    suite: SUITES.A256CBC_HS512,
    sealing: sealingLimits(),
    limits: { ...SEALED_LINE_LIMITS, retryMs: 10, retryMaxMs: 40 },
    waking,
    stamp: () => Date.now() * 1_000,
    ...change,
  });
}

/** Waits for something that comes to be true by itself; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
