/** The inside of the worker thread that explains. */
import type { ExplainDocument } from "./document.ts";
import { type ExplainRequest, explainRun } from "./explain-run.ts";

/** A request, and one float that is told the virtual microseconds reached. */
export type ExplainTask = { readonly request: ExplainRequest; readonly clock: SharedArrayBuffer };

/** Answers one request; called by this name. */
export async function explain({ request, clock }: ExplainTask): Promise<ExplainDocument> {
  const reached = new Float64Array(clock);
  // As in the pool's worker: a long loop entered straight from the message handler runs far slower than one entered after an await.
  await Promise.resolve();
  return explainRun(request, (virtualUs) => {
    reached[0] = virtualUs;
  });
}
