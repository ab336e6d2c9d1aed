/** The time series of a run: levels as their mean over each step, counters as their count, and means of what happened in it. */
import type { Series } from "../../outcome.ts";
import type { Level } from "./level.ts";

/** Counts happenings of one step. */
export type Counter = { count: number };

/** Collects values of one step; their mean is the step's value, null when there were none. */
export type Gathered = { sum: number; count: number };

/** Rows of equal steps. Declare rows first, then call {@link Timeline.close} at each step's end. */
export class Timeline {
  readonly #rows: {
    readonly name: string;
    readonly unit: string;
    readonly values: (number | null)[];
    read(from: number, to: number): number | null;
  }[] = [];
  #from = 0;

  /** A row of a level's mean over time. */
  level(name: string, unit: string, level: Level): void {
    let before = 0;
    this.#row(name, unit, (from, to) => {
      const integral = level.integral(to);
      const mean = to > from ? (integral - before) / (to - from) : level.value;
      before = integral;
      return thousandths(mean);
    });
  }

  /** A row of counts. */
  counter(name: string, unit: string): Counter {
    const counter = { count: 0 };
    this.#row(name, unit, () => {
      const count = counter.count;
      counter.count = 0;
      return count;
    });
    return counter;
  }

  /** A row of means; values are multiplied by `scale`. */
  mean(name: string, unit: string, scale: number): Gathered {
    const gathered = { sum: 0, count: 0 };
    this.#row(name, unit, () => {
      const mean = gathered.count === 0 ? null : thousandths((gathered.sum / gathered.count) * scale);
      gathered.sum = 0;
      gathered.count = 0;
      return mean;
    });
    return gathered;
  }

  /** A row that never changes, for limits. */
  constant(name: string, unit: string, value: number): void {
    this.#row(name, unit, () => value);
  }

  /** Ends a step at `at` (microseconds). */
  close(at: number): void {
    for (const row of this.#rows) row.values.push(row.read(this.#from, at));
    this.#from = at;
  }

  /** All rows, in the order of their declaration. */
  rows(): Series[] {
    return this.#rows.map(({ name, unit, values }) => ({ name, unit, values }));
  }

  #row(name: string, unit: string, read: (from: number, to: number) => number | null): void {
    this.#rows.push({ name, unit, values: [], read });
  }
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
