/** What a search for the first difference answers, as `--json` prints it. */
import { type SettingDifference, settingDifferences } from "../compare/settings-diff.ts";
import type { EventLine } from "./event-line.ts";
import type { LadderOf } from "./event-ladder.ts";
import type { LadderAnswer } from "./ladder-run.ts";
import { type Both, FOLLOWING, type Found, type TimedStretch } from "./search.ts";

/** Which side it was: as the command line names it, what code and which Node; `node` is null for a run that is only read from a file. */
export type SideWords = { readonly side: string; readonly commit: string; readonly node: string | null };

/** One side of the answer. `entries`: events, or decisions, in its ladder. `unsteady`: where two runs of this side alone part, null when they agree. */
export type DivergeSide = SideWords & {
  readonly entries: number;
  readonly fingerprint: string;
  readonly decisions: string;
  readonly result: string;
  readonly runs: number;
  readonly unsteady: TimedStretch | null;
};

/** The first difference: entry `number` (from 1) of both ladders, null for a side that has ended before it, and what differs in it. */
export type FirstDifference = {
  readonly number: number;
  readonly a: EventLine | null;
  readonly b: EventLine | null;
  readonly fields: readonly SettingDifference[];
};

/**
 * The answer. `equal` is about the ladders; fingerprints hold the metrics too. `before` are the last entries that both sides share, `after` what
 * each did next, beginning with the first difference. `stretch` is where the ladders part. `note` says what stands in the way of more.
 */
export type DivergeDocument = {
  readonly scenario: string;
  readonly seed: number;
  readonly of: LadderOf;
  readonly command: string;
  readonly equal: boolean;
  readonly fingerprints_equal: boolean;
  readonly decisions_equal: boolean;
  readonly a: DivergeSide;
  readonly b: DivergeSide;
  readonly settings: readonly SettingDifference[];
  readonly first: FirstDifference | null;
  readonly stretch: TimedStretch | null;
  readonly before: readonly EventLine[];
  readonly after: { readonly a: readonly EventLine[]; readonly b: readonly EventLine[] };
  readonly note: string | null;
};

/** What the document needs besides what was found; `shown` is the number of entries before the difference. */
export type DivergeParts = { readonly sides: Both<SideWords>; readonly command: string; readonly shown: number };

/** The answer to a search over two sides that could be run. */
export function divergeDocument(found: Found, { sides, command, shown }: DivergeParts): DivergeDocument {
  const [a, b] = found.first;
  const { parting } = found;
  const lines = (of: readonly string[]): EventLine[] => of.slice(0, Math.min(FOLLOWING, Math.max(1, shown))).map(parsed);
  const after = { a: lines(parting?.lines[0] ?? []), b: lines(parting?.lines[1] ?? []) };
  const first = parting === null ? null : firstOf(parting.number, after.a[0] ?? null, after.b[0] ?? null);
  return {
    scenario: a.scenario,
    seed: a.seed,
    of: a.of,
    command,
    equal: found.stretch === null,
    fingerprints_equal: a.fingerprint === b.fingerprint,
    decisions_equal: a.decisions === b.decisions,
    a: sideOf(sides[0], a, found.runs, found.unsteady[0]),
    b: sideOf(sides[1], b, found.runs, found.unsteady[1]),
    settings: settingDifferences(a.options, b.options),
    first,
    stretch: found.stretch,
    before: shown === 0 ? [] : (parting?.context ?? []).slice(-shown).map(parsed),
    after,
    note: null,
  };
}

/** One side in the answer. */
export function sideOf(words: SideWords, answer: LadderAnswer, runs: number, unsteady: TimedStretch | null): DivergeSide {
  const { fingerprint, decisions, result, ladder } = answer;
  return { ...words, entries: ladder.events, fingerprint, decisions, result, runs, unsteady };
}

/** A line of a ladder as what it says. */
export function parsed(line: string): EventLine {
  return JSON.parse(line) as EventLine;
}

/** The fields in which two entries differ; of two of unlike kinds that they are, because nothing else can be set against each other. */
function firstOf(number: number, a: EventLine | null, b: EventLine | null): FirstDifference {
  if (a === null || b === null) return { number, a, b, fields: [] };
  const all = settingDifferences(a, b);
  const kinds = all.filter(({ path }) => path === "event" || path === "message.kind" || path === "record.kind" || path === "ask.verb");
  return { number, a, b, fields: kinds.length > 0 ? [...all.filter(({ path }) => path === "at"), ...kinds] : all };
}
