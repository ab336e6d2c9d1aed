/** The document a search leaves: the answer, what broke beyond it, and every value that was tried. */
import type { RunResult } from "../../outcome.ts";
import { worstResult, type Size } from "../document.ts";
import type { VariedRange } from "../scenario/vary.ts";
import { RULE_RESULTS, thresholdLimit, thresholdUnit, type Breach, type CapacityProbe } from "./probe.ts";
import type { Found } from "./search.ts";

/** What broke at the first value beyond the answer: the gravest breach, and the others. */
export type Broke = Breach & { readonly at: number; readonly others: readonly Breach[] };

/** The answer of a search, as `--json` prints it and `capacity-<vary>.json` keeps it. Only `probes[].wall_s` depends on the machine. */
export type CapacityDocument = {
  readonly scenario: string;
  readonly title: string;
  readonly mode: string;
  readonly commit: string;
  readonly command: string;
  readonly definitions: number;
  /** What was asked to be varied, and the number of the scenario that this means. */
  readonly vary: string;
  readonly path: string;
  /** Unit of all values. A value stands in the scenario with `suffix` behind it. */
  readonly unit: string;
  readonly suffix: string;
  readonly from: number;
  readonly to: number;
  readonly seeds: readonly number[];
  /** ok when there is an answer; what broke a rule in any probe; else what the milder end came to. */
  readonly result: RunResult;
  readonly direction: Found["direction"];
  /** The answer: the last value that holds, seen from the milder end; down: the least that suffices. Null when not even that end holds. */
  readonly largest: number | null;
  /** The answer under the name it has when less is harder; null when more is. */
  readonly smallest: number | null;
  /** The harder end holds, too: the limit lies beyond it. */
  readonly beyond: boolean;
  /** The last value that holds and the first that does not; null where there is none. */
  readonly bracket: readonly [number | null, number | null];
  /** Relative width of the bracket: what was asked, and what came of it (null without a bracket). */
  readonly precision: { readonly asked: number; readonly reached: number | null };
  readonly monotone: boolean;
  /** Values that hold although a milder one does not. */
  readonly exceptions: readonly number[];
  readonly broke: Broke | null;
  readonly thresholds: readonly {
    readonly metric: string;
    readonly expression: string;
    readonly limit: number | null;
    readonly unit: string;
  }[];
  /** The frame of the scenario at `from`, and its expanded options there. */
  readonly size: Size;
  readonly options: unknown;
  /** Every value tried, ascending. */
  readonly probes: readonly CapacityProbe[];
};

/** What a document is made of: the scenario as it is at `from`, the search, and what it tried. */
export type CapacityParts = Pick<
  CapacityDocument,
  "scenario" | "title" | "mode" | "commit" | "command" | "definitions" | "vary" | "size" | "options" | "seeds"
> & {
  readonly range: VariedRange;
  readonly precision: number;
  readonly found: Found;
  readonly probes: readonly CapacityProbe[];
};

/** Puts the answer together. */
export function capacityDocument(parts: CapacityParts): CapacityDocument {
  const { scenario, title, mode, commit, command, definitions, vary, size, options, seeds, range, found } = parts;
  const probes = parts.probes.toSorted((a, b) => a.value - b.value);
  const { path, unit, suffix, from, to } = range;
  const { direction, holds, breaks, exceptions } = found;
  return {
    scenario,
    title,
    mode,
    commit,
    command,
    definitions,
    vary,
    path,
    unit,
    suffix,
    from,
    to,
    seeds,
    result: resultOf(found, probes),
    direction,
    largest: holds,
    smallest: direction === "down" ? holds : null,
    beyond: breaks === null,
    bracket: [holds, breaks],
    precision: { asked: parts.precision, reached: reached(holds, breaks) },
    monotone: exceptions.length === 0,
    exceptions,
    broke: brokeAt(breaks, probes),
    thresholds: (probes[0]?.thresholds ?? []).map(({ metric, expression }) => ({
      metric,
      expression,
      limit: thresholdLimit(expression),
      unit: thresholdUnit({ metric, expression }),
    })),
    size,
    options,
    probes,
  };
}

/** The same document without wall time: equal for any number of workers on any machine (DT1). */
export function stripWallTimes(document: CapacityDocument): CapacityDocument {
  return { ...document, probes: document.probes.map((probe) => ({ ...probe, wall_s: 0 })) };
}

/** Rules that broke anywhere outweigh the answer: what must never happen is not a matter of load. */
function resultOf({ holds, breaks }: Found, probes: readonly CapacityProbe[]): RunResult {
  const rules = probes.map((probe) => probe.result).filter((result) => RULE_RESULTS.includes(result));
  if (rules.length > 0) return worstResult(rules);
  if (holds !== null) return "ok";
  return probes.find((probe) => probe.value === breaks)?.result ?? "inconclusive";
}

function reached(holds: number | null, breaks: number | null): number | null {
  if (holds === null || breaks === null || holds === 0) return null;
  return Math.round((Math.abs(holds - breaks) / Math.abs(holds)) * 1e6) / 1e6;
}

function brokeAt(breaks: number | null, probes: readonly CapacityProbe[]): Broke | null {
  const [first, ...others] = probes.find((probe) => probe.value === breaks)?.breaches ?? [];
  return breaks === null || first === undefined ? null : { at: breaks, ...first, others };
}
