/** The tables of a run's page. */
import { clock } from "../../../src/base/text/clock.ts";
import type { RunDocument } from "../document.ts";
import { DEFINITIONS } from "../metrics/definitions.ts";
import type { SeededMove } from "../story/remarkable.ts";
import { CAUSES, REASONS } from "../summary-paragraphs.ts";
import { count, duration, figure, percent } from "../summary-words.ts";
import { roomOf } from "../thresholds.ts";
import { html, type Html, type HtmlPart } from "./html.ts";
import { table } from "./page.ts";

/** A share as a bar with its figure beside it. */
function meter(share: number, bad = false): Html {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
  return html`<span class="meter${bad ? " bad" : ""}" aria-hidden="true"><i style="width:${width}%"></i></span>`;
}

/** What was promised, what came of it, and how much room is left. */
export function thresholdTable(document: RunDocument): Html | null {
  if (document.thresholds.length === 0) return null;
  const rows = document.thresholds.map((line): HtmlPart[] => {
    const room = roomOf(line);
    const margin = room === null ? "" : line.ok ? `${percent(room)} to spare` : room < 0 ? `${percent(-room)} too much` : "at its limit";
    const used = room === null ? null : meter(1 - room, !line.ok);
    const verdict =
      line.actual === null
        ? html`<span class="warn-text">no sample</span>`
        : line.ok
          ? html`<span class="good-text">✓ holds</span>`
          : html`<span class="bad-text">✗ broken</span>`;
    return [
      html`<code>${line.metric}</code>`,
      html`<code>${line.expression}</code>`,
      line.actual === null ? "" : `${figure(line.actual)} ${unitOf(line.metric)}`,
      verdict,
      margin,
      used,
    ];
  });
  return table(
    "What must hold, and what came of it",
    [
      { head: "metric" },
      { head: "must hold" },
      { head: "actual", figures: true },
      { head: "verdict" },
      { head: "margin" },
      { head: "used of the limit" },
    ],
    rows,
  );
}

/** One row for each region. */
export function regionTable(document: RunDocument): Html | null {
  if (document.regions.length === 0) return null;
  const trip = (of: { readonly mean: number; readonly p95: number } | null): string =>
    of === null ? "none" : `${duration(of.mean)}, ${duration(of.p95)}`;
  const rows = document.regions.map((r): HtmlPart[] => [
    r.region,
    count(r.players_max),
    `${count(r.hosts_online)}, ${count(r.hosts_eligible)}`,
    r.share_joins_p2p === null ? "none" : percent(r.share_joins_p2p),
    trip(r.rtt_ms),
    trip(r.rtt_vps_ms),
    r.quits_by_quality_per_1000_player_hours === null ? "none" : count(r.quits_by_quality_per_1000_player_hours),
    count(r.players_refused),
    `${count(r.vps_slots_used)}, ${count(r.vps_slots_used_max)} of ${count(r.vps_slots)}`,
  ]);
  return table(
    "Players count where they live, machines and slots where they stand",
    [
      { head: "region" },
      { head: "players at the peak", figures: true },
      { head: "machines online, eligible", figures: true },
      { head: "joins to player hosts", figures: true },
      { head: "round trip, mean and p95", figures: true },
      { head: "all maps on the VPS", figures: true },
      { head: "quits in 1,000 h", figures: true },
      { head: "turned away a run", figures: true },
      { head: "VPS slots: mean, most", figures: true },
    ],
    rows,
  );
}

/** Why machines may not host; a machine can miss several conditions at once. */
export function reasonTable(document: RunDocument): Html | null {
  const reasons = Object.entries(document.ineligible).filter(([, share]) => share > 0);
  if (reasons.length === 0) return null;
  const rows = reasons.map(([reason, share]): HtmlPart[] => [REASONS[reason] ?? reason.replaceAll("_", " "), percent(share), meter(share)]);
  return table(
    "Share of the hours of all machines known, in which a condition was missed",
    [{ head: "condition" }, { head: "hours", figures: true }, { head: "" }],
    rows,
  );
}

/** Faults and what they met. */
export function faultTable(document: RunDocument): Html | null {
  if (document.faults.length === 0) return null;
  const rows = document.faults.map((fault): HtmlPart[] => [
    fault.id,
    fault.kind,
    count(fault.applied),
    count(fault.effects),
    fault.effects === 0
      ? html`<span class="bad-text">✗ met nothing: it proves nothing</span>`
      : html`<span class="good-text">✓ effective</span>`,
  ]);
  return table(
    "What went wrong on purpose",
    [{ head: "fault" }, { head: "kind" }, { head: "came", figures: true }, { head: "met", figures: true }, { head: "efficacy" }],
    rows,
  );
}

const STEP_COLORS: Readonly<Record<string, string>> = {
  noticed: "var(--red)",
  waited: "var(--ink)",
  prepared: "var(--grey)",
  copied: "var(--sky)",
  frozen: "var(--blue)",
  ready: "var(--purple)",
  claimed: "var(--orange)",
  active: "var(--green)",
};

/** Moves with what each step took; `empty` is said where there are none. */
export function moveTable(
  caption: string,
  moves: readonly SeededMove[],
  again: (seed: number, at_s: number) => string,
  empty: string,
): Html {
  if (moves.length === 0) return html`<p class="quiet">${empty}</p>`;
  const rows = moves.map((move): HtmlPart[] => [
    html`${move.map}<br><span class="quiet small">seed ${move.seed} at ${clock(move.at_s)}</span>`,
    html`${move.cause === "placement" ? "first placement" : CAUSES[move.cause]}<br><span class="quiet small">host ${move.from} → ${move.to_vps ? "VPS, " : ""}host ${move.to}</span>`,
    count(move.players),
    duration(move.total_ms),
    duration(move.away_ms),
    duration(move.player_s * 1000),
    html`${stepBar(move)}<span class="quiet small">${move.failure === null ? "" : `given up: ${move.failure.replaceAll("_", " ")}; `}${stepText(move)}</span><details><summary class="small">see it again</summary><code>${again(move.seed, move.at_s)}</code></details>`,
  ]);
  return table(
    caption,
    [
      { head: "map" },
      { head: "why and where" },
      { head: "players", figures: true },
      { head: "took", figures: true },
      { head: "map away", figures: true },
      { head: "play lost", figures: true },
      { head: "steps" },
    ],
    rows,
  );
}

/** The stretches of a move: from its loss, where there was one, step by step. */
function stretches(move: SeededMove): { readonly name: string; readonly ms: number }[] {
  const parts: { name: string; ms: number }[] = move.noticed_ms > 0 ? [{ name: "noticed", ms: move.noticed_ms }] : [];
  // A first attempt that failed, or a wait for a slot.
  if (move.waited_ms > 0) parts.push({ name: "waited", ms: move.waited_ms });
  let before = 0;
  for (const { step, ms } of move.steps) {
    parts.push({ name: step, ms: Math.max(0, ms - before) });
    before = Math.max(before, ms);
  }
  return parts;
}

function stepBar(move: SeededMove): Html {
  const parts = stretches(move);
  const all = parts.reduce((sum, part) => sum + part.ms, 0);
  if (all <= 0) return html``;
  const piece = ({ name, ms }: { name: string; ms: number }): Html | null =>
    ms <= 0
      ? null
      : html`<i style="width:${Math.round((ms / all) * 1000) / 10}%;background:${STEP_COLORS[name] ?? "var(--grey)"}" title="${name}"></i>`;
  return html`<span class="steps" aria-hidden="true">${parts.map(piece)}</span>`;
}

function stepText(move: SeededMove): string {
  return stretches(move)
    .filter(({ ms }) => ms > 0)
    .map(({ name, ms }) => `${name} ${duration(Math.round(ms * 10) / 10)}`)
    .join(", ");
}

/** How much runs differ, for the metrics one asks of first. */
export function spreadTable(document: RunDocument, names: readonly string[]): Html {
  const rows = names.flatMap((name): HtmlPart[][] => {
    const spread = document.spread[name];
    if (spread === undefined || spread.median === null || spread.min === null || spread.max === null) return [];
    const { interval } = spread;
    const between =
      interval === null ? "one run" : `${figure(interval.low)} to ${figure(interval.high)}, ${percent(interval.confidence)} sure`;
    return [
      [
        html`<code>${name}</code>`,
        `${figure(spread.median)} ${unitOf(name)}`,
        between,
        `${figure(spread.min)} to ${figure(spread.max)}`,
        dots(spread.means),
      ],
    ];
  });
  return table(
    "Each run's own mean: the middle of the runs, between which of them the median of all runs there could be lies, and the ends",
    [
      { head: "metric" },
      { head: "median", figures: true },
      { head: "interval of the median", figures: true },
      { head: "least to most", figures: true },
      { head: "runs" },
    ],
    rows,
  );
}

/** Runs as dots between the least and the most. */
function dots(means: readonly (number | null)[]): Html {
  const known = means.filter((mean) => mean !== null).slice(0, RUNS_MAX);
  const low = Math.min(...known);
  const width = Math.max(...known) - low;
  const place = (mean: number): number => (width > 0 ? Math.round(6 + ((mean - low) / width) * 108) : 60);
  return html`<svg width="120" height="14" viewBox="0 0 120 14" aria-hidden="true"><line x1="6" x2="114" y1="7" y2="7" stroke="var(--line)"/>${known.map((mean) => html`<circle cx="${place(mean)}" cy="7" r="4" fill="var(--blue)" fill-opacity=".65"/>`)}</svg>`;
}

/** Every metric with what it means. */
export function metricTable(document: RunDocument): Html {
  const rows = DEFINITIONS.flatMap((definition): HtmlPart[][] => {
    const m = document.metrics[definition.name];
    if (m === undefined) return [];
    const show = (value: number | null): string => (value === null ? "" : figure(value));
    const name = html`<code>${definition.name}</code><br><span class="quiet small">${definition.what} ${definition.span}</span>`;
    return [[name, m.unit, count(m.count), show(m.mean), show(m.p50), show(m.p95), show(m.p99), show(m.max)]];
  });
  const heads = ["samples", "mean", "p50", "p95", "p99", "most"].map((head) => ({ head, figures: true }));
  return table("All metrics over all runs", [{ head: "metric" }, { head: "unit" }, ...heads], rows);
}

/** Rows and dots of runs that a page shows; campaigns of thousands have a document for the rest. */
const RUNS_MAX = 200;

/** One row a run, those that did not end well first where there are too many. */
export function runTable(document: RunDocument): Html {
  const { runs } = document;
  const shown =
    runs.length <= RUNS_MAX ? runs : runs.toSorted((a, b) => Number(a.result === "ok") - Number(b.result === "ok")).slice(0, RUNS_MAX);
  const rows = shown.map((run): HtmlPart[] => [
    `${run.seed}`,
    run.result,
    html`<code>${run.fingerprint}</code>`,
    count(run.events),
    clock(run.virtual_s),
    count(run.violations_total),
    run.replay === null ? "" : html`<code>${run.replay}</code>`,
  ]);
  return table(
    shown.length < runs.length ? `${count(shown.length)} of ${count(runs.length)} runs, those that did not end well first` : "Runs",
    [
      { head: "seed" },
      { head: "result" },
      { head: "fingerprint" },
      { head: "events", figures: true },
      { head: "virtual time", figures: true },
      { head: "violations", figures: true },
      { head: "run it again" },
    ],
    rows,
  );
}

function unitOf(metric: string): string {
  const unit = DEFINITIONS.find((d) => d.name === metric)?.unit ?? "";
  return unit === "share" ? "" : unit;
}
