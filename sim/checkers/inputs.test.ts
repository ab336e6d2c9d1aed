import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../src/base/time.ts";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import { defaultGameLimits, gameBoundsOf } from "./game-bounds.ts";
import { brokenIn, gameOptions, MadeGame, MAP, PLAYER, SOURCE, TARGET } from "./made-game.fixture.ts";

const BOUND_S = gameBoundsOf(gameOptions(), defaultGameLimits()).inputUs / US_PER_S;
const begin = (): MadeGame => new MadeGame().playing1().idle(5).entered(PLAYER, MAP).playing(PLAYER, MAP, SOURCE, 1);
const broken = (history: MadeGame): string[] => brokenIn(history.finish());

describe("SY14: players' input is taken once, in order, or refused with a reason", () => {
  it("SY14 accepts inputs that are taken, refused by the game or by the client, and a new stay", () => {
    const history = begin().given(1, 2, 3).took([1, 2]).settled("taken", 1).settled("refused", 2, 3).given(4).took([4]).settled("taken", 4);
    const found = history.after(50).entered(PLAYER, MAP).given(1).took([1]).settled("taken", 1).finish();
    expect(brokenIn(found)).toEqual([]);
    expect(found.evaluated["SY14"]).toBeGreaterThan(10);
  });

  it("SY14 names an input that a host takes twice, out of order, unasked, or after it was refused", () => {
    expect(broken(begin().given(1).took([1, 1]))).toEqual(["SY14"]);
    expect(broken(begin().given(1, 2).took([2, 1]))).toEqual(["SY14"]);
    expect(broken(begin().given(1).took([1, 2]))).toEqual(["SY14"]);
    expect(broken(begin().given(1, 2).settled("refused", 1).took([1]))).toEqual(["SY14"]);
  });

  it("SY14 names numbers that leave one out", () => {
    expect(broken(begin().given(1, 3))).toEqual(["SY14"]);
  });

  it("SY14 names what is settled twice, without having been given, without a reason, or as taken though nobody took it", () => {
    expect(broken(begin().given(1).took([1]).settled("taken", 1, 1))).toEqual(["SY14"]);
    expect(broken(begin().settled("refused", 1))).toEqual(["SY14"]);
    expect(broken(begin().given(1).settled("taken", 1))).toEqual(["SY14"]);
    const silent = { kind: "input/settled", player: PLAYER, map: MAP, input: 1, result: "refused", reason: "" } as const;
    expect(broken(begin().given(1).say(silent, playerActor(PLAYER)))).toEqual(["SY14"]);
  });

  it("SY14 lets the next host go on after a hand-over, and names what it takes again", () => {
    const handed = (): MadeGame =>
      begin().given(1, 2, 3).took([1, 2]).handingOver(0, 5_000).takenUp({ from: "handoff", number: 0, mapMs: 5_000 });
    expect(broken(handed().took([3], TARGET).settled("taken", 1, 2, 3))).toEqual([]);
    expect(broken(handed().took([2, 3], TARGET))).toEqual(["SY14"]);
  });

  // The source took its state up at map time 0; five seconds later it took 1 and 2, and 3 a second after.
  const failed = (mapMs: number): MadeGame => {
    const source = begin().given(1, 2).took([1, 2]).idle(1).given(3).took([3]);
    return source.after(100).sourceLost().takenUp({ from: "replica", number: 0, mapMs });
  };

  it("SY14 lets a failover take again what its state lacks, and names what is in it", () => {
    expect(broken(failed(5_500).took([3], TARGET).settled("taken", 1, 2, 3))).toEqual([]);
    expect(broken(failed(5_500).took([2], TARGET))).toEqual(["SY14"]);
    const found = failed(5_500).took([3], TARGET).settled("taken", 3).finish();
    expect(found.reached["inputs.lost"]).toBe(1);
  });

  it("SY14 leaves aside a host that was replaced and has not heard of it, and says so", () => {
    const found = failed(5_500).took([3], SOURCE, 1).finish();
    expect([brokenIn(found), found.reached["excused.SY14.stale_host"]]).toEqual([[], 1]);
  });
});

describe("LV6: at the end every input of a player who plays is settled", () => {
  it("LV6 names one that has waited longer than its bound, at a host that is well", () => {
    const found = begin()
      .settling()
      .given(1)
      .idle(BOUND_S + 1)
      .finish();
    expect(brokenIn(found)).toEqual(["LV6"]);
    expect(found.violations.find(({ rule }) => rule === "LV6")?.player).toBe(PLAYER);
  });

  it("LV6 accepts what is young or settled, and asks for nothing before faults have stopped", () => {
    const young = begin().settling().given(1).idle(5).finish();
    expect([brokenIn(young), young.evaluated["LV6"]]).toEqual([[], 1]);
    expect(broken(begin().settling().given(1).took([1]).settled("taken", 1).idle(60))).toEqual([]);
    expect(broken(begin().given(1).idle(60))).toEqual([]);
  });

  it("LV6 excuses who is not where its map is, whose line or host is gone, and says so", () => {
    const waiting = (): MadeGame =>
      begin()
        .settling()
        .given(1)
        .idle(BOUND_S + 1);
    const cases = {
      not_following: waiting().granted(MAP, TARGET, 2),
      host_in_trouble: waiting().truth(SOURCE, "cut"),
      no_line: waiting().dropped(playerActor(PLAYER), hostActor(SOURCE)),
    };
    for (const [name, history] of Object.entries(cases)) {
      const found = history.finish();
      expect([brokenIn(found), found.reached[`excused.LV6.${name}`]], name).toEqual([[], 1]);
    }
    expect(broken(waiting().dropped(COORDINATOR, hostActor(SOURCE)))).toEqual(["LV6"]);
    expect(broken(waiting().online(PLAYER, -1))).toEqual([]);
  });
});
