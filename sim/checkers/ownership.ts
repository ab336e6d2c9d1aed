/** HO1, HO2, HO3: one holder for each (map, epoch), epochs that only grow, and nothing served or written beside a grant. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, type Epoch, type HostId, type MapId, NO_HOST } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, OF_GAMES, RuleChecker } from "./checker.ts";
import type { MovePicture, Picture } from "./picture.ts";
import { epochText, mapText } from "./words.ts";

/** Epochs remembered per map. Older ones fall out and are then neither judged nor blamed. */
const EPOCHS_KEPT = 32;

/** Who held which epoch of one map, oldest first. The two lists run side by side. */
type Book = {
  readonly epochs: Epoch[];
  readonly holders: HostId[];
  /** Which of these epochs a host has said it serves. */
  readonly served: Set<Epoch>;
  /** Newest epoch that a grant named. */
  newest: Epoch;
  /** Newest epoch that fell out of the book. */
  forgotten: Epoch;
  /** An unrecorded commit may stand in the store (see MapPicture.unsure), as it was before the present record. */
  unsure: boolean;
  /** How often the store has failed over and lost commits: as many grants over an older epoch may mend that. */
  rolledBack: number;
  /** The latest (host, epoch) that said it serves, until it stops. */
  servingHost: HostId;
  servingEpoch: Epoch;
};

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Judges every grant, every serving host, every playing player and every durable write. */
export class OwnershipChecker extends RuleChecker implements Checker, Observer {
  readonly ignores: ReadonlySet<HistoryRecord["kind"]> = new Set([
    "host/measured",
    "player/entered",
    "player/refused",
    "player/left",
    ...OF_GAMES,
  ]);
  readonly #names: readonly string[];
  readonly #picture: Picture;
  readonly #books = new Map<MapId, Book>();
  /** Faults that make the store lose commits, by id. */
  readonly #rollbacks: ReadonlySet<string>;

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO1", "HO2", "HO3"]);
    this.#names = options.maps.names;
    this.#picture = picture;
    this.#rollbacks = new Set(options.faults.filter(({ kind }) => kind === "store-rollback").map(({ id }) => id));
  }

  fault(_at: number, id: string, what: "begin" | "end" | "effect"): void {
    if (what === "begin" && this.#rollbacks.has(id)) for (const book of this.#books.values()) book.rolledBack += 1;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "coordinator/started":
        for (const book of this.#books.values()) book.unsure = true;
        return;
      case "claim/lost":
        this.#book(record.map).unsure = true;
        return;
      case "map/granted":
        return this.#granted(at, record);
      case "host/serving":
        return this.#serving(at, record);
      case "host/stopped":
        return this.#stopped(record);
      case "host/fenced":
        return this.#fenced(at, record);
      case "player/playing":
        this.#played(at, record);
        this.#hold(record.map, record.epoch, record.host, at, "played by", record.player);
        return;
      default:
    }
  }

  #granted(at: number, record: Of<"map/granted">): void {
    const { map, host, epoch, expect } = record;
    const book = this.#book(map);
    const newest = book.newest;
    const what = (): string => `${mapText(this.#names, map)} granted to host ${host} at ${epochText(epoch)}`;
    this.check(
      "HO2",
      epoch > newest && epoch > expect,
      at,
      () =>
        `${what()}, but the newest grant before was ${epochText(newest)} and ${epochText(expect)} was expected${this.#picture.trail(map)}`,
      map,
      host,
    );
    // A compare-and-set over an epoch that a newer grant had replaced must have been refused, unless the store lost that grant.
    if (expect < newest && book.rolledBack > 0) {
      this.count("excused.HO2.rolled_back");
      book.rolledBack -= 1;
    } else
      this.check(
        "HO2",
        expect >= newest,
        at,
        () =>
          `${what()} over ${epochText(expect)}, though ${epochText(newest)} had been granted: no compare-and-set${this.#picture.trail(map)}`,
        map,
        host,
      );
    const adopted = newest < 0 || book.unsure || expect <= newest;
    this.check(
      "HO2",
      adopted,
      at,
      () => `${what()} over ${epochText(expect)}, which nobody was ever granted (newest ${epochText(newest)})${this.#picture.trail(map)}`,
      map,
      host,
    );
    // The store's word, where it is known: what nobody committed was not granted.
    const { committed } = this.#picture.mapOf(map);
    const stands = committed === null || (committed.host === host && committed.epoch === epoch);
    this.check(
      "HO3",
      stands,
      at,
      () =>
        `${what()}, but the store last committed ${epochText(committed?.epoch ?? -1)} to host ${committed?.host ?? NO_HOST}${this.#picture.trail(map)}`,
      map,
      host,
    );
    this.#handoff(at, book, record);
    this.#hold(map, epoch, host, at, "granted");
    book.newest = Math.max(newest, epoch);
    book.unsure = false;
  }

  /** In a handoff the source has stopped before the grant, or two would serve at once. Sources in trouble cannot stop in time. */
  #handoff(at: number, book: Book, record: Of<"map/granted">): void {
    const move = this.#picture.mapOf(record.map).move;
    if (move === null || !withSource(move) || move.closedAt >= 0 || move.to !== record.host) return;
    if (this.#picture.hostOf(move.from).troubledAt >= move.at) return this.count("excused.HO1.source_in_trouble");
    const overlaps = book.servingHost === move.from && book.servingEpoch < record.epoch;
    this.check(
      "HO1",
      !overlaps,
      at,
      () =>
        `${mapText(this.#names, record.map)} granted to host ${record.host} at ${epochText(record.epoch)} in a handoff while host ${move.from} still served ${epochText(book.servingEpoch)}${this.#picture.trail(record.map)}`,
      record.map,
      record.host,
    );
  }

  #serving(at: number, record: Of<"host/serving">): void {
    const { map, host, epoch } = record;
    const book = this.#book(map);
    const newest = book.epochs.length - 1;
    // Nearly every question is about the newest epoch and is answered by its holder.
    const holder = book.epochs[newest] === epoch ? book.holders[newest] : holderOf(book, epoch);
    if (holder === undefined && epoch > book.forgotten) {
      // The store knows whether a grant stands of which nobody was told; histories without the store's word leave it open.
      const { committed } = this.#picture.mapOf(map);
      const stands = committed === null ? book.unsure : committed.host === host && committed.epoch === epoch;
      const adoptable = stands && epoch > book.newest;
      if (adoptable) this.count("excused.HO3.adopted");
      else
        this.check(
          "HO3",
          false,
          at,
          () =>
            `host ${host} serves ${mapText(this.#names, map)} at ${epochText(epoch)}, which was granted to nobody (newest ${epochText(book.newest)})${this.#picture.trail(map)}`,
          map,
          host,
        );
    } else if (holder !== undefined) {
      this.check(
        "HO3",
        holder === host,
        at,
        () =>
          `host ${host} serves ${mapText(this.#names, map)} at ${epochText(epoch)}, which was granted to host ${holder}${this.#picture.trail(map)}`,
        map,
        host,
      );
    }
    this.#hold(map, epoch, host, at, "serves");
    book.served.add(epoch);
    if (epoch >= book.servingEpoch || book.servingHost === NO_HOST) {
      book.servingHost = host;
      book.servingEpoch = epoch;
    }
  }

  #stopped(record: Of<"host/stopped">): void {
    const book = this.#book(record.map);
    if (book.servingHost === record.host && book.servingEpoch === record.epoch) book.servingHost = NO_HOST;
  }

  #fenced(at: number, record: Of<"host/fenced">): void {
    const { map, host, epoch, rowEpoch } = record;
    this.check(
      "HO3",
      epoch === rowEpoch,
      at,
      () =>
        `host ${host} wrote for ${mapText(this.#names, map)} at ${epochText(epoch)} while the row stood at ${epochText(rowEpoch)}${this.#picture.trail(map)}`,
      map,
      host,
    );
    this.#hold(map, epoch, host, at, "wrote");
  }

  /** Nobody is let in before the host has said that it serves. */
  #played(at: number, { map, host, epoch, player }: Of<"player/playing">): void {
    const book = this.#book(map);
    if (epoch <= book.forgotten) return;
    this.check(
      "HO3",
      book.served.has(epoch),
      at,
      () =>
        `player ${player} plays ${mapText(this.#names, map)} on host ${host} at ${epochText(epoch)}, which nobody has served${this.#picture.trail(map)}`,
      map,
      host,
      player,
    );
  }

  /** HO1: notes that `host` has (map, epoch), and complains if another one had it. */
  #hold(map: MapId, epoch: Epoch, host: HostId, at: number, how: string, player = -1): void {
    const book = this.#book(map);
    const holder = holderOf(book, epoch);
    if (holder === undefined) {
      if (epoch <= book.forgotten) return;
      remember(book, epoch, host);
    }
    this.check(
      "HO1",
      holder === undefined || holder === host,
      at,
      () =>
        `${mapText(this.#names, map)} at ${epochText(epoch)} has two hosts: ${holder} and ${host} (${how}${player < 0 ? "" : ` player ${player}`})${this.#picture.trail(map)}`,
      map,
      host,
      player,
    );
  }

  #book(map: MapId): Book {
    let book = this.#books.get(map);
    if (book === undefined) {
      book = {
        epochs: [],
        holders: [],
        served: new Set(),
        newest: -1,
        forgotten: -1,
        unsure: false,
        rolledBack: 0,
        servingHost: NO_HOST,
        servingEpoch: -1,
      };
      this.#books.set(map, book);
    }
    return book;
  }
}

/** The source lives and takes part: handoffs, and fallbacks of hosts that are neither lost nor distrusted. */
function withSource(move: MovePicture): boolean {
  return move.form === "handoff" || (move.form === "fallback" && move.cause !== "lost" && move.cause !== "invalid");
}

/** The host that holds an epoch, looked up newest first because nearly every question is about the newest. */
function holderOf(book: Book, epoch: Epoch): HostId | undefined {
  const index = book.epochs.lastIndexOf(epoch);
  return index < 0 ? undefined : book.holders[index];
}

function remember(book: Book, epoch: Epoch, host: HostId): void {
  book.epochs.push(epoch);
  book.holders.push(host);
  if (book.epochs.length <= EPOCHS_KEPT) return;
  const oldest = book.epochs.shift() as Epoch;
  book.served.delete(oldest);
  book.forgotten = Math.max(book.forgotten, oldest);
  book.holders.shift();
}
