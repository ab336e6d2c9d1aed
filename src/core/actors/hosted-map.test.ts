import { describe, expect, it } from "vitest";
import { ok } from "../../base/result.ts";
import { chosenInput, testGame, testWorld, turnOf } from "../game/game.fixture.ts";
import { writeInput } from "../game/inputs.ts";
import type { MapProgram } from "../game/program.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import { HostedMap, type Telling } from "./hosted-map.ts";
import { type MapImage, readImage } from "./map-image.ts";

const WORLD = testWorld();
const SAY = writeInput({ do: "say", text: Uint8Array.of(72) });
const NOBODY = Uint8Array.of();
const MS = 1_000;
const said = (seq: number, data = SAY) => ({ seq, after: seq - 1, data });

function hosted(image: Partial<Pick<MapImage, "number" | "taken" | "pending">> = {}, game: MapProgram = testGame(WORLD).game): HostedMap {
  let ids = 0;
  return new HostedMap(3, 5, 1, game, { number: 0, taken: [], pending: [], ...image }, () => `7.1.${(ids += 1)}`);
}

/** A map on which player 1 has played until something had to be written down. */
function played(): { map: HostedMap; now: number } {
  const map = hosted();
  map.start(0);
  map.enter(0, 1, NOBODY, 1);
  let now = 0;
  for (let i = 1; i < 400; i += 1) {
    now += 150 * MS;
    map.input(now, 1, said(i, writeInput(chosenInput(map.program as ReferenceGame, { ...turnOf(31 * i), player: 1 }))));
  }
  return { map, now };
}

describe("a map's time", () => {
  it("goes on with the host's in whole milliseconds from where the map stood, and not while it stands still", () => {
    const map = hosted();
    expect(map.runs).toBe(false);
    map.advance(90 * MS);
    expect(map.program.at).toBe(0);
    map.start(100 * MS);
    map.advance(100 * MS + 1_999);
    expect(map.program.at).toBe(1);
    map.stop(130 * MS);
    map.advance(900 * MS);
    expect([map.runs, map.program.at]).toEqual([false, 30]);
    map.start(1_000 * MS);
    map.advance(1_005 * MS);
    expect(map.program.at).toBe(35);
    expect(() => map.start(1_006 * MS)).toThrow("a map starts from standing still");
  });

  it("leaves out what is skipped", () => {
    const map = hosted();
    map.skip(5 * MS);
    map.start(0);
    map.advance(20 * MS);
    map.skip(500 * MS);
    map.advance(510 * MS);
    expect(map.program.at).toBe(30);
  });
});

describe("SY14: inputs", () => {
  it("are taken once and in order; what was taken is only said again, what comes too soon is not heard", () => {
    const map = hosted();
    map.start(0);
    map.enter(0, 1, NOBODY, 4);
    map.join(0, 1, 4);
    expect([map.takenOf(1), map.takenOf(2)]).toEqual([3, -1]);
    expect(map.input(1, 1, said(5))).toBe(false);
    expect(map.tellings(1)).toEqual([]);
    expect(map.input(2, 1, said(4))).toBe(true);
    expect(map.input(3, 1, said(5))).toBe(true);
    expect(map.tellings(3)).toMatchObject([{ player: 1, taken: 5, refused: [{ seq: 5, reason: "too_fast" }] }]);
    expect(map.tellings(3)).toEqual([]);
    expect(map.input(4, 1, said(4))).toBe(false);
    expect(map.tellings(4)).toMatchObject([{ player: 1, taken: 5, refused: [] }]);
  });

  it("go on where the image says, or the client", () => {
    const game = testGame(WORLD).game;
    game.enter(1, NOBODY, { deed: () => undefined, tell: () => undefined });
    game.enter(2, NOBODY, { deed: () => undefined, tell: () => undefined });
    const map = hosted({ taken: [[1, 8]] }, game);
    expect([map.takenOf(1), map.takenOf(2)]).toEqual([8, 0]);
    map.start(0);
    expect([map.join(0, 1, 4), map.join(0, 1, 12), map.join(0, 1, 3)]).toEqual([8, 11, 11]);
  });
});

describe("SY14: who was led out and comes again", () => {
  const input = (map: HostedMap, seq: number): boolean => map.input(0, 1, said(seq));

  function ledOut(taken: number): HostedMap {
    const map = hosted();
    map.start(0);
    map.enter(0, 1, NOBODY, taken);
    expect(input(map, taken)).toBe(true);
    map.leadOut(0, 1);
    return map;
  }

  it("does not have taken again what was taken, here or where the map has moved to, and goes on from there", () => {
    const here = ledOut(50);
    const image = readImage(here.image(null).bytes)!;
    expect(image.taken).toEqual([[1, 50]]);
    for (const map of [here, hosted(image)]) {
      if (!map.runs) map.start(0);
      expect(map.enter(0, 1, NOBODY, 50).ok).toBe(true);
      expect([map.takenOf(1), input(map, 50), input(map, 51)]).toEqual([50, false, true]);
      expect(readImage(map.image(null).bytes)!.taken).toEqual([[1, 51]]);
    }
  });

  it("begins anew where its numbers are another stay's: above, or so far below that no client kept them", () => {
    for (const [next, taken] of [
      [900, 899],
      [468, 467],
      [469, 500],
    ] as const) {
      const map = ledOut(500);
      map.enter(0, 1, NOBODY, next);
      expect([next, map.takenOf(1)]).toEqual([next, taken]);
    }
  });

  it("is remembered while it is one of the last 256", () => {
    const map = ledOut(5);
    for (let player = 2; player <= 257; player += 1) {
      map.enter(0, player, NOBODY, 1);
      map.leadOut(0, player);
    }
    expect(map.image(null).image.taken).toHaveLength(256);
    map.enter(0, 1, NOBODY, 5);
    expect(map.takenOf(1)).toBe(4);
  });

  it("is forgotten by the map when it leaves by itself", () => {
    const map = hosted();
    map.start(0);
    map.enter(0, 1, NOBODY, 5);
    map.leave(0, 1);
    expect(map.image(null).image.taken).toEqual([]);
  });
});

/** A game in which an input is told to player 1, as near when it begins with 1, and a look is told as 77. */
function echo(): MapProgram {
  const echoed: Partial<MapProgram> = {
    at: 0,
    players: () => [],
    advance: () => undefined,
    enter: () => ok(null),
    leave: () => ok(NOBODY),
    look: (player, out) => out.tell(player, Uint8Array.of(77), true),
    input: (_player, data, out) => {
      out.tell(1, data, data[0] === 1);
      return ok(null);
    },
  };
  return echoed as MapProgram;
}

describe("news", () => {
  const [near, far] = [Uint8Array.of(1), Uint8Array.of(2)];
  const numbers = (tellings: readonly Telling[]) => tellings.map(({ player, news }) => [player, news.map((one) => one[0])]);

  function watched(): HostedMap {
    const map = hosted({}, echo());
    map.start(0);
    for (const player of [1, 2]) map.enter(0, player, NOBODY, 1);
    return map;
  }

  it("go to who was told that it plays, first all that it sees, once", () => {
    const map = watched();
    map.input(0, 2, said(1, near));
    expect(numbers(map.tellings(0))).toEqual([[2, []]]);
    map.welcome(1);
    map.welcome(1);
    map.input(0, 2, said(2, near));
    expect(numbers(map.tellings(0))).toEqual([
      [1, [77, 1]],
      [2, []],
    ]);
  });

  it("of what is far off wait half a second at most, in their order, and what is near takes them along", () => {
    const map = watched();
    map.welcome(1);
    map.tellings(0);
    map.input(0, 2, said(1, far));
    map.input(0, 2, said(2, far));
    expect(numbers(map.tellings(50 * MS))).toEqual([[2, []]]);
    expect(numbers(map.tellings(549 * MS))).toEqual([]);
    expect(numbers(map.tellings(550 * MS))).toEqual([[1, [2, 2]]]);
    map.input(0, 2, said(3, far));
    map.tellings(600 * MS);
    map.input(0, 2, said(4, near));
    expect(numbers(map.tellings(650 * MS))).toEqual([
      [1, [2, 1]],
      [2, []],
    ]);
  });

  it("wait no longer when the map stands still, or when the player is told something of its own", () => {
    const map = watched();
    map.welcome(1);
    map.tellings(0);
    map.input(0, 2, said(1, far));
    map.stop(0);
    expect(numbers(map.tellings(0))).toEqual([
      [1, [2]],
      [2, []],
    ]);
    map.start(0);
    map.input(0, 1, said(1, far));
    expect(numbers(map.tellings(0))).toEqual([[1, [2]]]);
  });

  it("are no more than can be kept, and gone with who leaves", () => {
    const map = watched();
    map.welcome(1);
    for (let i = 1; i < 2_000; i += 1) map.input(0, 2, said(i, far));
    const [first] = map.tellings(0).filter(({ player }) => player === 1);
    expect([first?.news.length, map.silentSince(0)]).toEqual([512, [1, 2]]);
    map.input(0, 2, said(2_000, far));
    map.leave(0, 1);
    expect(numbers(map.tellings(900 * MS))).toEqual([[2, []]]);
  });
});

describe("SY1: deeds", () => {
  it("are numbered one after the other from where the image ends, each under an id of its own", () => {
    const { map } = played();
    const deeds = [...map.pending.values()].map(({ operation }) => operation);
    expect(deeds.length).toBeGreaterThan(3);
    expect(deeds.map(({ number }) => number)).toEqual(deeds.map((_, i) => i + 1));
    expect([map.number, new Set(deeds.map(({ id }) => id)).size]).toEqual([deeds.length, deeds.length]);
    const next = hosted({ number: 41 });
    next.start(0);
    next.enter(0, 1, NOBODY, 1);
    expect([...next.pending.values()].map(({ operation }) => operation.number)).toEqual([42]);
  });

  it("are given once, as far as they are taken, those of the image first", () => {
    const pending = [...played().map.pending.values()]
      .slice(0, 2)
      .map((one, i) => ({ ...one, operation: { ...one.operation, id: `9.9.${i}` } }));
    const map = hosted({ number: 2, pending });
    map.start(0);
    map.enter(0, 1, NOBODY, 1);
    const given: string[] = [];
    const upTo = (room: number): boolean => map.submitMade(({ operation }) => given.length < room && given.push(operation.id) > 0);
    expect([upTo(1), upTo(2), upTo(2), upTo(9), upTo(9)]).toEqual([false, false, false, true, true]);
    expect(given).toEqual(["9.9.0", "9.9.1", "7.1.1"]);
    expect([...map.pending.keys()]).toEqual(given);
  });

  it("who leaves takes what it carries, and is gone from what waits to be told", () => {
    const { map, now } = played();
    map.leave(now, 1);
    const last = [...map.pending.values()].at(-1)!.operation;
    expect(last.carried?.length).toBeGreaterThan(0);
    expect([map.has(1), map.players(), map.tellings(now)]).toEqual([false, [], []]);
    expect(map.enter(now, 1, last.carried!, 9).ok).toBe(true);
    expect(map.enter(now, 2, Uint8Array.of(99), 1).ok).toBe(false);
    expect([map.has(1), map.has(2), map.takenOf(1)]).toEqual([true, false, 8]);
  });
});

describe("SY2: the image of an instant", () => {
  it("is the whole, or what changed since a state that is still known, and says what goes with it", () => {
    const { map, now } = played();
    const whole = map.image(null);
    expect(readImage(whole.bytes)).toEqual(whole.image);
    expect(whole.image).toMatchObject({ epoch: 5, boot: 1, number: map.number, mapMs: map.program.at, base: null, taken: map.players() });
    expect(whole.image.pending).toEqual([...map.pending.values()]);
    map.input(now + 700 * MS, 1, said(400));
    const change = map.image(whole.image.hash);
    expect(change.image.base).toBe(whole.image.hash);
    expect(change.image.program.length).toBeLessThan(whole.image.program.length);
    const copy = new ReferenceGame(WORLD);
    copy.apply(whole.image.program);
    copy.apply(change.image.program);
    expect(copy.hash()).toBe(map.program.hash());
    expect(map.image(77n).image.base).toBeNull();
  });
});
