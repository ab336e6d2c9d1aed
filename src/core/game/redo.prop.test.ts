import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeCarried } from "./carried.ts";
import { amountOf, type DeedStory, deedOf, readDeed } from "./deeds.ts";
import { type Counters, KIND, keyOf, LIMITS, PHASE, type Player, untracked } from "./entities.ts";
import { Kept, playTurns, testGame, testWorld, type Turn, turnOf } from "./game.fixture.ts";
import type { Deed } from "./program.ts";
import { ReferenceGame } from "./reference-game.ts";
import type { GameState } from "./state.ts";

const world = testWorld();

/** Histories of up to so many turns. */
const someTurns = (maxLength: number): fc.Arbitrary<Turn[]> =>
  fc.array(fc.nat(0xffffff).map(turnOf), { minLength: Math.floor(maxLength / 3), maxLength });

/** A history with an image taken in the middle: what was done after it. */
function interrupted(before: readonly Turn[], after: readonly Turn[]): { game: ReferenceGame; image: Uint8Array; later: Deed[] } {
  const { game, kept } = testGame(world);
  const bags = new Map<number, Uint8Array>();
  playTurns(game, kept, before, bags);
  const image = game.snapshot();
  const first = kept.deeds.length;
  playTurns(game, kept, after, bags);
  return { game, image, later: kept.deeds.slice(first) };
}

/** The game of an image. */
function from(image: Uint8Array): ReferenceGame {
  const game = new ReferenceGame(world);
  expect(game.apply(image)).toEqual({ ok: true, value: null });
  return game;
}

const DONE = { ok: true, value: null };

/** Nothing comes from nowhere, and what is remembered can be written and read. */
function expectSound(game: ReferenceGame): void {
  const c = game.counters();
  const players = game.players().map((id) => game.player(id)!);
  const inBags = players.reduce((sum, one) => sum + amountOf(one.bag.stacks), 0);
  const onFloor = amountOf(game.floor());
  expect(c.dropped + c.brought, "items").toBe(onFloor + inBags + c.expired + c.used + c.carriedOff);
  expect(c.dropped + c.thrown, "items on the floor").toBe(onFloor + c.picked + c.expired);
  expect(c.zenyMinted + c.zenyBrought, "zeny").toBe(players.reduce((sum, one) => sum + one.purse.zeny, 0) + c.zenyCarriedOff);
  expect(c.entered - c.left).toBe(players.length);
  expect(c.spawned, "lives").toBe(game.monsters().reduce((sum, one) => sum + one.life, 0));
  expect(c.spawned - c.killed).toBe(game.monsters().filter((one) => one.hp > 0).length);
  expect(game.floor().every(({ id }) => id <= c.items)).toBe(true);
  expect(from(game.snapshot()).hash()).toBe(game.hash());
}

/** What deeds decide of a player: all but where it stands, its health and what it waits for. */
const belongings = (game: ReferenceGame, id: number): unknown => [game.player(id)!.bag.stacks, game.player(id)!.purse.zeny];
const experience = (game: ReferenceGame, id: number): unknown => {
  const { level, exp, jobExp } = game.player(id)!.purse;
  return [level, exp, jobExp];
};

/** Numbers of items that a deed laid on the floor. */
function laid({ data }: Pick<Deed, "data">): number[] {
  const story = readDeed(data);
  if (story?.deed === "kill") return story.drops.map(({ id }) => id);
  return story?.deed === "throw" ? [story.id] : [];
}

const pausesAfter = (game: ReferenceGame): Turn[] => Array.from({ length: 60 }, (_, i) => turnOf(i * 977 + game.players().length));

describe("SY1: deeds done again on an older state", () => {
  it("all of them: everybody has what it had, with its experience, and all sums hold", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(someTurns(120), someTurns(120), (before, after) => {
        const { game, image, later } = interrupted(before, after);
        const again = from(image);
        const second = from(image);
        for (const deed of later) {
          expect(again.redo(deed)).toEqual(DONE);
          expect(second.redo(deed)).toEqual(DONE);
          expectSound(again);
          seen.add(readDeed(deed.data)!.deed);
        }
        expect(second.hash()).toBe(again.hash());
        expect(again.players()).toEqual(game.players());
        for (const id of game.players()) {
          expect(belongings(again, id)).toEqual(belongings(game, id));
          expect(experience(again, id)).toEqual(experience(game, id));
        }
        // Figures that only deeds change come out as they were; a life that came after the last kill is yet to come.
        const { items, killed, dropped, picked, thrown, used, brought, carriedOff, entered, left } = game.counters();
        expect(again.counters()).toMatchObject({ items, killed, dropped, picked, thrown, used, brought, carriedOff, entered, left });
        const zeny = ({ zenyMinted, zenyBrought, zenyCarriedOff }: Counters): unknown => [zenyMinted, zenyBrought, zenyCarriedOff];
        expect(zeny(again.counters())).toEqual(zeny(game.counters()));
        game.monsters().forEach(({ life, hp }, slot) => {
          const one = again.monsters()[slot]!;
          expect([life - one.life, hp > 0 && one.hp === 0]).toEqual(life === one.life ? [0, false] : [1, true]);
        });
      }),
      { numRuns: 25 },
    );
    expect([...seen].sort()).toEqual(["enter", "kill", "leave", "pick", "throw", "use", "zeny"]);
  });

  it("some kills missing: the same bags, zeny and people; no number of an item is given twice; and the game plays on", () => {
    let gaps = 0;
    fc.assert(
      fc.property(someTurns(100), someTurns(120), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (before, after, lost) => {
        const { game, image, later } = interrupted(before, after);
        const again = from(image);
        const given = new Set<number>();
        const redone = later.filter((deed, i) => deed.critical || lost[i % lost.length] !== true);
        for (const deed of redone) {
          expect(again.redo(deed)).toEqual(DONE);
          expectSound(again);
          for (const id of laid(deed)) given.add(id);
          const story = readDeed(deed.data)!;
          if (story.deed === "pick") given.add(story.id);
        }
        gaps += later.length - redone.length;
        expect(again.players()).toEqual(game.players());
        for (const id of game.players()) expect(belongings(again, id)).toEqual(belongings(game, id));
        expect(Math.max(0, ...given)).toBeLessThanOrEqual(again.counters().items);
        const kept = new Kept(() => again.at);
        playTurns(again, kept, pausesAfter(again));
        for (const id of kept.deeds.flatMap(laid)) {
          expect(given.has(id), `${id} twice`).toBe(false);
          given.add(id);
        }
        expectSound(again);
      }),
      { numRuns: 25 },
    );
    expect(gaps).toBeGreaterThan(30);
  });

  it("any of them missing, and on whatever state: never throws, and the sums hold all the same", () => {
    fc.assert(
      fc.property(someTurns(60), someTurns(90), fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (before, after, lost) => {
        const { game, image, later } = interrupted(before, after);
        for (const [again, deeds] of [
          [from(image), later.filter((_, i) => lost[i % lost.length] !== true)],
          [from(image), later.toReversed()],
          [new ReferenceGame(world), later],
          [game, later],
        ] as const) {
          for (const deed of deeds) {
            const hash = again.hash();
            const answer = again.redo(deed);
            if (!answer.ok) expect(again.hash()).toBe(hash);
            expectSound(again);
          }
          playTurns(again, new Kept(() => again.at), pausesAfter(again));
          expectSound(again);
        }
      }),
      { numRuns: 15 },
    );
  });
});

const purse = { ...untracked(), level: 2, exp: 3, jobExp: 4, zeny: 500, cooldowns: [] };
const carriedOf = (item: number, amount: number): Uint8Array =>
  writeCarried({ hp: 9, purse, bag: { ...untracked(), stacks: amount === 0 ? [] : [{ item, amount }] } }, 0);

/** Deeds that no game did, near enough to what one could do to be taken in at times. */
const small = fc.nat(20);
const amount = fc.oneof(fc.nat(3), fc.constant(30_000));
const itemId = fc.oneof(small, fc.constantFrom(140_737_488_355_328, 140_737_488_355_329, LIMITS.counter));
const cell = fc.oneof(fc.nat(48 * 40 + 9), fc.constant(LIMITS.number));
const life = fc.oneof(fc.nat(4), fc.constantFrom(2_147_483_648, 2_147_483_649, LIMITS.number));
const foreign: fc.Arbitrary<DeedStory> = fc.oneof(
  fc.record({
    deed: fc.constant("kill" as const),
    slot: fc.nat(15),
    life,
    monster: fc.constantFrom(1002, 1113),
    cell,
    ...{ baseExp: fc.constantFrom(0, 40, LIMITS.number), jobExp: small },
    drops: fc.array(fc.record({ id: itemId, item: small }), { maxLength: 4 }),
  }),
  fc.record({ deed: fc.constant("pick" as const), id: itemId, item: small, amount }),
  fc.record({ deed: fc.constant("throw" as const), id: itemId, item: small, amount, cell }),
  fc.record({ deed: fc.constant("use" as const), item: small, amount }),
  fc.record({ deed: fc.constant("zeny" as const), by: fc.integer({ min: -900, max: 900 }), now: fc.constantFrom(0, 7, LIMITS.zeny) }),
  fc.record({ deed: fc.constant("leave" as const), cell }),
  fc.record({
    deed: fc.constant("enter" as const),
    carried: fc.oneof(
      fc.constant(new Uint8Array(0)),
      fc.tuple(small, amount).map(([i, a]) => carriedOf(i, a)),
      fc.uint8Array(),
    ),
  }),
);
/** With a leaving mostly something, with others mostly nothing. */
const withCarried = foreign.chain((story) => {
  const some = fc.tuple(small, amount).map(([item, so]) => carriedOf(item, so));
  const fits = story.deed === "leave" ? some : fc.constant(null);
  const carried = fc.oneof({ weight: 8, arbitrary: fits }, fc.constant(null), fc.uint8Array());
  return fc.tuple(fc.integer({ min: -1, max: 4 }), fc.constant(story), carried);
});

describe("SY1: deeds from outside", () => {
  it("are refused or done within all bounds: the sums hold, the state can be read, and the game plays on", () => {
    let [done, refused] = [0, 0];
    const deeds = fc.array(withCarried, { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(someTurns(20), deeds, (turns, made) => {
        const { game, kept } = testGame(world);
        playTurns(game, kept, turns);
        const [told, before] = [kept.news.length, kept.deeds.length];
        for (const [player, story, bytes] of made) {
          const hash = game.hash();
          const answer = game.redo({ player, data: deedOf(player, story).data, carried: bytes });
          if (answer.ok) done += 1;
          else {
            refused += 1;
            expect(game.hash()).toBe(hash);
          }
          expectSound(game);
        }
        expect([kept.news.length, kept.deeds.length]).toEqual([told, before]);
        playTurns(game, kept, pausesAfter(game));
        expectSound(game);
      }),
      { numRuns: 60 },
    );
    expect(done).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
  });

  it("of random bytes change nothing where they are refused", () => {
    const { game, kept } = testGame(world);
    game.enter(1, new Uint8Array(0), kept);
    fc.assert(
      fc.property(fc.nat(8), fc.uint8Array({ maxLength: 40 }), fc.option(fc.uint8Array({ maxLength: 20 })), (code, rest, carried) => {
        const hash = game.hash();
        if (!game.redo({ player: 1, data: Uint8Array.from([code, ...rest]), carried }).ok) expect(game.hash()).toBe(hash);
      }),
      { numRuns: 2_000 },
    );
    expectSound(game);
  });
});

/** A snapshot of the game in which its players lie dead. */
function withDead(game: ReferenceGame): Uint8Array {
  for (const id of game.players()) {
    const one = game.player(id) as Player;
    Object.assign(one, { hp: 0, phase: PHASE.dead, due: 5_000 });
    (game as unknown as { state: GameState }).state.touch(keyOf(KIND.player, id), one);
  }
  return game.snapshot();
}

describe("SY1: what is booked where an earlier deed is missing", () => {
  const again = (game: ReferenceGame, player: number, story: DeedStory, carried: Uint8Array | null = null): unknown =>
    game.redo({ player, data: deedOf(player, story).data, carried });
  const open = world.slots[0]!.area.first;

  it("a pick of what does not lie there comes from a kill that is lost; of a full stack, it is gone", () => {
    const { game, kept } = testGame(world);
    game.enter(1, carriedOf(7, 29_999), kept);
    expect(again(game, 1, { deed: "pick", id: 5, item: 7, amount: 1 })).toEqual(DONE);
    expect(game.player(1)!.bag.stacks).toEqual([{ item: 7, amount: 30_000 }]);
    expect(game.counters()).toMatchObject({ items: 5, dropped: 1, picked: 1, expired: 0 });
    expect(again(game, 1, { deed: "pick", id: 6, item: 7, amount: 1 })).toEqual(DONE);
    expect(again(game, 2, { deed: "pick", id: 7, item: 8, amount: 3 })).toEqual(DONE);
    expect(game.counters()).toMatchObject({ items: 7, dropped: 5, picked: 4, expired: 1, carriedOff: 3 });
    expectSound(game);
  });

  it("a throw and a use take what the bag has, the rest was picked up before", () => {
    const { game, kept } = testGame(world);
    game.enter(1, carriedOf(7, 2), kept);
    expect(again(game, 1, { deed: "throw", id: 4, item: 7, amount: 5, cell: open })).toEqual(DONE);
    expect(game.floor()).toMatchObject([{ id: 4, item: 7, amount: 5, cell: open }]);
    expect(again(game, 1, { deed: "use", item: 7, amount: 1 })).toEqual(DONE);
    expect(game.player(1)!.bag.stacks).toEqual([]);
    expect(game.counters()).toMatchObject({ brought: 2, dropped: 4, picked: 4, thrown: 5, used: 1 });
    expectSound(game);
  });

  it("who lies dead in the older state is neither healed nor raised by what it used and learned, and can still be written", () => {
    const { game } = testGame(world);
    const { game: other, kept } = testGame(world);
    other.enter(1, carriedOf(7, 2), kept);
    expect(game.apply(withDead(other))).toEqual(DONE);
    expect(game.player(1)).toMatchObject({ hp: 0, phase: 3 });
    expect(again(game, 1, { deed: "use", item: 7, amount: 1 })).toEqual(DONE);
    const kill: DeedStory = { deed: "kill", slot: 2, life: 1, monster: 1002, cell: open, baseExp: 5_000, jobExp: 1, drops: [] };
    expect(again(game, 1, kill)).toEqual(DONE);
    expect([game.player(1)!.hp, game.player(1)!.purse.level > 2, game.player(1)!.bag.stacks]).toEqual([0, true, [{ item: 7, amount: 1 }]]);
    expectSound(game);
  });

  it("who is here already comes anew, who is not here leaves with what it brought, and who leaves richer found it here", () => {
    const { game, kept } = testGame(world);
    game.enter(1, carriedOf(7, 2), kept);
    expect(again(game, 1, { deed: "enter", carried: carriedOf(8, 3) })).toEqual(DONE);
    expect(game.player(1)!.bag.stacks).toEqual([{ item: 8, amount: 3 }]);
    expect(again(game, 2, { deed: "leave", cell: open }, carriedOf(9, 4))).toEqual(DONE);
    expect(again(game, 1, { deed: "leave", cell: open }, carriedOf(8, 9))).toEqual(DONE);
    expect(game.players()).toEqual([]);
    expect(game.counters()).toMatchObject({ entered: 3, left: 3, brought: 9, dropped: 6, carriedOff: 15, zenyCarriedOff: 1_500 });
    expectSound(game);
  });

  it("bounds hold: nobody comes to a full map, and on a full floor the oldest makes room", () => {
    const { game } = testGame(testWorld({ ground: { width: 512, height: 512, cells: new Uint8Array(262_144) }, spawns: [] }));
    const nothing = new Uint8Array(0);
    for (let id = 0; id < LIMITS.players; id += 1) expect(again(game, id, { deed: "enter", carried: nothing })).toEqual(DONE);
    const hash = game.hash();
    expect(again(game, 1_000, { deed: "enter", carried: nothing })).toEqual({ ok: false, error: "no room for another player" });
    expect(game.hash()).toBe(hash);
    expect(again(game, 0, { deed: "enter", carried: carriedOf(7, 3) }), "who is here").toEqual(DONE);
    for (let id = 1; id <= LIMITS.floorItems + 2; id += 1)
      expect(again(game, 0, { deed: "throw", id, item: 7, amount: 1, cell: 5 })).toEqual(DONE);
    expect(game.floor().map(({ id }) => id)).toEqual(Array.from({ length: LIMITS.floorItems }, (_, i) => i + 3));
    const c = game.counters();
    expect(c.dropped + c.brought).toBe(amountOf(game.floor()) + c.expired + c.carriedOff);
  });

  it("a kill ends the lives before it too, and pays no more for one that is known to be over", () => {
    const { game, kept } = testGame(world);
    game.enter(1, new Uint8Array(0), kept);
    const kill: DeedStory = {
      deed: "kill",
      slot: 2,
      life: 3,
      monster: 1002,
      cell: open,
      baseExp: 20,
      jobExp: 1,
      drops: [{ id: 9, item: 7 }],
    };
    for (let i = 0; i < 2; i += 1) {
      expect(again(game, 1, kill)).toEqual(DONE);
      expect(game.monsters()[2]).toMatchObject({ life: 3, hp: 0 });
      expect(game.player(1)!.purse).toMatchObject({ exp: 20, jobExp: 1, zeny: 0 });
      expect(game.counters()).toMatchObject({ spawned: 16, killed: 3, items: 9, dropped: 1 });
    }
    game.advance(game.at + 2_000, kept);
    expect(game.monsters()[2]).toMatchObject({ life: 4, hp: 60 });
    expect(again(game, 1, { ...kill, life: 2, drops: [] }), "an older life").toEqual(DONE);
    expect(game.monsters()[2]).toMatchObject({ life: 4, hp: 60 });
    expectSound(game);
  });

  it("zeny is what the deed says it is now", () => {
    const { game, kept } = testGame(world);
    game.enter(1, carriedOf(7, 1), kept);
    for (const [by, now] of [
      [3, 503],
      [4, 600],
      [-9, 100],
    ] as const) {
      expect(again(game, 1, { deed: "zeny", by, now })).toEqual(DONE);
      expect(game.player(1)!.purse.zeny).toBe(now);
      expectSound(game);
    }
    expect(again(game, 2, { deed: "zeny", by: 4, now: 9 })).toEqual(DONE);
    expect(game.counters()).toMatchObject({ zenyBrought: 500, zenyMinted: 104, zenyCarriedOff: 504 });
    expectSound(game);
  });
});
