import { describe, expect, it } from "vitest";
import { complaints, points } from "./files.fixture.ts";

const HOST =
  "{place: EU, cpuGhz: 3.6, cpuCores: 8, freeRamMb: 9700, upload: 250.5, jitter: 2ms, packetRate: 1000, frameTime: 8ms, access: 5500us";
const head = (fleet: string): string => `fleet:\n  regions: {NA: 1, EU: 3}\n  players: {peak: 1}\n${fleet}`;
const optionsOf = (text: string, sets: string[] = []) => points(text, { sets })[0]!.options;

describe("machines one by one", () => {
  it("are what the list says, instead of what is inherited", () => {
    const { hosts } = optionsOf(head(`  hosts:\n    list:\n      - ${HOST}, up: 90m}\n      - ${HOST}, comes: 1500ms}\n`));
    const machine = {
      place: 1,
      cpuGhz: 3.6,
      cpuCores: 8,
      freeRamMb: 9700,
      uploadMbps: 250.5,
      jitterMs: 2,
      packetRate: 1000,
      frameTimeMs: 8,
      accessMs: 5.5,
    };
    expect(hosts).toMatchObject({ count: 2, uptimeS: null, downtimeS: null, availability: null, uploadShare: 0.5 });
    expect(hosts.list).toEqual([
      { ...machine, upS: 5400, comesS: 0 },
      { ...machine, upS: 0, comesS: 1.5 },
    ]);
  });

  it("are refused where they cannot be, at the place", () => {
    const bad = `  hosts:\n    list:\n      - ${HOST.replace("EU", "EV")}, up: 1s, comes: 2s}\n`;
    expect(complaints(head(bad))).toEqual([
      's.yaml:6:17: fleet.hosts.list.0.place: unknown place "EV" of network.rtt; did you mean "EU"?',
      "s.yaml:6:146: fleet.hosts.list.0.up: has no effect on a machine that comes later",
    ]);
    expect(complaints(head("  hosts:\n    list:\n      - {place: EU, cpuCores: 1.5}\n"))[0]).toMatch(
      /^s\.yaml:6:9: missing field "cpuGhz" in fleet\.hosts\.list\.0$/,
    );
  });

  it("do not stand beside laws of the same file, nor beside traces", () => {
    expect(complaints(head(`  hosts:\n    count: 3\n    list: [${HOST}}]\n`))).toEqual([
      "s.yaml:5:5: fleet.hosts.count: has no effect beside list; write null to drop an inherited value",
    ]);
    const data = `data:\n  upload: {file: u.csv, metric: up}\n`;
    const answer = points(head(`  hosts:\n    list: [${HOST}}]\n`) + data);
    expect(answer[0]!.options.hosts.count).toBe(1);
    expect(() =>
      points(head(`  hosts:\n    list: [${HOST}}]\n`) + data, { dataDir: "/t/d", files: { "d/u.csv": "name,up_p50\nUS,1\n" } }),
    ).toThrow("s.yaml:7:11: data.upload: has no use for machines that fleet.hosts.list says one by one");
  });

  it("are not drawn by a swarm", () => {
    const swarm = (world: string): string => `${head(`  hosts:\n    list: [${HOST}}]\n`)}faults: {swarm: {world: ${world}}}\n`;
    expect(optionsOf(swarm("fixed")).swarm).toEqual({ subset: "random", world: "fixed" });
    expect(complaints(swarm("random"))).toEqual([
      "s.yaml:6:25: faults.swarm.world: random draws the machines; it has no use for fleet.hosts.list",
    ]);
  });

  it("can be set, and then take the place of laws", () => {
    const { hosts } = optionsOf(head(""), [`fleet.hosts.list=[${HOST}}]`, "fleet.hosts.list.0.upload=9"]);
    expect([hosts.count, hosts.list?.[0]?.uploadMbps]).toEqual([1, 9]);
    expect(complaints(head(`  hosts: {list: [${HOST}}]}\n`), { sets: ["fleet.hosts.count=9"] })).toEqual([
      "--set fleet.hosts.count=9: fleet.hosts.count: has no effect beside list; write null to drop an inherited value",
    ]);
  });
});

describe("lives of machines", () => {
  it("by faults alone", () => {
    const { uptimeS, downtimeS } = optionsOf(head("  hosts: {uptime: always, downtime: forever}\n")).hosts;
    expect([uptimeS, downtimeS]).toEqual([null, null]);
    expect(optionsOf(head("  hosts: {uptime: always, downtime: 5m}\n")).hosts).toMatchObject({
      uptimeS: null,
      downtimeS: { law: "constant", value: 300 },
    });
    expect(complaints(head("  hosts: {uptime: 5m, downtime: forever}\n"))).toEqual([
      "s.yaml:4:33: fleet.hosts.downtime: forever needs uptime: always",
    ]);
    expect(complaints(head("  hosts: {uptime: forever}\n"))[0]).toContain('unknown preset "forever" (uptime)');
  });

  it("by a list of up-times", () => {
    const { hosts } = optionsOf(head("  hosts:\n    availability: {from: 1m, nodes: [[0, 100.5, 200, 300], []]}\n"));
    expect(hosts).toMatchObject({ uptimeS: null, downtimeS: null, availability: { fromS: 60, nodes: [[0, 100.5, 200, 300], []] } });
    expect(complaints(head("  hosts:\n    availability: {from: 1m, nodes: [[0, 100, 90], [5, 5]]}\n"))).toEqual([
      "s.yaml:5:47: fleet.hosts.availability.nodes.0.2: has no end; a node's times are start, end, start, end, …",
      "s.yaml:5:47: fleet.hosts.availability.nodes.0.2: 90 does not come after 100",
      "s.yaml:5:56: fleet.hosts.availability.nodes.1.1: 5 does not come after 5",
    ]);
    expect(complaints(head("  hosts: {uptime: 5m, availability: {from: 1m, nodes: [[0, 100]]}}\n"))).toEqual([
      "s.yaml:4:11: fleet.hosts.uptime: has no effect beside availability; write null to drop an inherited value",
    ]);
  });
});

describe("maps one by one", () => {
  it("are what the list says, whatever the conf names", () => {
    const { maps, conf } = optionsOf(
      `${head("  maps:\n    list: [{name: town, eligible: false, popularity: 3}, {name: field}]\n")}conf: {p2p_eligible_maps: {town: true, other: true}}\n`,
    );
    expect(maps).toEqual({ names: ["town", "field"], eligible: [false, true], popularity: [3, 1] });
    expect({ ...conf.p2p_eligible_maps }).toEqual({ town: false, field: true });
  });

  it("are refused with names given twice, without any popularity, and beside a count", () => {
    expect(complaints(head("  maps:\n    count: 2\n    list: [{name: a, popularity: 0}, {name: a, popularity: 0}]\n"))).toEqual([
      "s.yaml:5:5: fleet.maps.count: has no effect beside list; write null to drop an inherited value",
    ]);
    expect(complaints(head("  maps:\n    list: [{name: a, popularity: 0}, {name: a, popularity: 0}]\n"))).toEqual([
      "s.yaml:5:11: fleet.maps.list: some map must have a popularity above 0",
      "s.yaml:5:45: fleet.maps.list.1.name: the map a is given twice",
    ]);
  });
});

describe("places of VPS sites", () => {
  it("are named, and lie in the site's region", () => {
    const sites = (place: string): string => `${head("")}vps: {sites: [{region: NA, slots: 200, place: ${place}}]}\n`;
    expect(optionsOf(sites("NA")).vps.sites).toEqual([{ region: 0, slots: 200, place: 0 }]);
    expect(complaints(sites("EU"))).toEqual(["s.yaml:4:47: vps.sites.0.place: does not lie in region NA"]);
    expect(complaints(sites("Rome"))[0]).toContain('unknown place "Rome" of network.rtt; known are NA, EU');
  });
});

describe("what a run is called and what is planted in it", () => {
  it("draws go by the scenario's name, or by another", () => {
    expect(optionsOf(`name: a/b\n${head("")}`)).toMatchObject({ scenario: "a/b", draws: "a/b", planted: [] });
    expect(optionsOf(`name: a/b\ndraws: "c: d"\n${head("")}`)).toMatchObject({ scenario: "a/b", draws: "c: d" });
  });

  it("bugs go by their names", () => {
    expect(optionsOf(`planted: [no-fence, release-lost]\n${head("")}`).planted).toEqual(["no-fence", "release-lost"]);
    expect(complaints(`planted: [no-fense]\n${head("")}`)[0]).toMatch(
      /^s\.yaml:1:11: planted\.0: expected one of .*, found "no-fense"; did you mean "no-fence"\?$/,
    );
  });

  it("shares that sum to 1 stay as they are written", () => {
    const thirds = [1 / 3, 0.1, 1 - 1 / 3 - 0.1];
    const { regions } = optionsOf(`fleet:\n  regions: {NA: ${thirds[0]}, EU: ${thirds[1]}, SA: ${thirds[2]}}\n  players: {peak: 1}\n`);
    expect(regions.map((region) => region.players)).toEqual(thirds);
    expect(optionsOf(head("")).regions.map((region) => region.hosts)).toEqual([0.25, 0.75]);
  });
});
