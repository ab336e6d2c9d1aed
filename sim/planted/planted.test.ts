/** Each planted bug is found by the swarm, by a rule of its own, within a thousand seeds; the same runs are clean without it. */
import { describe, expect, it } from "vitest";
import { compareRuns } from "../checkers/determinism.ts";
import type { Options, PlantedName } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { swarmRun } from "../run/fuzz/swarm-run.ts";
import { shipped } from "../run/shipped.fixture.ts";
import { drawSwarm } from "../run/swarm/draw.ts";
import { withPlanted } from "./entry.ts";
import { PLANTED } from "./planted.ts";

const SEEDS_MAX = 1000;
const CANARY_SEEDS = 20;
const { options } = shipped("chaos/swarm");

const has = ({ faults }: Options, kind: RegExp) => faults.some((fault) => kind.test(fault.kind));

/** A coordinator restart meets a fault of this kind: one is on, or begins, while no coordinator has opened; its length alone is known beforehand. */
function restartMeets({ faults }: Options, kind: RegExp): boolean {
  const restarts = faults.filter((fault) => fault.kind === "coordinator-restart");
  const others = faults.filter((fault) => kind.test(fault.kind));
  return restarts.some((a) => others.some((b) => b.atUs <= a.atUs + a.forUs + 500_000 && b.atUs + b.forUs >= a.atUs - 500_000));
}

/** What seldom occurs, seen in what a seed draws before anything is run: only such seeds are run, which saves minutes and finds nothing else. */
const OCCASION: Partial<Record<PlantedName, (drawn: Options, seed: number) => boolean>> = {
  "lazy-silence-skipped": (_, seed) => seed % 8 === 0,
  "unknown-taken-as-granted": (drawn) => has(drawn, /^store-unknown$/),
  "claim-not-retried": (drawn) => has(drawn, /^store-(fail|unknown|refuse)$/),
  "resume-ignored": (drawn) => has(drawn, /^(coordinator-restart|player-drop)$/),
  "p2p-switch-ignored": ({ conf }) => !conf.general.enable_p2p_maps,
  "rows-taken-as-service": (drawn) =>
    restartMeets(drawn, /^(crash|leave)$/) || (drawn.hosts.uptimeS !== null && has(drawn, /^coordinator-restart$/)),
  "restore-not-retried": (drawn) => restartMeets(drawn, /^store-(fail|unknown)$/),
};

describe("planted bugs", () => {
  const found = new Map<PlantedName, number>();

  it.each(PLANTED)(
    "$name is found by its rule",
    ({ name, what, rules, given }) => {
      const planted = withPlanted(options, { name, given });
      const others = new Set<string>();
      for (let seed = 1; seed <= SEEDS_MAX; seed++) {
        if (OCCASION[name]?.(drawSwarm(options, seed), seed) === false) continue;
        const { violations } = swarmRun(planted, seed);
        const twice = name === "counter-outlives-run" ? compareRuns(runSeed(planted, seed), runSeed(planted, seed)) : [];
        const broken = [...violations, ...twice].map(({ rule }) => rule);
        for (const rule of broken) others.add(rule);
        if (!broken.some((rule) => rules.includes(rule))) continue;
        found.set(name, seed);
        return;
      }
      expect.fail(`${name}: ${what} Not found in ${SEEDS_MAX} seeds; expected ${rules.join(" or ")}, seen ${[...others].join()}`);
    },
    120_000,
  );

  it("are found within a hundred seeds, the median of them", () => {
    const seeds = [...found.values()].sort((a, b) => a - b);
    expect(seeds.length).toBe(PLANTED.length);
    expect(seeds[seeds.length >> 1]).toBeLessThanOrEqual(100);
  });

  it("are all that is wrong with the runs that show them", () => {
    const seeds = new Set(found.values());
    expect(seeds.size).toBeGreaterThan(5);
    for (const seed of seeds) expect(swarmRun(options, seed).violations, `seed ${seed}`).toEqual([]);
  });

  it("include a canary that every seed finds", () => {
    for (let seed = 1; seed <= CANARY_SEEDS; seed++) {
      const { result } = swarmRun({ ...options, planted: ["canary"] }, seed);
      expect(result, `seed ${seed}`).toBe("safety");
    }
  });
});
