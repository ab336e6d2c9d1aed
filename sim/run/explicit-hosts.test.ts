import { describe, expect, it } from "vitest";
import type { HostProfile } from "../../src/core/protocol/host-stats.ts";
import { HostFleet } from "../fleet/hosts.ts";
import { withHosts } from "../fleet/listed.ts";
import type { ListedHost, Options } from "../options.ts";
import { World } from "../world/world.ts";
import { explicitHosts } from "./explicit-hosts.ts";
import { rootOf } from "./root-stream.ts";
import { runSeed } from "./run-seed.ts";
import { shipped } from "./shipped.fixture.ts";
import { smallOptions } from "./small-options.fixture.ts";

/** All machines of a run as they are when it begins; those that are up say for how long they have been. */
function profiles(options: Options, seed: number): HostProfile[] {
  const { conf, tuning, maps } = options;
  const settings = { conf, tuning, maps: maps.names, eligible: maps.eligible, regions: options.regions.map((region) => region.name) };
  const world = new World(options, settings, rootOf(options, seed), {}, HostFleet.count(options), 1, {});
  const fleet = new HostFleet(world, options);
  fleet.start();
  return Array.from({ length: HostFleet.count(options) }, (_, i) => fleet.profile(i + 1));
}

function listed(options: Options, seed: number): Options {
  return { ...options, hosts: withHosts(options.hosts, explicitHosts(options, seed)) };
}

/** A fleet whose machines come and go every few minutes, in a place or two for each region. */
const base = smallOptions({
  durationUs: 60_000_000,
  settleUs: 1_000_000,
  network: { ...smallOptions().network, placeRegion: [0, 1, 0], rttMs: [8, 95, 20, 95, 8, 90, 20, 90, 8] },
});
const traced: Options = {
  ...base,
  hosts: {
    ...base.hosts,
    uptimeS: null,
    downtimeS: null,
    availability: { nodes: [[0, 500], [110, 9000], [], [50, 90, 120, 130]], fromS: 100 },
  },
};

describe("machines one by one", () => {
  it.each([
    ["drawn", base],
    ["of a trace", traced],
    ["of steady hosts", { ...base, hosts: { ...base.hosts, uptimeS: null, downtimeS: null } }],
    ["of a large scenario", shipped("chaos/region-outage").options],
  ] as const)("are those that were %s: every profile is equal", (_, options) => {
    for (const seed of [1, 2, 3]) {
      const made = profiles(options, seed);
      expect(made.length).toBe(options.vps.sites.length + options.hosts.count);
      expect(profiles(listed(options, seed), seed)).toEqual(made);
    }
  });

  it("differ from seed to seed, and are up or coming", () => {
    const [one, two] = [explicitHosts(base, 1), explicitHosts(base, 2)];
    expect(one).not.toEqual(two);
    const both = [...one, ...two];
    expect(both.some((host) => host.comesS > 0 && host.upS === 0)).toBe(true);
    expect(both.filter((host) => host.upS > 0).length).toBeGreaterThan(20);
    expect(explicitHosts(traced, 1).some((host) => host.comesS === 10)).toBe(true);
    expect(explicitHosts(traced, 1).some((host) => host.comesS === 62)).toBe(true);
  });

  it("are a list of themselves", () => {
    expect(explicitHosts(listed(base, 1), 1)).toEqual(explicitHosts(base, 1));
  });

  it("leave the run as it was while nobody would have gone", () => {
    const steady = {
      ...base,
      hosts: { ...base.hosts, uptimeS: { law: "uniform", min: 1e7, max: 1.1e7 }, downtimeS: { law: "uniform", min: 30, max: 1e7 } },
    } as Options;
    expect(explicitHosts(steady, 5).filter((host) => host.comesS > 0).length).toBeGreaterThan(3);
    expect(runSeed(listed(steady, 5), 5).fingerprint).toBe(runSeed(steady, 5).fingerprint);
  });

  it("come when the list says, and stay until a fault takes them, for as long as it says", () => {
    const machines = explicitHosts(base, 1).slice(0, 3);
    const list: ListedHost[] = machines.map((machine, i) => ({ ...machine, upS: 0, comesS: i === 1 ? 20 : 0 }));
    const crash = { id: "a", kind: "crash", everyUs: null, amount: 1, close: true } as const;
    const faults = [
      { ...crash, atUs: 30_000_000, forUs: 10_000_000, target: { pick: "host", index: 0 } },
      { ...crash, id: "b", atUs: 31_000_000, forUs: 0, target: { pick: "host", index: 2 } },
    ] as const;
    const truths: unknown[] = [];
    const watch = {
      host: (at: number, host: number, truth: string) => void (host > 2 && truths.push([Math.floor(at / 1e6), host, truth])),
    };
    runSeed({ ...base, hosts: withHosts(base.hosts, list), faults }, 1, { watch });
    expect(truths).toEqual([
      [0, 3, "up"],
      [0, 5, "up"],
      [20, 4, "up"],
      [30, 3, "down-close"],
      [31, 5, "down-close"],
      [40, 3, "up"],
    ]);
  });
});
