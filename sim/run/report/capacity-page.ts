/** The page of a search: the answer, the curve of each threshold over what was varied, and every value that was tried. */
import type { CapacityDocument } from "../capacity/document.ts";
import type { CapacityProbe } from "../capacity/probe.ts";
import {
  breachText,
  excessWords,
  measured,
  notMonotoneText,
  numberText,
  searchedText,
  stateText,
  untestedText,
  valueText,
  verdictOf,
} from "../capacity/words.ts";
import { count, figure, percent } from "../summary-words.ts";
import { chartFigure, drawLines, type ChartLimit, type LineChart } from "./charts.ts";
import { html, type Html, type HtmlPart } from "./html.ts";
import { again, bigFigures, pageText, section, table, verdict, type BigFigure } from "./page.ts";
import type { SeriesColor } from "./style.ts";

/** From this ratio of the ends on the axis is spread by ratios. */
const RATIO_WIDE = 10;
/** A curve that goes further beyond its limit than this many times is drawn at the edge: the way to the limit is what matters. */
const LIMITS_DRAWN = 3;

/** The whole page. Wall time is the one thing it does not speak of, so that equal searches give equal bytes. */
export async function capacityPage(document: CapacityDocument): Promise<string> {
  const promised = await promisedCurves(document);
  const others = await otherCurves(document);
  const sections: { readonly id: string; readonly name: string; readonly title: string; readonly body: HtmlPart }[] = [
    {
      id: "curves",
      name: "Curves",
      title: "What was promised, over what was varied",
      body: [MARKS, html`<div class="grid">${promised}</div>`],
    },
    { id: "else", name: "What else changes", title: "What else changes with it", body: html`<div class="grid">${others}</div>` },
    { id: "values", name: "Values", title: "Every value that was tried", body: [valueTable(document), commands(document)] },
    { id: "details", name: "Details", title: "Details", body: details(document) },
  ];
  return pageText({
    title: `${document.scenario}: ${document.title}`,
    lead: searchedText(document),
    links: sections.map(({ id, name }) => ({ id, name })),
    body: [answer(document), bigFigures(figures(document)), sections.map(({ id, title, body }) => section(id, title, body))],
  });
}

const MARKS = html`<p class="quiet small">A full circle is a value at which the threshold holds, a hollow square one at which it breaks. The dashed line is the limit.</p>`;

function answer(document: CapacityDocument): Html {
  const { head, text, tone } = verdictOf(document);
  const replay = document.broke?.replay ?? null;
  const more = html`<p>${text}</p>
${noted("Breaks there, too", othersText(document))}${noted("Not monotone", notMonotoneText(document))}${noted("Not tested", untestedText(document))}${replay === null ? null : again(replay, "See it again")}${again(document.command, "The same search again")}`;
  return verdict(document.monotone || tone === "bad" ? tone : "warn", head, more);
}

function noted(label: string, text: string | null): Html | null {
  return text === null ? null : html`<p><strong>${label}:</strong> ${text}</p>`;
}

function othersText({ broke }: CapacityDocument): string | null {
  const others = broke?.others ?? [];
  return others.length === 0 ? null : `${others.map((breach) => breachText(breach)).join("; ")}.`;
}

function figures(document: CapacityDocument): BigFigure[] {
  const { largest, bracket, broke, direction, precision } = document;
  const found = document.probes.find((probe) => probe.value === largest);
  const metric = (name: string, statistic: "max" | "mean"): number | null => found?.metrics[name]?.[statistic] ?? null;
  const slots = metric("vps_slots_needed", "max");
  const hosted = metric("share_player_hours_p2p", "mean");
  const refused = metric("players_refused", "mean");
  const shown: (BigFigure | null)[] = [
    largest === null
      ? null
      : {
          name: direction === "up" ? "Largest that holds" : "Least that suffices",
          value: numberText(largest),
          meaning: `${document.path}${document.unit === "" ? "" : `, in ${document.unit}`}`,
          tone: "good",
        },
    bracket[1] === null
      ? null
      : {
          name: "First that does not",
          value: numberText(bracket[1]),
          meaning: precision.reached === null ? "nothing milder was asked" : `${percent(precision.reached)} away`,
          tone: "bad",
        },
    broke === null || broke.metric === null
      ? null
      : {
          name: "What breaks there",
          value: measured(broke.actual, broke.unit ?? ""),
          meaning: `${broke.metric} ${broke.expression ?? ""}${broke.excess === null ? "" : `: ${excessWords(broke)}`}`,
          tone: "bad",
        },
    slots === null ? null : { name: "VPS slots needed", value: count(slots), meaning: "at one instant, at the answer" },
    hosted === null ? null : { name: "On machines of players", value: percent(hosted), meaning: "of player-hours, at the answer" },
    refused === null || refused === 0
      ? null
      : { name: "Players refused", value: count(refused), meaning: "by full or unserved maps in a run, at the answer", tone: "warn" },
  ];
  return shown.filter((each) => each !== null);
}

/** One chart for each threshold; the one that decided comes first and is drawn over the whole width. */
async function promisedCurves(document: CapacityDocument): Promise<Html[]> {
  const { broke, thresholds } = document;
  const decided = thresholds.findIndex((t) => t.metric === broke?.metric && t.expression === broke.expression);
  const order = thresholds
    .map((threshold, index) => ({ threshold, index }))
    .sort((a, b) => Number(b.index === decided) - Number(a.index === decided));
  const drawn: Html[] = [];
  for (const { threshold, index } of order) {
    const lines = document.probes.map((probe) => probe.thresholds[index]);
    const { metric, expression, limit, unit } = threshold;
    const values = lines.map((line) => line?.actual ?? null);
    const marked = limit === null ? {} : { limit: { name: expression, value: limit } };
    const title = `${metric} ${expression}`;
    const broken = lines.map((line) => line?.ok === false);
    const isCeiling = limit !== null && limit > 0 && expression.includes("<");
    const top = isCeiling ? limit * LIMITS_DRAWN : Number.POSITIVE_INFINITY;
    const cut = values.some((value) => value !== null && value > top);
    const caption = `${captionOf(document, broken)}${cut ? ` What is beyond ${measured(top, unit)} is drawn at the upper edge; the table below has the values.` : ""}`;
    drawn.push(
      await curve(document, {
        title,
        unit,
        values: values.map((value) => (value === null ? null : Math.min(value, top))),
        broken,
        caption,
        whole: drawn.length === 0,
        ...marked,
      }),
    );
  }
  return drawn;
}

function captionOf(document: CapacityDocument, broken: readonly boolean[]): string {
  const values = document.probes.filter((_, index) => broken[index]).map((probe) => numberText(probe.value));
  return values.length === 0
    ? "Holds at every value that was tried."
    : `Breaks at ${values.length < 6 ? values.join(", ") : `${values.length} of ${broken.length} values`}.`;
}

/** What else an operator looks at when load or provision change. */
const OTHERS = [
  {
    name: "vps_slots_needed",
    statistic: "max",
    title: "VPS slots needed",
    color: "orange",
    caption: "The most that any run needed at one instant.",
  },
  {
    name: "share_player_hours_p2p",
    statistic: "mean",
    title: "Carried by player hosts",
    color: "green",
    caption: "Share of player-hours played on machines of players; mean over the runs.",
  },
  {
    name: "migrations_per_hour",
    statistic: "mean",
    title: "Moves of maps",
    color: "purple",
    caption: "Finished moves an hour; mean over the runs.",
  },
  {
    name: "players_refused",
    statistic: "mean",
    title: "Players refused",
    color: "red",
    caption: "Times a player found a map full or unserved; mean over the runs.",
  },
  { name: "rtt_ms", statistic: "mean", title: "Round trip", color: "blue", caption: "Mean over all joins." },
] as const;

async function otherCurves(document: CapacityDocument): Promise<Html[]> {
  const drawn: Html[] = [];
  for (const { name, statistic, title, color, caption } of OTHERS) {
    const values = document.probes.map((probe) => probe.metrics[name]?.[statistic] ?? null);
    if (values.every((value) => value === null || value === 0)) continue;
    const unit = document.probes[0]?.metrics[name]?.unit ?? "";
    drawn.push(await curve(document, { title, unit, values, broken: document.probes.map((probe) => !probe.holds), caption, color }));
  }
  return drawn;
}

type Curve = {
  readonly title: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
  readonly broken: readonly boolean[];
  readonly caption: string;
  readonly color?: SeriesColor;
  readonly limit?: ChartLimit;
  readonly whole?: boolean;
};

async function curve(
  document: CapacityDocument,
  { title, unit, values, broken, caption, color = "blue", limit, whole = false }: Curve,
): Promise<Html> {
  const at = document.probes.map((probe) => probe.value);
  const [least, most] = [at[0] ?? 0, at.at(-1) ?? 0];
  // An axis of shares would be labelled in thousandths.
  const percents = unit === "share";
  const drawn = percents ? values.map((value) => (value === null ? null : Math.round(value * 1e4) / 100)) : values;
  const chart: LineChart = {
    x: {
      values: at,
      title: `${document.path}${document.unit === "" ? "" : ` (${document.unit})`}`,
      log: least > 0 && most / least > RATIO_WIDE,
    },
    unit: percents ? "%" : unit,
    series: [{ name: title, color, values: drawn }],
    points: { broken },
    ...(limit === undefined ? {} : { limit: { ...limit, value: percents ? limit.value * 100 : limit.value } }),
  };
  return chartFigure({ title, caption, drawing: await drawLines(chart, `${title} over ${document.path}. ${caption}`), whole });
}

function valueTable(document: CapacityDocument): Html {
  const { thresholds, probes } = document;
  const metric = (probe: CapacityProbe, name: string): string => {
    const value = probe.metrics[name]?.max ?? null;
    return value === null ? "" : figure(value);
  };
  const row = (probe: CapacityProbe): HtmlPart[] => [
    valueText(document, probe.value),
    probe.holds ? "yes" : html`<strong class="bad-text">${stateText(probe)}</strong>`,
    ...thresholds.map((threshold, index) => {
      const line = probe.thresholds[index];
      const said = measured(line?.actual ?? null, threshold.unit);
      return line?.ok === false ? html`<strong class="bad-text">${said} ✗</strong>` : said;
    }),
    metric(probe, "players_online"),
    metric(probe, "vps_slots_needed"),
    html`<code>${probe.fingerprint}</code>`,
  ];
  const columns = [
    { head: document.vary, figures: true },
    { head: "all hold" },
    ...thresholds.map((t) => ({ head: `${t.metric} ${t.expression}`, figures: true })),
    { head: "players online, most", figures: true },
    { head: "VPS slots needed", figures: true },
    { head: "fingerprint", figures: true },
  ];
  return table("Values in ascending order, with what each threshold came to over all seeds", columns, probes.map(row));
}

function commands(document: CapacityDocument): Html {
  const item = (probe: CapacityProbe): Html => again(probe.run, `All runs at ${valueText(document, probe.value)}`);
  return html`<details><summary>The commands that repeat each value</summary>${document.probes.map(item)}</details>`;
}

function details(document: CapacityDocument): HtmlPart {
  const broken = document.probes.filter((probe) => probe.breaches.length > 0);
  const breaches = broken.map(
    (probe) => html`<li>${valueText(document, probe.value)}: ${probe.breaches.map((breach) => breachText(breach)).join("; ")}</li>\n`,
  );
  return [
    broken.length === 0 ? null : html`<h3>What broke at each value</h3><ul class="plain">${breaches}</ul>`,
    html`<details><summary>All options at ${valueText(document, document.from)}, expanded</summary><pre>${JSON.stringify(document.options, null, 2)}</pre></details>`,
    html`<p>Commit <code>${document.commit}</code>, definitions of metrics ${document.definitions}. The same scenario, seeds and commit give the same fingerprints on every machine.</p>`,
    again(document.command, "The same search again"),
  ];
}
