/** Counts how often each planned fault was applied and what it met: a fault that met nothing proves nothing. */
import type { Observer } from "../world/observer.ts";
import type { Fault } from "../options.ts";
import type { FaultOutcome } from "../outcome.ts";

/** The observer that counts, by fault. */
export class FaultTally implements Observer {
  readonly #faults: Map<string, { kind: string; applied: number; effects: number }>;

  constructor(faults: readonly Fault[]) {
    this.#faults = new Map(faults.map((fault) => [fault.id, { kind: fault.kind, applied: 0, effects: 0 }]));
  }

  fault(_at: number, id: string, what: "begin" | "end" | "effect", count: number): void {
    const tally = this.#faults.get(id);
    if (tally === undefined) return;
    if (what === "begin") tally.applied += 1;
    else if (what === "effect") tally.effects += count;
  }

  /** One line per fault, in the order of the plan. */
  outcomes(): FaultOutcome[] {
    return [...this.#faults].map(([id, tally]) => ({ id, ...tally }));
  }
}
