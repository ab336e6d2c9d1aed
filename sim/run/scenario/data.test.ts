import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readText } from "../../../src/compat/files.ts";
import { err } from "../../../src/base/result.ts";
import { lawMean } from "../../../src/base/laws.ts";
import { regionOfCity, regionOfCode } from "./countries.ts";
import { complaints, points } from "./files.fixture.ts";
import { loadScenario } from "./load.ts";
import { mixture, shareBelow } from "./mixture.ts";

const TEXT = `
duration: 10m
settle: 0s
fleet:
  regions: {EU: 1, NA: 1}
  players: {peak: 10}
data:
  availability: {file: up.avt, format: avt, from: 1h}
  rtt: {file: rtt.csv, cities: cities.csv}
  upload: {file: up.csv, metric: up, weight: n}
`;
const FILES = {
  "d/up.avt": "0\t2\t100 3000 3500 9000\n1\t1\t4100 4300\n2\t1\t0 3600\n",
  "d/rtt.csv": "0,10,80,90\n10,0,85,95\n80,85,0,200\n90,95,200,0\n",
  "d/cities.csv":
    "id,title,country,latitude,longitude\n0,Paris,France,48.9,2.3\n1,Oslo,Norway,59.9,10.7\n2,Boston,United States,42.4,-71.1\n3,Tokyo,Japan,35.7,139.7\n",
  "d/up.csv": "cc,n,up_p10,up_p90\nFR,30,10,100\nNO,10,200,300\nUS,5,50,60\nJP,900,1,2\n",
};

describe("data", () => {
  it("is ignored without a folder", () => {
    const [point] = points(TEXT);
    expect(point!.options.hosts.availability).toBeNull();
    expect(point!.options.network.placeRegion).toEqual([1, 0]);
  });

  it("replaces up-times, RTT and upload", () => {
    const { hosts, network, vps } = points(TEXT, { dataDir: "/t/d", files: FILES })[0]!.options;
    // The window is 3,600 to 4,200 s; up-times that touch it stay whole.
    expect(hosts.availability).toEqual({ nodes: [[3500, 9000], [4100, 4300], []], fromS: 3600 });
    expect([hosts.uptimeS, hosts.downtimeS]).toEqual([null, null]);
    expect(network.placeRegion).toEqual([0, 0, 1]);
    expect(network.rttMs).toEqual([0, 10, 80, 10, 0, 85, 80, 85, 0]);
    expect(vps.sites.map((site) => site.place)).toEqual([0, 2]);
    // Half of the hosts are European (France three times Norway), half American; Japan has none.
    if (hosts.uploadMbps.law !== "quantiles") throw new Error("a mixture is a quantile law");
    expect(shareBelow(hosts.uploadMbps, 65)).toBeCloseTo(0.5 + 0.375 * (0.1 + (0.8 * 55) / 90), 1);
    expect(shareBelow(hosts.uploadMbps, 150)).toBeCloseTo(0.875, 1);
  });

  it("says what is wrong with the files, at their lines or at the line that names them", () => {
    expect(complaints(TEXT, { dataDir: "/t/d", files: { ...FILES, "d/up.avt": "0\t2\t100 3000\n" } })[0]).toMatch(/^d\/up\.avt:1:/);
    expect(complaints(TEXT, { dataDir: "/t/d", files: { ...FILES, "d/up.avt": "0\t1\t100 3900\n" } })).toEqual([
      "s.yaml:8:51: data.availability.from: the trace ends 3900 s after its start; the run would need it until 4200 s",
    ]);
    expect(complaints(TEXT, { dataDir: "/t/x", files: FILES })[0]).toBe(
      "s.yaml:8:24: data.availability.file: cannot read /t/x/up.avt: there is no such file or folder",
    );
    expect(
      complaints(TEXT, {
        dataDir: "/t/d",
        files: { ...FILES, "d/cities.csv": FILES["d/cities.csv"].replace("United States", "Japan") },
      })[0],
    ).toContain("no place of the matrix lies in region NA");
    expect(
      complaints(TEXT, { dataDir: "/t/d", files: { ...FILES, "d/cities.csv": "id,country,latitude,longitude\n0,France,95,0\n" } })[0],
    ).toMatch(/^d\/cities\.csv:2:10: expected a latitude/);
  });

  const shared = process.env["PEERSTEAD_DATA"] ?? resolve(import.meta.dirname, "../../../../shared/data");
  it.skipIf(!existsSync(resolve(shared, "traces/churn")))(
    "the evening runs on the measured traces where they are at hand (else skipped)",
    () => {
      const fromDisk = (path: string) => {
        const read = readText(path);
        return read.ok ? read : err(read.error.message);
      };
      const answer = loadScenario("capacity/evening-peak", {
        sets: ["fleet.regions=world"].map((s) => ({ path: s.split("=")[0]!, value: s.split("=")[1]! })),
        dataDir: shared,
        readText: fromDisk,
      });
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      const { hosts, network, vps, regions } = answer.value[0]!.options;
      expect(hosts.availability!.nodes).toHaveLength(2081);
      const perRegion = regions.map((_, index) => network.placeRegion.filter((region) => region === index).length);
      expect(Object.fromEntries(regions.map((region, i) => [region.name, perRegion[i]]))).toEqual({
        NA: 69,
        EU: 86,
        ASIA: 31,
        SA: 10,
        AFRICA: 11,
        OCEANIA: 6,
      });
      expect(vps.sites.every((site) => network.placeRegion[site.place!] === site.region)).toBe(true);
      // The preset's mixture carries the same quantiles over.
      const preset = loadScenario("capacity/evening-peak", {
        sets: [{ path: "fleet.regions", value: "world" }],
        dataDir: null,
        readText: fromDisk,
      });
      if (!preset.ok) throw new Error("does not load");
      expect(Math.abs(lawMean(preset.value[0]!.options.hosts.uploadMbps) / lawMean(hosts.uploadMbps) - 1)).toBeLessThan(0.1);
      const access = { path: "data.hostAccess", file: "traces/access/mlab-country-2025-10.csv" };
      const sets = [
        { path: "fleet.regions", value: "world" },
        { path: `${access.path}.file`, value: access.file },
        { path: `${access.path}.metric`, value: "rtt" },
        { path: `${access.path}.weight`, value: "n_down" },
      ];
      const measured = loadScenario("capacity/evening-peak", { sets, dataDir: shared, readText: fromDisk });
      if (!measured.ok) throw new Error(JSON.stringify(measured.error));
      const means = [measured, preset].map(({ value }) => lawMean(value[0]!.options.network.hostAccessMs));
      expect(Math.abs(means[0]! / means[1]! - 1)).toBeLessThan(0.1);
    },
  );
});

describe("regions of countries", () => {
  it("by code, by name, and by coordinates where the name is unknown", () => {
    expect([regionOfCode("us"), regionOfCode("FR"), regionOfCode("AQ")]).toEqual(["NA", "EU", undefined]);
    expect(regionOfCity("Egypt", 0, 0)).toBe("AFRICA");
    expect([
      regionOfCity("?", 48, 2),
      regionOfCity("?", 34, -118),
      regionOfCity("?", 1.3, 103.8),
      regionOfCity("?", -34.6, -58.4),
      regionOfCity("?", -1.3, 36.8),
      regionOfCity("?", -37.8, 145),
    ]).toEqual(["EU", "NA", "ASIA", "SA", "AFRICA", "OCEANIA"]);
  });
});

describe("mixtures", () => {
  it("keep a single law, weigh several, and refuse what has no table", () => {
    const law = { law: "exponential", mean: 3 } as const;
    expect(mixture([{ law, weight: 2 }])).toBe(law);
    expect(
      mixture([
        { law, weight: 2 },
        { law: { law: "constant", value: 1 }, weight: 1 },
      ]),
    ).toBeUndefined();
    const mixed = mixture([
      { law: { law: "constant", value: 10 }, weight: 3 },
      { law: { law: "constant", value: 20 }, weight: 1 },
    ]);
    if (mixed?.law !== "quantiles") throw new Error("a table");
    expect(mixed.values[mixed.p.indexOf(0.7)]).toBeCloseTo(10, 4);
    expect(mixed.values[mixed.p.indexOf(0.8)]).toBeCloseTo(20, 4);
  });
});
