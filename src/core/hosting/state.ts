/**
 * Owns what the coordinator knows about maps: owner, epoch, stage, the move under way, standbys, who waits.
 * Promises: a map has at most one move; load and reservations follow every change (HO7). Never decides: the files beside it do.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { Buggify } from "../protocol/buggify.ts";
import type { HistoryRecord, MoveCause, MoveForm } from "../protocol/history.ts";
import { type ActorId, type Epoch, type HostId, hostActor, type MapId, NO_HOST } from "../protocol/ids.ts";
import type { Holding, Message, StateHash } from "../protocol/messages.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { Out } from "../protocol/step.ts";
import type { OwnershipRow, StoreRequest } from "../protocol/store.ts";
import type { HostingSettings } from "../settings.ts";
import { type HostIndex, indexFor, offerHost } from "./host-index.ts";
import { HostTable } from "./host-table.ts";
import { Roster } from "./roster.ts";

/** Where a move stands. The source serves through `precopy`; from `freeze` on nobody does until the target is active. */
export type MovePhase = "prepare" | "precopy" | "freeze" | "claim" | "resolve" | "promote";

/** One map on its way to another host, from the decision until it is finished or given up. */
export type Move = {
  readonly id: number;
  readonly map: MapId;
  readonly cause: MoveCause;
  readonly form: MoveForm;
  readonly from: HostId;
  readonly to: HostId;
  /** The epoch that will be granted, and the one the owner before serves under. */
  epoch: Epoch;
  readonly expect: Epoch;
  /** The epoch that the row must still carry: the same, unless the store has lost commits. */
  over: Epoch;
  phase: MovePhase;
  /** Players the target keeps room for until the grant. 0 once granted. */
  reserved: number;
  /** The target holds a complete replica. */
  readonly warm: boolean;
  /** An answer to its claim was lost: an earlier asking may stand or still come to stand, and the row alone tells. */
  unsure: boolean;
  /** What source and target say that the state they hold hashes to; null until they have. Only equal ones are granted. */
  frozenHash: StateHash | null;
  readyHash: StateHash | null;
  /** The store request it waits for, and how often it has asked. */
  request: number;
  tries: number;
};

/** One map. `serving`: the owner is known to serve under `epoch`. */
export type MapState = {
  readonly map: MapId;
  owner: HostId;
  epoch: Epoch;
  serving: boolean;
  move: Move | null;
  /** When it last changed hands (us), -1 never; and when it came to the VPS for want of a player host, -1 not so. */
  movedAt: number;
  fellBackAt: number;
  /** No voluntary move before this (us): cool-down, or back-off after a failed attempt. */
  quietUntil: number;
  /** An owner found in the store was told to serve and may still answer until then (us). */
  promisedUntil: number;
  /** A leaving owner's hand-over that the store did not take is not tried again before this (us). */
  drainAt: number;
  standbys: readonly HostId[];
  warm: readonly HostId[];
  /** It stays on the VPS, and has no slot there nor is on its way to one. */
  slotless: boolean;
};

/**
 * A host under suspicion. `prober`: who was asked to look, NO_HOST for nobody. `judged`: the probe is over and only the storm guard holds
 * the verdict back. `cleared`: it runs, and has a moment to come back by itself.
 */
export type Suspect = { readonly how: "close" | "silence"; prober: HostId; judged: boolean; cleared: boolean };

/** Kinds of the coordinator's timers; the subject's number stands above the kind. */
export const TIMER = {
  health: 0,
  reassign: 1,
  validate: 2,
  move: 3,
  suspect: 4,
  storm: 5,
  start: 6,
  waiting: 7,
  restore: 8,
  adopt: 9,
  again: 10,
} as const;
export const TIMER_KINDS = 16;

/** What a pending store request is for. */
export type Asked =
  | { readonly about: "claim" | "read"; readonly move: number }
  | { readonly about: "adopt"; readonly map: MapId }
  | { readonly about: "again"; readonly map: MapId }
  | { readonly about: "restore" }
  | { readonly about: "register" };

/** Everything the hosting room knows. Its parts are functions over this. */
export class Hosting {
  readonly settings: HostingSettings;
  readonly buggify: Buggify;
  readonly table: HostTable;
  readonly index: HostIndex;
  readonly roster: Roster;
  readonly maps: MapState[];
  readonly moves = new Map<number, Move>();
  readonly suspects = new Map<HostId, Suspect>();
  /** Hosts whose suspicion was cleared, how often, and until when (us) that counts. */
  readonly clearances = new Map<HostId, { readonly times: number; readonly until: number }>();
  /** Times (us) of observed disconnects of the last hour, by host; and failures for the back-off, with the time of the last. */
  readonly disconnects = new Map<HostId, number[]>();
  readonly failures = new Map<HostId, { readonly times: number; readonly at: number }>();
  /** Bad measurements in a row, and hosts that had to give up maps for them and have not measured well since. */
  readonly badChecks = new Map<HostId, number>();
  readonly notGood = new Set<HostId>();
  /** Hosts that were told to report seldom. */
  readonly seldom = new Set<HostId>();
  /** Hosts that went away and when (us), in that order. */
  readonly departed = new Map<HostId, number>();
  readonly verdicts = new Map<HostId, number>();
  /** Hosts whose block or back-off ends by itself: they are offered again when it has. */
  readonly resting = new Set<HostId>();
  /** Maps without a serving owner and without a move. */
  readonly waiting = new Set<MapId>();
  /** Maps whose move just failed: looked at before the step ends. */
  urgent: MapId[] = [];
  readonly asked = new Map<number, Asked>();
  readonly sites: number[] = [];
  readonly standbyCount = new Map<HostId, number>();
  /** Hosts on their way out that were not told goodbye yet. */
  readonly leavers = new Set<HostId>();
  readonly mapsOf = new Map<HostId, Set<MapId>>();
  /** Maps that stay on the VPS and have no slot there, nor one kept by a move: as many are kept free of other maps. */
  slotless = 0;
  suspectedAt: number[] = [];
  stormUntil = 0;
  voluntary = 0;
  hosted = 0;
  online = 0;
  epochFloor: Epoch = 0;
  /** The store's rows are known. Until then what hosts say they hold is only noted. */
  restored = false;
  /** Rows whose owner has not introduced itself since they were read. */
  readonly awaited = new Map<MapId, OwnershipRow>();
  readonly claimedHoldings = new Map<HostId, readonly Holding[]>();
  restoreTries = 0;
  started = false;
  /** Owners restored from the store that have not introduced themselves yet may still come until then. */
  opensAt = 0;
  moveIds = 0;
  requests = 0;
  waitingTimer = false;
  /** Where the next round of redistribution begins: whom the limit left out comes first. */
  nextMap: MapId = 0;
  /** The step under way: set by the actor before it calls the room. */
  at = 0;
  out: Out;

  constructor(settings: HostingSettings, out: Out, buggify: Buggify) {
    assert(settings.maps.length > 0 && settings.maps.length === settings.eligible.length, "every map is eligible or critical");
    this.settings = settings;
    this.buggify = buggify;
    this.table = new HostTable(settings);
    this.index = indexFor(this.table);
    this.roster = new Roster(settings.maps.length, settings.regions.length);
    this.maps = settings.maps.map((_, map) => emptyMap(map));
    for (const state of this.maps) this.noteSlot(state);
    this.out = out;
  }

  /** May players host this map: eligible by the conf, and P2P is on. */
  mayLeaveVps(map: MapId): boolean {
    return this.settings.conf.general.enable_p2p_maps && this.settings.eligible[map] === true;
  }

  /** Players the map admits. */
  playersMax(map: MapId): number {
    const { tuning } = this.settings;
    return this.settings.eligible[map] === true ? tuning.mapPlayersMax : tuning.vpsMapPlayersMax;
  }

  send(to: ActorId, message: Message): void {
    this.out.push({ kind: "send", to, message });
  }

  tell(host: HostId, message: Message): void {
    this.send(hostActor(host), message);
  }

  record(record: HistoryRecord): void {
    this.out.push({ kind: "record", record });
  }

  refuse(what: string, reason: RefusalReason, map: MapId, host: HostId): void {
    this.record({ kind: "refusal", what, reason, map, host });
  }

  /** `timer` kinds carry a subject number (a move, a host); 0 where there is one only. */
  wakeAt(kind: number, subject: number, at: number): void {
    this.out.push({ kind: "timer/set", timer: subject * TIMER_KINDS + kind, at: Math.max(at, this.at + 1) });
  }

  noWake(kind: number, subject: number): void {
    this.out.push({ kind: "timer/clear", timer: subject * TIMER_KINDS + kind });
  }

  /** How long to wait before a failed store request is asked for the `tries`-th time again: doubling, with a ceiling. */
  storeRetryUs(tries: number): number {
    if (this.buggify("store-retry-at-once")) return 0;
    const { storeRetryMs, storeRetryMaxMs } = this.settings.tuning;
    return Math.min(storeRetryMaxMs, storeRetryMs * (1 << Math.min(tries, 10))) * US_PER_MS;
  }

  ask(about: Asked, ask: StoreRequest): number {
    this.requests += 1;
    this.asked.set(this.requests, about);
    this.out.push({ kind: "store", request: this.requests, ask });
    return this.requests;
  }

  /** Tells the index what a host can take now. */
  offer(slot: number): void {
    offerHost(this.index, this.table, slot, this.at);
  }

  /** Where the map's players come from, by region, in proportion. A view, good until players move. */
  mix(map: MapId): Int32Array {
    return this.roster.mix(map);
  }

  /** Puts the map under an owner in our books: counts, load, epoch. `NO_HOST` takes it from everyone. */
  setOwner(state: MapState, owner: HostId, epoch: Epoch): void {
    assert(epoch >= state.epoch, "an epoch never falls");
    const players = this.roster.count(state.map);
    if (state.owner !== NO_HOST) {
      this.book(state.owner, -1, -players);
      this.mapsOf.get(state.owner)?.delete(state.map);
    }
    state.owner = owner;
    state.epoch = epoch;
    this.noteSlot(state);
    if (owner === NO_HOST) return;
    this.dropStandby(state, owner);
    this.book(owner, 1, players);
    const held = this.mapsOf.get(owner);
    if (held === undefined) this.mapsOf.set(owner, new Set([state.map]));
    else held.add(state.map);
  }

  /** Counts the map anew among those without a slot: after its owner or its move has changed. */
  noteSlot(state: MapState): void {
    const slotless = !this.mayLeaveVps(state.map) && state.owner === NO_HOST && state.move === null;
    if (slotless !== state.slotless) this.slotless += slotless ? 1 : -1;
    state.slotless = slotless;
  }

  /** Takes over what a row says. An owner that nobody knows yet is remembered: the map is its own when it introduces itself. */
  takeRow(state: MapState, owner: HostId, epoch: Epoch): void {
    const known = this.table.slotOf(owner) >= 0;
    this.setOwner(state, known ? owner : NO_HOST, epoch);
    if (known || owner === NO_HOST) this.awaited.delete(state.map);
    else this.awaited.set(state.map, { map: state.map, owner, epoch });
  }

  /** From now on the map counts as lent back to the VPS, if it is there and may leave. */
  noteFallback(state: MapState): void {
    state.fellBackAt = this.isVps(state.owner) && this.mayLeaveVps(state.map) ? this.at : -1;
  }

  /** A host has introduced itself: rows that named it hold if nothing was granted since. */
  takeAwaited(host: HostId): void {
    for (const [map, row] of this.awaited) {
      if (row.owner !== host) continue;
      const state = this.maps[map] as MapState;
      this.awaited.delete(map);
      if (state.owner !== NO_HOST || state.epoch !== row.epoch || state.move !== null) continue;
      this.setOwner(state, host, row.epoch);
      this.noteFallback(state);
    }
  }

  /** Who serves a map does not stand by for it. The owner hears of its remaining standbys once it serves. */
  private dropStandby(state: MapState, host: HostId): void {
    if (!state.standbys.includes(host)) return;
    const count = this.standbyCount.get(host) ?? 0;
    assert(count > 0, "a standby is counted");
    this.standbyCount.set(host, count - 1);
    state.standbys = state.standbys.filter((standby) => standby !== host);
    state.warm = state.warm.filter((standby) => standby !== host);
  }

  /** Marks whether the owner serves; counts hosted maps. */
  setServing(state: MapState, serving: boolean): void {
    if (state.serving === serving) return;
    state.serving = serving;
    this.hosted += serving ? 1 : -1;
    if (serving) this.waiting.delete(state.map);
  }

  /** Changes a host's load and tells the index. */
  book(host: HostId, maps: number, players: number): void {
    const slot = this.table.slotOf(host);
    if (slot < 0) return;
    this.table.hold(slot, maps, players);
    // Who holds a map is compared with others, and may have measured too badly to be scored while it held none.
    if (maps > 0 && !((this.table.scoredAt[slot] as number) >= 0)) this.table.score(slot, this.at);
    this.offer(slot);
  }

  /** Changes a host's reservations and tells the index. */
  reserve(host: HostId, maps: number, players: number): void {
    const slot = this.table.slotOf(host);
    assert(slot >= 0, "room is kept on known hosts");
    this.table.reserve(slot, maps, players);
    this.offer(slot);
  }

  /** Is the host here, connected and above suspicion? */
  isOnline(host: HostId): boolean {
    const slot = this.table.slotOf(host);
    return slot >= 0 && this.table.online[slot] === 1;
  }

  isVps(host: HostId): boolean {
    const slot = this.table.slotOf(host);
    return slot >= 0 && this.table.vps[slot] === 1;
  }

  /** The maps a host owns, lowest id first. */
  ownedBy(host: HostId): MapId[] {
    return [...(this.mapsOf.get(host) ?? [])].sort((a, b) => a - b);
  }
}

function emptyMap(map: MapId): MapState {
  return {
    map,
    owner: NO_HOST,
    epoch: 0,
    serving: false,
    move: null,
    movedAt: -1,
    fellBackAt: -1,
    quietUntil: 0,
    promisedUntil: 0,
    drainAt: 0,
    standbys: [],
    warm: [],
    slotless: false,
  };
}
