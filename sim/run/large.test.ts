/** The large scenarios on a small scale: the same worlds and the same faults, sooner and with fewer people. */
import { describe, expect, it } from "vitest";
import type { RunDocument } from "./document.ts";
import { buildDocument } from "./document.ts";
import { runSeed } from "./run-seed.ts";
import { seedsOf, shipped, shippedIn } from "./shipped.fixture.ts";

const SMALL = [
  "fleet.hosts.count=150",
  "fleet.players.peak=500",
  "fleet.maps.count=24",
  "fleet.maps.critical=4",
  "vps.slots=24",
  "series.step=1m",
];

/** When the faults of a chaos scenario come in a run cut to ten minutes. */
const SOONER: Readonly<Record<string, readonly string[]>> = {
  "chaos/region-outage": ["faults.plan.0.at=2m", "faults.plan.0.for=1m", "faults.plan.1.at=6m", "faults.plan.1.for=1m"],
  "chaos/restart-storm": ["faults.plan.0.at=3m", "faults.plan.0.for=20s", "faults.plan.1.at=3m"],
};

/** Those in which games run are small as they are: they are cut short alone. */
const GAMES = ["chaos/handoff-30ms", "chaos/failover"];

function run(name: string, seeds: readonly number[], ...sets: string[]): RunDocument {
  // So few people and so short a time leave some metrics without a sample; a threshold on those can say nothing.
  const options = { ...shipped(name, ...SMALL, ...sets).options, thresholds: [] };
  const outcomes = seeds.map((seed) => runSeed(options, seed));
  return buildDocument({ options, seeds, outcomes, commit: "", mode: "", command: "" });
}

/** What a good run leaves to be looked at: nothing. */
function wrong({ result, inconclusive, runs, thresholds }: RunDocument) {
  return { result, inconclusive, violations: runs.flatMap((each) => each.violations), broken: thresholds.filter((each) => !each.ok) };
}

const NOTHING_WRONG = { result: "ok", inconclusive: [], violations: [], broken: [] };

describe("scenarios/chaos", () => {
  // The swarm draws its faults, and has a campaign of its own: sim/run/fuzz/campaign.test.ts.
  it.each(shippedIn("chaos").filter((name) => name !== "chaos/swarm" && !GAMES.includes(name)))(
    "%s ends well when it is cut short",
    (name) => {
      const sooner = SOONER[name];
      if (sooner === undefined) throw new Error(`say when the faults of ${name} come in ten minutes`);
      const document = run(name, seedsOf(shipped(name)), "duration=10m", ...sooner);
      expect(wrong(document)).toEqual(NOTHING_WRONG);
      expect(document.faults.every((fault) => fault.effects > 0)).toBe(true);
    },
  );

  it.each(GAMES)("SY1, SY2, SY3: %s keeps what RULES promise when it is cut short", (name) => {
    const { options } = shipped(name, "duration=3m", "settle=30s", "sealing.mode=off");
    const document = buildDocument({ options, seeds: [2], outcomes: [runSeed(options, 2)], commit: "", mode: "", command: "" });
    expect(wrong(document)).toEqual(NOTHING_WRONG);
    expect(document.thresholds.map(({ metric }) => metric)).toContain("acknowledged_lost");
  });

  it("the storm takes the share of players it names off the net, and they come back over a long time", () => {
    const { series } = run("chaos/restart-storm", [1], "duration=10m", ...(SOONER["chaos/restart-storm"] ?? []));
    const online = series[0]?.rows.find((row) => row.name === "players_online")?.values ?? [];
    const [before, after, later] = [online[2] ?? 0, online[3] ?? 0, online[9] ?? 0];
    expect(after / before).toBeGreaterThan(0.35);
    expect(after / before).toBeLessThan(0.5);
    expect(later).toBeGreaterThan(after * 1.2);
    expect(later).toBeLessThan(before);
  });
});

describe("scenarios/capacity", () => {
  it.each(shippedIn("capacity").filter((name) => name !== "capacity/games"))("%s ends well at a small size", (name) => {
    const document = run(name, [1], "duration=30m");
    expect(wrong(document)).toEqual(NOTHING_WRONG);
    const { share_map_hours_p2p: p2p, players_online: online } = document.metrics;
    expect(p2p?.mean).toBeGreaterThan(0.2);
    expect(online?.max).toBeGreaterThan(200);
  });

  it("SY1, GA1: capacity/games ends well with fewer people", () => {
    const { options } = shipped("capacity/games", "duration=40s", "fleet.players.peak=200", "fleet.maps.count=20");
    const document = buildDocument({ options, seeds: [1], outcomes: [runSeed(options, 1)], commit: "", mode: "", command: "" });
    expect(wrong(document)).toEqual(NOTHING_WRONG);
    expect(document.metrics["input_ms"]?.count).toBeGreaterThan(1000);
  });
});
