import { describe, expect, it } from "vitest";
import { smallOptions } from "../small-options.fixture.ts";
import { scenarioHash } from "./scenario-hash.ts";

describe("the hash of a scenario", () => {
  const options = smallOptions();

  it("is 64 hex characters, the same for equal options in any order of their fields", () => {
    const turned = Object.fromEntries(Object.entries(options).toReversed()) as typeof options;
    const inner = { ...turned, hosts: Object.fromEntries(Object.entries(options.hosts).toReversed()) as typeof options.hosts };
    expect(scenarioHash(options)).toMatch(/^[0-9a-f]{64}$/);
    expect(scenarioHash(inner)).toBe(scenarioHash(options));
    expect(scenarioHash(smallOptions())).toBe(scenarioHash(options));
  });

  it("differs by one bit of one number, by the order of a list, by a name", () => {
    const others = [
      { ...options, network: { ...options.network, loss: options.network.loss + 2 ** -62 } },
      { ...options, maps: { ...options.maps, names: options.maps.names.toReversed() } },
      { ...options, draws: "test/other" },
      { ...options, hosts: { ...options.hosts, downtimeS: null } },
    ];
    expect(options.network.loss).not.toBe(others[0]!.network.loss);
    expect(new Set([options, ...others].map(scenarioHash)).size).toBe(5);
  });
});
