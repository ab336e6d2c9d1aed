/**
 * The history of a process as lines of JSON, for logs and for whatever counts them. Owns nothing: a line leaves as it is made, so
 * what takes it must be quick or bounded itself. Never decides what is worth recording.
 */
import type { HistoryRecord } from "../../core/protocol/history.ts";
import type { ActorId } from "../../core/protocol/ids.ts";
import type { RecordPort } from "../../runtime/env.ts";

/** Writes `{"at":…,"actor":…,"kind":…,…}`, one record a line, without the line's end. `at` is in microseconds. */
export class LineRecorder implements RecordPort {
  private readonly write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.write = write;
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    this.write(JSON.stringify({ at, actor: self, ...record }));
  }
}
