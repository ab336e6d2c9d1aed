/**
 * Owns: why a map is where it is, as plain data: its placement, the candidates with what stands against each, and what would move it.
 * Promises: every judgement is the one the room itself acts on (its own functions are asked), and asking changes nothing.
 * Never words anything: ids, microseconds and micro-points go out.
 */
import { assert } from "../../base/assert.ts";
import type { MoveCause } from "../protocol/history.ts";
import { type Epoch, type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import { bestForMix, boundsOf } from "./host-mix.ts";
import { roomFor, scoreFor } from "./choose.ts";
import { type HostView, hostView, microOf, type Obstacle, obstaclesOf } from "./explain-host.ts";
import { theta } from "./move.ts";
import { type Target, targetForHanded, targetForLost } from "./rescue.ts";
import { meanRtt } from "./score.ts";
import type { Hosting, MapState, Move } from "./state.ts";
import { mayBeMoved, mayRedistribute, movesLimit, preferredHost, returnDueAt } from "./upkeep.ts";

/** Something that keeps a map from moving of our own will now. Times are us; `value` of `limit` moves are under way; scores are micro-points. */
export type Hold =
  | { readonly why: "not_started" | "not_serving" | "moving" | "owner_offline" | "auto_migration_disabled" | "no_candidate" }
  | { readonly why: "cooldown" | "storm_hold" | "return_later"; readonly until: number }
  | { readonly why: "moves_limit"; readonly value: number; readonly limit: number }
  | { readonly why: "not_better"; readonly value: number; readonly limit: number };

/** What keeps a map that nobody serves from being given to anyone at once. */
export type Wait =
  /** The coordinator has just started; `until` is null while the store has not answered. */
  | { readonly why: "start_grace"; readonly until: number | null }
  /** By the store's row `host` owns it, and has not introduced itself since the coordinator started. */
  | { readonly why: "owner_awaited"; readonly host: HostId }
  /** Its owner was told to serve and may still answer. */
  | { readonly why: "owner_promised"; readonly host: HostId; readonly until: number }
  | { readonly why: "owner_suspect"; readonly host: HostId };

/** A VPS site as a map sees it: slots used and reserved of all, and the RTT to the map's players (ms). */
export type SiteView = Pick<HostView, "host" | "region" | "online" | "maps" | "mapsMax" | "rttMs">;

/** All player hosts, counted. */
export type Tally = {
  readonly known: number;
  readonly connected: number;
  readonly couldTake: number;
  /** Of those that could take it: how many score more than the map's own player host. 0 where it has none. */
  readonly better: number;
  /** Hosts by the first thing against them, the map's own host left out; all unmet conditions of eligibility count as `ineligible`. */
  readonly against: Readonly<Partial<Record<Obstacle["why"] | "ineligible", number>>>;
  /** Of those that are `ineligible`: how many miss each condition. One host may miss several. */
  readonly conditions: Readonly<Partial<Record<Obstacle["why"], number>>>;
};

/** What a round of redistribution would make of the map now. */
export type OwnWill = {
  readonly cause: Extract<MoveCause, "better" | "return">;
  /** Where it would go; NO_HOST exactly where something holds it. */
  readonly to: HostId;
  readonly holds: readonly Hold[];
  /** Thousandths: a better host must score more than this many times the present one. */
  readonly theta: number;
  /** Maps on the move now, and how many may be. */
  readonly moves: number;
  readonly movesMax: number;
};

/** Why a map is where it is. Times are us, scores micro-points. */
export type MapExplanation = {
  readonly at: number;
  readonly map: MapId;
  /** Players may host it: it is eligible by the conf, and P2P is on. */
  readonly mayLeaveVps: boolean;
  readonly players: number;
  readonly playersMax: number;
  /** Players a host must have room for to be given the map. */
  readonly room: number;
  /** Players by region, and the averaged mix by which hosts are compared, in any unit. */
  readonly byRegion: readonly number[];
  readonly mix: readonly number[];
  readonly epoch: Epoch;
  readonly serving: boolean;
  /** -1: never, or not so. */
  readonly movedAt: number;
  readonly fellBackAt: number;
  readonly quietUntil: number;
  readonly owner: HostView | null;
  readonly move:
    | (Omit<Move, "request" | "expect" | "over" | "map" | "unsure" | "frozenHash" | "readyHash"> & { readonly target: HostView })
    | null;
  readonly waits: readonly Wait[];
  readonly standbys: readonly { readonly view: HostView; readonly warm: boolean }[];
  /** Player hosts that could take it now, in the order in which they would be asked; as many as were wanted. None for a map that may not leave the VPS. */
  readonly candidates: readonly HostView[];
  /** Connected or suspect player hosts that score higher than the map's own (else than the first candidate) but could not take it; best first. */
  readonly barred: readonly HostView[];
  /** How many there are of those, shown or not. */
  readonly barredAll: number;
  readonly tally: Tally;
  readonly ownWill: OwnWill;
  /** Where it would go if its host were lost now, or had to give it up: a host, or the refusal. */
  readonly ifLost: Target;
  readonly ifHanded: Target;
  /** VPS sites, nearest to its players first, and slots kept for critical maps that have none. */
  readonly sites: readonly SiteView[];
  readonly slotsKept: number;
};

/**
 * Explains where `map` is as of `at` (us, not before the last step), with at most `top` candidates and `top` barred hosts. Costs a look at
 * every known host; nothing changes.
 */
export function explainMap(books: Hosting, map: MapId, at: number, top: number): MapExplanation {
  assert(at >= books.at, "the past is not remembered");
  assert(books.maps[map] !== undefined, "the map is known");
  assert(top >= 1, "the first candidate is looked at");
  // The books as they are, read at a later instant: blocks, back-offs and cool-downs end by themselves.
  const h = Object.create(books, { at: { value: at } }) as Hosting;
  const state = h.maps[map] as MapState;
  const room = roomFor(h, map);
  const view = (host: HostId): HostView => hostView(h, h.table.slotOf(host), map, room);
  const candidates = h.mayLeaveVps(map) ? choices(h, state, room, top).map(view) : [];
  const owner = state.owner === NO_HOST ? null : view(state.owner);
  const { tally, barred } = census(h, state, room, owner?.micro ?? null, candidates[0]?.micro ?? Number.NEGATIVE_INFINITY);
  return {
    at,
    map,
    mayLeaveVps: h.mayLeaveVps(map),
    players: h.roster.count(map),
    playersMax: h.playersMax(map),
    room,
    byRegion: [...h.roster.byRegion.subarray(map * h.roster.regions, (map + 1) * h.roster.regions)],
    mix: [...h.mix(map)],
    epoch: state.epoch,
    serving: state.serving,
    movedAt: state.movedAt,
    fellBackAt: state.fellBackAt,
    quietUntil: state.quietUntil,
    owner,
    move: moveView(state.move, view),
    waits: waitsOf(h, state),
    standbys: state.standbys.map((host) => ({ view: view(host), warm: state.warm.includes(host) })),
    candidates,
    barred: barred.slice(0, top).map((slot) => hostView(h, slot, map, room)),
    barredAll: barred.length,
    tally,
    ownWill: ownWillOf(h, state, candidates[0]),
    ifLost: targetForLost(h, state),
    ifHanded: targetForHanded(h, state),
    sites: sitesOf(h, map),
    slotsKept: h.mayLeaveVps(map) ? h.slotless : 0,
  };
}

function moveView(move: Move | null, view: (host: HostId) => HostView): MapExplanation["move"] {
  if (move === null) return null;
  const { id, cause, form, from, to, epoch, phase, reserved, warm, tries } = move;
  return { id, cause, form, from, to, epoch, phase, reserved, warm, tries, target: view(to) };
}

type Census = { readonly tally: Tally; readonly barred: number[] };

/** Hosts in the order in which the index answers when each answer before is refused. */
function choices(h: Hosting, state: MapState, room: number, top: number): HostId[] {
  const chosen = new Set<HostId>();
  while (chosen.size < top) {
    const slot = bestForMix(h.index, h.mix(state.map), room, (s) => h.table.hostOf(s) === state.owner || chosen.has(h.table.hostOf(s)));
    if (slot < 0) break;
    chosen.add(h.table.hostOf(slot));
  }
  return [...chosen];
}

/**
 * One look at every player host: how many there are of each sort, and the slots of those that could not take the map but score more than its
 * `own` host, or than `otherwise` where it has no scored one.
 */
function census(h: Hosting, state: MapState, room: number, own: number | null, otherwise: number): Census {
  const { table } = h;
  const against: Partial<Record<Obstacle["why"] | "ineligible", number>> = {};
  const conditions: Partial<Record<Obstacle["why"], number>> = {};
  const barred: { readonly slot: number; readonly micro: number }[] = [];
  let known = 0;
  let connected = 0;
  let couldTake = 0;
  let better = 0;
  for (let slot = 0; slot < table.slots; slot++) {
    const host = table.hostOf(slot);
    if (table.vps[slot] === 1 || table.slotOf(host) !== slot) continue;
    known += 1;
    connected += table.online[slot] as number;
    if (host === state.owner) continue;
    const obstacles = obstaclesOf(h, slot, room);
    const first = obstacles[0];
    if (first === undefined) {
      couldTake += 1;
      if (own !== null && microOf(h, slot, state.map) > own) better += 1;
      continue;
    }
    const group = isCondition(first) ? "ineligible" : first.why;
    against[group] = (against[group] ?? 0) + 1;
    if (group === "ineligible") for (const each of obstacles) if (isCondition(each)) conditions[each.why] = (conditions[each.why] ?? 0) + 1;
    if (first.why === "away" || !h.mayLeaveVps(state.map)) continue;
    const micro = microOf(h, slot, state.map);
    if (micro > (own ?? otherwise)) barred.push({ slot, micro });
  }
  barred.sort((a, b) => b.micro - a.micro || table.hostOf(a.slot) - table.hostOf(b.slot));
  return { tally: { known, connected, couldTake, better, against, conditions }, barred: barred.map(({ slot }) => slot) };
}

/** What is not a condition of eligibility. */
const CONDUCT_AND_ROOM: ReadonlySet<string> = new Set([
  "away",
  "suspect",
  "leaving",
  "blocked",
  "degraded",
  "backoff",
  "resting",
  "maps_full",
  "players_full",
] satisfies Obstacle["why"][]);

function isCondition(obstacle: Obstacle): boolean {
  return !CONDUCT_AND_ROOM.has(obstacle.why);
}

/** What a round of redistribution would make of the map; `first` is whom it would ask first. */
function ownWillOf(h: Hosting, state: MapState, first: HostView | undefined): OwnWill {
  const moves = h.moves.size;
  const movesMax = movesLimit(h);
  const free = h.started && mayRedistribute(h) && moves < movesMax && mayBeMoved(h, state);
  return {
    cause: h.isVps(state.owner) ? "return" : "better",
    to: free ? preferredHost(h, state, boundsOf(h.index)) : NO_HOST,
    holds: holdsOf(h, state, first, moves, movesMax),
    theta: theta(h),
    moves,
    movesMax,
  };
}

function holdsOf(h: Hosting, state: MapState, first: HostView | undefined, moves: number, movesMax: number): Hold[] {
  const holds: Hold[] = [];
  if (!h.started) holds.push({ why: "not_started" });
  if (!h.settings.conf.general.enable_auto_migration) holds.push({ why: "auto_migration_disabled" });
  if (state.move !== null) holds.push({ why: "moving" });
  if (!state.serving) holds.push({ why: "not_serving" });
  else if (!h.isOnline(state.owner)) holds.push({ why: "owner_offline" });
  if (h.at < h.stormUntil) holds.push({ why: "storm_hold", until: h.stormUntil });
  if (h.at < state.quietUntil) holds.push({ why: "cooldown", until: state.quietUntil });
  if (moves >= movesMax) holds.push({ why: "moves_limit", value: moves, limit: movesMax });
  if (h.isVps(state.owner) && h.at < returnDueAt(h, state)) holds.push({ why: "return_later", until: returnDueAt(h, state) });
  if (first === undefined) holds.push({ why: "no_candidate" });
  else if (state.owner !== NO_HOST && !h.isVps(state.owner)) {
    const best = first.micro as number;
    const asked = scoreFor(h, h.table.slotOf(state.owner), state.map) * theta(h);
    if (best * 1000 <= asked) holds.push({ why: "not_better", value: best, limit: Math.floor(asked / 1000) });
  }
  return holds;
}

function waitsOf(h: Hosting, state: MapState): Wait[] {
  const waits: Wait[] = [];
  if (state.serving || state.move !== null) return waits;
  if (!h.started) waits.push({ why: "start_grace", until: h.restored ? h.opensAt : null });
  const awaited = h.awaited.get(state.map);
  if (awaited !== undefined) waits.push({ why: "owner_awaited", host: awaited.owner });
  if (h.at < state.promisedUntil) waits.push({ why: "owner_promised", host: state.owner, until: state.promisedUntil });
  if (h.suspects.has(state.owner)) waits.push({ why: "owner_suspect", host: state.owner });
  return waits;
}

function sitesOf(h: Hosting, map: MapId): SiteView[] {
  const { table } = h;
  const views = h.sites.map((slot): SiteView => {
    const { host, region, stats, regional_latency_ms } = table.profileOf(slot);
    const rttMs = meanRtt(regional_latency_ms, h.mix(map), stats.latency_ms);
    const maps = (table.maps[slot] as number) + (table.mapsReserved[slot] as number);
    return { host, region, online: table.online[slot] === 1, maps, mapsMax: table.mapsMax[slot] as number, rttMs };
  });
  return views.sort((a, b) => a.rttMs - b.rttMs || a.host - b.host);
}
