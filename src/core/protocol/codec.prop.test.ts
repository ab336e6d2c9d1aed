import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, type Frame, FRAME_CHARS_MAX, type WireBounds } from "./codec.ts";
import type { HostProfile, HostStats } from "./host-stats.ts";
import { actorKind, actorNumber, COORDINATOR, hostActor, playerActor } from "./ids.ts";
import { decodeMessage, encodeMessage, MESSAGE_BYTES_WHOLE_MAX } from "./message-bytes.ts";
import type { Message } from "./messages.ts";
import { mayPass } from "./passage.ts";
import type { RefusalReason } from "./refusal.ts";

/** What both ends of the tests' lines know. */
const BOUNDS: WireBounds = { maps: 40, regions: 3 };

type OfKind<K extends Message["kind"]> = Extract<Message, { readonly kind: K }>;
type Parts<K extends Message["kind"]> = { readonly [F in keyof Omit<OfKind<K>, "kind">]: fc.Arbitrary<OfKind<K>[F]> };

/** Whole numbers of many sizes: most are small, some are as large as they may be. */
const upTo = (max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max: 1000 }),
    fc.constantFrom(0, max),
    fc.maxSafeNat().map((n) => n % max),
  );
const account = upTo(281_474_976_710_655);
const epoch = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, 1_099_511_627_777, Number.MAX_SAFE_INTEGER));
const count = upTo(Number.MAX_SAFE_INTEGER);
const map = fc.integer({ min: 0, max: BOUNDS.maps - 1 });
const region = fc.integer({ min: 0, max: BOUNDS.regions - 1 });
// JSON writes -0 as 0; no figure of a machine tells them apart.
const figure = fc.double({ min: 0, max: 1e12, noNaN: true }).map((x) => x + 0);
const orNull = fc.option(figure, { nil: null });
const regional = fc.array(fc.oneof(figure, fc.constant(Number.NaN)), { maxLength: BOUNDS.regions });
const hosts = fc.array(account, { maxLength: 5 });
const hash = fc.integer({ min: 0, max: 0xffff_ffff }).map((n) => n.toString(16).padStart(16, "0"));
const piece = fc.uint8Array({ maxLength: 40 });
const image = fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null });
const refusedInputs = fc.array(fc.record({ seq: count, reason: fc.constantFrom("too_far", "busy") }), { maxLength: 3 });
const reason = fc.constantFrom<RefusalReason>("stale_epoch", "not_owner", "map_full", "inbox_full", "message_invalid", "storm_hold");
const stats: fc.Arbitrary<HostStats> = fc.record({
  cpu_ghz: figure,
  cpu_cores: figure,
  free_ram_mb: figure,
  network_speed_mbps: figure,
  latency_ms: figure,
  disconnects_per_hour: figure,
  jitter_ms: orNull,
  packet_rate: orNull,
  frame_time_ms: orNull,
});
const profile: fc.Arbitrary<HostProfile> = fc.record({
  host: account,
  kind: fc.constantFrom("player" as const, "vps" as const),
  region,
  upload_kbps: figure,
  uptime_s: figure,
  slots: fc.integer({ min: 0, max: 1_000_000 }),
  stats,
  regional_latency_ms: regional,
});

const PARTS: { readonly [K in Message["kind"]]: Parts<K> } = {
  "host/hello": { profile, holds: fc.array(fc.record({ map, epoch, frozen: fc.boolean() }), { maxLength: BOUNDS.maps }) },
  "host/metrics": { host: account, stats, regional_latency_ms: regional },
  "host/leaving": { host: account },
  "hosting/prepared": { host: account, map, epoch, move: count },
  "hosting/refused": { host: account, map, epoch, reason },
  "hosting/copied": { host: account, map, epoch, move: count },
  "hosting/frozen": { host: account, map, epoch, move: count, hash },
  "hosting/ready": { host: account, map, epoch, move: count, hash },
  "hosting/active": { host: account, map, epoch },
  "hosting/warm": { host: account, map, epoch },
  "hosting/probed": { host: account, suspect: account, alive: fc.boolean() },
  "host/welcome": { metricsIntervalS: figure },
  "host/introduce": {},
  "host/goodbye": {},
  "hosting/prepare": { map, epoch, move: count, from: account },
  "hosting/precopy": { map, epoch, move: count, to: account, bytes: count, dirtyBytesS: figure, roundMs: figure },
  "hosting/freeze": { map, epoch, move: count, to: account },
  "hosting/resume": { map, epoch },
  "hosting/promote": { map, epoch, loadUs: figure, bytes: count, hash: fc.option(hash, { nil: null }) },
  "hosting/release": { map, epoch },
  "hosting/replicate": { map, epoch, to: hosts, bytes: count, intervalMs: figure },
  "hosting/probe": { suspect: account, withinMs: figure },
  "state/copy": { map, epoch, move: count, from: account, round: count, bytes: count, data: image },
  "state/copied": { map, epoch, move: count, round: count },
  "state/final": { map, epoch, move: count, from: account, bytes: count, hash, data: image },
  "state/replica": { map, epoch, from: account, seq: count, bytes: count, data: image },
  "state/held": { map, epoch, seq: count },
  "state/lost": { map, epoch, seq: count },
  "probe/ping": { from: account },
  "probe/pong": { from: account },
  "play/enter": { player: account, region, map },
  "play/resume": { player: account, region, map, epoch },
  "play/leave": { player: account },
  "play/assigned": { map, host: account, epoch },
  "play/redirect": { map, host: account, epoch },
  "play/refused": { map, reason },
  "play/join": { player: account, map, epoch, next: count },
  "play/joined": { map, epoch, taken: count },
  "play/turned-away": { map, epoch, reason },
  "play/input": { player: account, map, epoch, seq: count, after: count, data: piece },
  "play/news": { map, epoch, taken: count, refused: refusedInputs, news: fc.array(piece, { maxLength: 3 }) },
  "play/hold": { map, epoch },
  "play/exit": { player: account, map, epoch },
  "play/exited": { map, epoch, taken: fc.oneof(count, fc.constant(-1)) },
  "validation/verdict": { host: account, valid: fc.boolean() },
};

/** Every kind of message there is. */
const KINDS = Object.keys(PARTS) as Message["kind"][];

/** Any message of one kind, within {@link BOUNDS}. */
function anyOfKind(kind: Message["kind"]): fc.Arbitrary<Message> {
  return fc.record({ kind: fc.constant(kind), ...PARTS[kind] }) as unknown as fc.Arbitrary<Message>;
}

/** Any message of any kind. */
const anyMessage = fc.constantFrom(...KINDS).chain(anyOfKind);

const peer = fc.oneof(fc.constant(0), fc.nat().map(hostActor), fc.nat().map(playerActor), fc.constant(hostActor(281_474_976_710_655)));

/** Replaces, removes or adds something at a random place of a JSON value. */
function damaged(value: unknown, pick: () => number, junk: unknown): unknown {
  if (typeof value !== "object" || value === null) return junk;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  const names = Object.keys(copy);
  const at = names[pick() % Math.max(1, names.length)];
  if (at === undefined || pick() % 6 === 0) copy[["extra", "kind", "constructor", "0"][pick() % 4] as string] = junk;
  else if (pick() % 4 === 0) delete copy[at];
  else copy[at] = pick() % 3 === 0 ? junk : damaged(copy[at], pick, junk);
  return copy;
}

describe("frames", () => {
  it.each(KINDS)("%s arrives as it was sent", (kind) => {
    const check = (to: number, message: Frame & { frame: "message" }): void => {
      expect(decodeFrame(encodeFrame(message), BOUNDS), String(to)).toEqual({ ok: true, value: message });
    };
    fc.assert(
      fc.property(peer, anyOfKind(kind), (to, message) => check(to, { frame: "message", peer: to, message })),
      { numRuns: 60 },
    );
  });

  it("damaged ones are refused with a place, or are frames that arrive as they are", () => {
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(peer, anyMessage, fc.oneof(fc.jsonValue(), fc.nat(50)), fc.infiniteStream(fc.nat()), (to, message, junk, stream) => {
        const pick = (): number => stream.next().value as number;
        const text = JSON.stringify(damaged(JSON.parse(encodeFrame({ frame: "message", peer: to, message })), pick, junk));
        const read = decodeFrame(text, BOUNDS);
        if (read.ok) {
          taken += 1;
          expect(decodeFrame(encodeFrame(read.value), BOUNDS)).toEqual(read);
        } else {
          refused += 1;
          expect(read.error.path).toMatch(/^\$/);
          expect(read.error.message.length).toBeLessThan(200);
        }
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
    expect(taken).toBeGreaterThan(10);
  });

  it("any text and any JSON is answered, never thrown at", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.json(),
      fc.json().map((t) => `{"frame":"message","peer":0,"message":${t}}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const read = decodeFrame(text, BOUNDS);
        expect(read.ok ? "" : read.error.path).toMatch(read.ok ? /^$/ : /^\$/);
      }),
      { numRuns: 3000 },
    );
  });

  it("deep nesting within the size limit is answered like any other text", () => {
    for (const open of ["[", '{"message":', '{"frame":"message","peer":0,"message":']) {
      const text = open.repeat(Math.floor(FRAME_CHARS_MAX / open.length));
      expect(decodeFrame(text, BOUNDS).ok).toBe(false);
    }
    const depth = 400_000;
    expect(decodeFrame("[".repeat(depth) + "]".repeat(depth), BOUNDS)).toMatchObject({ ok: false, error: { path: "$" } });
  });
});

describe("mayPass", () => {
  it("passes each kind on one way at most, whoever sends it", () => {
    const ends = [COORDINATOR, hostActor(5), playerActor(9)];
    fc.assert(
      fc.property(anyMessage, (message) => {
        const ways = ends.flatMap((from) => ends.flatMap((to) => (mayPass(from, to, message) ? [[from, to]] : [])));
        expect(ways.length).toBeLessThanOrEqual(1);
        for (const [from] of ways as number[][]) {
          const named = { ...message, ...("profile" in message ? message.profile : {}) } as { host?: number; player?: number };
          if (actorKind(from as number) === "player" && named.player !== undefined) expect(named.player).toBe(actorNumber(from as number));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("messages as bytes", () => {
  it.each(KINDS)("%s arrives as it was sent, within the bounds of the other codec", (kind) => {
    fc.assert(
      fc.property(anyOfKind(kind), (message) => {
        const read = decodeMessage(encodeMessage(message), BOUNDS);
        expect(read).toEqual(message);
        expect(decodeFrame(encodeFrame({ frame: "message", peer: 0, message: read! }), BOUNDS).ok).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("any bytes are refused or become a message that the other codec takes too; nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(KINDS.length), (bytes, kind) => {
        bytes.set([1, kind].slice(0, bytes.length));
        const read = decodeMessage(bytes, BOUNDS);
        if (read === null) return;
        expect(decodeFrame(encodeFrame({ frame: "message", peer: 0, message: read }), BOUNDS).ok).toBe(true);
        expect(decodeMessage(encodeMessage(read), BOUNDS)).toEqual(read);
      }),
      { numRuns: 5_000 },
    );
  });

  it("a changed, cut or longer form is refused or is another message in full", () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(), fc.nat(255), (message, place, byte) => {
        const bytes = encodeMessage(message);
        const changed = bytes.map((each, i) => (i === place % bytes.length ? byte : each));
        const read = decodeMessage(changed, BOUNDS);
        if (read !== null) expect(decodeMessage(encodeMessage(read), BOUNDS)).toEqual(read);
        for (const length of [0, 1, place % bytes.length]) expect(decodeMessage(bytes.subarray(0, length), BOUNDS)).toBeNull();
        expect(decodeMessage(new Uint8Array([...bytes, 0]), BOUNDS)).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  it("refuses what is out of bounds, of another version, or written in another form than its own", () => {
    const good = encodeMessage({ kind: "hosting/release", map: 39, epoch: 7 });
    expect(decodeMessage(good, BOUNDS)).toEqual({ kind: "hosting/release", map: 39, epoch: 7 });
    expect(decodeMessage(good, { ...BOUNDS, maps: 39 })).toBeNull();
    expect(decodeMessage(new Uint8Array([2, ...good.subarray(1)]), BOUNDS)).toBeNull();
    expect(decodeMessage(new Uint8Array([...good.subarray(0, 3), 0x87, 0]), BOUNDS)).toBeNull();
    const figures = encodeMessage({ kind: "host/welcome", metricsIntervalS: -1 });
    expect(decodeMessage(figures, BOUNDS)).toBeNull();
    expect(decodeMessage(encodeMessage({ kind: "host/welcome", metricsIntervalS: Number.POSITIVE_INFINITY }), BOUNDS)).toBeNull();
    expect(decodeMessage(new Uint8Array(MESSAGE_BYTES_WHOLE_MAX + 1), BOUNDS)).toBeNull();
  });

  it("is small: an order takes some ten bytes, an input a few more than what it says", () => {
    const epoch = 1_099_511_627_777;
    expect(encodeMessage({ kind: "hosting/active", host: 1_000_123, map: 30, epoch })).toHaveLength(12);
    expect(encodeMessage({ kind: "play/input", player: 70, map: 30, epoch, seq: 99, after: 98, data: new Uint8Array(20) })).toHaveLength(
      33,
    );
  });
});
