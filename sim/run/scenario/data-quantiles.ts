/** Laws from quantile tables by country or region: `data.upload`, `data.jitter`, `data.playerAccess`, `data.hostAccess`. */
import type { Law } from "../../../src/base/laws.ts";
import { decimal } from "../../../src/base/text/decimal.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import { US_PER_MS } from "../../../src/base/time.ts";
import type { QuantileRow } from "../../../src/compat/traces/quantiles.ts";
import { readQuantiles } from "../../../src/compat/traces/quantiles.ts";
import type { RegionOptions } from "../../options.ts";
import { regionOfCode } from "./countries.ts";
import type { DataFolder } from "./data-file.ts";
import { fileOf, taken, unitMs } from "./data-file.ts";
import { mixture } from "./mixture.ts";
import type { Section, Weights } from "./section.ts";

/** Countries that no region has, such as AQ, are left out; a name of another form is a mistake. */
const COUNTRY_CODE = /^[A-Za-z]{2}$/;

/**
 * The mixture of a table's rows, or undefined after complaints. Rows share their region by the column `weight` (evenly when left out); regions share as
 * `weights` says. Every region with a share needs a row.
 */
export function quantileLaw(section: Section, regions: readonly RegionOptions[], weights: Weights, folder: DataFolder): Law | undefined {
  const file = fileOf(section, "file", folder);
  const name = section.has("name") ? section.text("name") : undefined;
  const rows = file && taken(section, readQuantiles(file.text, file.name, name));
  if (file === undefined || rows === undefined || !namesMetric(section, rows)) return undefined;
  const [metric, column] = [section.text("metric"), section.has("weight") ? section.text("weight") : undefined];
  const scale = unitMs(section, "unit", US_PER_MS);
  const before = section.complaints.length;
  const parts = rows.flatMap((row) => {
    const region = regionOfRow(section, row, regions, file.name);
    const quantiles = row.metrics.get(metric);
    if (region === undefined || quantiles === undefined) return [];
    const weight = column === undefined ? 1 : weightOf(section, row, column, file.name);
    return weight > 0 ? [{ region, weight, p: quantiles.p, values: quantiles.values.map((value) => value * scale) }] : [];
  });
  const total = new Map<RegionOptions, number>();
  for (const { region, weight } of parts) total.set(region, (total.get(region) ?? 0) + weight);
  for (const [index, region] of regions.entries()) {
    if (weights[index]!.weight > 0 && !total.has(region)) section.complain("file", `no row of region ${region.name} has ${metric}`);
  }
  if (section.complaints.length > before) return undefined;
  return mixture(
    parts
      .map(({ region, weight, p, values }) => ({
        law: { law: "quantiles" as const, p, values },
        weight: (weights[regions.indexOf(region)]!.weight * weight) / total.get(region)!,
      }))
      .filter((part) => part.weight > 0),
  );
}

function namesMetric(section: Section, rows: readonly QuantileRow[]): boolean {
  const metrics = [...new Set(rows.flatMap((row) => [...row.metrics.keys()]))];
  const others = [...(rows[0]?.other.keys() ?? [])];
  const [metric, weight] = [section.text("metric"), section.has("weight") ? section.text("weight") : undefined];
  const missing = (key: string, word: string, what: string, known: readonly string[]) => {
    const near = nearest(word, known);
    const hint = near === undefined ? `known are ${known.slice(0, 12).join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
    section.complain(key, `the table has no ${what} ${JSON.stringify(word)}; ${hint}`);
    return false;
  };
  if (!metrics.includes(metric)) return missing("metric", metric, "metric", metrics);
  return weight === undefined || others.includes(weight) || missing("weight", weight, "column", others);
}

function regionOfRow(section: Section, row: QuantileRow, regions: readonly RegionOptions[], file: string): RegionOptions | undefined {
  const byRegion = section.text("by", "country") === "region";
  const name = byRegion ? row.name : regionOfCode(row.name);
  if (!byRegion && name === undefined && !COUNTRY_CODE.test(row.name))
    section.complaints.push({
      file,
      line: row.line,
      column: 1,
      message: `expected an ISO code of a country, found ${JSON.stringify(row.name)}`,
    });
  return regions.find((known) => known.name.toUpperCase() === name?.toUpperCase());
}

/** An empty weight counts as none, so that the row does not count. */
function weightOf(section: Section, row: QuantileRow, column: string, file: string): number {
  const text = row.other.get(column) ?? "";
  const weight = text === "" ? 0 : (decimal(text) ?? -1);
  if (weight >= 0) return weight;
  const message = `expected a number of at least 0 for ${JSON.stringify(column)}, found ${JSON.stringify(text)}`;
  section.complaints.push({ file, line: row.line, column: 1, message });
  return 0;
}
