import { describe, expect, it } from "vitest";
import { withHosts } from "../../fleet/listed.ts";
import type { Options } from "../../options.ts";
import { explicitHosts } from "../explicit-hosts.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { drawSwarm } from "../swarm/draw.ts";
import { points } from "./files.fixture.ts";
import { scenarioText } from "./write.ts";

/** The fingerprints of a seed of these options, and of the one seed of the file that they are written to. */
function fingerprints(options: Options, seed: number): [string, string] {
  const [point] = points(scenarioText({ ...options, scenario: "minimal/one" }, seed, ["A failure."]));
  return [runSeed(options, seed).fingerprint, runSeed(point!.options, point!.seeds.from).fingerprint];
}

function expectSameRun(options: Options, seed: number): void {
  const [original, written] = fingerprints(options, seed);
  expect(original).not.toBe("");
  expect(written).toBe(original);
}

describe("a run written down under another name", () => {
  it.each(["smoke/churn", "smoke/store-unknown", "smoke/one-way-cut"])("is the run of %s", (name) => {
    expectSameRun(shipped(name).options, 2);
  });

  it.each([1, 2, 3, 4, 5])("is what seed %i of the swarm drew", (seed) => {
    expectSameRun(drawSwarm(shipped("chaos/swarm").options, seed), seed);
  });

  it("is the swarm itself, where that is written down", () => {
    expectSameRun(shipped("chaos/swarm").options, 6);
  });

  it("has the bugs that were planted and the heartbeats one by one", () => {
    const options = smallOptions({
      durationUs: 120_000_000,
      settleUs: 60_000_000,
      planted: ["no-fence", "redistribution-restless"],
      eagerHeartbeats: true,
    });
    expectSameRun(options, 3);
    expect(fingerprints(options, 3)[0]).not.toBe(runSeed({ ...options, planted: [] }, 3).fingerprint);
  });

  it("has the machines that were listed, and the up-times", () => {
    const base = smallOptions({ durationUs: 120_000_000, settleUs: 30_000_000 });
    const hosts = withHosts(base.hosts, explicitHosts(base, 4).slice(0, 4));
    expectSameRun({ ...base, hosts }, 4);
    const nodes = [[0, 40, 60, 500], [20.5, 90.25], [], [10, 1000]];
    expectSameRun({ ...base, hosts: { ...base.hosts, uptimeS: null, downtimeS: null, availability: { nodes, fromS: 12.5 } } }, 4);
  });

  it("is another run under another name of its draws", () => {
    const options = smallOptions({ durationUs: 60_000_000, settleUs: 1_000_000 });
    const other = runSeed({ ...options, draws: "test/other" }, 1).fingerprint;
    expect(runSeed({ ...options, scenario: "test/other" }, 1).fingerprint).toBe(runSeed(options, 1).fingerprint);
    expect(other).not.toBe(runSeed(options, 1).fingerprint);
  });
});
