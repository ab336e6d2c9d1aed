/** The page of a comparison: what B makes better and worse, each figure with its interval, each seed under both policies. */
import type { ComparedSide, Comparison } from "../compare/document.ts";
import type { ComparedRow } from "../compare/rows.ts";
import { changeText, intervalText, rowName, shownInterval, toneOf, valueText } from "../compare/words.ts";
import { count, counted, figure } from "../summary-words.ts";
import { chartFigure, drawIntervals, drawLines, type IntervalRow, type LineChart } from "./charts.ts";
import { html, type Html, type HtmlPart } from "./html.ts";
import { again, bigFigures, pageText, section, table, verdict, type BigFigure } from "./page.ts";
import type { SeriesColor } from "./style.ts";

/** Figures of like size share a chart, so that a small change is not a dot beside a large one. In percent of A. */
const SIZES = [
  { upTo: 5, title: "Changes up to 5 %" },
  { upTo: 50, title: "Changes up to 50 %" },
  { upTo: Number.POSITIVE_INFINITY, title: "Larger changes" },
] as const;

/** What is shown seed by seed, besides what was told apart. */
const MAIN_METRICS = [
  "rtt_ms",
  "interruptions_per_player_hour",
  "interrupted_s_per_player_hour",
  "quits_by_quality",
  "share_player_hours_p2p",
  "vps_slots_needed",
] as const;
const PAIRS_MAX = 10;

/** The whole page. */
export async function comparePage(comparison: Comparison): Promise<string> {
  const plots = await intervalPlots(comparison.rows);
  const pairs = await pairPlots(comparison);
  const sections = [
    { id: "judged", name: "Better and worse", title: "What was judged", body: plots },
    { id: "seeds", name: "Seed by seed", title: "The same seeds under both", body: html`<div class="grid">${pairs}</div>` },
    { id: "all", name: "All figures", title: "All figures", body: rowTable(comparison.rows) },
    { id: "sides", name: "A and B", title: "What A and B are", body: sides(comparison) },
    { id: "method", name: "Method", title: "How it was compared", body: method(comparison) },
  ] satisfies readonly { readonly id: string; readonly name: string; readonly title: string; readonly body: HtmlPart }[];
  return pageText({
    title: `${comparison.scenario}: ${comparison.title}`,
    lead: `${comparison.b.label} (B) beside ${comparison.a.label} (A), ${counted(comparison.seeds.length, "seed")} under both`,
    links: sections.map(({ id, name }) => ({ id, name })),
    body: [answer(comparison), bigFigures(figures(comparison)), sections.map(({ id, title, body }) => section(id, title, body))],
  });
}

function answer(comparison: Comparison): Html {
  const { a, b, command } = comparison;
  const broken = [brokenText("A", a), brokenText("B", b)];
  const more = html`<p>A: <code>${a.label}</code><br>B: <code>${b.label}</code></p>${broken}${again(command, "The same comparison again")}`;
  return verdict(toneOf(comparison), comparison.verdict, more);
}

function brokenText(name: string, { broken }: ComparedSide): Html[] {
  return broken.slice(0, 3).map(({ seed, result, violations, replay }) => {
    const said = html`<p class="bad-text"><strong>${name}, seed ${seed}: ${result}.</strong> ${violations[0]?.message ?? ""}</p>`;
    return replay === null ? said : html`${said}${again(replay, "See it again")}`;
  });
}

function figures({ counts, seeds, method: { seeds_least }, rows }: Comparison): BigFigure[] {
  const leaning = rows.filter((row) => row.leans !== null).length;
  const told = (n: number, word: string): string => `${n === 1 ? "figure is" : "figures are"} told to be ${word}`;
  return [
    { name: "Better under B", value: count(counts.better), meaning: told(counts.better, "better"), tone: "good" },
    { name: "Worse under B", value: count(counts.worse), meaning: told(counts.worse, "worse"), tone: "bad" },
    { name: "Not told apart", value: count(counts.same), meaning: `${count(leaning)} of them lean to one side` },
    { name: "Equal", value: count(counts.equal), meaning: "the same in every seed" },
    { name: "Seeds", value: count(seeds.length), meaning: `with fewer than ${count(seeds_least)} nothing can be told here` },
  ];
}

const COLORS: Readonly<Record<"better" | "worse" | "same", SeriesColor>> = { better: "green", worse: "red", same: "grey" };

/** Judged figures as dots with intervals, turned so that better is to the right. */
async function intervalPlots(rows: readonly ComparedRow[]): Promise<HtmlPart> {
  const shown = rows.flatMap((row): { readonly row: IntervalRow; readonly reach: number }[] => {
    const interval = shownInterval(row);
    if (row.verdict === null || row.verdict === "equal" || row.percent === null || interval === null) return [];
    const turn = row.better === "less" ? -1 : 1;
    const [one, other] = [turn * interval[0], turn * interval[1]];
    const plotted = { name: rowName(row), value: turn * row.percent, low: Math.min(one, other), high: Math.max(one, other) };
    return [{ row: { ...plotted, color: COLORS[row.verdict] }, reach: Math.max(Math.abs(one), Math.abs(other)) }];
  });
  shown.sort((one, other) => other.row.value - one.row.value);
  if (shown.length === 0) return html`<p class="quiet">No judged figure differs.</p>`;
  const drawn: Html[] = [];
  let from = -1;
  for (const { upTo, title } of SIZES) {
    const group = shown.filter(({ reach }) => reach > from && reach <= upTo).map(({ row }) => row);
    from = upTo;
    if (group.length === 0) continue;
    const said = group.map(({ name, value, low, high }) => `${name} ${figure(value)} (${figure(low)} to ${figure(high)})`);
    const drawing = await drawIntervals(
      group,
      "improvement in percent of A; better →",
      `${title}, improvement in percent: ${said.join("; ")}.`,
    );
    const caption = "Mean over the seeds with its 95 % interval. Right of the line B is better, left of it A.";
    drawn.push(chartFigure({ title, caption, drawing, whole: true, legend: LEGEND }));
  }
  const zero = rows.filter((row) => row.verdict !== null && row.verdict !== "equal" && row.percent === null).map(rowName);
  const rest = zero.length === 0 ? null : html`<p class="quiet small">Without a percentage, since A has 0: ${zero.join(", ")}.</p>`;
  return [drawn, rest];
}

const LEGEND = [
  { name: "B told to be better", color: COLORS.better },
  { name: "B told to be worse", color: COLORS.worse },
  { name: "not told apart", color: COLORS.same },
] as const;

/** Each seed's value under A and under B, for what players and operators feel first and for what was told apart. */
async function pairPlots({ rows }: Comparison): Promise<Html[]> {
  const isMain = ({ metric, statistic }: ComparedRow): boolean => statistic === "mean" && MAIN_METRICS.some((name) => name === metric);
  const isTold = ({ verdict: told }: ComparedRow): boolean => told === "better" || told === "worse";
  const shown = [...rows.filter(isMain), ...rows.filter((row) => isTold(row) && !isMain(row))].filter((row) => row.pairs.length > 0);
  const drawn: Html[] = [];
  for (const row of shown.slice(0, PAIRS_MAX)) {
    const percents = row.unit === "share";
    const scaled = (value: number): number => (percents ? Math.round(value * 1e6) / 1e4 : value);
    const chart: LineChart = {
      x: { values: row.pairs.map(({ seed }) => seed), title: "seed" },
      unit: percents ? "%" : row.unit,
      series: SIDES.map(({ name, side, ...look }) => ({ name, ...look, values: row.pairs.map((pair) => scaled(pair[side])) })),
      points: { broken: row.pairs.map(() => false) },
      fromZero: false,
    };
    const name = rowName(row);
    const caption = `${valueText(row.a, row.unit)} under A, ${valueText(row.b, row.unit)} under B: ${changeText(row)}${row.verdict === "equal" ? ", equal" : ""}.`;
    drawn.push(chartFigure({ title: name, caption, drawing: await drawLines(chart, `${name} by seed. ${caption}`), legend: SIDES }));
  }
  return drawn;
}

const SIDES = [
  { name: "A", side: "a", color: "grey", dash: [5, 4] },
  { name: "B", side: "b", color: "blue", dash: [1, 0] },
] as const;

const VERDICTS = { better: "✓ better", worse: "✗ worse", same: "not told apart", equal: "equal" } as const;

function rowTable(rows: readonly ComparedRow[]): Html {
  const body = rows.map((row): HtmlPart[] => [
    html`<code>${rowName(row)}</code>`,
    row.better ?? "–",
    valueText(row.a, row.unit),
    valueText(row.b, row.unit),
    changeText(row),
    intervalText(row),
    verdictCell(row),
    row.p_corrected === null ? "" : figure(row.p_corrected),
    row.seeds_needed === null || row.verdict !== "same" ? "" : count(row.seeds_needed),
    row.left_out === 0 ? "" : count(row.left_out),
  ]);
  const figured = (head: string): { readonly head: string; readonly figures: true } => ({ head, figures: true });
  return table(
    "Means over the seeds; p is corrected for all tests; seeds: so many would likely tell",
    [
      { head: "figure" },
      { head: "better" },
      figured("A"),
      figured("B"),
      figured("change"),
      figured("95 % interval"),
      { head: "verdict" },
      figured("p"),
      figured("seeds"),
      figured("seeds left out"),
    ],
    body,
  );
}

function verdictCell({ verdict: told, leans }: ComparedRow): HtmlPart {
  if (told === null) return html`<span class="quiet">not judged</span>`;
  if (told === "better" || told === "worse")
    return html`<strong class="${told === "better" ? "good" : "bad"}-text">${VERDICTS[told]}</strong>`;
  return leans === null ? VERDICTS[told] : `${VERDICTS[told]}, leans to ${leans}`;
}

function sides({ settings, a, b }: Comparison): HtmlPart {
  const shown = (value: unknown): Html => html`<code>${value === null ? "none" : JSON.stringify(value)}</code>`;
  const differing =
    settings.length === 0
      ? html`<p>All settings are the same on both sides.</p>`
      : table(
          "Settings that differ, in the expanded options",
          [{ head: "setting" }, { head: "A" }, { head: "B" }],
          settings.map((each): HtmlPart[] => [html`<code>${each.path}</code>`, shown(each.a), shown(each.b)]),
        );
  return [differing, thresholds(a, b), again(a.command, "A alone"), again(b.command, "B alone")];
}

/** Thresholds of both sides; they may differ where a side changes them. */
function thresholds(a: ComparedSide, b: ComparedSide): Html | null {
  const names = new Set([...a.thresholds, ...b.thresholds].map(({ metric, expression }) => `${metric} ${expression}`));
  if (names.size === 0) return null;
  const cell = (side: ComparedSide, name: string): HtmlPart => {
    const line = side.thresholds.find(({ metric, expression }) => `${metric} ${expression}` === name);
    if (line === undefined) return "not asked";
    if (line.actual === null) return html`<span class="warn-text">no sample</span>`;
    return line.ok
      ? html`<span class="good-text">✓ ${figure(line.actual)}</span>`
      : html`<span class="bad-text">✗ ${figure(line.actual)}</span>`;
  };
  return table(
    "What must hold, over all seeds; it does not count for the comparison",
    [{ head: "threshold" }, { head: "A" }, { head: "B" }],
    [...names].map((name): HtmlPart[] => [html`<code>${name}</code>`, cell(a, name), cell(b, name)]),
  );
}

function method({ method: how, seeds, a, b, commit }: Comparison): HtmlPart {
  const patterns = how.patterns_drawn === null ? "all patterns of signs" : `${count(how.patterns_drawn)} drawn patterns of signs`;
  return [
    html`<p>Every seed was run under both policies, with the same arrivals, machines and mishaps. A figure is compared by the differences B − A of the seeds, so that what makes an evening hard for both drops out. Happenings are compared by each run's own mean, 95th and 99th percentile.</p>`,
    html`<p><strong>Told apart</strong> is what a sign-flip permutation test of the mean difference tells (Fisher 1935; over ${patterns}), corrected by Holm (1979) for ${count(how.tests)} tests: of comparisons of two equal policies at most one in twenty finds anything better or worse at all. Figures without a direction are shown and not judged. With fewer than ${count(how.seeds_least)} seeds nothing can be told.</p>`,
    html`<p><strong>Intervals</strong> are 95 % expanded percentile bootstrap intervals of the mean difference (Hesterberg 2015; ${count(how.resamples)} resamples), each figure by itself; percentages take A's mean as it is. Where one lies on one side of 0 and the corrected test does not tell, the figure leans. <strong>Seeds</strong> are how many would tell in four of five cases, were the difference what it seems.</p>`,
    html`<p>Seeds ${seeds[0] ?? ""} to ${seeds.at(-1) ?? ""}, commit <code>${commit}</code>; fingerprints <code>${a.fingerprint}</code> (A) and <code>${b.fingerprint}</code> (B)${a.fingerprint === b.fingerprint ? ": the runs are the same to the last event" : ""}.</p>`,
  ];
}
