/**
 * Owns: the reference game of one map, from its beginning or from a snapshot on. What happens in it is decided by the rules beside it.
 * Promises: what {@link MapProgram} promises, for the same data and seed (SY2, DT1); nothing of a refused input or of refused bytes has an effect.
 * Never: costs anything for what nobody is near; a walker is one entry for its way, a sleeping monster none.
 */
import { assert } from "../../base/assert.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { PlayerId } from "../protocol/ids.ts";
import { type Counters, type FloorItem, idOf, KIND, kindOf, type Monster, PHASE, type Player } from "./entities.ts";
import { mapRecord, partRecord } from "./hash.ts";
import { type GameInput, readInput } from "./inputs.ts";
import { expire, pick, throwDown, use } from "./items.ts";
import { monsterDue, spawnAll } from "./monsters.ts";
import { Play } from "./play.ts";
import { attack, attackDue, enter, leave, look, rise, say, walk } from "./players.ts";
import type { Deed, MapProgram, ProgramOut, ProgramRefusal } from "./program.ts";
import { redo } from "./redo.ts";
import { cast, castDue } from "./skills.ts";
import { GameState } from "./state.ts";
import { readState, writeDelta, writeSnapshot } from "./state-codec.ts";
import { placeAt, PLAYER_SPEED_MS } from "./walk.ts";
import type { World } from "./world.ts";

/** The game of a map at its beginning: every monster alive, nobody there. A replica is one too, until it is given a snapshot. */
export class ReferenceGame implements MapProgram {
  readonly world: World;
  private state: GameState;
  /** What follows from the state while the game is played; null on a replica, which only takes states in. */
  private play: Play | null;

  constructor(world: World) {
    this.world = world;
    this.state = new GameState(world);
    this.play = new Play(this.state);
    spawnAll(this.play);
    // A fresh replica is at the beginning too, so a delta may begin there.
    this.state.hash();
  }

  get at(): number {
    return this.state.at;
  }

  advance(at: number, out: ProgramOut): void {
    assert(Number.isSafeInteger(at) && at >= this.state.at, "map time goes on in whole milliseconds");
    const play = this.playing();
    play.during(out, () => {
      for (let next = play.nextAt(); next <= at; next = play.nextAt()) {
        // A state from a liar may hold what was due long ago; time does not go back for it.
        this.state.at = Math.max(this.state.at, next);
        this.due(play, play.take());
      }
      this.state.at = at;
    });
  }

  nextAt(): number {
    return this.playing().nextAt();
  }

  enter(player: PlayerId, carried: Uint8Array, out: ProgramOut): Result<null, ProgramRefusal> {
    const play = this.playing();
    return play.during(out, () => enter(play, player, carried));
  }

  leave(player: PlayerId, out: ProgramOut): Result<Uint8Array, ProgramRefusal> {
    const one = this.state.players.get(player);
    if (one === undefined) return err("not_here");
    const play = this.playing();
    return play.during(out, () => ok(leave(play, one)));
  }

  look(player: PlayerId, out: ProgramOut): void {
    const one = this.state.players.get(player);
    assert(one !== undefined, "who looks is here");
    const play = this.playing();
    play.during(out, () => look(play, one));
  }

  input(player: PlayerId, data: Uint8Array, out: ProgramOut): Result<null, ProgramRefusal> {
    const one = this.state.players.get(player);
    if (one === undefined) return err("not_here");
    const input = readInput(data);
    if (input === null) return err("malformed");
    if (one.phase === PHASE.dead && input.do !== "say") return err("dead");
    const play = this.playing();
    return play.during(out, () => obey(play, one, input));
  }

  redo(deed: Pick<Deed, "player" | "data" | "carried">): Result<null, string> {
    return redo(this.playing(), deed);
  }

  snapshot(): Uint8Array {
    return writeSnapshot(this.state);
  }

  delta(since: bigint): Uint8Array | null {
    return writeDelta(this.state, since);
  }

  apply(bytes: Uint8Array): Result<null, string> {
    const read = readState(this.state, bytes);
    if (!read.ok) return read;
    this.state = read.value;
    this.play = null;
    return ok(null);
  }

  hash(): bigint {
    return this.state.hash();
  }

  /** The map's own figures, for who checks that nothing comes from nowhere. A copy. */
  counters(): Counters {
    return { ...this.state.counters };
  }

  /** All monsters by slot, dead ones too. To be read only. */
  monsters(): readonly Readonly<Monster>[] {
    return this.state.monsters;
  }

  /** Living monsters about a cell, by where they go: all within sixteen cells, and some beyond. To be read only. */
  monstersNear(cell: number): Readonly<Monster>[] {
    return this.playing()
      .monsters.near(cell)
      .map((slot) => this.state.monsters[slot] as Monster);
  }

  /** A player who is here. To be read only. */
  player(id: PlayerId): Readonly<Player> | undefined {
    return this.state.players.get(id);
  }

  /** Who is here, ascending. */
  players(): PlayerId[] {
    return [...this.state.players.keys()].sort((a, b) => a - b);
  }

  /** What lies on the floor, ascending by its number. To be read only. */
  floor(): Readonly<FloorItem>[] {
    return [...this.state.items.values()].sort((a, b) => a.id - b.id);
  }

  /** Something on the floor that is as asked, the one that lies there longest. To be read only. */
  firstItem(is: (item: Readonly<FloorItem>) => boolean): Readonly<FloorItem> | undefined {
    for (const item of this.state.items.values()) if (is(item)) return item;
    return undefined;
  }

  /** Where a player stands now, or the cell it left last; -1 for who is not here. */
  placeOf(id: PlayerId): number {
    const one = this.state.players.get(id);
    return one === undefined ? -1 : placeAt(this.world.terrain, one, PLAYER_SPEED_MS, this.state.at);
  }

  /** Where a monster stands now, or the cell it left last. A dead one is nowhere: 0. */
  placeOfMonster(slot: number): number {
    const one = this.state.monsters[slot];
    const speed = this.world.slots[slot]?.speed;
    assert(one !== undefined && speed !== undefined, "a slot that the map has");
    return placeAt(this.world.terrain, one, speed, this.state.at);
  }

  /** The records that hash.ts defines the hash over, the map's own last. */
  records(): number[][] {
    const records = Array.from(this.state.keys(), (key) => {
      const part = this.state.part(key);
      assert(part !== undefined, "every key has its part");
      const record: number[] = [];
      partRecord(key, part, record);
      return record;
    });
    const map: number[] = [];
    mapRecord(this.world.digest, this.state.at, this.state.counters, map);
    return [...records, map];
  }

  private playing(): Play {
    this.play ??= new Play(this.state);
    return this.play;
  }

  private due(play: Play, key: number): void {
    const id = idOf(key);
    if (kindOf(key) === KIND.monster) return monsterDue(play, this.state.monsters[id] as Monster);
    if (kindOf(key) === KIND.item) return expire(play, this.state.items.get(id) as FloorItem);
    const one = this.state.players.get(id) as Player;
    if (one.phase === PHASE.attacking) attackDue(play, one);
    else if (one.phase === PHASE.casting) castDue(play, one);
    else rise(play, one);
  }
}

function obey(play: Play, one: Player, input: GameInput): Result<null, ProgramRefusal> {
  switch (input.do) {
    case "walk":
      return walk(play, one, input.cell);
    case "attack":
      return attack(play, one, input.slot);
    case "pick":
      return pick(play, one, input.id);
    case "cast":
      return cast(play, one, input.skill, input.level, input.slot);
    case "use":
      return use(play, one, input.item);
    case "throw":
      return throwDown(play, one, input.item, input.amount);
    case "say":
      return say(play, one, input.text);
  }
}
