/** Each planted bug is caught by its own rule within a stated number of seeds, and the same runs are clean without it. */
import { describe, expect, it } from "vitest";
import type { Fault, Options, PlantedName } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import { PLANTED } from "./planted.ts";

const SECOND = 1_000_000;
const SEEDS_MAX = 12;

function fault(kind: Fault["kind"], atS: number, over: Partial<Fault> = {}): Fault {
  return {
    id: kind,
    kind,
    atUs: atS * SECOND,
    everyUs: 90 * SECOND,
    forUs: 8 * SECOND,
    target: { pick: "share", share: 0.2 },
    amount: 0.5,
    close: true,
    ...over,
  };
}

const FAULTS = [
  fault("crash", 40),
  fault("leave", 47),
  fault("cut", 54),
  fault("store-unknown", 61),
  fault("store-fail", 68),
  fault("coordinator-restart", 300, { everyUs: null, forUs: 2 * SECOND }),
  fault("validation-fail", 60, { target: { pick: "busiest", count: 1 } }),
];

const base = (): Options => smallOptions({ faults: FAULTS });

/** What a bug needs beyond the base to show itself. */
const NEEDS: Partial<Record<PlantedName, () => Options>> = {
  // Machines alike in everything that scores, under the seed's formula.
  "tie-by-arrival": () => {
    const { hosts, network } = smallOptions();
    const alike = (value: number) => ({ law: "constant", value }) as const;
    const same = {
      cpuGhz: alike(3.5),
      cpuCores: alike(8),
      freeRamMb: alike(16_000),
      uploadMbps: alike(300),
      jitterMs: alike(2),
      frameTimeMs: alike(8),
      metricsNoise: 0,
    };
    return smallOptions({ hosts: { ...hosts, ...same, uptimeS: null, downtimeS: null }, network: { ...network, hostAccessMs: alike(4) } });
  },
  // The fence at the checkpoint would stop the old host within a minute.
  "release-lost": () => {
    const options = base();
    return { ...options, tuning: { ...options.tuning, checkpointS: 3600 } };
  },
};

describe("planted bugs", () => {
  it.each(PLANTED.map((planted) => [planted.name, planted] as const))("%s is caught by its rule", (name, planted) => {
    const options = (NEEDS[name] ?? base)();
    const seen = new Set<string>();
    let seed = 0;
    do {
      seed += 1;
      for (const violation of runSeed({ ...options, planted: [name] }, seed).violations) seen.add(violation.rule);
    } while (seed < SEEDS_MAX && !planted.rules.some((rule) => seen.has(rule)));
    expect([...seen], `${name}: ${planted.what}`).toEqual(
      expect.arrayContaining([planted.rules.find((rule) => seen.has(rule)) ?? planted.rules[0]]),
    );
  });

  it.each(["no-fence", ...Object.keys(NEEDS)] as PlantedName[])("the runs that catch %s are clean without it (canary)", (name) => {
    const options = (NEEDS[name] ?? base)();
    for (let seed = 1; seed <= 3; seed++) {
      const { violations } = runSeed(options, seed);
      expect(violations.filter((violation) => violation.rule !== "vacuous")).toEqual([]);
    }
  });
});
