import { describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome, RunStory } from "../../outcome.ts";
import type { HostTruth } from "../../world/observer.ts";
import { Histogram, type HistogramData } from "../../../src/base/histogram.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { REMARKABLE_MAX } from "./remarkable.ts";

/** A line of the trace, as far as it is read here. */
type Line = { readonly at: number; readonly self?: number } & (HistoryRecord | { readonly kind: "truth"; host: number; truth: HostTruth });

type Ran = { readonly outcome: RunOutcome; readonly story: RunStory; readonly lines: readonly Line[] };

const ran = new Map<string, Ran>();

/** Hosts that come and go, and for a moment, sooner than anybody fails over, stand still, are cut off or crash: often several of it at once. */
const ALL_AT_ONCE = "everything at once";
const PLAN = ["cut", "pause", "crash"].map((kind, i) => `{kind: ${kind}, every: poisson(3s), at: ${20 + i}s, target: 20%, for: 1500ms}`);

function optionsOf(name: string): Options {
  if (name !== ALL_AT_ONCE) return shipped(name).options;
  return shipped("smoke/churn", `faults.plan=[${PLAN.join(", ")}]`, "fleet.hosts.count=40").options;
}

/** A scenario's first seed with its story and its trace. */
function run(name: string): Ran {
  const known = ran.get(name);
  if (known !== undefined) return known;
  const lines: Line[] = [];
  const outcome = runSeed(optionsOf(name), 1, { story: true, trace: (line) => lines.push(JSON.parse(line) as Line) });
  if (outcome.story === null) throw new Error("a story was asked for");
  const fresh = { outcome, story: outcome.story, lines };
  ran.set(name, fresh);
  return fresh;
}

/** Who serves each map after each line, by a plain account of the trace: the host's last word under the highest epoch, and the machine's truth. */
function lanesOf(lines: readonly Line[], maps: number): number[][] {
  const lanes = Array.from({ length: maps }, () => [0, -1]);
  const words = new Map<number, { host: number; epoch: number; serves: boolean }>();
  const away = new Map<number, Set<string>>();
  const shown = (map: number): number => {
    const word = words.get(map);
    return word === undefined || !word.serves || (away.get(word.host)?.size ?? 0) > 0 ? -1 : word.host;
  };
  for (const line of lines) {
    if (line.kind === "host/serving" && line.epoch >= (words.get(line.map)?.epoch ?? 0)) {
      words.set(line.map, { host: line.host, epoch: line.epoch, serves: true });
    } else if (line.kind === "host/stopped") {
      const word = words.get(line.map);
      if (word?.host === line.host && word.epoch === line.epoch) word.serves = false;
    } else if (line.kind === "truth") {
      const marks = away.get(line.host) ?? new Set();
      away.set(line.host, marks);
      if (line.truth.startsWith("down")) {
        marks.add("down").delete("paused");
        for (const word of words.values()) if (word.host === line.host) word.serves = false;
      } else if (line.truth === "up") {
        marks.delete("down");
      } else if (line.truth === "paused" || line.truth === "cut") {
        marks.add(line.truth);
      } else if (line.truth !== "cut-one-way") {
        marks.delete(line.truth === "resumed" ? "paused" : "cut");
      }
    }
    lanes.forEach((lane, map) => {
      if (lane.at(-1) !== shown(map)) lane.push(Math.round(line.at / 1000), shown(map));
    });
  }
  return lanes;
}

function histogram({ metrics }: RunOutcome, name: string): Histogram {
  return Histogram.fromJSON(metrics.find((sample) => sample.name === name)?.histogram as HistogramData);
}

/** Moves of the whole story, in the order of their ends. */
function movesOf({ lanes }: RunStory) {
  return lanes.flatMap(({ moves }) => moves).sort((a, b) => a.at_ms + a.total_ms - b.at_ms - b.total_ms);
}

const SCENARIOS = [
  "smoke/crash-silent",
  "smoke/pause",
  "smoke/cut",
  "smoke/coordinator-restart",
  "smoke/churn",
  "smoke/store-fail",
  ALL_AT_ONCE,
];

describe.each(SCENARIOS)("the story of %s", (name) => {
  it("has the lanes that a plain account of its trace gives", () => {
    const { story, lines } = run(name);
    const lanes = lanesOf(lines, story.maps_in_all);
    expect(story.lanes.map(({ changes }) => changes)).toEqual(lanes);
    // It is about something: maps were lost and found.
    expect(lanes.flat().filter((value) => value === -1).length).toBeGreaterThan(lanes.length + 3);
  });

  it("has nobody serving for as long, all maps together, as the metrics do", () => {
    const { outcome, story } = run(name);
    let nobody = 0;
    for (const { changes } of story.lanes) {
      for (let i = 0; i < changes.length; i += 2)
        if (changes[i + 1] === -1) nobody += (changes[i + 2] ?? story.end_ms) - (changes[i] as number);
    }
    const { rows, step_s } = outcome.series;
    const whole = rows.filter((row) => row.name === "maps_unhosted" || row.name === "maps_moving").flatMap(({ values }) => values);
    // Values of the series are rounded to thousandths of a map.
    const room = whole.length * step_s * 0.0005 + story.lanes.length * 0.05;
    expect(Math.abs(whole.reduce<number>((sum, value) => sum + (value ?? 0) * step_s, 0) - nobody / 1000)).toBeLessThan(room);
  });

  it("has every move of the trace that came to its end, under its map", () => {
    const { story, lines } = run(name);
    const ends = lines.filter(({ kind }) => kind === "move/done" || kind === "move/failed").length;
    const lost = movesOf(story).filter(({ failure }) => failure === "coordinator_lost").length;
    expect(movesOf(story)).toHaveLength(ends + lost);
    expect(name === "smoke/coordinator-restart" ? 0 : lost).toBe(0);
  });

  it("was away for as long as its lane shows a gap that it ended", () => {
    const { story } = run(name);
    let gaps = 0;
    for (const { changes, moves } of story.lanes) {
      for (const move of moves.filter(({ failure, away_ms }) => failure === null && away_ms > 0)) {
        const end = move.at_ms + move.total_ms;
        // The last time before the end of the move at which somebody served again, and the gap before it.
        let i = changes.length - 2;
        while (i > 0 && ((changes[i] as number) > end || changes[i + 1] === -1 || changes[i - 1] !== -1)) i -= 2;
        expect(Math.abs((changes[i] as number) - (changes[i - 2] as number) - move.away_ms)).toBeLessThanOrEqual(1);
        gaps++;
      }
    }
    expect(gaps).toBeGreaterThan(0);
  });

  it("changes nothing of the run, and is null where it was not asked for", () => {
    const { outcome } = run(name);
    const plain = runSeed(optionsOf(name), 1);
    expect(plain.story).toBe(null);
    expect({ ...plain, story: null }).toEqual({ ...outcome, story: null });
  });

  it("has as many remarkable failures as moves were given up, up to the bound", () => {
    const { outcome, story } = run(name);
    const lost = movesOf(story).filter(({ failure }) => failure === "coordinator_lost").length;
    expect(outcome.moves.failed).toHaveLength(Math.min(REMARKABLE_MAX, (outcome.reached["move.failed"] ?? 0) + lost));
  });
});

describe("remarkable moves and metrics", () => {
  it("the worst failover's time away is the longest of failover_ms", () => {
    for (const name of ["smoke/crash-silent", "smoke/cut"]) {
      const { outcome, story } = run(name);
      const away = movesOf(story).filter(({ cause, failure }) => cause === "lost" && failure === null);
      const longest = Math.max(...away.map(({ away_ms }) => away_ms));
      expect(Math.abs(longest - histogram(outcome, "failover_ms").max / 1000)).toBeLessThanOrEqual(0.5);
    }
  });

  it("the freezes of handoffs are those of handoff_freeze_ms", () => {
    const { outcome, story } = run("smoke/churn");
    const freezes = movesOf(story).filter(({ form, failure, away_ms }) => form === "handoff" && failure === null && away_ms > 0);
    const metric = histogram(outcome, "handoff_freeze_ms");
    expect(freezes.length).toBe(metric.count);
    expect(Math.abs(freezes.reduce((sum, { away_ms }) => sum + away_ms, 0) - metric.sum / 1000)).toBeLessThanOrEqual(metric.count);
  });

  it("a silent crash is noticed after three heartbeats and a probe, and no sooner than two heartbeats", () => {
    const { outcome } = run("smoke/crash-silent");
    const { heartbeatMs, heartbeatsMissedMax } = shipped("smoke/crash-silent").options.tuning;
    const lost = outcome.moves.slowest.filter(({ cause }) => cause === "lost");
    expect(lost.length).toBeGreaterThan(0);
    for (const { noticed_ms } of lost) expect(noticed_ms).toBeGreaterThan((heartbeatsMissedMax - 1) * heartbeatMs);
  });
});
