import { describe, expect, it } from "vitest";
import { US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import { hostActor } from "../../../src/core/protocol/ids.ts";
import { DEFINITIONS } from "./definitions.ts";
import { Games } from "./games.ts";
import { Tally } from "./tally.ts";

const MAP = 3;
const [A, B] = [5, 6];

/** A run told by hand; times are milliseconds. */
class Story {
  readonly tally = new Tally();
  readonly games = new Games(this.tally);

  record(ms: number, record: HistoryRecord): this {
    this.games.record(hostActor(A), ms * US_PER_MS, record);
    return this;
  }

  takenUp(ms: number, host: number, epoch: number, more: Partial<Extract<HistoryRecord, { kind: "state/taken-up" }>> = {}): this {
    const about = {
      host,
      map: MAP,
      epoch,
      hash: "0".repeat(16),
      from: "beginning",
      of: epoch - 1,
      number: 0,
      mapMs: 0,
      redone: [],
    } as const;
    return this.record(ms, { kind: "state/taken-up", ...about, ...more });
  }

  done(ms: number, host: number, epoch: number, number: number, critical = true): this {
    const about = { host, map: MAP, epoch, operation: `${host}.1.${number}` };
    this.record(ms, { kind: "operation/submitted", ...about, critical, number });
    return this.record(ms + 30, { kind: "operation/answered", ...about, result: "done", reason: "" });
  }

  frozen(ms: number, mapMs: number): this {
    return this.record(ms, { kind: "state/frozen", host: A, map: MAP, epoch: 1, hash: "0".repeat(16), number: 0, mapMs });
  }

  truth(ms: number, host: number, truth: "down-close" | "down-silent" | "up"): this {
    this.games.host(ms * US_PER_MS, host, truth);
    return this;
  }

  /** Sum and number of a metric's samples, in its unit. */
  of(name: string): [sum: number, count: number] {
    this.games.finish();
    const histogram = this.tally.of(name);
    const scale = DEFINITIONS.find((one) => one.name === name)?.scale ?? Number.NaN;
    return [histogram.sum * scale, histogram.count];
  }
}

describe("metrics of games", () => {
  it("a failover to a replica loses what passed of the map's time since it, and takes from the loss to the take-up", () => {
    const story = new Story().takenUp(0, A, 1).truth(10_000, A, "down-close").takenUp(10_240, B, 2, { from: "replica", mapMs: 9_950 });
    expect([story.of("lost_warm_ms"), story.of("failover_close_ms")]).toEqual([
      [50, 1],
      [240, 1],
    ]);
    expect([story.of("lost_cold_ms")[1], story.of("failover_silence_ms")[1], story.of("failover_cold_ms")[1]]).toEqual([0, 0, 0]);
  });

  it("silence, and a state from the store, are counted apart", () => {
    const silent = new Story().takenUp(0, A, 1).truth(5_000, A, "down-silent").takenUp(6_100, B, 2, { from: "replica", mapMs: 5_000 });
    expect([silent.of("failover_silence_ms"), silent.of("lost_warm_ms")]).toEqual([
      [1_100, 1],
      [0, 1],
    ]);
    const cold = new Story().takenUp(0, A, 1).truth(5_000, A, "down-silent").takenUp(6_500, B, 2, { from: "store", mapMs: 4_200 });
    expect([cold.of("failover_cold_ms"), cold.of("lost_cold_ms")]).toEqual([
      [1_500, 1],
      [800, 1],
    ]);
  });

  it("a host that starts anew and takes its own map up is no failover, and the next loss counts from there", () => {
    const story = new Story()
      .takenUp(0, A, 1)
      .truth(5_000, A, "down-silent")
      .truth(5_100, A, "up")
      .takenUp(6_000, A, 1, { from: "store", mapMs: 4_500 });
    expect([story.of("failover_cold_ms")[1], story.of("lost_cold_ms")]).toEqual([0, [500, 1]]);
    story.truth(8_000, A, "down-close").takenUp(8_200, B, 2, { from: "replica", mapMs: 6_450 });
    expect([story.of("failover_close_ms"), story.of("lost_warm_ms")]).toEqual([
      [200, 1],
      [50, 1],
    ]);
  });

  it("a hand-over loses what the target lacks of the frozen state", () => {
    expect(new Story().takenUp(0, A, 1).frozen(900, 900).takenUp(950, B, 2, { from: "handoff", mapMs: 900 }).of("lost_handoff_ms")).toEqual(
      [0, 1],
    );
    expect(new Story().takenUp(0, A, 1).frozen(900, 900).takenUp(950, B, 2, { from: "handoff", mapMs: 880 }).of("lost_handoff_ms")).toEqual(
      [20, 1],
    );
  });

  it("SY1: what was answered as done and is neither in the state nor done again is lost, once", () => {
    const story = new Story().takenUp(0, A, 1).done(100, A, 1, 1).done(200, A, 1, 2).done(300, A, 1, 3);
    story.takenUp(1_000, B, 2, { from: "replica", number: 1, redone: ["5.1.2"] });
    expect(story.of("acknowledged_lost")).toEqual([1, 1]);
    const whole = new Story().takenUp(0, A, 1).done(100, A, 1, 1).done(200, A, 1, 2);
    whole.takenUp(1_000, B, 2, { from: "replica", number: 1, redone: ["5.1.2"] }).takenUp(2_000, A, 3, { from: "replica", number: 2 });
    expect(whole.of("acknowledged_lost")).toEqual([0, 1]);
    // Done again by one owner, and forgotten by the next.
    const later = new Story()
      .takenUp(0, A, 1)
      .done(100, A, 1, 1)
      .takenUp(1_000, B, 2, { from: "replica", redone: ["5.1.1"] });
    expect(later.takenUp(2_000, A, 3, { from: "store" }).of("acknowledged_lost")).toEqual([1, 1]);
  });

  it("operations and inputs take from being given to being known", () => {
    const story = new Story().takenUp(0, A, 1).done(100, A, 1, 1).done(200, A, 1, 2, false);
    expect([story.of("operation_critical_ms"), story.of("operation_ms")]).toEqual([
      [30, 1],
      [30, 1],
    ]);
    const about = { player: 7, map: MAP } as const;
    story.record(US_PER_S / US_PER_MS, { kind: "input/given", ...about, input: 4 });
    story.record(1_060, { kind: "input/settled", ...about, input: 4, result: "taken", reason: "" });
    story.record(1_100, { kind: "input/given", ...about, input: 5 });
    story.record(1_200, { kind: "input/settled", ...about, input: 5, result: "refused", reason: "left" });
    expect(story.of("input_ms")).toEqual([60, 1]);
  });
});
