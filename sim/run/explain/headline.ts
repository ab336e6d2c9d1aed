/** The one sentence or two that answer the question: who serves the map, and why. */
import type { ExplainDocument, ExplainedHost, ExplainedState } from "./document.ts";
import { count, counted, duration, listed } from "../summary-words.ts";
import { groupsText, scoreText } from "./words.ts";

/** The document before it is headed. */
export type Told = Omit<ExplainDocument, "state" | "headline">;

/** What the explanation is about. A move says more than the state of a host, and what the coordinator suspects more than the truth it does not know. */
export function stateOf(told: Told): ExplainedState {
  const { owner, waiting } = told;
  if (!told.coordinator.up) return "coordinator_down";
  if (told.move !== null) return "moving";
  if (owner === null || !told.serving) return waiting?.reasons.some(({ why }) => why === "start_grace") === true ? "starting" : "unhosted";
  if (owner.against.some(({ why }) => why === "suspect")) return "suspect";
  if (owner.truth !== null) return "lost_unnoticed";
  if (owner.kind === "player") return "player_host";
  return told.map.may_leave_vps ? "fallen_back" : "kept_on_vps";
}

/** The headline. */
export function headlineOf(told: Told, state: ExplainedState): string {
  const { owner, map } = told;
  if (state === "moving") return moving(told);
  if (state === "coordinator_down") return coordinatorDown(told);
  if (owner === null || state === "starting" || state === "unhosted") return unserved(told, state);
  if (state === "kept_on_vps") return `${map.name} is on ${owner.name} because ${keptBy(told)}.`;
  const on = told.since_s === null ? `${map.name} is on ${owner.name}` : `${map.name} has been on ${owner.name}${ago(told, told.since_s)}`;
  switch (state) {
    case "suspect":
      return `${on}, which has been ${suspicion(told, owner)}. In truth ${inTruth(told, owner)}. ${onceGivenUp(told, "If it is given up")}`;
    case "lost_unnoticed":
      return `${on} by the coordinator's books, but ${owner.truth?.text ?? ""}${since(told, owner.truth?.since_s ?? null)} and the coordinator has not noticed yet. ${onceGivenUp(told, "Once it has")}`;
    case "fallen_back":
      return `${on} although players may host it: ${fellBack(told)}. ${returning(told)}`;
    default:
      return `${on}. ${staying(told, owner)}`;
  }
}

function keptBy({ map }: Told): string {
  return map.critical ? "it is critical: critical maps never leave the VPS" : "enable_p2p_maps is off: no map leaves the VPS";
}

/** ` for 14 min`, or nothing where the beginning is not known. */
function ago({ at_s }: Told, from: number | null): string {
  return from === null ? "" : ` for ${duration((at_s - from) * 1000)}`;
}

function since({ at_s }: Told, from: number | null): string {
  if (from === null) return "";
  const ms = (at_s - from) * 1000;
  return ms < 1 ? " just now" : ` ${duration(ms)} ago`;
}

function moving(told: Told): string {
  const { move, map } = told;
  if (move === null) return "";
  const way = move.from_name === null ? "on its way" : `moving from ${move.from_name}`;
  return `${map.name} has been ${way} to ${move.to_name}${ago(told, move.at_s)}, because ${move.why}. Right now ${move.phase_text}.${unknowingly(told)}`;
}

/** Who serves a map that the coordinator believes to be served by nobody. */
function unknowingly({ move, served_by: server }: Told): string {
  if (move === null || server === null || move.phase === "prepare" || move.phase === "precopy") return "";
  const already = server.host === move.to ? "already, and its word is on the way" : "still";
  return ` In truth ${server.name} serves it ${already}.`;
}

/** How a host under suspicion fares. */
function inTruth(told: Told, owner: ExplainedHost): string {
  if (owner.truth !== null) return `${owner.truth.text}${since(told, owner.truth.since_s)}`;
  return told.served_by?.host === owner.host ? "it serves on" : "it is up, but does not serve the map";
}

function coordinatorDown(told: Told): string {
  const { owner, map } = told;
  const down = "The coordinator is down and decides nothing.";
  if (owner === null || !told.serving) return `${down} When it stopped, nobody served ${map.name}.`;
  return `${down} When it stopped, ${map.name} was on ${owner.name}${meanwhile(told, owner)}.`;
}

/** What becomes of an owner that the coordinator does not hear. */
function meanwhile(told: Told, owner: ExplainedHost): string {
  if (told.served_by?.host === owner.host) return ", which serves on";
  return owner.truth === null ? "" : `, but ${owner.truth.text}${since(told, owner.truth.since_s)}`;
}

function unserved(told: Told, state: ExplainedState): string {
  const { map, waiting, epoch, owner } = told;
  const reasons = waiting?.reasons.map(({ text }) => text) ?? [];
  if (state === "starting" && owner !== null)
    return `${map.name} belongs to ${owner.name} by the store${meanwhile(told, owner)}. The coordinator waits for a word of it: ${reasons.join("; ")}.`;
  const begun = epoch === 0 ? `Nobody serves ${map.name} yet` : `Nobody has served ${map.name}${ago(told, waiting?.since_s ?? null)}`;
  if (reasons.length > 0) return `${begun}: ${reasons.join("; ")}${crowd(told)}.`;
  return `${begun}. ${capital(told.if_host_lost.text)} is asked at the next try, within a second.`;
}

function suspicion(told: Told, owner: ExplainedHost): string {
  const suspect = owner.against.find(({ why }) => why === "suspect");
  const from = suspect?.["since_s"];
  return (suspect?.text ?? "").replace("under suspicion", `under suspicion${ago(told, typeof from === "number" ? from : null)}`);
}

function onceGivenUp(told: Told, when: string): string {
  const to = told.if_host_lost;
  const held = told.own_will.holds.find(({ why }) => why === "storm_hold");
  const outcome = "host" in to ? `the map goes to ${to.text}` : `nobody serves the map: ${to.text}`;
  return `${when}, ${outcome}.${held === undefined ? "" : ` But ${held.text}.`}`;
}

/** A round takes the maps one after the other. */
const UNLESS = ", unless another map takes that room first.";

/** Why a map that players may host went to the VPS. */
function fellBack({ arrival, own_will }: Told): string {
  if (arrival === null) return "it was found there when the coordinator started";
  if (own_will.holds.some(({ why }) => why === "auto_migration_disabled"))
    return `${arrival.why}, and without enable_auto_migration only the VPS takes over`;
  if (arrival.cause === "lost" || arrival.cause === "invalid") return `${arrival.why}, and no standby could take over`;
  return `${arrival.why}, and no player host could take it then`;
}

function returning(told: Told): string {
  const { to, holds, every_s } = told.own_will;
  if (to !== null)
    return `It goes back to ${told.candidates[0]?.name ?? `host ${to}`} at the next look, within ${duration(every_s * 1000)}${UNLESS}`;
  return `It does not go back now: ${holds.map(({ text }) => text).join("; ")}${crowd(told)}.`;
}

/** Why nobody could take the map, where nobody could; hosts that are not connected are no news. */
function crowd({ hosts }: Told): string {
  const { away: _, ...here } = hosts.against;
  const groups = groupsText(here, null);
  if (hosts.could_take > 0) return "";
  return groups.length === 0
    ? " (no other player host is connected)"
    : ` (of the ${count(hosts.connected)} that are connected: ${listed(groups)})`;
}

/** Why a map stays with its player host, or that it does not. */
function staying(told: Told, owner: ExplainedHost): string {
  const { own_will: will, hosts, candidates } = told;
  const first = candidates[0];
  const own = owner.score ?? 0;
  const score = scoreText(own, first?.score ?? null);
  if (first === undefined) return `It scores ${score}, and no other player host could take the map now${crowd(told)}.`;
  if (will.to !== null)
    return `At the next look, within ${duration(will.every_s * 1000)}, it moves to ${first.name}: ${scoreText(first.score ?? 0, own)} is more than ${will.theta} times its ${score}${UNLESS}`;
  const one = hosts.could_take === 1;
  const others = one ? "the one other host that could take it" : `the ${counted(hosts.could_take, "other host")} that could take it`;
  if (hosts.better === 0) return `It scores ${score}; ${one ? `${others} scores no` : `none of ${others} scores`} more.`;
  const all = hosts.better === hosts.could_take;
  const who = one ? others : all ? others.replace("the", "all") : `${count(hosts.better)} of ${others}`;
  const better = `${who} ${hosts.better === 1 ? "scores" : "score"} more than its ${score}`;
  const little = will.holds.find(({ why }) => why === "not_better");
  if (little !== undefined) return `${capital(better)}, but ${little.text}.`;
  return `${capital(better)}, and ${first.name} more than ${will.theta} times as much, but it stays for now: ${will.holds.map(({ text }) => text).join("; ")}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
