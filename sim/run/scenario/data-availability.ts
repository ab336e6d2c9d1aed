/** `data.availability`: when hosts are up, from a trace. */
import { US_PER_S } from "../../../src/base/time.ts";
import type { AvailabilityNode } from "../../../src/compat/traces/availability.ts";
import { readAvailability, readAvailabilityCsv } from "../../../src/compat/traces/availability.ts";
import type { HostOptions, Options } from "../../options.ts";
import type { DataFolder } from "./data-file.ts";
import { fileOf, taken, unitMs } from "./data-file.ts";
import type { Section } from "./section.ts";

/** The up-times that touch the run, or undefined after complaints. The trace must reach to the end of the run. */
export function availabilityOf(section: Section, options: Options, folder: DataFolder): HostOptions["availability"] | undefined {
  const file = fileOf(section, "file", folder);
  if (file === undefined) return undefined;
  const csv = section.text("format") === "csv";
  if (!csv) for (const key of ["columns", "unit"]) if (section.has(key)) section.complain(key, "has no effect with format avt");
  const nodes = taken(section, csv ? csvOf(section, file) : readAvailability(file.text, file.name));
  if (nodes === undefined) return undefined;
  const fromS = section.us("from") / US_PER_S;
  const untilS = fromS + (options.durationUs + options.settleUs) / US_PER_S;
  const lastS = nodes.reduce((last, node) => Math.max(last, node.times.at(-1) ?? 0), 0);
  if (untilS > lastS) {
    const message = `the trace ends ${Math.round(lastS)} s after its start; the run would need it until ${Math.round(untilS)} s`;
    section.complain("from", message);
    return undefined;
  }
  return { nodes: nodes.map((node) => window(node, fromS, untilS)), fromS };
}

function csvOf(section: Section, file: { readonly text: string; readonly name: string }): ReturnType<typeof readAvailabilityCsv> {
  const columns = section.child("columns");
  const ends = columns.has("end") || !columns.has("duration");
  return readAvailabilityCsv(file.text, file.name, {
    node: columns.text("node", "node"),
    start: columns.text("start", "start"),
    ...(ends ? { end: columns.text("end", "end") } : {}),
    ...(columns.has("duration") ? { duration: columns.text("duration") } : {}),
    unit_s: unitMs(section, "unit", US_PER_S) / 1000,
  });
}

/** The up-times of a node that touch the window, whole: how long a machine has been up counts from where it really began. */
function window(node: AvailabilityNode, fromS: number, untilS: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i + 1 < node.times.length; i += 2) {
    const [start, end] = [node.times[i]!, node.times[i + 1]!];
    if (end > fromS && start < untilS) kept.push(start, end);
  }
  return kept;
}
