import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Interrupted, runCampaign, ticketCount, type CampaignPoint, type PointOutcome } from "./campaign.ts";
import type { Options } from "../options.ts";
import { openPool, type Pool } from "./pool.ts";

const workerFile = new URL("./pool-worker.fixture.ts", import.meta.url);
/** The pool only carries options to its workers, and the stand-in worker reads nothing else of them. */
const OPTIONS = { scenario: "fixture" } as Options;

function point(seeds: readonly number[]): CampaignPoint {
  return { options: OPTIONS, seeds, budgetS: null, until: null, trace: null, stories: 0 };
}

function open(workers: number, points: readonly CampaignPoint[]): Pool {
  return openPool({
    workers,
    slots: ticketCount(points),
    twice: false,
    timeoutS: null,
    stacks: false,
    workerFile,
  });
}

async function campaign(workers: number, points: readonly CampaignPoint[]): Promise<PointOutcome[]> {
  const pool = open(workers, points);
  try {
    const results = await runCampaign(points, pool.run, { lanes: workers, signal: new AbortController().signal, now: () => 0 });
    // Wall time is the one thing that may differ between equal campaigns.
    return results.map((result) => ({ ...result, outcomes: result.outcomes.map((outcome) => ({ ...outcome, wall_s: 0 })) }));
  } finally {
    await pool.close();
  }
}

describe("the worker pool", () => {
  it("DT1: gives the same outcomes for 1, 2 and 4 workers and reversed seeds", async () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const one = await campaign(1, [point(seeds), point([3])]);
    expect(one[0]?.outcomes.map((o) => o.fingerprint)).toEqual(["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"]);
    expect(await campaign(2, [point(seeds), point([3])])).toEqual(one);
    expect(await campaign(4, [point(seeds.toReversed()), point([3])])).toEqual(one);
  });

  it("turns a seed that throws and a worker that dies into outcomes, and runs the others", async () => {
    const [only] = await campaign(2, [point([1, 901, 902, 2, 4, 5])]);
    expect(only?.outcomes.map((o) => [o.seed, o.result])).toEqual([
      [1, "ok"],
      [2, "ok"],
      [4, "ok"],
      [5, "ok"],
      [901, "crash"],
      [902, "crash"],
    ]);
    expect(only?.outcomes[4]?.violations[0]?.message).toBe("RangeError: seed 901 throws");
    expect(only?.outcomes[5]?.violations[0]?.message).toMatch(/^the worker died: /);
  });

  it("goes on when a lone worker dies", async () => {
    const [only] = await campaign(1, [point([902, 1])]);
    expect(only?.outcomes.map((o) => o.result)).toEqual(["ok", "crash"]);
  });

  it("gives a seed up after its wall time, and runs the others", async () => {
    const points = [point([1, 903, 5])];
    const pool = openPool({ workers: 1, slots: 3, twice: false, timeoutS: 1, stacks: false, workerFile });
    const [only] = await runCampaign(points, pool.run, { lanes: 1, signal: new AbortController().signal, now: () => 0 });
    await pool.close();
    expect(only?.outcomes.map((o) => [o.seed, o.result, o.violations[0]?.message])).toEqual([
      [1, "ok", undefined],
      [5, "ok", undefined],
      [903, "timeout", "given up after 1 s of wall time"],
    ]);
  });

  it("lets progress be read while seeds run", async () => {
    const points = [point([5, 7])];
    const pool = open(1, points);
    await runCampaign(points, pool.run, { lanes: 1, signal: new AbortController().signal, now: () => 0 });
    expect([pool.clockUs(0), pool.clockUs(1)]).toEqual([5000, 7000]);
    await pool.close();
  });

  it("stops at once when it is closed, whatever runs", async () => {
    const points = [point([1, 903])];
    const pool = open(2, points);
    const stop = new AbortController();
    const ended = runCampaign(points, pool.run, { lanes: 2, signal: stop.signal, now: () => 0 }).catch((error: unknown) => error);
    await sleep(100);
    stop.abort();
    await pool.close();
    expect(await ended).toBeInstanceOf(Interrupted);
  });
});
