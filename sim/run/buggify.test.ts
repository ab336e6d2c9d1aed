/** Runs with BUGGIFY: the rules hold whatever fires, every site fires somewhere, and sites that do not fire change nothing. */
import { describe, expect, it } from "vitest";
import { BUGGIFY_SITES } from "../../src/core/protocol/buggify.ts";
import { compareRuns } from "../checkers/determinism.ts";
import type { Fault, Options } from "../options.ts";
import { buildDocument } from "./document.ts";
import { runSeed } from "./run-seed.ts";
import { shipped } from "./shipped.fixture.ts";

const SECOND = 1_000_000;
const SEEDS = 40;

function fault(kind: Fault["kind"], everyS: number, forS: number, over: Partial<Fault> = {}): Fault {
  const times = { atUs: 5 * SECOND, everyUs: everyS * SECOND, forUs: forS * SECOND };
  return { id: kind, kind, ...times, target: { pick: "count", count: 1 }, amount: 0.5, close: true, ...over };
}

/** Ten machines, twelve maps, a hundred players, one minute of mishaps. */
const SMALL = ["duration=60s", "settle=60s", "fleet.hosts.count=10", "fleet.players.peak=100", "fleet.maps.count=12", "vps.slots=12"];
const FAULTS = [
  fault("crash", 10, 1, { target: { pick: "busiest", count: 1 } }),
  fault("cut", 20, 3),
  fault("leave", 15, 0),
  fault("pause", 30, 2),
  fault("store-unknown", 20, 4),
  fault("store-fail", 30, 4),
  fault("coordinator-restart", 30, 1),
];
const base: Options = { ...shipped("smoke/calm", ...SMALL).options, faults: FAULTS };
const on: Options = { ...base, buggify: { active: 0.25, fires: 0.25 } };

describe("BUGGIFY", () => {
  it("HO1 to LV4: the rules hold over seeds with faults, every site fires in some of them, and runs end as they did before", () => {
    const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1);
    const outcomes = seeds.map((seed) => runSeed(on, seed));
    expect(outcomes.flatMap((run) => run.violations)).toEqual([]);
    for (const run of outcomes.slice(0, 5)) expect(compareRuns(run, runSeed(on, run.seed))).toEqual([]);
    const { reached, inconclusive } = buildDocument({ options: on, seeds, outcomes, commit: "", mode: "", command: "" });
    expect(Object.keys(BUGGIFY_SITES).filter((name) => (reached[`buggify.${name}`] ?? 0) === 0)).toEqual([]);
    expect(inconclusive).toEqual([]);
  });

  it("DT1: sites that are asked and never fire move nothing; sites that fire do", () => {
    const plain = runSeed(base, 1);
    expect(Object.keys(plain.reached).filter((name) => name.startsWith("buggify."))).toEqual([]);
    expect(runSeed({ ...base, buggify: { active: 1, fires: 0 } }, 1).fingerprint).toBe(plain.fingerprint);
    expect(runSeed({ ...base, buggify: { active: 1, fires: 0.25 } }, 1).fingerprint).not.toBe(plain.fingerprint);
  });

  it("a campaign in which no site fired is inconclusive, and so is one whose named site never did", () => {
    const build = (options: Options): readonly string[] =>
      buildDocument({ options, seeds: [1], outcomes: [runSeed(options, 1)], commit: "", mode: "", command: "" }).inconclusive;
    expect(build({ ...base, buggify: { active: 1, fires: 0 } })).toContain("no BUGGIFY site fired in any run");
    const named = shipped("smoke/calm", "faults.buggify.active=0", "require.sometimes=[buggify.load-slow]").options;
    expect(named.buggify).toEqual({ active: 0, fires: 0.25 });
    expect(build(named)).toContain("buggify.load-slow never happened in any run");
  });

  it("is off where a scenario does not ask for it, and asked for by an empty mapping", () => {
    expect(shipped("smoke/calm").options.buggify).toBeNull();
    expect(shipped("smoke/calm", "faults.buggify=null").options.buggify).toBeNull();
    expect(shipped("smoke/calm", "faults.buggify={}").options.buggify).toEqual({ active: 0.25, fires: 0.25 });
    expect(shipped("smoke/calm", "faults.buggify={active: 1, fires: 0.5}").options.buggify).toEqual({ active: 1, fires: 0.5 });
    expect(() => shipped("smoke/calm", "faults.buggify.fires=2")).toThrow("faults.buggify.fires");
  });
});
