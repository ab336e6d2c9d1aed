/** Bugs where what a map's game did and what it is are written down, copied and taken up again: in the store, and in messages between hosts. */
import type { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import type { ActorId, MapId } from "../../src/core/protocol/ids.ts";
import type { Message, StateHash } from "../../src/core/protocol/messages.ts";
import type { Operation, OperationBatch } from "../../src/core/protocol/operations.ts";
import type { KeptImage, Recovered, StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { PlantedName } from "../options.ts";
import type { Plants, World } from "../world/world.ts";
import { losing } from "./hooks.ts";

type InStore = NonNullable<Plants["store"]>;

/** The store does not remember ids: what is asked again takes effect again. */
function forgetsIds(_: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  const answer = real();
  if (ask.verb !== "operations" || answer.result !== "ok") return answer;
  return { ...answer, verdicts: ask.operations.map(() => "applied") };
}

/** A batch takes effect back to front. */
function reversed(_: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  // Each asking has a list of its own; what the world tells of it goes by the same list.
  if (ask.verb === "operations") (ask.operations as Operation[]).reverse();
  return real();
}

/** What is kept beside a store for as long as it lives. */
function beside<V>(make: () => V): (table: OwnershipTable) => V {
  const all = new WeakMap<OwnershipTable, V>();
  return (table) => {
    let value = all.get(table);
    if (value === undefined) all.set(table, (value = make()));
    return value;
  };
}

const owedOf = beside(() => new Map<MapId, OperationBatch>());

/** A batch is acknowledged when it is asked for, and written with the next one of its map. */
function acknowledgesFirst(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  if (ask.verb !== "operations") return real();
  const row = table.row(ask.map);
  if (row.owner !== ask.host || row.epoch !== ask.epoch) return real();
  const owed = owedOf(table);
  const before = owed.get(ask.map);
  if (before !== undefined) table.apply({ verb: "operations", ...before });
  owed.set(ask.map, ask);
  return { result: "ok", row, verdicts: ask.operations.map(() => "duplicate") };
}

/** A batch whose answer was lost is never found out: each further answer is as good as lost too. */
function neverSure(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer {
  const again = ask.verb === "operations" && ask.operations.some(({ id }) => table.appliedFor(id) !== undefined);
  return again ? { result: "unknown" } : real();
}

type Recover = Extract<StoreRequest, { verb: "recover" }>;

/** Changes what a map's new owner is given to go on from. */
function recovering(change: (recovered: Recovered, table: OwnershipTable, ask: Recover) => Recovered): InStore {
  return (table, ask, real) => {
    const answer = real();
    if (ask.verb !== "recover" || answer.result !== "ok" || answer.recovered === undefined) return answer;
    return { ...answer, recovered: change(answer.recovered, table, ask) };
  };
}

/** What was written for a map: its first image, and all operations. */
type Written = { image: KeptImage | null; readonly operations: Operation[] };
const writtenOf = beside(() => new Map<MapId, Written>());

/** The oldest image of a map is found, not the newest, with what came after it. */
const findsOldest: InStore = (table, ask, real) => {
  const answer = recovering((recovered, _, { map, holds }) => {
    const { image, operations } = writtenFor(table, map);
    if (image === null) return recovered;
    const given = holds?.epoch === image.epoch && holds.at === image.at;
    const later = operations.filter(({ number }) => number > image.number);
    return { ...recovered, from: given ? "replica" : "store", image: given ? null : image, operations: later };
  })(table, ask, real);
  if (answer.result !== "ok") return answer;
  if (ask.verb === "checkpoint" || ask.verb === "keep") writtenFor(table, ask.map).image ??= ask.image;
  if (ask.verb === "operations")
    writtenFor(table, ask.map).operations.push(...ask.operations.filter((_, i) => answer.verdicts?.[i] === "applied"));
  return answer;
};

function writtenFor(table: OwnershipTable, map: MapId): Written {
  const all = writtenOf(table);
  let written = all.get(map);
  if (written === undefined) all.set(map, (written = { image: null, operations: [] }));
  return written;
}

/** A hand-over as it goes: the image of the first round, the hash of the freeze, and that of what the target has. */
type Passing = { first: Uint8Array | null; frozen: StateHash | null; has: StateHash | null };
const passings = new WeakMap<World, Map<MapId, Passing>>();

/**
 * The final image is that of the first round: what changed since is not in it. Nobody notices, because the coordinator hears of hashes what
 * `said` makes of them, and orders the target to serve what it has.
 */
function firstRoundAgain(said: (hash: StateHash, passing: Passing) => StateHash): NonNullable<Plants["message"]> {
  return (world, _from, _to, message) => {
    if (!("map" in message) || !("kind" in message)) return message;
    let all = passings.get(world);
    if (all === undefined) passings.set(world, (all = new Map()));
    let passing = all.get(message.map);
    if (passing === undefined) all.set(message.map, (passing = { first: null, frozen: null, has: null }));
    return changed(message, passing, said);
  };
}

function changed(message: Message, passing: Passing, said: (hash: StateHash, passing: Passing) => StateHash): Message {
  switch (message.kind) {
    case "state/copy":
      if (message.round === 1) Object.assign(passing, { first: message.data, frozen: null, has: null });
      return message;
    case "state/final":
      passing.frozen = message.hash;
      return passing.first === null ? message : { ...message, data: passing.first };
    case "hosting/frozen":
      return { ...message, hash: said(message.hash, passing) };
    case "hosting/ready":
      passing.has = message.hash;
      return { ...message, hash: said(message.hash, passing) };
    case "hosting/promote":
      return message.hash === null ? message : { ...message, hash: passing.has };
    default:
      return message;
  }
}

/** A player is told that its next input was taken too. */
function overstated(_world: World, _from: ActorId, _to: ActorId, message: Message): Message {
  return message.kind === "play/news" ? { ...message, taken: message.taken + 1 } : message;
}

/** The plants of what runs on maps, by name. */
export const STATE_PLANTS = {
  "duplicate-operation-applied": { store: forgetsIds },
  "acknowledged-before-commit": { store: acknowledgesFirst },
  "unknown-never-resolved": { store: neverSure },
  "redo-forgotten": { store: recovering((recovered) => ({ ...recovered, operations: [] })) },
  "redo-twice": {
    store: recovering((recovered) => ({ ...recovered, operations: recovered.operations.flatMap((one) => [one, one]) })),
  },
  "ghost-kept": {
    store: recovering((recovered) => ({ ...recovered, operations: recovered.operations.filter(({ carried }) => carried === null) })),
  },
  "stale-image-promoted": { store: findsOldest },
  "delta-dropped-at-freeze": { message: firstRoundAgain((hash, { frozen }) => frozen ?? hash) },
  "hash-unchecked": { message: firstRoundAgain(() => "0".repeat(16)) },
  "batch-reversed": { store: reversed },
  "news-lost": losing("play/news"),
  "taken-overstated": { message: overstated },
} satisfies Partial<Record<PlantedName, Plants>>;
