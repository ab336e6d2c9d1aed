/**
 * Identities. Inside they are small integers; names stand only at the edges.
 * An actor's id carries its kind in the two lowest bits, so that an address needs no table.
 */

/** account_id of the machine's owner for player hosts; a small number for VPS sites. */
export type HostId = number;
/** account_id of a player. */
export type PlayerId = number;
/** Index of an interned map name. */
export type MapId = number;
/** Index of an interned region name. */
export type RegionId = number;
/** Fencing token of one map's ownership: `timeline << 40 | counter`. Strictly grows with every grant. */
export type Epoch = number;
/** Address of an actor: see {@link hostActor} and {@link playerActor}. */
export type ActorId = number;

/** The coordinator's address. */
export const COORDINATOR: ActorId = 0;
/** "No host": what an unhosted map carries in place of an owner. */
export const NO_HOST: HostId = -1;

const KIND_HOST = 1;
const KIND_PLAYER = 2;

/** The address of a host's agent. */
export function hostActor(host: HostId): ActorId {
  return host * 4 + KIND_HOST;
}

/** The address of a player's client. */
export function playerActor(player: PlayerId): ActorId {
  return player * 4 + KIND_PLAYER;
}

/** What stands behind an address. */
export function actorKind(actor: ActorId): "coordinator" | "host" | "player" {
  const kind = actor % 4;
  return kind === KIND_HOST ? "host" : kind === KIND_PLAYER ? "player" : "coordinator";
}

/** The account id inside an address (0 for the coordinator). */
export function actorNumber(actor: ActorId): number {
  return Math.floor(actor / 4);
}

const COUNTER_BITS = 1_099_511_627_776;

/** The first epoch of a store's timeline. `timeline` < 2^13, so that an epoch stays a safe integer. */
export function epochOf(timeline: number, counter: number): Epoch {
  return timeline * COUNTER_BITS + counter;
}
