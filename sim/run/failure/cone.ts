/** The causal cone of a violation: the few steps of a run that its story is made of. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Epoch, HostId, MapId, PlayerId } from "../../../src/core/protocol/ids.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import type { StoreAnswer } from "../../../src/core/protocol/store.ts";
import type { Violation } from "../../outcome.ts";
import { hostOf, mapOf, type TraceActor, type TraceEvent } from "./events.ts";

/** What {@link causalCone} gives. */
export type Cone = {
  /** The step in which the violation was found; 0: the trace holds none. */
  readonly violating: number;
  /** The step at which the story begins; causes may lie before it. */
  readonly from: number;
  /** The numbers of all steps of the cone, ascending, `violating` among them. */
  readonly steps: readonly number[];
  /** The map it is about, or -1, and the hosts that were granted it, served it, gave it away or were to get it, ascending. */
  readonly map: MapId;
  readonly hosts: readonly HostId[];
  /** The player it is about, or -1. */
  readonly player: PlayerId;
};

/** A host's part in the story: from the first step to the last in which it had to do with the map. */
type Part = { first: number; last: number };

/** Messages that keep standbys warm and players seated: they fill a run and rarely tell anything about a map's ownership. */
const ROUTINE: ReadonlySet<Message["kind"]> = new Set(["hosting/replicate", "state/replica", "hosting/warm", "host/metrics"]);
const ROUTINE_RECORDS: ReadonlySet<HistoryRecord["kind"]> = new Set([
  "standby/chosen",
  "player/entered",
  "player/playing",
  "player/refused",
  "player/left",
  "host/measured",
]);
/** Causes outside of the story are followed back over so many steps. */
const OUTSIDE_MAX = 3;

/**
 * The cone of `violation` within the events of a run, which are numbered without gaps. Its subject is what the violation names: a map, a
 * host, a player. It holds
 *
 * 1. the **violating step**, in which a checker found the violation;
 * 2. the **story**: every step from its beginning up to the violating one that is about the subject. The beginning is the decision on the
 *    last grant but one of the map or, where that lies further back, on the newest grant of it to the named host, or the step in which the
 *    named player last began to play; of a host without a map it is when it last introduced itself; where nobody is named, the end of the
 *    faults. About the subject are: messages, taken in or lost, and records that name the map; store requests for it, of a host's writes only
 *    those that the store refused or let pass beside the row; all that the named player did or was told since it last entered the map; and,
 *    for each host while it takes part (from the first record that ties it to the map to the last one, or to the violation if it is named or
 *    holds the newest grant), the truth about its machine and line, its connection, silence, introduction, leave, verdicts and probes, and
 *    what the coordinator said of it. Where nobody is named: decisions on moves. Left out are measurements, the upkeep of standbys, what
 *    other players do, and of a timer's steps that say the same again and again all but the first and the last. A checker sees all actors at
 *    once, so steps of different actors belong together although no message may have tied them to each other;
 * 3. what was **in force** when a host's part began: the last truth about it, if that was no good one;
 * 4. the **causes** of all these: the step that sent the message, set the timer, asked the store, and so on back, until the scenario
 *    itself is the cause, over at most three steps outside of the story. A timer outside of it is not followed further: such a one
 *    (a round of checks) set itself again and again since the start;
 * 5. **store faults** under which a request of the story failed, was refused or was left unknown.
 *
 * A violation that no event carries (a crash, a rule never put to the test) has an empty cone.
 */
export function causalCone(events: readonly TraceEvent[], violation: Violation): Cone {
  const found = events.find((event) => event.violations.some((v) => isSame(v, violation)));
  const { map = -1, host = -1, player = -1 } = violation;
  if (found === undefined) return { violating: 0, from: 0, steps: [], map, hosts: [], player };
  const first = events[0]?.n ?? 1;
  const past = events.slice(0, found.n - first + 1);
  const from = beginning(past, violation);
  const story = past.slice(from - first);
  const parts = partsOf(story, map, host, found.n);
  const entered = said(past, (r) => r.kind === "player/entered" && r.player === player && r.map === map) ?? from;
  const subject = (event: TraceEvent): boolean => isAbout(event, map, event.n < entered ? -1 : player, parts);
  const about = withoutRepeats(story.filter(map < 0 && host < 0 ? isDecision : subject), map);
  const steps = new Set([found.n, ...about.map((event) => event.n), ...inForce(past, parts)]);
  for (const n of storeFaults(past, steps)) steps.add(n);
  addCauses(past, steps);
  const hosts = [...parts.keys()].sort((a, b) => a - b);
  return { violating: found.n, from, steps: [...steps].sort((a, b) => a - b), map, hosts, player };
}

/** The same violation, though one of them may have come from another run of the seed. */
function isSame(a: Violation, b: Violation): boolean {
  return a.rule === b.rule && a.at_s === b.at_s && a.message === b.message;
}

/** The number of the step at which the story begins. */
function beginning(past: readonly TraceEvent[], { map = -1, host = -1, player = -1 }: Violation): number {
  const first = past[0]?.n ?? 1;
  if (map < 0) {
    if (host < 0) return past.findLast(({ input }) => input.kind === "settling")?.n ?? first;
    return said(past, (r) => r.kind === "host/joined" && r.profile.host === host) ?? first;
  }
  const isGrant = (r: HistoryRecord, to: HostId): boolean => r.kind === "map/granted" && r.map === map && (to < 0 || r.host === to);
  const newest = said(past, (r) => isGrant(r, -1)) ?? first;
  const before = said(past, (r) => isGrant(r, -1), newest) ?? newest;
  const own = host < 0 ? before : (said(past, (r) => isGrant(r, host)) ?? before);
  const playing = player < 0 ? before : (said(past, (r) => r.kind === "player/playing" && r.player === player) ?? before);
  const grant = Math.min(before, own, playing);
  return said(past, (r) => r.kind === "move/decided" && r.map === map, grant + 1) ?? grant;
}

/** The last event before `before` that says such a record. */
function said(
  past: readonly TraceEvent[],
  such: (record: HistoryRecord) => boolean,
  before = Number.POSITIVE_INFINITY,
): number | undefined {
  return past.findLast((event) => event.n < before && event.records.some(such))?.n;
}

/** Which hosts had to do with the map, and from when to when. */
function partsOf(story: readonly TraceEvent[], map: MapId, named: HostId, end: number): Map<HostId, Part> {
  const parts = new Map<HostId, Part>();
  const meet = (host: HostId, n: number): void => {
    if (host < 0) return;
    const part = parts.get(host);
    if (part === undefined) parts.set(host, { first: n, last: n });
    else part.last = n;
  };
  if (named >= 0) meet(named, story[0]?.n ?? end);
  let owner = -1;
  for (const { n, records } of story) {
    for (const record of records) {
      if (map < 0 || mapOf(record) !== map || ROUTINE_RECORDS.has(record.kind)) continue;
      if ("host" in record) meet(record.host, n);
      if (record.kind === "map/granted") owner = record.host;
      if (record.kind !== "move/decided") continue;
      meet(record.from, n);
      meet(record.to, n);
    }
  }
  for (const host of [named, owner]) meet(host, end);
  return parts;
}

function isDecision({ records }: TraceEvent): boolean {
  return records.some((record) => record.kind === "move/decided");
}

function isAbout(event: TraceEvent, map: MapId, player: PlayerId, parts: ReadonlyMap<HostId, Part>): boolean {
  const takesPart = (host: HostId): boolean => {
    const part = parts.get(host);
    return part !== undefined && part.first <= event.n && event.n <= part.last;
  };
  return isAboutMap(event, map, player) || isAboutHost(event, takesPart) || event.records.some((record) => tells(record, map, takesPart));
}

/** Of the steps in which a timer makes an actor say the same of the map again and again, the first and the last. */
function withoutRepeats(about: readonly TraceEvent[], map: MapId): TraceEvent[] {
  const saying = (event: TraceEvent): string | null => {
    if (event.input.kind !== "timer") return null;
    const records = event.records.filter((record) => mapOf(record) === map);
    return records.length === 0 ? null : JSON.stringify(records);
  };
  const last = new Map<TraceActor, string | null>();
  const next = new Map<TraceActor, string | null>();
  const asBefore = about.map((event) => {
    const said = saying(event);
    const repeats = said !== null && last.get(event.actor) === said;
    last.set(event.actor, said);
    return repeats;
  });
  const kept: TraceEvent[] = [];
  for (let i = about.length - 1; i >= 0; i--) {
    const event = about[i] as TraceEvent;
    const said = saying(event);
    const repeated = said !== null && next.get(event.actor) === said;
    next.set(event.actor, said);
    if (!(asBefore[i] === true && repeated)) kept.push(event);
  }
  return kept.reverse();
}

/** Messages, requests and a player's doings about the map. */
function isAboutMap({ actor, input }: TraceEvent, map: MapId, player: PlayerId): boolean {
  switch (input.kind) {
    case "message":
    case "lost": {
      const { message, from } = input;
      if (ROUTINE.has(message.kind)) return false;
      if (message.kind === "host/hello") return message.holds.some((holding) => holding.map === map);
      const players = actor.startsWith("player ") || from.startsWith("player ");
      if (players) return player >= 0 && (actor === `player ${player}` || from === `player ${player}`);
      return map >= 0 && mapOf(message) === map;
    }
    case "commit":
    case "store":
      if (input.ask === null || map < 0 || mapOf(input.ask) !== map) return false;
      return (
        (input.ask.verb !== "checkpoint" && input.ask.verb !== "operations") ||
        isTelling(input.ask.epoch, input.kind === "commit" ? (input.did ?? input.answer) : input.answer)
      );
    default:
      return player >= 0 && actor === `player ${player}`;
  }
}

/** A write is news where the store refused it or let it pass beside the row; one that failed is simply done again. */
function isTelling(epoch: Epoch, answer: StoreAnswer): boolean {
  return answer.result === "refused" || (answer.result === "ok" && answer.row !== undefined && answer.row.epoch !== epoch);
}

/** What befalls a host as a whole. */
function isAboutHost({ actor, input }: TraceEvent, takesPart: (host: HostId) => boolean): boolean {
  switch (input.kind) {
    case "truth":
    case "host/silent":
      return takesPart(input.host);
    case "start":
      return actor === "coordinator" || takesPart(hostOf(actor));
    case "wish":
      return takesPart(hostOf(actor));
    case "link/up":
    case "link/down":
      return takesPart(hostOf(actor)) || takesPart(hostOf(input.peer));
    case "message":
    case "lost":
      return takesPart(subjectOf(input.message, actor, input.from));
    default:
      return false;
  }
}

/** The host that a message about a host as a whole is about, or -1. */
function subjectOf(message: Message, to: TraceActor, from: TraceActor): HostId {
  switch (message.kind) {
    case "host/hello":
    case "host/leaving":
      return hostOf(from);
    case "host/introduce":
    case "host/goodbye":
      return hostOf(to);
    case "hosting/probe":
    case "hosting/probed":
      return message.suspect;
    case "validation/verdict":
      return message.host;
    default:
      return -1;
  }
}

/** A record about the map, or one of the coordinator about a host that takes part. */
function tells(record: HistoryRecord, map: MapId, takesPart: (host: HostId) => boolean): boolean {
  if (ROUTINE_RECORDS.has(record.kind)) return false;
  if (record.kind === "host/fenced" && record.epoch === record.rowEpoch) return false;
  const its = mapOf(record);
  if (its >= 0) return its === map;
  if (record.kind === "host/joined") return takesPart(record.profile.host);
  return "host" in record && takesPart(record.host);
}

/** The last truth about each host before its part began, where it was a bad one. */
function inForce(past: readonly TraceEvent[], parts: ReadonlyMap<HostId, Part>): number[] {
  const steps: number[] = [];
  for (const [host, { first }] of parts) {
    const before = past.findLast(({ n, input }) => n < first && input.kind === "truth" && input.host === host);
    if (before?.input.kind !== "truth") continue;
    const { truth } = before.input;
    if (truth !== "up" && truth !== "resumed" && truth !== "healed") steps.push(before.n);
  }
  return steps;
}

/** Beginnings and ends of store faults under which a request of the cone did not simply pass. */
function storeFaults(past: readonly TraceEvent[], cone: ReadonlySet<number>): number[] {
  const steps: number[] = [];
  const open = new Map<string, { n: number; met: boolean }>();
  for (const { n, input } of past) {
    if (input.kind === "commit" && cone.has(n) && input.answer !== input.did) for (const fault of open.values()) fault.met = true;
    if (input.kind !== "fault" || !input.fault.startsWith("store-")) continue;
    if (input.what === "begin") open.set(input.id, { n, met: false });
    else {
      const begun = open.get(input.id);
      if (begun?.met === true) steps.push(begun.n, n);
      open.delete(input.id);
    }
  }
  for (const { n, met } of open.values()) if (met) steps.push(n);
  return steps;
}

/** Adds the causes of all steps, as the definition says. */
function addCauses(past: readonly TraceEvent[], steps: Set<number>): void {
  const first = past[0]?.n ?? 1;
  const story = new Set(steps);
  for (const n of story) {
    let event = past[n - first];
    for (let outside = 0; event !== undefined && outside < OUTSIDE_MAX; ) {
      event = past[event.cause - first];
      if (event === undefined || story.has(event.n)) break;
      steps.add(event.n);
      if (event.input.kind === "timer") break;
      outside += 1;
    }
  }
}
