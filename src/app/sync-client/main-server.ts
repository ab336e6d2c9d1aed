/**
 * A small main server for one process: the sealed gate in front of the server in memory. For trying a client on one machine, and for tests; what it was
 * told is gone when it ends.
 */
import { err, ok, type Result } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";
import { MemoryMainServer } from "../../adapters/memory/main-server.ts";
import { NodeClock } from "../../adapters/node/clock.ts";
import { productionCrypto } from "../../adapters/node/crypto.ts";
import { sharedIdentity } from "../../adapters/node/shared-identity.ts";
import { nodeWaking } from "../../adapters/node/waking.ts";
import { SEALED_GATE_LIMITS, SealedGate } from "../../adapters/websocket/sealed-gate.ts";
import { SUITES } from "../../core/sync/crypto.ts";
import { type SealingLimits, sealingLimits } from "../../core/sync/limits.ts";

/** How a small main server is begun. */
export type MainServerOptions = {
  /** The conf's encryption_key, as 64 hexadecimal digits: every host that holds it may come. */
  readonly key: string;
  /** Of this machine; 0 takes any free one. */
  readonly port?: number;
  readonly server?: MemoryMainServer;
  readonly sealing?: SealingLimits;
};

/** A main server that runs. */
export type RunningMainServer = {
  readonly server: MemoryMainServer;
  readonly gate: SealedGate;
  readonly endpoint: string;
  close(): Promise<void>;
};

/** Begins a main server on the loopback address. Rejects with the system's error when the port is taken. */
export async function openMainServer(options: MainServerOptions): Promise<Result<RunningMainServer, "key_invalid">> {
  if (!/^[0-9a-f]{64}$/.test(options.key)) return err("key_invalid");
  const key = new Secret(options.key);
  const made = productionCrypto();
  if (!made.ok) throw new Error(made.error.reason);
  const crypto = made.value;
  const server = options.server ?? new MemoryMainServer();
  const gate = await SealedGate.open({
    address: "127.0.0.1",
    port: options.port ?? 0,
    crypto,
    self: sharedIdentity(crypto, key, "main_server"),
    publicHalfOf: (host) => {
      const { secret, public: half } = sharedIdentity(crypto, key, host);
      crypto.forget(secret);
      return half;
    },
    suites: [SUITES.A256CBC_HS512],
    sealing: options.sealing ?? sealingLimits(),
    limits: SEALED_GATE_LIMITS,
    waking: nodeWaking(new NodeClock()),
    serve: (host, ask, answer) => answer(server.apply(host, ask)),
  });
  return ok({ server, gate, endpoint: `http://127.0.0.1:${gate.port}/p2p-sync`, close: () => gate.close() });
}
