import type { SyncRecord } from "./answers.ts";

/** Hands records to whoever takes them. What he throws is counted and goes no further: a log must not stop what it tells of. */
export class Records {
  private readonly taker: ((record: SyncRecord) => void) | undefined;
  private count = 0;

  constructor(taker?: (record: SyncRecord) => void) {
    this.taker = taker;
  }

  /** How many were thrown back. */
  get lost(): number {
    return this.count;
  }

  take(record: SyncRecord): void {
    try {
      this.taker?.(record);
    } catch {
      this.count += 1;
    }
  }
}
