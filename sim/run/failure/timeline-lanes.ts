/** The lanes of a failure: who was granted the map, who believed that it serves it, what was true of the hosts, moves and faults, side by side in time. */
import type { HostId } from "../../../src/core/protocol/ids.ts";
import { secondsText } from "../../checkers/words.ts";
import type { Violation } from "../../outcome.ts";
import { html, type Html } from "../report/html.ts";
import { duration } from "../summary-words.ts";
import type { Cone } from "./cone.ts";
import type { TraceNames } from "./events.ts";
import { type Bad, heldTexts, type Held, moveTexts, type Scene, type Span } from "./scene.ts";
import { type Axis, compressedAxis } from "./timeline-axis.ts";
import { box, firstFitting, fitted, hostColor, label, LETTER, line, px, textWidth } from "./timeline-svg.ts";

/** Lanes of hosts that are drawn at most. */
const HOSTS_MAX = 8;
const FAULTS_MAX = 6;
const NAMES_WIDTH = 148;
const ROW = 30;
const BAR = 20;
const HEAD = 40;
const FOOT = 38;
/** The axis fills a page on a wide screen, and is longer where its stretches would be too short to tell apart. */
const LENGTH = 848;
const STRETCH_LEAST = 12;
const SCALE = { least: 10, decade: 16 };
/** Room right of the violation, for its name. */
const MARGIN = 14;

/** One lane: its name in two lines, and what is drawn in it at height `y`. */
type Lane = { readonly name: string; readonly under: string; draw(y: number): Html };

/** The drawing of the lanes, and what it leaves out in a sentence. */
export function lanesOf(scene: Scene, cone: Cone, names: TraceNames, violation: Violation): Html {
  const { rule } = violation;
  const axis = axisOf(scene);
  const hosts = scene.hosts.slice(-HOSTS_MAX);
  const lanes = [...grantedLane(scene, cone, names, axis), ...hosts.map((host) => hostLane(scene, host, names, axis))];
  if (scene.moves.length > 0) lanes.push(movesLane(scene, axis));
  const faults = [...new Set(scene.faults.map((fault) => fault.id))];
  lanes.push(...faults.slice(-FAULTS_MAX).map((id) => faultLane(scene, id, axis)));
  const height = HEAD + lanes.length * ROW + FOOT;
  const width = axis.length + 2 * MARGIN;
  // On paper names and drawing shrink by the same factor, or lanes would not stand beside their names.
  const share = (part: number): string => `${px((100 * part) / (NAMES_WIDTH + width))}%`;
  const left = [
    ...(scene.hosts.length > HOSTS_MAX ? [`${scene.hosts.length - HOSTS_MAX} hosts that came into it earlier`] : []),
    ...(faults.length > FAULTS_MAX ? [`${faults.length - FAULTS_MAX} earlier faults`] : []),
  ];
  const said = `Lanes of ${lanes.map((lane) => lane.name).join(", ")} from ${secondsText(scene.from_us)} to ${secondsText(scene.violating.at_us)}, where ${rule} was found broken.`;
  return html`<div class="frame lanes" tabindex="0" role="region" aria-label="Lanes of ownership">
<svg class="names" style="--share:${share(NAMES_WIDTH)}" width="${NAMES_WIDTH}" height="${height}" viewBox="0 0 ${NAMES_WIDTH} ${height}" aria-hidden="true">
${lanes.map((lane, i) => laneName(lane, HEAD + i * ROW))}</svg>
<svg class="drawn" style="--share:${share(width)}" width="${px(width)}" height="${height}" viewBox="${-MARGIN} 0 ${px(width)} ${height}" role="img" aria-label="${said}">
${HATCH}
${axisLines(axis, height)}
${lanes.map((lane, i) => html`${line(0, HEAD + (i + 1) * ROW, axis.length, HEAD + (i + 1) * ROW, "rule")}${lane.draw(HEAD + i * ROW + (ROW - BAR) / 2)}`)}
${axisTexts(axis, scene, height)}
${violationLine(
  axis,
  height,
  rule,
  lanes.findIndex(({ name }) => name === `host ${violation.host}`),
)}
</svg></div>
<p class="quiet small">Time runs to the right and is compressed: the more happens, the wider. The figures below the lanes are the time that passes between two marks.${left.length === 0 ? "" : ` Left out: ${left.join(", ")}.`}</p>
`;
}

const HATCH = html`<defs>
<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2.5" height="7" class="hatch"/></pattern>
</defs>`;

function axisOf(scene: Scene): Axis {
  const { from_us, violating, granted, serving, bad, moves, faults } = scene;
  const ends = [...granted, ...serving, ...bad, ...moves, ...faults].flatMap(({ from, to }) => [from.at_us, to.at_us]);
  const inside = ends.filter((us) => us >= from_us && us <= violating.at_us);
  const instants = [...new Set([from_us, violating.at_us, ...inside])];
  return compressedAxis(instants, SCALE, Math.max(LENGTH, instants.length * STRETCH_LEAST));
}

function laneName({ name, under }: Lane, y: number): Html {
  const room = NAMES_WIDTH - 10;
  return html`${label(2, y + 13, fitted(name, room), "strong")}${label(2, y + 25, fitted(under, room, 10), "under")}${line(0, y + ROW, NAMES_WIDTH, y + ROW, "rule")}`;
}

/** Where a span lies on the axis; one that lasts no time is still to be seen. */
function extent(span: Span, axis: Axis): { readonly x: number; readonly width: number } {
  const x = axis.place(span.from.at_us);
  return { x, width: Math.max(2, axis.place(span.to.at_us) - x) };
}

function grantedLane(scene: Scene, cone: Cone, names: TraceNames, axis: Axis): Lane[] {
  if (cone.map < 0) return [];
  return [
    {
      name: `map ${cone.map}`,
      under: `${names.maps[cone.map] ?? ""}: granted to`,
      draw: (y) => {
        const words = new Words(y);
        return html`${scene.granted.map((held) => heldBar(held, scene, axis, y, "granted"))}${scene.granted.map((held) => words.put(heldTexts(held, "granted"), extent(held, axis)))}`;
      },
    },
  ];
}

function heldBar(held: Held, scene: Scene, axis: Axis, y: number, kind: "granted" | "serves"): Html {
  const { x, width } = extent(held, axis);
  const color = hostColor(scene.hosts.indexOf(held.host));
  return box(x, y, width, BAR, `held ${kind}`, `${heldTexts(held, kind)[0]}: ${spanText(held)}`, html` style="--own:${color}"`);
}

/** Words over the bars of one lane: each stands where its bar has room for it and no earlier word does. */
class Words {
  readonly #taken: { readonly from: number; readonly to: number }[] = [];
  readonly #y: number;

  constructor(y: number) {
    this.#y = y;
  }

  /** The first of the texts that fits into the bar beside what is already written there, or nothing. */
  put(texts: readonly string[], { x, width }: { readonly x: number; readonly width: number }, kind = ""): Html | null {
    let from = x + 4;
    for (const taken of this.#taken) if (taken.from < x + width && taken.to > from) from = taken.to;
    const text = firstFitting(texts, x + width - 4 - from);
    if (text === "") return null;
    this.#taken.push({ from: from - 6, to: from + textWidth(text) + 6 });
    return label(from, this.#y + 14, text, `over ${kind}`);
  }
}

function spanText(span: Span): string {
  const end = span.open ? "still at the violation" : `until ${secondsText(span.to.at_us)}`;
  return `from ${secondsText(span.from.at_us)} (step ${span.from.n}) ${end}`;
}

function hostLane(scene: Scene, host: HostId, names: TraceNames, axis: Axis): Lane {
  const known = names.hosts.find((each) => each.host === host);
  const where = known === undefined || known.region < 0 ? "" : `, ${names.regions[known.region] ?? ""}`;
  return {
    name: `host ${host}`,
    under: `${known?.vps === true ? "VPS site" : "player host"}${where}`,
    draw: (y) => {
      const words = new Words(y);
      const serving = scene.serving.filter((held) => held.host === host);
      const bad = scene.bad.filter((each) => each.host === host && each.to.at_us >= scene.from_us);
      const bars = html`${serving.map((held) => heldBar(held, scene, axis, y, "serves"))}${bad.map((each) => badBar(each, axis, y))}`;
      const said = serving.map((held) => words.put(heldTexts(held, "serves"), extent(held, axis)));
      return html`${bars}${said}${bad.map((each) => words.put([each.how], extent(each, axis), "bad-word"))}`;
    },
  };
}

/** What was wrong with a host lies as a hatching over its lane. */
function badBar(bad: Bad, axis: Axis, y: number): Html {
  const { x, width } = extent(bad, axis);
  return box(x, y - 3, width, BAR + 6, "bad", `${bad.how}: ${spanText(bad)}`);
}

function movesLane(scene: Scene, axis: Axis): Lane {
  return {
    name: "moves",
    under: "decided until ended",
    draw: (y) =>
      html`${scene.moves.map((move) => {
        const { x, width } = extent(move, axis);
        const texts = moveTexts(move);
        return html`${box(x, y, width, BAR, `move ${move.end}`, `move ${move.move}, ${texts[0]}: ${spanText(move)}`)}${label(x + 4, y + 14, firstFitting(texts, width - 8))}`;
      })}`,
  };
}

function faultLane(scene: Scene, id: string, axis: Axis): Lane {
  return {
    name: fitted(id, NAMES_WIDTH),
    under: "fault",
    draw: (y) =>
      html`${scene.faults
        .filter((fault) => fault.id === id && fault.to.at_us >= scene.from_us)
        .map((fault) => {
          const { x, width } = extent(fault, axis);
          return html`${box(x, y + 3, Math.max(5, width), BAR - 6, "fault", `${id}: ${spanText(fault)}`)}`;
        })}`,
  };
}

function axisLines(axis: Axis, height: number): Html {
  return html`${axis.places.map((x) => line(x, HEAD - 6, x, height - FOOT + 6, "tick"))}`;
}

/** The length of each stretch below the lanes, and the times of as many instants above them as there is room for. */
function axisTexts(axis: Axis, scene: Scene, height: number): Html {
  const parts: (Html | null)[] = [];
  const { instants, places } = axis;
  places.slice(1).forEach((x, i) => {
    const x0 = places[i] as number;
    const text = firstFitting([duration(((instants[i + 1] as number) - (instants[i] as number)) / 1000)], x - x0 - 4);
    parts.push(label((x + x0) / 2, height - FOOT + 18, text, "gap", "middle"));
  });
  const last = secondsText(scene.violating.at_us);
  let free = Number.NEGATIVE_INFINITY;
  const end = axis.length - textWidth(last) - 8;
  instants.slice(0, -1).forEach((us, i) => {
    const text = secondsText(us);
    const x = places[i] as number;
    if (x < free || x + textWidth(text) > end) return;
    parts.push(label(x, HEAD - 10, text, "gap"));
    free = x + textWidth(text) + 10;
  });
  parts.push(label(axis.length, HEAD - 10, last, "gap", "end"));
  return html`${parts}`;
}

/** The instant of the violation, with a ring on the lane of the host it names. */
function violationLine(axis: Axis, height: number, rule: string, lane: number): Html {
  const x = axis.length;
  const ring = lane < 0 ? null : html`<circle cx="${px(x)}" cy="${px(HEAD + (lane + 0.5) * ROW)}" r="7" class="ring"/>`;
  return html`${line(x, 4, x, height - FOOT + 6, "broken")}${ring}${label(x - 6, LETTER + 2, `${rule} broken`, "broken-word", "end")}`;
}
