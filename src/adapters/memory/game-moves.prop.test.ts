import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OwnershipTable } from "./ownership-table.ts";
import { chosenInput, turnOf } from "../../core/game/game.fixture.ts";
import { writeInput } from "../../core/game/inputs.ts";
import { COORDINATOR, hostActor, type HostId, type MapId } from "../../core/protocol/ids.ts";
import { type Fate, GameStage, TUNING } from "../../core/actors/game-stage.fixture.ts";

const MAPS: readonly MapId[] = [0, 1];
const HOSTS = 3;
const PLAYERS = 3;

/** What happens next; `n` chooses among what there is. */
type Turn = { readonly what: keyof typeof TURNS; readonly n: number };

/** What can happen, and how often it does. What is on a connection with the coordinator keeps its order and is never lost; nothing else has either. */
const TURNS = {
  flow: [12, (stage: GameStage) => flow(stage)],
  click: [16, (stage: GameStage, n: number) => click(stage, n)],
  wait: [10, (stage: GameStage, n: number) => stage.wait(n % 300)],
  deliver: [8, (stage: GameStage, n: number) => void deliver(stage, n, false)],
  again: [2, (stage: GameStage, n: number) => void deliver(stage, n, true)],
  lose: [2, (stage: GameStage, n: number) => lose(stage, n)],
  answer: [8, (stage: GameStage, n: number) => stage.answer(n % Math.max(1, stage.requests.length), fateOf(n))],
  move: [9, (stage: GameStage, n: number) => move(stage, n)],
  abort: [1, (stage: GameStage, n: number) => stage.resume(mapOf(n))],
  standbys: [2, (stage: GameStage, n: number) => standbys(stage, n)],
  crash: [1, (stage: GameStage, n: number) => crash(stage, n)],
  failover: [1, (stage: GameStage, n: number) => stage.grant(mapOf(n), 1 + (n % HOSTS))],
  go: [2, (stage: GameStage, n: number) => stage.go(1 + (n % PLAYERS), mapOf(n))],
  login: [1, (stage: GameStage, n: number) => login(stage, n)],
} as const;

const mapOf = (n: number): MapId => Math.floor(n / 8) % MAPS.length;

function fateOf(n: number): Fate {
  const fates: readonly Fate[] = ["ok", "ok", "ok", "lost", "undone", "failed"];
  return fates[Math.floor(n / 64) % fates.length] as Fate;
}

/** What is under way now arrives, in order; what the store was asked is answered. */
function flow(stage: GameStage): void {
  for (let left = stage.letters.length; left > 0; left -= 1) stage.deliver();
  for (let left = stage.requests.length; left > 0; left -= 1) stage.answer();
}

function deliver(stage: GameStage, n: number, again: boolean): void {
  const index = n % Math.max(1, stage.letters.length);
  const letter = stage.letters[index];
  if (letter === undefined) return;
  if (letter.from !== COORDINATOR) return void stage.deliver(index, again);
  stage.deliver(stage.letters.findIndex(({ from, to }) => from === COORDINATOR && to === letter.to));
}

function lose(stage: GameStage, n: number): void {
  const index = n % Math.max(1, stage.letters.length);
  if (stage.letters[index]?.from !== COORDINATOR) stage.letters.splice(index, 1);
}

function click(stage: GameStage, n: number): void {
  const player = 1 + (n % PLAYERS);
  const { host, map } = stage.player(player);
  const game = host > 0 ? stage.game(host, map) : undefined;
  if (game?.player(player) === undefined) return;
  stage.say(player, writeInput(chosenInput(game, { ...turnOf(n), player })));
}

/** The next step of the map's move, or its first. A coordinator that grants what it should not is none of this. */
function move(stage: GameStage, n: number): void {
  const map = mapOf(n);
  const { owner } = stage.table.row(map);
  const number = stage.moving.get(map) ?? 0;
  const prepared = stage.told.find((one) => one.kind === "hosting/prepared" && one.move === number);
  if (prepared?.kind === "hosting/prepared") {
    const { host } = prepared;
    const { frozen, ready } = stage.hashes(number);
    if (frozen !== undefined && frozen === ready) return stage.grant(map, host, frozen);
    if (stage.told.some((one) => one.kind === "hosting/copied" && one.move === number)) return stage.freeze(map, host, number);
  }
  const next = 1 + ((owner + (n % (HOSTS - 1))) % HOSTS);
  if (owner > 0 && next !== owner) stage.precopy(map, next, stage.moves());
}

function standbys(stage: GameStage, n: number): void {
  const { map, owner, epoch } = stage.table.row(mapOf(n));
  const to = [1, 2, 3].filter((host) => host !== owner && (n >> host) % 2 === 0);
  stage.order(hostActor(owner), { kind: "hosting/replicate", map, epoch, to, bytes: 0, intervalMs: 50 });
}

/** A host starts anew; what it had goes to whoever is next, perhaps to itself. */
function crash(stage: GameStage, n: number): void {
  const host: HostId = 1 + (n % HOSTS);
  stage.boot(host);
  for (const map of MAPS) if (stage.table.row(map).owner === host) stage.grant(map, 1 + ((host + Math.floor(n / 16)) % HOSTS));
}

function login(stage: GameStage, n: number): void {
  const player = 1 + (n % PLAYERS);
  // No process starts sooner, and nobody clicks more often than once a millisecond.
  stage.wait(40);
  stage.client(player);
  stage.go(player, mapOf(n));
}

function begun(): GameStage {
  const stage = new GameStage(new OwnershipTable(), HOSTS, PLAYERS, { ...TUNING, tickMs: 200 });
  for (const map of MAPS) stage.grant(map, 1 + map);
  stage.run(200);
  for (let player = 1; player <= PLAYERS; player += 1) stage.go(player, player % 2);
  for (let n = 0; n < 36; n += 1) {
    stage.run(150);
    click(stage, n);
  }
  return stage;
}

/** Nothing goes wrong any more: every map gets to somebody, everybody plays, and clicks once more. */
function ended(stage: GameStage): void {
  stage.settle();
  for (const map of MAPS) {
    stage.resume(map);
    stage.run(100);
    if (stage.owned(map)?.runs !== true) stage.grant(map, 1 + (stage.table.row(map).owner % HOSTS));
  }
  stage.run(14_000);
  for (let player = 1; player <= PLAYERS; player += 1) stage.say(player, writeInput({ do: "say", text: Uint8Array.of(72) }));
  stage.run(4_000);
}

const turns = fc.array(
  fc.record({
    what: fc.oneof(...Object.entries(TURNS).map(([what, [weight]]) => ({ weight, arbitrary: fc.constant(what as Turn["what"]) }))),
    n: fc.nat(1_023),
  }),
  { maxLength: 160, size: "max" },
);

describe("hosts, players and a store that do as they please", () => {
  const seen = { handoffs: 0, takeUps: 0, redone: 0, applied: 0, inputs: 0 };

  it("SY1, SY2, SY14: nothing acknowledged is lost or done twice, states move whole, inputs come once, everybody is on one map", () => {
    fc.assert(
      fc.property(turns, (history) => {
        const stage = begun();
        for (const { what, n } of history) TURNS[what][1](stage, n);
        ended(stage);
        expect(stage.judge(MAPS)).toEqual([]);
        for (let player = 1; player <= PLAYERS; player += 1) {
          expect(stage.player(player).stage).toBe("playing");
          expect(stage.owned(stage.player(player).map)?.has(player)).toBe(true);
        }
        expect(stage.books.unsettled()).toEqual([]);
        for (const name of Object.keys(seen) as (keyof typeof seen)[]) seen[name] += stage.books.seen[name];
      }),
      { numRuns: 120 },
    );
    // All of it happened.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
  });
});
