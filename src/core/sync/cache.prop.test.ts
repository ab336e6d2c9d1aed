/** The cache against a store that answers reads and writes in any order, where we write and others do, any number of writes of a key at once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert } from "../../base/assert.ts";
import { Cache, type CacheAsk } from "./cache.ts";

const LIMITS = { expiryUs: 100, entriesMax: 3, bytesMax: 20, asksMax: 4 };
const bytes = (version: number): Uint8Array => new Uint8Array(1 + (version % 5)).fill(version % 256);

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("get" as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const), n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), n: fc.nat(9), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("write" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("apply" as const), n: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("other" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), n: fc.nat(9), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), us: fc.nat(60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type Reading = { readonly ask: CacheAsk; readonly key: string; seen: number | null };
type Writing = { readonly ask: CacheAsk | null; readonly key: string; readonly version: number; applied: boolean };

const reached = { hit: 0, voided: 0, full: 0, overlapping: 0 };

/** A store that holds versions of keys, and all that is under way to it. */
class Model {
  readonly cache = new Cache(LIMITS);
  private readonly readings: Reading[] = [];
  private readonly writings: Writing[] = [];
  /** What the store holds of a key, and the versions it has held in their order. */
  private readonly histories = new Map<string, number[]>();
  /** When a version of a key ceased to be what the store holds. */
  private readonly heldUntil = new Map<string, number>();
  /** The newest of one's own acknowledged writes, by its place in the history. */
  private readonly acknowledged = new Map<string, number>();
  private at = 0;
  private versions = 0;

  play(s: Step): void {
    switch (s.do) {
      case "get":
        return this.get(s.key);
      case "look": {
        const reading = this.readings[s.n % Math.max(1, this.readings.length)];
        if (reading !== undefined) reading.seen ??= this.of(reading.key).at(-1) ?? 0;
        return;
      }
      case "end": {
        const [reading] = this.readings.splice(s.n % Math.max(1, this.readings.length), 1);
        if (reading === undefined) return;
        const value = s.lost || reading.seen === null ? null : bytes(reading.seen);
        if (!this.cache.end(this.at, reading.ask, value)) reached.voided += 1;
        else if (value !== null) this.mayRead(reading.key, value);
        return;
      }
      case "write":
        if (this.versions >= 250) return;
        if (this.writings.some(({ key: k }) => k === s.key)) reached.overlapping += 1;
        this.writings.push({ ask: this.cache.begin(this.at, s.key), key: s.key, version: ++this.versions, applied: false });
        return;
      case "apply": {
        const writing = this.writings[s.n % Math.max(1, this.writings.length)];
        return writing === undefined ? undefined : this.apply(writing);
      }
      case "other":
        // Somebody else writes: what we keep may be older than that, but never by more than its expiry.
        return this.versions >= 250 ? undefined : this.become(s.key, ++this.versions);
      case "acknowledge": {
        const [writing] = this.writings.splice(s.n % Math.max(1, this.writings.length), 1);
        if (writing === undefined) return;
        this.apply(writing);
        const place = this.of(writing.key).indexOf(writing.version);
        if (!s.lost) this.acknowledged.set(writing.key, Math.max(place, this.acknowledged.get(writing.key) ?? 0));
        return this.cache.wrote(writing.key, writing.ask, s.lost ? null : bytes(writing.version));
      }
      case "pass":
        this.at += s.us;
    }
  }

  private get(name: string): void {
    const value = this.cache.get(this.at, name);
    if (value !== null) {
      reached.hit += 1;
      return this.mayRead(name, value);
    }
    const ask = this.cache.begin(this.at, name);
    if (ask === null) reached.full += 1;
    else this.readings.push({ ask, key: name, seen: null });
  }

  /** Values carry their version in their bytes; versions stay below 256 within a run. */
  private mayRead(name: string, value: Uint8Array): void {
    const version = value[0] as number;
    assert(value.join() === bytes(version).join(), "what was stored is what is read");
    const place = this.of(name).indexOf(version);
    assert(place >= (this.acknowledged.get(name) ?? 0), "SY7: a read sees one's own acknowledged write");
    const until = this.heldUntil.get(`${name} ${version}`) ?? this.at;
    assert(this.at - until <= LIMITS.expiryUs, "SY7: nothing is older than its expiry");
  }

  private of(name: string): number[] {
    const history = this.histories.get(name) ?? [0];
    this.histories.set(name, history);
    return history;
  }

  private become(name: string, version: number): void {
    const history = this.of(name);
    this.heldUntil.set(`${name} ${history.at(-1)}`, this.at);
    history.push(version);
  }

  private apply(writing: Writing): void {
    if (!writing.applied) this.become(writing.key, writing.version);
    writing.applied = true;
  }
}

function run(steps: readonly Step[]): void {
  const model = new Model();
  for (const s of steps) {
    model.play(s);
    const { entries, bytes: total } = model.cache.size;
    assert(entries <= LIMITS.entriesMax && total <= LIMITS.bytesMax, "a cache is bounded");
  }
}

/** A write that is acknowledged at once. */
function write(cache: Cache, at: number, name: string, value: Uint8Array): void {
  cache.wrote(name, cache.begin(at, name), value);
}

describe("the cache", () => {
  it("SY7: a read after one's own acknowledged write sees it, nothing is older than its expiry, and it is bounded", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => run(steps)),
      { numRuns: 300 },
    );
    for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(0);
  });

  it("SY7: age counts from when the store was asked, not from when it answered; what comes too late is not kept", () => {
    const cache = new Cache(LIMITS);
    const read = cache.begin(0, "a") as CacheAsk;
    expect(cache.end(60, read, bytes(1))).toBe(true);
    expect([cache.get(99, "a"), cache.get(100, "a"), cache.size]).toEqual([bytes(1), null, { entries: 0, bytes: 0 }]);
    const slow = cache.begin(0, "a") as CacheAsk;
    expect([cache.end(100, slow, bytes(1)), cache.size.entries]).toEqual([false, 0]);
  });

  it("SY7: a clock that is set back makes nothing younger", () => {
    const cache = new Cache(LIMITS);
    write(cache, 0, "a", bytes(1));
    cache.get(1_000, "other");
    write(cache, 1_000, "b", bytes(1));
    const read = cache.begin(1_000, "c") as CacheAsk;
    expect([cache.get(500, "a"), cache.get(599, "b")]).toEqual([null, bytes(1)]);
    cache.end(599, read, bytes(1));
    expect([cache.get(599, "c"), cache.get(600, "b"), cache.get(600, "c")]).toEqual([bytes(1), null, null]);
  });

  it("drops what was used least recently, and holds nothing that is larger than all its room", () => {
    const cache = new Cache(LIMITS);
    for (const name of ["a", "b", "c"]) write(cache, 0, name, bytes(0));
    cache.get(1, "a");
    write(cache, 1, "d", bytes(0));
    expect(["a", "b", "c", "d"].map((name) => cache.get(2, name) !== null)).toEqual([true, false, true, true]);
    write(cache, 2, "e", new Uint8Array(19));
    expect(cache.size).toEqual({ entries: 2, bytes: 20 });
    write(cache, 2, "f", new Uint8Array(21));
    expect(cache.get(2, "f")).toBe(null);
  });
});
