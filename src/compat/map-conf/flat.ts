import { nearest } from "../../base/text/nearest.ts";
import { shown } from "../../base/text/source.ts";
import { truth } from "../../base/text/truth.ts";
import type { FlatKey } from "./keys.ts";
import { FLAT_KEYS } from "./keys.ts";
import type { Entry, Section } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import { seedOpinion } from "./known-maps.ts";
import type { Reading } from "./reading.ts";
import { isMapName, readInto, readValue, setAssistance, setEligible, setRelay, warnUnknown } from "./reading.ts";

const FLAT_NAMES: readonly string[] = [...FLAT_KEYS.keys()];
const REGION = /^[A-Z][A-Z0-9_-]{0,31}$/;
const NUMBER_START = /^[-+.\d]/;

/**
 * Reads the flat dialect. Its keys stand without sections, and maps and regions stand among them:
 * - a known key sets the brace form's key, in the brace form's unit;
 * - a name in capitals with an address is a region's relay;
 * - a name of the seed's critical maps (see known-maps.ts), or any map with 2 or 3, is critical: it stays on the VPS, and the number is its assistance level;
 * - a name of the seed's eligible maps with 1 or 0 may be hosted by players or not;
 * - any other name that looks like a map, with 1 or 0, is taken as such a map too, with a warning, unless it looks like a misspelt key.
 */
export function readFlat(reading: Reading, root: Section): void {
  let nodesMax: number | undefined;
  for (const entry of root.entries) {
    const known = FLAT_KEYS.get(entry.key);
    if (known === undefined) readName(reading, entry);
    else if (known.name === "max_p2p_nodes") nodesMax = numberOf(reading, known, entry);
    else readInto(reading, known.spec, entry.key, entry, known.factor);
  }
  if (nodesMax === undefined) return;
  // The seed counts the active host and its standbys together here.
  const { failover } = reading.settings;
  failover.backup_hosts_count = Math.min(failover.backup_hosts_count, nodesMax - 1);
}

function numberOf(reading: Reading, key: FlatKey, entry: Entry): number | undefined {
  const value = readValue(reading, key.spec, entry.key, entry);
  return typeof value === "number" ? value : undefined;
}

function readName(reading: Reading, entry: Entry): void {
  const { key, value } = entry;
  const text = value.kind === "scalar" ? value.text : "";
  const opinion = seedOpinion(key);
  const eligible = truth(text);
  if (REGION.test(key) && text !== "" && eligible === undefined && !NUMBER_START.test(text)) setRelay(reading, entry, key);
  else if (opinion === "critical" || (isMapName(key) && (text === "2" || text === "3"))) readCritical(reading, entry);
  else if (opinion === "eligible" && eligible === undefined) {
    reading.errors.add(key, value.at, `expected 1 (players may host it) or 0 (it stays on the VPS), found ${describe(value)}`);
  } else if (opinion === "eligible") setEligible(reading, key, entry.at, key, eligible!);
  else if (eligible === undefined || !isMapName(key) || nearest(key, FLAT_NAMES) !== undefined)
    warnUnknown(reading, "key", key, entry, FLAT_NAMES);
  else {
    setEligible(reading, key, entry.at, key, eligible);
    const meaning = eligible ? "a map that players may host" : "a map that stays on the VPS";
    reading.warnings.add(key, entry.at, `${shown(key)} is no key and no map of the seed's files; read as ${meaning}`);
  }
}

/** A critical map never leaves the VPS, whatever its number: in the oldest files 1 means "VPS only", in later ones it is a level of assistance. */
function readCritical(reading: Reading, entry: Entry): void {
  const asTruth = entry.value.kind === "scalar" ? truth(entry.value.text) : undefined;
  const level = asTruth === undefined ? entry.value : { ...entry.value, text: asTruth ? "1" : "0" };
  setAssistance(reading, { ...entry, value: level } as Entry, entry.key);
  setEligible(reading, entry.key, entry.at, entry.key, false);
}
