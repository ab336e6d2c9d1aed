/** The step-crash matrix: what strikes a hand-over, at which step, and the run around it. Generated, not picked. */
import { FAULT_STEPS, type Fault, type FaultTarget, type Options } from "../options.ts";
import { smallOptions } from "../run/small-options.fixture.ts";

const SECOND = 1_000_000;

/** A step of a hand-over that a blow can wait for. */
export type Step = (typeof FAULT_STEPS)[number];
/** What strikes: one fault, but for when. */
export type Blow = { readonly name: string; readonly fault: Partial<Fault> & Pick<Fault, "kind"> };

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

/** All that strikes. */
export const BLOWS: readonly Blow[] = [...at("source"), ...at("target"), ...OF_US];

/** What else a matrix says of its runs. */
export type Ground = {
  readonly hosts: number;
  readonly maps: readonly [from: number, to: number];
  readonly leavesAtS: number;
  readonly over: Partial<Options>;
};

/** Machines that stay, one of which wants to leave; and one blow, at the first hand-over that passes `step` from then on. */
export function struckRun(ground: Ground, step: Step, { fault }: Blow, afterUs: number): Options {
  const base = smallOptions(ground.over);
  const leavesAt = ground.leavesAtS * SECOND;
  const usual = { everyUs: null, forUs: 0, target: { pick: "all" }, amount: 1, close: true } as const;
  const leave: Fault = { ...usual, id: "leave", kind: "leave", atUs: leavesAt, target: { pick: "busiest", count: 1 } };
  const blow: Fault = { ...usual, ...fault, id: "blow", atUs: leavesAt - 1, on: { step, afterUs } };
  const still = { uptimeS: null, downtimeS: null, cpuGhz: { law: "constant", value: 4 }, uploadMbps: { law: "constant", value: 400 } };
  const few = <T>(list: readonly T[]): readonly T[] => list.slice(...ground.maps);
  const { names, eligible, popularity } = base.maps;
  return {
    ...base,
    hosts: { ...base.hosts, count: ground.hosts, ...(still as Partial<Options["hosts"]>) },
    maps: { names: few(names), eligible: few(eligible), popularity: few(popularity) },
    faults: [leave, blow],
  };
}
