import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseThreshold } from "../thresholds.ts";
import { FAULT_KIND_NAMES } from "./fault-kinds.ts";
import { scenarioFieldsMarkdown } from "./fields-markdown.fixture.ts";
import { complaints, points } from "./files.fixture.ts";
import { parseLaw } from "./law-text.ts";
import type { Schema } from "./schema-words.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("SCENARIOS.md");
const SMALL = "fleet:\n  players: {peak: 1}\n";

/** Cells of all tables below a heading, up to the next one. */
function rowsUnder(heading: string): string[][] {
  const [, rest = ""] = page.split(`\n${heading}\n`);
  const lines = (rest.split(/^#/m)[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(/ \| /)
      .map((cell) => cell.trim().replaceAll("\\|", "|")),
  );
}

/** What stands in a cell between back quotes. */
function code(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, text = ""]) => text);
}

function yamlBlocks(text: string): string[] {
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = ""]) => block);
}

/** Paths of the published schema, found apart from what the page is written with. Laws are told about once for all. */
function publishedPaths(schema: Schema, above: string): string[] {
  if (schema["x-whole"] === true && schema["x-unit"] !== undefined) return [];
  const named = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [
    `${above}${key}`,
    ...publishedPaths(field, `${above}${key}.`),
  ]);
  const free =
    typeof schema.additionalProperties === "object"
      ? [`${above}NAME`, ...publishedPaths(schema.additionalProperties, `${above}NAME.`)]
      : [];
  return [...named, ...free, ...(schema.items === undefined ? [] : publishedPaths(schema.items, `${above}N.`))];
}

describe("SCENARIOS.md", () => {
  it("says what the schema, the kinds of faults, the defaults and the presets say", () => {
    expect(page).toBe(scenarioFieldsMarkdown());
  });

  it("has every field of the published schema", () => {
    const paths = publishedPaths(JSON.parse(read("scenarios/scenario.schema.json")) as Schema, "").filter((path) => path !== "fleet");
    expect(paths.length).toBeGreaterThan(200);
    expect(
      paths.filter(
        (path) => !page.includes(`\`${path}\``) && !/^(vps|network|sealing|store|faults|conf|tuning|data|fleet\.[a-z]+)$/.test(path),
      ),
    ).toEqual([]);
  });

  it("has no row that is wider than anybody reads", () => {
    expect(page.split("\n").filter((line) => line.length > 240)).toEqual([]);
  });

  it("shows scenarios that load", () => {
    const [whole = "", thresholds = ""] = yamlBlocks(page);
    const loaded = points(whole);
    expect(loaded.map(({ sweepPoint, options }) => [sweepPoint, options.hosts.count])).toEqual([
      [{ machines: 500 }, 500],
      [{ machines: 1000 }, 1000],
    ]);
    expect(loaded[0]?.options.hosts.frameTimeMs).toEqual({ law: "constant", value: 8 });
    expect(loaded[0]?.options.regions.map((region) => region.name)).toEqual(["NA", "EU", "ASIA"]);
    expect(loaded[0]?.options.vps.sites.reduce((sum, site) => sum + site.slots, 0)).toBe(100);
    expect(points(`${SMALL}${thresholds}`)[0]?.options.thresholds).toHaveLength(3);
    expect(points(SMALL, { sets: ["vps.sites=[{region: EU, slots: 40}]"] })[0]?.options.vps.sites).toEqual([{ region: 1, slots: 40 }]);
  });

  it("shows laws that are read", () => {
    const laws = rowsUnder("## Values").flatMap(([law]) => code(law));
    expect(laws.length).toBe(9);
    for (const law of laws.filter((text) => !text.startsWith("{")))
      expect([law, parseLaw(law, "s").ok || parseLaw(law, "plain").ok]).toEqual([law, true]);
    const [choice = "", regional = ""] = laws.filter((text) => text.startsWith("{"));
    expect(points(SMALL, { sets: [`fleet.hosts.hardware.cpuCores=${choice}`] })[0]?.options.hosts.cpuCores).toMatchObject({
      law: "choice",
    });
    expect(points(SMALL, { sets: ["fleet.regions={NA: 1, EU: 1}", `fleet.hosts.upload=${regional}`] })).toHaveLength(1);
  });

  it("shows every statistic, with an expression that is read", () => {
    const rows = rowsUnder("### How a threshold is written").slice(1);
    const known = parseThreshold("nothing<1");
    const names = known.ok ? [] : (/known are (.*)$/.exec(known.error.message)?.[1] ?? "").replace("(percent)", "").split(", ");
    expect(rows.map(([statistic]) => code(statistic)[0]?.replace("(N)", ""))).toEqual(names);
    for (const [, , example] of rows) expect(parseThreshold(code(example)[0] ?? "").ok).toBe(true);
  });

  it("gives the defaults that a scenario truly has", () => {
    const { conf, tuning, players, durationUs, settleUs, network } = points(SMALL)[0]!.options;
    const shown = new Map(
      ["Settings of the coordinator: conf", "Settings of the coordinator: tuning"].flatMap((title) =>
        rowsUnder(`## ${title}`).map(([path, , value]) => [code(path)[0] ?? "", code(value)[0]] as const),
      ),
    );
    const settings: Readonly<Record<string, object>> = { ...conf, tuning };
    for (const [section, keys] of Object.entries(settings)) {
      const above = section === "tuning" ? "tuning" : `conf.${section}`;
      for (const [key, value] of Object.entries(keys as Readonly<Record<string, unknown>>))
        if (typeof value !== "object" && shown.has(`${above}.${key}`))
          expect([key, shown.get(`${above}.${key}`)]).toEqual([key, String(value)]);
    }
    expect(shown.get("tuning.heartbeatMs")).toBe("250");
    expect(shown.get("conf.general.scoring")).toBe("seed");
    const run = new Map(rowsUnder("## The run").map(([path, , value]) => [code(path)[0], code(value)[0]]));
    expect([run.get("duration"), run.get("settle"), durationUs, settleUs]).toEqual(["30m", "60s", 1.8e9, 6e7]);
    expect(rowsUnder("## Network").find(([path]) => path === "`network.loss`")?.[2]).toBe(`\`${network.loss}\``);
    expect(players.quit.rtt).toBe(1);
  });

  it("tells of every kind of fault which fields it takes, and what an amount left out is", () => {
    const rows = rowsUnder("### Kinds of faults").slice(1);
    expect(rows.map(([kind]) => code(kind)[0])).toEqual(FAULT_KIND_NAMES);
    for (const [kind, , target, length, amount, close, shape] of rows) {
      const name = code(kind)[0] ?? "";
      const plan = (extra: string) => {
        const needed = [
          target === "hosts" ? "target: all" : target === "" ? "" : "target: 'hosts[region=EU]'",
          length === "required" ? "for: 1m" : "",
        ];
        return `${SMALL}faults: {plan: [{${["kind: " + name, "at: 1m", ...needed, extra].filter((part) => part !== "").join(", ")}}]}\n`;
      };
      const fault = points(plan(""))[0]?.options.faults[0];
      expect([name, fault?.kind]).toEqual([name, name]);
      if (amount !== "") expect([name, String(fault?.amount)]).toEqual([name, code(amount)[0]]);
      else expect(complaints(plan("amount: 1"))).toEqual([expect.stringContaining(`has no effect on ${name}`)]);
      if (close !== "") expect([name, String(fault?.close)]).toEqual([name, code(close)[0]]);
      else expect(complaints(plan("close: true"))).toEqual([expect.stringContaining(`has no effect on ${name}`)]);
      if (shape !== "") expect([name, points(plan("shape: vps"))[0]?.options.faults[0]?.shape]).toEqual([name, "vps"]);
      else expect(complaints(plan("shape: vps"))).toEqual([expect.stringContaining(`has no effect on ${name}`)]);
      if (length === "") expect(complaints(plan("for: 1m"))).toEqual([expect.stringContaining(`has no effect on ${name}`)]);
      if (target === "") expect(complaints(plan("target: all"))).toEqual([expect.stringContaining(`has no effect on ${name}`)]);
    }
  });
});
