import { describe, expect, it } from "vitest";
import { Kept, testGame, testWorld } from "../../src/core/game/game.fixture.ts";
import { ReferenceGame } from "../../src/core/game/reference-game.ts";
import type { Program } from "./game.ts";
import { BAG, brokenIn, MadeGame, MAP, NOTHING, OTHER_BAG, PLAYER, SOURCE, TARGET } from "./made-game.fixture.ts";

const OTHER_MAP = 2;
const begin = (): MadeGame => new MadeGame().playing1().after(1000);
const broken = (history: MadeGame): string[] => brokenIn(history.finish());

/** A real game in which somebody plays, as `host` serves it, and what is said of it where it is said wrongly. */
function program(over: Partial<Program["game"]> = {}, host = SOURCE, epoch = 1): Program {
  const { game, kept } = testGame();
  game.enter(PLAYER, new Uint8Array(), kept);
  game.advance(60_000, kept);
  const real: Program["game"] = {
    world: game.world,
    counters: () => game.counters(),
    monsters: () => game.monsters(),
    players: () => game.players(),
    player: (id) => game.player(id),
    floor: () => game.floor(),
  };
  return { host, map: MAP, epoch, game: { ...real, ...over } };
}

const watched = (one: Program): MadeGame => new MadeGame().playing1().admitted(NOTHING).runs(one).idle(3);

describe("GA1: nothing comes from nowhere", () => {
  it("GA1 GA2 GA3 accept a game that runs, each look put to the test", () => {
    const found = watched(program()).finish();
    expect(brokenIn(found)).toEqual([]);
    for (const rule of ["GA1", "GA2", "GA3"]) expect(found.evaluated[rule], rule).toBeGreaterThan(2);
  });

  it("GA1 names an item and a zeny too many", () => {
    const { game } = testGame();
    const counters = game.counters();
    for (const name of ["picked", "items"] as const)
      expect(broken(watched(program({ counters: () => ({ ...counters, [name]: 1 }) })))).toEqual([]);
    for (const name of ["dropped", "zenyMinted", "expired", "zenyCarriedOff"] as const) {
      const one = program();
      expect(broken(watched({ ...one, game: { ...one.game, counters: () => ({ ...one.game.counters(), [name]: 1 }) } })), name).toEqual([
        "GA1",
      ]);
    }
  });
});

describe("GA2: monsters are killed once and come back once", () => {
  it("GA2 names one that was never counted, and one too many", () => {
    const one = program();
    expect(broken(watched({ ...one, game: { ...one.game, counters: () => ({ ...one.game.counters(), killed: 1 }) } }))).toEqual(["GA2"]);
    const monsters = one.game.monsters();
    expect(broken(watched(program({ monsters: () => [...monsters, ...monsters] })))).toEqual(["GA2"]);
  });
});

describe("GA3: every player is on one map, with what it had", () => {
  it("GA3 accepts a way from map to map, back again, and the same map again after a failover", () => {
    const travels = begin().admitted(NOTHING).parted(BAG).admitted(BAG, { map: OTHER_MAP }).parted(OTHER_BAG, { map: OTHER_MAP });
    const back = travels.admitted(OTHER_BAG).sourceLost().takenUp({ from: "replica", number: 0, mapMs: 1000 });
    const found = back.admitted(OTHER_BAG, { host: TARGET }).parted(BAG, { host: TARGET }).finish();
    expect(brokenIn(found)).toEqual([]);
    expect(found.reached["players.admittedAgain"]).toBe(1);
  });

  it("GA3 names who comes with something else than it left with, or new with anything", () => {
    expect(broken(begin().admitted(NOTHING).parted(BAG).admitted(OTHER_BAG, { map: OTHER_MAP }))).toEqual(["GA3"]);
    expect(broken(begin().admitted(NOTHING).parted(BAG).admitted(NOTHING))).toEqual(["GA3"]);
    expect(broken(begin().admitted(BAG).admitted(NOTHING))).toEqual(["GA3"]);
    expect(broken(begin().admitted(NOTHING, { player: 3 }).admitted(BAG))).toEqual(["GA3"]);
  });

  it("GA3 names who is on two maps, and who leaves one that it is not on", () => {
    expect(broken(begin().admitted(NOTHING).admitted(NOTHING, { map: OTHER_MAP }))).toEqual(["GA3"]);
    expect(broken(begin().admitted(NOTHING).parted(BAG, { map: OTHER_MAP }))).toEqual(["GA3"]);
    expect(broken(begin().admitted(NOTHING).parted(BAG).parted(BAG))).toEqual(["GA3"]);
  });

  it("GA3 names a ghost: who left and is in the game still, unless its host was replaced", () => {
    const ghost = new MadeGame().playing1().admitted(NOTHING).parted(BAG).runs(program());
    expect(broken(ghost.idle(5))).toEqual(["GA3"]);
    const stale = new MadeGame().playing1().admitted(NOTHING).parted(BAG).runs(program()).sourceLost();
    const found = stale.takenUp({ from: "replica", number: 0, mapMs: 0 }).idle(5).finish();
    expect([found.rules.includes("GA3"), (found.reached["excused.GA3.stale_host"] ?? 0) > 0]).toEqual([false, true]);
  });

  it("GA3 looks twice at who is in a game and not yet said to be", () => {
    expect(broken(new MadeGame().playing1().runs(program()).after(500).did(1).admitted(NOTHING).idle(3))).toEqual([]);
    expect(broken(new MadeGame().playing1().runs(program()).idle(3))).toEqual(["GA3"]);
  });
});

describe("the looks at games", () => {
  it("are a second apart, bounded, and come to every game in turn", () => {
    const world = testWorld();
    let looks = 0;
    const programs = Array.from({ length: 1_000 }, (_, i): Program => {
      const game = new ReferenceGame(world);
      game.advance(1_000, new Kept(() => game.at));
      const seen = new Set<number>();
      return {
        ...{ host: SOURCE, map: MAP, epoch: 1 },
        game: {
          ...{ world, counters: () => game.counters(), players: () => [], player: () => undefined, floor: () => [] },
          monsters: () => {
            if (!seen.has(i)) looks += 1;
            seen.add(i);
            return game.monsters();
          },
        },
      };
    });
    const history = new MadeGame()
      .playing1()
      .runs(...programs)
      .idle(1);
    expect(looks).toBeLessThan(1_000);
    expect(looks).toBeGreaterThan(200);
    history.idle(10);
    expect(looks).toBe(1_000);
    expect(broken(history)).toEqual([]);
  });
});
