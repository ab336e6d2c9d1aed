import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../base/bytes.ts";
import { writeCarried } from "./carried.ts";
import { KIND, keyOf, LIMITS, monsterAt, type Part, playerOf, untracked } from "./entities.ts";
import { playTurns, testGame, testWorld, turnOf } from "./game.fixture.ts";
import { writeInput } from "./inputs.ts";
import { readNews } from "./news.ts";
import type { ProgramOut } from "./program.ts";
import { writeGone, writePart } from "./records.ts";
import type { ReferenceGame } from "./reference-game.ts";
import type { Change, GameState } from "./state.ts";
import { RULES_VERSION } from "./world-digest.ts";

const world = testWorld();
const purse = { ...untracked(), level: 1, exp: 0, jobExp: 0, zeny: 5, cooldowns: [] };
const bag = { ...untracked(), stacks: [] };

/** A delta of these changes with true hashes, as a liar would make it. */
function crafted(game: ReferenceGame, changes: readonly Change[]): Uint8Array {
  const state = (game as unknown as { state: GameState }).state;
  const out = new ByteWriter();
  for (const byte of [0xa7, RULES_VERSION, 2]) out.byte(byte);
  for (const hash of [state.hash(), state.hashAfter(changes, state.at, state.counters)]) {
    out.word(Number(hash & 0xffffffffn));
    out.word(Number(hash >> 32n));
  }
  for (const whole of [0, 0, changes.length]) out.whole(whole);
  let before = -1;
  for (const { key, part } of changes) {
    out.whole(key - before - 1);
    if (part === null) writeGone(out);
    else writePart(out, key, part, game.world, state.at);
    before = key;
  }
  return out.take();
}

describe("SY2: a delta whose hash is true and whose content cannot be", () => {
  const open = world.slots[0]!.area.first;
  const body = (): Part => Object.assign(playerOf(9, purse, bag), { from: open, to: open, hp: 10 });
  const key = (kind: 1 | 2 | 3 | 4): number => keyOf(kind, 9);
  const item = { ...untracked(), id: 9, item: 5, amount: 1, cell: open, due: 60_000 };
  const slot = { ...monsterAt(3), hp: 0, due: 5 };

  it.each<[string, Change[], RegExp]>([
    ["a purse without a player", [{ key: key(2), part: purse }], /half a player/],
    [
      "a player without a bag",
      [
        { key: key(1), part: body() },
        { key: key(2), part: purse },
      ],
      /half a player/,
    ],
    ["a bag taken away from a player", [{ key: keyOf(KIND.bag, 1), part: null }], /half a player/],
    ["a monster's place taken away", [{ key: keyOf(KIND.monster, 3), part: null }], /monster's place/],
    ["an item that was never numbered", [{ key: key(4), part: item }], /never numbered/],
    ["a monster's place too many", [{ key: keyOf(KIND.monster, 14), part: { ...slot, slot: 14 } }], /damaged/],
  ])("is refused: %s", (_what, changes, reason) => {
    const { game, kept } = testGame(world);
    game.enter(1, new Uint8Array(0), kept);
    const before = game.snapshot();
    expect(game.apply(crafted(game, changes))).toEqual({ ok: false, error: expect.stringMatching(reason) });
    expect(game.snapshot()).toEqual(before);
  });

  it("and what can be is taken in: somebody comes, somebody goes, a monster is dead", () => {
    const { game, kept } = testGame(world);
    game.enter(1, new Uint8Array(0), kept);
    const gone = ([1, 2, 3] as const).map((kind) => ({ key: keyOf(kind, 1), part: null }));
    const comes = [
      { key: key(1), part: body() },
      { key: key(2), part: purse },
      { key: key(3), part: bag },
    ];
    const changes = [...gone, { key: keyOf(KIND.monster, 3), part: slot }, ...comes].sort((a, b) => a.key - b.key);
    expect(game.apply(crafted(game, changes))).toEqual({ ok: true, value: null });
    expect([game.players(), game.player(9)?.purse.zeny, game.monsters()[3]?.hp]).toEqual([[9], 5, 0]);
  });
});

describe("SY4: a full floor", () => {
  it("lets go of the oldest, and counts it", () => {
    const { game, kept } = testGame(world);
    const stacks = [{ item: 7, amount: 30_000 }];
    game.enter(1, writeCarried({ hp: 0, purse, bag: { ...untracked(), stacks } }, 0), kept);
    for (let i = 0; i < LIMITS.floorItems + 3; i += 1) game.input(1, writeInput({ do: "throw", item: 7, amount: 2 }), kept);
    expect(game.floor().map((one) => one.id)).toEqual(Array.from({ length: LIMITS.floorItems }, (_, i) => 4 + i));
    expect(game.counters()).toMatchObject({ thrown: 2 * LIMITS.floorItems + 6, expired: 6 });
    expect(game.player(1)!.bag.stacks).toEqual([{ item: 7, amount: 30_000 - 2 * LIMITS.floorItems - 6 }]);
  });
});

/** Where everything is that is near a player, by key; a walker where it goes. */
function near(game: ReferenceGame, player: number): Map<number, number> {
  const { width } = game.world.terrain;
  const at = game.player(player)!.to;
  const block = (cell: number): [number, number] => [Math.floor((cell % width) / 16), Math.floor(cell / width / 16)];
  const [x, y] = block(at);
  const isNear = (cell: number): boolean => Math.abs(block(cell)[0] - x) <= 1 && Math.abs(block(cell)[1] - y) <= 1;
  const places = new Map<number, number>();
  const note = (key: number, cell: number): void => void (isNear(cell) && places.set(key, cell));
  for (const { slot, hp, to } of game.monsters()) if (hp > 0) note(keyOf(KIND.monster, slot), to);
  for (const id of game.players()) note(keyOf(KIND.player, id), game.player(id)!.to);
  for (const { id, cell } of game.floor()) note(keyOf(KIND.item, id), cell);
  return places;
}

/** What a client makes of the news that come to it. */
class Picture implements ProgramOut {
  readonly places = new Map<number, number>();
  private readonly game: ReferenceGame;
  private readonly player: number;

  constructor(game: ReferenceGame, player: number) {
    this.game = game;
    this.player = player;
  }

  deed(): void {}

  tell(player: number, bytes: Uint8Array): void {
    if (player !== this.player) return;
    const news = readNews(bytes, this.game.world, this.game.at)!.news;
    if (news.news === "gone") this.places.delete(news.key);
    if (news.news !== "shown") return;
    const { part } = news;
    if ("to" in part || "cell" in part) this.places.set(news.key, "to" in part ? part.to : part.cell);
  }
}

describe("LO1: news", () => {
  it("whoever looks and then listens knows where everything near is", () => {
    const wide = { width: 120, height: 120, cells: new Uint8Array(120 * 120) };
    const spawns = [{ monster: 1002, amount: 60, x: 0, y: 0, xs: 0, ys: 0, delay: 2_000, variance: 0 }];
    const field = testWorld({ ground: wide, spawns });
    fc.assert(
      fc.property(fc.array(fc.nat(0xffffff).map(turnOf), { minLength: 60, maxLength: 120 }), (turns) => {
        const { game, kept } = testGame(field);
        game.enter(9, new Uint8Array(0), kept);
        playTurns(game, kept, turns.slice(0, 20));
        const picture = new Picture(game, 9);
        game.look(9, picture);
        expect(picture.places).toEqual(near(game, 9));
        // Somebody who walks across the field: things come into view and go out of it.
        turns.slice(20).forEach((turn, i) => {
          playTurns(game, picture, [turn]);
          const [x, y] = [game.placeOf(9) % 120, Math.floor(game.placeOf(9) / 120)];
          const step = (from: number, k: number): number => Math.max(0, Math.min(119, from + ((7 * i + k) % 23) - 8));
          game.input(9, writeInput({ do: "walk", cell: step(x, 0) + step(y, 5) * 120 }), picture);
          for (const [key, cell] of near(game, 9)) expect([key, picture.places.get(key)]).toEqual([key, cell]);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("of what happens within seven cells may not wait, and of what is further off it may", () => {
    const seen = new Set<boolean>();
    for (let seed = 0; seed < 40; seed += 1) {
      const { game, kept } = testGame(testWorld({ ground: { width: 20, height: 1, cells: new Uint8Array(20) }, spawns: [] }, seed));
      game.enter(1, new Uint8Array(0), kept);
      game.enter(2, new Uint8Array(0), kept);
      const told: boolean[] = [];
      const tell = (player: number, _bytes: Uint8Array, close: boolean): void => void (player === 2 && told.push(close));
      game.input(1, writeInput({ do: "say", text: Uint8Array.of(72) }), { deed: () => undefined, tell });
      expect(told).toEqual([Math.abs(game.placeOf(1) - game.placeOf(2)) <= 7]);
      seen.add(told[0]!);
    }
    expect(seen.size).toBe(2);
  });

  it("can all be read by who hears them, with the time at which they were told", () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(0xffffff).map(turnOf), { minLength: 40, maxLength: 80 }), (turns) => {
        const { game } = testGame(world);
        const tell = (player: number, bytes: Uint8Array): void => {
          expect(player).toBeGreaterThan(0);
          const read = readNews(bytes, world, game.at + 20_000);
          expect(read?.at).toBe(game.at);
          kinds.add(read!.news.news);
        };
        playTurns(game, { deed: () => undefined, tell }, turns);
      }),
      { numRuns: 15 },
    );
    expect([...kinds].sort()).toEqual(["casts", "gone", "hit", "said", "shown"]);
  });
});
