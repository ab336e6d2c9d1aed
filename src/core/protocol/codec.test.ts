import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, FRAME_CHARS_MAX, wireComplaintText } from "./codec.ts";
import { hostActor, playerActor } from "./ids.ts";

const BOUNDS = { maps: 3, regions: 2 };

/** What is said of a text that is no frame. */
function complaint(value: unknown): string {
  const read = decodeFrame(typeof value === "string" ? value : JSON.stringify(value), BOUNDS);
  return read.ok ? "no complaint" : wireComplaintText(read.error);
}

const framed = (message: unknown): unknown => ({ frame: "message", peer: 0, message });
const enter = { kind: "play/enter", player: 7, region: 1, map: 2 };
const stats = {
  cpu_ghz: 3,
  cpu_cores: 8,
  free_ram_mb: 1,
  network_speed_mbps: 1,
  latency_ms: 1,
  disconnects_per_hour: 0,
  jitter_ms: null,
  packet_rate: null,
  frame_time_ms: null,
};
const profile = { host: 5, kind: "player", region: 0, upload_kbps: 1, uptime_s: 1, slots: 0, stats, regional_latency_ms: [null, 2] };
const hello = (over: object, holds: unknown = []): unknown => framed({ kind: "host/hello", profile: { ...profile, ...over }, holds });

describe("decodeFrame", () => {
  it("reads greetings and heartbeats", () => {
    for (const frame of [{ frame: "hello", version: 1, actor: hostActor(5) } as const, { frame: "beat" } as const])
      expect(decodeFrame(encodeFrame(frame), BOUNDS)).toEqual({ ok: true, value: frame });
  });

  it("reads a region that was never measured as NaN", () => {
    expect(decodeFrame(JSON.stringify(hello({})), BOUNDS)).toMatchObject({
      value: { message: { profile: { regional_latency_ms: [Number.NaN, 2] } } },
    });
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{", '$: expected JSON, found "{"'],
    ["another value", [1], "$: expected an object, found a list"],
    ["no tag", {}, "$.frame: expected hello, beat or message, found nothing"],
    ["a tag that every object has", { frame: "constructor" }, '$.frame: expected hello, beat or message, found "constructor"'],
    ["a beat with more to say", { frame: "beat", host: 1 }, "$.host: is not a field that is known here"],
    ["a message of no kind", framed({ kind: "play/cheat" }), '$.message.kind: expected the kind of a message, found "play/cheat"'],
    ["no message", { frame: "message", peer: 0 }, "$.message: expected an object, found nothing"],
    ["nobody's address", { frame: "message", peer: 4, message: enter }, "$.peer: expected an actor's address, found 4"],
    ["a missing field", framed({ ...enter, player: undefined }), "$.message.player: expected an account id, found nothing"],
    ["a fraction", framed({ ...enter, player: 1.5 }), "$.message.player: expected an account id, found 1.5"],
    ["below zero", framed({ ...enter, player: -1 }), "$.message.player: expected an account id, found -1"],
    ["a number as text", framed({ ...enter, player: "7" }), '$.message.player: expected an account id, found "7"'],
    ["a map beyond the last", framed({ ...enter, map: 3 }), "$.message.map: expected a map from 0 to 2, found 3"],
    ["a region beyond the last", framed({ ...enter, region: 2 }), "$.message.region: expected a region from 0 to 1, found 2"],
    [
      "an epoch past counting",
      framed({ kind: "play/joined", map: 0, epoch: 1e16, taken: 0 }),
      "$.message.epoch: expected an epoch, found 10000000000000000",
    ],
    [
      "a reason nobody gives",
      framed({ kind: "play/refused", map: 0, reason: "toString" }),
      '$.message.reason: expected a reason for a refusal, found "toString"',
    ],
    [
      "deep inside",
      hello({ stats: { ...stats, latency_ms: -3 } }),
      "$.message.profile.stats.latency_ms: expected a number from 0 to 1e12, found -3",
    ],
    [
      "a list's item",
      hello({}, [{ map: 0, epoch: 1, frozen: true }, { map: 1 }]),
      "$.message.holds[1].epoch: expected an epoch, found nothing",
    ],
    [
      "more regions than there are",
      hello({ regional_latency_ms: [1, 2, 3] }),
      "$.message.profile.regional_latency_ms: expected at most 2 items, found 3",
    ],
    [
      "more holdings than maps",
      hello({}, Array(4).fill({ map: 0, epoch: 1, frozen: false })),
      "$.message.holds: expected at most 3 items, found 4",
    ],
  ])("complains about %s, with its place", (_, value, text) => {
    expect(complaint(value)).toBe(text);
  });

  it("takes no field that arrives by the name of a prototype", () => {
    const text = `{"frame":"message","peer":0,"message":{"kind":"play/leave","__proto__":{"player":7}}}`;
    expect(complaint(text)).toBe("$.message.__proto__: is not a field that is known here");
  });

  it("repeats little of what it refuses, however long", () => {
    const long = "x".repeat(5000);
    for (const text of [complaint(framed({ ...enter, [long]: 1 })), complaint(framed({ ...enter, player: long })), complaint(long)])
      expect(text.length).toBeLessThan(140);
  });

  it("refuses a text above the size limit before it reads it", () => {
    const padded = (length: number): string => `{"frame":"beat"}`.padEnd(length);
    expect(decodeFrame(padded(FRAME_CHARS_MAX), BOUNDS).ok).toBe(true);
    expect(complaint(padded(FRAME_CHARS_MAX + 1))).toBe("$: expected at most 2097152 characters, found 2097153");
  });

  it("gives playerActor and hostActor back as they are", () => {
    for (const actor of [hostActor(281_474_976_710_655), playerActor(281_474_976_710_655)])
      expect(decodeFrame(encodeFrame({ frame: "hello", version: 1, actor }), BOUNDS)).toMatchObject({ ok: true, value: { actor } });
  });
});
