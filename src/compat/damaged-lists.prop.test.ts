/** The hosts file and the map index, whole and damaged: read or refused at a place inside the text, and never more than that. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Complaint, Result } from "../base/result.ts";
import { readHosts, writeHosts } from "./hosts-file.ts";
import { checkMapNames, readMapIndex } from "./map-index.ts";
import { readMapConf } from "./map-conf-read.ts";

const HOSTS = `hosts:
  - account_id: 2000001
    cpu_ghz: 3.8
    cpu_cores: 8
    free_ram_mb: 16384
    network_speed_mbps: 500
    latency_ms: 15
    disconnects_per_hour: 0
    jitter_ms: 5
    vps_connection_active: true
    regional_latencies:
      - region: "NA"
        latency_ms: 15.5
        relay_address: "relay-na.example.com"
    assigned_maps: ["moc_fild01", pay_dun01]
`;
const INDEX = "// maps\nprontera 1\nmoc_fild01\npay_dun01 7 // dungeon\n\ngeffen\n";
const SIGNS = [
  "\t",
  " ",
  ":",
  "-",
  "- ",
  '"',
  "'",
  "\n",
  "\r\n",
  "\r",
  "{",
  "]",
  "#",
  "//",
  "&a",
  "*a",
  "!!x",
  "\0",
  "\ufeff",
  "\u2028",
  "NaN",
  "1e999",
  "0x1",
  "-1",
  "65536",
  "__proto__",
  "\ud800",
];

const edits = fc.array(
  fc.record({
    at: fc.nat(600),
    cut: fc.nat(20),
    put: fc.oneof(fc.constant(""), fc.constantFrom(...SIGNS), fc.string({ unit: "binary", maxLength: 4 })),
  }),
  { minLength: 1, maxLength: 3 },
);
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: "binary", maxLength: 8 }), fc.constantFrom("hosts:", "prontera", "7")), {
    maxLength: 40,
  })
  .map((parts) => parts.join(""));

/** A text with a few places replaced or taken out. */
function damaged(text: string): fc.Arbitrary<string> {
  return edits.map((list) =>
    list.reduce<string>((t, { at, cut, put }) => t.slice(0, at % (t.length + 1)) + put + t.slice((at % (t.length + 1)) + cut), text),
  );
}

/** Complaints name the file and a place within the text as an editor counts it; gives whether the text was read. */
function placed<T>(text: string, read: Result<T, Complaint[]>): read is { ok: true; value: T } {
  if (read.ok) return true;
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  expect(read.error.length).toBeGreaterThan(0);
  for (const { file, line, column, message } of read.error) {
    expect([file, message === ""]).toEqual(["f", false]);
    expect(lines[line - 1], `line ${line}`).not.toBeUndefined();
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] as string).length + 1);
  }
  return false;
}

/** Runs a reader over damaged and arbitrary texts; `sound` judges what it read. */
function readerHolds<T>(whole: string, read: (text: string) => Result<T, Complaint[]>, sound: (value: T) => void): void {
  expect(read(whole).ok).toBe(true);
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(fc.oneof(damaged(whole), damaged(whole), anyText), (text) => {
      const answer = read(text);
      if (placed(text, answer)) {
        taken += 1;
        sound(answer.value);
      } else refused += 1;
    }),
    { numRuns: 600, seed: 20_061_107 },
  );
  expect(taken).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
}

describe("a hosts file", () => {
  it("is refused at a place, or gives hosts that are written and read as they are", () => {
    readerHolds(
      HOSTS,
      (text) => readHosts(text, "f"),
      (hosts) => {
        expect(readHosts(writeHosts(hosts), "f")).toEqual({ ok: true, value: hosts });
        for (const host of hosts)
          expect(Object.values(host).every((value) => typeof value !== "number" || (value >= 0 && value <= 1e12))).toBe(true);
      },
    );
  });
});

describe("a map index", () => {
  it("is refused at a place, or gives numbers from 1 to 65535, each to one name", () => {
    readerHolds(
      INDEX,
      (text) => readMapIndex(text, "f"),
      (index) => {
        const ids = [...index.values()];
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => Number.isInteger(id) && id >= 1 && id <= 65_535)).toBe(true);
        const text = [...index].map(([name, id]) => `${name} ${id}\n`).join("");
        // A name may hold what no line begins with twice: a byte order mark at the start of the text is taken off.
        if (!text.startsWith("\ufeff")) expect(readMapIndex(text, "f")).toEqual({ ok: true, value: index });
      },
    );
  });

  it("loses nothing when written, whether each name has its number or follows the one before", () => {
    const name = fc.string({ unit: fc.constantFrom(..."abcxyz0189_@#-"), minLength: 1, maxLength: 24 });
    const names = fc.uniqueArray(name, { maxLength: 30 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 50 }), (list, first, step) => {
        const expected = new Map(list.map((each, i) => [each, first + i * step]));
        const told = list.map((each, i) => `${each}\t${first + i * step} // ${each}\r\n`).join("");
        expect(readMapIndex(told, "f")).toEqual({ ok: true, value: expected });
        const counted = list.map((each, i) => (i === 0 ? `${each} ${first}` : each)).join("\n");
        expect(readMapIndex(counted, "f")).toEqual({ ok: true, value: new Map(list.map((each, i) => [each, first + i])) });
      }),
    );
  });

  it("warns of exactly the maps of a conf that it does not know, each at its place", () => {
    const name = fc.constantFrom("prontera", "geffen", "moc_fild01", "moc_fild02", "pay_dun01", "payon");
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.uniqueArray(name), (known, used) => {
        const conf = readMapConf(`p2p_eligible_maps: {\n${used.map((each) => `  ${each}: 1\n`).join("")}}\n`, "f");
        const index = new Map(known.map((each, i) => [each, i + 1]));
        const strangers = used.filter((each) => !known.includes(each));
        const notes = checkMapNames(conf, index);
        expect(notes.map(({ key }) => key)).toEqual(strangers.map((each) => `p2p_eligible_maps.${each}`));
        expect(notes.map(({ line }) => line)).toEqual(strangers.map((each) => used.indexOf(each) + 2));
      }),
    );
  });
});
