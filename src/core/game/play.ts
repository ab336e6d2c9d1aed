/**
 * A game at work: its state, who is near whom, what falls due. The rules are functions over it. Who is near and what is due follow from the state alone, so
 * a game that was read from bytes goes on like the one that wrote them; nothing new falls due at the present instant, so it does not matter how often
 * time is let pass.
 */
import { assert } from "../../base/assert.ts";
import { Blocks } from "./blocks.ts";
import { ByteWriter } from "../../base/bytes.ts";
import { Dues } from "./dues.ts";
import { type FloorItem, KIND, keyOf, kindOf, type Monster, NEVER, type Player } from "./entities.ts";
import { type News, writeNews } from "./news.ts";
import type { Deed, ProgramOut } from "./program.ts";
import type { GameState } from "./state.ts";
import { cellsBetween } from "./terrain.ts";
import { placeAt, PLAYER_SPEED_MS } from "./walk.ts";
import type { World } from "./world.ts";

/** What happens within so many cells of a player, half of what it sees, it is told without delay. */
const NEAR_CELLS = 7;
/** Outdated entries that are suffered before what is due is collected anew. */
const OUTDATED_MAX = 1_024;

const NOWHERE: ProgramOut = { deed: () => undefined, tell: () => undefined };

/** The working parts around a state. */
export class Play {
  readonly state: GameState;
  readonly world: World;
  /** Players by the block they walk to, living monsters likewise, floor items where they lie. */
  readonly players: Blocks;
  readonly monsters: Blocks;
  readonly items: Blocks;
  private readonly dues = new Dues();
  private readonly writer = new ByteWriter();
  private out: ProgramOut = NOWHERE;

  constructor(state: GameState) {
    this.state = state;
    this.world = state.world;
    const { width, height } = this.world.terrain;
    this.players = new Blocks(width, height);
    this.monsters = new Blocks(width, height);
    this.items = new Blocks(width, height);
    this.collect();
  }

  /** Map time now, ms. */
  get now(): number {
    return this.state.at;
  }

  /** Does something whose deeds and news go to `out`. */
  during<T>(out: ProgramOut, what: () => T): T {
    this.out = out;
    const answer = what();
    this.out = NOWHERE;
    return answer;
  }

  /** A deed was done. */
  deed(deed: Deed): void {
    this.out.deed(deed);
  }

  /** A monster changed; `due`, if it has one, is entered. */
  touchMonster(one: Monster): void {
    const key = keyOf(KIND.monster, one.slot);
    this.state.touch(key, one);
    this.enter(one.due, key);
  }

  /** A player's body changed. Waits that are over are forgotten, so that they are not sent. */
  touchPlayer(one: Player): void {
    const { now } = this;
    if (one.hitAt <= now) one.hitAt = 0;
    if (one.actAt <= now) one.actAt = 0;
    if (one.walkAt <= now) one.walkAt = 0;
    if (one.sayAt <= now) one.sayAt = 0;
    const key = keyOf(KIND.player, one.id);
    this.state.touch(key, one);
    this.enter(one.due, key);
  }

  /** A player's purse changed. */
  touchPurse(one: Player): void {
    this.state.touch(keyOf(KIND.purse, one.id), one.purse);
    this.tell(one.id, { news: "shown", key: keyOf(KIND.purse, one.id), part: one.purse });
  }

  /** A player's bag changed. */
  touchBag(one: Player): void {
    this.state.touch(keyOf(KIND.bag, one.id), one.bag);
    this.tell(one.id, { news: "shown", key: keyOf(KIND.bag, one.id), part: one.bag });
  }

  /** Something lies on the floor. */
  addItem(one: FloorItem): void {
    const key = keyOf(KIND.item, one.id);
    this.state.items.set(one.id, one);
    this.items.add(one.id, one.cell);
    this.state.touch(key, one);
    this.enter(one.due, key);
    this.tellNear(one.cell, { news: "shown", key, part: one });
  }

  /** It lies there no more. */
  removeItem(one: FloorItem): void {
    const key = keyOf(KIND.item, one.id);
    this.state.items.delete(one.id);
    this.items.remove(one.id, one.cell);
    this.state.gone(key, one);
    this.tellNear(one.cell, { news: "gone", key });
  }

  /** Where a player stands, or what it left last. */
  placeOf(one: Player): number {
    return placeAt(this.world.terrain, one, PLAYER_SPEED_MS, this.now);
  }

  /** Where a monster stands, or what it left last. */
  placeOfMonster(one: Monster): number {
    return placeAt(this.world.terrain, one, this.speedOf(one), this.now);
  }

  /** ms a cell of a monster. */
  speedOf(one: Monster): number {
    const slot = this.world.slots[one.slot];
    assert(slot !== undefined, "a monster has its slot");
    return slot.speed;
  }

  /** News for one player. */
  tell(player: number, news: News, near = true): void {
    if (this.out !== NOWHERE) this.out.tell(player, writeNews(news, this.world, this.now, this.writer), near);
  }

  /** News for everybody who sees a cell; `except` already knows. */
  tellNear(cell: number, news: News, except = -1): void {
    if (this.out === NOWHERE) return;
    const players = this.players.near(cell);
    if (players.length === 0) return;
    const { width } = this.world.terrain;
    const bytes = writeNews(news, this.world, this.now, this.writer);
    for (const id of players) {
      const one = this.state.players.get(id);
      if (one !== undefined && id !== except) this.out.tell(id, bytes, cellsBetween(width, one.to, cell) <= NEAR_CELLS);
    }
  }

  /** When something falls due next, ms; Infinity while nothing does. */
  nextAt(): number {
    for (; this.dues.size > 0; this.dues.drop()) if (this.dueOf(this.dues.key) === this.dues.at) return this.dues.at;
    return Infinity;
  }

  /** Takes out what falls due next, which {@link nextAt} has just told of; gives its key. */
  take(): number {
    const key = this.dues.key;
    this.dues.drop();
    return key;
  }

  private dueOf(key: number): number {
    const part = this.state.part(key);
    return part === undefined ? NEVER : (part as Monster | Player | FloorItem).due;
  }

  private enter(due: number, key: number): void {
    // What is due by now and still to come at this instant has its entry; nothing new may fall due before the next.
    if (due <= this.now) return;
    this.dues.push(due, key);
    const { monsters, players, items } = this.state;
    if (this.dues.size > 4 * (monsters.length + players.size + items.size) + OUTDATED_MAX) this.collectDues();
  }

  /** Everything that follows from the state, from the beginning. */
  private collect(): void {
    const { monsters, players, items } = this.state;
    for (const one of monsters) if (one.hp > 0) this.monsters.add(one.slot, one.to);
    for (const one of players.values()) this.players.add(one.id, one.to);
    for (const one of items.values()) this.items.add(one.id, one.cell);
    this.collectDues();
  }

  private collectDues(): void {
    this.dues.clear();
    for (const key of this.state.keys()) {
      const kind = kindOf(key);
      const due = kind === KIND.purse || kind === KIND.bag ? NEVER : this.dueOf(key);
      if (due !== NEVER) this.dues.push(due, key);
    }
  }
}
