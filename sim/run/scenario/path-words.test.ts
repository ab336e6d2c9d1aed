import { describe, expect, it } from "vitest";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { presetShelf } from "./presets.ts";
import { readScenarioDocument, scenarioFile } from "./documents.ts";
import { filesOver } from "./files.fixture.ts";
import type { LocatedMap } from "./located.ts";
import { setWords, variedWords } from "./path-words.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import type { Schema } from "./schema-words.ts";

const readText = filesOver({});
const shelf = presetShelf(readText);

function documentOf(name: string): LocatedMap {
  const read = readScenarioDocument(scenarioFile(name), readText);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

const defaults = documentOf("presets/defaults");

function words(typed: string, document = defaults): string[] {
  return setWords(typed, document, shelf).map(({ word }) => word);
}

/** Every path of named fields in the schema. */
function everyPath(schema: Schema, above = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [`${above}${key}`, ...everyPath(field, `${above}${key}.`)]);
}

/** Every path that is found by walking down from nothing. */
function everyOffered(typed = ""): string[] {
  return words(typed).flatMap((word) => (word.endsWith(".") ? [word.slice(0, -1), ...everyOffered(word)] : [word.slice(0, -1)]));
}

describe("paths for --set", () => {
  it("walking down from nothing meets every field of the schema, and nothing twice", () => {
    const paths = everyPath(SCENARIO_SCHEMA);
    expect(paths.length).toBeGreaterThan(150);
    const offered = new Set(everyOffered());
    expect(paths.filter((path) => !offered.has(path))).toEqual([]);
    expect(words("fleet.")).toEqual([...new Set(words("fleet."))]);
  });

  it("end in = where a value stands and in a dot where there is more", () => {
    expect(words("fleet.players.p").filter((word) => word.startsWith("fleet.players.p"))).toEqual([
      "fleet.players.peak=",
      "fleet.players.peakAt=",
      "fleet.players.peakToTrough=",
    ]);
    expect(words("fleet.")).toEqual(["fleet.regions=", "fleet.regions.", "fleet.hosts.", "fleet.players.", "fleet.maps."]);
  });

  it("say what a field is and what it is now", () => {
    const peak = setWords("fleet.hosts.", defaults, shelf).find(({ word }) => word === "fleet.hosts.count=");
    expect(peak?.about).toBe("now 100. Machines offered, online or not.");
  });

  it("name what the document has: items of lists, free names", () => {
    const chaos = documentOf("chaos/region-outage");
    expect(words("faults.plan.", chaos)).toEqual(["faults.plan.0.", "faults.plan.1."]);
    expect(words("faults.plan.1.kind=", chaos)).toContain("faults.plan.1.kind=region-outage");
    expect(words("faults.plan.", defaults)).toEqual([]);
    expect(words("thresholds.", chaos)).toEqual(expect.arrayContaining(DEFINITIONS.map(({ name }) => `thresholds.${name}=`)));
  });

  it("lead nowhere from an unknown field", () => {
    expect([words("nope."), words("nope.x.y"), words("nope="), words("fleet.players.peak=")]).toEqual([[], [], [], []]);
  });
});

describe("values for --set", () => {
  it.each([
    ["fleet.players.executor=", ["constant", "daily-curve", "ramping-arrival-rate"]],
    ["conf.general.scoring=", ["seed", "normalized"]],
    ["conf.general.enable_p2p_maps=", ["true", "false"]],
    ["mode=", ["capacity", "safety", "liveness", "soak"]],
    ["data.pings.ways=", ["1", "2"]],
    ["fleet.regions=", ["osrs-worlds", "world"]],
    ["fleet.hosts.hardware=", ["steam-2026", "steam-2026-invited", "strong"]],
    ["fleet.hosts.hardware.preset=", ["steam-2026", "steam-2026-invited", "strong"]],
  ])("%s", (typed, values) => {
    expect(words(typed)).toEqual(values.map((value) => `${typed}${value}`));
  });

  it("mark the present one", () => {
    const about = Object.fromEntries(setWords("mode=", defaults, shelf).map(({ word, about }) => [word, about]));
    expect([about["mode=capacity"], about["mode=soak"]]).toEqual(["as it is now", ""]);
  });
});

describe("paths for --vary", () => {
  it("are numbers, times and rates, and mappings that stand for a number", () => {
    const fleet = variedWords("fleet.", defaults).map(({ word }) => word);
    expect(fleet).toEqual([
      "fleet.regions.",
      "fleet.hosts",
      "fleet.hosts.",
      "fleet.players",
      "fleet.players.",
      "fleet.maps",
      "fleet.maps.",
    ]);
    const players = variedWords("fleet.players.", defaults).map(({ word }) => word);
    expect(players).toEqual(expect.arrayContaining(["fleet.players.peak", "fleet.players.peakAt", "fleet.players.start"]));
    expect(players).not.toContain("fleet.players.executor");
  });
});
