/**
 * How each planted bug is put into a run: by what the coordinator is made to believe, by messages lost or forged, or by a store
 * that forgets its rules. The core itself carries no switch for bugs.
 */
import type { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import { actorKind, actorNumber, type ActorId, COORDINATOR, hostActor } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { HostingSettings, MapConf, Tuning } from "../../src/core/settings.ts";
import type { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import type { PlantedName } from "../options.ts";
import type { Plants, World } from "../world/world.ts";

function withTuning(over: Partial<Tuning>): Plants {
  return { settings: (s) => ({ ...s, tuning: { ...s.tuning, ...over } }) };
}

function withConf(change: (conf: MapConf) => MapConf): Plants {
  return { settings: (s: HostingSettings) => ({ ...s, conf: change(s.conf) }) };
}

/** Loses every message of these kinds. */
function losing(...kinds: Message["kind"][]): Plants {
  return { message: (_world, _from, _to, message) => (kinds.includes(message.kind) ? null : message) };
}

/** A store without compare-and-set: who asks last owns, and whoever writes is let. */
function unfenced(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  if (ask.verb === "claim") {
    const row: OwnershipRow = { map: ask.map, owner: ask.host, epoch: ask.epoch };
    table.overwrite(row);
    return { result: "ok", row };
  }
  return ask.verb === "checkpoint" ? { result: "ok", row: table.row(ask.map) } : real();
}

/** Rows come back with the counter set to its beginning. */
function forgetful(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  const answer = ask.verb === "restore" ? real() : unfenced(table, ask, real);
  if (answer.result !== "ok" || answer.restored === undefined) return answer;
  return {
    ...answer,
    restored: { ...answer.restored, rows: answer.restored.rows.map((row) => ({ ...row, epoch: Math.min(row.epoch, 1) })), epochFloor: 0 },
  };
}

/** Taking one map from a host takes all. */
function releaseAll(world: World, _from: ActorId, to: ActorId, message: Message): Message {
  if (message.kind !== "hosting/release") return message;
  for (const [map, serving] of world.hosts[actorNumber(to)]?.serving ?? []) {
    if (map !== message.map) world.schedulePlanted(to, { kind: "hosting/release", map, epoch: serving.epoch });
  }
  return message;
}

/** The source is not stopped, and the target says it is ready although it is not. */
function commitFirst(world: World, _from: ActorId, to: ActorId, message: Message): Message | null {
  if (
    message.kind === "hosting/release" &&
    actorKind(to) === "host" &&
    world.hosts[actorNumber(to)]?.serving.get(message.map)?.stage === "active"
  ) {
    // The old owner learns of its release late, as one that was never frozen would.
    return null;
  }
  if (message.kind !== "hosting/freeze") return message;
  world.network.send(hostActor(message.to), COORDINATOR, {
    kind: "hosting/ready",
    host: message.to,
    map: message.map,
    epoch: message.epoch,
    move: message.move,
  });
  return null;
}

/** Every grant is told to a second host. */
function twoAtOnce(world: World, _from: ActorId, to: ActorId, message: Message): Message {
  if (message.kind === "hosting/promote") {
    const other = actorNumber(to) === 1 ? 2 : 1;
    world.schedulePlanted(hostActor(other), message);
  }
  return message;
}

/** A blocked host's maps are not found when they should be taken from it. */
function keepsBlocked(coordinator: CoordinatorActor): void {
  const h = coordinator.hosting;
  const owned = h.ownedBy.bind(h);
  h.ownedBy = (host) => ((h.table.blockedUntil[h.table.slotOf(host)] as number) > h.at ? [] : owned(host));
}

/** Standbys and candidates look eligible to the table whatever they measure. */
function blindToMeasurements(coordinator: CoordinatorActor): void {
  const { table } = coordinator.hosting;
  const measure = table.measure.bind(table);
  table.measure = (slot, stats, regional, at) => {
    measure(slot, stats, regional, at);
    table.reasons[slot] = 0;
  };
}

/** The source is not told to serve on, and nobody waits for it to say so. */
function forgetsTheFrozen(coordinator: CoordinatorActor): void {
  const h = coordinator.hosting;
  const send = h.send.bind(h);
  h.send = (to, message) => {
    if (message.kind !== "hosting/resume") return send(to, message);
    const state = h.maps[message.map];
    if (state !== undefined) h.setServing(state, true);
  };
}

/** Ties go to the higher id. */
function tiesTurned(coordinator: CoordinatorActor): void {
  const { index } = coordinator.hosting;
  const setHost = index.setHost.bind(index);
  index.setHost = (slot, id) => setHost(slot, 1_000_000 - id);
}

/** A lost answer is taken for a failure. */
function unknownIsFailed(coordinator: CoordinatorActor): void {
  const step = coordinator.step.bind(coordinator);
  coordinator.step = (input, out) =>
    step(input.kind === "store" && input.answer.result === "unknown" ? { ...input, answer: { result: "failed" } } : input, out);
}

const PLANTS: Record<PlantedName, Plants> = {
  "no-fence": { store: unfenced },
  "epoch-reused-after-restart": { store: forgetful },
  "commit-before-freeze": { message: commitFirst },
  "stale-standby-promoted": { coordinator: blindToMeasurements },
  "critical-map-lent-out": { settings: (s) => ({ ...s, eligible: s.eligible.map(() => true) }) },
  "capacity-forgotten-on-failover": withConf((conf) => ({
    ...conf,
    task_distribution: { ...conf.task_distribution, max_tasks_per_node: 100 },
  })),
  "cooldown-ignored": withTuning({ cooldownS: 0, betterRealtime: 1, betterOtherwise: 1 }),
  "threshold-ignored": withTuning({ betterRealtime: 1, betterOtherwise: 1 }),
  "orphan-on-failed-move": { coordinator: forgetsTheFrozen },
  "leave-drops-all-maps": { message: releaseAll },
  "redirect-lost": losing("play/redirect"),
  "blocked-host-keeps-maps": { coordinator: keepsBlocked },
  "tie-by-arrival": { coordinator: tiesTurned },
  "double-grant-on-unknown": { store: unfenced, coordinator: unknownIsFailed },
  "fallback-forgotten": withConf((conf) => ({ ...conf, general: { ...conf.general, enable_vps_fallback: false } })),
  "release-lost": losing("hosting/release"),
  "redistribution-restless": withTuning({ cooldownS: 0, betterRealtime: 0.9, betterOtherwise: 0.9 }),
  canary: { message: twoAtOnce },
};

/** The names of all bugs that can be planted. */
export const PLANTED_NAMES = Object.keys(PLANTS) as readonly PlantedName[];

/** All hooks of the named bugs, one after the other. */
export function plantsOf(names: readonly PlantedName[]): Plants {
  const plants = names.map((name) => PLANTS[name]);
  const first = plants[0];
  return plants.length <= 1 ? (first ?? {}) : Object.assign({}, ...plants);
}
