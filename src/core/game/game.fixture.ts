/** A small made-up map for tests of the game, and somebody who plays on it by chance. */
import { drawU32, rootStream } from "../../base/random.ts";
import type { GameData, MonsterSpec, SkillSpec } from "../protocol/game-data.ts";
import { type GameInput, writeInput } from "./inputs.ts";
import type { Deed, ProgramOut } from "./program.ts";
import { ReferenceGame } from "./reference-game.ts";
import { type World, worldOf } from "./world.ts";

const monster = (id: number, more: Partial<MonsterSpec>): MonsterSpec => ({
  ...{ id, name: `monster ${id}`, level: 3, hp: 60, attackMin: 4, attackMax: 9, defense: 5, baseExp: 30, jobExp: 10 },
  ...{ walkSpeed: 200, attackDelay: 900, drops: [] },
  ...more,
});

const skill = (id: number, more: Partial<SkillSpec>): SkillSpec => ({
  ...{ id, name: `skill ${id}`, maxLevel: 5, range: [9], castTime: [0], fixedCastTime: [0] },
  ...{ afterCastActDelay: [0], afterCastWalkDelay: [0], cooldown: [0], damage: [200] },
  ...more,
});

/** A ground from its picture, north (the largest y) on top: `#` wall, `~` shoot-only, anything else open. */
export function groundOf(...rows: readonly string[]): GameData["ground"] {
  const width = rows[0]?.length ?? 0;
  const codes = rows.toReversed().flatMap((row) => [...row].map((c) => (c === "#" ? 1 : c === "~" ? 5 : 0)));
  return { width, height: rows.length, cells: Uint8Array.from(codes) };
}

/** 48 × 40 cells with a wall that has a gate. */
function walledGround(): GameData["ground"] {
  const cells = new Uint8Array(48 * 40);
  for (let y = 0; y < 40; y += 1) if (y !== 12 && y !== 13) cells[20 + y * 48] = y % 5 === 0 ? 5 : 1;
  return { width: 48, height: 40, cells };
}

/** The map: two kinds of monsters in three spawn lines, 14 in all; skills 1 (quick), 2 (cast and cooldown) and 3 (delays, no damage). */
export function testData(more: Partial<GameData> = {}): GameData {
  const drops = [
    { item: 501, rate: 6_000 },
    { item: 909, rate: 10_000 },
    { item: 4_001, rate: 1 },
  ];
  const monsters = [
    monster(1002, { drops }),
    monster(1113, { hp: 25, level: 1, walkSpeed: 150, attackMin: 40, attackMax: 60, drops: [{ item: 512, rate: 2_500 }] }),
  ];
  const line = { x: 0, y: 0, xs: 0, ys: 0, delay: 2_000, variance: 0 };
  const skills = [
    skill(1, {}),
    skill(2, { castTime: [600, 500], fixedCastTime: [300], cooldown: [4_000], damage: [400, 500], range: [6] }),
    skill(3, { afterCastActDelay: [1_000], afterCastWalkDelay: [700], damage: [0] }),
  ];
  return {
    map: "test_fild01",
    ground: walledGround(),
    monsters: new Map(monsters.map((one) => [one.id, one])),
    spawns: [
      { ...line, monster: 1002, amount: 6 },
      { ...line, monster: 1113, amount: 5, variance: 3_000 },
      { ...line, monster: 1002, amount: 3, x: 8, y: 8, xs: 3, ys: 2 },
    ],
    skills: new Map(skills.map((one) => [one.id, one])),
    ...more,
  };
}

/** The map prepared. */
export function testWorld(more: Partial<GameData> = {}, low = 7): World {
  const made = worldOf(testData(more), { high: 1, low });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

/** Keeps what a game did. */
export class Kept implements ProgramOut {
  readonly deeds: (Deed & { readonly at: number })[] = [];
  readonly news: { readonly player: number; readonly bytes: Uint8Array }[] = [];
  private readonly at: () => number;

  constructor(at: () => number) {
    this.at = at;
  }

  deed(deed: Deed): void {
    this.deeds.push({ ...deed, at: this.at() });
  }

  tell(player: number, bytes: Uint8Array): void {
    this.news.push({ player, bytes });
  }
}

/** A game with its keeper. */
export function testGame(world = testWorld()): { game: ReferenceGame; kept: Kept } {
  const game = new ReferenceGame(world);
  return { game, kept: new Kept(() => game.at) };
}

/** One thing that happens to a game: time passes, then somebody does something. */
export type Turn = { readonly after: number; readonly player: number; readonly act: number };

const CHANCE = rootStream(5, 6);

/** The turn of a number: 0 to 1,500 ms after the one before, one of four players, something done by chance. Numbers may be drawn in any way. */
export function turnOf(act: number): Turn {
  const draw = (n: number, below: number): number => drawU32(CHANCE, act, n) % below;
  return { after: draw(90, 1_501), player: 1 + draw(91, 4), act };
}

/** What the player of a turn asks for, chosen by its number and what it sees, so that something comes of it most of the time. */
export function chosenInput(game: ReferenceGame, { player, act }: Turn): GameInput {
  const draw = (n: number, below: number): number => drawU32(CHANCE, act, n) % below;
  const { width, height } = game.world.terrain;
  const place = game.placeOf(player);
  const cellNear = (cell: number, span: number): number => {
    const x = (cell % width) + draw(1, 2 * span + 1) - span;
    const y = Math.floor(cell / width) + draw(2, 2 * span + 1) - span;
    return Math.max(0, Math.min(width - 1, x)) + Math.max(0, Math.min(height - 1, y)) * width;
  };
  const far = (cell: number): number =>
    Math.max(Math.abs((cell % width) - (place % width)), Math.abs(Math.floor(cell / width) - Math.floor(place / width)));
  const alive = game.monsters().filter((one) => one.hp > 0);
  const nearest = alive.toSorted((a, b) => far(game.placeOfMonster(a.slot)) - far(game.placeOfMonster(b.slot)) || a.slot - b.slot)[0];
  const fallen = game.floor().toSorted((a, b) => far(a.cell) - far(b.cell) || a.id - b.id)[0];
  const stack = game.player(player)?.bag.stacks[0];
  // Towards something, as far as one click may go.
  const towards = (cell: number): number => {
    const part = Math.min(1, 10 / Math.max(1, far(cell)));
    const x = Math.round((place % width) + ((cell % width) - (place % width)) * part);
    const y = Math.round(Math.floor(place / width) + (Math.floor(cell / width) - Math.floor(place / width)) * part);
    return cellNear(x + y * width, 1);
  };
  const quarry = nearest === undefined ? place : game.placeOfMonster(nearest.slot);
  switch (draw(0, 12)) {
    case 0:
      return { do: "walk", cell: cellNear(place, 12) };
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return far(quarry) <= 1 ? { do: "attack", slot: nearest?.slot ?? 0 } : { do: "walk", cell: towards(quarry) };
    case 6:
      return { do: "attack", slot: draw(1, 15) };
    case 7:
    case 8:
      if (fallen === undefined) return { do: "walk", cell: cellNear(place, 3) };
      return far(fallen.cell) <= 2 ? { do: "pick", id: fallen.id } : { do: "walk", cell: towards(fallen.cell) };
    case 9:
      return { do: "cast", skill: 1 + draw(1, 3), level: 1 + draw(2, 5), slot: nearest?.slot ?? 0 };
    case 10:
      return draw(1, 2) === 0 ? { do: "use", item: stack?.item ?? 501 } : { do: "throw", item: stack?.item ?? 501, amount: 1 };
    default:
      return { do: "say", text: Uint8Array.from([72, 105]) };
  }
}

/** Plays one turn: who is not here comes, one turn in sixteen is a leaving, and who left comes back with what it carried. */
export function playTurn(game: ReferenceGame, out: ProgramOut, turn: Turn, bags: Map<number, Uint8Array>): void {
  const { player, act } = turn;
  if (game.player(player) === undefined) {
    game.enter(player, bags.get(player) ?? new Uint8Array(0), out);
  } else if (drawU32(CHANCE, act, 92) % 16 === 0) {
    const left = game.leave(player, out);
    if (left.ok) bags.set(player, left.value);
  } else {
    game.input(player, writeInput(chosenInput(game, turn)), out);
  }
}

/** Plays a history, time first. */
export function playTurns(game: ReferenceGame, out: ProgramOut, turns: readonly Turn[], bags = new Map<number, Uint8Array>()): void {
  for (const turn of turns) {
    game.advance(game.at + turn.after, out);
    playTurn(game, out, turn, bags);
  }
}
