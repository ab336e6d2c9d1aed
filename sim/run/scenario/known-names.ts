/** Names that scenario files may use and that are made elsewhere: metrics and events. */
import { nearest } from "../../../src/base/text/nearest.ts";
import { BUGGIFY_SITES } from "../../../src/core/protocol/buggify.ts";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { REACHED } from "../metrics/reached.ts";
import { complain } from "./located.ts";
import type { Section } from "./section.ts";

/** The simulator's metrics. */
export const KNOWN_METRICS: readonly string[] = DEFINITIONS.map((definition) => definition.name);
/** What can be asked for under `require.sometimes`. */
export const KNOWN_REACHED: readonly string[] = [...Object.keys(REACHED), ...Object.keys(BUGGIFY_SITES).map((site) => `buggify.${site}`)];

/** Complains when a name is not known: at the key of that name, or at the section itself. */
export function checkName(section: Section, name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  const keyAt = section.node?.kind === "map" ? section.node.entries.get(name)?.keyAt : undefined;
  section.complaints.push(
    complain(
      keyAt ?? section.at,
      `${section.path}: unknown ${what} "${name}"; ${near === undefined ? `known are ${known.slice(0, 12).join(", ")}${known.length > 12 ? ", …" : ""}` : `did you mean "${near}"?`}`,
    ),
  );
}
