/** Where everything of the diagram stands: a column for each actor, a row for each step, time downwards. */

import type { Cone } from "./cone.ts";
import { type TraceActor, type TraceEvent } from "./events.ts";
import { actorsOf, saidOf, type Scene } from "./scene.ts";
import { messageText, recordLine } from "./step-words.ts";
import { stretch } from "./timeline-axis.ts";
import { fitted, LINE, textWidth } from "./timeline-svg.ts";

/** Steps and actors that are drawn at most. */
const STEPS_MAX = 300;
const ACTORS_MAX = 8;
/** Left of the columns: the number of the step and its time. */
export const GUTTER = 132;
const COLUMN = { least: 86, most: 118 };
/** What a page has room for on a wide screen. */
const WIDTH_LEAST = 1036;
/** Room for the words beside the last column. */
const LAST_ROOM = 300;
/** Lines of records under a step; what is more stands in the table. */
const RECORDS_MAX = 3;
const ROW_LEAST = 12;
/** Time that passes between two rows moves them apart, by this much for each power of ten of its milliseconds. */
const APART = { least: 0, decade: 5 };
/** A pause from this length on (us) is drawn as a break, with its length written in it. */
const BREAK_US = 500_000;
const BREAK_HEIGHT = 24;

/** A row: one step, where its mark stands, what is written beside it and on which side. */
export type Row = {
  readonly step: TraceEvent;
  /** Middle of the mark, and the end of the row. */
  readonly y: number;
  readonly bottom: number;
  /** The column of the actor; -1: a band across all, for faults and the run itself. */
  readonly column: number;
  readonly side: "right" | "left";
  readonly lines: readonly string[];
  /** The pause before it, if it is drawn as a break: its middle and its length. */
  readonly pause: { readonly y: number; readonly us: number } | null;
};

/** A laid-out diagram. `x[c]` is the middle of column c. */
export type Layout = {
  readonly rows: readonly Row[];
  readonly actors: readonly TraceActor[];
  readonly x: readonly number[];
  /** Of a column, and of all. */
  readonly column: number;
  readonly width: number;
  readonly height: number;
  /** What is not drawn: earlier steps, and steps of actors without a column. */
  readonly earlier: number;
  readonly elsewhere: number;
};

/** Lays the newest {@link STEPS_MAX} steps out, for the {@link ACTORS_MAX} actors that matter most. */
export function layoutOf(scene: Scene, cone: Cone): Layout {
  const newest = scene.steps.slice(-STEPS_MAX);
  const actors = chosen(scene, newest, cone);
  const shown = newest.filter(({ n, actor }) => columnOf(actors, actor) !== undefined || n === cone.violating);
  const column = Math.max(COLUMN.least, Math.min(COLUMN.most, (WIDTH_LEAST - GUTTER - LAST_ROOM) / Math.max(1, actors.length)));
  const x = actors.map((_, i) => GUTTER + (i + 0.5) * column);
  const width = Math.max(WIDTH_LEAST, GUTTER + actors.length * column + LAST_ROOM);
  const rows: Row[] = [];
  let top = 6;
  for (const step of shown) {
    const row = rowOf(step, rows.at(-1)?.step, top, { actors, x, width, cone });
    rows.push(row);
    top = row.bottom + ROW_LEAST;
  }
  return {
    rows,
    actors,
    x,
    column,
    width,
    height: top + 34,
    earlier: scene.steps.length - newest.length,
    elsewhere: newest.length - shown.length,
  };
}

/** The column of an actor; -1 for those that have a band instead; undefined for those who are not drawn. */
function columnOf(actors: readonly TraceActor[], actor: TraceActor): number | undefined {
  if (actor === "faults" || actor === "run") return -1;
  const column = actors.indexOf(actor);
  return column < 0 ? undefined : column;
}

/** The actors with a column: first those the violation names, then those with most steps. */
function chosen(scene: Scene, steps: readonly TraceEvent[], cone: Cone): TraceActor[] {
  const actors = actorsOf(scene, steps).filter((actor) => actor !== "faults" && actor !== "run");
  if (actors.length <= ACTORS_MAX) return actors;
  const count = (actor: TraceActor): number => steps.filter((step) => step.actor === actor).length;
  const named = (actor: TraceActor): number => Number(actor === `player ${cone.player}` || actor === scene.violating.actor);
  const rank = (actor: TraceActor): number => (["coordinator", "store"].includes(actor) ? 2 : named(actor)) * 1_000_000 + count(actor);
  const first = [...actors].sort((a, b) => rank(b) - rank(a)).slice(0, ACTORS_MAX);
  return actors.filter((actor) => first.includes(actor));
}

type Frame = { readonly actors: readonly TraceActor[]; readonly x: readonly number[]; readonly width: number; readonly cone: Cone };

function rowOf(step: TraceEvent, before: TraceEvent | undefined, top: number, { actors, x, width, cone }: Frame): Row {
  const passed = before === undefined ? 0 : step.at_us - before.at_us;
  const broken = passed >= BREAK_US;
  const begin = top + (broken ? BREAK_HEIGHT : stretch(passed, APART));
  const column = columnOf(actors, step.actor) ?? -1;
  const texts = textsOf(step, cone);
  const at = column < 0 ? GUTTER : (x[column] as number);
  const room = { right: width - at - 18, left: at - GUTTER - 18 };
  const needed = Math.max(...texts.map((text) => textWidth(text)));
  const side = needed <= room.right || room.right >= room.left ? "right" : "left";
  const lines = texts.map((text) => fitted(text, room[side]));
  return {
    step,
    y: begin + LINE / 2,
    bottom: begin + LINE * lines.length,
    column,
    side,
    lines,
    pause: broken ? { y: top + BREAK_HEIGHT / 2 - 2, us: passed } : null,
  };
}

/** What is written beside a step: what came, and below it what was said. */
function textsOf(step: TraceEvent, cone: Cone): string[] {
  const { records, others } = saidOf(step, cone);
  const said = records.map((record) => `» ${recordLine(record)}`);
  const shown = said.length > RECORDS_MAX ? [...said.slice(0, RECORDS_MAX), `» and ${said.length - RECORDS_MAX} more`] : said;
  const what = step.input.kind === "seen" && records.length > 0 ? [] : [messageText(step.input, step.actor)];
  return [...what, ...shown, ...(records.length === 0 && others > 0 && what.length === 0 ? ["» about others"] : [])];
}
