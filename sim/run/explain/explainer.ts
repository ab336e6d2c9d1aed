/**
 * A worker thread that explains. The pool that runs seeds answers with outcomes and merges them; an explanation is neither, so it has a
 * thread of its own. It has one at all because a run of hours takes a while, in which the caller shows progress and hears Ctrl-C.
 */
import { Piscina } from "piscina";
import type { ExplainDocument } from "./document.ts";
import type { ExplainRequest } from "./explain-run.ts";
import type { ExplainTask } from "./worker.ts";

/** An explanation under way. */
export type Explaining = {
  /** Rejects when the run breaks, or when it is ended. */
  readonly answer: Promise<ExplainDocument>;
  /** Virtual microseconds that the run has reached. */
  clockUs(): number;
  /** Ends the thread, whatever it does. */
  close(): Promise<void>;
};

/** Starts to explain. */
export function startExplaining(request: ExplainRequest): Explaining {
  const clock = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const reached = new Float64Array(clock);
  const piscina = new Piscina<ExplainTask, ExplainDocument>({
    // TypeScript unbuilt, or JavaScript in dist, as this module itself.
    filename: new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url).href,
    name: "explain",
    minThreads: 1,
    maxThreads: 1,
    recordTiming: false,
  });
  return { answer: piscina.run({ request, clock }), clockUs: () => reached[0] ?? 0, close: () => piscina.destroy() };
}
