/** The Lamport diagram of a failure: a line for each actor, time downwards, messages as arrows. */
import { secondsText } from "../../checkers/words.ts";
import { html, type Html } from "../report/html.ts";
import { duration } from "../summary-words.ts";
import type { Cone } from "./cone.ts";
import { hostOf, type TraceActor, type TraceNames } from "./events.ts";
import type { Scene, Span } from "./scene.ts";
import { GUTTER, type Layout, layoutOf, type Row } from "./timeline-layout.ts";
import { box, fitted, hostColor, label, line, LINE, px } from "./timeline-svg.ts";

const HEAD = 40;
const NODE = 4.5;

/** The diagram, and what it leaves out in a sentence. */
export function diagramOf(scene: Scene, cone: Cone, names: TraceNames, rule: string): Html {
  const layout = layoutOf(scene, cone);
  const { width, height, actors, x, column, rows } = layout;
  const said = `Steps of ${actors.join(", ")} that led to ${rule} being broken; the table below tells them in words.`;
  return html`<div class="frame diagram" tabindex="0" role="region" aria-label="Diagram of the steps">
<svg class="head" width="${px(width)}" height="${HEAD}" viewBox="0 0 ${px(width)} ${HEAD}" aria-hidden="true">
${label(4, 30, "step", "under")}${label(GUTTER - 14, 30, "time", "under", "end")}
${actors.map((actor, i) => actorHead(actor, x[i] as number, column - 4, names, scene))}</svg>
<svg width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="group" aria-label="${said}">
${MARKS}
${rows.map((row) => band(row, width))}
${actors.map((actor, i) => lifeline(actor, x[i] as number, scene, layout))}
${rows.map((row) => pause(row, width))}
${rows.map((row) => arrow(row, layout))}
${rows.map((row) => mark(row, layout))}
${rows.map((row) => words(row, layout))}
${broken(layout, cone, rule)}
</svg></div>
<p class="quiet small">Time runs downwards; rows keep the order of the run, and where nothing happens for half a second or more the axis is broken and says how long. ${leftOut(layout)}</p>
`;
}

/** What the drawing does not show, in words. */
function leftOut({ earlier, elsewhere }: Layout): string {
  const parts = [
    ...(earlier > 0 ? [`${earlier} earlier steps of the cone`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} steps of actors who do least here`] : []),
  ];
  return parts.length === 0 ? "Every step of the cone is drawn; the rest of the run is not." : `Left out: ${parts.join(" and ")}.`;
}

const MARKS = html`<defs>
<marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.8 8 4 0 7.2z" class="tip"/></marker>
</defs>`;

function actorHead(actor: TraceActor, x: number, room: number, names: TraceNames, scene: Scene): Html {
  const host = names.hosts.find((each) => each.host === hostOf(actor));
  const under =
    host === undefined ? "" : `${host.vps ? "VPS" : "player's"}${host.region < 0 ? "" : ` ${names.regions[host.region] ?? ""}`}`;
  const color = scene.hosts.indexOf(hostOf(actor));
  const swatch = color < 0 ? null : box(x - 26, 34, 52, 4, "swatch", "", html` style="--own:${hostColor(color)}"`);
  return html`${label(x, 14, fitted(actor, room), "strong", "middle")}${label(x, 28, fitted(under, room, 10), "under", "middle")}${swatch}`;
}

/** Bands for what happens to the whole: faults, the end of the faults, the end of the run. */
function band({ column, y, bottom, step }: Row, width: number): Html | null {
  if (column >= 0) return null;
  const kind = step.actor === "faults" ? "fault" : "phase";
  return box(GUTTER - 8, y - LINE / 2 - 2, width - GUTTER + 4, bottom - y + LINE / 2 + 4, `band ${kind}`);
}

/** The height at which a step stands, or the nearest one before it: the top where there is none. */
function heightOf({ rows }: Layout, n: number): number {
  return rows.findLast((row) => row.step.n <= n)?.y ?? 0;
}

/** An actor's line, thick where it serves the map, broken where its machine, process or line is not well. */
function lifeline(actor: TraceActor, x: number, scene: Scene, layout: Layout): Html {
  const host = hostOf(actor);
  const top = 0;
  const bottom = (layout.rows.at(-1)?.bottom ?? 0) + 4;
  const reach = (span: Span): readonly [number, number] => [
    heightOf(layout, span.from.n),
    span.open ? bottom : heightOf(layout, span.to.n),
  ];
  const color = hostColor(Math.max(0, scene.hosts.indexOf(host)));
  return html`${line(x, top, x, bottom, "life")}${scene.serving
    .filter((held) => held.host === host)
    .map((held) => {
      const [from, to] = reach(held);
      return box(x - 5, from, 10, to - from, "serving", "", html` style="--own:${color}"`);
    })}${scene.bad
    .filter((bad) => bad.host === host)
    .map((bad) => {
      const [from, to] = reach(bad);
      return html`${box(x - 8, from, 16, to - from, "ill", bad.how)}`;
    })}`;
}

function pause(row: Row, width: number): Html | null {
  if (row.pause === null) return null;
  const { y, us } = row.pause;
  return html`${line(GUTTER - 8, y, width - 4, y, "pause")}${label(GUTTER - 14, y + 4, `${duration(us / 1000)} later`, "gap", "end")}`;
}

/** The arrow to a step from the one that caused it, where that is another actor's. */
function arrow(row: Row, layout: Layout): Html | null {
  const { step, column, y } = row;
  const { input, cause } = step;
  if (column < 0 || (input.kind !== "message" && input.kind !== "lost" && input.kind !== "commit" && input.kind !== "store")) return null;
  const to = layout.x[column] as number;
  const sender = input.kind === "store" ? "store" : input.from;
  const at = layout.actors.indexOf(sender);
  if (at < 0 || at === column) return null;
  const from = layout.x[at] as number;
  const lost = input.kind === "lost";
  const kind = lost ? "arrow lost" : input.kind === "message" ? "arrow" : "arrow asked";
  const causing = layout.rows.find((each) => each.step.n === cause && each.step.actor === sender);
  const toward = Math.sign(to - from);
  const tip = to - toward * (lost ? 7 : 2);
  const kinds = causing === undefined ? `${kind} from-afar` : kind;
  const x1 = causing === undefined ? tip - toward * AFAR : from + toward * 2;
  const y1 = causing === undefined ? y - ABOVE : causing.bottom - 1;
  return html`${line(x1, y1, tip, y - ABOVE, kinds, lost ? null : TIP)}${lost ? cross(to, y) : null}`;
}

/** Arrows run between the rows, where nothing is written: they begin below the sender's words and end just above the receiver's mark. */
const ABOVE = 8;
/** How much is seen of an arrow whose sender is not drawn. */
const AFAR = 34;
const TIP = html` marker-end="url(#tip)"`;

function cross(x: number, y: number): Html {
  return html`${line(x - 4, y - 4, x + 4, y + 4, "cross")}${line(x - 4, y + 4, x + 4, y - 4, "cross")}`;
}

/** The mark of a step on its actor's line. */
function mark(row: Row, layout: Layout): Html | null {
  const { step, column, y } = row;
  if (column < 0) return null;
  const x = layout.x[column] as number;
  const { input } = step;
  switch (input.kind) {
    case "timer":
      return line(x - 6, y, x + 6, y, "timer");
    case "lost":
      return null;
    case "commit":
      return box(x - NODE, y - NODE, 2 * NODE, 2 * NODE, input.committed ? "commit" : "commit none");
    case "truth":
      return html`<path d="M${px(x)} ${px(y - 6)}l6 6l-6 6l-6 -6z" class="truth"/>\n`;
    default:
      return html`<circle cx="${px(x)}" cy="${px(y)}" r="${NODE}" class="node${step.records.length > 0 ? " said" : ""}"/>\n`;
  }
}

function words(row: Row, layout: Layout): Html {
  const { step, column, y, side, lines } = row;
  const x = column < 0 ? GUTTER : (layout.x[column] as number);
  const at = side === "right" ? x + 14 : x - 14;
  const anchor = side === "right" ? "start" : "end";
  const lost = step.input.kind === "lost" ? " bad-word" : "";
  const beside = lines.map((text, i) =>
    label(at, y + 4 + i * LINE, text, `words${i === 0 ? lost : ""}${text.startsWith("»") ? " saying" : ""}`, anchor),
  );
  return html`<a href="#s${step.n}">${label(4, y + 4, `#${step.n}`, "number")}</a>${label(GUTTER - 14, y + 4, secondsText(step.at_us), "gap", "end")}${beside}`;
}

/** The line under the violating step. */
function broken(layout: Layout, cone: Cone, rule: string): Html | null {
  const row = layout.rows.find(({ step }) => step.n === cone.violating);
  if (row === undefined) return null;
  const y = row.bottom + 8;
  return html`${line(0, y, layout.width, y, "broken")}${label(4, y + 15, `${rule} found broken in step ${cone.violating}, at ${secondsText(row.step.at_us)}`, "broken-word")}`;
}
