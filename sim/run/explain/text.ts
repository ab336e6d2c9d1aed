/** The explanation for people: the answer first, then how it came to that, the scores term by term, and what would change it. */
import type { ExplainDocument, ExplainedHost, ExplainedMove, Weights } from "./document.ts";
import { groupsText, instant, scoreText } from "./words.ts";
import { count, counted, duration, listed, UNBROKEN, wrapped } from "../summary-words.ts";
import { clock } from "../../../src/base/text/clock.ts";
import { US_PER_S } from "../../../src/base/time.ts";

/** How the text is laid out: columns, and whether colours may be used. */
export type ExplainLayout = { readonly width: number; readonly bold: (text: string) => string };

const LABEL_WIDTH = 15;
const WIDTH_MIN = 60;
const WIDTH_MAX = 100;
const MOVES_SHOWN = 5;

type Paragraph = readonly [label: string, text: string];

/** The text, lines separated by newlines, without one at the end; at most 100 columns, of which the table of scores takes 80. */
export function explainText(told: ExplainDocument, layout: ExplainLayout): string {
  const width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, layout.width));
  const lines = [
    layout.bold(
      `${told.map.name} at ${instant(told.at_s * US_PER_S, !Number.isInteger(told.at_s))} of ${told.scenario}, seed ${told.seed}`,
    ),
    ...wrapped(told.headline, width),
    "",
    ...labelled([...arrived(told), ...people(told), ...machine(told), ...standbys(told), ...sites(told), ...history(told)], width),
    ...scores(told, width),
    ...changes(told, width),
  ];
  return lines.map((line) => line.trimEnd().replaceAll(UNBROKEN, " ")).join("\n");
}

/** The document as JSON writes it: figures and units are held together in texts for people only. */
export function explainJson(told: ExplainDocument): unknown {
  return JSON.parse(JSON.stringify(told).replaceAll(UNBROKEN, " "));
}

function labelled(paragraphs: readonly Paragraph[], width: number): string[] {
  return paragraphs.flatMap(([label, text]) =>
    wrapped(text, width - LABEL_WIDTH).map((line, i) => (i === 0 ? label : "").padEnd(LABEL_WIDTH) + line),
  );
}

function arrived({ arrival, since_s, map }: ExplainDocument): Paragraph[] {
  if (arrival === null) return [];
  const why = map.may_leave_vps && arrival.cause !== "better" ? `${arrival.why}; ${arrival.choice}` : arrival.why;
  const served = since_s === null ? "" : `, serving since ${clock(since_s)}`;
  return [["Came here", `${clock(arrival.at_s)}, a ${formText(arrival)}: ${why}${served}.`]];
}

function formText({ form }: ExplainedMove): string {
  return form === "placement" ? "first placement" : form === "fallback" ? "fallback to the VPS" : form;
}

function people({ map, formula }: ExplainDocument): Paragraph[] {
  const by = Object.entries(map.players_by_region).map(([region, players]) => `${region} ${count(players)}`);
  const where = by.length > 0 ? ` (${by.join(", ")})` : "";
  const mix = Object.entries(map.mix).toSorted((a, b) => b[1] - a[1]);
  const text = `${count(map.players)} of at most ${count(map.players_max)}${where}.`;
  if (formula.scoring === "seed" || !map.may_leave_vps) return [["Players", text]];
  const top = mix[0];
  const compared =
    top === undefined
      ? "Nobody has been here yet, so hosts are compared by their own latency."
      : mix.length === 1
        ? `All come from ${top[0]}, so hosts are compared by their RTT to ${top[0]}.`
        : `Averaged over time they come from ${listed(mix.map(([region, part]) => `${region} (${share(part)})`))}; hosts are compared by the mean of their scores for each of these players.`;
  return [["Players", `${text} ${compared}`]];
}

function machine({ owner }: ExplainDocument): Paragraph[] {
  if (owner === null || owner.kind === "vps") return [];
  const against = owner.against.length === 0 ? "" : ` Against it: ${listed(owner.against.map(({ text }) => text))}.`;
  const bad = owner.bad_measurements === 0 ? "" : ` ${capital(counted(owner.bad_measurements, "bad measurement"))} in a row.`;
  const load = `Holds ${owner.maps} of ${counted(owner.maps_max, "map")} and ${count(owner.players)} of the ${counted(owner.players_max, "player")} its upload carries.`;
  return [["Its host", `${made(owner)}. ${load}${bad}${against}`]];
}

/** A share with one decimal. */
function share(part: number): string {
  return `${(100 * part).toFixed(1)}${UNBROKEN}%`;
}

/** A machine in one line. */
function made({ stats, uptime_s }: ExplainedHost): string {
  const u = UNBROKEN;
  const parts = [
    `${one(stats.cpu_ghz)}${u}GHz${u}x${u}${one(stats.cpu_cores)}`,
    `${count(Math.round(stats.free_ram_mb))}${u}MB free`,
    `${count(stats.network_speed_mbps)}${u}Mbit/s`,
    `${one(stats.latency_ms)}${u}ms`,
    `${counted(stats.disconnects_per_hour, "disconnect")} in the last hour`,
    ...(uptime_s === null ? [] : [`up for ${duration(uptime_s * 1000)}`]),
  ];
  return parts.join(", ");
}

function one(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function standbys({ standbys: list, map, owner }: ExplainDocument): Paragraph[] {
  if (!map.may_leave_vps || owner === null || owner.kind === "vps") return [];
  if (list.length === 0) return [["Standbys", "none"]];
  return [
    ["Standbys", list.map(({ name, warm, score }) => `${name}, ${warm ? "warm" : "not warm yet"}, ${scoreText(score ?? 0)}`).join("; ")],
  ];
}

function sites({ vps, owner, state }: ExplainDocument): Paragraph[] {
  const relevant = owner === null || owner.kind === "vps" || state === "unhosted";
  const all = `${count(vps.slots_used)} of ${counted(vps.slots, "slot")} used`;
  const kept = vps.slots_kept > 0 ? `, ${count(vps.slots_kept)} kept for critical maps` : "";
  if (!relevant || vps.sites.length === 0) return [["VPS", `${all}${kept}`]];
  const each = vps.sites.map(
    ({ name, connected, slots, slots_used, rtt_ms }) =>
      `${name} ${duration(rtt_ms)}${connected ? "" : ", not connected"}, ${count(slots_used)} of ${count(slots)}`,
  );
  return [["VPS", `${all}${kept}. Nearest to its players first: ${each.join("; ")}.`]];
}

function history({ moves, moves_all }: ExplainDocument): Paragraph[] {
  const shown = moves.slice(-MOVES_SHOWN);
  const before = moves_all - shown.length;
  return shown.map((move, i): Paragraph => {
    const failed =
      move.failure === null ? (move.ended_s === null ? " (under way)" : "") : ` (failed: ${move.failure.replaceAll("_", " ")})`;
    const label = i === 0 ? (before > 0 ? `Moves (${count(moves_all)})` : "Moves") : "";
    return [label, `${clock(move.at_s)} ${move.cause}${move.from_name === null ? "" : `: ${move.from_name}`} → ${move.to_name}${failed}`];
  });
}

// The table of scores

const COLUMNS: readonly (readonly [keyof Weights, string, number])[] = [
  ["cpu", "cpu", 8],
  ["ram", "memory", 8],
  ["network", "network", 9],
  ["latency", "latency", 9],
  ["stability", "stability", 11],
];
const NAME_WIDTH = 16;
const RTT_WIDTH = 8;
const SCORE_WIDTH = 9;

function scores(told: ExplainDocument, width: number): string[] {
  if (!told.map.may_leave_vps) return [];
  const { owner, candidates, barred, formula, hosts } = told;
  const lines = [
    "",
    ...wrapped(formulaText(told), width),
    "",
    header(
      "",
      COLUMNS.map(([, name]) => name),
      "RTT",
      "score",
    ),
  ];
  lines.push(
    header(
      "weight",
      COLUMNS.map(([term]) => String(formula.weights[term])),
      "",
      "",
    ),
  );
  if (owner !== null && owner.kind === "player") lines.push(...row(owner, told.serving ? "serves it" : "owns it", width));
  const shown = candidates.length < hosts.could_take ? `, ${count(candidates.length)} shown` : "";
  const order = formula.prefer_low_latency ? "in the order they are asked: within 1 % of the best, the nearest first" : "best first";
  lines.push(
    "",
    ...wrapped(
      `Could take it now: ${hosts.could_take === 0 ? "none" : counted(hosts.could_take, "player host")}${shown}${candidates.length > 1 ? ` (${order})` : ""}`,
      width,
    ),
  );
  for (const host of candidates) lines.push(...row(host, standbyMark(told, host), width));
  if (told.barred_all > 0) {
    const than = owner?.score ?? candidates[0]?.score ?? null;
    const more = than === null ? "Could not take it, best first" : `Score more than ${scoreText(than)} but could not take it`;
    lines.push("", `${more}: ${count(told.barred_all)}${barred.length < told.barred_all ? `, ${count(barred.length)} shown` : ""}`);
    for (const host of barred) lines.push(...row(host, remarkOf(host), width));
  }
  return [...lines, "", ...wrapped(others(told), width)];
}

function formulaText({ formula }: ExplainDocument): string {
  const realtime = formula.realtime ? "real time prioritised" : "real time not prioritised";
  const bound = formula.scoring === "normalized" ? "each term is 0 to 1 before its weight" : "terms have no upper limit";
  return `Score, term by term: points by the formula "${formula.scoring}" (${realtime}), ${bound}.`;
}

function header(name: string, cells: readonly string[], rtt: string, score: string): string {
  const terms = cells.map((cell, i) => cell.padStart(COLUMNS[i]?.[2] ?? 0)).join("");
  return `  ${name.padEnd(NAME_WIDTH)}${rtt.padStart(RTT_WIDTH)}${terms}${score.padStart(SCORE_WIDTH)}`;
}

function row(host: ExplainedHost, remark: string, width: number): string[] {
  const cells = COLUMNS.map(([name]) => scoreText(host.terms.find(({ term }) => term === name)?.points ?? 0));
  const line = header(host.name.replace(/^host /, ""), cells, `${one(host.rtt_ms)} ms`, scoreText(host.score ?? 0));
  if (remark === "") return [line];
  if (line.length + 2 + remark.length <= width) return [`${line}  ${remark}`];
  return [line, ...wrapped(remark, width - 6).map((part) => `      ${part}`)];
}

/** What stands against a host. That a blocked one failed validation is said by the block. */
function remarkOf({ against }: ExplainedHost): string {
  const blocked = against.some(({ why }) => why === "blocked");
  return against.flatMap(({ why, text }) => (blocked && why === "security" ? [] : [text])).join("; ");
}

function standbyMark({ standbys: list }: ExplainDocument, { host }: ExplainedHost): string {
  const standby = list.find((each) => each.host === host);
  return standby === undefined ? "" : standby.warm ? "warm standby" : "standby";
}

function others({ hosts, owner }: ExplainDocument): string {
  const all = hosts.known - (owner?.kind === "player" ? 1 : 0) - hosts.could_take;
  if (all <= 0) return `No other player host is known.`;
  return `The other ${counted(all, "player host")} could not take it: ${listed(groupsText(hosts.against, hosts.conditions))}.`;
}

// What would change it

function changes(told: ExplainDocument, width: number): string[] {
  const items = changesOf(told);
  if (items.length === 0) return [];
  const lines = items.flatMap((item) => wrapped(item, width - 4).map((line, i) => `${i === 0 ? "  - " : "    "}${line}`));
  return ["", "What would make it move", ...lines];
}

function changesOf(told: ExplainDocument): string[] {
  const { state, owner, if_host_lost: lost, if_handed_over: handed, limits } = told;
  if (owner === null || state === "starting" || state === "unhosted" || state === "coordinator_down") return [];
  if (state === "moving")
    return ["The move is under way. If it fails, whoever serves the map goes on, or the next candidate is asked at once."];
  const where = (to: typeof lost): string => ("host" in to ? `to ${to.text}` : `nowhere, ${to.text}`);
  if (owner.kind === "vps") {
    const site = `The loss of ${owner.name}: ${where(lost)}.`;
    return told.map.may_leave_vps
      ? [ownWill(told), site]
      : [site, ...(told.map.critical ? ["Nothing else: it is not eligible by the conf."] : ["Nothing else while enable_p2p_maps is off."])];
  }
  const left = owner.players_max - owner.players;
  return [
    ownWill(told),
    `${capital(owner.name)} is lost, or fails validation ${limits.failed_validations} times: ${where(lost)}.`,
    `${capital(owner.name)} leaves, measures badly ${limits.bad_measurements} times in a row (${owner.bad_measurements} now), or has no room for one more player (${count(Math.max(0, left))} left): ${where(handed)}.`,
  ];
}

function ownWill({ own_will: will, candidates, owner, formula }: ExplainDocument): string {
  const look = `looked at every ${duration(will.every_s * 1000)}`;
  const asked = will.score_asked ?? 0;
  const first = candidates[0];
  // What a move asks for stands before it.
  const held = will.holds.map(({ why, text }) =>
    why === "not_better" ? `the first choice, ${first?.name}, scores ${scoreText(first?.score ?? 0, asked)}` : text,
  );
  if (will.cause === "return") {
    if (will.to !== null) return `Back to a player host at the next look: ${candidates[0]?.name ?? will.to}.`;
    return `Back to a player host, ${look}. Not now: ${held.join("; ")}.`;
  }
  const most = Object.values(formula.weights).reduce((sum, weight) => sum + weight, 0);
  if (formula.scoring === "normalized" && asked >= most)
    return `A better host: none can be, because a move asks for more than ${scoreText(asked)} (${will.theta} times its ${scoreText(owner?.score ?? 0, asked)}) and a score is ${one(most)} at most.`;
  const better = `A host that scores more than ${scoreText(asked)} (${will.theta} times its ${scoreText(owner?.score ?? 0, asked)}), ${look}.`;
  return will.to === null
    ? `${better} Not now: ${held.join("; ")}.`
    : `${better} At the next look: ${first?.name ?? will.to}, ${scoreText(first?.score ?? 0)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
