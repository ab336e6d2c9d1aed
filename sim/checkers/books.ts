/**
 * HO7 and HO5, from the inside: the coordinator's counts of load, reservations and moves equal a recount, and between its steps something
 * wakes whatever is unfinished, so that what it forgets or leaks shows at once.
 */
import { accountComplaints, restComplaints, type Rings } from "../../src/core/hosting/books.ts";
import type { Hosting, MapState } from "../../src/core/hosting/state.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, actorKind, actorNumber, COORDINATOR, type HostId, type MapId, type PlayerId } from "../../src/core/protocol/ids.ts";
import type { HostActor } from "../../src/core/actors/host.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";

/** A recount walks over every host and map: in worlds of more hosts than this it is made once, at the end. */
const HOSTS_MAX = 64;
/** After these the counts have changed in a way that is easily got wrong. */
const TELLING: ReadonlySet<HistoryRecord["kind"]> = new Set(["move/done", "move/failed", "map/granted", "host/gone", "host/blocked"]);

/** What the books are read from: the coordinator that lives, or null while none does, and which of its timers are set. */
export type BooksView = {
  readonly hosting: () => Hosting | null;
  readonly rings: Rings;
  /** The map a client plays on, -1 while it is on its way, undefined when there is no such client (any more). */
  readonly playsOn: (player: PlayerId) => MapId | undefined;
  /** Whether a host's next checkpoint is due some day. */
  readonly writesDown: (host: HostId) => boolean;
  /** A host's process that runs, is connected and can be reached; undefined where it is not so. */
  readonly agent: (host: HostId) => Pick<HostActor, "serving" | "leaves"> | undefined;
};

/** Faults after which players who play on introduce themselves anew, and those that change how many a host may have. */
const FORGETS_PLAYERS: ReadonlySet<string> = new Set([
  "player-drop",
  "region-outage",
  "coordinator-restart",
  "coordinator-pause",
  "lie-metrics",
]);

/** Recounts the books of the coordinator that lives. */
export class BooksChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #view: BooksView;
  readonly #hosts: number;
  #told = false;
  #forgot = false;
  #settled = false;
  /** Somebody who already plays may have been let in above the limits, by a coordinator that did not know. */
  readonly #mayExceed: boolean;
  /** Faults after which a host has said again what it said before, that it leaves perhaps; and whether one of them came. */
  readonly #replays: ReadonlySet<string>;
  #replayed = false;
  readonly #followUs: number;
  readonly #moveUs: number;
  /** When the truth of a host's machine or line last changed. */
  readonly #troubled = new Map<HostId, number>();
  /** When a map's standbys were last chosen. */
  readonly #chosen = new Map<MapId, number>();
  /** When a player last went; and whose word to or from the coordinator was lost: of those nothing is known until they come anew. */
  readonly #left = new Map<PlayerId, number>();
  readonly #unheard = new Set<PlayerId>();
  /** Hosts to or from which a word was lost on a connection that stood: what they were told last is not known until they introduce themselves anew. */
  readonly #unsure = new Set<HostId>();

  constructor(view: BooksView, hosts: number, options: CheckerOptions) {
    super(["HO7", "HO5", "LV2", "HO9"]);
    this.#moveUs = boundsOf(options).moveUs;
    // A full inbox (BUGGIFY) closes a player's line too.
    this.#mayExceed = options.buggify !== null || options.faults.some(({ kind }) => FORGETS_PLAYERS.has(kind));
    this.#replays = new Set(options.faults.filter(({ kind }) => kind === "stale-replay").map(({ id }) => id));
    this.#followUs = boundsOf(options).followUs;
    this.#view = view;
    this.#hosts = hosts;
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (this.#hosts > HOSTS_MAX) return;
    // While another actor speaks the coordinator is between two steps, and nothing is half done.
    if (record.kind === "standby/chosen") this.#chosen.set(record.map, at);
    else if (record.kind === "host/joined") this.#unsure.delete(record.profile.host);
    else if (self !== COORDINATOR) this.#atRest(at);
    else if (TELLING.has(record.kind)) this.#recount(at);
  }

  finish(at: number): void {
    this.#recount(at);
    this.#atRest(at);
    if (!this.#settled) return;
    this.#seats(at);
    this.#agents(at);
  }

  fault(_at: number, id: string): void {
    if (this.#replays.has(id)) this.#replayed = true;
  }

  settling(): void {
    this.#settled = true;
  }

  online(at: number, player: PlayerId, delta: 1 | -1): void {
    if (this.#hosts > HOSTS_MAX) return;
    if (delta < 0) this.#left.set(player, at);
    else this.#unheard.delete(player);
  }

  dropped(_at: number, from: ActorId, to: ActorId): void {
    if (from !== COORDINATOR && to !== COORDINATOR) return;
    const other = from === COORDINATOR ? to : from;
    if (actorKind(other) === "player") this.#unheard.add(actorNumber(other));
    else this.#unsure.add(actorNumber(other));
  }

  host(at: number, host: HostId): void {
    this.#troubled.set(host, at);
  }

  /** What hosts left in peace hold, and whether they leave, is what the coordinator believes. */
  #agents(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#hosts > HOSTS_MAX) return;
    for (let slot = 0; slot < hosting.table.slots; slot++) {
      const host = hosting.table.hostOf(slot);
      const agent = this.#view.agent(host);
      if (agent === undefined || !hosting.isOnline(host) || at - (this.#troubled.get(host) ?? 0) <= this.#moveUs) continue;
      if (this.#unsure.has(host)) {
        this.count("excused.HO9.word_lost");
        continue;
      }
      if (this.#replayed && hosting.table.leaving[slot] === 1 && !agent.leaves) {
        this.count("excused.HO9.liar");
        continue;
      }
      const settled = (state: MapState): boolean =>
        state.move === null && at - Math.max(state.movedAt, this.#chosen.get(state.map) ?? 0) > this.#moveUs;
      const wrong = agentComplaints(hosting, host, agent, settled);
      if ([...agent.serving.values()].some(({ stage }) => stage === "active") && !this.#view.writesDown(host))
        wrong.push("serves, and no checkpoint is due");
      this.check("HO9", wrong.length === 0, at, () => `at the end host ${host} ${wrong.join("; ")}`, -1, host);
    }
  }

  /** Nobody keeps a seat on a map who is gone, or plays on another. */
  #seats(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#hosts > HOSTS_MAX) return;
    for (const { map } of hosting.maps) {
      for (const player of hosting.roster.sorted(map)) {
        if (this.#unheard.has(player) || at - (this.#left.get(player) ?? Number.NEGATIVE_INFINITY) <= this.#followUs) continue;
        const on = this.#view.playsOn(player);
        const message = (): string =>
          `at the end player ${player} has a seat on map ${map}, and ${on === undefined ? "is gone" : `plays on map ${on}`}`;
        this.check("LV2", on === map || on === -1, at, message, map, -1, player);
      }
    }
  }

  #atRest(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#forgot) return;
    const crowd = this.#mayExceed ? [] : crowdComplaints(hosting);
    this.check("HO7", crowd.length === 0, at, () => `more players were let in than there is room for: ${crowd.join("; ")}`);
    const wrong = restComplaints(hosting, this.#view.rings);
    this.#forgot = wrong.length > 0;
    this.check("HO5", !this.#forgot, at, () => `the coordinator has forgotten something: ${wrong.join("; ")}`);
  }

  /** A wrong count stays wrong: it is told once. */
  #recount(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#told) return;
    const wrong = accountComplaints(hosting);
    this.#told = wrong.length > 0;
    this.check("HO7", !this.#told, at, () => `the coordinator's books are wrong: ${wrong.join("; ")}`);
  }
}

/** Maps and hosts with more players than they may have. */
function crowdComplaints(h: Hosting): string[] {
  const crowded = h.maps.filter(({ map }) => h.roster.count(map) > h.playersMax(map));
  const wrong = crowded.map(({ map }) => `map ${map}: ${h.roster.count(map)} players of ${h.playersMax(map)}`);
  const { table } = h;
  for (let slot = 0; slot < table.slots; slot++) {
    if (table.slotOf(table.hostOf(slot)) !== slot || table.playersLeft(slot) >= 0) continue;
    wrong.push(`host ${table.hostOf(slot)}: ${-table.playersLeft(slot)} players too many`);
  }
  return wrong;
}

/** What a host holds that it does not own, or keeps elsewhere than on the standbys; and whether it is known as leaving rightly. Only maps that are settled count. */
function agentComplaints(
  h: Hosting,
  host: HostId,
  agent: Pick<HostActor, "serving" | "leaves">,
  settled: (state: MapState) => boolean,
): string[] {
  const wrong: string[] = [];
  const leaving = h.table.leaving[h.table.slotOf(host)] === 1;
  if (leaving !== agent.leaves) wrong.push(leaving ? "is known as leaving, and is not" : "leaves, and is not known to");
  for (const [map, { epoch, stage, replicas }] of agent.serving) {
    const state = h.maps[map];
    if (state === undefined || !settled(state)) continue;
    if (state.owner !== host || state.epoch !== epoch) wrong.push(`holds map ${map}, which is not its own`);
    else if (state.serving && stage !== "active") wrong.push(`is believed to serve map ${map}, and is ${stage}`);
    else if (state.serving && [...replicas].sort().join() !== [...state.standbys].sort().join())
      wrong.push(`keeps map ${map} on ${replicas.join() || "nobody"}, and not on its standbys ${state.standbys.join() || "(none)"}`);
  }
  return wrong;
}
