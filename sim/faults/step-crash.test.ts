/**
 * The step-crash matrix: at each step of a hand-over its source, its target, the coordinator or the store dies, stands still or gives no answer. Each must
 * end with exactly one owner that serves, within the bounds, whatever had been under way. Generated, not picked.
 */
import { describe, expect, it } from "vitest";
import { FAULT_STEPS, type Fault, type FaultTarget, type Options } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";

const SECOND = 1_000_000;
const LEAVES_AT = 20 * SECOND;
/** The first five of which stay on the VPS. */
const MAPS = 9;

type Blow = { readonly name: string; readonly fault: Partial<Fault> & Pick<Fault, "kind"> };

function at(end: "source" | "target"): readonly Blow[] {
  const target: FaultTarget = { pick: "move", end };
  return [
    { name: `the ${end} dies in silence`, fault: { kind: "crash", forUs: 5 * SECOND, close: false, target } },
    { name: `the ${end} dies and its line closes`, fault: { kind: "crash", forUs: 5 * SECOND, close: true, target } },
    { name: `the ${end} stands still for a moment`, fault: { kind: "pause", forUs: SECOND / 4, target } },
    { name: `the ${end} stands still for long`, fault: { kind: "pause", forUs: 6 * SECOND, target } },
  ];
}

const OF_US: readonly Blow[] = [
  { name: "the coordinator dies", fault: { kind: "coordinator-restart", forUs: SECOND } },
  { name: "the coordinator stands still", fault: { kind: "coordinator-pause", forUs: 2 * SECOND } },
  { name: "the store fails", fault: { kind: "store-fail", forUs: 2 * SECOND } },
  { name: "the store does not say what it did", fault: { kind: "store-unknown", forUs: 2 * SECOND } },
  { name: "the store times out", fault: { kind: "store-timeout", forUs: 2 * SECOND } },
  { name: "the store falls back behind its last grants", fault: { kind: "store-rollback", forUs: 0, amount: 2_000 } },
];

const BLOWS = [...at("source"), ...at("target"), ...OF_US];

/** Machines that stay, one of which wants to leave; and one blow, at the first hand-over that passes `step` from then on. */
function struck(step: (typeof FAULT_STEPS)[number], { fault }: Blow, afterUs: number): Options {
  const base = smallOptions();
  const usual = { everyUs: null, forUs: 0, target: { pick: "all" }, amount: 1, close: true } as const;
  const leave: Fault = { ...usual, id: "leave", kind: "leave", atUs: LEAVES_AT, target: { pick: "busiest", count: 1 } };
  const blow: Fault = { ...usual, ...fault, id: "blow", atUs: LEAVES_AT - 1, on: { step, afterUs } };
  const still = { uptimeS: null, downtimeS: null, cpuGhz: { law: "constant", value: 4 }, uploadMbps: { law: "constant", value: 400 } };
  const few = <T>(list: readonly T[]): readonly T[] => list.slice(0, MAPS);
  const { names, eligible, popularity } = base.maps;
  return {
    ...base,
    hosts: { ...base.hosts, count: 6, ...(still as Partial<Options["hosts"]>) },
    players: { ...base.players, initial: 30 },
    maps: { names: few(names), eligible: few(eligible), popularity: few(popularity) },
    durationUs: 45 * SECOND,
    settleUs: 45 * SECOND,
    faults: [leave, blow],
  };
}

describe.each(FAULT_STEPS)("a hand-over that is %s", (step) => {
  it.each(BLOWS)("HO1, HO2, HO5, HO8, HO9: ends with one owner when $name", (blow) => {
    // At the step itself, and while what follows it is on its way.
    for (const afterUs of [0, 40_000]) {
      const { violations, faults } = runSeed(struck(step, blow, afterUs), 1);
      expect(violations.filter(({ rule }) => rule !== "vacuous")).toEqual([]);
      expect(faults.find(({ id }) => id === "blow")?.applied).toBe(1);
    }
  });
});

describe("the matrix", () => {
  it.each(["commit-before-freeze", "double-grant-on-unknown", "claim-not-retried"] as const)("finds %s", (bug) => {
    const broken = FAULT_STEPS.some((step) =>
      BLOWS.some((blow) => runSeed({ ...struck(step, blow, 0), planted: [bug] }, 1).violations.some(({ rule }) => rule !== "vacuous")),
    );
    expect(broken).toBe(true);
  });
});
