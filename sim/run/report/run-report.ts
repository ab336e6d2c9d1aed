/** The pages that a run leaves beside its document: the report, and the page to look into one of its seeds. */
import { type RunDocument, worstResult } from "../document.ts";
import { NONE } from "../story/map-watch.ts";
import { summaryFigures } from "./run-figures.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome, RunResult, RunStory } from "../../outcome.ts";
import { verdict as verdictText } from "../summary-paragraphs.ts";
import { html, type HtmlPart } from "./html.ts";
import { lookPage } from "./look-page.ts";
import { again, pageText, section, table, verdict } from "./page.ts";
import { answerText, runPage, toneOf } from "./run-page.ts";

/** One point of a scenario with what ran: its document, and the outcomes that hold the stories. `setting` says which point of a sweep it is. */
export type ReportedPoint = {
  readonly document: RunDocument;
  readonly options: Options;
  readonly outcomes: readonly RunOutcome[];
  readonly setting: string;
  readonly replay: (seed: number) => string;
};

/** A file of the report folder. */
export type ReportFile = { readonly name: string; readonly text: string };

/** The page to open first. */
const REPORT_FILE = "report.html";

/**
 * All pages, the one to open first being {@link REPORT_FILE}. A sweep has a page for each point and one over all of them. `result` is the worst
 * of all points, `command` the one that repeats everything.
 */
export async function runReport(points: readonly ReportedPoint[], result: RunResult, command: string): Promise<ReportFile[]> {
  const files: ReportFile[] = [];
  for (const [index, point] of points.entries()) {
    const suffix = points.length === 1 ? "" : `-${index}`;
    const report = points.length === 1 ? REPORT_FILE : `point${suffix}.html`;
    const looked = lookedInto(point.outcomes);
    const look = looked === null ? null : { href: `look${suffix}.html`, seed: looked.seed };
    files.push({ name: report, text: await runPage(point.document, { look, replay: point.replay }) });
    if (looked !== null && look !== null) files.push({ name: look.href, text: lookText(point, looked, report) });
  }
  return points.length === 1 ? files : [{ name: REPORT_FILE, text: sweepPage(points, result, command) }, ...files];
}

/** The page to look into one seed that was run alone. */
export function lookText(point: Pick<ReportedPoint, "options" | "replay">, run: RunOutcome, back: string | null): string {
  const { options, replay } = point;
  if (run.story === null) throw new Error("only a run that left its story can be looked into");
  const regions = options.regions.map((region) => region.name);
  return lookPage({
    scenario: options.scenario,
    seed: run.seed,
    story: run.story,
    maps: options.maps.names,
    regions,
    command: replay(run.seed),
    back,
  });
}

/** The run worth a look: of those that ended worst the one whose maps were longest without a host. */
function lookedInto(outcomes: readonly RunOutcome[]): RunOutcome | null {
  const told = outcomes.filter((run) => run.story !== null);
  const worst = worstResult(told.map((run) => run.result));
  let chosen: RunOutcome | null = null;
  let longest = -1;
  for (const run of told) {
    const away = run.result === worst && run.story !== null ? meanAway(run.story) : -1;
    if (away > longest) [chosen, longest] = [run, away];
  }
  return chosen;
}

/**
 * How long a map was without a host, in the mean over the story's maps, because stories can be samples of different size. The wait for the
 * first host is no outage, unless there never was one.
 */
function meanAway({ lanes, end_ms }: RunStory): number {
  let sum = 0;
  for (const { changes } of lanes) {
    if (changes.length === 2) sum += end_ms;
    for (let i = 2; i < changes.length; i += 2) if (changes[i + 1] === NONE) sum += (changes[i + 2] ?? end_ms) - (changes[i] as number);
  }
  return lanes.length === 0 ? 0 : sum / lanes.length;
}

/** One row for each point: its setting, its answer, its big figures. */
function sweepPage(points: readonly ReportedPoint[], result: RunResult, command: string): string {
  const [first] = points;
  if (first === undefined) throw new Error("a sweep has points");
  // Not every point has every figure: one that crashed has none.
  const names = [...new Set(points.flatMap(({ document }) => summaryFigures(document).map(({ name }) => name)))];
  const rows = points.map(({ document, setting }, index): HtmlPart[] => {
    const figures = new Map(summaryFigures(document).map(({ name, value }) => [name, value]));
    const tone = toneOf(document.result);
    return [
      html`<a href="point-${index}.html">${setting}</a>`,
      html`<span class="${tone}-text">${document.result}</span>`,
      ...names.map((name) => figures.get(name) ?? ""),
    ];
  });
  const answers = points.map(
    ({ document, setting }, index) =>
      html`<li><a href="point-${index}.html">${setting}</a>: ${answerText(document)} ${verdictText(document)}</li>\n`,
  );
  const good = points.filter(({ document }) => document.result === "ok").length;
  const heads = names.map((head) => ({ head, figures: true }));
  return pageText({
    title: `${first.document.scenario}: ${first.document.title}`,
    lead: `${points.length} points of a sweep`,
    links: [],
    body: [
      verdict(toneOf(result), `${good} of ${points.length} points hold what was promised.`, html`<ul class="plain">${answers}</ul>`),
      section("points", "Side by side", [
        table("Each point with its figures", [{ head: "point" }, { head: "result" }, ...heads], rows),
        again(command),
      ]),
    ],
  });
}
