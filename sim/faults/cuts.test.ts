import { describe, expect, it } from "vitest";
import { CUT_IN, CUT_OUT, Machines, PEER } from "../world/machines.ts";
import { TWO_PLACES } from "../world/parts.fixture.ts";
import type { World } from "../world/world.ts";
import { cutBits, Cuts } from "./cuts.ts";

/** One VPS site (1), three player hosts, one player (5); what is said of lines is kept. */
class Desk {
  readonly machines = new Machines(4, 1, TWO_PLACES, 1);
  readonly truths: string[] = [];
  readonly backlog = { clog: () => {}, unclog: () => {} };
  readonly cuts = new Cuts(this as unknown as World);

  truth(host: number, truth: string): void {
    this.truths.push(`${host} ${truth}`);
  }

  /** Whom a host reaches, and who reaches it. */
  reach(host: number): [number[], number[]] {
    const others = [0, 1, 2, 3, 4, 5].filter((other) => other !== host);
    return [others.filter((to) => this.machines.reachable(host, to)), others.filter((from) => this.machines.reachable(from, host))];
  }
}

describe("a cut", () => {
  it.each([
    ["all", [], []],
    ["vps", [3, 4, 5], [3, 4, 5]],
    ["players", [0, 1, 3, 4], [0, 1, 3, 4]],
    ["hosts", [0, 1, 5], [0, 1, 5]],
  ] as const)("from %s leaves the others", (shape, to, from) => {
    const desk = new Desk();
    desk.cuts.bar(2, cutBits(shape, true, true), 1);
    expect(desk.reach(2)).toEqual([to, from]);
  });

  it("in one direction leaves the other", () => {
    const desk = new Desk();
    desk.cuts.bar(2, cutBits("vps", false, true), 1);
    expect(desk.reach(2)).toEqual([
      [3, 4, 5],
      [0, 1, 3, 4, 5],
    ]);
    expect([cutBits("all", true, false), cutBits("all", false, true), cutBits("players", true, false)]).toEqual([
      CUT_IN,
      CUT_OUT,
      PEER.players,
    ]);
  });

  it("is over with the last of those that overlap, and each time it is said what is left", () => {
    const desk = new Desk();
    desk.cuts.bar(2, cutBits("all", true, true), 1);
    desk.cuts.bar(2, cutBits("hosts", true, true), 1);
    desk.cuts.bar(2, cutBits("all", true, true), 1);
    for (const shape of ["all", "all", "hosts"] as const) {
      desk.cuts.bar(2, cutBits(shape, true, true), -1);
      desk.cuts.ended(2);
    }
    expect(desk.truths).toEqual(["2 healed", "2 cut-in-part", "2 healed"]);
    expect(desk.machines.cut[2]).toBe(0);
  });
});

describe("an island", () => {
  it("has its hosts reach each other and nobody else, until they leave it", () => {
    const desk = new Desk();
    const bit = desk.cuts.strand([2, 3]);
    expect(desk.reach(2)).toEqual([[3], [3]]);
    desk.cuts.rejoin(3, bit);
    expect(desk.reach(2)).toEqual([[], []]);
    expect(desk.reach(3)[0]).toEqual([0, 1, 4, 5]);
    desk.cuts.rejoin(2, bit);
    expect(desk.reach(2)[0]).toEqual([0, 1, 3, 4, 5]);
  });

  it("is another than one that overlaps it", () => {
    const desk = new Desk();
    const first = desk.cuts.strand([2, 3]);
    const second = desk.cuts.strand([3, 4]);
    expect(second).not.toBe(first);
    expect([desk.machines.reachable(2, 3), desk.machines.reachable(3, 4), desk.machines.reachable(2, 4)]).toEqual([false, false, false]);
    desk.cuts.rejoin(2, first);
    desk.cuts.rejoin(3, first);
    expect(desk.machines.reachable(3, 4)).toBe(true);
  });
});
