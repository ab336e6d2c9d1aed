/**
 * Owns: the state of a map's game, and the ledger of what changed when: the running hash sum, a bounded log of changed keys and recent hashes as marks.
 * Promises: the hash is that of hash.ts at any time; {@link GameState.since} knows every key that changed after a mark it still keeps (SY2).
 * Never: decides anything about the game.
 */
import { assert } from "../../base/assert.ts";
import { ByteWriter } from "../../base/bytes.ts";
import {
  type Bag,
  type Counters,
  type FloorItem,
  idOf,
  KIND,
  keyOf,
  kindOf,
  type Monster,
  noCounters,
  type Part,
  type Player,
  type Purse,
  sameCounters,
  type Tracked,
} from "./entities.ts";
import { HashSum, RecordHasher } from "./hash.ts";
import type { World } from "./world.ts";

const PLAYER_KINDS = [KIND.player, KIND.purse, KIND.bag] as const;
/** Changed keys that are remembered; at 20 deltas a second with 50 changes each that is a quarter of a minute. */
const LOG_MAX = 16_384;
/** Hashes that deltas may begin at; at 20 a second these are 12.8 s. */
const MARKS_MAX = 256;

/** A state that was hashed: what a delta can begin at. `position` counts all entries the log ever had. */
export type Mark = {
  readonly hash: bigint;
  readonly position: number;
  readonly at: number;
  readonly counters: Counters;
  readonly sumHigh: number;
  readonly sumLow: number;
};

/** One part of a delta: what stands under a key from now on, or null for nothing. */
export type Change = { readonly key: number; readonly part: Part | null };

/** Everything a game remembers. Fields may be changed by the rules, each change followed by {@link GameState.touch}. */
export class GameState {
  readonly world: World;
  at = 0;
  readonly counters: Counters = noCounters();
  readonly monsters: Monster[] = [];
  readonly players = new Map<number, Player>();
  readonly items = new Map<number, FloorItem>();

  /** For who writes the state; its buffer is kept from one writing to the next. */
  readonly writer = new ByteWriter();

  private readonly sum = new HashSum();
  private readonly hasher = new RecordHasher();
  private readonly dirty: number[] = [];
  private log: number[] = [];
  private logBegin = 0;
  private marks: Mark[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Whatever stands under a key. */
  part(key: number): Part | undefined {
    const id = idOf(key);
    switch (kindOf(key)) {
      case KIND.monster:
        return this.monsters[id];
      case KIND.player:
        return this.players.get(id);
      case KIND.purse:
        return this.players.get(id)?.purse;
      case KIND.bag:
        return this.players.get(id)?.bag;
      default:
        return this.items.get(id);
    }
  }

  /** Says that a part changed or is new. */
  touch(key: number, part: Tracked): void {
    if (part.dirty) return;
    part.dirty = true;
    this.dirty.push(key);
  }

  /** Says that a part is gone; the caller has taken it out. */
  gone(key: number, part: Tracked): void {
    this.sum.subtract(part.sumHigh, part.sumLow);
    part.sumHigh = 0;
    part.sumLow = 0;
    if (!part.dirty) this.dirty.push(key);
    part.dirty = false;
  }

  /** The hash now; also a mark from which {@link since} can tell what changed. */
  hash(): bigint {
    return this.mark().hash;
  }

  /** The mark of a hash, the hash now and the keys that changed between, ascending; null when it is no longer, or was never, known. */
  since(hash: bigint): { readonly mark: Mark; readonly now: bigint; readonly keys: readonly number[] } | null {
    const now = this.mark().hash;
    const mark = this.marks.findLast((one) => one.hash === hash);
    if (mark === undefined) return null;
    const changed = this.log.slice(mark.position - this.logBegin).sort((a, b) => a - b);
    return { mark, now, keys: changed.filter((key, i) => i === 0 || key !== changed[i - 1]) };
  }

  /** Keys of everything, ascending. */
  keys(): Float64Array {
    const keys = new Float64Array(this.monsters.length + 3 * this.players.size + this.items.size);
    let count = 0;
    for (const one of this.monsters) keys[count++] = keyOf(KIND.monster, one.slot);
    for (const id of this.players.keys()) for (const kind of PLAYER_KINDS) keys[count++] = keyOf(kind, id);
    for (const id of this.items.keys()) keys[count++] = keyOf(KIND.item, id);
    return keys.sort();
  }

  /** The hash that the state would have after these changes, each key at most once. Changes nothing but what the new parts are counted as. */
  hashAfter(changes: readonly Change[], at: number, counters: Counters): bigint {
    this.settle();
    const sum = new HashSum();
    sum.add(this.sum.high, this.sum.low);
    for (const { key, part } of changes) {
      const before = this.part(key);
      if (before !== undefined) sum.subtract(before.sumHigh, before.sumLow);
      if (part === null) continue;
      this.hasher.part(key, part);
      part.sumHigh = this.hasher.high;
      part.sumLow = this.hasher.low;
      sum.add(part.sumHigh, part.sumLow);
    }
    this.hasher.map(this.world.digest, at, counters);
    sum.add(this.hasher.high, this.hasher.low);
    return sum.value;
  }

  /** Makes the changes, whose keys ascend and whose parts {@link hashAfter} has just counted. A player's three parts come and go together, or it is a bug. */
  replace(changes: readonly Change[], at: number, counters: Counters): void {
    for (const { key, part } of changes) {
      const before = this.part(key);
      if (before !== undefined) this.sum.subtract(before.sumHigh, before.sumLow);
      if (part !== null) this.sum.add(part.sumHigh, part.sumLow);
      this.log.push(key);
    }
    for (const { key, part } of changes) this.place(key, part);
    this.at = at;
    Object.assign(this.counters, counters);
    this.settle();
  }

  private place(key: number, part: Part | null): void {
    const id = idOf(key);
    const kind = kindOf(key);
    if (kind === KIND.monster) {
      assert(part !== null, "a monster's slot stays");
      this.monsters[id] = part as Monster;
    } else if (kind === KIND.item) {
      if (part === null) this.items.delete(id);
      else this.items.set(id, part as FloorItem);
    } else if (part === null) {
      this.players.delete(id);
    } else {
      this.placePlayer(id, kind, part);
    }
  }

  private placePlayer(id: number, kind: number, part: Part): void {
    const standing = this.players.get(id);
    if (kind === KIND.player) {
      const { purse, bag } = standing ?? (part as Player);
      const player = part as Player;
      player.purse = purse;
      player.bag = bag;
      this.players.set(id, player);
      return;
    }
    assert(standing !== undefined, "a purse and a bag have their player");
    if (kind === KIND.purse) standing.purse = part as Purse;
    else standing.bag = part as Bag;
  }

  private mark(): Mark {
    this.settle();
    const { high, low } = this.sum;
    const last = this.marks.at(-1);
    const counted = last !== undefined && sameCounters(last.counters, this.counters);
    if (counted && last.sumHigh === high && last.sumLow === low && last.at === this.at) return last;
    this.hasher.map(this.world.digest, this.at, this.counters);
    const sum = new HashSum();
    sum.add(high, low);
    sum.add(this.hasher.high, this.hasher.low);
    // Figures of marks are never written to, so marks between which none grew share them.
    const counters = counted ? last.counters : { ...this.counters };
    const mark = { hash: sum.value, position: this.logBegin + this.log.length, at: this.at, counters, sumHigh: high, sumLow: low };
    this.marks.push(mark);
    if (this.marks.length > 2 * MARKS_MAX) this.marks = this.marks.slice(-MARKS_MAX);
    return mark;
  }

  /** Takes what changed into the sum and the log. */
  private settle(): void {
    for (const key of this.dirty) {
      const part = this.part(key);
      if (part?.dirty === true) {
        this.hasher.part(key, part);
        this.sum.subtract(part.sumHigh, part.sumLow);
        this.sum.add(this.hasher.high, this.hasher.low);
        part.sumHigh = this.hasher.high;
        part.sumLow = this.hasher.low;
        part.dirty = false;
      }
      this.log.push(key);
    }
    this.dirty.length = 0;
    if (this.log.length > 2 * LOG_MAX) this.forget();
  }

  private forget(): void {
    this.logBegin += this.log.length - LOG_MAX;
    this.log = this.log.slice(-LOG_MAX);
    this.marks = this.marks.filter((mark) => mark.position >= this.logBegin);
  }
}
