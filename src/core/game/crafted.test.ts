import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../base/bytes.ts";
import { writeCarried } from "./carried.ts";
import { KIND, keyOf, LIMITS, monsterAt, type Part, playerOf, untracked } from "./entities.ts";
import { playTurns, testGame, testWorld, turnOf } from "./game.fixture.ts";
import { writeInput } from "./inputs.ts";
import { readNews } from "./news.ts";
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

describe("LO1: news", () => {
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
