/** What a search that is not done yet keeps, so that an equal one goes on where it stopped. Text only; who reads and writes files is elsewhere. */
import { RollingHash } from "../../../src/base/hash.ts";
import type { Options } from "../../options.ts";
import type { CapacityProbe } from "./probe.ts";

const FORMAT = "peerstead-capacity-progress/1";

/** All that decides what a probe comes to, besides its value; the options at both ends stand for the scenario. */
export type SearchIdentity = {
  readonly path: string;
  readonly ends: readonly [Options, Options];
  readonly seeds: readonly number[];
  readonly commit: string;
  readonly timeoutS: number | null;
  readonly twice: boolean;
  /** How the commands of probes are written. */
  readonly command: string;
};

/** What a kept text was found to be: probes of the same search, those of another, or no such text. */
export type Kept = { readonly state: "same"; readonly probes: readonly CapacityProbe[] } | { readonly state: "other" | "damaged" };

/** The key of a search: equal for searches whose probes are the same. The order of seeds changes nothing and does not count. */
export function searchKey(identity: SearchIdentity): string {
  return digestOf(JSON.stringify({ ...identity, seeds: identity.seeds.toSorted((a, b) => a - b) }));
}

/** The text that keeps probes. */
export function keptText(key: string, probes: readonly CapacityProbe[]): string {
  return `${JSON.stringify({ format: FORMAT, key, digest: digestOf(JSON.stringify(probes)), probes })}\n`;
}

/** Reads a kept text. One that is cut short or was changed by hand is damaged: its probes are not to be trusted. */
export function readKept(text: string, key: string): Kept {
  let found: { format?: unknown; key?: unknown; digest?: unknown; probes?: unknown } | null;
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return { state: "damaged" };
  }
  if (typeof found !== "object" || found === null || typeof found.key !== "string") return { state: "damaged" };
  if (found.format !== FORMAT || found.key !== key) return { state: "other" };
  if (!Array.isArray(found.probes) || found.digest !== digestOf(JSON.stringify(found.probes))) return { state: "damaged" };
  return { state: "same", probes: found.probes as CapacityProbe[] };
}

function digestOf(text: string): string {
  const hash = new RollingHash();
  hash.mixString(text);
  return hash.digest();
}
