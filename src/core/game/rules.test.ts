import { describe, expect, it } from "vitest";
import { readDeed } from "./deeds.ts";
import { KIND, keyOf, NEVER, PHASE } from "./entities.ts";
import { type Kept, testData, testGame, testWorld } from "./game.fixture.ts";
import { type GameInput, writeInput } from "./inputs.ts";
import { readNews } from "./news.ts";
import type { ReferenceGame } from "./reference-game.ts";

const NOTHING = new Uint8Array(0);
/** Enough players that some come near monsters. */
const SOME = [1, 2, 3, 4, 5, 6];
const OPEN = { width: 30, height: 30, cells: new Uint8Array(900) };
const data = testData();
const weak = { ...data.monsters.get(1002)!, hp: 1, defense: 0, attackMin: 0, attackMax: 0 };

/** A small room of 3 × 3 cells with one monster in it, so that everybody is in reach. */
function room(monster: Partial<typeof weak> = {}, amount = 1): { game: ReferenceGame; kept: Kept; ask: (input: GameInput) => string } {
  const spawn = { monster: 1, amount, x: 0, y: 0, xs: 0, ys: 0, delay: 2_000, variance: 0 };
  const ground = { width: 2, height: 2, cells: new Uint8Array(4) };
  const made = testGame(testWorld({ ground, monsters: new Map([[1, { ...weak, id: 1, ...monster }]]), spawns: [spawn] }));
  made.game.enter(7, NOTHING, made.kept);
  const ask = (input: GameInput): string => {
    const answer = made.game.input(7, writeInput(input), made.kept);
    return answer.ok ? "done" : answer.error;
  };
  return { ...made, ask };
}

/** Lets time pass. */
const wait = ({ game, kept }: { game: ReferenceGame; kept: Kept }, ms: number): void => game.advance(game.at + ms, kept);

describe("VA3: spawns and kills", () => {
  it("put the amount of every line on cells that can be walked on, within its rectangle", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { game } = testGame(testWorld({}, seed));
      expect(game.counters().spawned).toBe(14);
      for (const { from, slot } of game.monsters()) {
        expect(game.world.terrain.walkable(from)).toBe(true);
        if (slot >= 11) expect([Math.abs((from % 48) - 8) <= 3, Math.abs(Math.floor(from / 48) - 8) <= 2]).toEqual([true, true]);
      }
    }
  });

  it("bring a monster back after its delay, and up to the variance later", () => {
    const delays = new Set<number>();
    for (let seed = 0; seed < 40; seed += 1) {
      const spawn = { monster: 1, amount: 1, x: 0, y: 0, xs: 0, ys: 0, delay: 2_000, variance: 500 };
      const ground = { width: 2, height: 2, cells: new Uint8Array(4) };
      const { game, kept } = testGame(testWorld({ ground, monsters: new Map([[1, { ...weak, id: 1 }]]), spawns: [spawn] }, seed));
      game.enter(7, NOTHING, kept);
      expect(game.input(7, writeInput({ do: "attack", slot: 0 }), kept).ok).toBe(true);
      const due = game.monsters()[0]!.due;
      delays.add(due);
      expect(due).toBeGreaterThanOrEqual(2_000);
      expect(due).toBeLessThanOrEqual(2_500);
      game.advance(due - 1, kept);
      expect(game.monsters()[0]!.hp).toBe(0);
      game.advance(due, kept);
      expect(game.monsters()[0]).toMatchObject({ hp: 1, life: 2 });
    }
    expect(delays.size).toBeGreaterThan(25);
  });

  it("roll every drop slot by itself at its rate in 10,000, and give experience and zeny", () => {
    const rates = [10_000, 2_500, 1_000, 1, 0];
    const drops = rates.map((rate, i) => ({ item: 100 + i, rate }));
    const one = room({ drops, level: 4 }, 100);
    const fallen = rates.map(() => 0);
    let pairs = 0;
    for (let round = 0; round < 20; round += 1) {
      for (let slot = 0; slot < 100; slot += 1) {
        expect(one.ask({ do: "attack", slot })).toBe("done");
        wait(one, 900);
      }
      wait(one, 5_000);
    }
    for (const deed of one.kept.deeds) {
      const story = readDeed(deed.data);
      if (story?.deed !== "kill") continue;
      const items = story.drops.map((drop) => drop.item);
      for (const item of items) fallen[item - 100]! += 1;
      if (items.includes(101) && items.includes(102)) pairs += 1;
    }
    const kills = one.game.counters().killed;
    expect(kills).toBe(2_000);
    // Five standard deviations either way; together as often as independent rolls are.
    expect(fallen[0]).toBe(kills);
    expect(Math.abs(fallen[1]! - kills * 0.25)).toBeLessThan(5 * Math.sqrt(kills * 0.25 * 0.75));
    expect(Math.abs(fallen[2]! - kills * 0.1)).toBeLessThan(5 * Math.sqrt(kills * 0.1 * 0.9));
    expect(Math.abs(pairs - kills * 0.025)).toBeLessThan(5 * Math.sqrt(kills * 0.025 * 0.975));
    expect(fallen[4]).toBe(0);
    expect(one.game.player(7)!.purse.zeny).toBe(4 * kills);
    expect(one.game.player(7)!.purse.level).toBeGreaterThan(5);
    // Nobody picked anything up: all of it went after a minute, or lies there still.
    const c = one.game.counters();
    expect(c.dropped).toBe(c.expired + one.game.floor().length);
    wait(one, 60_000);
    expect(one.game.floor()).toEqual([]);
  });
});

describe("VA2: what costs time", () => {
  it("a hit waits for the one before", () => {
    const one = room({ hp: 10_000 });
    expect(one.ask({ do: "attack", slot: 0 })).toBe("done");
    const first = one.game.monsters()[0]!.hp;
    wait(one, 795);
    expect(one.ask({ do: "walk", cell: one.game.placeOf(7) })).toBe("done");
    expect(one.ask({ do: "attack", slot: 0 })).toBe("done");
    expect(one.game.monsters()[0]!.hp).toBe(first);
    wait(one, 1);
    const second = one.game.monsters()[0]!.hp;
    expect(second).toBeLessThan(first);
    wait(one, 795);
    expect(one.game.monsters()[0]!.hp).toBe(second);
    wait(one, 1);
    expect(one.game.monsters()[0]!.hp).toBeLessThan(second);
  });

  it("a cast lasts its time and fixed time, and cools down from its end; walking breaks nothing off", () => {
    const one = room({ hp: 100_000 });
    const cast: GameInput = { do: "cast", skill: 2, level: 2, slot: 0 };
    expect(one.ask(cast)).toBe("done");
    expect(one.ask(cast)).toBe("casting");
    expect(one.ask({ do: "walk", cell: 0 })).toBe("casting");
    wait(one, 799);
    expect(one.game.monsters()[0]!.hp).toBe(100_000);
    wait(one, 1);
    expect(one.game.monsters()[0]!.hp).toBeLessThan(100_000);
    expect(one.game.player(7)!.purse.cooldowns).toEqual([{ skill: 2, until: 4_800 }]);
    wait(one, 3_999);
    expect(one.ask(cast)).toBe("cooling_down");
    wait(one, 1);
    expect(one.ask(cast)).toBe("done");
  });

  it("after a cast nothing is cast for 100 ms at least, and delays hold for acting and walking", () => {
    const one = room({ hp: 100_000 });
    const quick: GameInput = { do: "cast", skill: 1, level: 1, slot: 0 };
    expect([one.ask(quick), one.ask(quick)]).toEqual(["done", "cooling_down"]);
    wait(one, 99);
    expect(one.ask(quick)).toBe("cooling_down");
    wait(one, 1);
    expect(one.ask({ do: "cast", skill: 3, level: 1, slot: 0 })).toBe("done");
    wait(one, 699);
    expect([one.ask(quick), one.ask({ do: "walk", cell: 0 })]).toEqual(["cooling_down", "too_fast"]);
    wait(one, 1);
    expect([one.ask(quick), one.ask({ do: "walk", cell: 0 })]).toEqual(["cooling_down", "done"]);
    wait(one, 300);
    expect(one.ask(quick)).toBe("done");
  });

  it("what is refused stops nobody: who casts or hits at what is too far walks on", () => {
    const spawn = { monster: 1, amount: 1, x: 1, y: 1, xs: 0, ys: 0, delay: 2_000, variance: 0 };
    const { game, kept } = testGame(testWorld({ ground: OPEN, monsters: new Map([[1, { ...weak, id: 1 }]]), spawns: [spawn] }));
    game.enter(7, NOTHING, kept);
    for (const cell of [20 + 20 * 30, 28 + 28 * 30]) {
      for (let i = 0; i < 3; i += 1) {
        game.input(7, writeInput({ do: "walk", cell }), kept);
        game.advance(game.at + 2_000, kept);
      }
    }
    expect(game.input(7, writeInput({ do: "walk", cell: 20 + 28 * 30 }), kept).ok).toBe(true);
    game.advance(game.at + 500, kept);
    const before = game.snapshot();
    expect(game.input(7, writeInput({ do: "cast", skill: 1, level: 1, slot: 0 }), kept)).toEqual({ ok: false, error: "too_far" });
    expect(game.input(7, writeInput({ do: "attack", slot: 0 }), kept)).toEqual({ ok: false, error: "too_far" });
    expect(game.snapshot()).toEqual(before);
    game.advance(game.at + 2_000, kept);
    expect(game.placeOf(7)).toBe(20 + 28 * 30);
  });

  it("cooldowns go along to the next map", () => {
    const one = room({ hp: 100_000 });
    one.ask({ do: "cast", skill: 2, level: 1, slot: 0 });
    wait(one, 1_900);
    const left = one.game.leave(7, one.kept);
    const other = room();
    wait(other, 500);
    expect(left.ok && other.game.leave(7, other.kept).ok).toBe(true);
    if (left.ok) other.game.enter(7, left.value, other.kept);
    expect(other.game.player(7)!.purse.cooldowns).toEqual([{ skill: 2, until: 500 + 3_000 }]);
  });
});

describe("what nobody sees costs nothing", () => {
  it("nothing falls due on a map without players, and monsters sleep again when the last one left", () => {
    const { game, kept } = testGame();
    expect(game.nextAt()).toBe(Infinity);
    for (const id of SOME) game.enter(id, NOTHING, kept);
    expect(game.nextAt()).toBeLessThanOrEqual(4_000);
    for (const id of SOME) game.leave(id, kept);
    game.advance(60_000, kept);
    expect(game.nextAt()).toBe(Infinity);
    expect(game.monsters().every((one) => one.due === NEVER && one.from === one.to)).toBe(true);
  });

  it("but near a player monsters walk about, and only over open ground", () => {
    const { game, kept } = testGame();
    for (const id of SOME) game.enter(id, NOTHING, kept);
    const begin = game.monsters().map((one) => one.from);
    for (let i = 0; i < 200; i += 1) {
      game.advance(game.at + 331, kept);
      for (const { slot } of game.monsters()) expect(game.world.terrain.walkable(game.placeOfMonster(slot))).toBe(true);
    }
    expect(game.monsters().filter((one) => one.from !== begin[one.slot]).length).toBeGreaterThan(3);
  });

  it("a monster that is hit follows and bites, until its prey is dead and rises again", () => {
    const ground = OPEN;
    const spawn = { monster: 1, amount: 1, x: 15, y: 15, xs: 0, ys: 0, delay: 2_000, variance: 0 };
    const fierce = { ...weak, id: 1, hp: 100_000, attackMin: 50, attackMax: 60 };
    const { game, kept } = testGame(testWorld({ ground, monsters: new Map([[1, fierce]]), spawns: [spawn] }));
    game.enter(7, NOTHING, kept);
    let asked = false;
    for (let i = 0; i < 400 && game.player(7)!.phase !== PHASE.dead; i += 1) {
      game.advance(game.at + 100, kept);
      asked = asked || game.input(7, writeInput({ do: "cast", skill: 1, level: 1, slot: 0 }), kept).ok;
      if (!asked) game.input(7, writeInput({ do: "walk", cell: 15 + 15 * 30 }), kept);
    }
    const dead = game.player(7)!;
    expect([dead.phase, dead.hp]).toEqual([PHASE.dead, 0]);
    expect(game.input(7, writeInput({ do: "walk", cell: 3 }), kept)).toEqual({ ok: false, error: "dead" });
    expect(game.input(7, writeInput({ do: "say", text: Uint8Array.of(104) }), kept).ok).toBe(true);
    game.advance(dead.due, kept);
    expect([dead.phase, dead.hp]).toEqual([PHASE.idle, 120]);
    const hits = kept.news.map(({ bytes }) => readNews(bytes, game.world, game.at)?.news).filter((news) => news?.news === "hit");
    expect(hits.some((news) => news?.news === "hit" && news.on === keyOf(KIND.player, 7) && news.hp === 0)).toBe(true);
  });
});
