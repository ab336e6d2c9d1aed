import { describe, expect, it } from "vitest";
import { HEADER_BYTES, writeHeader } from "../../src/core/sync/header.ts";
import { hexOf, privateHalf } from "../world/canaries.ts";
import type { Arrival } from "../world/observer.ts";
import { SealingChecker, sealingCheckers } from "./sealing.ts";

const S = 1_000_000;
const [A, B] = [5, 9];

/** An envelope of A's session with B. */
function envelope(seq: number, kid = 1, epoch = 7): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 20);
  writeHeader(bytes, { suite: 2, direction: 1, kid, host: A, session: new Uint8Array(8).fill(3), epoch, seq, length: 20 });
  return bytes;
}

function arrival(bytes: Uint8Array, over: Partial<Arrival> = {}): Arrival {
  return { from: A, to: B, bytes, what: "whole", serial: 1, sentAt: 0, answer: "opened", held: true, unchanged: true, ...over };
}

/** What a checker says of arrivals, each with its second. */
function judged(...arrivals: readonly (readonly [number, Arrival])[]): string[] {
  const checker = new SealingChecker();
  for (const [second, each] of arrivals) checker.arrived(second * S, each);
  return checker.violations().map(({ rule }) => rule);
}

const rejected = { answer: "rejected" } as const;

describe("rules of sealed lines", () => {
  it("SY8: what was damaged is refused and changes nothing", () => {
    const flipped = { what: "flipped", ...rejected } as const;
    expect(judged([1, arrival(envelope(1), flipped)])).toEqual([]);
    expect(judged([1, arrival(envelope(1), { ...flipped, unchanged: false })])).toEqual(["SY8"]);
    expect(judged([1, arrival(envelope(1), { what: "cut" })])).toEqual(["SY8"]);
  });

  it("SY9: a number is opened once, and none behind the window", () => {
    expect(judged([1, arrival(envelope(5))], [2, arrival(envelope(4))], [3, arrival(envelope(6))])).toEqual([]);
    expect(judged([1, arrival(envelope(5))], [2, arrival(envelope(5))])).toEqual(["SY9"]);
    expect(judged([1, arrival(envelope(1_025))], [2, arrival(envelope(1))])).toEqual(["SY9"]);
    expect(judged([1, arrival(envelope(5))], [2, arrival(envelope(5), rejected)])).toEqual([]);
  });

  it("SY10: a key replaced for a minute, an epoch as long out of force, another's envelope: refused, with one word", () => {
    const late = [
      [1, arrival(envelope(1))],
      [2, arrival(envelope(2, 2))],
    ] as const;
    expect(judged(...late, [62, arrival(envelope(3, 1), rejected)])).toEqual([]);
    expect(judged(...late, [62, arrival(envelope(3, 1))])).toEqual(["SY10"]);
    const told = [
      [1, arrival(envelope(1))],
      [2, arrival(envelope(2, 2, 8))],
    ] as const;
    expect(judged(...told, [62, arrival(envelope(3, 3, 7))])).toEqual(["SY10"]);
    expect(judged([1, arrival(envelope(1), { what: "other" })])).toEqual(["SY10"]);
    expect(judged([1, arrival(envelope(1), { what: "reflected", ...rejected })])).toEqual([]);
    expect(judged([1, arrival(envelope(1), { what: "flipped", answer: "padding_rejected" })])).toEqual(["SY10"]);
  });

  it("SY11: a key and a nonce seal once; of numbers none comes back", () => {
    const checker = new SealingChecker();
    const [one, two] = [{ name: "one" }, { name: "two" }];
    const nonce = (n: number): Uint8Array => Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, n);
    for (const [key, n] of [
      [one, 1],
      [one, 2],
      [two, 1],
    ] as const)
      checker.sealed(S, A, key, nonce(n), new Uint8Array(3));
    for (const key of [one, two]) checker.sealed(S, A, key, new Uint8Array(16).fill(key.name.length), new Uint8Array(3));
    expect(checker.total()).toBe(2);
    const random = new SealingChecker();
    for (const byte of [1, 2, 1]) random.sealed(S, A, one, new Uint8Array(16).fill(byte), new Uint8Array(3));
    expect(random.violations().map(({ rule }) => rule)).toEqual(["SY11"]);
  });

  it("SY12: what is whole, new and under a key still received is opened; what may be refused is named", () => {
    const rotated = [
      [1, arrival(envelope(1))],
      [2, arrival(envelope(3, 2))],
    ] as const;
    expect(judged(...rotated, [61, arrival(envelope(2, 1))])).toEqual([]);
    expect(judged(...rotated, [61, arrival(envelope(2, 1), rejected)])).toEqual(["SY12"]);
    const excused = new SealingChecker();
    excused.arrived(S, arrival(envelope(2_000)));
    excused.arrived(S, arrival(envelope(1, 1), rejected));
    excused.arrived(S, arrival(envelope(2_001, 6), rejected));
    excused.arrived(S, arrival(envelope(2_002), { ...rejected, held: false }));
    expect(excused.total()).toBe(0);
    expect(Object.keys(excused.reached()).toSorted()).toEqual([
      "excused.SY12.behind_window",
      "excused.SY12.session_gone",
      "excused.SY12.too_far_ahead",
    ]);
  });

  it("SY13: no secret is sealed for another one, stands on the line, in a record or in what is reported", () => {
    const half = privateHalf({ k0: 1, k1: 1 }, 0);
    const checker = new SealingChecker();
    checker.sealed(S, A, { name: "k" }, new Uint8Array(12), [Uint8Array.of(1), half]);
    checker.left(S, A, B, half);
    checker.record(A, S, { kind: "alert", host: 1, text: hexOf(half) });
    checker.reported(S, JSON.stringify({ note: hexOf(half) }));
    checker.record(A, S, { kind: "alert", host: 1, text: "nothing" });
    expect(checker.violations().map(({ rule }) => rule)).toEqual(["SY13", "SY13", "SY13", "SY13"]);
  });

  it("are judged only where lines are sealed", () => {
    expect(sealingCheckers({ sealing: "off" })).toEqual([]);
    expect(sealingCheckers({ sealing: "real" })).toHaveLength(1);
  });
});
