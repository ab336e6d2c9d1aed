/**
 * A side of `diverge` that is a file: a run that is over. Its ladder says in which stretch the other side parts from it; where its commit is at hand
 * and leaves the recorded ladder again, that commit takes the file's place and the first difference is found as between any two sides.
 */
import type { LadderReading } from "../../src/base/hash.ts";
import type { DivergeDocument, DivergeSide, SideWords } from "../../sim/run/diverge/document.ts";
import type { LadderOf, Stretch } from "../../sim/run/diverge/event-ladder.ts";
import type { LadderAnswer } from "../../sim/run/diverge/ladder-run.ts";
import type { Recorded } from "../../sim/run/diverge/recorded.ts";
import type { Both, RunBoth } from "../../sim/run/diverge/search.ts";
import { complaintText } from "../base/result.ts";
import { readText } from "../compat/files.ts";
import type { SideRun } from "./diverge-child.ts";
import type { Place, Places } from "./diverge-places.ts";
import type { RunSides } from "./diverge-run.ts";
import type { Side } from "./diverge-side.ts";
import { Failure } from "./failure.ts";
import { parseSeed, parseWhole } from "./seeds.ts";

/** What the command line of a recorded run says of it. */
export type RecordedWords = {
  readonly scenario: string;
  readonly point: string | undefined;
  readonly set: readonly string[];
  readonly data: string | undefined;
};

/** A recorded run as a side: `index` is 0 for A and 1 for B; `words` is null where the file does not say how it was run. */
export type RecordedRun = { readonly index: 0 | 1; readonly side: Side; readonly run: Recorded; readonly words: RecordedWords | null };

/** How the answer is wanted. */
export type View = { readonly of: LadderOf; readonly shown: number; readonly command: string };

/** The side that is a file, read; null when none is. Throws a {@link Failure} for a file that is no recorded run, and for two of them. */
export async function recordedRun(
  sides: Both<Side>,
  places: Places,
  flags: { seed?: string; point?: string },
): Promise<RecordedRun | null> {
  const paths = sides.map((side) => places.file(side));
  const index = paths.findIndex((path) => path !== null);
  const path = paths[index] ?? null;
  if (path === null) return null;
  if (paths.every((each) => each !== null))
    throw new Failure("at most one side can be a file: a run that is over can only be compared with one that is run");
  const side = sides[index] as Side;
  if (side.node !== null || side.sets.length > 0)
    throw new Failure(`side ${side.text}: a file is a run that is over; node: and set: belong to the other side`);
  const text = readText(path);
  if (!text.ok) throw new Failure(complaintText(text.error));
  const { readRecorded, wordsOf } = await import("../../sim/run/diverge/recorded.ts");
  const seed = flags.seed === undefined ? null : (parseSeed(flags.seed) ?? null);
  const point = flags.point === undefined ? null : (parseWhole(flags.point, 0, Number.MAX_SAFE_INTEGER) ?? null);
  const run = readRecorded(text.value, seed, point);
  if (!run.ok) throw new Failure(`side ${side.text}: ${run.error}`);
  const words = run.value.command === null ? null : wordsOfRun(wordsOf(run.value.command), run.value.point);
  return { index: index as 0 | 1, side, run: run.value, words };
}

/** What `peerstead run SCENARIO …` or `peerstead replay SCENARIO …` says besides the seed. */
function wordsOfRun(words: readonly string[], point: number | null): RecordedWords | null {
  const [program, command, scenario, ...rest] = words;
  if (program !== "peerstead" || (command !== "run" && command !== "replay") || scenario === undefined) return null;
  const after = (flag: string): string[] => rest.filter((_, i) => rest[i - 1] === flag);
  return {
    scenario,
    point: after("--point")[0] ?? (point === null ? undefined : `${point}`),
    set: after("--set"),
    data: after("--data")[0],
  };
}

/** Compares the recorded run with the other side. `sideRun` gives a side's run at a place. */
export async function betweenRecorded(
  recorded: RecordedRun,
  other: SideRun,
  again: Place | string,
  run: RunSides,
  sideRun: (name: string, place: Place) => SideRun,
  view: View,
): Promise<{ document: DivergeDocument; answer: LadderAnswer }> {
  const { search, stretchOf } = await import("../../sim/run/diverge/search.ts");
  const { divergeDocument } = await import("../../sim/run/diverge/document.ts");
  const { index, side } = recorded;
  const whole = { of: view.of, window: null, until: recorded.run.until_us };
  const rerun = typeof again === "string" ? null : sideRun(`${side.text}, run again`, again);
  const firsts = await run([other, ...(rerun === null ? [] : [rerun])].map((each) => ({ side: each, ask: whole })));
  const [first, repeated] = firsts as [LadderAnswer, LadderAnswer?];
  const stretch = partedFrom(recorded.run, first, stretchOf);
  const steady = repeated !== undefined && partedFrom(recorded.run, repeated, stretchOf) === undefined;
  if (stretch === undefined || rerun === null || !steady || repeated === undefined)
    return stretchOnly(recorded, { other, first, stretch, run, view, note: stretch === undefined ? null : noteOf(again) });
  let asked = 0;
  const inOrder = <T>(mine: T, others: T): Both<T> => (index === 0 ? [mine, others] : [others, mine]);
  const both: RunBoth = async (asks) => {
    asked += 1;
    if (asked === 1) return inOrder(repeated, first);
    const [mine, others] = index === 0 ? asks : [asks[1], asks[0]];
    const [one, two] = await run([
      { side: rerun, ask: mine },
      { side: other, ask: others },
    ]);
    return inOrder(one as LadderAnswer, two as LadderAnswer);
  };
  const found = await search(both, view.of, view.shown);
  const sides = inOrder<SideWords>(wordsOfSide(rerun), wordsOfSide(other));
  return { document: divergeDocument(found, { sides, command: view.command, shown: view.shown }), answer: first };
}

/** How the answer calls a side that runs. */
export function wordsOfSide({ name, place }: SideRun): SideWords {
  return { side: name, commit: place.commit, node: place.nodeVersion };
}

function noteOf(again: Place | string): string {
  if (typeof again === "string")
    return `The file keeps a rung of its ladder now and then, and the run cannot be made again to see more: ${again}.`;
  return `The file's own commit ${again.commit} does not leave the recorded run either: it is not the same from run to run, or another Node made it.`;
}

/** Where a run parts from the recorded one, in entries of the fingerprint's ladder; undefined when they are equal. */
function partedFrom(
  recorded: Recorded,
  { recorded: ladder, decisions }: LadderAnswer,
  stretchOf: (a: LadderReading, b: LadderReading) => Stretch | undefined,
): Stretch | undefined {
  if (recorded.ladder !== null) return stretchOf(recorded.ladder, ladder);
  return recorded.decisions === decisions ? undefined : { after: 0, upTo: ladder.events };
}

type Stretched = {
  readonly other: SideRun;
  readonly first: LadderAnswer;
  readonly stretch: Stretch | undefined;
  readonly run: RunSides;
  readonly view: View;
  readonly note: string | null;
};

/** The answer where only the other side can be run: equal, or the stretch in which they part with what the other side did there. */
async function stretchOnly(recorded: RecordedRun, parts: Stretched): Promise<{ document: DivergeDocument; answer: LadderAnswer }> {
  const { other, first, stretch, run, view, note } = parts;
  const { parsed, sideOf } = await import("../../sim/run/diverge/document.ts");
  const window = stretch === undefined ? null : { ...stretch, stride: 4_096, lines: true, context: view.shown };
  const [traced] = window === null ? [] : await run([{ side: other, ask: { of: "entries", window, until: recorded.run.until_us } }]);
  const lines = (traced?.window?.lines ?? []).map(parsed);
  const { seed, fingerprint, decisions, result, ladder, commit } = recorded.run;
  const mine: DivergeSide = {
    ...{ side: recorded.side.text, commit: commit ?? "commit unknown", node: null },
    ...{ entries: ladder?.events ?? 0, fingerprint, decisions, result, runs: 0, unsteady: null },
  };
  const theirs = { ...sideOf(wordsOfSide(other), first, window === null ? 1 : 2, null), entries: first.recorded.events };
  const [a, b] = recorded.index === 0 ? [mine, theirs] : [theirs, mine];
  const shown = lines.slice(0, Math.max(1, view.shown));
  const document: DivergeDocument = {
    scenario: first.scenario,
    seed,
    of: "entries",
    command: view.command,
    equal: stretch === undefined,
    fingerprints_equal: fingerprint === first.fingerprint,
    decisions_equal: decisions === first.decisions,
    a,
    b,
    settings: [],
    first: null,
    stretch: stretch === undefined ? null : { ...stretch, from_us: lines[0]?.at ?? 0, to_us: lines.at(-1)?.at ?? null },
    before: (traced?.window?.context ?? []).map(parsed),
    after: recorded.index === 0 ? { a: [], b: shown } : { a: shown, b: [] },
    note,
  };
  return { document, answer: first };
}
