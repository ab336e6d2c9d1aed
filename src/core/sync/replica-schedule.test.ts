import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostId, MapId } from "../protocol/ids.ts";
import { type Replica, ReplicaSchedule, type ReplicaSource } from "./replica-schedule.ts";

const MS = 1_000;
const TUNING = { replicaMs: 50, replicaLostMs: 200, replicaBytesMax: 1_000 };

/** Maps whose state is a number that only grows; the last three states are known for deltas. Snapshots take 400 bytes, deltas 10 for each step. */
class Bench implements ReplicaSource {
  at = 0;
  readonly schedule = new ReplicaSchedule(TUNING);
  readonly sent: (Replica & { readonly at: number })[] = [];
  readonly states = new Map<MapId, number>();
  private readonly told = new Map<string, number>();

  hash(map: MapId): bigint {
    return BigInt(this.states.get(map) ?? 0);
  }

  delta(map: MapId, since: bigint): Uint8Array | null {
    const steps = Number(this.hash(map) - since);
    return steps <= 3 ? new Uint8Array(10 * steps) : null;
  }

  snapshot(): Uint8Array {
    return new Uint8Array(400);
  }

  change(map: MapId): void {
    this.states.set(map, (this.states.get(map) ?? 0) + 1);
  }

  pass(ms: number): void {
    const until = this.at + ms * MS;
    for (let next = this.schedule.nextAt(); next <= until; next = this.schedule.nextAt()) {
      this.at = Math.max(this.at, next);
      this.schedule.due(this.at, this, (replica) => this.sent.push({ ...replica, at: this.at }));
    }
    this.at = until;
  }

  /** A standby answers the newest copy that was sent to it. */
  holds(map: MapId, from: HostId): void {
    const seq = this.sent.findLast((replica) => replica.map === map && replica.to === from)?.seq ?? this.told.get(`${map} ${from}`);
    this.schedule.holds(map, from, seq ?? -1);
  }

  /** What was sent since the last time, as `map to base>hash`. */
  news(): string[] {
    for (const { map, to, seq } of this.sent) this.told.set(`${map} ${to}`, seq);
    return this.sent.splice(0).map(({ map, to, base, hash }) => `${map} ${to} ${base ?? "-"}>${hash}`);
  }
}

describe("copies for standbys", () => {
  it("are a snapshot first, deltas on top of what was acknowledged then, and nothing while nothing changes", () => {
    const bench = new Bench();
    bench.schedule.standbys(0, 1, [5]);
    bench.pass(0);
    expect(bench.news()).toEqual(["1 5 ->0"]);
    bench.holds(1, 5);
    bench.pass(500);
    expect(bench.news()).toEqual([]);
    bench.change(1);
    bench.pass(50);
    expect(bench.news()).toEqual(["1 5 0>1"]);
    bench.schedule.standbys(bench.at, 1, []);
    expect(bench.schedule.nextAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it("wait for the answer to the last one, and then carry the newest state; an answer that does not come counts as lost", () => {
    const bench = new Bench();
    bench.schedule.standbys(0, 1, [5]);
    bench.pass(0);
    bench.change(1);
    bench.change(1);
    bench.pass(150);
    expect(bench.news()).toEqual(["1 5 ->0"]);
    bench.holds(1, 5);
    bench.pass(50);
    bench.change(1);
    bench.pass(150);
    const [older] = bench.sent;
    expect(bench.news()).toEqual(["1 5 0>2"]);
    bench.pass(50);
    expect(bench.news(), "again, from what it surely holds").toEqual(["1 5 0>3"]);
    bench.schedule.holds(1, 5, older?.seq ?? -1);
    bench.pass(200);
    expect(bench.news(), "a late answer counts: it holds that at least").toEqual(["1 5 2>3"]);
    bench.schedule.holds(1, 5, older?.seq ?? -1);
    bench.holds(1, 5);
    bench.change(1);
    bench.pass(50);
    expect(bench.news(), "and one that comes twice does not set it back").toEqual(["1 5 3>4"]);
  });

  it("are snapshots where the delta is not known any more, and where a standby lost what it had", () => {
    const bench = new Bench();
    bench.schedule.standbys(0, 1, [5, 6]);
    bench.pass(0);
    bench.holds(1, 5);
    bench.holds(1, 6);
    for (let i = 0; i < 4; i++) bench.change(1);
    bench.pass(50);
    expect(bench.news()).toEqual(["1 5 ->0", "1 6 ->0", "1 5 ->4", "1 6 ->4"]);
    bench.holds(1, 5);
    bench.holds(1, 6);
    bench.schedule.lost(1, 6);
    bench.change(1);
    bench.pass(50);
    expect(bench.news()).toEqual(["1 5 4>5", "1 6 ->5"]);
  });

  it("take turns within the allowance of bytes; what is owed is paid first", () => {
    const bench = new Bench();
    bench.schedule.standbys(0, 1, [5, 6, 7]);
    bench.schedule.standbys(0, 2, [5]);
    bench.pass(0);
    expect(bench.news(), "1,200 of 1,000 bytes").toEqual(["1 5 ->0", "1 6 ->0", "1 7 ->0"]);
    bench.pass(50);
    expect(bench.news()).toEqual(["2 5 ->0"]);
  });

  it("are sent again where the state went back to what was acknowledged, while something else was under way", () => {
    const bench = new Bench();
    bench.schedule.standbys(0, 1, [5]);
    bench.pass(0);
    bench.holds(1, 5);
    bench.change(1);
    bench.pass(50);
    bench.states.set(1, 0);
    bench.pass(200);
    expect(bench.news()).toEqual(["1 5 ->0", "1 5 0>1", "1 5 0>0"]);
  });

  it("keep to the allowance over time, and nobody is left out, where all want more than it", () => {
    const bench = new Bench();
    const hosts = [5, 6, 7, 8];
    bench.schedule.standbys(0, 1, hosts);
    for (let tick = 0; tick < 20; tick++) {
      const before = bench.sent.length;
      bench.pass(tick === 0 ? 0 : 50);
      for (const { to, seq } of bench.sent.slice(before)) bench.schedule.holds(1, to, seq);
      for (let i = 0; i < 4; i++) bench.change(1);
    }
    expect(bench.sent.length, "20,000 bytes and one copy beyond").toBe(50);
    const counts = hosts.map((host) => bench.sent.filter(({ to }) => to === host).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it("go on when the clock is set back", () => {
    const bench = new Bench();
    bench.at = 60_000 * MS;
    bench.schedule.standbys(bench.at, 1, [5]);
    bench.pass(0);
    bench.holds(1, 5);
    bench.at = 0;
    expect(bench.schedule.behindUs(bench.at, 1)).toBe(0);
    bench.change(1);
    bench.pass(50);
    expect(bench.news()).toEqual(["1 5 ->0", "1 5 0>1"]);
  });

  it("SY3: tells how much time the freshest standby lacks", () => {
    const bench = new Bench();
    expect(bench.schedule.behindUs(0, 1)).toBe(Number.POSITIVE_INFINITY);
    bench.schedule.standbys(0, 1, [5, 6]);
    bench.pass(0);
    bench.change(1);
    bench.pass(40);
    expect(bench.schedule.behindUs(bench.at, 1)).toBe(Number.POSITIVE_INFINITY);
    bench.holds(1, 6);
    expect(bench.schedule.behindUs(bench.at, 1)).toBe(40 * MS);
    bench.pass(10);
    bench.holds(1, 6);
    bench.pass(50);
    expect(bench.schedule.behindUs(bench.at, 1), "nothing changed since").toBe(0);
  });

  const step = fc.oneof(
    fc.record({ do: fc.constant("change" as const), map: fc.nat(2) }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.nat(120) }),
    fc.record({ do: fc.constantFrom("answer" as const, "lost" as const), n: fc.nat(9) }),
    fc.record({
      do: fc.constant("standbys" as const),
      map: fc.nat(2),
      hosts: fc.uniqueArray(fc.integer({ min: 5, max: 7 }), { maxLength: 3 }),
    }),
  );

  it("SY3: whatever is lost or late, a delta is on top of what its standby has held, bytes are bounded, and in calm all standbys catch up", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const bench = new Bench();
        const held = new Map<string, bigint>();
        const newest = new Map<string, number>();
        const ever = new Set<string>();
        const chosen = new Map<MapId, readonly HostId[]>();
        const open: Replica[] = [];
        let seen = 0;
        const take = (replica: Replica): void => {
          const key = `${replica.map} ${replica.to}`;
          expect(replica.base === null || ever.has(`${key} ${replica.base}`), "a delta is on top of what was held").toBe(true);
          if (replica.seq <= (newest.get(key) ?? 0)) return;
          const fits = replica.base === null || replica.base === held.get(key);
          if (fits) held.set(key, replica.hash);
          if (fits) newest.set(key, replica.seq);
          if (fits) ever.add(`${key} ${replica.hash}`);
          if (fits) bench.schedule.holds(replica.map, replica.to, replica.seq);
          else bench.schedule.lost(replica.map, replica.to);
        };
        for (const s of steps) {
          if (s.do === "change") bench.change(s.map);
          else if (s.do === "pass") bench.pass(s.ms);
          else if (s.do === "standbys") {
            bench.schedule.standbys(bench.at, s.map, s.hosts);
            chosen.set(s.map, s.hosts);
          } else {
            const [replica] = open.splice(s.n % Math.max(1, open.length), 1);
            if (replica !== undefined && s.do === "answer") take(replica);
          }
          for (const replica of bench.sent.slice(seen)) open.push(replica);
          seen = bench.sent.length;
        }
        const before = new Map<number, number>();
        for (const { at, bytes } of bench.sent) {
          expect(before.get(at) ?? 0, "a copy begins only within the allowance").toBeLessThan(TUNING.replicaBytesMax);
          before.set(at, (before.get(at) ?? 0) + bytes.length);
        }
        for (let i = 0; i < 40; i++) {
          bench.pass(50);
          for (const replica of bench.sent.slice(seen)) take(replica);
          seen = bench.sent.length;
        }
        for (const [map, hosts] of chosen) for (const to of hosts) expect(held.get(`${map} ${to}`)).toBe(bench.hash(map));
      }),
      { numRuns: 150 },
    );
  });
});
