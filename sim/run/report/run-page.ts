/** The page of a run: the answer first, then what it rests on, then everything one might ask. */
import { clock } from "../../../src/base/text/clock.ts";
import { adviceFor } from "../advice.ts";
import { type RunDocument, stripTimes } from "../document.ts";
import { paragraphs, verdict as verdictText } from "../summary-paragraphs.ts";
import { count, counted, duration } from "../summary-words.ts";
import { html, type Html, type HtmlPart } from "./html.ts";
import { liveData, liveScripts, liveStyle } from "./live.ts";
import { again, bigFigures, pageText, section, verdict, type Tone } from "./page.ts";
import { summaryFigures } from "./run-figures.ts";
import { spreadFigures, timeFigures, type RunFigure } from "./run-charts.ts";
import { faultTable, metricTable, moveTable, reasonTable, regionTable, runTable, spreadTable, thresholdTable } from "./run-tables.ts";

/** What the page knows besides the document: where the page to look into stands and of which seed it is, and the command that runs a seed alone again. */
export type RunPageLinks = {
  readonly look: { readonly href: string; readonly seed: number } | null;
  readonly replay: (seed: number) => string;
};

/** Metrics whose spread over runs is shown; the others stand in the table of all. */
const SPREAD_METRICS = [
  "vps_slots_needed",
  "share_player_hours_p2p",
  "share_map_hours_p2p",
  "migrations_per_hour",
  "interruption_ms",
  "interruptions_per_player_hour",
  "detection_ms",
  "unhosted_map_seconds",
  "rtt_ms",
  "rtt_vps_ms",
  "eligible_share",
  "quits_by_quality_per_1000_player_hours",
  "players_refused",
];

/** The whole page. Wall time is the one thing it does not speak of, so that equal runs give equal bytes. */
export async function runPage(made: RunDocument, links: RunPageLinks): Promise<string> {
  const document = stripTimes(made);
  const time = await timeFigures(document);
  const spread = await spreadFigures(document);
  const parts: readonly (Part | null)[] = [
    thresholds(document),
    change(document),
    overTime(document, time),
    noticed(document, spread),
    regions(document),
    hosts(document),
    moves(document, links),
    faults(document),
    seeds(document),
    everything(document),
  ];
  const shown = parts.filter((part) => part !== null);
  return pageText({
    title: `${document.scenario}: ${document.title}`,
    lead: leadText(document),
    links: shown.map(({ id, name }) => ({ id, name })),
    body: [
      answer(document, links),
      bigFigures(summaryFigures(document)),
      words(document),
      shown.map(({ id, title, body }) => section(id, title, body)),
    ],
    scripts: liveScripts(),
    style: liveStyle(),
    data: liveData([...time, ...spread].flatMap(({ id, live }) => (live === null ? [] : [[id, live] as const]))),
  });
}

type Part = { readonly id: string; readonly name: string; readonly title: string; readonly body: HtmlPart };

const TONES: Readonly<Record<string, Tone>> = { ok: "good", inconclusive: "warn" };

function answer(document: RunDocument, { look }: RunPageLinks): Html {
  const { result } = document;
  const first = paragraphs(document).find(({ label }) => label === "Breaks first");
  const more = html`<p>${verdictText(document)}</p>${first === undefined ? null : html`<p><strong>Breaks first:</strong> ${first.text}</p>`}${look === null ? null : html`<p><a href="${look.href}">Look into seed ${look.seed}</a>: who served which map when, machines coming and going, each move's steps.</p>`}`;
  return verdict(toneOf(result), answerText(document), more);
}

/** The tone of a result. */
export function toneOf(result: RunDocument["result"]): Tone {
  return TONES[result] ?? "bad";
}

/** The answer to "does it work, and with how much?" in one sentence. */
export function answerText(document: RunDocument): string {
  const peak = document.metrics["players_online"]?.max ?? null;
  const need = document.metrics["vps_slots_needed"]?.max ?? null;
  const carried = peak === null || need === null ? "" : ` ${count(peak)} players at the peak, with ${counted(need, "VPS slot")}`;
  switch (document.result) {
    case "ok":
      return document.thresholds.length === 0
        ? `No rule was broken.${carried === "" ? "" : `${carried}.`}`
        : `Yes:${carried || " it holds"}, and everything that was promised holds.`;
    case "threshold": {
      const broken = document.thresholds.filter((t) => !t.ok);
      return `No: ${broken.length} of ${counted(document.thresholds.length, "promise")} ${broken.length === 1 ? "is" : "are"} broken at ${peak === null ? "this load" : counted(peak, "player")}.`;
    }
    case "inconclusive":
      return "Not known yet: something that should have been put to the test was not.";
    default:
      return "No: Peerstead itself did not behave. Trust no figure before that is mended.";
  }
}

function words(document: RunDocument): Html {
  const rows = paragraphs(document).map(
    ({ label, text, whole }) =>
      html`<tr><th scope="row">${label}</th><td>${whole === true ? html`<code>${text}</code>` : text}</td></tr>\n`,
  );
  return section("words", "In words", html`<div class="table"><table><tbody>${rows}</tbody></table></div>${again(document.command)}`);
}

function thresholds(document: RunDocument): Part | null {
  const rows = thresholdTable(document);
  return rows === null ? null : { id: "thresholds", name: "Thresholds", title: "What was promised", body: [rows, again(document.command)] };
}

function change(document: RunDocument): Part | null {
  const advice = adviceFor(document);
  if (advice.length === 0) return null;
  const item = ({ text, command }: (typeof advice)[number]): Html =>
    html`<li>${text}${command === null ? null : again(command, "Put it to the test")}</li>\n`;
  return { id: "change", name: "What to change", title: "What one could change", body: html`<ul class="plain">${advice.map(item)}</ul>` };
}

function overTime(document: RunDocument, time: readonly RunFigure[]): Part | null {
  if (time.length === 0) return null;
  const bands =
    document.series.length > 1
      ? `Lines are the median of ${counted(document.series.length, "run")}, the bands around them hold all of these runs. `
      : "";
  const intro = html`<p class="quiet small">${bands}One step is ${duration((document.series[0]?.step_s ?? 0) * 1000)}. <span class="scripted">Move over a chart to read it, drag to look closer, double-click to go back.</span></p>`;
  return {
    id: "time",
    name: "Over time",
    title: "Over time",
    body: [intro, html`<div class="grid">${time.map(({ figure }) => figure)}</div>`, seriesTable(document), again(document.command)],
  };
}

/** Rows of a table that somebody may still read. */
const ROWS_MAX = 150;

/** The same figures for those who do not see charts, or want to take them along. */
function seriesTable(document: RunDocument): Html {
  const [first] = document.series;
  if (first === undefined) return html``;
  const heads = first.rows.map(({ name }) => html`<th scope="col" class="n">${name.replaceAll("_", " ")}</th>`);
  const steps = Math.max(0, ...first.rows.map((row) => row.values.length));
  const every = Math.ceil(steps / ROWS_MAX);
  const line = (i: number): Html =>
    html`<tr><th scope="row">${clock(i * first.step_s)}</th>${first.rows.map((row) => html`<td class="n">${row.values[i] ?? ""}</td>`)}</tr>\n`;
  const lines = Array.from({ length: Math.ceil(steps / Math.max(1, every)) }, (_, i) => line(i * every));
  const title = `The figures of seed ${first.seed} as a table${every > 1 ? `, every ${every}th step` : ""}`;
  return html`<details><summary>${title}</summary><div class="table" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th scope="col">from</th>${heads}</tr></thead><tbody>${lines}</tbody></table></div></details>`;
}

function noticed(document: RunDocument, spread: readonly RunFigure[]): Part | null {
  if (spread.length === 0) return null;
  return {
    id: "players",
    name: "What players notice",
    title: "What players notice",
    body: [html`<div class="grid">${spread.map(({ figure }) => figure)}</div>`, again(document.command)],
  };
}

function regions(document: RunDocument): Part | null {
  const rows = regionTable(document);
  return rows === null ? null : { id: "regions", name: "Regions", title: "Region by region", body: [rows, again(document.command)] };
}

function hosts(document: RunDocument): Part | null {
  const rows = reasonTable(document);
  if (rows === null) return null;
  const said = paragraphs(document).find(({ label }) => label === "Hosts");
  return {
    id: "hosts",
    name: "Why not eligible",
    title: "Why machines were not eligible",
    body: [said === undefined ? null : html`<p>${said.text}</p>`, rows, again(document.command)],
  };
}

function moves(document: RunDocument, { look, replay }: RunPageLinks): Part {
  const { slowest, worst, failed } = document.moves;
  const upTo = (seed: number, at_s: number): string => `${replay(seed)} --until ${Math.ceil(at_s) + 10}s --look seed-${seed}.html`;
  const none = "There is none.";
  const body = [
    html`<p class="quiet small">The time until the loss was noticed counts where a host was lost. Play lost is the players on the map times the time nobody served it.${look === null ? null : html` <a href="${look.href}">All moves of seed ${look.seed}</a>.`}</p>`,
    moveTable("Moves that cost most play", worst, upTo, none),
    moveTable("Moves that took longest", slowest, upTo, none),
    moveTable("Moves that were given up", failed, upTo, "No move was given up."),
    again(document.command),
  ];
  return { id: "moves", name: "Moves", title: "The worst and the slowest moves", body };
}

function faults(document: RunDocument): Part | null {
  const rows = faultTable(document);
  return rows === null ? null : { id: "faults", name: "Faults", title: "Faults and what they met", body: [rows, again(document.command)] };
}

function seeds(document: RunDocument): Part {
  const broken = document.runs.flatMap((run) =>
    run.violations.map(
      (violation) => html`<li>Seed ${run.seed}, ${clock(violation.at_s)}: <strong>${violation.rule}</strong> ${violation.message}</li>\n`,
    ),
  );
  const violations = broken.length === 0 ? null : html`<h3>Broken rules</h3><ul class="plain">${broken.slice(0, 50)}</ul>`;
  return {
    id: "seeds",
    name: "Seeds",
    title: "How much seeds differ",
    body: [violations, spreadTable(document, SPREAD_METRICS), runTable(document), again(document.command)],
  };
}

function everything(document: RunDocument): Part {
  const body = [
    html`<details><summary>All metrics with their definitions</summary>${metricTable(document)}</details>`,
    html`<details><summary>All options, expanded</summary><pre>${JSON.stringify(document.options, null, 2)}</pre></details>`,
    html`<p>Fingerprint <code>${document.fingerprint}</code>, commit <code>${document.commit}</code>. The same scenario, seeds and commit give the same fingerprint on every machine.</p>`,
    again(document.command),
  ];
  return { id: "details", name: "Details", title: "Details", body };
}

function leadText(document: RunDocument): string {
  const virtual = document.runs.reduce((sum, run) => sum + run.virtual_s, 0);
  return `${counted(document.seeds.length, "run")}, ${duration(virtual * 1000)} of play; ${count(document.size.hosts)} machines offered for ${count(document.size.maps)} maps.`;
}
