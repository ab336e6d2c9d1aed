import { describe, expect, it } from "vitest";
import { someOptions } from "../document.fixture.ts";
import { keptText, readKept, searchKey, type SearchIdentity } from "./kept.ts";
import { someProbe } from "./probe.fixture.ts";

const identity: SearchIdentity = {
  path: "vps.slots",
  ends: [someOptions(), someOptions({ title: "the other end" })],
  seeds: [1, 2, 3],
  commit: "abc",
  timeoutS: null,
  twice: false,
  command: "peerstead run x",
};
const key = searchKey(identity);
const probes = [someProbe(10, { holds: true }), someProbe(20, { holds: false })];

describe("what a search keeps", () => {
  it("is read back as it was", () => {
    expect(readKept(keptText(key, probes), key)).toEqual({ state: "same", probes });
    expect(readKept(keptText(key, []), key)).toEqual({ state: "same", probes: [] });
  });

  it("is another search's when anything differs that decides what a probe comes to", () => {
    const changes: Partial<SearchIdentity>[] = [
      { path: "fleet.maps.count" },
      { ends: [identity.ends[1], identity.ends[0]] },
      { ends: [identity.ends[0], someOptions({ durationUs: 1 })] },
      { seeds: [1, 2] },
      { commit: "abd" },
      { timeoutS: 5 },
      { twice: true },
      { command: "peerstead run y" },
    ];
    for (const change of changes)
      expect(readKept(keptText(searchKey({ ...identity, ...change }), probes), key)).toEqual({ state: "other" });
    expect(searchKey({ ...identity, seeds: [3, 1, 2] })).toBe(key);
  });

  it("is damaged when it is cut short, changed, or something else", () => {
    const text = keptText(key, probes);
    for (const bad of [
      "",
      "[]",
      "null",
      "{}",
      text.slice(0, -20),
      text.replace('"value":20', '"value":21'),
      text.replace('"holds":false', '"holds":true'),
    ])
      expect([bad, readKept(bad, key)]).toEqual([bad, { state: "damaged" }]);
  });
});
