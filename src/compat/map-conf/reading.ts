import { decimal } from "../../base/text/decimal.ts";
import { nearest } from "../../base/text/nearest.ts";
import type { Position, Source } from "../../base/text/source.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import { truth } from "../../base/text/truth.ts";
import type { MapConf } from "../../core/settings.ts";
import type { KeySpec } from "./keys.ts";
import type { NoteList } from "../text/notes.ts";
import type { Entry, Value } from "../text/tree.ts";
import { describe } from "../text/tree.ts";

/** What the readers of the dialects share: the settings they fill, where each one stood, and what they have to say. */
export type Reading = {
  readonly source: Source;
  readonly settings: MapConf;
  /** By path in `settings` (`p2p_eligible_maps.prontera`), whatever the dialect calls it. */
  readonly positions: Map<string, Position>;
  readonly warnings: NoteList;
  readonly errors: NoteList;
};

/** The value of an entry as its spec wants it, or undefined after an error was noted. `path` is the key as the file writes it. */
export function readValue(reading: Reading, spec: KeySpec, path: string, entry: Entry): boolean | number | string | undefined {
  const { value } = entry;
  const found = value.kind === "scalar" ? typed(spec, value.text) : undefined;
  if (found === undefined)
    reading.errors.add(path, value.at, `expected ${expectation(spec)}, found ${describe(value)}${choiceHint(spec, value)}`);
  return found;
}

/** Reads an entry into its place in the settings, and warns when the key changes nothing. Values in another unit are multiplied by `factor`. */
export function readInto(reading: Reading, spec: KeySpec, path: string, entry: Entry, factor = 1): void {
  const value = readValue(reading, spec, path, entry);
  if (value === undefined) return;
  if (!spec.effect) warnWithoutEffect(reading, path, entry.at);
  if (spec.section === "") return;
  const place = `${spec.section}.${spec.key}`;
  const before = reading.positions.get(place);
  if (before !== undefined) {
    reading.errors.add(path, entry.at, `${shown(entry.key)} sets ${shown(place)} again, first set on line ${before.line}`);
    return;
  }
  const [outer, inner] = spec.section.split(".");
  // The key table and MapConf name the same sections and keys; a test compares them.
  const section = reading.settings[outer as keyof MapConf] as Record<string, unknown>;
  const target = inner === undefined ? section : (section[inner] as Record<string, unknown>);
  target[spec.key] = typeof value === "number" ? Math.round(value * factor * 1e9) / 1e9 : value;
  reading.positions.set(place, positionAt(reading.source, entry.at));
}

/** Notes that a key was read and changes nothing; `why` may add what holds instead. */
export function warnWithoutEffect(reading: Reading, path: string, at: number, why = ""): void {
  const name = path.slice(path.lastIndexOf(".") + 1);
  reading.warnings.add(path, at, `${shown(name)} is accepted without effect${why === "" ? "" : `: ${why}`}`);
}

/** Notes a key nobody knows, with the known one it was probably meant to be. */
export function warnUnknown(reading: Reading, what: string, path: string, entry: Entry, candidates: readonly string[]): void {
  if (reading.warnings.full) {
    reading.warnings.add(path, entry.at, "");
    return;
  }
  const meant = nearest(entry.key, candidates);
  const hint = meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
  reading.warnings.add(path, entry.at, `unknown ${what} ${shown(entry.key)}, ignored${hint}`);
}

const MAP_NAME = /^[a-z0-9_@#-]{1,24}$/;

/** Whether a text can be the name of a map: 1 to 24 characters of `a-z 0-9 _ @ # -`. */
export function isMapName(text: string): boolean {
  return MAP_NAME.test(text);
}

/** Sets whether players may host a map. An impossible name is an error, and so is a name that stands in the settings already. */
export function setEligible(reading: Reading, map: string, at: number, path: string, eligible: boolean): void {
  const place = `p2p_eligible_maps.${map}`;
  if (!isMapName(map)) {
    reading.errors.add(path, at, `expected a map name of 1 to 24 characters a-z 0-9 _ @ # -, found ${shown(map)}`);
  } else if (reading.positions.has(place)) {
    reading.errors.add(path, at, `map ${shown(map)} is given twice, first on line ${reading.positions.get(place)!.line}`);
  } else {
    reading.settings.p2p_eligible_maps[map] = eligible;
    reading.positions.set(place, positionAt(reading.source, at));
  }
}

/** Sets how much help from players a critical map may have, 0 to 3, and warns that this changes nothing yet. */
export function setAssistance(reading: Reading, entry: Entry, path: string): void {
  const level = entry.value.kind === "scalar" ? decimal(entry.value.text) : undefined;
  if (level === undefined || !Number.isInteger(level) || level < 0 || level > ASSISTANCE_MAX) {
    reading.errors.add(path, entry.value.at, `expected an assistance level from 0 to ${ASSISTANCE_MAX}, found ${describe(entry.value)}`);
  } else if (!isMapName(entry.key)) {
    reading.errors.add(path, entry.at, `expected a map name of 1 to 24 characters a-z 0-9 _ @ # -, found ${shown(entry.key)}`);
  } else {
    reading.settings.assistance_levels[entry.key] = level;
    reading.positions.set(`assistance_levels.${entry.key}`, positionAt(reading.source, entry.at));
    warnWithoutEffect(reading, path, entry.at, "players assist no map of the VPS yet");
  }
}

/** Assistance levels count from 0 (none) to this. */
const ASSISTANCE_MAX = 3;

const REGION_NAME = /^[A-Za-z0-9_-]{1,32}$/;
const ADDRESS = /^[^\s"'{}]{1,255}$/;

/** Sets the relay of a region. */
export function setRelay(reading: Reading, entry: Entry, path: string): void {
  const address = entry.value.kind === "scalar" ? entry.value.text : "";
  if (!REGION_NAME.test(entry.key)) {
    reading.errors.add(path, entry.at, `expected a region name of 1 to 32 characters A-Z a-z 0-9 _ -, found ${shown(entry.key)}`);
  } else if (!ADDRESS.test(address)) {
    reading.errors.add(path, entry.value.at, `expected the address of a relay, found ${describe(entry.value)}`);
  } else {
    reading.settings.relays[entry.key] = address;
    reading.positions.set(`relays.${entry.key}`, positionAt(reading.source, entry.at));
  }
}

/** The entries of a value that has to be a section; a bare or bracketed list gives none. Anything but a section is an error. */
export function sectionEntries(reading: Reading, path: string, value: Value): readonly Entry[] {
  if (value.kind === "section") return value.entries;
  // In YAML a section whose keys are all commented out is an empty value.
  if (value.kind === "scalar" && value.text === "" && !value.quoted) return [];
  const words = value.kind === "list" && reading.source.text[value.at] === "{" ? value.items[0] : undefined;
  if (words === undefined) reading.errors.add(path, value.at, `expected a section, found ${describe(value)}`);
  else reading.errors.add(path, words.at, `expected ':' or '=' between keys and values of section ${shown(path)}, found words alone`);
  return [];
}

function typed(spec: KeySpec, text: string): boolean | number | string | undefined {
  if (spec.type === "bool") return truth(text);
  if (spec.type === "choice") return spec.choices.includes(text) ? text : undefined;
  if (spec.type === "text") return text === "" ? undefined : text;
  const value = decimal(text);
  if (value === undefined || value < spec.min || value > spec.max) return undefined;
  if (spec.type === "integer" && !Number.isInteger(value)) return undefined;
  // A written -0 is in range and would surprise whoever compares or prints it.
  return value === 0 ? 0 : value;
}

function choiceHint(spec: KeySpec, value: Value): string {
  const meant = spec.type === "choice" && value.kind === "scalar" ? nearest(value.text, spec.choices) : undefined;
  return meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
}

function expectation(spec: KeySpec): string {
  if (spec.type === "bool") return "1 or 0 (or true/false, yes/no, on/off)";
  if (spec.type === "choice") return spec.choices.map(shown).join(" or ");
  if (spec.type === "text") return "a text";
  const unit = spec.unit === "" ? "" : ` ${spec.unit}`;
  return `${spec.type === "integer" ? "a whole number" : "a number"} from ${spec.min} to ${spec.max}${unit}`;
}
