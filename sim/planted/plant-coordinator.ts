/** Bugs of the coordinator: in moves, in what it knows of hosts, in how it chooses, in its timers and its restart. */
import type { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import { REASON_BIT } from "../../src/core/hosting/eligibility.ts";
import { seedScore, toMicro } from "../../src/core/hosting/score.ts";
import { type Hosting, TIMER } from "../../src/core/hosting/state.ts";
import { type HostId, NO_HOST } from "../../src/core/protocol/ids.ts";
import type { PlantedName } from "../options.ts";
import type { Plants } from "../world/world.ts";
import { asking, hearing, inHosting, withConf, withoutTimer, withTuning } from "./hooks.ts";
import { unfenced } from "./plant-edges.ts";

/** A blocked host's maps are not found when they should be taken from it. */
function keepsBlocked(h: Hosting): void {
  const owned = h.ownedBy.bind(h);
  h.ownedBy = (host) => ((h.table.blockedUntil[h.table.slotOf(host)] as number) > h.at ? [] : owned(host));
}

/** Standbys and candidates look eligible to the table whatever they measure. */
function blindToMeasurements({ table }: Hosting): void {
  const measure = table.measure.bind(table);
  table.measure = (slot, stats, regional, at) => {
    measure(slot, stats, regional, at);
    table.reasons[slot] = 0;
  };
}

/** Free memory is no condition. */
function blindToMemory({ table }: Hosting): void {
  const measure = table.measure.bind(table);
  table.measure = (slot, stats, regional, at) => {
    measure(slot, stats, regional, at);
    table.reasons[slot] = (table.reasons[slot] as number) & ~REASON_BIT.free_ram_mb;
  };
}

/** The source is not told to serve on, and nobody waits for it to say so. */
function forgetsTheFrozen(h: Hosting): void {
  const send = h.send.bind(h);
  h.send = (to, message) => {
    if (message.kind !== "hosting/resume") return send(to, message);
    const state = h.maps[message.map];
    if (state !== undefined) h.setServing(state, true);
  };
}

/** Ties go to the higher id. */
function tiesTurned({ index }: Hosting): void {
  const setHost = index.setHost.bind(index);
  index.setHost = (slot, id) => setHost(slot, 1_000_000 - id);
}

/** A lost answer is taken for a failure. */
function unknownIsFailed(_h: Hosting, coordinator: CoordinatorActor): void {
  const step = coordinator.step.bind(coordinator);
  coordinator.step = (input, out) =>
    step(input.kind === "store" && input.answer.result === "unknown" ? { ...input, answer: { result: "failed" } } : input, out);
}

/** The first leaving map of a host that leaves is passed over. */
function drainsAllButOne(h: Hosting): void {
  const owned = h.ownedBy.bind(h);
  h.ownedBy = (host) => (h.table.leaving[h.table.slotOf(host)] === 1 ? owned(host).slice(1) : owned(host));
}

/** Of the maps of a host that was given up the last is passed over. */
function rescuesAllButOne(h: Hosting, coordinator: CoordinatorActor): void {
  let gone: HostId = NO_HOST;
  const owned = h.ownedBy.bind(h);
  h.ownedBy = (host) => {
    const maps = owned(host);
    if (host !== gone) return maps;
    gone = NO_HOST;
    return maps.slice(0, -1);
  };
  asking((_h, effect) => {
    if (effect.kind === "record" && effect.record.kind === "host/gone") gone = effect.record.host;
    return effect;
  }).coordinator?.(coordinator);
}

/** A row names who serves, so who it names is taken to serve. */
function rowsMeanService(h: Hosting): void {
  const take = h.takeRow.bind(h);
  h.takeRow = (state, owner, epoch) => {
    take(state, owner, epoch);
    if (!h.restored && state.owner !== NO_HOST) h.setServing(state, true);
  };
}

/** A reservation is given back with the grant, and forgotten where there is none. */
function leaksReservations(h: Hosting): void {
  const reserve = h.reserve.bind(h);
  h.reserve = (host, maps, players) => {
    const granted = [...h.moves.values()].some((move) => move.to === host && move.reserved === -players);
    if (maps > 0 || granted) reserve(host, maps, players);
  };
}

/** Room that is kept for moves under way is offered again. */
function lendsReserved({ table }: Hosting): void {
  table.mapsLeft = (slot) => (table.mapsMax[slot] as number) - (table.maps[slot] as number);
  table.playersLeft = (slot) => (table.playersMax[slot] as number) - (table.players[slot] as number);
}

/** A player who leaves is not taken off its host's count. */
function countsOnlyUp(h: Hosting): void {
  const book = h.book.bind(h);
  h.book = (host, maps, players) => (maps === 0 && players < 0 ? undefined : book(host, maps, players));
}

/** A site always has one more slot. */
function endlessSlots({ table }: Hosting): void {
  const left = table.mapsLeft.bind(table);
  table.mapsLeft = (slot) => (table.vps[slot] === 1 ? Math.max(1, left(slot)) : left(slot));
}

/** The farther host has the better latency term. */
function latencyTurned({ table, settings }: Hosting): void {
  const score = table.score.bind(table);
  const { conf } = settings;
  table.score = (slot, at) => {
    score(slot, at);
    if (conf.general.scoring !== "seed") return;
    const { stats } = table.profileOf(slot);
    const mirrored = Math.max(0, conf.host_requirements.net_max_latency - stats.latency_ms);
    table.micro[slot] = toMicro(seedScore({ ...stats, latency_ms: mirrored }, conf));
  };
}

/** A host that has stopped being suspect is not counted as there. */
function clearedStaysOut(h: Hosting): void {
  const set = h.clearances.set.bind(h.clearances);
  h.clearances.set = (host, cleared) => {
    h.table.online[h.table.slotOf(host)] = 0;
    return set(host, cleared);
  };
}

/** A host that earned a back-off is offered at once. */
function neverRests(h: Hosting): void {
  const add = h.resting.add.bind(h.resting);
  h.resting.add = (host) => {
    h.table.backoffUntil[h.table.slotOf(host)] = 0;
    return add(host);
  };
}

/** When a map fell back to the VPS is not noted. */
function forgetsTheFallback(h: Hosting): void {
  for (const state of h.maps) Object.defineProperty(state, "fellBackAt", { get: () => -1, set: () => {} });
}

/** No slot is kept for critical maps that have none. */
function keepsNoSlot(h: Hosting): void {
  Object.defineProperty(h, "slotless", { get: () => 0, set: () => {} });
}

/** A host is listened to once: what is watched is taken to be watched for good. */
function watchesOnce(_h: Hosting, coordinator: CoordinatorActor): void {
  const watched = new Set<HostId>();
  asking((_room, effect) => {
    if (effect.kind !== "detector/watch") return effect;
    const known = watched.has(effect.host);
    watched.add(effect.host);
    return known ? null : effect;
  }).coordinator?.(coordinator);
}

/** Coordinators made in this process: what a seed does not know of. */
let coordinatorsMade = 0;

/** Health checks are spread by a number that outlives the run. */
function spreadByCounter(_h: Hosting, coordinator: CoordinatorActor): void {
  coordinatorsMade += 1;
  const laterUs = (coordinatorsMade % 16) * 1000;
  asking((_room, effect) =>
    effect.kind === "timer/set" && effect.timer === TIMER.health ? { ...effect, at: effect.at + laterUs } : effect,
  ).coordinator?.(coordinator);
}

/** What a host says it holds and does not own is not looked at. */
const FORGETS_STALE = hearing((h, input) => {
  if (!h.restored || input.kind !== "message" || input.message.kind !== "host/hello") return input;
  const { profile, holds } = input.message;
  return { ...input, message: { ...input.message, holds: holds.filter(({ map }) => h.maps[map]?.owner === profile.host) } };
});

/** Whoever says that it holds a map is taken for its owner. */
const BELIEVES_HOLDINGS = hearing((h, input) => {
  if (!h.restored || input.kind !== "message" || input.message.kind !== "host/hello") return input;
  const { profile, holds } = input.message;
  for (const { map } of holds) {
    const state = h.maps[map];
    if (state === undefined || state.move !== null || h.table.slotOf(profile.host) < 0) continue;
    if (state.owner !== profile.host) h.setOwner(state, profile.host, state.epoch);
  }
  return input;
});

/** The row of an unanswered claim is read, and taken to say what was asked for. */
const READS_ITS_WISH = hearing((h, input) => {
  if (input.kind !== "store" || input.answer.result !== "ok" || input.answer.row === undefined) return input;
  const about = h.asked.get(input.request);
  const move = about?.about === "read" ? h.moves.get(about.move) : undefined;
  if (move === undefined) return input;
  return { ...input, answer: { result: "ok", row: { map: move.map, owner: move.to, epoch: move.epoch } } };
});

/** A player that was cut off and says where it plays is not heard. */
const HEARS_NO_RESUME = hearing((_h, input) => (input.kind === "message" && input.message.kind === "play/resume" ? null : input));

/** Disconnects are noted, and gone before they are counted. */
const FORGETS_LOSSES = hearing((h, input) => {
  h.disconnects.clear();
  return input;
});

/** A block is said, and not kept. */
const FORGETS_BLOCKS = asking((h, effect) => {
  if (effect.kind === "record" && effect.record.kind === "host/blocked") h.table.blockedUntil[h.table.slotOf(effect.record.host)] = 0;
  return effect;
});

/** The guard waits for itself: each hold has no end. */
const HOLDS_FOR_EVER = withoutTimer(TIMER.storm, (h) => {
  h.stormUntil = Number.POSITIVE_INFINITY;
  return true;
});

/** The plants of the coordinator, by name. */
export const COORDINATOR_PLANTS = {
  "stale-standby-promoted": inHosting(blindToMeasurements),
  "critical-map-lent-out": { settings: (s) => ({ ...s, eligible: s.eligible.map(() => true) }) },
  "capacity-forgotten-on-failover": withConf((conf) => ({
    ...conf,
    task_distribution: { ...conf.task_distribution, max_tasks_per_node: 100 },
  })),
  "cooldown-ignored": withTuning({ cooldownS: 0, betterRealtime: 1, betterOtherwise: 1 }),
  "threshold-ignored": withTuning({ betterRealtime: 1, betterOtherwise: 1 }),
  "threshold-compounded": withTuning(({ betterRealtime: a, betterOtherwise: b }) => ({ betterRealtime: a * a, betterOtherwise: b * b })),
  "share-limit-ignored": withTuning({ voluntaryShareMax: 1 }),
  "fallback-time-forgotten": inHosting(forgetsTheFallback),
  "orphan-on-failed-move": inHosting(forgetsTheFrozen),
  "blocked-host-keeps-maps": inHosting(keepsBlocked),
  "block-forgotten": FORGETS_BLOCKS,
  "tie-by-arrival": inHosting(tiesTurned),
  "latency-preferred-high": inHosting(latencyTurned),
  "double-grant-on-unknown": { store: unfenced, ...inHosting(unknownIsFailed) },
  "unknown-taken-as-granted": READS_ITS_WISH,
  "fallback-forgotten": withConf((conf) => ({ ...conf, general: { ...conf.general, enable_vps_fallback: false } })),
  "redistribution-restless": withTuning({ cooldownS: 0, betterRealtime: 0.9, betterOtherwise: 0.9 }),
  "p2p-switch-ignored": withConf((conf) => ({ ...conf, general: { ...conf.general, enable_p2p_maps: true } })),
  "memory-not-asked": inHosting(blindToMemory),
  "losses-forgotten": FORGETS_LOSSES,
  "backoff-ignored": inHosting(neverRests),
  "reservation-leaked": inHosting(leaksReservations),
  "reserved-room-lent": inHosting(lendsReserved),
  "player-limit-ignored": inHosting(({ table }) => void (table.playersLeft = () => 10_000)),
  "vps-slots-ignored": inHosting(endlessSlots),
  "critical-slot-lent": inHosting(keepsNoSlot),
  "leave-not-counted": inHosting(countsOnlyUp),
  "owner-stands-by": inHosting((h) => void (h["dropStandby"] = () => {})),
  "drain-forgets-a-map": inHosting(drainsAllButOne),
  "failover-forgets-a-map": inHosting(rescuesAllButOne),
  "waiting-map-forgotten": withoutTimer(TIMER.waiting),
  "move-timer-lost": withoutTimer(TIMER.move, (h, id) => ["prepare", "precopy"].includes(h.moves.get(id)?.phase ?? "")),
  "claim-not-retried": withoutTimer(TIMER.move, (h, id) => ["claim", "resolve"].includes(h.moves.get(id)?.phase ?? "")),
  "restore-not-retried": withoutTimer(TIMER.restore),
  "probe-waited-for-ever": withoutTimer(TIMER.suspect),
  "storm-never-over": HOLDS_FOR_EVER,
  "cleared-host-stays-out": inHosting(clearedStaysOut),
  "watched-once": inHosting(watchesOnce),
  "rows-taken-as-service": inHosting(rowsMeanService),
  "stale-holdings-ignored": FORGETS_STALE,
  "holdings-believed": BELIEVES_HOLDINGS,
  "resume-ignored": HEARS_NO_RESUME,
  "counter-outlives-run": inHosting(spreadByCounter),
} satisfies Partial<Record<PlantedName, Plants>>;
