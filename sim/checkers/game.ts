/** GA1 to GA3: in the games that run, nothing comes from nowhere and nothing is lost, and every player is on one map with what it had. */
import { US_PER_S } from "../../src/base/time.ts";
import type { ReferenceGame } from "../../src/core/game/reference-game.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";
import type { Lineages } from "./lineages.ts";
import { epochText, mapText } from "./words.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** A game that a host serves. */
export type Program = {
  readonly host: HostId;
  readonly map: MapId;
  readonly epoch: Epoch;
  readonly game: Pick<ReferenceGame, "counters" | "monsters" | "players" | "player" | "floor" | "world">;
};

/** What the games are read from: those of hosts whose processes run and serve, by host and map. */
export type GameView = { readonly programs: () => Iterable<Program> };

/** Programs are looked at this often, and in one look at so many monsters, players, stacks and things on the floor; the next look goes on from there. */
const SWEEP_US = US_PER_S;
const PARTS_MAX = 4_000;

/** Where a player is by what was recorded. `on`: the map of its stay, -1: none. `brought`, `left`: hashes over what it carried. */
type Stay = { on: MapId; brought: string; left: string | null };

/** Recounts the games that run, and follows each player from map to map. */
export class GameChecker extends RuleChecker implements Checker, Observer {
  readonly wants: ReadonlySet<HistoryRecord["kind"]> = new Set(["player/admitted", "player/parted", "operation/applied", "host/fenced"]);
  readonly #names: readonly string[];
  readonly #view: GameView;
  readonly #lineages: Lineages;
  readonly #stays = new Map<PlayerId, Stay>();
  /** The hash over nothing: what everybody new carries. Known from the first who comes. */
  #nothing: string | null = null;
  #nextSweep = 0;
  /** The first program of the next look, and players who stood where they had no business when they were last looked at. */
  #next = 0;
  readonly #suspects = new Set<PlayerId>();

  constructor(options: CheckerOptions, view: GameView, lineages: Lineages) {
    super(["GA1", "GA2", "GA3"]);
    this.#names = options.maps.names;
    this.#view = view;
    this.#lineages = lineages;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "player/admitted") this.#admitted(at, record as Of<"player/admitted" | "player/parted">);
    else if (record.kind === "player/parted") this.#parted(at, record as Of<"player/admitted" | "player/parted">);
    if (at < this.#nextSweep) return;
    this.#nextSweep = at + SWEEP_US;
    this.#sweep(at);
  }

  finish(at: number): void {
    for (const program of this.#view.programs()) this.#program(at, program, true);
  }

  #admitted(at: number, { host, map, epoch, player, carried }: Of<"player/admitted" | "player/parted">): void {
    const newest = this.#lineages.newest(map);
    if (newest !== undefined && epoch < newest.epoch) return this.count("excused.GA3.stale_host");
    const stay = this.#stays.get(player);
    const who = (): string => `player ${player} came onto ${this.#map(map)} at ${epochText(epoch)}`;
    if (stay === undefined) {
      this.#nothing ??= carried;
      const nothing = this.#nothing;
      this.check("GA3", carried === nothing, at, () => `${who()} for the first time and carried ${carried}`, map, host, player);
      this.#stays.set(player, { on: map, brought: carried, left: null });
      return;
    }
    const elsewhere = stay.on >= 0 && stay.on !== map;
    this.check("GA3", !elsewhere, at, () => `${who()} while it was on ${this.#map(stay.on)}`, map, host, player);
    // Who is let in again on the same map brings once more what it came with.
    const had = stay.on >= 0 ? stay.brought : stay.left;
    this.check("GA3", elsewhere || carried === had, at, () => `${who()} with ${carried}, and had ${had}`, map, host, player);
    if (stay.on === map) this.count("players.admittedAgain");
    stay.on = map;
    stay.brought = carried;
  }

  #parted(at: number, { host, map, player, carried }: Of<"player/admitted" | "player/parted">): void {
    const stay = this.#stays.get(player);
    const here = stay?.on === map;
    const message = (): string =>
      `player ${player} left ${this.#map(map)}, and was ${stay === undefined || stay.on < 0 ? "on no map" : `on ${this.#map(stay.on)}`}`;
    this.check("GA3", here, at, message, map, host, player);
    this.#stays.set(player, { on: -1, brought: "", left: carried });
  }

  #sweep(at: number): void {
    const programs = [...this.#view.programs()];
    let parts = 0;
    for (let looked = 0; looked < programs.length && parts < PARTS_MAX; looked += 1) {
      this.#next = this.#next >= programs.length ? 0 : this.#next;
      parts += this.#program(at, programs[this.#next] as Program, false);
      this.#next += 1;
    }
  }

  /** Recounts one game. Gives how many parts that were. */
  #program(at: number, program: Program, atEnd: boolean): number {
    const { host, map, epoch, game } = program;
    const c = game.counters();
    const monsters = game.monsters();
    let parts = monsters.length;
    let alive = 0;
    for (let i = 0; i < monsters.length; i++) if ((monsters[i]?.hp ?? 0) > 0) alive += 1;
    const slots = game.world.slots.length;
    const where = (): string => `${this.#map(map)} on host ${host} at ${epochText(epoch)}`;
    const living = (): string => `${where()} has ${alive} monsters in ${slots} slots; ${c.spawned} came and ${c.killed} were killed`;
    const sound = alive <= slots && c.killed <= c.spawned && alive === c.spawned - c.killed;
    this.check("GA2", sound, at, living, map, host);

    let [bags, purses, floor] = [0, 0, 0];
    const players = game.players();
    const owner = this.#owns(program);
    for (const player of players) {
      const one = game.player(player);
      if (one === undefined) continue;
      purses += one.purse.zeny;
      for (const { amount } of one.bag.stacks) bags += amount;
      parts += 1 + one.bag.stacks.length;
      if (owner) this.#isHere(at, program, player, atEnd);
    }
    const lying = game.floor();
    for (const { amount } of lying) floor += amount;
    parts += lying.length;
    const items = c.dropped + c.brought - (floor + bags + c.expired + c.used + c.carriedOff);
    const itemsText = (): string =>
      `${where()}: ${c.dropped} items dropped and ${c.brought} brought; ${floor} lie there, ${bags} in bags, ${c.expired} expired, ${c.used} used, ${c.carriedOff} carried off`;
    this.check("GA1", items === 0, at, itemsText, map, host);
    const zeny = c.zenyMinted + c.zenyBrought - (purses + c.zenyCarriedOff);
    const zenyText = (): string =>
      `${where()}: ${c.zenyMinted} zeny minted and ${c.zenyBrought} brought; ${purses} in purses, ${c.zenyCarriedOff} carried off`;
    this.check("GA1", zeny === 0, at, zenyText, map, host);
    return parts;
  }

  /** The game that its map's next owner goes on from: of a host that was replaced and does not know yet nobody does. */
  #owns({ host, map, epoch }: Program): boolean {
    const newest = this.#lineages.newest(map);
    if (newest === undefined || (newest.host === host && newest.epoch === epoch)) return true;
    this.count("excused.GA3.stale_host");
    return false;
  }

  /** Who is in a game is on its map. While a step is being told of, a player may be in before that was said: it is looked at twice. */
  #isHere(at: number, { host, map, epoch }: Program, player: PlayerId, atEnd: boolean): void {
    const on = this.#stays.get(player)?.on ?? -1;
    const told = on !== map && (atEnd || this.#suspects.has(player));
    if (on !== map) this.#suspects.add(player);
    else if (this.#suspects.size > 0) this.#suspects.delete(player);
    const message = (): string =>
      `player ${player} is in the game of ${this.#map(map)} on host ${host} at ${epochText(epoch)}, and ${on < 0 ? "has left its last map" : `is on ${this.#map(on)}`}`;
    this.check("GA3", !told, at, message, map, host, player);
  }

  #map(map: MapId): string {
    return mapText(this.#names, map);
  }
}
