/** Which applied operations a state contains: those of its lineage up to its number, what was done again on the way, and so on back to the beginning. */
import type { OperationId } from "../../src/core/protocol/operations.ts";
import type { Lineage } from "./lineages.ts";

/** An operation that the store applied. `late`: when somebody else had taken the map up already; no state owes it. */
export type Applied = { readonly id: OperationId; readonly number: number; readonly late: boolean };

/** What was applied of one lineage's operations, in the order of the store, and its highest number. */
export type Deeds = { readonly applied: Applied[]; highest: number };

/**
 * The applied operations of a map that a state does not contain, by number: who takes the state up owes them. `tip` is the lineage that the state
 * was copied from (null: the beginning), `number` how many deeds of the map are in it.
 */
export function missingFrom(all: ReadonlyMap<Lineage, Deeds>, tip: Lineage | null, number: number): Applied[] {
  const upTo = new Map<Lineage, number>();
  const redone = new Set<OperationId>();
  let n = number;
  for (let one = tip; one !== null; one = one.parent) {
    upTo.set(one, n);
    for (const id of one.redone) redone.add(id);
    n = one.number;
  }
  const missing: Applied[] = [];
  for (const [lineage, { applied, highest }] of all) {
    const from = upTo.get(lineage) ?? -1;
    if (highest <= from) continue;
    for (const one of applied) if (one.number > from && !redone.has(one.id)) missing.push(one);
  }
  // Sorting is stable: equal numbers stay in the order of the lineages.
  return missing.sort((a, b) => a.number - b.number);
}
