/** The histograms of a run by metric name, and the counters of what happened. */
import { Histogram } from "../../../src/base/histogram.ts";
import type { MetricSample } from "../../outcome.ts";
import { DEFINITIONS } from "./definitions.ts";
import { REACHED } from "./reached.ts";

/** Names of reached things, all of which exist from the start with 0. */
export class Reached {
  readonly #counts = new Map<string, number>(Object.keys(REACHED).map((name) => [name, 0]));

  /** Counts one happening. */
  hit(name: keyof typeof REACHED & string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** How often it happened. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** One histogram for each definition. */
export class Tally {
  readonly #histograms = new Map<string, Histogram>(DEFINITIONS.map((d) => [d.name, new Histogram()]));

  /** The histogram of a metric; a name without definition is a bug. */
  of(name: string): Histogram {
    const histogram = this.#histograms.get(name);
    if (histogram === undefined) throw new Error(`metric without definition: ${name}`);
    return histogram;
  }

  /** Adds a run's one value, given in the metric's unit; a value that cannot be formed (0/0) is left out. */
  run(name: string, value: number): void {
    const definition = DEFINITIONS.find((d) => d.name === name);
    if (definition === undefined) throw new Error(`metric without definition: ${name}`);
    if (Number.isFinite(value)) this.of(name).add(Math.round(value / definition.scale));
  }

  /** All metrics as mergeable samples, in the order of the definitions. */
  samples(): MetricSample[] {
    return DEFINITIONS.map((d) => ({ name: d.name, unit: d.unit, scale: d.scale, histogram: this.of(d.name).toJSON() }));
  }
}
