import { describe, expect, it } from "vitest";
import { lawMean } from "../../../src/base/laws.ts";
import { complaints, points } from "./files.fixture.ts";
import { atHubs } from "./data-rtt.ts";

const BASE = "duration: 10m\nsettle: 0s\nfleet:\n  regions: {EU: 3, NA: 1}\n  players: {peak: 10}\ndata:\n";

function options(data: string, files: Readonly<Record<string, string>>) {
  const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`d/${name}`, text]));
  return points(`${BASE}  ${data}\n`, { dataDir: "/t/d", files: inFolder })[0]!.options;
}

function wrong(data: string, files: Readonly<Record<string, string>>): string[] {
  const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`d/${name}`, text]));
  return complaints(`${BASE}  ${data}\n`, { dataDir: "/t/d", files: inFolder });
}

describe("availability of a scenario", () => {
  const mapped = "availability: {file: a.csv, format: csv, from: 0s, columns: {node: machine, start: up_ms, ";

  it("from a CSV with a mapping of columns, ends or durations, in the file's unit", () => {
    const ends = options(`${mapped}end: down_ms}, unit: 1ms}`, { "a.csv": "down_ms,machine,up_ms\n900000,b,100000\n500000,a,0\n" });
    expect(ends.hosts.availability).toEqual({
      nodes: [
        [100, 900],
        [0, 500],
      ],
      fromS: 0,
    });
    const lasting = options(`${mapped}duration: long}}`, { "a.csv": "machine,up_ms,long\na,0,500\na,550,100\n" });
    expect(lasting.hosts.availability).toEqual({ nodes: [[0, 500, 550, 650]], fromS: 0 });
  });

  it("says what does not fit", () => {
    expect(wrong(`${mapped}end: e, duration: d}}`, { "a.csv": "machine,up_ms,e,d\na,0,1,1\n" })[0]).toContain(
      "either the end or the duration",
    );
    expect(wrong(`${mapped}end: e}}`, { "a.csv": "machine,up_ms,e\na,5,3\n" })).toEqual([
      "d/a.csv:2:5: expected an end after the start 5, found 3",
    ]);
    expect(wrong("availability: {file: a.avt, format: avt, from: 0s, unit: 1s}", { "a.avt": "0\t1\t0 900\n" })[0]).toContain(
      "has no effect with format avt",
    );
  });
});

describe("round trips of a scenario", () => {
  const LABELLED = "place,Paris,Boston,Oslo\nParis,0,80,10\nBoston,80,0,90\nOslo,10,90,0\n";

  it("by the matrix's labels: listed places, countries, or regions", () => {
    const listed = options("rtt: {file: m.csv, places: {Paris: EU, Oslo: EU, Boston: NA}}", { "m.csv": LABELLED });
    expect(listed.network.placeRegion).toEqual([0, 1, 0]);
    expect(listed.network.rttMs).toEqual([0, 80, 10, 80, 0, 90, 10, 90, 0]);
    expect(listed.vps.sites.map((site) => site.place)).toEqual([0, 1]);
    const countries = options("rtt: {file: m.csv, by: country, unit: 100us}", {
      "m.csv": "cc,FR,US,JP\nFR,50,800,2000\nUS,800,70,1500\nJP,2000,1500,9\n",
    });
    expect([countries.network.placeRegion, countries.network.rttMs]).toEqual([
      [0, 1],
      [5, 80, 80, 7],
    ]);
    const regions = options("rtt: {file: m.csv, by: region}", { "m.csv": "NA,EU\n20,90\n90,30\n" });
    expect([regions.network.placeRegion, regions.network.rttMs]).toEqual([
      [1, 0],
      [20, 90, 90, 30],
    ]);
  });

  it("by cities, found by the labels whatever their order", () => {
    const cities = "id,title,country,latitude,longitude\n7,Boston,United States,42,-71\n8,Oslo,Norway,60,11\n9,Paris,France,49,2\n";
    expect(options("rtt: {file: m.csv, cities: c.csv}", { "m.csv": LABELLED, "c.csv": cities }).network.placeRegion).toEqual([0, 1, 0]);
    expect(wrong("rtt: {file: m.csv, cities: c.csv}", { "m.csv": LABELLED, "c.csv": cities.replace("Oslo", "Osaka") })).toEqual([
      's.yaml:7:30: data.rtt.cities: the matrix\'s place "Oslo" is neither the id nor the title of a city',
    ]);
  });

  it.each([
    ["no way to regions", "rtt: {file: m.csv}", LABELLED, "s.yaml:7:15: data.rtt.file: needs one of cities, places or by"],
    ["two ways", "rtt: {file: m.csv, by: region, places: {Paris: EU}}", LABELLED, "s.yaml:7:26: data.rtt.by: needs one of"],
    ["no names", "rtt: {file: m.csv, by: region}", "0,1\n1,0\n", "s.yaml:7:15: data.rtt.file: the matrix names no places"],
    [
      "a place that is not listed",
      "rtt: {file: m.csv, places: {Paris: EU, Boston: NA}}",
      LABELLED,
      's.yaml:7:30: data.rtt.places: the matrix\'s place "Oslo" has no region here',
    ],
    [
      "a place that is not there",
      "rtt: {file: m.csv, places: {Paris: EU, Boston: NA, Oslo: EU, Rom: EU}}",
      LABELLED,
      's.yaml:7:69: data.rtt.places.Rom: the matrix has no place "Rom"',
    ],
    [
      "an unknown region",
      "rtt: {file: m.csv, places: {Paris: UE, Boston: NA, Oslo: EU}}",
      LABELLED,
      's.yaml:7:38: data.rtt.places.Paris: unknown region "UE"',
    ],
    [
      "a label that is no country",
      "rtt: {file: m.csv, by: country}",
      LABELLED,
      's.yaml:7:26: data.rtt.by: the matrix\'s place "Paris" is no ISO code of a country (and 2 more)',
    ],
    [
      "a region without a place",
      "rtt: {file: m.csv, by: region}",
      "EU,ASIA\n1,2\n2,1\n",
      "s.yaml:7:26: data.rtt.by: no place of the matrix lies in region NA",
    ],
  ])("%s is said", (_, data, matrix, expected) => expect(wrong(data, { "m.csv": matrix })[0]).toContain(expected));

  it("puts the second site of a region where the first is far", () => {
    // Two pairs of neighbours, far apart, and one place between the first two.
    const at = [0, 2, 1, 100, 101];
    const places = { placeRegion: at.map(() => 0), rttMs: at.flatMap((from) => at.map((to) => Math.abs(from - to))) };
    const sites = Array.from({ length: 6 }, () => ({ region: 0, slots: 1 }));
    const chosen = atHubs({ sites }, places).sites.map((site) => site.place!);
    expect(chosen[0]).toBe(1);
    expect(new Set(chosen.slice(0, 5)).size).toBe(5);
  });
});

describe("laws of a scenario from quantile tables", () => {
  const TABLE = "cc,n,up_p10,up_p90,rtt_p10,rtt_p90\nFR,30,10,100,5,5\nUS,5,50,60,7,7\nNA,9,1,2,90,90\nAQ,1,1,1,1,1\n";

  it("by country, for upload and for latency; NA is Namibia then", () => {
    const { hosts, network } = options(
      "playerAccess: {file: q.csv, metric: rtt, weight: n}\n  hostAccess: {file: q.csv, metric: rtt, unit: 2ms}\n  upload: {file: q.csv, metric: up}",
      { "q.csv": TABLE },
    );
    expect(lawMean(network.playerAccessMs)).toBeCloseTo(0.75 * 5 + 0.25 * 7, 1);
    expect(lawMean(network.hostAccessMs)).toBeCloseTo(0.75 * 10 + 0.25 * 14, 0);
    expect(lawMean(hosts.uploadMbps)).toBeCloseTo(0.75 * 55 + 0.25 * 55, 0);
  });

  it("by region, from another column of names, for the jitter of hosts", () => {
    const { hosts } = options("jitter: {file: q.csv, metric: j, by: region, name: where}", {
      "q.csv": "n,where,j_p50\n1,na,8\n2,EU,4\n3,ASIA,99\n",
    });
    expect(lawMean(hosts.jitterMs)).toBeCloseTo(0.75 * 4 + 0.25 * 8, 0);
  });

  it.each([
    [
      "a metric",
      "upload: {file: q.csv, metric: pu, weight: n}",
      's.yaml:7:33: data.upload.metric: the table has no metric "pu"; did you mean "up"?',
    ],
    [
      "a weight",
      "upload: {file: q.csv, metric: up, weight: m}",
      's.yaml:7:45: data.upload.weight: the table has no column "m"; known are n',
    ],
    [
      "a weight that is no number",
      "upload: {file: w.csv, metric: up, weight: n}",
      'd/w.csv:2:1: expected a number of at least 0 for "n", found "x"',
    ],
    ["a country", "upload: {file: c.csv, metric: up}", 'd/c.csv:2:1: expected an ISO code of a country, found "France"'],
    ["a region", "upload: {file: q.csv, metric: up, by: region}", "s.yaml:7:18: data.upload.file: no row of region EU has up"],
    ["a negative value", "upload: {file: m.csv, metric: up}", 'd/m.csv:2:4: expected a number of at least 0 for "up_p10", found "-1"'],
  ])("%s that is not there is said", (_, data, expected) => {
    const files = { "q.csv": TABLE, "w.csv": "cc,n,up_p50\nFR,x,1\n", "c.csv": "cc,up_p50\nFrance,1\n", "m.csv": "cc,up_p10\nFR,-1\n" };
    expect(wrong(data, files)[0]).toBe(expected);
  });
});
