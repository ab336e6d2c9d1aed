import { describe, expect, it } from "vitest";
import { Bug } from "../../src/base/assert.ts";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import { CUT_IN, CUT_OUT, Machines } from "./machines.ts";
import { TWO_PLACES } from "./parts.fixture.ts";

describe("machines", () => {
  it("are numbered densely: the coordinator, hosts from 1, players from 0 behind them", () => {
    const machines = new Machines(3, 2, TWO_PLACES);
    const actors = [COORDINATOR, hostActor(1), hostActor(2), hostActor(3), playerActor(0), playerActor(1)];
    expect(actors.map((actor) => machines.dense(actor))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([0, 1, 2, 3, 4, 5].map((dense) => machines.actor(dense))).toEqual(actors);
  });

  it("are as far apart as their places and their lines say, the same both ways, and never nothing", () => {
    const machines = new Machines(3, 0, { ...TWO_PLACES, rttMs: [0, 40, 40, 4] });
    machines.place[2] = 1;
    machines.accessUs[1] = 3_000;
    machines.accessUs[2] = 500;
    expect([machines.oneWayUs(1, 2), machines.oneWayUs(2, 1)]).toEqual([23_500, 23_500]);
    expect(machines.oneWayUs(0, 3)).toBe(50);
  });

  it("reach each other when the one may send and the other may receive", () => {
    const machines = new Machines(2, 0, TWO_PLACES);
    const reach = () => [machines.reachable(1, 2), machines.reachable(2, 1)];
    expect(reach()).toEqual([true, true]);
    machines.cut[1] = CUT_OUT;
    expect(reach()).toEqual([false, true]);
    machines.cut[1] = CUT_IN;
    expect(reach()).toEqual([true, false]);
    machines.cut[2] = CUT_IN | CUT_OUT;
    expect(reach()).toEqual([false, false]);
  });

  it("need a square matrix of round trips", () => {
    expect(() => new Machines(1, 0, { ...TWO_PLACES, rttMs: [1, 2, 3] })).toThrow(Bug);
  });
});
