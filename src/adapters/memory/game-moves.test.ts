import { describe, expect, it } from "vitest";
import { OwnershipTable } from "./ownership-table.ts";
import { chosenInput, turnOf } from "../../core/game/game.fixture.ts";
import { writeInput } from "../../core/game/inputs.ts";
import type { HostId, MapId } from "../../core/protocol/ids.ts";
import { type Fate, GameStage, TUNING } from "../../core/actors/game-stage.fixture.ts";

const MAP: MapId = 0;

/** A stage with a map at host 1 and players on it, who have played for a while. */
function played(players = 3, hosts = 3, tuning = TUNING, table = new OwnershipTable()): GameStage {
  const stage = new GameStage(table, hosts, players, tuning);
  stage.grant(MAP, 1);
  stage.run(200);
  for (let player = 1; player <= players; player += 1) stage.go(player, MAP);
  stage.run(300);
  play(stage, 1, 60);
  return stage;
}

/** So many turns of players who hit what is near and pick up what lies there. */
function play(stage: GameStage, host: HostId, turns: number, then: () => void = () => stage.run(150)): void {
  for (let i = 0; i < turns; i += 1) {
    const game = stage.game(host, MAP);
    const [...here] = game.players();
    const player = here[i % here.length] as number;
    stage.say(player, writeInput(chosenInput(game, { ...turnOf(31 * i + turns), player })));
    then();
  }
}

const deeds = (stage: GameStage): number => stage.books.seen.applied;
const last = (stage: GameStage) => stage.of("state/taken-up").at(-1)!;
const heard = (stage: GameStage, kind: string): number => stage.letters.filter(({ message }) => message.kind === kind).length;

describe("a map that plays", () => {
  it("SY1, SY14: what its players do is written down, and each input is settled once", () => {
    const stage = played();
    expect(deeds(stage)).toBeGreaterThan(10);
    expect(stage.of("input/settled").length).toBe(stage.of("input/given").length);
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("SY14: what another says in a player's name is not heard", () => {
    const stage = played();
    const before = stage.served(1, MAP)!.takenOf(2);
    const { epoch } = stage.table.row(MAP);
    const data = writeInput({ do: "say", text: Uint8Array.of(72) });
    stage.letters.push({
      from: stage.player(1).id,
      to: stage.host(1).id,
      message: { kind: "play/input", player: 2, map: MAP, epoch, seq: before + 1, after: before, data },
    });
    stage.letters.push({ from: stage.player(1).id, to: stage.host(1).id, message: { kind: "play/exit", player: 2, map: MAP, epoch } });
    stage.run(100);
    expect([stage.served(1, MAP)!.has(2), stage.served(1, MAP)!.takenOf(2)]).toEqual([true, before]);
  });

  it("SY14: a client that starts anew while its last stay goes on numbers its inputs above it", () => {
    const stage = played();
    const before = stage.served(1, MAP)!.takenOf(2);
    stage.client(2);
    stage.go(2, MAP);
    stage.run(300);
    const { length } = stage.of("input/taken");
    stage.say(2, writeInput({ do: "say", text: Uint8Array.of(72) }));
    stage.run(300);
    expect(stage.of("input/taken").length).toBe(length + 1);
    expect(stage.of("input/taken").at(-1)!.input).toBeGreaterThan(before);
    expect(stage.judge([MAP])).toEqual([]);
  });
});

describe("a grant that the store loses", () => {
  it("SY1, SY3: the map is played on, what is done waits, and is written down when the same grant stands again", () => {
    const table = new OwnershipTable();
    const stage = played(3, 3, TUNING, table);
    const before = table.row(MAP);
    stage.handOver(MAP, 2, 1);
    const after = table.row(MAP);
    expect(table.undoClaim(before)).toBe(true);
    table.promote();
    const written = deeds(stage);
    stage.told.length = 0;
    play(stage, 2, 30);
    expect([deeds(stage), stage.served(2, MAP)!.pending.size > 0]).toEqual([written, true]);
    const lost = { kind: "hosting/refused", host: 2, map: MAP, epoch: after.epoch, reason: "grant_lost" };
    expect(stage.told).toContainEqual(lost);
    expect(table.apply({ verb: "claim", map: MAP, host: 2, epoch: after.epoch, expect: before.epoch }).result).toBe("ok");
    play(stage, 2, 30);
    stage.run(3_000);
    expect([deeds(stage) > written, stage.served(2, MAP)!.pending.size]).toEqual([true, 0]);
    expect(stage.of("state/taken-up")).toHaveLength(2);
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("who takes the map up asks again until its own grant stands there", () => {
    const table = new OwnershipTable();
    const stage = played(3, 3, TUNING, table);
    const before = table.row(MAP);
    stage.boot(1);
    stage.grant(MAP, 2);
    const after = table.row(MAP);
    expect(table.undoClaim(before)).toBe(true);
    stage.run(400);
    expect([last(stage).host, stage.told.some((said) => said.kind === "hosting/refused" && said.reason === "grant_lost")]).toEqual([
      1,
      true,
    ]);
    table.apply({ verb: "claim", map: MAP, host: 2, epoch: after.epoch, expect: before.epoch });
    stage.run(400);
    expect(last(stage)).toMatchObject({ host: 2, epoch: after.epoch });
    expect(stage.judge([MAP])).toEqual([]);
  });
});

describe("a hand-over, word by word", () => {
  it("SY2: the target goes on from the very state that was frozen, nothing under way, and everybody plays on there", () => {
    const stage = played();
    stage.handOver(MAP, 2, 1);
    const { hash, number, mapMs } = stage.of("state/frozen")[0]!;
    expect(last(stage)).toMatchObject({ host: 2, from: "handoff", hash, number, mapMs, redone: [] });
    expect([stage.player(1), stage.player(2), stage.player(3)].map(({ stage: at, host }) => [at, host])).toEqual(
      Array(3).fill(["playing", 2]),
    );
    play(stage, 2, 20);
    expect(stage.served(1, MAP)).toBeUndefined();
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("players are told to hold when it freezes, and that they play on when the move comes to nothing", () => {
    const stage = played();
    stage.precopy(MAP, 2, 1);
    stage.run(400);
    stage.freeze(MAP, 2, 1);
    stage.deliver();
    expect(heard(stage, "play/hold")).toBe(3);
    const said = stage.of("input/given").length;
    stage.run(50);
    const frozenAt = stage.game(1, MAP).at;
    stage.say(1, writeInput({ do: "say", text: Uint8Array.of(72) }));
    stage.run(300);
    expect([stage.of("input/settled").length, stage.game(1, MAP).at]).toEqual([said, frozenAt]);
    stage.resume(MAP);
    stage.deliver();
    expect(heard(stage, "play/joined")).toBe(3);
    stage.run(300);
    expect(stage.of("state/resumed")).toMatchObject([{ host: 1, hash: stage.of("state/frozen")[0]!.hash }]);
    expect(stage.of("input/settled").length).toBe(said + 1);
    expect(stage.game(1, MAP).at).toBeLessThan(frozenAt + 400);
    stage.handOver(MAP, 2, 2);
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("SY14: a player whose word that it plays on was lost asks for it", () => {
    const stage = played();
    stage.precopy(MAP, 2, 1);
    stage.run(400);
    stage.freeze(MAP, 2, 1);
    stage.run(50);
    stage.resume(MAP);
    stage.deliver();
    stage.letters = stage.letters.filter(({ message }) => message.kind !== "play/joined");
    stage.say(1, writeInput({ do: "say", text: Uint8Array.of(72) }));
    stage.run(1_500);
    expect(stage.of("input/settled").length).toBe(stage.of("input/given").length);
  });

  it("SY1: waits with the freeze until the store has said what became of each deed", () => {
    const stage = played();
    stage.precopy(MAP, 2, 1);
    stage.run(400);
    play(stage, 1, 40, () => {
      stage.wait(150);
      while (stage.letters.length > 0) stage.deliver();
    });
    expect(stage.requests.length).toBeGreaterThan(0);
    expect(stage.served(1, MAP)!.pending.size).toBeGreaterThan(0);
    stage.freeze(MAP, 2, 1);
    while (stage.letters.length > 0) stage.deliver();
    expect(stage.of("state/frozen")).toEqual([]);
    const fates: Fate[] = ["lost", "undone", "failed", "ok"];
    for (const fate of fates) {
      stage.answer(0, fate);
      stage.wait(20);
    }
    stage.run(1_000);
    expect(stage.of("state/frozen")).toHaveLength(1);
    expect(stage.hashes(1).frozen).toBe(stage.hashes(1).ready);
    stage.grant(MAP, 2, stage.hashes(1).frozen);
    stage.run(300);
    expect(last(stage).from).toBe("handoff");
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("SY2: a copy that comes twice, after the last one, sets the target back nowhere", () => {
    const stage = played();
    stage.precopy(MAP, 2, 1);
    let copy: (typeof stage.letters)[number] | undefined;
    while (copy === undefined) {
      const next = stage.deliver();
      if (next?.message.kind === "state/copy") copy = next;
      if (next === undefined) stage.wait(10);
    }
    stage.run(400);
    stage.freeze(MAP, 2, 1);
    stage.run(50);
    stage.letters.push(copy);
    stage.settle();
    stage.grant(MAP, 2, stage.hashes(1).frozen);
    stage.run(200);
    expect(last(stage)).toMatchObject({ host: 2, from: "handoff", hash: stage.hashes(1).frozen });
  });

  it("a target that lost its copy is sent the whole again", () => {
    const stage = played();
    stage.precopy(MAP, 2, 1);
    while (stage.letters.some(({ message }) => message.kind !== "state/copy"))
      stage.deliver(stage.letters.findIndex(({ message }) => message.kind !== "state/copy"));
    stage.deliver();
    stage.boot(2);
    stage.order(stage.host(2).id, { kind: "hosting/prepare", map: MAP, epoch: 2, move: 1, from: 1 });
    play(stage, 1, 8, () => stage.run(40));
    stage.freeze(MAP, 2, 1);
    stage.run(100);
    expect(stage.told.at(-1)).toMatchObject({ kind: "hosting/refused", reason: "not_prepared" });
    stage.resume(MAP);
    stage.handOver(MAP, 2, 2);
    expect(last(stage).from).toBe("handoff");
  });
});

describe("a failover", () => {
  /** A map with a replica at host 2, then deeds that the replica lacks and the store has; its host dies. */
  function lost(): GameStage {
    const stage = played();
    stage.order(stage.host(1).id, { kind: "hosting/replicate", map: MAP, epoch: 1, to: [2], bytes: 0, intervalMs: 50 });
    stage.run(300);
    expect(stage.told).toContainEqual({ kind: "hosting/warm", host: 2, map: MAP, epoch: 1 });
    const before = deeds(stage);
    play(stage, 1, 40, () => {
      stage.run(100);
      stage.letters = stage.letters.filter(({ message }) => message.kind !== "state/replica");
    });
    expect(deeds(stage)).toBeGreaterThan(before);
    return stage;
  }

  it("SY1, SY3: begins with the freshest there is, and does again what the store has beyond it", () => {
    const stage = played();
    stage.order(stage.host(1).id, { kind: "hosting/replicate", map: MAP, epoch: 1, to: [2], bytes: 0, intervalMs: 50 });
    stage.run(300);
    const before = deeds(stage);
    // From here on neither copies nor kept images get anywhere, deeds do.
    for (let i = 0; i < 60; i += 1) {
      play(stage, 1, 1, () => stage.wait(100));
      for (let n = 0; n < 100 && stage.letters.length > 0; n += 1) {
        if (stage.letters[0]!.message.kind === "state/replica") stage.letters.shift();
        else stage.deliver();
      }
      stage.requests = stage.requests.filter(({ ask }) => ask.verb !== "keep");
      while (stage.requests.length > 0) stage.answer();
    }
    expect(deeds(stage)).toBeGreaterThan(before);
    stage.boot(1);
    stage.grant(MAP, 2);
    stage.run(400);
    expect(last(stage)).toMatchObject({ host: 2, from: "replica" });
    expect(last(stage).redone.length).toBeGreaterThan(0);
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("SY3: takes the store's image where that is fresher than the replica, and its own beginning where there is none", () => {
    const stage = lost();
    stage.boot(1);
    stage.grant(MAP, 3);
    stage.run(400);
    expect(last(stage)).toMatchObject({ host: 3, from: "store" });
    expect(stage.judge([MAP])).toEqual([]);
    expect(stage.of("state/taken-up")[0]).toMatchObject({ from: "beginning", number: 0, redone: [] });
  });

  it("SY1: the same host, started anew, goes on from the store; what its last start still had under way is void", () => {
    const stage = played();
    play(stage, 1, 30, () => {
      stage.wait(100);
      while (stage.letters.length > 0) stage.deliver();
    });
    const old = [...stage.requests];
    expect(old.some(({ ask }) => ask.verb === "operations")).toBe(true);
    stage.requests = [];
    stage.boot(1);
    stage.grant(MAP, 1);
    stage.run(300);
    stage.requests.push(...old);
    stage.run(300);
    expect(last(stage)).toMatchObject({ host: 1, from: "store" });
    play(stage, 1, 20);
    expect(stage.judge([MAP])).toEqual([]);
  });

  it("the store fails, or does not say what it did, when it is asked for the map's state: it is asked again", () => {
    const stage = lost();
    stage.boot(1);
    stage.grant(MAP, 2);
    while (stage.letters.length > 0) stage.deliver();
    for (const fate of ["failed", "lost", "undone"] as Fate[]) {
      const index = stage.requests.findIndex(({ ask }) => ask.verb === "recover");
      expect(index).toBeGreaterThanOrEqual(0);
      stage.answer(index, fate);
      stage.wait(150);
    }
    stage.run(500);
    expect(last(stage).host).toBe(2);
    expect(stage.judge([MAP])).toEqual([]);
  });
});

describe("SY1: a leaving that nobody wrote down before its host died", () => {
  it("is written down by the next owner, which lets the player in again only then, with what it left with", () => {
    const stage = played();
    stage.order(stage.host(1).id, { kind: "hosting/replicate", map: MAP, epoch: 1, to: [2], bytes: 0, intervalMs: 50 });
    stage.run(300);
    stage.go(1, 1);
    // The host leads it out; the store hears nothing of that, the standby does.
    for (let i = 0; i < 12; i += 1) {
      stage.wait(50);
      while (stage.letters.length > 0) stage.deliver();
    }
    expect(stage.served(1, MAP)!.has(1)).toBe(false);
    expect([...stage.served(1, MAP)!.pending.values()].some(({ operation }) => operation.carried !== null)).toBe(true);
    stage.requests = [];
    stage.boot(1);
    stage.table.apply({ verb: "claim", map: 1, host: 3, epoch: 1, expect: 0 });
    stage.order(stage.host(3).id, { kind: "hosting/promote", map: 1, epoch: 1, loadUs: 1, bytes: 0, hash: null });
    stage.grant(MAP, 2);
    stage.client(1);
    stage.go(1, MAP);
    stage.run(12_000);
    expect(last(stage)).toMatchObject({ host: 2, from: "replica" });
    expect(stage.of("player/admitted").filter(({ player }) => player === 1)).toHaveLength(2);
    expect(stage.judge([MAP, 1])).toEqual([]);
  });
});

describe("a queue without room", () => {
  it("SY4, SY6: the map stands still, goes on when there is room, and loses none of its deeds", () => {
    const stage = played(3, 2, { ...TUNING, pendingMax: 8, pendingCriticalMin: 2 });
    let stood = 0;
    for (let i = 0; i < 80; i += 1) {
      play(stage, 1, 1, () => undefined);
      const { at } = stage.game(1, MAP);
      stage.wait(200);
      while (stage.letters.length > 0) stage.deliver();
      stood += stage.game(1, MAP).at === at ? 1 : 0;
    }
    expect(stood).toBeGreaterThan(3);
    const { at } = stage.game(1, MAP);
    stage.run(2_000);
    expect(stage.game(1, MAP).at).toBeGreaterThan(at);
    expect(stage.game(1, MAP).at).toBeLessThan(at + 2_600);
    expect(stage.served(1, MAP)!.pending.size).toBe(0);
    expect(stage.judge([MAP])).toEqual([]);
  });
});
