/** The page that shows how a rule came to be broken: lanes of ownership, a Lamport diagram, and the steps in words. */
import type { Fault } from "../../options.ts";
import type { Violation } from "../../outcome.ts";
import { isLivenessRule } from "../../checkers/hosting.ts";
import { secondsText } from "../../checkers/words.ts";
import { html, type Html } from "../report/html.ts";
import { again, pageText, section, table, verdict } from "../report/page.ts";
import { count, counted } from "../summary-words.ts";
import type { Cone } from "./cone.ts";
import type { TraceEvent } from "./events.ts";
import { ruleText } from "./rule-text.ts";
import { saidOf, type Scene, sceneOf } from "./scene.ts";
import { faultText, messageText, recordLine } from "./step-words.ts";
import { diagramOf } from "./timeline-diagram.ts";
import { lanesOf } from "./timeline-lanes.ts";
import { TIMELINE_STYLE } from "./timeline-style.ts";
import type { TracedRun } from "./trace.ts";

/** Steps in the table at most; the trace file has them all. */
const TABLE_MAX = 600;

/** What the page tells. */
export type FailureStory = {
  readonly scenario: string;
  readonly seed: number;
  readonly run: Pick<TracedRun, "events" | "truncated" | "names">;
  readonly violation: Violation;
  readonly cone: Cone;
  /** The plan of faults as it was run, and the number of VPS sites, after which player hosts are counted. */
  readonly faults: readonly Fault[];
  readonly sites: number;
  /** Runs the seed again. */
  readonly command: string;
  /** Files that stand beside the page, with what each holds. */
  readonly beside: readonly { readonly file: string; readonly what: string }[];
};

/** The whole page as text. Equal stories give equal bytes. Reads the rule's text from SPEC.md; throws if that file is not there. */
export function timelinePage(story: FailureStory): string {
  const { scenario, seed, violation, run, cone } = story;
  const scene = sceneOf(run.events, cone);
  const sections = scene === null ? [] : drawn(story, scene);
  return pageText({
    title: `${violation.rule} broken: ${scenario}, seed ${seed}`,
    lead: "How one rule came to be broken in one run: only what led there is shown.",
    links: sections.map(({ id, name }) => ({ id, name })),
    body: [opening(story, scene), ...sections.map(({ id, name, body }) => section(id, name, body))],
    style: TIMELINE_STYLE,
  });
}

type Part = { readonly id: string; readonly name: string; readonly body: Html };

function drawn(story: FailureStory, scene: Scene): Part[] {
  const { run, cone, violation } = story;
  const lanes = html`<p>${laneGuide(story)}</p>${LANE_KEY}${lanesOf(scene, cone, run.names, violation)}`;
  const diagram = html`<p>Each column is somebody who acts, each row one step; an arrow is a message, from the moment it was sent to the moment it was taken in. What a step said for the record stands under it in green, after ».</p>${DIAGRAM_KEY}${diagramOf(scene, cone, run.names, violation.rule)}`;
  return [
    ...(cone.map < 0 && cone.hosts.length === 0
      ? []
      : [{ id: "lanes", name: cone.map < 0 ? "The hosts" : "Who had the map", body: lanes }]),
    { id: "diagram", name: "What was said to whom", body: diagram },
    { id: "steps", name: "The steps in words", body: stepTable(scene, cone) },
  ];
}

function laneGuide({ cone }: FailureStory): string {
  if (cone.map < 0) return "Below each host stands what was true of it.";
  return "The first lane is what the store granted; below it each host's lane shows when that host believed that it serves the map, and under which epoch. An epoch is the number of a grant (timeline.counter): it grows with each, and whoever has an older one must stop.";
}

function opening(story: FailureStory, scene: Scene | null): Html {
  const { violation, scenario, seed, run, cone, command, beside } = story;
  const { rule } = violation;
  const text = ruleText(rule);
  const [message = ""] = violation.message.split("; before: ");
  const kind = text === null ? "" : isLivenessRule(rule) ? "what must come true in the end did not" : "what must never happen did";
  const where = html`<dl class="facts">
<dt>Scenario, seed</dt><dd>${scenario}, ${seed}</dd>
<dt>Found</dt><dd>${secondsText(violation.at_s * 1_000_000)} of virtual time into the run${scene === null ? null : html`, in <a href="#s${cone.violating}">step ${cone.violating}</a> at ${placeText(scene.violating)}`}</dd>
${subject(story)}<dt>Shown</dt><dd>${shownText(story, scene)}</dd>
${beside.length === 0 ? null : html`<dt>Beside this page</dt><dd>${beside.map(({ file, what }, i) => html`${i === 0 ? "" : " · "}<a href="${file}">${file}</a> ${what}`)}</dd>`}
</dl>`;
  return html`${verdict("bad", `${rule}${kind === "" ? "" : `: ${kind}`}.`, html`<p>${sentence(message)}</p>`)}
<section aria-labelledby="rule-title"><h2 id="rule-title">The rule and the run</h2>
${text === null ? null : html`<p><strong>${rule}</strong> ${text.demands}</p>${text.judged === null ? null : html`<details><summary>How it is judged</summary><p class="small">${text.judged}</p></details>`}`}
${where}
${faultList(story)}
${again(command, "This run again")}
${run.truncated === 0 ? null : html`<p class="quiet small">The first ${counted(run.truncated, "step")} of the run were not kept; causes may lie there.</p>`}
</section>`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

function placeText({ actor }: TraceEvent): string {
  return actor === "run"
    ? "the end, where all is judged"
    : actor === "faults"
      ? "a fault"
      : `the ${actor}`.replace(/^the (host|player)/, "$1");
}

function subject({ cone, run }: FailureStory): Html | null {
  const parts = [
    ...(cone.map < 0 ? [] : [`map ${cone.map} (${run.names.maps[cone.map] ?? "unnamed"})`]),
    ...cone.hosts.map((host) => `host ${host}`),
    ...(cone.player < 0 ? [] : [`player ${cone.player}`]),
  ];
  return parts.length === 0 ? null : html`<dt>About</dt><dd>${parts.join(", ")}</dd>\n`;
}

function shownText({ cone, run }: FailureStory, scene: Scene | null): string {
  if (scene === null) return "nothing: no step of the run broke it";
  return `${counted(cone.steps.length, "step")} of ${count(cone.violating)} up to then, from ${secondsText(scene.from_us)} on${run.names.hosts.length > 0 ? `; ${counted(run.names.hosts.length, "host")} took part in the run` : ""}`;
}

function faultList({ faults, run, sites }: FailureStory): Html {
  if (faults.length === 0) return html`<p>No faults were planned.</p>`;
  return html`<h3>Faults of the plan</h3><ul class="plain">${faults.map((fault) => html`<li>${faultText(fault, run.names.regions, sites)}</li>`)}</ul>`;
}

function key(drawing: Html, text: string): Html {
  return html`<li><svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">${drawing}</svg>${text}</li>`;
}

const LANE_KEY = html`<ul class="legend key">
${key(html`<rect x="1" y="2" width="24" height="10" class="held granted" style="--own:var(--blue)"/>`, "granted by the store")}
${key(html`<rect x="1" y="2" width="24" height="10" class="held" style="--own:var(--blue)"/>`, "believes that it serves")}
${key(html`<rect x="1" y="2" width="24" height="10" class="bad"/>`, "down, standing still or cut off")}
${key(html`<rect x="1" y="2" width="24" height="10" class="move"/>`, "a move")}
${key(html`<rect x="1" y="2" width="24" height="10" class="move failed"/>`, "a failed move")}
${key(html`<rect x="1" y="2" width="24" height="10" class="fault"/>`, "a fault")}
${key(html`<line x1="13" y1="0" x2="13" y2="14" class="broken" style="stroke:var(--bad);stroke-width:2.5"/>`, "the rule is broken")}
</ul>`;

const DIAGRAM_KEY = html`<ul class="legend key">
${key(html`<line x1="1" y1="7" x2="22" y2="7" class="arrow"/><path d="M18 4 24 7 18 10z" style="fill:var(--quiet)"/>`, "message")}
${key(html`<line x1="1" y1="7" x2="18" y2="7" class="arrow lost"/><path d="M16 3l8 8m0 -8l-8 8" class="cross"/>`, "message that is lost")}
${key(html`<line x1="1" y1="7" x2="22" y2="7" class="arrow asked"/><rect x="16" y="3" width="9" height="9" class="commit"/>`, "asked of the store; hollow: nothing done")}
${key(html`<circle cx="13" cy="7" r="4.5" class="node"/>`, "step")}
${key(html`<circle cx="13" cy="7" r="4.5" class="node said"/>`, "step that said something")}
${key(html`<line x1="7" y1="7" x2="19" y2="7" class="timer"/>`, "timer")}
${key(html`<path d="M13 1l6 6l-6 6l-6 -6z" class="truth"/>`, "what befalls the machine or its line")}
${key(html`<rect x="8" y="1" width="10" height="12" class="serving" style="--own:var(--blue)"/>`, "serves the map")}
${key(html`<rect x="6" y="1" width="14" height="12" class="ill"/>`, "not well")}
</ul>`;

function stepTable(scene: Scene, cone: Cone): Html {
  const steps = scene.steps.slice(-TABLE_MAX);
  const drawnSteps = new Set(steps.map(({ n }) => n));
  const rows = steps.map((step) => stepRow(step, cone, drawnSteps));
  const left = scene.steps.length - steps.length;
  const columns = [
    { head: "Step" },
    { head: "Time", figures: true },
    { head: "Where" },
    { head: "What happened" },
    { head: "What it said" },
    { head: "Caused by" },
  ];
  return html`<div class="steps-table">${table("Every step of the cone, oldest first. Others said in the same step, about other maps, are counted.", columns, rows)}</div>
${left === 0 ? null : html`<p class="quiet small">${counted(left, "earlier step")} of the cone are left out here.</p>`}`;
}

function stepRow(step: TraceEvent, cone: Cone, shown: ReadonlySet<number>): (Html | string | number)[] {
  const { n, at_us, cause, actor, input, violations } = step;
  const { records, others } = saidOf(step, cone);
  const said = [...records.map(recordLine), ...(others > 0 ? [`and ${counted(others, "record")} about others`] : [])];
  const found =
    n === cone.violating ? html` <strong class="bad-text">${violations.map(({ rule }) => rule).join(", ")} broken</strong>` : null;
  const because = cause === 0 ? "the scenario" : shown.has(cause) ? html`<a href="#s${cause}">${cause}</a>` : html`${cause}, not shown`;
  return [
    html`<span id="s${n}">${n}</span>`,
    secondsText(at_us),
    actor,
    html`${messageText(input, actor)}${found}`,
    said.join("; "),
    because,
  ];
}
