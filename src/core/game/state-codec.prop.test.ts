import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { type FloorItem, KIND, keyOf, type Monster, type Player } from "./entities.ts";
import { Kept, playTurn, playTurns, testGame, testWorld, type Turn, turnOf } from "./game.fixture.ts";
import { readPart, writeGone, writePart } from "./records.ts";
import { ReferenceGame } from "./reference-game.ts";

/** Histories of up to so many turns. */
const someTurns = (maxLength: number): fc.Arbitrary<Turn[]> =>
  fc.array(fc.nat(0xffffff).map(turnOf), { minLength: Math.floor(maxLength / 3), maxLength });

const world = testWorld();

/** Says no, and is what it was. */
function expectRefused(game: ReferenceGame, bytes: Uint8Array, reason?: RegExp): void {
  const before = game.hash();
  const snapshot = game.snapshot();
  const answer = game.apply(bytes);
  expect(answer.ok).toBe(false);
  if (!answer.ok && reason !== undefined) expect(answer.error).toMatch(reason);
  expect(game.hash()).toBe(before);
  expect(game.snapshot()).toEqual(snapshot);
}

describe("SY2: snapshots and deltas", () => {
  it("bring replicas that follow at different paces to the hash of their source", () => {
    fc.assert(
      fc.property(someTurns(80), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }), (turns, paces) => {
        const { game, kept } = testGame(world);
        const bags = new Map<number, Uint8Array>();
        const replicas = paces.map((pace) => ({ pace, replica: new ReferenceGame(world) }));
        turns.forEach((turn, i) => {
          game.advance(game.at + turn.after, kept);
          playTurn(game, kept, turn, bags);
          for (const { pace, replica } of replicas) {
            if (i % pace !== 0) continue;
            const delta = game.delta(replica.hash());
            expect(delta).not.toBeNull();
            expect(replica.apply(delta!)).toEqual({ ok: true, value: null });
            expect(replica.hash()).toBe(game.hash());
            expect(replica.snapshot()).toEqual(game.snapshot());
          }
        });
        // Whoever took deltas can give them, and go on playing.
        const [first, second] = replicas.map((one) => one.replica);
        const delta = game.delta(first!.hash());
        expect(first!.apply(delta!).ok).toBe(true);
        expect(second!.apply(first!.delta(second!.hash()) ?? first!.snapshot()).ok).toBe(true);
        const end = game.at + 60_000;
        for (const one of [game, first!, second!]) one.advance(end, new Kept(() => one.at));
        expect([first!.hash(), second!.hash()]).toEqual([game.hash(), game.hash()]);
      }),
      { numRuns: 15 },
    );
  });

  it("hold only what changed: a quiet map's delta is a few bytes, a walk's a few more", () => {
    const { game, kept } = testGame(world);
    const first = game.hash();
    game.advance(50, kept);
    expect(game.delta(first)!.length).toBeLessThanOrEqual(24);
    game.enter(3, new Uint8Array(0), kept);
    game.advance(100_000, kept);
    expect(game.delta(first)!.length).toBeLessThan(game.snapshot().length);
    expect(game.delta(game.hash())!.length).toBeLessThanOrEqual(24);
  });

  it("are refused for another state, another map, another form, and when the base is forgotten", () => {
    const { game, kept } = testGame(world);
    const begin = game.hash();
    game.enter(1, new Uint8Array(0), kept);
    game.advance(3_000, kept);
    const delta = game.delta(begin)!;
    const replica = new ReferenceGame(world);
    replica.advance(1, kept);
    expectRefused(replica, delta, /another state/);
    expectRefused(new ReferenceGame(testWorld({}, 8)), game.snapshot(), /other data/);
    expectRefused(replica, new Uint8Array(0), /neither/);
    expectRefused(replica, Uint8Array.from([0xa7, 1, 3, 0, 0]), /neither/);
    expectRefused(replica, Uint8Array.from([0xa7, 9, 1, 0, 0]), /version 9/);
    expect(game.delta(begin + 1n)).toBeNull();
    for (let i = 0; i < 600; i += 1) {
      game.advance(game.at + 1, kept);
      game.hash();
    }
    expect(game.delta(begin)).toBeNull();
  });

  it("are refused whole when a byte is changed, missing, or too many", () => {
    const { game, kept } = testGame(world);
    const begin = game.hash();
    const turns = fc.sample(someTurns(60), { numRuns: 1, seed: 4 })[0]!;
    playTurns(game, kept, turns);
    const [snapshot, delta] = [game.snapshot(), game.delta(begin)!];
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("flip", "cut", "add"),
        (whole, place, by, how) => {
          const bytes = whole ? snapshot : delta;
          const at = place % bytes.length;
          const damaged =
            how === "cut"
              ? bytes.slice(0, at)
              : how === "add"
                ? Uint8Array.from([...bytes, by])
                : bytes.map((b, i) => (i === at ? b ^ by : b));
          expectRefused(new ReferenceGame(world), damaged);
        },
      ),
      { numRuns: 250 },
    );
  });

  it("of random bytes behind a true head are refused", () => {
    const { game } = testGame(world);
    const heads = [game.snapshot().slice(0, 19), game.delta(game.hash())!.slice(0, 11), new Uint8Array(0), Uint8Array.from([0xa7, 1])];
    fc.assert(
      fc.property(fc.nat(3), fc.uint8Array({ maxLength: 200 }), (head, rest) => {
        expectRefused(game, Uint8Array.from([...heads[head]!, ...rest]));
      }),
      { numRuns: 300 },
    );
  });
});

describe("SY2: one part of the state", () => {
  it("has one spelling: whatever bytes are read as a part are written again as they were", () => {
    const keys = [0, 13, 14].map((slot) => keyOf(KIND.monster, slot));
    for (const kind of [KIND.player, KIND.purse, KIND.bag, KIND.item]) keys.push(keyOf(kind, 5));
    keys.push(5 + 8 * 3, 7);
    let parts = 0;
    const small = fc.array(fc.oneof(fc.nat(9), fc.nat(255)), { maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.oneof(fc.constantFrom(1, 9, 17, 3, 0, 97), fc.nat(255)), small, (key, tag, rest) => {
        const bytes = Uint8Array.from([tag, ...rest]);
        const from = new ByteReader(bytes);
        const part = readPart(from, key, world, 50_000);
        if (from.failed) return;
        parts += 1;
        const out = new ByteWriter();
        if (part === null) writeGone(out);
        else writePart(out, key, part, world, 50_000);
        expect(out.take()).toEqual(bytes.slice(0, bytes.length - from.left));
      }),
      { numRuns: 15_000 },
    );
    expect(parts).toBeGreaterThan(1_000);
  });

  it("may be a lie within its bounds: the game that is given it goes on, and equally everywhere", () => {
    const lie = fc.record({
      slot: fc.nat(13),
      due: fc.nat(9_000),
      to: fc.nat(48 * 40 - 1),
      start: fc.nat(90_000),
      target: fc.integer({ min: -1, max: 5 }),
    });
    fc.assert(
      fc.property(someTurns(40), fc.array(lie, { maxLength: 20 }), (turns, lies) => {
        const { game, kept } = testGame(world);
        playTurns(game, kept, turns);
        for (const { slot, due, to, start, target } of lies) lieAbout(game, slot, { due, to, start, target });
        const liar = rewritten(game);
        const [one, other] = [new ReferenceGame(world), new ReferenceGame(world)];
        for (const game of [one, other]) expect(game.apply(liar)).toEqual({ ok: true, value: null });
        const end = one.at + 20_000;
        const begin = one.at;
        const inTime = (): void => expect(one.at).toBeGreaterThanOrEqual(begin);
        one.advance(end, { deed: inTime, tell: inTime });
        while (other.at < end) other.advance(Math.min(end, other.at + 1_700), kept);
        expect(other.hash()).toBe(one.hash());
      }),
      { numRuns: 40 },
    );
  });
});

type Lie = { readonly due: number; readonly to: number; readonly start: number; readonly target: number };

/** Changes what a typed view shows, within what bytes may say. */
function lieAbout(game: ReferenceGame, slot: number, { due, to, start, target }: Lie): void {
  const { terrain } = game.world;
  const one = game.monsters()[slot] as Monster;
  const near = Math.abs((to % 48) - (one.from % 48)) <= 17 && Math.abs(Math.floor(to / 48) - Math.floor(one.from / 48)) <= 17;
  if (one.hp > 0) Object.assign(one, { due, start, target, to: near && terrain.walkable(to) ? to : one.from, way: null });
  else one.due = due;
  for (const id of game.players()) {
    const player = game.player(id) as Player;
    if (player.phase !== 0) player.due = due;
  }
  for (const item of game.floor()) Object.assign(item as FloorItem, { due });
}

/** A snapshot of what a game's views show now, with a true hash. */
function rewritten(game: ReferenceGame): Uint8Array {
  const touched = new ReferenceGame(world);
  // The ledger does not know of the lies, so a first reading is refused; a game that took every part anew writes the true hash.
  const state = (touched as unknown as { state: import("./state.ts").GameState }).state;
  const liar = (game as unknown as { state: import("./state.ts").GameState }).state;
  const changes = [...liar.keys()].map((key) => ({ key, part: Object.assign(liar.part(key)!, { sumHigh: 0, sumLow: 0, dirty: false }) }));
  state.hashAfter(changes, liar.at, liar.counters);
  state.replace(changes, liar.at, liar.counters);
  return touched.snapshot();
}
