/** Why maps move, for metrics by cause. */
import type { MoveCause } from "../../../src/core/protocol/history.ts";

/** Causes of moves that have an old host, in the order of reports. */
export const MOVE_CAUSES: readonly Exclude<MoveCause, "placement">[] = [
  "lost",
  "drain",
  "degraded",
  "overload",
  "better",
  "return",
  "invalid",
  "policy",
];

/** Each cause as the end of a sentence that begins with "because". */
export const CAUSE_TEXT: Readonly<Record<Exclude<MoveCause, "placement">, string>> = {
  lost: "the host was gone: connection closed, silence, or restart",
  drain: "the host left politely",
  degraded: "the host was degraded or no longer eligible",
  overload: "the host outgrew its upload or its players",
  better: "a clearly better host was free (voluntary)",
  return: "the map went back from the VPS to a player host (voluntary)",
  invalid: "the host failed validation",
  policy: "the settings put the map on the VPS",
};
