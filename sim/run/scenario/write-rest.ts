/** The guard of the writers. */
import { assert } from "../../../src/base/assert.ts";

/**
 * Takes what is left of an object when the written fields are taken away. A field that nobody writes does not pass the type check, and one that the
 * types do not know of is a Bug: a scenario file that leaves something out replays another run.
 */
export function allWritten(rest: Readonly<Record<string, never>>): void {
  assert(Object.keys(rest).length === 0, `scenario text: nothing writes ${Object.keys(rest).join(", ")}`);
}
