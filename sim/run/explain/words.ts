/** Hosts, obstacles, causes and holds in words. Times come as virtual microseconds and are told as clock time and as what is left. */
import { clock } from "../../../src/base/text/clock.ts";
import { US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import type { Ineligibility } from "../../../src/core/hosting/eligibility.ts";
import type { Hold, Wait } from "../../../src/core/hosting/explain.ts";
import type { Obstacle } from "../../../src/core/hosting/explain-host.ts";
import { type HostId, NO_HOST } from "../../../src/core/protocol/ids.ts";
import type { Move } from "../../../src/core/hosting/state.ts";
import type { RefusalReason } from "../../../src/core/protocol/refusal.ts";
import type { HostTruth } from "../../world/observer.ts";
import { REASONS } from "../summary-paragraphs.ts";
import { count, counted, duration, listed, percent, UNBROKEN } from "../summary-words.ts";
import type { Fate, MoveStory } from "./map-history.ts";

/** How a host is called: `host 231 (EU)`, `VPS site 2 (EU)`; without the region where it is not known any more. */
export type NameOf = (host: HostId) => string;

/** What the words need to know besides what they are about: the instant that is explained (us), names, and settings. */
export type Setting = {
  readonly at: number;
  readonly name: NameOf;
  readonly failedChecksMax: number;
  readonly returnAfterS: number;
  readonly voluntaryShareMax: number;
  readonly timeoutMs: number;
};

const UNITS: Readonly<Record<Ineligibility, string>> = {
  cpu_ghz: "GHz",
  cpu_cores: "cores",
  free_ram_mb: "MB",
  network_speed_mbps: "Mbit/s",
  latency_ms: "ms",
  disconnects_per_hour: "in the last hour",
  security: "",
  jitter_ms: "ms",
  packet_rate: "a second",
  jitter_ms_unmeasured: "ms",
  packet_rate_unmeasured: "a second",
};
const AT_MOST: ReadonlySet<string> = new Set(["latency_ms", "disconnects_per_hour", "jitter_ms", "jitter_ms_unmeasured"]);

/** A length of time between two instants (us): `14 min`. */
function span(us: number): string {
  return duration(us / US_PER_MS);
}

/** An instant (us) as clock time; with milliseconds where seconds are too coarse. */
export function instant(us: number, fine = false): string {
  const ms = Math.floor(us / US_PER_MS) % 1000;
  return `${clock(us / US_PER_S)}${fine ? `.${String(ms).padStart(3, "0")}` : ""}`;
}

/** A score (points) with three decimals; with more where fewer would make it look like `other`. */
export function scoreText(score: number, other: number | null = null): string {
  for (let decimals = 3; decimals < 6; decimals += 1) {
    const text = score.toFixed(decimals);
    if (other === null || score === other || text !== other.toFixed(decimals)) return text;
  }
  return score.toFixed(6);
}

/** The same of micro-points. */
function points(micro: number, other: number | null = null): string {
  return scoreText(micro / 1e6, other === null ? null : other / 1e6);
}

/** A measurement beside its limit: as few decimals as tell the two apart. */
function beside(value: number, limit: number): string {
  for (let decimals = Math.abs(value) < 10 ? 1 : 0; decimals < 6; decimals += 1) {
    const rounded = Number(value.toFixed(decimals));
    if (rounded !== limit || value === limit) return count2(rounded);
  }
  return String(value);
}

/** A number with thousands separated, its decimals kept. */
function count2(value: number): string {
  const [whole = "", decimals] = String(value).split(".");
  return decimals === undefined ? count(value) : `${count(Number(whole))}.${decimals}`;
}

/** What stands against a host. */
export function obstacleText(obstacle: Obstacle, { at, name }: Setting): string {
  switch (obstacle.why) {
    case "away":
      return obstacle.since === null ? "not connected" : `not connected since ${instant(obstacle.since)}`;
    case "suspect": {
      const look = obstacle.asked === NO_HOST ? "" : `; ${name(obstacle.asked)} was asked to look`;
      return `under suspicion: ${obstacle.how === "close" ? "its connection closed" : "its heartbeats stopped"}${look}`;
    }
    case "leaving":
      return "it is leaving";
    case "blocked":
      return `blocked after failed validation until ${instant(obstacle.until)} (${span(obstacle.until - at)} more)`;
    case "degraded":
      return `frames take too long${obstacle.value === null ? "" : `: ${beside(obstacle.value, obstacle.limit)} ms (at most ${obstacle.limit})`}`;
    case "backoff": {
      const again = obstacle.times > 1 ? ` for the ${ordinal(obstacle.times)} time in a row` : "";
      return `not asked again until ${instant(obstacle.until)} (${span(obstacle.until - at)} more): it lost or gave up maps, or missed a deadline${again}`;
    }
    case "resting":
      return "it had to rest and is offered again at the next health check";
    case "maps_full":
      return `full: ${obstacle.value} of ${counted(obstacle.limit, "map")}`;
    case "players_full":
      return `no room: ${count(obstacle.value)} of ${counted(obstacle.limit, "player")}, and the map asks room for ${count(obstacle.need)}`;
    default:
      return conditionText(obstacle.why, obstacle.value, obstacle.limit);
  }
}

function conditionText(why: Ineligibility, value: number | null, limit: number | null): string {
  const label = REASONS[why] ?? why;
  if (limit === null) return label;
  const bound = `${AT_MOST.has(why) ? "at most" : "at least"} ${count2(limit)}`;
  const unit = `${UNBROKEN}${UNITS[why]}`;
  return value === null || why.endsWith("_unmeasured")
    ? `${label} (${bound}${unit})`
    : `${label} ${beside(value, limit)}${unit} (${bound})`;
}

function ordinal(n: number): string {
  const last = n % 10;
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen ? "th" : last === 1 ? "st" : last === 2 ? "nd" : last === 3 ? "rd" : "th"}`;
}

/** What is wrong with a machine or its line in truth. */
export function truthText(truth: HostTruth): string {
  switch (truth) {
    case "down-polite":
      return "its machine shut down";
    case "down-close":
      return "its machine died and its connection closed";
    case "down-silent":
      return "its machine died or lost its line without a word";
    case "paused":
      return "its machine stands still";
    case "cut":
      return "its line is cut";
    case "cut-one-way":
      return "its line carries one direction only";
    case "cut-in-part":
      return "its line reaches only a part of the others";
    default:
      return "its machine is up";
  }
}

/** Why a move was decided: what was wrong with where the map was. */
export function causeText(story: MoveStory, setting: Setting): string {
  const { decided, fate } = story;
  const from = decided.from === NO_HOST ? "its host" : setting.name(decided.from);
  switch (decided.cause) {
    case "placement":
      return "it had no host yet";
    case "return":
      return `it had been on the VPS for ${duration(setting.returnAfterS * 1000)} and a player host could take it`;
    case "better":
      return `${setting.name(decided.to)} scored ${points(decided.scoreTo)}, more than ${decided.theta / 1000} times the ${points(decided.scoreFrom)} of ${from}`;
    case "degraded":
      return `${from} measured badly ${setting.failedChecksMax} times in a row${fate?.what === "no longer good" ? ` (${conditionsListed(fate.why)})` : ""}`;
    case "overload":
      return `${from} had no room for one more player`;
    case "drain":
      return `the owner of ${from} wanted the machine back`;
    case "lost":
      if (decided.from === NO_HOST) return "nobody served it";
      return fate === null ? `${from} did not serve it any more` : `${from} was lost${lostText(fate)}`;
    case "invalid":
      return `${from} failed validation`;
    case "policy":
      return "the settings say that it belongs on the VPS";
  }
}

/** `latency_ms, jitter_ms` as people read it. */
function conditionsListed(names: string): string {
  return listed(names.split(", ").map((each) => REASONS[each] ?? (each === "frame_time_ms" ? "frame time" : each)));
}

function lostText(fate: Fate): string {
  if (fate.what !== "gone" && fate.what !== "suspected") return "";
  return fate.how === "close" ? ": its connection closed" : fate.how === "silence" ? ": it fell silent" : ": it left";
}

/** Why a move went where it went. */
export function choiceText(story: MoveStory, setting: Setting): string {
  const { decided } = story;
  const to = setting.name(decided.to);
  if (story.stoodBy) return `${to} stood by for it`;
  if (decided.toVps) return `${to} was the nearest to its players with a free slot`;
  return `${to} was the first choice of those that could take it, with a score of ${points(decided.scoreTo)}`;
}

/** Why a refusal was given instead of a host. */
export function refusalText(reason: RefusalReason | "host_lost" | "start"): string {
  switch (reason) {
    case "no_candidate":
      return "no player host can take it, and enable_vps_fallback is off";
    case "auto_migration_disabled":
      return "enable_auto_migration and enable_vps_fallback are off: it waits for its own host";
    case "vps_full":
      return "no VPS site has a slot for it";
    case "start":
      return "the coordinator had just started";
    case "host_lost":
      return "its host was lost";
    default:
      return reason.replaceAll("_", " ");
  }
}

/** What keeps a map that nobody serves waiting. */
export function waitText(wait: Wait, { at, name }: Setting): string {
  switch (wait.why) {
    case "start_grace":
      return wait.until === null
        ? "the coordinator has just started and reads the store"
        : `the coordinator has just started and gives hosts until ${instant(wait.until, true)} to introduce themselves (${span(wait.until - at)} more)`;
    case "owner_awaited":
      return `the store says that ${name(wait.host)} owns it, which has not introduced itself yet`;
    case "owner_promised":
      return `${name(wait.host)} owns it, was told to serve and may answer until ${instant(wait.until, true)}`;
    case "owner_suspect":
      return `${name(wait.host)} owns it and is under suspicion`;
  }
}

/** What keeps a map from moving of our own will. Scores are told as points. */
export function holdText(hold: Hold, setting: Setting): string {
  switch (hold.why) {
    case "not_started":
      return "the coordinator has not opened yet";
    case "not_serving":
      return "nobody serves it";
    case "moving":
      return "it is on the move already";
    case "owner_offline":
      return "its host is not connected or under suspicion";
    case "auto_migration_disabled":
      return "enable_auto_migration is off";
    case "no_candidate":
      return "no player host could take it now";
    case "cooldown":
      return `it moved or failed to move just now and rests until ${instant(hold.until)} (${span(hold.until - setting.at)} more)`;
    case "storm_hold":
      return `too many hosts turned suspect at once, and nothing is judged or moved until ${instant(hold.until, true)}`;
    case "return_later":
      return `a map that fell back stays on the VPS for ${duration(setting.returnAfterS * 1000)}, this one until ${instant(hold.until)} (${span(hold.until - setting.at)} more)`;
    case "moves_limit":
      return `${counted(hold.value, "map")} ${hold.value === 1 ? "is" : "are"} on the move, and at most ${count(hold.limit)} may be (${Math.round(100 * setting.voluntaryShareMax)}${UNBROKEN}% of those hosted)`;
    case "not_better":
      return `the first choice scores ${points(hold.value, hold.limit)}, and a move asks for more than ${points(hold.limit, hold.value)}`;
  }
}

/** Where a move stands, and who serves the map meanwhile. */
export function phaseText(move: Pick<Move, "phase" | "from" | "to">, { name, timeoutMs }: Setting): string {
  const to = name(move.to);
  const from = move.from === NO_HOST ? "" : name(move.from);
  switch (move.phase) {
    case "prepare":
      return `${to} was asked to make room (it has ${duration(timeoutMs)}); ${from} serves on`;
    case "precopy":
      return `${from} copies the state to ${to} and serves on`;
    case "freeze":
      return `${from} has stopped and sends the last of the state to ${to}: nobody serves the map at this instant`;
    case "claim":
      return `the store is asked to grant it to ${to}: nobody serves the map at this instant`;
    case "resolve":
      return `the store's answer was lost, and its row is read to learn whether ${to} was granted the map: nobody serves it meanwhile`;
    case "promote":
      return `${to} owns the map and gets ready: nobody serves it until then`;
  }
}

const GROUPS: Readonly<Record<string, string>> = {
  away: "not connected",
  suspect: "under suspicion",
  leaving: "leaving",
  blocked: "blocked after failed validation",
  ineligible: "not eligible",
  degraded: "with frames that take too long",
  backoff: "not asked again for a while after a failure",
  resting: "offered again at the next health check",
  maps_full: "full of maps",
  players_full: "without room for its players",
};

/** Hosts by what is first against them, most first: `938 not eligible (network speed 87 %, jitter 12 %)`. */
export function groupsText(against: Readonly<Record<string, number>>, conditions: Readonly<Record<string, number>> | null): string[] {
  return mostFirst(against).map(([why, hosts]) => {
    const missed = why === "ineligible" && conditions !== null ? mostFirst(conditions) : [];
    const shares = missed.map(([condition, n]) => `${REASONS[condition] ?? condition} ${percent(n / hosts)}`);
    return `${count(hosts)} ${GROUPS[why] ?? why}${shares.length === 0 ? "" : ` (${shares.join(", ")})`}`;
  });
}

function mostFirst(counts: Readonly<Record<string, number>>): (readonly [string, number])[] {
  return Object.entries(counts).toSorted((a, b) => b[1] - a[1]);
}
