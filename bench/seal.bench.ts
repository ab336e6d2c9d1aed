/**
 * Sealed envelopes against OpenSSL's own cipher and HMAC over the same bytes, called straight through node:crypto by somebody who needs neither
 * sequence nor window: what the envelope costs on top of its ciphers. Both sides take turns in one process.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { productionCrypto } from "../src/adapters/node/crypto.ts";
import type { Result } from "../src/base/result.ts";
import { legacyEnvelope } from "../src/compat/legacy-envelope.ts";
import { type CryptoPort, type Suite, SUITES } from "../src/core/sync/crypto.ts";
import { Initiator, Responder } from "../src/core/sync/handshake.ts";
import { sealingLimits } from "../src/core/sync/limits.ts";
import type { Session } from "../src/core/sync/session.ts";
import type { BenchPlan, BenchReport, BenchRow, Detail } from "./lib/rows.ts";
import { rowOf } from "./lib/rows.ts";
import { median, ratiosOf } from "./lib/statistics.ts";

const NS_PER_US = 1_000;
const LARGEST = 65_536;
const HEADER = new Uint8Array(48).fill(7);
const NAMES: Readonly<Record<Suite, string>> = { [SUITES.A256CBC_HS512]: "cbc-hs512", [SUITES.A256GCM]: "gcm" };
const SUITE_LIST: readonly Suite[] = [SUITES.A256CBC_HS512, SUITES.A256GCM];
/** Messages of a tick, and their bytes, for the worth of framing. */
const TICK = { messages: 128, bytes: 200 };

type Sizes = { readonly sizes: readonly number[]; readonly rounds: number; readonly bytesARound: number; readonly callsMax: number };
const FULL: Sizes = { sizes: [200, 2_048, LARGEST], rounds: 41, bytesARound: 4_000_000, callsMax: 1_500 };
const SMOKE: Sizes = { sizes: [200, LARGEST], rounds: 1, bytesARound: 200_000, callsMax: 20 };

/** Seals and opens one message. */
type Once = (plain: Uint8Array) => void;

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`seal bench: refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The two ends of a session over the port of production. */
function sessions(port: CryptoPort, suite: Suite): { readonly ours: Session; readonly theirs: Session } {
  const [us, them] = [port.pair(), port.pair()];
  const limits = sealingLimits();
  const initiator = must(Initiator.begin(port, us, them.public, { suite, host: 1, epoch: 1, stamp: 1 }));
  const responder = new Responder(port, them, () => us.public, SUITE_LIST);
  const { session: theirs, answer } = must(responder.accept(0, initiator.message, limits));
  return { ours: must(initiator.finish(0, answer, limits)), theirs };
}

function envelopes({ ours, theirs }: { readonly ours: Session; readonly theirs: Session }): Once {
  return (plain) => {
    const [envelope] = must(ours.seal(0, [plain]));
    const [message] = must(theirs.open(0, envelope!));
    if (message!.length !== plain.length) throw new Error("seal bench: a message came back with another length");
  };
}

/** The peer for A256CBC-HS512: encrypt, MAC; MAC, compare, decrypt. Nothing is put together, copied, drawn or looked up. */
function plainCbc(): Once {
  const [mac, cipherKey] = [createSecretKey(new Uint8Array(32).fill(1)), createSecretKey(new Uint8Array(32).fill(2))];
  const iv = new Uint8Array(16).fill(3);
  const al = new Uint8Array(8).fill(4);
  const tagOf = (body: Uint8Array, last: Uint8Array): Buffer =>
    createHmac("sha512", mac).update(HEADER).update(iv).update(body).update(last).update(al).digest();
  return (plain) => {
    const cipher = createCipheriv("aes-256-cbc", cipherKey, iv);
    const body = cipher.update(plain);
    const last = cipher.final();
    const tag = tagOf(body, last);
    if (!timingSafeEqual(tagOf(body, last), tag)) throw new Error("seal bench: the peer's tags differ");
    const decipher = createDecipheriv("aes-256-cbc", cipherKey, iv);
    const length = decipher.update(body).length + decipher.update(last).length + decipher.final().length;
    if (length !== plain.length) throw new Error("seal bench: the peer's message came back with another length");
  };
}

/** The peer for A256GCM. */
function plainGcm(): Once {
  const key = createSecretKey(new Uint8Array(32).fill(2));
  const iv = new Uint8Array(12).fill(3);
  return (plain) => {
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: 16 }).setAAD(HEADER);
    const body = cipher.update(plain);
    cipher.final();
    const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: 16 }).setAAD(HEADER).setAuthTag(cipher.getAuthTag());
    const length = decipher.update(body).length + decipher.final().length;
    if (length !== plain.length) throw new Error("seal bench: the peer's message came back with another length");
  };
}

/** Nanoseconds of one call. */
function time(calls: number, once: () => void): number {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) once();
  return Number(process.hrtime.bigint() - begun) / calls;
}

/** Nanoseconds of one call of each side, round by round; the order changes each round. */
function inTurns(rounds: number, calls: number, sides: readonly (() => void)[]): number[][] {
  const times: number[][] = sides.map(() => []);
  for (const side of sides) time(Math.max(1, calls >> 1), side);
  for (let round = 0; round < rounds; round++) {
    const order = sides.map((_, i) => (round % 2 === 0 ? i : sides.length - 1 - i));
    for (const i of order) times[i]!.push(time(calls, sides[i]!));
  }
  return times;
}

type Part = { readonly rows: BenchRow[]; readonly items: Detail["items"][number][] };

function measureSuite(sizes: Sizes, smoke: boolean, port: CryptoPort, suite: Suite): Part {
  const ours = envelopes(sessions(port, suite));
  const theirs = suite === SUITES.A256GCM ? plainGcm() : plainCbc();
  const part: Part = { rows: [], items: [] };
  for (const size of sizes.sizes) {
    const plain = new Uint8Array(size).fill(5);
    const calls = Math.min(sizes.callsMax, Math.ceil(sizes.bytesARound / size));
    const [our, their] = inTurns(sizes.rounds, calls, [() => ours(plain), () => theirs(plain)]) as [number[], number[]];
    // GCM alone is so quick that the one copy into the envelope, which node asks for, is a good part of it.
    const aim = size === LARGEST && suite === SUITES.A256CBC_HS512 && !smoke ? { least: 0.9 } : null;
    const what = `seal and open ${size} B with ${NAMES[suite]}: times as quick as its ciphers alone`;
    part.rows.push(rowOf(`seal/${NAMES[suite]}/${size}`, what, "x", ratiosOf(their, our), aim));
    const name = `${NAMES[suite]}, ${size} B`;
    part.items.push({ name: `${name}: sealed and opened`, value: median(our) / NS_PER_US, unit: "us" });
    part.items.push({ name: `${name}: on top of its ciphers`, value: (median(our) - median(their)) / NS_PER_US, unit: "us" });
  }
  return part;
}

/** Messages of one tick in one envelope, against each in its own. */
function measureFraming(sizes: Sizes, port: CryptoPort): Part {
  const { ours, theirs } = sessions(port, SUITES.A256CBC_HS512);
  const tick = Array.from({ length: TICK.messages }, () => new Uint8Array(TICK.bytes));
  const together = (): void => must(ours.seal(0, tick)).forEach((envelope) => void must(theirs.open(0, envelope)));
  const apart = (): void =>
    tick.forEach((message) => must(ours.seal(0, [message])).forEach((envelope) => void must(theirs.open(0, envelope))));
  const calls = Math.max(2, Math.ceil(sizes.callsMax / TICK.messages));
  const [framed, single] = inTurns(sizes.rounds, calls, [together, apart]) as [number[], number[]];
  const what = `${TICK.messages} messages of ${TICK.bytes} B in one envelope: times as quick as each in its own`;
  return {
    rows: [rowOf("seal/framing", what, "x", ratiosOf(single, framed), null)],
    items: [{ name: "a message of a tick, framed", value: median(framed) / TICK.messages / NS_PER_US, unit: "us" }],
  };
}

/** What the seed's own envelope takes, which proves nothing. */
function measureLegacy(sizes: Sizes): Detail["items"][number] {
  const legacy = must(legacyEnvelope(Buffer.alloc(32, 9).toString("base64"), "legacy_unauthenticated"));
  const [iv, plain] = [new Uint8Array(16).fill(3), new Uint8Array(2_048)];
  const [took] = inTurns(sizes.rounds, Math.min(sizes.callsMax, 2_000), [() => void must(legacy.open(legacy.seal(iv, plain)!))]);
  return { name: "the seed's bare envelope, 2048 B", value: median(took!) / NS_PER_US, unit: "us" };
}

/** Measures sealing against its own ciphers. */
export async function sealBench({ smoke, log }: BenchPlan): Promise<BenchReport> {
  const sizes = smoke ? SMOKE : FULL;
  const port = must(productionCrypto());
  const parts: Part[] = [];
  for (const suite of SUITE_LIST) {
    log(`sealing with ${NAMES[suite]}`);
    parts.push(measureSuite(sizes, smoke, port, suite));
  }
  parts.push(measureFraming(sizes, port));
  const items = [...parts.flatMap((part) => part.items), measureLegacy(sizes)];
  return { rows: parts.flatMap((part) => part.rows), details: [{ title: "Sealing and opening one message", items }], absent: [] };
}
