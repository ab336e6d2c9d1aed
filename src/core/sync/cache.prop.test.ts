/** The cache against a store that answers reads and writes in any order, where we write, one write of a key at a time, and others do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cache, type CacheRead } from "./cache.ts";

const LIMITS = { expiryUs: 100, entriesMax: 3, bytesMax: 20, readsMax: 4 };
const bytes = (version: number): Uint8Array => new Uint8Array(1 + (version % 5)).fill(version % 256);

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("get" as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const), n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), n: fc.nat(9), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("write" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("apply" as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("other" as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), key, lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), us: fc.nat(60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type Key = {
  version: number;
  acknowledged: number;
  writing: { readonly version: number; readonly since: number; applied: boolean } | null;
};
type Reading = { readonly read: CacheRead; readonly key: string; readonly floor: number; seen: number | null };

const reached = { hit: 0, voided: 0, full: 0, expired: 0 };

function run(steps: readonly Step[]): void {
  const cache = new Cache(LIMITS);
  const keys = new Map<string, Key>();
  const of = (name: string): Key => {
    const known = keys.get(name) ?? { version: 0, acknowledged: 0, writing: null };
    keys.set(name, known);
    return known;
  };
  const readings: Reading[] = [];
  /** When each version of a key was last what the store held. */
  const heldUntil = new Map<string, number>();
  let at = 0;
  let versions = 0;
  /** Values carry their version in their bytes; versions stay below 256 within a run. */
  const check = (name: string, value: Uint8Array): void => {
    const version = value[0] as number;
    expect(version, "SY7: a read sees one's own acknowledged write").toBeGreaterThanOrEqual(of(name).acknowledged);
    expect(value, "what was stored is what is read").toEqual(bytes(version));
    const until = heldUntil.get(`${name} ${version}`);
    expect(until === undefined || at - until <= LIMITS.expiryUs, "SY7: nothing is older than its expiry").toBe(true);
  };
  const become = (name: string, version: number): void => {
    heldUntil.set(`${name} ${of(name).version}`, at);
    of(name).version = version;
  };
  const apply = (name: string): void => {
    const { writing } = of(name);
    if (writing === null || writing.applied) return;
    writing.applied = true;
    become(name, writing.version);
  };
  for (const s of steps) {
    switch (s.do) {
      case "get": {
        const value = cache.get(at, s.key);
        if (value !== null) {
          reached.hit += 1;
          check(s.key, value);
          break;
        }
        const read = cache.begin(at, s.key);
        if (read === null) reached.full += 1;
        else readings.push({ read, key: s.key, floor: of(s.key).acknowledged, seen: null });
        break;
      }
      case "look": {
        const reading = readings[s.n % Math.max(1, readings.length)];
        if (reading !== undefined && reading.seen === null) reading.seen = of(reading.key).version;
        break;
      }
      case "end": {
        const [reading] = readings.splice(s.n % Math.max(1, readings.length), 1);
        if (reading === undefined) break;
        const value = s.lost || reading.seen === null ? null : bytes(reading.seen);
        const used = cache.end(at, reading.read, value);
        if (!used) reached.voided += 1;
        else if (value !== null) expect(value[0]).toBeGreaterThanOrEqual(of(reading.key).acknowledged);
        break;
      }
      case "write":
        if (of(s.key).writing === null && versions < 250) of(s.key).writing = { version: ++versions, since: at, applied: false };
        break;
      case "apply":
        apply(s.key);
        break;
      case "other":
        // Somebody else writes: what we keep may be older than that, but never by more than its expiry.
        if (of(s.key).writing === null && versions < 250) become(s.key, ++versions);
        break;
      case "acknowledge": {
        const { writing } = of(s.key);
        if (writing === null) break;
        apply(s.key);
        of(s.key).writing = null;
        of(s.key).acknowledged = writing.version;
        cache.wrote(writing.since, s.key, s.lost ? null : bytes(writing.version));
        break;
      }
      case "pass":
        at += s.us;
        if (s.us > 50) reached.expired += 1;
    }
    const { entries, bytes: total } = cache.size;
    expect(entries <= LIMITS.entriesMax && total <= LIMITS.bytesMax).toBe(true);
  }
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
    const read = cache.begin(0, "a") as CacheRead;
    expect(cache.end(60, read, bytes(1))).toBe(true);
    expect([cache.get(99, "a"), cache.get(100, "a"), cache.size]).toEqual([bytes(1), null, { entries: 0, bytes: 0 }]);
    const slow = cache.begin(0, "a") as CacheRead;
    cache.end(100, slow, bytes(1));
    expect(cache.size.entries).toBe(0);
  });

  it("drops what was used least recently, and holds nothing that is larger than all its room", () => {
    const cache = new Cache(LIMITS);
    for (const name of ["a", "b", "c"]) cache.wrote(0, name, bytes(0));
    cache.get(1, "a");
    cache.wrote(1, "d", bytes(0));
    expect(["a", "b", "c", "d"].map((name) => cache.get(2, name) !== null)).toEqual([true, false, true, true]);
    cache.wrote(2, "e", new Uint8Array(19));
    expect(cache.size).toEqual({ entries: 2, bytes: 20 });
    cache.wrote(2, "f", new Uint8Array(21));
    expect(cache.get(2, "f")).toBe(null);
  });
});
