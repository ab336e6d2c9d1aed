/** OR1: what only a fault can bring about does not happen in a run without that fault. */
import type { Fault } from "../options.ts";
import type { Violation } from "../outcome.ts";
import type { CheckerOptions } from "./checker.ts";
import { STORE_FAULTS } from "./fair-clock.ts";

type Kind = Fault["kind"];

const STORE: readonly Kind[] = [...STORE_FAULTS, "store-rollback"];
const RESTART: readonly Kind[] = ["coordinator-restart"];
const LIES: readonly Kind[] = ["equivocate", "stale-replay"];

/** A name under `reached`, the faults that can bring it about, and whether a BUGGIFY site can. */
type OnlyWith = { readonly name: string; readonly kinds: readonly Kind[]; readonly buggify?: boolean };

/** Excuses of the other checkers above all: one without its cause hides a broken rule. */
export const ONLY_WITH: readonly OnlyWith[] = [
  { name: "coordinator.restarted", kinds: RESTART },
  { name: "host.blocked", kinds: ["validation-fail"] },
  { name: "excused.clock.store_fault", kinds: STORE },
  { name: "excused.HO8.liar", kinds: LIES },
  { name: "excused.HO9.liar", kinds: ["stale-replay"] },
  { name: "excused.HO2.rolled_back", kinds: ["store-rollback"] },
  { name: "excused.HO3.adopted", kinds: [...STORE, ...RESTART], buggify: true },
  { name: "excused.HO8.unsure_claim", kinds: [...STORE, ...RESTART], buggify: true },
  { name: "excused.HO5.restart", kinds: RESTART },
  { name: "excused.HO6.restart", kinds: RESTART },
  { name: "excused.HO10.restart", kinds: RESTART },
  { name: "excused.HO7.late_commit", kinds: RESTART },
  { name: "excused.ST2.under_way", kinds: RESTART },
];

/** What a run reached and could not have, by the plan of its faults. `at_s`: the end of the run. */
export function unreachable(options: CheckerOptions, reached: Readonly<Record<string, number>>, at_s: number): Violation[] {
  const planned = new Set(options.faults.map((fault) => fault.kind));
  return ONLY_WITH.filter(
    ({ name, kinds, buggify }) =>
      (reached[name] ?? 0) > 0 && !kinds.some((kind) => planned.has(kind)) && !(buggify === true && options.buggify !== null),
  ).map(({ name, kinds }) => ({
    rule: "OR1",
    at_s,
    message: `${name} was counted ${reached[name]} times, and the run had nothing of what brings it about: ${kinds.join(", ")}`,
  }));
}
