/** What `diverge` and `ladder`, the command it asks, say to each other. */
import { Option } from "commander";
import type { LadderOf } from "../../sim/run/diverge/event-ladder.ts";

/** How a line of progress on the stderr of `ladder` begins; virtual microseconds follow. */
export const PROGRESS_MARK = "peerstead-ladder-at";

/** The option that says what a ladder is made of. */
export function ladderOfOption(choices: readonly LadderOf[]): Option {
  return new Option("--of <what>", "compare everything that happens, or what the coordinator decides").choices(choices).default("events");
}
