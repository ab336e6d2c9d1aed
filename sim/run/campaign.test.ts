import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Interrupted, runCampaign, ticketCount, type CampaignPoint, type CampaignWatch, type SeedRunner } from "./campaign.ts";
import { failedOutcome, serveTicket, type RunSeed, type Ticket, type WorkerSetup } from "./ticket.ts";
import type { Options } from "../options.ts";
import type { RunOutcome } from "../outcome.ts";

const OPTIONS = { scenario: "s" } as Options;
const never = new AbortController().signal;

function point(seeds: readonly number[], budgetS: number | null = null): CampaignPoint {
  return { options: OPTIONS, seeds, budgetS, until: null, trace: null, stories: 0 };
}

function watch(lanes: number, more: Partial<CampaignWatch> = {}): CampaignWatch {
  return { lanes, signal: never, now: () => 0, ...more };
}

function good(seed: number, fingerprint = `f${seed}`): RunOutcome {
  return { ...failedOutcome(seed, "ok", "", ""), fingerprint, violations: [], violationsTotal: 0 };
}

/** A runner whose seeds finish in an order of their own: each waits for as many turns of the event loop as `turns` says. */
function slow(turns: (seed: number) => number): SeedRunner {
  return async (ticket) => {
    for (let i = 0; i < turns(ticket.seed); i += 1) await Promise.resolve();
    return good(ticket.seed);
  };
}

describe("a campaign", () => {
  it("DT1: merges in seed order for any number of lanes, order of seeds and speed of each", async () => {
    const seeds = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(30), { minLength: 1 }), async (chosen, lanes, turns) => {
        const outcomes = await runCampaign(
          [point(chosen)],
          slow((seed) => turns[seed % turns.length] as number),
          watch(lanes),
        );
        expect(outcomes).toEqual([{ outcomes: chosen.toSorted((a, b) => a - b).map((seed) => good(seed)), asked: chosen.length }]);
      }),
    );
  });

  it("keeps points apart and gives every ticket a slot of its own", async () => {
    const tickets: Ticket[] = [];
    const points = [point([1, 2]), point([2, 1]), point([9])];
    const result = await runCampaign(
      points,
      slow(() => 0),
      watch(2, { started: (ticket) => tickets.push(ticket) }),
    );
    expect(result.map((p) => p.outcomes.map((o) => o.seed))).toEqual([[1, 2], [1, 2], [9]]);
    expect(tickets.map((t) => t.slot).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(ticketCount(points)).toBe(5);
  });

  it("makes a dead worker an outcome of that seed alone", async () => {
    const run: SeedRunner = async (ticket) => {
      if (ticket.seed === 2) throw new Error("gone");
      return good(ticket.seed);
    };
    const [only] = await runCampaign([point([1, 2, 3])], run, watch(2));
    expect(only?.outcomes.map((o) => o.result)).toEqual(["ok", "crash", "ok"]);
    expect(only?.outcomes[1]?.violations).toEqual([{ rule: "crash", at_s: 0, message: "the worker died: Error: gone" }]);
  });

  it("starts no further seed of a point whose budget is spent, and goes on with the next point", async () => {
    let clock = 0;
    const run: SeedRunner = async (ticket) => {
      clock += 1000;
      return good(ticket.seed);
    };
    const result = await runCampaign([point([1, 2, 3, 4, 5], 3), point([7, 8], 0)], run, watch(1, { now: () => clock }));
    expect(result.map((p) => [p.outcomes.map((o) => o.seed), p.asked])).toEqual([
      [[1, 2, 3], 5],
      [[7], 2],
    ]);
  });

  it("asks the lowest seeds for their story, in whatever order they run", async () => {
    const told: number[] = [];
    const run: SeedRunner = async (ticket) => {
      if (ticket.story) told.push(ticket.seed);
      return good(ticket.seed);
    };
    await runCampaign([{ ...point([9, 4, 7, 1]), stories: 2 }, point([1, 2])], run, watch(1));
    expect(told).toEqual([4, 1]);
  });

  it("says that it was interrupted and starts nothing more", async () => {
    const stop = new AbortController();
    const ran: number[] = [];
    const run: SeedRunner = async (ticket) => {
      ran.push(ticket.seed);
      if (ticket.seed === 2) stop.abort();
      return good(ticket.seed);
    };
    await expect(runCampaign([point([1, 2, 3])], run, watch(1, { signal: stop.signal }))).rejects.toBeInstanceOf(Interrupted);
    expect(ran).toEqual([1, 2]);
  });
});

describe("a ticket", () => {
  const setup = (twice: boolean): WorkerSetup => ({
    clocks: new SharedArrayBuffer(8),
    twice,
    stacks: false,
  });
  const ticket: Ticket = { options: OPTIONS, point: 0, seed: 4, slot: 0, until: null, trace: null, story: false };

  it("DT1: says when two runs of one seed differ, and in what", () => {
    const fingerprints = ["c", "y"];
    const flaky: RunSeed = (_, seed) => good(seed, fingerprints.shift());
    const outcome = serveTicket(setup(true), ticket, flaky);
    expect(outcome.result).toBe("nondeterminism");
    expect(outcome.violations).toEqual([{ rule: "DT1", at_s: 0, message: "seed 4: fingerprint c against y" }]);
  });

  it("leaves equal runs as they are", () => {
    const outcome = serveTicket(setup(true), ticket, (_, seed) => good(seed));
    expect({ ...outcome, wall_s: 0 }).toEqual(good(4));
  });

  it("passes the horizon on and answers what is thrown as a crash", () => {
    const outcome = serveTicket(setup(false), { ...ticket, until: 17 }, (_, __, hooks) => {
      throw new TypeError(`until ${hooks.until}`);
    });
    expect([outcome.result, outcome.violations[0]?.message]).toEqual(["crash", "TypeError: until 17"]);
  });
});
