/** What an operator wants to know of a scenario's runs, topic by topic, in words and figures: for the terminal and for the page. */
import { clock } from "../../src/base/text/clock.ts";
import type { MetricSummary, RunDocument, ThresholdLine } from "./document.ts";
import { MOVE_CAUSES } from "./metrics/causes.ts";
import { roomOf } from "./thresholds.ts";
import { count, counted, duration, figure, large, listed, percent } from "./summary-words.ts";

/** A figure that is known, or nothing to say. */
type Maybe = number | null | undefined;
/** A topic and what there is to say of it; `whole` texts are commands, which are not broken into lines. */
export type Paragraph = { readonly label: string; readonly text: string; readonly tone?: "good" | "bad"; readonly whole?: boolean };

/** Causes of moves in words. */
export const CAUSES: Readonly<Record<(typeof MOVE_CAUSES)[number], string>> = {
  lost: "host lost",
  drain: "host left politely",
  degraded: "host degraded",
  overload: "host overloaded",
  better: "better host",
  return: "back from the VPS",
  invalid: "failed validation",
  policy: "settings",
};

/** Reasons against hosts in words. */
export const REASONS: Readonly<Record<string, string>> = {
  cpu_ghz: "CPU clock",
  cpu_cores: "CPU cores",
  free_ram_mb: "free memory",
  network_speed_mbps: "network speed",
  latency_ms: "latency",
  disconnects_per_hour: "disconnects",
  security: "failed validation",
  jitter_ms: "jitter",
  packet_rate: "packet rate",
  jitter_ms_unmeasured: "jitter not measured",
  packet_rate_unmeasured: "packet rate not measured",
};

/** The answer, topic by topic, in the order of importance. Topics that nothing is known of are left out. */
export function paragraphs(document: RunDocument): Paragraph[] {
  return [
    ...carried(document),
    ...slots(document),
    ...moves(document),
    ...noticed(document),
    ...quality(document),
    ...breaksFirst(document),
    ...ineligible(document),
    ...faults(document),
    ...runs(document),
  ];
}

/** The result in one sentence. */
export function verdict(document: RunDocument): string {
  const { result, thresholds } = document;
  const failed = thresholds.filter((t) => !t.ok).length;
  const hit = document.runs.filter((run) => run.result === result).length;
  const inRuns = `in ${hit} of ${counted(document.runs.length, "run")}`;
  switch (result) {
    case "ok":
      return `OK. No rule was broken in ${counted(document.runs.length, "run")}${thresholdsHold(thresholds.length)}.`;
    case "threshold":
      return `NOT GOOD ENOUGH. ${failed} of ${counted(thresholds.length, "threshold")} ${failed === 1 ? "does" : "do"} not hold; no rule was broken.`;
    case "safety":
      return `UNSAFE. What must never happen did, ${inRuns}: ${rulesBroken(document)}.`;
    case "liveness":
      return `DOES NOT SETTLE. Not everything came right in time, ${inRuns}: ${rulesBroken(document)}.`;
    case "inconclusive":
      return `NOT CONCLUSIVE. ${capital(document.inconclusive[0] ?? `what should have been put to the test was not, ${inRuns}`)}${more(document.inconclusive.length)}.`;
    case "nondeterminism":
      return `NOT REPEATABLE. The same seed gave two different runs, ${inRuns}; trust none of the figures.`;
    case "timeout":
      return `NOT FINISHED. Time ran out ${inRuns}${hit < document.runs.length ? "; the figures cover the others" : ""}.`;
    case "crash":
      return `CRASHED ${inRuns}${hit < document.runs.length ? "; the figures cover the others" : ""}.`;
  }
}

function thresholdsHold(all: number): string {
  if (all === 0) return "; the scenario sets no thresholds";
  return all === 1 ? ", and the threshold holds" : `, and all ${all} thresholds hold`;
}

function rulesBroken(document: RunDocument): string {
  const worst = document.runs.filter((run) => run.result === document.result);
  const broken = new Set(worst.flatMap((run) => run.violations.map((violation) => violation.rule)));
  broken.delete("vacuous");
  return listed([...broken].sort().slice(0, 6));
}

function more(all: number): string {
  return all > 1 ? ` (and ${all - 1} more)` : "";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function carried(document: RunDocument): Paragraph[] {
  const online = document.metrics.players_online;
  const hours = mean(document, "player_hours");
  const maps = mean(document, "share_map_hours_p2p");
  const all = mean(document, "share_map_hours_p2p_all");
  const players = mean(document, "share_player_hours_p2p");
  const upload = document.metrics.upload_used_share;
  const out: Paragraph[] = [];
  if (known(online?.max) && known(online.mean) && known(hours)) {
    const text = `${count(online.max)} online at the peak, ${count(online.mean)} on average; ${count(hours)} player-hours a run.${refusedText(document)}`;
    out.push({ label: "Players", text });
  }
  if (!known(all)) return out;
  const { maps: mapsInAll, maps_eligible: mayLeave } = document.size;
  const played = known(players) ? `${percent(players)} of player-hours and ` : "";
  const ofEligible =
    known(maps) && mayLeave < mapsInAll
      ? `; ${percent(maps)} for the ${count(mayLeave)} of ${count(mapsInAll)} maps that may leave the VPS`
      : "";
  const used =
    known(upload?.p50) && known(upload.p95)
      ? ` Upload used of what owners give: ${percent(upload.p50)} (median), ${percent(upload.p95)} (p95).`
      : "";
  out.push({ label: "Player hosts", text: `${played}${percent(all)} of map-hours ran on machines of players${ofEligible}.${used}` });
  return out;
}

function refusedText(document: RunDocument): string {
  const reasons = Object.entries(document.refused).sort((a, b) => b[1] - a[1]);
  if (reasons.length === 0) return "";
  const all = reasons.reduce((sum, [, n]) => sum + n, 0);
  const top = reasons.slice(0, 3).map(([reason, n]) => `${reason.replaceAll("_", " ")} ${count(n)}`);
  return ` Refused entry in all runs: ${count(all)} (${top.join(", ")}).`;
}

function slots(document: RunDocument): Paragraph[] {
  const used = document.metrics.vps_slots_used;
  const need = document.metrics.vps_slots_needed?.max;
  if (!known(used?.p50) || !known(used.p95) || !known(used.max) || !known(need)) return [];
  const { maps, vps_slots: limit } = document.size;
  const refusals = document.metrics.vps_refused?.sum ?? 0;
  const saved = mean(document, "vps_hours_saved");
  const least = document.spread.vps_slots_needed?.min;
  const bySeed = known(least) && least < need ? ` (${count(least)} in the mildest run)` : "";
  const rent = `Rent ${count(need)}: the most that any run needed at one instant${bySeed}. In use: ${count(used.p50)} (median), ${count(used.p95)} (p95), ${count(used.max)} (most).`;
  const offered =
    refusals > 0
      ? ` The ${count(limit)} of the scenario were too few: ${counted(refusals, "refusal")}.`
      : ` The scenario offers ${count(limit)}.`;
  const instead = ` With every map on the VPS it would be ${count(maps)}${known(saved) ? `; player hosts saved ${count(saved)} slot-hours a run` : ""}.`;
  return [{ label: "VPS slots", text: rent + offered + instead, ...(refusals > 0 ? { tone: "bad" as const } : {}) }];
}

function moves(document: RunDocument): Paragraph[] {
  const all = mean(document, "migrations_per_hour");
  if (!known(all)) return [];
  const causes = MOVE_CAUSES.map((cause) => ({ text: CAUSES[cause], rate: mean(document, `migrations_per_hour_${cause}`) ?? 0 }))
    .filter(({ rate }) => rate > 0)
    .sort((a, b) => b.rate - a.rate);
  if (all === 0) return [{ label: "Moves", text: "No map moved." }];
  const perMap = document.size.maps_eligible > 0 ? all / document.size.maps_eligible : 0;
  const often = perMap > 0 ? `, one in ${duration(3_600_000 / perMap)} for each map that may move` : "";
  const failed = mean(document, "moves_failed_per_hour") ?? 0;
  const givenUp = failed > 0 ? ` Moves given up: ${count(failed)} an hour.` : "";
  const text = `Maps moved ${count(all)} times an hour${often}. Causes: ${listed(causes.map(({ text: cause, rate }) => `${cause} ${count(rate)}`))}.${givenUp}`;
  return [{ label: "Moves", text }];
}

function noticed(document: RunDocument): Paragraph[] {
  const out: Paragraph[] = [];
  const cut = document.metrics.interruption_ms;
  const hours = document.runs.reduce((sum, run) => sum + run.virtual_s, 0) / 3600;
  const rate = mean(document, "interruptions_per_player_hour");
  if (known(cut?.p50) && known(cut.p95) && known(cut.p99) && hours > 0) {
    const each = known(rate) && rate > 0 ? `, one for each ${count(1 / rate)} hours of play` : "";
    const gone = document.metrics.interruption_abandoned?.sum ?? 0;
    const left = gone > 0 ? ` ${counted(gone, "player")} left before play went on.` : "";
    const text = `A move stops play for ${duration(cut.p50)} (median), ${duration(cut.p95)} (p95), ${duration(cut.p99)} (p99). ${counted(cut.count / hours, "interruption")} an hour${each}.${left}`;
    out.push({ label: "Players notice", text });
  }
  const outages = outageText(document);
  return outages === null ? out : [...out, { label: "Outages", text: outages }];
}

function outageText(document: RunDocument): string | null {
  const away = document.metrics.unhosted_ms;
  const sum = mean(document, "unhosted_map_seconds");
  const found = document.metrics.detection_ms;
  const wrong = document.metrics.false_failovers?.sum ?? 0;
  if (away === undefined || !known(sum)) return null;
  const begin =
    known(away.p50) && known(away.max)
      ? `${counted(away.count, "outage")} of maps: ${duration(away.p50)} (median), ${duration(away.max)} (longest), ${duration(sum * 1000)} a run in sum.`
      : "No map was without a host.";
  const noticed =
    known(found?.p50) && known(found.p99)
      ? ` A lost host is noticed after ${duration(found.p50)} (median), ${duration(found.p99)} (p99).`
      : "";
  const open = document.reached["map.unhostedAtEnd"] ?? 0;
  const atEnd = open > 0 ? ` Without a host at the end: ${counted(open, "map")}.` : "";
  return `${begin}${atEnd}${noticed} Hosts given up by mistake: ${count(wrong)}.`;
}

function quality(document: RunDocument): Paragraph[] {
  const { rtt_ms: rtt, rtt_vps_ms: vps, rtt_gain_ms: gain } = document.metrics;
  if (!known(rtt?.mean) || !known(rtt.p95) || !known(vps?.mean) || !known(vps.p95)) return [];
  const nearer =
    gain !== undefined && rtt.count > 0 ? ` ${percent(gain.count / rtt.count)} of joins are as near as the VPS or nearer.` : "";
  const quits = mean(document, "quits_by_quality_per_1000_player_hours");
  const left = known(quits) ? ` Quits because of quality: ${count(quits)} in 1,000 player-hours.` : "";
  // Means, because paths are short or cross an ocean: a median leaps from one hump to the other where the two are nearly even.
  const text = `${duration(rtt.mean)} (mean), ${duration(rtt.p95)} (p95); with every map on the VPS ${duration(vps.mean)} and ${duration(vps.p95)}.${nearer}${left}`;
  return [{ label: "Round trip", text }];
}

function breaksFirst(document: RunDocument): Paragraph[] {
  const broken = firstBroken(document);
  if (broken !== null) return broken;
  const failed = document.thresholds.filter((t) => !t.ok);
  if (failed.length > 0) {
    const shown = failed.slice(0, 3).map((t) => `${t.metric} is ${t.actual === null ? "unknown" : figure(t.actual)}, not ${t.expression}`);
    return [{ label: "Breaks first", text: `${shown.join("; ")}${more(Math.max(0, failed.length - 2))}.`, tone: "bad" }];
  }
  const limits = [
    firstOf(document, "vps_refused", "the VPS slots ran out"),
    firstOf(document, "players_refused", "players were refused entry"),
  ];
  const reached = limits.filter((limit) => limit !== null).sort((a, b) => a.at_s - b.at_s)[0];
  const tight = tightest(document.thresholds);
  const room =
    tight === null
      ? ""
      : ` Nearest to its limit: ${tight.line.metric} ${tight.line.expression}, at ${figure(tight.line.actual ?? 0)} (${percent(tight.room)} to spare).`;
  const lasted = document.result === "ok" || document.result === "inconclusive";
  // A run that crashed or never ended says nothing of limits.
  if (reached === undefined && !lasted) return [];
  if (reached === undefined) return [{ label: "Breaks first", text: `Nothing broke, and no limit was met.${room}` }];
  const times = reached.all > 0 ? ` (${counted(reached.all, "time")} in all runs)` : "";
  const within = `first within ${duration(reached.step_s * 1000)} of ${clock(reached.at_s)}, seed ${reached.seed}`;
  return [{ label: "Breaks first", text: `${capital(reached.what)}${times}, ${within}.${room}` }];
}

/** The first violation of the worst run, and how to see it again. What makes a run inconclusive stands in the verdict. */
function firstBroken(document: RunDocument): Paragraph[] | null {
  if (document.result === "inconclusive") return null;
  const worst = document.runs
    .filter((run) => run.violations.length > 0)
    .sort((a, b) => Number(b.result === document.result) - Number(a.result === document.result))[0];
  const violation = worst?.violations[0];
  if (worst === undefined || violation === undefined) return null;
  const message = violation.message.length > 150 ? `${violation.message.slice(0, 149)}…` : violation.message;
  const text =
    worst.result === "crash"
      ? `Seed ${worst.seed} crashed: ${message}`
      : worst.result === "timeout"
        ? `Seed ${worst.seed}: ${message}`
        : `${violation.rule} at ${clock(violation.at_s)} of seed ${worst.seed}: ${message}`;
  const again: Paragraph[] = worst.replay === null ? [] : [{ label: "Replay", text: worst.replay, whole: true }];
  return [{ label: "Breaks first", text, tone: "bad" }, ...again];
}

type FirstTime = { readonly at_s: number; readonly step_s: number; readonly seed: number; readonly what: string; readonly all: number };

/** The first step of any run in which a counted series is not zero. */
function firstOf(document: RunDocument, row: string, what: string): FirstTime | null {
  let first: FirstTime | null = null;
  for (const run of document.series) {
    const step = run.rows.find((r) => r.name === row)?.values.findIndex((value) => value !== null && value > 0) ?? -1;
    const at_s = step * run.step_s;
    if (step >= 0 && (first === null || at_s < first.at_s))
      first = { at_s, step_s: run.step_s, seed: run.seed, what, all: document.metrics[row]?.sum ?? 0 };
  }
  return first;
}

/** The threshold nearest to breaking. Those without a room to speak of are passed over. */
function tightest(thresholds: readonly ThresholdLine[]): { line: ThresholdLine; room: number } | null {
  let found: { line: ThresholdLine; room: number } | null = null;
  for (const line of thresholds) {
    const room = roomOf(line);
    if (room === null) continue;
    const distance = Math.abs(room);
    if (found === null || distance < found.room) found = { line, room: distance };
  }
  return found;
}

function ineligible(document: RunDocument): Paragraph[] {
  const reasons = Object.entries(document.ineligible).filter(([, share]) => share > 0);
  const eligible = mean(document, "eligible_share");
  const hosts = document.metrics.eligible_hosts;
  const online = document.metrics.hosts_online;
  if (!known(eligible) || !known(hosts?.p50) || !known(online?.p50)) return [];
  const top = reasons.slice(0, 3).map(([reason, share]) => `${REASONS[reason] ?? reason.replaceAll("_", " ")} ${percent(share)}`);
  const why = top.length > 0 ? ` Against the others, in shares of host-hours: ${listed(top)}.` : "";
  const text = `${count(document.size.hosts)} offered, ${count(online.p50)} online (median), ${count(hosts.p50)} of them eligible (${percent(eligible)} of host-hours).${why}`;
  return [{ label: "Hosts", text }];
}

const FAULTS_SHOWN = 5;

function faults(document: RunDocument): Paragraph[] {
  if (document.faults.length === 0) return [];
  const idle = document.faults.filter((fault) => fault.effects === 0);
  const shown = document.faults
    .slice(0, FAULTS_SHOWN)
    .map((fault) => `${fault.id} came ${counted(fault.applied, "time")} and met ${fault.effects === 0 ? "nothing" : count(fault.effects)}`);
  const rest = document.faults.length > FAULTS_SHOWN ? `; and ${document.faults.length - FAULTS_SHOWN} more` : "";
  return [{ label: "Faults", text: `${shown.join("; ")}${rest}.`, ...(idle.length > 0 ? { tone: "bad" as const } : {}) }];
}

function runs(document: RunDocument): Paragraph[] {
  const events = document.runs.reduce((sum, run) => sum + run.events, 0);
  const virtual = document.runs.reduce((sum, run) => sum + run.virtual_s, 0);
  const wall = document.runs.reduce((sum, run) => sum + run.wall_s, 0);
  const speed = wall > 0 ? `, ${large(events / wall)} a second and core, ${count(virtual / wall)} times real time` : "";
  const text = `${seedsText(document.seeds)}, ${duration(virtual * 1000)} of play; ${large(events)} events${speed}. Fingerprint ${document.fingerprint}, commit ${shortCommit(document.commit)}.`;
  return [{ label: "Runs", text }];
}

/** A commit by its first twelve digits, with what stands behind them (`+dirty`); a version as it is. */
function shortCommit(commit: string): string {
  return commit.replace(/^([0-9a-f]{12})[0-9a-f]{28,}/, "$1");
}

function seedsText(seeds: readonly number[]): string {
  const first = seeds[0];
  const last = seeds.at(-1);
  if (first === undefined || last === undefined) return "no seed";
  if (seeds.length === 1) return `seed ${first}`;
  const dense = seeds.every((seed, i) => seed === first + i);
  return dense ? `${seeds.length} seeds (${first}..${last})` : `${seeds.length} seeds (${first} … ${last})`;
}

function mean(document: RunDocument, name: string): Maybe {
  const metric: MetricSummary | undefined = document.metrics[name];
  return metric?.mean;
}

/** Whether there is a figure to speak of. */
export function known(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}
