/**
 * Owns who comes to a host's maps and who goes: asked of the store before a player is let in, told when what it carries is written down.
 * Promises: one player on one map (the store's word), SY14 with `hosted-map.ts`. Never lets anybody in whom the store did not admit.
 */
import { RollingHash } from "../../base/hash.ts";
import { type ActorId, type Epoch, type HostId, type MapId, type PlayerId, playerActor } from "../protocol/ids.ts";
import type { PlayerHost } from "../protocol/messages.ts";
import type { OperationId } from "../protocol/operations.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import type { Out } from "../protocol/step.ts";
import type { StoreAnswer, StoreRequest } from "../protocol/store.ts";
import type { HostedMap } from "./hosted-map.ts";

/** Somebody whom the store was asked to admit. `leaves`: it wants to go again by now; `doubted`: an answer was lost, so that it may have been admitted. */
type Arrival = {
  readonly player: PlayerId;
  readonly map: MapId;
  readonly id: OperationId;
  next: number;
  leaves: boolean;
  doubted: boolean;
};
/** A coming or going that is being written down: who is told when it is. */
type Underway = { readonly player: PlayerId; readonly map: MapId; readonly kind: "enter" | "leave"; readonly taken: number; told: boolean };

/** What guests need of who serves the maps. */
export type GuestDesk = {
  readonly host: HostId;
  readonly boot: number;
  /** The map as it is served now: running, under this epoch. */
  served(map: MapId): HostedMap | undefined;
  ask(ask: StoreRequest, out: Out): number;
  makeId(): OperationId;
  /** Deeds were done: they are to be written down. */
  write(at: number, hosted: HostedMap, out: Out): void;
};

/** What a player carries, as records tell of it: 64 bits over the bytes. */
export function carriedText(carried: Uint8Array): string {
  const hash = new RollingHash();
  for (const byte of carried) hash.mix(byte);
  return hash.digest();
}

/** The guests of one host's maps. */
export class Guests {
  private readonly desk: GuestDesk;
  private readonly arrivals = new Map<number, Arrival>();
  /** Those about whom the store is asked again at the next moment of play. */
  private resting: Arrival[] = [];
  private readonly underway = new Map<OperationId, Underway>();

  constructor(desk: GuestDesk) {
    this.desk = desk;
  }

  /** A player wants to play on a map that is served. */
  join(now: number, hosted: HostedMap, player: PlayerId, next: number, out: Out): void {
    const { map } = hosted;
    const coming = this.coming((one) => one.player === player && one.map === map);
    const writing = this.writing(player, map);
    if (coming !== undefined) {
      coming.next = next;
    } else if (writing !== undefined) {
      // Its last leave is not written down yet: until it is, what it carries is not known to the store. It asks again.
      if (writing.kind === "leave") this.turnAway(hosted, player, "player_unknown", out);
      else hosted.join(now, player, next);
    } else if (hosted.has(player)) this.joined(hosted, player, hosted.join(now, player, next), out);
    else this.admit(hosted.epoch, { player, map, id: this.desk.makeId(), next, leaves: false, doubted: false }, out);
  }

  /** A player wants to go. Who is not here by now has its answer when the store has nothing of it either. */
  exit(at: number, now: number, hosted: HostedMap, player: PlayerId, out: Out): void {
    const writing = this.writing(player, hosted.map);
    const coming = this.coming((one) => one.player === player && one.map === hosted.map);
    if (coming !== undefined) coming.leaves = true;
    else if (writing?.kind === "leave") writing.told = true;
    else if (hosted.has(player)) this.leave(at, now, hosted, player, true, out);
    else send(out, player, { kind: "play/exited", map: hosted.map, epoch: hosted.epoch, taken: -1 });
  }

  /** Leads out who has said nothing since then. */
  leadOut(at: number, now: number, hosted: HostedMap, since: number, out: Out): void {
    for (const player of hosted.silentSince(since)) this.leave(at, now, hosted, player, false, out);
  }

  /** Who was on the map by the store's word when it was taken up, and is not in its state: comes in, to be led out if it says nothing. */
  restore(at: number, now: number, hosted: HostedMap, player: PlayerId, carried: Uint8Array, out: Out): void {
    const { map } = hosted;
    if (hosted.has(player) || this.writing(player, map)?.kind === "leave") return;
    this.enter(at, now, hosted, { player, map, next: 1 }, carried, out);
  }

  /** A map was taken up with leavings that nobody has written down yet: to the store these players are on it still, with what they came with. */
  takeOver({ map, pending }: HostedMap): void {
    for (const { operation } of pending.values()) {
      const { id, player, carried } = operation;
      if (carried !== null) this.underway.set(id, { player, map, kind: "leave", taken: -1, told: false });
    }
  }

  /** Takes the store's answer to an admission; false: it is none. */
  answered(at: number, now: number, request: number, answer: StoreAnswer, out: Out): boolean {
    const arrival = this.arrivals.get(request);
    if (arrival === undefined) return false;
    this.arrivals.delete(request);
    const hosted = this.desk.served(arrival.map);
    if (hosted === undefined) return true;
    const { player } = arrival;
    if (answer.result === "ok" && answer.carried !== undefined) {
      this.enter(at, now, hosted, arrival, answer.carried, out);
      if (arrival.leaves && hosted.runs && hosted.has(player)) this.leave(at, now, hosted, player, true, out);
    }
    // It may have been admitted: until that is known it is on this map, and nobody else lets it in. A failure afterwards says nothing of it.
    else if (answer.result === "unknown") {
      arrival.doubted = true;
      this.admit(hosted.epoch, arrival, out);
    } else if (answer.result === "failed" && arrival.doubted) this.resting.push(arrival);
    else if (arrival.leaves) send(out, player, { kind: "play/exited", map: hosted.map, epoch: hosted.epoch, taken: -1 });
    else if (answer.result === "refused")
      this.turnAway(hosted, player, answer.elsewhere === undefined ? "not_owner" : "player_elsewhere", out);
    return true;
  }

  /** A moment of play: the store is asked again about those whose admission is not known. */
  again(out: Out): void {
    const { resting } = this;
    if (resting.length === 0) return;
    this.resting = [];
    for (const one of resting) {
      const hosted = this.desk.served(one.map);
      if (hosted !== undefined) this.admit(hosted.epoch, one, out);
    }
  }

  /** A deed is written down: whoever waits for it is told. */
  written(hosted: HostedMap, operation: OperationId, out: Out): void {
    const one = this.underway.get(operation);
    if (one === undefined) return;
    this.underway.delete(operation);
    const { player, map, taken, told } = one;
    if (one.kind === "leave") {
      if (told) send(out, player, { kind: "play/exited", map, epoch: hosted.epoch, taken });
    } else if (hosted.has(player) && hosted.runs) this.joined(hosted, player, hosted.takenOf(player), out);
  }

  /** Whether the store was asked about somebody who comes to the map. */
  expects(map: MapId): boolean {
    return this.coming((one) => one.map === map) !== undefined;
  }

  /** The map is not served here any more. */
  forget(map: MapId): void {
    for (const [request, one] of this.arrivals) if (one.map === map) this.arrivals.delete(request);
    this.resting = this.resting.filter((one) => one.map !== map);
    for (const [operation, one] of this.underway) if (one.map === map) this.underway.delete(operation);
  }

  /** Tells a player that it plays, and how far its inputs were taken. */
  joined(hosted: HostedMap, player: PlayerId, taken: number, out: Out): void {
    hosted.welcome(player);
    send(out, player, { kind: "play/joined", map: hosted.map, epoch: hosted.epoch, taken });
  }

  private coming(is: (one: Arrival) => boolean): Arrival | undefined {
    for (const one of this.arrivals.values()) if (is(one)) return one;
    return this.resting.find(is);
  }

  /** The last thing about a player that is being written down: who has come may be gone again before its coming is. */
  private writing(player: PlayerId, map: MapId): Underway | undefined {
    let last: Underway | undefined;
    for (const one of this.underway.values()) if (one.player === player && one.map === map) last = one;
    return last;
  }

  private admit(epoch: Epoch, arrival: Arrival, out: Out): void {
    const { host, boot } = this.desk;
    const { player, map, id } = arrival;
    this.arrivals.set(this.desk.ask({ verb: "admit", map, host, boot, epoch, player, id }, out), arrival);
  }

  private enter(
    at: number,
    now: number,
    hosted: HostedMap,
    { player, map, next }: Pick<Arrival, "player" | "map" | "next">,
    carried: Uint8Array,
    out: Out,
  ): void {
    if (hosted.has(player)) return this.joined(hosted, player, hosted.join(now, player, next), out);
    const first = hosted.number + 1;
    const entered = hosted.enter(now, player, carried, next);
    if (!entered.ok) return this.turnAway(hosted, player, "map_full", out);
    const about = { host: this.desk.host, map, epoch: hosted.epoch, player, carried: carriedText(carried) };
    out.push({ kind: "record", record: { kind: "player/admitted", ...about } });
    this.note(hosted, first, { player, map, kind: "enter", taken: 0, told: true });
    this.desk.write(at, hosted, out);
  }

  private leave(at: number, now: number, hosted: HostedMap, player: PlayerId, told: boolean, out: Out): void {
    const first = hosted.number + 1;
    const taken = hosted.takenOf(player);
    if (told) hosted.leave(now, player);
    else hosted.leadOut(now, player);
    this.note(hosted, first, { player, map: hosted.map, kind: "leave", taken, told });
    this.desk.write(at, hosted, out);
  }

  /** Finds the deed of a coming or going among those just done. */
  private note(hosted: HostedMap, first: number, one: Underway): void {
    for (const { operation } of [...hosted.pending.values()].reverse()) {
      if (operation.number < first) break;
      if (operation.player !== one.player || (operation.carried === null) !== (one.kind === "enter")) continue;
      this.underway.set(operation.id, one);
      return;
    }
  }

  private turnAway({ map, epoch }: HostedMap, player: PlayerId, reason: RefusalReason, out: Out): void {
    send(out, player, { kind: "play/turned-away", map, epoch, reason });
  }
}

function send(out: Out, player: PlayerId, message: PlayerHost): void {
  const to: ActorId = playerActor(player);
  out.push({ kind: "send", to, message });
}
