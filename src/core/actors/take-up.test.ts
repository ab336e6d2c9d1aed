import { describe, expect, it } from "vitest";
import { Kept, playTurns, testGame, testWorld, turnOf } from "../game/game.fixture.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import { type Operation, systemOperationId } from "../protocol/operations.ts";
import type { Recovered } from "../protocol/store.ts";
import { type Held, HeldStates, hashText } from "./held-states.ts";
import { type PendingDeed, writeImage } from "./map-image.ts";
import { TakeUp } from "./take-up.ts";

const WORLD = testWorld();
const MAP = 3;
const programOf = () => new ReferenceGame(WORLD);

/** A game that was played under epoch 4, its deeds as operations, and its image at any time. */
class Played {
  readonly game: ReferenceGame;
  readonly kept: Kept;

  constructor(turns: number) {
    ({ game: this.game, kept: this.kept } = testGame(WORLD));
    this.play(0, turns);
  }

  play(from: number, turns: number): void {
    playTurns(
      this.game,
      this.kept,
      Array.from({ length: turns }, (_, i) => turnOf(7 * (from + i))),
    );
  }

  operations(): Operation[] {
    return this.kept.deeds.map(({ type, player, data, carried, at }, i) => ({
      id: systemOperationId(9, 1, i + 1),
      type,
      number: i + 1,
      player,
      data,
      carried,
      at,
    }));
  }

  image(pending: readonly PendingDeed[] = []): Uint8Array {
    const { game, kept } = this;
    const about = { epoch: 4, boot: 2, number: kept.deeds.length, mapMs: game.at, hash: game.hash(), base: null };
    return writeImage({ ...about, program: game.snapshot(), taken: [[1, 5]], pending });
  }
}

const NOTHING: Recovered = { from: "beginning", image: null, operations: [], number: 0, known: [], players: [] };
const states = () => new HeldStates(programOf);

let ids = 0;
const makeId = (): string => `7.1.${(ids += 1)}`;

function askedForNone(takeUp: TakeUp): boolean {
  const ask = takeUp.ask();
  return ask.verb === "recover" && ask.imageless;
}

function heldOf(bytes: Uint8Array): Held {
  const held = states().read(MAP, bytes);
  if (held === null) throw new Error("an image");
  return held;
}

describe("SY2: what a hand-over left", () => {
  it("is ready as it is, by its hash", () => {
    const played = new Played(40);
    const held = states();
    const hash = hashText(played.game.hash());
    held.receive({ kind: "state/final", map: MAP, epoch: 4, move: 1, from: 1, bytes: 0, hash, data: played.image() });
    const ready = TakeUp.handed(held, MAP, hash);
    expect(ready).toMatchObject({ from: "handoff", number: played.kept.deeds.length, redone: [], pending: [], players: [] });
    expect(ready!.program.hash()).toBe(played.game.hash());
    expect(TakeUp.handed(held, MAP, "0".repeat(16))).toBeNull();
    expect(TakeUp.handed(held, MAP + 1, hash)).toBeNull();
  });

  it("is not taken with anything under way", () => {
    const played = new Played(40);
    const held = states();
    const hash = hashText(played.game.hash());
    const data = played.image([{ operation: played.operations()[0]!, critical: true }]);
    held.receive({ kind: "state/final", map: MAP, epoch: 4, move: 1, from: 1, bytes: 0, hash, data });
    expect(TakeUp.handed(held, MAP, hash)).toBeNull();
  });
});

describe("SY1, SY3: whence a map is taken up", () => {
  it("its beginning, with all that was ever written down on top", () => {
    const played = new Played(80);
    const takeUp = new TakeUp(7, 1, MAP, 5, null);
    expect(takeUp.ask()).toEqual({ verb: "recover", map: MAP, host: 7, boot: 1, epoch: 5, holds: null, pending: [], imageless: false });
    const operations = played.operations();
    const ready = takeUp.take({ ...NOTHING, operations, number: operations.length }, states(), programOf, makeId)!;
    expect(ready).toMatchObject({ from: "beginning", number: operations.length, redone: operations.map(({ id }) => id) });
    expect(ready.program.players()).toEqual(played.game.players());
  });

  it("its own replica: says which it holds, and does again only what came after", () => {
    const played = new Played(40);
    const before = played.kept.deeds.length;
    const held = heldOf(played.image());
    played.play(40, 60);
    const later = played.operations().slice(before);
    expect(later.length).toBeGreaterThan(0);
    const takeUp = new TakeUp(7, 1, MAP, 5, held);
    expect(takeUp.ask()).toMatchObject({ holds: { epoch: 4, boot: 2, number: before, at: held.image.mapMs } });
    const ready = takeUp.take({ ...NOTHING, from: "replica", operations: later, number: 900 }, states(), programOf, makeId)!;
    expect(ready).toMatchObject({ from: "replica", number: 900, redone: later.map(({ id }) => id), image: { number: before } });
    const bag = (game: ReferenceGame, player: number): unknown => game.player(player)!.bag.stacks;
    for (const player of played.game.players()) expect(bag(ready.program as ReferenceGame, player)).toEqual(bag(played.game, player));
  });

  it("the store's image: takes it, and asks once more about it", () => {
    const played = new Played(40);
    const bytes = played.image();
    const takeUp = new TakeUp(7, 1, MAP, 5, heldOf(new Played(10).image()));
    const mark = { epoch: 4, boot: 2, number: played.kept.deeds.length, at: played.game.at };
    expect(takeUp.take({ ...NOTHING, from: "store", image: { ...mark, bytes } }, states(), programOf, makeId)).toBeNull();
    expect(takeUp.ask()).toMatchObject({ holds: mark, imageless: false });
    const ready = takeUp.take({ ...NOTHING, from: "replica", number: 1 }, states(), programOf, makeId)!;
    expect(ready).toMatchObject({ from: "store", number: mark.number });
    expect(ready.program.hash()).toBe(played.game.hash());
  });

  it("an image of the store that is none: goes on from what it holds, and asks without", () => {
    const held = heldOf(new Played(40).image());
    const takeUp = new TakeUp(7, 1, MAP, 5, held);
    const image = { epoch: 4, boot: 2, number: 99, at: 99, bytes: Uint8Array.of(1, 2, 3) };
    expect(takeUp.take({ ...NOTHING, from: "store", image }, states(), programOf, makeId)).toBeNull();
    expect(takeUp.ask()).toMatchObject({ holds: { number: held.image.number }, imageless: true });
    expect(takeUp.take({ ...NOTHING, from: "replica" }, states(), programOf, makeId)?.from).toBe("replica");
    // One that it is given all the same is not looked at.
    expect(takeUp.take({ ...NOTHING, from: "store", image }, states(), programOf, makeId)?.from).toBe("replica");
  });

  it("a store that always has a better image is asked for none in the end", () => {
    const takeUp = new TakeUp(7, 1, MAP, 5, null);
    let asked = 0;
    for (let turns = 1; turns < 20 && !askedForNone(takeUp); turns += 1) {
      const played = new Played(10 * turns);
      const image = { epoch: 4, boot: 2, number: played.kept.deeds.length, at: played.game.at, bytes: played.image() };
      expect(takeUp.take({ ...NOTHING, from: "store", image }, states(), programOf, makeId)).toBeNull();
      asked += 1;
    }
    expect(asked).toBeLessThan(10);
    expect(takeUp.take({ ...NOTHING, from: "replica" }, states(), programOf, makeId)?.from).toBe("store");
  });

  it("a replica that does not count, because the map went on from something older: is not used, nor what was under way in it", () => {
    const played = new Played(40);
    const held = heldOf(played.image([{ operation: played.operations()[0]!, critical: true }]));
    const takeUp = new TakeUp(7, 1, MAP, 5, held);
    const ready = takeUp.take({ ...NOTHING, known: [false] }, states(), programOf, makeId)!;
    expect(ready).toMatchObject({ from: "beginning", number: 0, pending: [] });
    expect(ready.program.hash()).toBe(programOf().hash());
  });
});

describe("SY1: deeds under way in what is taken up", () => {
  const played = new Played(80);
  const all = played.operations().map((operation, i) => ({ operation, critical: i % 2 === 0 }));

  it("go on under ids of this host where nobody wrote them down, by the same numbers; the others are done", () => {
    const pending = all.slice(-3);
    const takeUp = new TakeUp(7, 1, MAP, 5, heldOf(played.image(pending)));
    expect(takeUp.ask()).toMatchObject({ pending: pending.map(({ operation }) => operation) });
    const ready = takeUp.take({ ...NOTHING, from: "replica", known: [false, true, false] }, states(), programOf, makeId)!;
    expect(ready.pending.map(({ operation, critical }) => [operation.number, critical])).toEqual(
      [pending[0]!, pending[2]!].map(({ operation, critical }) => [operation.number, critical]),
    );
    for (const { operation } of ready.pending) expect(operation.id).toMatch(/^7\.1\./);
    expect(new Set(ready.pending.map(({ operation }) => operation.id)).size).toBe(2);
  });

  it("the highest number is the image's or the store's, whichever is above", () => {
    const held = () => heldOf(played.image());
    const number = (told: number): number =>
      new TakeUp(7, 1, MAP, 5, held()).take({ ...NOTHING, from: "replica", number: told }, states(), programOf, makeId)!.number;
    expect([number(0), number(10_000)]).toEqual([all.length, 10_000]);
  });

  it("whom the store has on the map is handed on", () => {
    const players = [{ player: 5, carried: Uint8Array.of(1) }];
    expect(new TakeUp(7, 1, MAP, 5, null).take({ ...NOTHING, players }, states(), programOf, makeId)?.players).toEqual(players);
  });
});
