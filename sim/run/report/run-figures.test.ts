import { describe, expect, it } from "vitest";
import { buildDocument } from "../document.ts";
import { someMetrics, someOptions, someOutcome } from "../document.fixture.ts";
import { summaryFigures } from "./run-figures.ts";

function figuresOf(...runs: readonly Readonly<Record<string, readonly number[]>>[]) {
  const outcomes = runs.map((figures, i) => someOutcome(i + 1, { metrics: someMetrics(figures) }));
  const parts = { options: someOptions(), seeds: [], outcomes, commit: "", mode: "", command: "" };
  return new Map(summaryFigures(buildDocument(parts)).map((figure) => [figure.name, figure]));
}

describe("the big figures of a run", () => {
  it("are what the metrics say, over all runs", () => {
    const figures = figuresOf(
      { players_online: [100, 300], vps_slots_needed: [40], unhosted_map_seconds: [2], interruptions_per_player_hour: [0.5] },
      { players_online: [200, 200], vps_slots_needed: [55], unhosted_map_seconds: [4], interruptions_per_player_hour: [0.1] },
    );
    const shown = [...figures].map(([name, { value }]) => [name, value.replaceAll("\u00a0", " ")]);
    expect(shown.slice(0, 3)).toEqual([
      ["Players at the peak", "300"],
      ["VPS slots to rent", "55"],
      ["Play on player hosts", "64 %"],
    ]);
    expect(figures.get("Players at the peak")?.meaning).toContain("200 on average");
    expect(figures.get("A player meets a move")?.value).toBe("every 3.3\u00a0h");
    expect(figures.get("Maps without a host")?.value).toBe("3\u00a0s");
  });

  it("warn where more slots are needed than there are", () => {
    expect(figuresOf({ vps_slots_needed: [901] }).get("VPS slots to rent")?.tone).toBe("bad");
    expect(figuresOf({ vps_slots_needed: [900] }).get("VPS slots to rent")?.tone).toBeUndefined();
  });

  it("say whether round trips are shorter or longer than with every map on the VPS", () => {
    expect(figuresOf({ rtt_ms: [30], rtt_vps_ms: [50] }).get("Round trip")?.meaning).toContain("20\u00a0ms less");
    expect(figuresOf({ rtt_ms: [50], rtt_vps_ms: [30] }).get("Round trip")?.meaning).toContain("20\u00a0ms more");
  });

  it("say never of what never happened, and leave out what is not known", () => {
    expect(figuresOf({ interruptions_per_player_hour: [0] }).get("A player meets a move")?.value).toBe("never");
    const names = [...figuresOf({ rtt_vps_ms: [], interruption_ms: [], players_online: [] }).keys()];
    expect(names).not.toContain("Round trip");
    expect(names).not.toContain("A move stops play for");
    expect(names).not.toContain("Players at the peak");
  });
});
