import { describe, expect, it } from "vitest";
import { rootStream } from "../../src/base/random.ts";
import { BUGGIFY_SITES, type BuggifySite } from "../../src/core/protocol/buggify.ts";
import { BuggifySites } from "./buggify.ts";

const NAMES = Object.keys(BUGGIFY_SITES) as BuggifySite[];
const ROOT = rootStream(3, 5);
const HALF = { active: 1, fires: 0.5 };

/** What an actor is answered at a site, `times` times. */
function answers(sites: BuggifySites, name: BuggifySite, actor: number, times: number): boolean[] {
  const ask = sites.of(actor);
  return Array.from({ length: times }, () => ask(name));
}

describe("the answers at sites", () => {
  it("DT1: are keyed by run, site, actor and number of the asking, whoever else asks in between", () => {
    const alone = answers(new BuggifySites(ROOT, HALF), "prepare-busy", 9, 64);
    const busy = new BuggifySites(ROOT, HALF);
    const among = Array.from({ length: 64 }, () => {
      for (const name of NAMES) for (const actor of [0, 5, 9]) if (name !== "prepare-busy" || actor !== 9) busy.of(actor)(name);
      return busy.of(9)("prepare-busy");
    });
    expect(among).toEqual(alone);
    const others = [
      answers(new BuggifySites(ROOT, HALF), "prepare-busy", 13, 64),
      answers(new BuggifySites(ROOT, HALF), "load-slow", 9, 64),
      answers(new BuggifySites(rootStream(3, 6), HALF), "prepare-busy", 9, 64),
    ];
    for (const other of others) expect(other).not.toEqual(alone);
  });

  it("a share of the sites is active in a run, and an active one fires in a share of its askings", () => {
    let active = 0;
    let fired = 0;
    const [runs, askings] = [400, 100];
    for (let run = 0; run < runs; run++) {
      const sites = new BuggifySites(rootStream(run, 1), { active: 0.25, fires: 0.25 });
      const yes = answers(sites, "claim-answer-lost", 0, askings).filter(Boolean).length;
      active += Number(yes > 0);
      fired += yes;
      expect(sites.reached()["buggify.claim-answer-lost"]).toBe(yes);
    }
    // Four standard deviations around a quarter of the runs, and of an active run's askings.
    expect(Math.abs(active / runs - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / runs));
    expect(Math.abs(fired / (active * askings) - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / (active * askings)));
  });

  it("the full inbox, which costs a connection, fires 200 times more seldom than the others", () => {
    const yes = (name: BuggifySite): number =>
      answers(new BuggifySites(ROOT, { active: 1, fires: 1 }), name, 0, 20_000).filter(Boolean).length;
    expect(yes("inbox-turn")).toBe(20_000);
    expect(Math.abs(yes("inbox-full") - 100)).toBeLessThan(40);
  });

  it("nothing fires once faults have stopped, and what fired is still told, site by site", () => {
    const sites = new BuggifySites(ROOT, { active: 1, fires: 1 });
    const ask = sites.of(9);
    expect([ask("load-slow"), ask("load-slow"), ask("ask-early")]).toEqual([true, true, true]);
    sites.heal();
    expect([ask("load-slow"), sites.of(0)("storm-early")]).toEqual([false, false]);
    const reached = sites.reached();
    expect(Object.keys(reached)).toEqual(NAMES.map((name) => `buggify.${name}`));
    expect(Object.entries(reached).filter(([, count]) => count > 0)).toEqual([
      ["buggify.load-slow", 2],
      ["buggify.ask-early", 1],
    ]);
  });
});
