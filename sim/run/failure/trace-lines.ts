/** The cone of a violation as `trace.jsonl`: a header, then one step a line. */
import type { Violation } from "../../outcome.ts";
import type { Cone } from "./cone.ts";
import type { TraceEvent, TraceHost } from "./events.ts";
import { messageText } from "./step-words.ts";
import type { TracedRun } from "./trace.ts";

/** The first line of a `trace.jsonl`. */
export type TraceHeader = {
  readonly schema: "peerstead-trace/1";
  readonly scenario: string;
  readonly seed: number;
  readonly rule: string;
  readonly at_s: number;
  readonly message: string;
  /** The number of the step in which the violation was found; 0: it was found in none, and no steps follow. */
  readonly violating: number;
  /** Steps that follow, and steps of the whole run up to the violation. */
  readonly steps: number;
  readonly steps_in_run: number;
  /** Oldest steps of the run that were not kept, so that causes may lead to them. */
  readonly truncated: number;
  /** Map, hosts and player that the story is about; null: none. Names by number. */
  readonly map: { readonly map: number; readonly name: string } | null;
  readonly hosts: readonly TraceHost[];
  readonly player: number | null;
  readonly regions: readonly string[];
};

/** A step of a `trace.jsonl`: `text` says in words what `input` says in fields; see TraceEvent for the rest. */
export type TraceLine = TraceEvent & { readonly text: string };

/** What the lines are made of: scenario and seed of the run, the run, and the violation with its cone. */
export type TraceLineParts = {
  readonly scenario: string;
  readonly seed: number;
  readonly run: Pick<TracedRun, "events" | "truncated" | "names">;
  readonly violation: Violation;
  readonly cone: Cone;
};

/** The lines of a `trace.jsonl`, each one JSON object without a line end: a {@link TraceHeader}, then a {@link TraceLine} for each step of the cone. */
export function traceLines({ scenario, seed, run, violation, cone }: TraceLineParts): string[] {
  const { events, truncated, names } = run;
  const first = events[0]?.n ?? 1;
  const header: TraceHeader = {
    schema: "peerstead-trace/1",
    scenario,
    seed,
    rule: violation.rule,
    at_s: violation.at_s,
    message: violation.message,
    violating: cone.violating,
    steps: cone.steps.length,
    steps_in_run: cone.violating === 0 ? truncated + events.length : cone.violating,
    truncated,
    map: cone.map < 0 ? null : { map: cone.map, name: names.maps[cone.map] ?? "" },
    hosts: names.hosts.filter(({ host }) => cone.hosts.includes(host)),
    player: cone.player < 0 ? null : cone.player,
    regions: names.regions,
  };
  const lines = cone.steps.map((n): TraceLine => {
    const { at_us, cause, actor, input, records, violations } = events[n - first] as TraceEvent;
    return { n, at_us, cause, actor, text: messageText(input, actor), input, records, violations };
  });
  return [header, ...lines].map((line) => JSON.stringify(line));
}
