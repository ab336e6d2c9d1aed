/** Steps, faults and rules in words, for people who read a failure. */
import { HOST_TIMER, HOST_TIMER_KINDS } from "../../../src/core/actors/states.ts";
import { TIMER, TIMER_KINDS } from "../../../src/core/hosting/state.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../../src/core/protocol/store.ts";
import { epochText, recordText, secondsText } from "../../checkers/words.ts";
import type { Fault, FaultTarget } from "../../options.ts";
import type { HostTruth } from "../../world/observer.ts";
import type { LostWhy } from "../../world/tracing.ts";
import { FAULT_KINDS } from "../scenario/fault-kinds.ts";
import { counted, duration, percent } from "../summary-words.ts";
import type { TraceActor, TraceInput } from "./events.ts";

const TRUTHS: Readonly<Record<HostTruth, string>> = {
  up: "the machine is up",
  "down-polite": "the machine goes down as announced",
  "down-close": "the process dies, its connection closes",
  "down-silent": "the process dies in silence",
  paused: "the process stands still",
  resumed: "the process goes on",
  cut: "the line is cut both ways",
  "cut-one-way": "the line is cut one way",
  "cut-in-part": "the line reaches only a part of the others",
  healed: "the line works again",
};

const LOST: Readonly<Record<LostWhy, string>> = {
  cut: "lost: the line is cut",
  closed: "lost: the connection had closed",
  down: "lost: nobody runs there",
  planted: "lost by the planted bug",
};

/** What an actor took in or what happened to it, in one line without its own name. */
export function messageText(input: TraceInput, actor: TraceActor): string {
  switch (input.kind) {
    case "start":
      return "starts, with nothing remembered";
    case "message":
      return `${bodyText(input.message)} from ${input.from}`;
    case "lost":
      return `${bodyText(input.message)} from ${input.from} ${LOST[input.why]}`;
    case "timer":
      return timerText(input.timer, actor);
    case "store":
      return input.ask === null ? `store: ${answerText(input.answer)}` : `store: ${askText(input.ask)} → ${answerText(input.answer)}`;
    case "commit":
      return commitText(input);
    case "link/up":
      return `connected to ${input.peer}`;
    case "link/down":
      return `connection to ${input.peer} closed`;
    case "host/silent":
      return `nothing heard of host ${input.host}`;
    case "measured":
      return "measures itself";
    case "wish":
      return wishText(input);
    case "truth":
      return TRUTHS[input.truth];
    case "fault":
      return `fault ${input.id} ${input.what === "begin" ? "begins" : "ends"}`;
    case "seen":
      return "seen from outside";
    case "settling":
      return "faults are over; what is left must come right";
    case "finish":
      return "end of the run: what must be true now is judged";
  }
}

/** A message by its name, with what tells it from others of its kind. */
function bodyText(message: Message): string {
  const { kind } = message;
  const parts: string[] = [kind];
  if ("to" in message && typeof message.to === "number") parts.push(`to host ${message.to}`);
  if ("epoch" in message) parts.push(`at ${epochText(message.epoch)}`);
  if ("move" in message) parts.push(`for move ${message.move}`);
  if ("round" in message) parts.push(`round ${message.round}`);
  if ("reason" in message) parts.push(`(${message.reason})`);
  if (kind === "play/assigned" || kind === "play/redirect") parts.push(`to host ${message.host}`);
  if (kind === "hosting/probe") parts.push(`of host ${message.suspect}`);
  if (kind === "hosting/probed") parts.push(`host ${message.suspect}: ${message.alive ? "alive" : "no answer"}`);
  if (kind === "validation/verdict") parts.push(`host ${message.host}: ${message.valid ? "valid" : "not valid"}`);
  if (kind === "host/hello") parts.push(`holding ${counted(message.holds.length, "map")}`);
  return parts.join(" ");
}

function commitText({ from, ask, did, answer, committed }: Extract<TraceInput, { kind: "commit" }>): string {
  const what = `${askText(ask)} for ${from}`;
  if (answer === did) return `${what} → ${answerText(answer)}`;
  return committed && did !== null
    ? `${what} → ${answerText(did)}, but the answer is lost`
    : `${what} → ${answerText(answer)}, nothing done`;
}

function askText(ask: StoreRequest): string {
  switch (ask.verb) {
    case "claim":
      return `claim map ${ask.map} for host ${ask.host}: ${epochText(ask.epoch)} over ${epochText(ask.expect)}`;
    case "checkpoint":
      return `write map ${ask.map} at ${epochText(ask.epoch)}`;
    case "operations":
      return `write down ${counted(ask.operations.length, "operation")} of map ${ask.map} at ${epochText(ask.epoch)}`;
    case "keep":
      return `keep map ${ask.map} at ${epochText(ask.epoch)} for a while`;
    case "recover":
      return `take up map ${ask.map} at ${epochText(ask.epoch)}`;
    case "admit":
      return `let player ${ask.player} onto map ${ask.map} at ${epochText(ask.epoch)}`;
    case "fetch":
      return `read ${ask.type} of map ${ask.map}`;
    case "read":
      return `read map ${ask.map}`;
    case "register":
      return `register host ${ask.profile.host}`;
    case "restore":
      return "restore";
  }
}

function answerText(answer: StoreAnswer): string {
  const row = (r: OwnershipRow | undefined): string =>
    r === undefined ? "" : `, row: ${r.owner < 0 ? "nobody" : `host ${r.owner}`} at ${epochText(r.epoch)}`;
  return answer.result === "ok" || answer.result === "refused" ? `${answer.result}${row(answer.row)}` : answer.result;
}

function wishText({ wish }: Extract<TraceInput, { kind: "wish" }>): string {
  switch (wish.verb) {
    case "go":
      return `wants to go to map ${wish.map}`;
    case "do":
      return "wants to do something there";
    case "quit":
      return "wants to quit";
    case "stop-hosting":
      return "the owner wants the machine back";
  }
}

const COORDINATOR_TIMERS: Readonly<Record<keyof typeof TIMER, string>> = {
  health: "round of health checks",
  reassign: "round of redistribution",
  validate: "round of validation",
  move: "limit of move",
  suspect: "patience with host",
  storm: "storm guard",
  start: "start grace is over",
  waiting: "look at waiting maps",
  restore: "read the store again",
  adopt: "read the row of map",
  again: "hand over again map",
};
const HOST_TIMERS: Readonly<Record<keyof typeof HOST_TIMER, string>> = {
  loaded: "loading is done of map",
  round: "next copy round of map",
  probe: "probe time is over of host",
  checkpoint: "time to write down",
  play: "a moment of play",
  queue: "deeds to be written down",
  recover: "ask again what to take up for map",
};
/** Timers whose subject is a move, a host or a map. */
const WITH_SUBJECT: ReadonlySet<string> = new Set(["move", "suspect", "adopt", "again", "loaded", "round", "probe", "recover"]);

function timerText(timer: number, actor: TraceActor): string {
  if (actor.startsWith("player ")) return "timer: no answer came, ask again";
  const [kinds, words, many] =
    actor === "coordinator" ? [TIMER, COORDINATOR_TIMERS, TIMER_KINDS] : [HOST_TIMER, HOST_TIMERS, HOST_TIMER_KINDS];
  const name = Object.entries(kinds).find(([, kind]) => kind === timer % many)?.[0];
  if (name === undefined) return `timer ${timer}`;
  const text = (words as Readonly<Record<string, string>>)[name] ?? name;
  return `timer: ${text}${WITH_SUBJECT.has(name) ? ` ${Math.floor(timer / many)}` : ""}`;
}

/** A planned fault in one line: what, whom, when, how long, how strong. `sites`: VPS sites come before player hosts in the numbers of hosts. */
export function faultText(fault: Fault, regions: readonly string[], sites: number): string {
  const { id, kind, amount, close } = fault;
  const form = FAULT_KINDS[kind];
  const whom = form.target === "none" ? "" : ` of ${targetText(fault.target, regions, sites)}`;
  const late = fault.on === undefined || fault.on.afterUs === 0 ? "" : `${duration(fault.on.afterUs / 1000)} after `;
  const step = fault.on === undefined ? "" : `, ${late === "" ? "when" : `${late}the time when`} a move is ${fault.on.step}`;
  const when = `${fault.on === undefined ? " at" : " from"} ${duration(fault.atUs / 1000)}${step === "" ? "" : ` on${step}`}`;
  const again = fault.everyUs === null ? "" : `, then every ${duration(fault.everyUs / 1000)} on average`;
  const lasts = form.lasts === "none" || fault.forUs === 0 ? "" : `, for ${duration(fault.forUs / 1000)}`;
  const strong = form.amount === null ? "" : `, ${form.amount.meaning} ${amount}`;
  const how = kind === "crash" && !close ? ", in silence" : kind === "one-way-cut" ? `, ${close ? "host to VPS" : "VPS to host"}` : "";
  const who = fault.shape === undefined || fault.shape === "all" ? "" : `, from ${fault.shape} alone`;
  return `${id === kind ? "" : `${id}: `}${kind}${whom}${when}${again}${lasts}${strong}${how}${who}`;
}

function targetText(target: FaultTarget, regions: readonly string[], sites: number): string {
  switch (target.pick) {
    case "all":
      return "all player hosts";
    case "share":
      return `${percent(target.share)} of the player hosts`;
    case "count":
      return counted(target.count, "player host");
    case "busiest":
      return target.count === 1 ? "the busiest host" : `the ${target.count} busiest hosts`;
    case "host":
      return `host ${sites + 1 + target.index}`;
    case "hosts":
      return `hosts ${target.indices.map((index) => sites + 1 + index).join(", ")}`;
    case "region":
      return `${target.share === 1 ? "all" : percent(target.share)} player hosts in ${regions[target.region] ?? `region ${target.region}`}`;
    case "move":
      return `the ${target.end} of the move`;
  }
}

/** A record in one short line, for those who see the map and the time beside it. */
export function recordLine(record: HistoryRecord): string {
  switch (record.kind) {
    case "move/decided":
      return `move ${record.move} decided: ${record.cause}, ${record.from < 0 ? "nobody" : `host ${record.from}`} → host ${record.to} at ${epochText(record.epoch)}`;
    case "map/granted":
      return `granted to host ${record.host} at ${epochText(record.epoch)} over ${epochText(record.expect)}`;
    case "host/fenced":
      return `host ${record.host} wrote at ${epochText(record.epoch)}, the row stands at ${epochText(record.rowEpoch)}`;
    case "operation/submitted":
      return `operation ${record.operation} of host ${record.host} at ${epochText(record.epoch)}${record.critical ? ", critical" : ""}`;
    case "operation/answered":
      return `operation ${record.operation} ${record.result}${record.reason === "" ? "" : ` (${record.reason})`}`;
    case "operation/applied":
      return `${counted(record.operations.length, "operation")} of host ${record.host} written down at ${epochText(record.epoch)}`;
    case "coordinator/started":
      return `coordinator started with ${counted(record.maps, "map")} and ${counted(record.hosts, "host")} known`;
    case "host/joined":
      return `host ${record.profile.host} joined, ${record.eligible ? "eligible" : `not eligible (${record.reasons.join(", ")})`}`;
    case "host/measured":
      return `host ${record.host} measured, ${record.eligible ? "eligible" : `not eligible (${record.reasons.join(", ")})`}`;
    case "host/gone":
    case "host/suspected":
      return `host ${record.host} ${record.kind === "host/gone" ? "given up" : "suspected"} (${record.how})`;
    case "host/cleared":
      return `host ${record.host} is there after all`;
    case "host/leaving":
      return `host ${record.host} wants to leave`;
    case "host/forgotten":
      return `host ${record.host} forgotten`;
    case "host/degraded":
      return `host ${record.host} ${record.degraded ? "is" : "is no longer"} degraded`;
    case "host/blocked":
      return `host ${record.host} blocked until ${secondsText(record.untilUs)}`;
    case "player/entered":
      return `player ${record.player} wants to enter map ${record.map}`;
    case "player/playing":
      return `player ${record.player} plays on host ${record.host} at ${epochText(record.epoch)}`;
    case "player/refused":
    case "player/left":
      return `player ${record.player} ${record.kind === "player/left" ? `left (${record.why})` : `refused (${record.reason})`}`;
    case "standby/chosen":
      return record.hosts.length === 0 ? "no standby" : `standbys: ${record.hosts.join(", ")}`;
    case "storm/held":
      return `verdicts held: ${record.suspects} of ${counted(record.hosts, "host")} are suspects`;
    case "storm/released":
      return `verdicts released, ${counted(record.suspects, "suspect")}`;
    case "refusal":
      return `${record.what} refused (${record.reason})${record.host < 0 ? "" : ` host ${record.host}`}`;
    case "alert":
      return `alert: ${record.text}`;
    default:
      return recordText(record);
  }
}
