/** One observer made of many, and one that writes what it sees as lines. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../../src/core/protocol/ids.ts";
import type { Plain } from "../../src/core/sync/crypto.ts";
import type { Arrival, HostTruth, Observer } from "../world/observer.ts";
import type { KeyName } from "../world/watched-port.ts";

type Part = Exclude<keyof Observer, "ignores" | "wants">;

/** Passes everything on, in order, to those of its observers that have the part. */
export class Fanout implements Observer {
  readonly #by: { readonly [P in Part]: readonly (Observer & Required<Pick<Observer, P>>)[] };
  /** Who takes records of a kind, found out when the first of its kind comes. */
  readonly #takers = new Map<HistoryRecord["kind"], readonly Required<Pick<Observer, "record">>[]>();

  constructor(observers: readonly Observer[]) {
    const having = <P extends Part>(part: P) =>
      observers.filter((o): o is Observer & Required<Pick<Observer, P>> => typeof o[part] === "function");
    this.#by = {
      record: having("record"),
      host: having("host"),
      joined: having("joined"),
      online: having("online"),
      fault: having("fault"),
      coordinator: having("coordinator"),
      committed: having("committed"),
      dropped: having("dropped"),
      sealed: having("sealed"),
      left: having("left"),
      arrived: having("arrived"),
      settling: having("settling"),
      finish: having("finish"),
    };
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    const takers = this.#takers.get(record.kind) ?? this.#takersOf(record.kind);
    for (let i = 0; i < takers.length; i++) (takers[i] as Required<Pick<Observer, "record">>).record(self, at, record);
  }

  #takersOf(kind: HistoryRecord["kind"]): readonly Required<Pick<Observer, "record">>[] {
    const takers = this.#by.record.filter((o) => o.ignores?.has(kind) !== true && o.wants?.has(kind) !== false);
    this.#takers.set(kind, takers);
    return takers;
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    for (const o of this.#by.host) o.host(at, host, truth);
  }

  joined(at: number, player: PlayerId, host: HostId, vps: boolean, rttUs: number, vpsRttUs: number): void {
    for (const o of this.#by.joined) o.joined(at, player, host, vps, rttUs, vpsRttUs);
  }

  online(at: number, player: PlayerId, delta: 1 | -1): void {
    for (const o of this.#by.online) o.online(at, player, delta);
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect", count: number): void {
    for (const o of this.#by.fault) o.fault(at, id, what, count);
  }

  coordinator(at: number, up: boolean): void {
    for (const o of this.#by.coordinator) o.coordinator(at, up);
  }

  committed(at: number, map: MapId, host: HostId, epoch: Epoch): void {
    for (const o of this.#by.committed) o.committed(at, map, host, epoch);
  }

  dropped(at: number, from: ActorId, to: ActorId): void {
    for (const o of this.#by.dropped) o.dropped(at, from, to);
  }

  sealed(at: number, self: ActorId, key: KeyName, nonce: Uint8Array, plain: Plain): void {
    for (const o of this.#by.sealed) o.sealed(at, self, key, nonce, plain);
  }

  left(at: number, from: ActorId, to: ActorId, bytes: Uint8Array): void {
    for (const o of this.#by.left) o.left(at, from, to, bytes);
  }

  arrived(at: number, arrival: Arrival): void {
    for (const o of this.#by.arrived) o.arrived(at, arrival);
  }

  settling(at: number): void {
    for (const o of this.#by.settling) o.settling(at);
  }

  finish(at: number): void {
    for (const o of this.#by.finish) o.finish(at);
  }
}

/** Writes records, truths and faults as JSON lines, times in microseconds. */
export class Tracer implements Observer {
  readonly #line: (line: string) => void;

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    this.#line(JSON.stringify({ at, self, ...record }));
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    this.#line(JSON.stringify({ at, kind: "truth", host, truth }));
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect", count: number): void {
    this.#line(JSON.stringify({ at, kind: "fault", id, what, count }));
  }
}
