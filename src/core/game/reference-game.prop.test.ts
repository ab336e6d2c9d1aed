import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amountOf, readDeed } from "./deeds.ts";
import { Kept, playTurn, playTurns, testGame, testWorld, type Turn, turnOf } from "./game.fixture.ts";
import { ReferenceGame } from "./reference-game.ts";

/** Histories of up to so many turns. */
const someTurns = (maxLength: number): fc.Arbitrary<Turn[]> =>
  fc.array(fc.nat(0xffffff).map(turnOf), { minLength: Math.floor(maxLength / 3), maxLength });

const world = testWorld();

/** Plays a history; between turns time passes in as many pieces as `cuts` says. */
function playInPieces(turns: readonly Turn[], cuts: readonly number[]): { game: ReferenceGame; kept: Kept } {
  const { game, kept } = testGame(world);
  const bags = new Map<number, Uint8Array>();
  turns.forEach((turn, i) => {
    const end = game.at + turn.after;
    for (let piece = cuts[i % cuts.length] ?? 0; piece > 0; piece -= 1)
      game.advance(game.at + Math.floor((end - game.at) / (piece + 1)), kept);
    game.advance(end, kept);
    game.advance(end, kept);
    playTurn(game, kept, turn, bags);
  });
  return { game, kept };
}

describe("DT1: the reference game", () => {
  it("comes to the same hash, deeds and news however time is cut into pieces", () => {
    fc.assert(
      fc.property(someTurns(120), fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }), (turns, cuts) => {
        const whole = playInPieces(turns, [0]);
        const pieces = playInPieces(turns, cuts);
        expect(pieces.game.hash()).toBe(whole.game.hash());
        expect(pieces.kept.deeds).toEqual(whole.kept.deeds);
        expect(pieces.kept.news).toEqual(whole.kept.news);
      }),
      { numRuns: 15 },
    );
  });

  it("goes on equally after a snapshot was taken and read in the middle", () => {
    fc.assert(
      fc.property(someTurns(100), someTurns(100), (before, after) => {
        const { game, kept } = testGame(world);
        const bags = new Map<number, Uint8Array>();
        playTurns(game, kept, before, bags);
        const other = new ReferenceGame(world);
        expect(other.apply(game.snapshot())).toEqual({ ok: true, value: null });
        const otherKept = new Kept(() => other.at);
        const [first, second] = [kept.deeds.length, kept.news.length];
        playTurns(game, kept, after, new Map(bags));
        playTurns(other, otherKept, after, new Map(bags));
        expect(other.hash()).toBe(game.hash());
        expect(other.nextAt()).toBe(game.nextAt());
        expect(otherKept.deeds).toEqual(kept.deeds.slice(first));
        expect(otherKept.news).toEqual(kept.news.slice(second));
        expect(other.snapshot()).toEqual(game.snapshot());
      }),
      { numRuns: 15 },
    );
  });

  it("differs in its hash by data and by seed", () => {
    const hashes = [world, testWorld({}, 8), testWorld({ map: "test_fild02" })].map((one) => new ReferenceGame(one).hash());
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("VA3: what can be recomputed", () => {
  it("items and zeny come from kills or from outside, and are somewhere or counted as gone", () => {
    let kills = 0;
    fc.assert(
      fc.property(someTurns(250), (turns) => {
        const { game, kept } = testGame(world);
        playTurns(game, kept, turns);
        const c = game.counters();
        const players = game.players().map((id) => game.player(id)!);
        const inBags = players.reduce((sum, one) => sum + amountOf(one.bag.stacks), 0);
        const onFloor = amountOf(game.floor());
        expect(c.dropped + c.brought).toBe(onFloor + inBags + c.expired + c.used + c.carriedOff);
        expect(c.dropped + c.thrown).toBe(onFloor + c.picked + c.expired);
        expect(c.zenyMinted + c.zenyBrought).toBe(players.reduce((sum, one) => sum + one.purse.zeny, 0) + c.zenyCarriedOff);
        expect(c.entered - c.left).toBe(players.length);
        expect(c.spawned - c.killed).toBe(game.monsters().filter((one) => one.hp > 0).length);
        expectDeedsTell(game, kept);
        kills += c.killed;
      }),
      { numRuns: 15 },
    );
    expect(kills).toBeGreaterThan(40);
  });
});

/** The deeds alone give the same figures as the state's counters. */
function expectDeedsTell(game: ReferenceGame, kept: Kept): void {
  const sums = { killed: 0, dropped: 0, picked: 0, thrown: 0, used: 0, zenyMinted: 0, entered: 0, left: 0 };
  for (const deed of kept.deeds) {
    const story = readDeed(deed.data);
    expect(story).not.toBeNull();
    if (story?.deed === "kill") {
      sums.killed += 1;
      sums.dropped += story.drops.length;
    }
    if (story?.deed === "pick") sums.picked += story.amount;
    if (story?.deed === "throw") sums.thrown += story.amount;
    if (story?.deed === "use") sums.used += story.amount;
    if (story?.deed === "zeny") sums.zenyMinted += story.by;
    if (story?.deed === "enter") sums.entered += 1;
    if (story?.deed === "leave") sums.left += 1;
    expect(deed.carried !== null).toBe(story?.deed === "leave");
    expect(deed.critical).toBe(story?.deed !== "kill");
  }
  expect(game.counters()).toMatchObject(sums);
}
