/** The campaign that runs with every test: five hundred seeds, each twice, over worker threads, judged as `peerstead fuzz` judges. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import { runCampaign } from "../campaign.ts";
import { openPool } from "../pool.ts";
import { shipped } from "../shipped.fixture.ts";
import { campaignFingerprint, canaryOf, swarmWorker } from "./campaign.ts";
import { fuzzDocument, type FuzzDocument } from "./document.ts";
import type { SwarmOutcome } from "./swarm-run.ts";

const SEEDS = 500;
const MINUTES = 5 * 60_000;

async function campaign(options: Options, seeds: readonly number[], workers: number, twice: boolean): Promise<SwarmOutcome[]> {
  const pool = openPool({ workers, slots: seeds.length, twice, timeoutS: null, stacks: true, workerFile: swarmWorker() });
  try {
    const point = { options, seeds, budgetS: null, until: null, trace: null, stories: 0 };
    const [ran] = await runCampaign([point], pool.run, { lanes: workers, signal: new AbortController().signal, now: () => 0 });
    return (ran?.outcomes ?? []) as RunOutcome[] as SwarmOutcome[];
  } finally {
    await pool.close();
  }
}

describe("the swarm", () => {
  let options: Options;
  let document: FuzzDocument;
  beforeAll(async () => {
    options = { ...shipped("chaos/swarm").options, require: { faultsEffective: "none", sometimes: [] } };
    const outcomes = await campaign(
      options,
      Array.from({ length: SEEDS }, (_, i) => i + 1),
      2,
      true,
    );
    const fingerprint = campaignFingerprint(outcomes);
    const parts = { scenario: "chaos/swarm", commit: "", command: "", wall_s: 0, failures: [], asked: SEEDS, twice: true, drawn: true };
    document = fuzzDocument({ ...parts, canary: canaryOf(options, 1), fingerprint, outcomes });
    const failed = outcomes.filter((outcome) => outcome.result !== "ok");
    // Said first, because it is what somebody has to look at.
    expect(failed.map((outcome) => `seed ${outcome.seed}: ${outcome.violations[0]?.rule} ${outcome.violations[0]?.message}`)).toEqual([]);
  }, MINUTES);

  it("breaks no rule in five hundred seeds, each run twice to the same bit (DT1)", () => {
    expect([document.seeds.ran, document.seeds.twice]).toEqual([SEEDS, true]);
    expect(document.rules.filter((rule) => rule.broken > 0)).toEqual([]);
  });

  it("is no vacuous green: every rule was put to the test, every fault met something, goals were reached, the canary was caught", () => {
    expect(document.inconclusive).toEqual([]);
    expect(document.result).toBe("ok");
    expect(document.faults.filter((fault) => fault.effects === 0)).toEqual([]);
  });

  it(
    "DT1: is the same for one worker and two, and for seeds in any order",
    async () => {
      const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
      const one = await campaign(options, seeds, 1, false);
      const two = await campaign(options, seeds.toReversed(), 2, false);
      expect(campaignFingerprint(one)).toBe(campaignFingerprint(two));
      const timeless = (outcomes: readonly SwarmOutcome[]): SwarmOutcome[] => outcomes.map((outcome) => ({ ...outcome, wall_s: 0 }));
      expect(timeless(two)).toEqual(timeless(one));
    },
    MINUTES,
  );
});
