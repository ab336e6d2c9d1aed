import { describe, expect, it } from "vitest";
import { buildDocument, type RunDocument } from "./document.ts";
import { someMetrics, someOptions, someOutcome } from "./document.fixture.ts";
import type { Options } from "../options.ts";
import type { RunOutcome } from "../outcome.ts";
import { summaryText } from "./summary.ts";
import { failedOutcome } from "./ticket.ts";

const THRESHOLDS = [
  { metric: "unhosted_ms", expression: "max<=3000" },
  { metric: "interruption_ms", expression: "p(99)<=5000" },
];

function build(outcomes: readonly RunOutcome[], options: Partial<Options> = {}): RunDocument {
  const seeds = outcomes.map((run) => run.seed);
  return buildDocument({ options: someOptions(options), seeds, outcomes, commit: "c0ffee", mode: "capacity", command: "" });
}

function text(document: RunDocument, width = 100): string {
  return summaryText(document, { width, color: false });
}

/** The text with its line breaks and indents undone, so that a sentence can be looked for. */
function flat(document: RunDocument): string {
  return text(document).replace(/\s+/g, " ");
}

describe("the summary on the terminal", () => {
  it("answers the operator's questions with the document's figures", () => {
    const answer = flat(build([someOutcome(1), someOutcome(2)], { thresholds: THRESHOLDS }));
    expect(answer).toContain("OK. No rule was broken in 2 runs, and all 2 thresholds hold.");
    expect(answer).toContain("20,113 online at the peak");
    expect(answer).toContain("64 % of player-hours and 61 % of map-hours ran on machines of players; 78 % for the 1,600 of 2,000 maps");
    expect(answer).toContain("Rent 812");
    expect(answer).toContain("player hosts saved 7,357 slot-hours a run");
    expect(answer).toContain("Maps moved 312 times an hour");
    expect(answer).toContain("host lost 148, host left politely 90");
    expect(answer).toContain("A move stops play for 210 ms (median)");
    expect(answer).toContain("with every map on the VPS 52 ms and 95 ms");
    expect(answer).toContain("Nearest to its limit: unhosted_ms max<=3000, at 2,600 (13 % to spare)");
    expect(answer).toContain("network speed 83 %, latency 45 % and CPU clock 20 %");
    expect(answer).toContain("2 seeds (1..2), 12 h of play; 4.9 million events");
  });

  it("is one screen: at most 40 lines, none wider than asked for, never wider than 100", () => {
    const faults = Array.from({ length: 12 }, (_, i) => ({ id: `region-outage-${i}`, kind: "region-outage", applied: 3, effects: i }));
    const refused = { map_full: 1200, map_unhosted: 300, vps_full: 20, host_full: 3 };
    const metrics = someMetrics({ vps_refused: [40], migrations_per_hour_degraded: [5], migrations_per_hour_overload: [4] });
    const reached = { "map.unhostedAtEnd": 4 };
    const full = build(
      [1, 2, 3].map((seed) => someOutcome(seed, { faults, refused, metrics, reached })),
      { thresholds: THRESHOLDS },
    );
    for (const width of [80, 100, 240]) {
      const lines = text(full, width).split("\n");
      expect(lines.length).toBeLessThanOrEqual(40);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(width, 100));
    }
  });

  it("colours only when asked, and the words stay the same", () => {
    const document = build([someOutcome(1)]);
    const colored = summaryText(document, { width: 100, color: true });
    const plain = summaryText(document, { width: 100, color: false });
    expect(plain).not.toContain("\u001b");
    expect(colored).toContain("\u001b[32m");
    // oxlint-disable-next-line no-control-regex -- colours are control characters, and they are what is looked for
    expect(colored.replace(/\u001b\[\d+m/g, "").replace(/[ ]+$/gm, "")).toBe(plain);
  });

  it("names failed thresholds first, with what they are and what they should be", () => {
    const answer = flat(build([someOutcome(1)], { thresholds: [{ metric: "unhosted_ms", expression: "max<=2000" }, ...THRESHOLDS] }));
    expect(answer).toContain("NOT GOOD ENOUGH. 1 of 3 thresholds does not hold");
    expect(answer).toContain("Breaks first unhosted_ms is 2,600, not max<=2000.");
  });

  it("names the first limit that was met, with its time", () => {
    const rows = (name: string, values: number[]) => ({ step_s: 300, rows: [{ name, unit: "", values }] });
    const runs = [
      someOutcome(1, { series: rows("vps_refused", [0, 0, 0, 2]) }),
      someOutcome(2, { series: rows("players_refused", [0, 0, 5, 0]) }),
    ];
    expect(flat(build(runs))).toContain("Players were refused entry, first within 5 min of 0:10:00, seed 2.");
    const few = build([someOutcome(1, { metrics: someMetrics({ vps_refused: [17], vps_slots_needed: [960] }) })]);
    expect(flat(few)).toContain("Rent 960");
    expect(flat(few)).toContain("The 900 of the scenario were too few: 17 refusals.");
  });

  it("says what broke, in which run and when", () => {
    const violations = [{ rule: "HO1", at_s: 3723, message: "map field has two owners under epoch 12" }];
    const broken = build([someOutcome(1), someOutcome(2, { result: "safety", violations, violationsTotal: 1 })]);
    expect(flat(broken)).toContain("UNSAFE. What must never happen did, in 1 of 2 runs: HO1.");
    expect(flat(broken)).toContain("HO1 at 1:02:03 of seed 2: map field has two owners under epoch 12");
    const crashed = build([failedOutcome(3, "crash", "crash", "Bug: a map has no id")]);
    expect(flat(crashed)).toContain("CRASHED in 1 of 1 run.");
    expect(flat(crashed)).toContain("Seed 3 crashed: Bug: a map has no id");
    expect(flat(crashed)).not.toMatch(/NaN|undefined|null/);
  });

  it("says how to see a failed seed again, on one line however long", () => {
    const command = `peerstead replay capacity/evening-peak --seed 2 ${"--set fleet.hosts.count=500 ".repeat(6)}--data traces`;
    const violations = [{ rule: "HO1", at_s: 3723, message: "two owners" }];
    const outcomes = [someOutcome(1), someOutcome(2, { result: "safety", violations, violationsTotal: 1 })];
    const replay = (seed: number): string => command.replace("2", String(seed));
    const document = buildDocument({ options: someOptions(), seeds: [1, 2], outcomes, commit: "", mode: "", command: "", replay });
    expect(document.runs.map((run) => run.replay)).toEqual([null, command]);
    expect(text(document).split("\n")).toContain(`Replay         ${command}`);
  });

  it("names a commit by its first digits and says when files differ from it", () => {
    const of = (commit: string): string =>
      flat(buildDocument({ options: someOptions(), seeds: [1], outcomes: [someOutcome(1)], commit, mode: "", command: "" }));
    const commit = "0123456789abcdef0123456789abcdef01234567";
    expect(of(commit)).toContain("commit 0123456789ab.");
    expect(of(`${commit}+dirty`)).toContain("commit 0123456789ab+dirty.");
    expect(of("1.2.3")).toContain("commit 1.2.3.");
  });

  it("says what was not put to the test", () => {
    const faults = [{ id: "cut-1", kind: "cut", applied: 2, effects: 0 }];
    const answer = flat(build([someOutcome(1, { faults })]));
    expect(answer).toContain("NOT CONCLUSIVE. Fault cut-1 (cut) met nothing in any run.");
    expect(answer).toContain("cut-1 came 2 times and met nothing");
  });

  it("a quiet run says that nothing happened, in words", () => {
    const quiet = { interruption_ms: [], unhosted_ms: [], unhosted_map_seconds: [0], migrations_per_hour: [0], detection_ms: [] };
    const answer = flat(build([someOutcome(1, { metrics: someMetrics(quiet) })]));
    expect(answer).toContain("No map moved.");
    expect(answer).toContain("No map was without a host.");
    expect(answer).toContain("Nothing broke, and no limit was met.");
  });
});
