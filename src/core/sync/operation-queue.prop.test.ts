/**
 * The queue against a store with weather: any operations on any maps, answers of every kind in any order, maps granted, taken away, fenced, held
 * and released at any moment, grants lost and claimed again. What is promised is looked at after each step, and again when the weather has cleared.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert } from "../../base/assert.ts";
import { ended, type Mood, QueueBench, SMALL } from "./operation-queue.fixture.ts";

const MAPS = 4;
const map = fc.nat(MAPS - 1);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("submit" as const), map, critical: fc.boolean(), bytes: fc.integer({ min: 0, max: 10 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("reply" as const),
      n: fc.nat(20),
      mood: fc.constantFrom<Mood>("ok", "ok", "ok", "failed", "lost", "missed", "late"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.oneof(fc.nat(40), fc.nat(400), fc.nat(5_000)) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("commitLate", "grant", "claim", "revoke", "hold", "release", "rollBack", "claimAgain"),
      map,
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** How often the test came to what it is about; asserted once, so that it cannot become empty without notice. */
const reached = { unknownThenEnded: 0, fencedAfterUnknown: 0, full: 0, drained: 0, late: 0, gaveUp: 0, lostGrants: 0 };

/** Plays steps and looks at the promises after each. */
class Play {
  readonly bench = new QueueBench();
  private next = 0;
  private asksSeen = 0;
  private readonly sent = new Set<string>();

  constructor() {
    for (let m = 0; m < MAPS; m++) this.bench.grant(m);
  }

  play(s: Step): void {
    const { bench } = this;
    switch (s.do) {
      case "submit":
        return this.submit(s.map, s.critical, s.bytes);
      case "reply":
        if (bench.open.length > 0) bench.reply(s.n % bench.open.length, s.mood);
        return;
      case "pass":
        return bench.pass(s.ms);
      case "commitLate":
        return bench.commitLate();
      case "grant":
      case "claim":
      case "rollBack":
      case "claimAgain":
        return void bench[s.do](s.map);
      case "revoke":
      case "hold":
        return bench.queue[s.do](bench.at, s.map, bench);
      case "release":
        return bench.queue.release(s.map);
      default:
    }
  }

  private submit(m: number, critical: boolean, bytes: number): void {
    const { bench } = this;
    const { pending } = bench.stats();
    const refusal = bench.submit(m, `${this.next++}`, critical, bytes);
    if (refusal === "queue_full") {
      reached.full += 1;
      assert(pending >= (critical ? 12 : 9), "SY4: only a full queue refuses, and critical operations later");
    }
  }

  look(): void {
    const { bench } = this;
    const stats = bench.stats();
    assert(stats.pending <= SMALL.pendingMax, "SY4: pending is bounded");
    this.lookAtAsks();
    this.lookAtAnswers();
    this.lookAtStore();
  }

  private lookAtAsks(): void {
    const { bench } = this;
    for (const { ask } of bench.asks.slice(this.asksSeen)) {
      const ids = ask.operations.map(({ id }) => id);
      const bytes = ask.operations.reduce((sum, o) => sum + o.data.length, 0);
      assert(ids.length >= 1 && ids.length <= 3 && bytes <= 16, "a batch is bounded and not empty");
      const all = ids.map((id) => bench.told.get(id));
      assert(
        all.every((t) => t?.map === ask.map && t.epoch === ask.epoch),
        "a batch is one map's under one epoch",
      );
      assert(new Set(all.map((t) => t?.critical)).size === 1, "and of one class");
      for (const id of ids) this.sent.add(id);
    }
    this.asksSeen = bench.asks.length;
    const open = [...bench.told].filter(([, told]) => told.critical && !ended(told));
    const busy = new Set(open.filter(([id]) => this.sent.has(id)).map(([, t]) => `${t.map} ${t.epoch}`));
    const idle = open.filter(([id, t]) => !this.sent.has(id) && !busy.has(`${t.map} ${t.epoch}`));
    assert(idle.length === 0, "SY5: a critical operation waits for critical ones of its map and for nothing else");
    const lanes = bench.open.map(({ ask }) => `${ask.map} ${ask.epoch} ${bench.told.get(ask.operations[0]?.id ?? "")?.critical}`);
    assert(new Set(lanes).size === lanes.length, "SY6: one batch of a map and class is under way");
  }

  private lookAtAnswers(): void {
    const { at } = this.bench;
    for (const [id, { critical, at: since, answers }] of this.bench.told) {
      const results = answers.map(({ result }) => result).join(" ");
      assert(/^(done|failed|rejected|unknown|unknown (done|failed))?$/.test(results), `SY5: ${id} was told ${results}`);
      assert(critical || !results.startsWith("unknown"), "only critical operations are told that they are unknown");
      assert(!critical || (answers[0]?.at ?? at) <= since + 500_000, `SY5: ${id} has no answer within its time`);
      const status = this.bench.queue.status(at, id).result;
      assert(status === (answers.at(-1)?.result ?? "pending") || status === "not_known", `${id} is ${status}`);
    }
  }

  private lookAtStore(): void {
    const { applied, told } = this.bench;
    assert(new Set(applied).size === applied.length, "SY1: nothing is applied twice");
    const place = new Map(applied.map((id, i) => [id, i]));
    const last = new Map<string, number>();
    for (const [id, { map: m, epoch, critical, answers }] of told) {
      const end = answers.at(-1)?.result;
      assert(end !== "done" || place.has(id), `SY1: ${id} was acknowledged and never took effect`);
      assert((end !== "failed" && end !== "rejected") || !place.has(id), `SY1: ${id} took effect although it ${end}`);
      const at = place.get(id);
      if (at === undefined) continue;
      const lane = `${m} ${epoch} ${critical}`;
      assert(at > (last.get(lane) ?? -1), `SY6: ${id} took effect before one that came before it`);
      last.set(lane, at);
    }
  }
}

function run(steps: readonly Step[]): void {
  const play = new Play();
  const { bench } = play;
  for (const s of steps) {
    play.play(s);
    if (s.do === "commitLate") reached.late += 1;
    play.look();
  }
  // The weather clears: what is still to take effect does, and every request is answered.
  for (let i = 0; i < 50; i++) bench.commitLate();
  for (let m = 0; m < MAPS; m++) bench.claimAgain(m);
  bench.clear();
  play.look();
  assert(bench.stats().pending === 0 && bench.open.length === 0, "LV: every operation ends once the weather has cleared");
  assert([...bench.told.values()].every(ended), "every operation has its end");
  assert(bench.queue.nextAt() === Number.POSITIVE_INFINITY, "and nothing is waited for");
  reached.drained += bench.drains.length;
  reached.lostGrants += bench.lostGrants.length;
  for (const { answers } of bench.told.values()) {
    const all = answers.map(({ result, reason }) => `${result} ${reason}`.trim()).join(" ");
    if (all === "unknown done") reached.unknownThenEnded += 1;
    if (all === "unknown failed fenced") reached.fencedAfterUnknown += 1;
    if (all.endsWith("failed store_failed")) reached.gaveUp += 1;
  }
}

describe("durable operations in any weather", () => {
  it("SY1, SY4, SY5, SY6: each takes effect once if acknowledged and never if refused, in order, is answered in time, and the sums agree", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => run(steps)),
      { numRuns: 250 },
    );
    for (const [name, times] of Object.entries(reached)) expect(times, name).toBeGreaterThan(0);
  });
});
