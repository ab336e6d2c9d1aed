import type { Complaint, Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";

/** Complaints about a trace, up to a limit: a file in the wrong format would otherwise be complained about once a row. */
const COMPLAINTS_MAX = 100;

/** Collects what is wrong with one trace file. */
export class Complaints {
  readonly #file: string;
  readonly #list: Complaint[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Adds a complaint; lines and columns count from 1. */
  add(line: number, column: number, message: string): void {
    if (!this.full) this.#list.push({ file: this.#file, line, column, message });
  }

  /** Whether further complaints are dropped; readers may stop then. */
  get full(): boolean {
    return this.#list.length >= COMPLAINTS_MAX;
  }

  /** Whether there is nothing to complain about so far. */
  get empty(): boolean {
    return this.#list.length === 0;
  }

  /** The value when there is nothing to complain about, else the complaints: a trace is read whole or not at all. */
  answer<T>(value: T): Result<T, Complaint[]> {
    return this.empty ? ok(value) : err(this.#list);
  }
}
