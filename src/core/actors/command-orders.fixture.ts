/** What the coordinator asks of the store and tells the others, held against what it was told: HO1, HO2, HO4, HO8, HO10, ST1, ST2. */
import { US_PER_S } from "../../base/time.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import type { Epoch, HostId, MapId, PlayerId } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { StoreRequest } from "../protocol/store.ts";
import type { CommandBooks } from "./command-books.fixture.ts";
import { broken } from "./command-broken.fixture.ts";
import type { CommandStore } from "./command-store.fixture.ts";

/** Whom a step may concern: these maps, or all of them. */
export type Scope = ReadonlySet<MapId> | "all";

/** Judges requests, orders and grants. */
export class OrderRules {
  private readonly books: CommandBooks;
  private readonly store: CommandStore;
  private readonly promoted = new Map<string, HostId>();
  private readonly grantedEpoch = new Map<MapId, Epoch>();
  private readonly ledTo = new Map<MapId, Epoch>();
  private readonly requests = new Set<number>();
  private readonly claimedBefore = new Set<number>();

  constructor(books: CommandBooks, store: CommandStore) {
    this.books = books;
    this.store = store;
  }

  /** Another coordinator begins: it numbers its requests and moves anew. */
  begin(): void {
    this.requests.clear();
    this.claimedBefore.clear();
  }

  /** A request to the store: numbered once, and a claim only for what was decided, above all that was told. */
  asks(request: number, ask: StoreRequest, scope: Scope): void {
    if (this.requests.has(request)) broken("ST1", `store request ${request} was asked before`);
    this.requests.add(request);
    if (ask.verb === "read") this.books.unresolved.delete(ask.map);
    if (ask.verb === "read" || ask.verb === "claim") this.within(ask.map, scope, `a ${ask.verb}`);
    if (ask.verb !== "claim") return;
    const { map, host, epoch, expect } = ask;
    const claim = `the claim of map ${map} for host ${host} at epoch ${epoch} expecting ${expect}`;
    if (this.books.unresolved.has(map)) broken("HO1", `${claim} comes before the row was read, after an answer of "unknown"`);
    if (this.books.toldEpochs.get(map)?.has(expect) !== true && expect !== 0) broken("HO2", `${claim} expects what the store never said`);
    if (!(epoch > expect)) broken("HO2", `${claim} does not raise the epoch`);
    if (!(epoch > this.books.floor)) broken("HO2", `${claim} is not above the store's floor of ${this.books.floor}`);
    const move = [...this.books.moves.values()].find((open) => open.map === map && open.to === host && open.epoch === epoch);
    if (move === undefined) broken("HO4", `${claim} was never decided`);
    const target = this.books.hosts.get(host);
    if (
      target !== undefined &&
      this.books.at < target.blockedUntil &&
      this.books.at > target.blockedUntil - this.books.settings.tuning.blockedS * US_PER_S &&
      !this.claimedBefore.has(move.move)
    )
      broken("HO10", `${claim} is for a blocked host`);
    this.claimedBefore.add(move.move);
  }

  private within(map: MapId, scope: Scope, what: string): void {
    if (scope !== "all" && !scope.has(map)) broken("HO8", `${what} about map ${map}, which has nothing to do with what happened`);
  }

  /** A message to a host or a player. */
  sends(to: number, message: Message, scope: Scope): void {
    switch (message.kind) {
      case "hosting/probe": {
        const suspect = this.books.hosts.get(message.suspect);
        if (suspect !== undefined && suspect.suspicion !== null) suspect.suspicion.prober = to;
        return;
      }
      case "hosting/promote":
        this.within(message.map, scope, message.kind);
        return this.promotes(to, message.map, message.epoch);
      case "hosting/resume":
        if (this.books.unresolved.has(message.map)) broken("HO1", `the source of map ${message.map} resumes before the row was read`);
        return this.within(message.map, scope, message.kind);
      case "hosting/prepare":
      case "hosting/precopy":
      case "hosting/freeze":
      case "hosting/release":
        return this.within(message.map, scope, message.kind);
      case "play/assigned":
      case "play/redirect":
        return this.leads(to, message.map, message.host, message.epoch);
      case "play/refused":
        return this.books.rise(to);
      default:
        return;
    }
  }

  /** HO1: what is told to serve was granted, and to one host alone. */
  private promotes(host: HostId, map: MapId, epoch: Epoch): void {
    const key = `${map}@${epoch}`;
    const before = this.promoted.get(key) ?? host;
    if (before !== host) broken("HO1", `hosts ${before} and ${host} are both told to serve map ${map} at epoch ${epoch}`);
    if (this.store.committed.get(key) !== host)
      broken("HO1", `host ${host} is told to serve map ${map} at epoch ${epoch}, which the store never granted to it`);
    this.promoted.set(key, host);
  }

  /** ST2: players are led to what was granted, never back. */
  private leads(player: PlayerId, map: MapId, host: HostId, epoch: Epoch): void {
    this.books.owed.delete(player);
    if (this.store.committed.get(`${map}@${epoch}`) !== host)
      broken("ST2", `player ${player} is led to host ${host} for map ${map} at epoch ${epoch}, which was never granted to it`);
    const before = this.ledTo.get(map) ?? 0;
    if (epoch < before) broken("ST2", `player ${player} is led to epoch ${epoch} of map ${map} after others were led to ${before}`);
    this.ledTo.set(map, epoch);
  }

  /** HO1, HO2: what counts as granted was granted, and is newer than before. */
  granted({ map, host, epoch }: Extract<HistoryRecord, { kind: "map/granted" }>): void {
    if (epoch <= (this.grantedEpoch.get(map) ?? 0))
      broken("HO2", `map ${map} is granted at epoch ${epoch} after ${this.grantedEpoch.get(map)}`);
    this.grantedEpoch.set(map, epoch);
    if (this.store.committed.get(`${map}@${epoch}`) !== host)
      broken("HO1", `map ${map} counts as granted to host ${host} at epoch ${epoch}, and the store never did that`);
    for (const move of this.books.moves.values()) if (move.map === map) move.placed = true;
  }
}
