import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCarried, writeCarried } from "./carried.ts";
import { type DeedStory, deedOf, readDeed } from "./deeds.ts";
import { LIMITS, untracked } from "./entities.ts";
import { chosenInput, playTurns, testData, testGame, testWorld, type Turn, turnOf } from "./game.fixture.ts";
import { type GameInput, readInput, writeInput } from "./inputs.ts";
import { readNews } from "./news.ts";
import { worldOf } from "./world.ts";

/** Histories of up to so many turns. */
const someTurns = (maxLength: number): fc.Arbitrary<Turn[]> =>
  fc.array(fc.nat(0xffffff).map(turnOf), { minLength: Math.floor(maxLength / 3), maxLength });

const number = fc.nat(LIMITS.number);
const id = fc.maxSafeInteger().filter((value) => value >= 0);
const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .map((s) => new TextEncoder().encode(s))
  .filter((bytes) => bytes.every((byte) => byte >= 0x20));
const inputs: fc.Arbitrary<GameInput> = fc.oneof(
  fc.record({ do: fc.constant("walk" as const), cell: number }),
  fc.record({ do: fc.constant("attack" as const), slot: number }),
  fc.record({ do: fc.constant("pick" as const), id }),
  fc.record({ do: fc.constant("cast" as const), skill: number, level: fc.nat(250), slot: number }),
  fc.record({ do: fc.constant("use" as const), item: number }),
  fc.record({ do: fc.constant("throw" as const), item: number, amount: fc.nat(30_000) }),
  fc.record({ do: fc.constant("say" as const), text }),
);
const drops = fc.array(fc.record({ id, item: number }), { maxLength: 64 });
const stories: fc.Arbitrary<DeedStory> = fc.oneof(
  fc.record({
    deed: fc.constant("kill" as const),
    slot: number,
    life: number,
    monster: number,
    cell: number,
    baseExp: number,
    jobExp: number,
    drops,
  }),
  fc.record({ deed: fc.constant("pick" as const), id, item: number, amount: fc.nat(30_000) }),
  fc.record({ deed: fc.constant("throw" as const), id, item: number, amount: fc.nat(30_000), cell: number }),
  fc.record({ deed: fc.constant("use" as const), item: number, amount: fc.nat(30_000) }),
  fc.record({ deed: fc.constant("zeny" as const), by: fc.integer(), now: fc.nat(LIMITS.zeny) }),
  fc.record({ deed: fc.constant("leave" as const), cell: number }),
  fc.record({ deed: fc.constant("enter" as const), carried: fc.uint8Array({ maxLength: 300 }) }),
);

describe("SY1: inputs and deeds as bytes", () => {
  it("are read back as they were written, and never when longer or shorter", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const bytes = writeInput(input);
        expect(readInput(bytes)).toEqual(input);
        if (input.do === "say") return;
        expect(readInput(bytes.slice(0, -1))).toBeNull();
        expect(readInput(Uint8Array.from([...bytes, 0]))).toBeNull();
      }),
    );
    fc.assert(
      fc.property(stories, (story) => {
        const { data } = deedOf(5, story);
        expect(readDeed(data)).toEqual(story);
        if (story.deed !== "enter") expect(readDeed(Uint8Array.from([...data, 0]))).toBeNull();
      }),
    );
  });

  it("of random bytes are refused or have one spelling", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.uint8Array({ maxLength: 24 }), (code, rest) => {
        const bytes = Uint8Array.from([code, ...rest]);
        const input = readInput(bytes);
        if (input !== null) expect(writeInput(input)).toEqual(bytes);
        const story = readDeed(bytes);
        if (story !== null) expect(deedOf(1, story).data).toEqual(bytes);
        readNews(bytes, testWorld0, 70_000);
      }),
      { numRuns: 3_000 },
    );
  });

  it("say only well-formed text", () => {
    const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const decodes = (bytes: Uint8Array): boolean => {
      try {
        return fatal.decode(bytes).length > 0 && bytes.every((byte) => byte >= 0x20);
      } catch {
        return false;
      }
    };
    const nasty = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0x8f, 0x90, 0xbf)), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(nasty, (bytes) => {
        expect(readInput(Uint8Array.from([7, ...bytes])) !== null).toBe(decodes(Uint8Array.from(bytes)));
      }),
      { numRuns: 3_000 },
    );
    expect(readInput(new Uint8Array(202).fill(65, 1).fill(7, 0, 1))).toBeNull();
  });
});

const testWorld0 = testWorld();

describe("SY4: what the game refuses", () => {
  it("changes nothing: neither hash nor snapshot, deeds nor news", () => {
    let refused = 0;
    fc.assert(
      fc.property(
        someTurns(40),
        fc.array(fc.oneof(inputs.map(writeInput), fc.uint8Array({ maxLength: 12 }), fc.nat(0xffffff)), { maxLength: 40 }),
        (turns, asked) => {
          const { game, kept } = testGame();
          playTurns(game, kept, turns);
          for (const one of asked) {
            for (const player of [1, 2, 77]) {
              const [hash, snapshot, deeds, news, due] = [game.hash(), game.snapshot(), kept.deeds.length, kept.news.length, game.nextAt()];
              const bytes = typeof one !== "number" ? one : writeInput(chosenInput(game, { after: 0, player, act: one }));
              if (game.input(player, bytes, kept).ok) continue;
              refused += 1;
              expect([game.hash(), kept.deeds.length, kept.news.length, game.nextAt()]).toEqual([hash, deeds, news, due]);
              expect(game.snapshot()).toEqual(snapshot);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it("is named: who is not here, who is here already, what cannot be carried, walls, distance, targets", () => {
    const { game, kept } = testGame();
    const ask = (input: GameInput): unknown => game.input(3, writeInput(input), kept);
    const no = (error: string): unknown => ({ ok: false, error });
    expect([ask({ do: "walk", cell: 0 }), game.leave(3, kept)]).toEqual([no("not_here"), no("not_here")]);
    expect(game.enter(3, Uint8Array.of(1, 2, 3), kept)).toEqual(no("malformed"));
    expect(game.enter(-1, new Uint8Array(0), kept)).toEqual(no("malformed"));
    expect(game.enter(3, new Uint8Array(0), kept).ok).toBe(true);
    expect(game.enter(3, new Uint8Array(0), kept)).toEqual(no("already_here"));
    expect(game.input(3, Uint8Array.of(99), kept)).toEqual(no("malformed"));
    expect([ask({ do: "walk", cell: 20 }), ask({ do: "walk", cell: 99_999 })]).toEqual([no("not_walkable"), no("not_walkable")]);
    const far = game.placeOf(3) % 48 < 20 ? 47 + 30 * 48 : 0;
    expect(ask({ do: "walk", cell: far })).toEqual(no("too_far"));
    expect([ask({ do: "attack", slot: 99 }), ask({ do: "pick", id: 1 }), ask({ do: "use", item: 501 })]).toEqual(
      Array(3).fill(no("no_such_target")),
    );
    expect(ask({ do: "cast", skill: 9, level: 1, slot: 0 })).toEqual(no("no_such_target"));
    expect(ask({ do: "throw", item: 1, amount: 0 })).toEqual(no("malformed"));
    const say: GameInput = { do: "say", text: Uint8Array.of(72) };
    expect([ask(say), ask(say)]).toEqual([{ ok: true, value: null }, no("too_fast")]);
  });

  it("keeps its bounds: a thousand players, a hundred kinds of items in a bag", () => {
    const { game, kept } = testGame(testWorld({ ground: { width: 512, height: 512, cells: new Uint8Array(262_144) } }));
    for (let i = 0; i < 1_000; i += 1) expect(game.enter(i, new Uint8Array(0), { deed: () => {}, tell: () => {} }).ok).toBe(true);
    expect(game.enter(1_000, new Uint8Array(0), kept)).toEqual({ ok: false, error: "too_many" });
    game.leave(0, kept);
    const purse = { ...untracked(), level: 1, exp: 0, jobExp: 0, zeny: 0, cooldowns: [] };
    const stacks = (count: number) => Array.from({ length: count }, (_, item) => ({ item, amount: 30_000 }));
    const full = writeCarried({ hp: 50, purse, bag: { ...untracked(), stacks: stacks(100) } }, 0);
    expect(readCarried(full, 5)?.bag.stacks.length).toBe(100);
    expect(readCarried(writeCarried({ hp: 50, purse, bag: { ...untracked(), stacks: stacks(101) } }, 0), 5)).toBeNull();
    expect(game.enter(0, full, kept).ok).toBe(true);
    expect(game.counters().brought).toBe(3_000_000);
  });

  it("is said in words where a map's data cannot be played", () => {
    const data = testData();
    const seed = { high: 0, low: 0 };
    const spawn = data.spawns[0]!;
    const no = (more: Partial<typeof data>): unknown => worldOf({ ...data, ...more }, seed);
    const error = (pattern: RegExp): unknown => ({ ok: false, error: expect.stringMatching(pattern) });
    expect(no({ ground: { width: 3, height: 3, cells: new Uint8Array(8) } })).toEqual(error(/8 cells/));
    expect(no({ ground: { width: 600, height: 3, cells: new Uint8Array(1_800) } })).toEqual(error(/600/));
    expect(no({ ground: { width: 48, height: 40, cells: new Uint8Array(1_920).fill(1) } })).toEqual(error(/stand/));
    expect(no({ spawns: [{ ...spawn, monster: 5 }] })).toEqual(error(/no monster has the number 5/));
    expect(no({ spawns: [{ ...spawn, x: 48 }] })).toEqual(error(/outside/));
    expect(
      no({
        spawns: [
          { ...spawn, amount: 9_000 },
          { ...spawn, amount: 9_000 },
        ],
      }),
    ).toEqual(error(/18000/));
    expect(no({ spawns: [{ ...spawn, delay: -1 }] })).toEqual(error(/delay/));
  });
});
