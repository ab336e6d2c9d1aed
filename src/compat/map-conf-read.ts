import type { Position } from "../base/text/source.ts";
import { sourceOf } from "../base/text/source.ts";
import type { MapConf } from "../core/settings.ts";
import { defaultMapConf } from "../core/settings.ts";
import { readBraceForm } from "./map-conf/brace-form.ts";
import { syntaxOf } from "./map-conf/dialect.ts";
import { readFlatForm } from "./map-conf/flat-form.ts";
import { readFlat } from "./map-conf/flat.ts";
import { LEVEL_SECTIONS, readLevels } from "./map-conf/levels.ts";
import type { Reading } from "./map-conf/reading.ts";
import { checkWeights, readSections, SECTION_NAMES } from "./map-conf/sections.ts";
import type { Note } from "./text/notes.ts";
import { NoteList } from "./text/notes.ts";
import type { Section } from "./text/tree.ts";
import { readYamlForm } from "./text/yaml-form.ts";

/** A conf file may be this long, in characters. */
export const MAP_CONF_CHARS_MAX = 4 * 1024 * 1024;

/** What a map conf says. With errors present, `settings` holds what could be read and defaults for the rest; it should not be run with. */
export type MapConfReading = {
  readonly file: string;
  readonly settings: MapConf;
  /** Where each setting that the file gives stands, by its path in `settings`. */
  readonly positions: ReadonlyMap<string, Position>;
  readonly warnings: readonly Note[];
  readonly errors: readonly Note[];
};

/**
 * Reads a map conf in any of its dialects: brace form, YAML, flat `key = value`, eligibility levels.
 * Settings carry the brace form's names and units; keys that the file leaves out have the seed's values. Never throws, whatever the text.
 */
export function readMapConf(text: string, file: string): MapConfReading {
  const tooLong = text.length > MAP_CONF_CHARS_MAX;
  const source = sourceOf(file, tooLong ? "" : text);
  const reading: Reading = {
    source,
    settings: emptyConf(),
    positions: new Map(),
    warnings: new NoteList(source),
    errors: new NoteList(source),
  };
  if (tooLong) reading.errors.add("", 0, `expected at most ${MAP_CONF_CHARS_MAX} characters, found ${text.length}`);
  else readSource(reading);
  checkWeights(reading);
  return {
    file,
    settings: reading.settings,
    positions: reading.positions,
    warnings: reading.warnings.list(),
    errors: reading.errors.list(),
  };
}

function readSource(reading: Reading): void {
  const { source, errors } = reading;
  const syntax = syntaxOf(source);
  const topSections: ReadonlySet<string> = new Set([...SECTION_NAMES, ...LEVEL_SECTIONS]);
  let root: Section | undefined;
  if (syntax === "brace") root = readBraceForm(source, topSections, errors);
  else root = syntax === "yaml" ? readYamlForm(source, errors) : readFlatForm(source, errors);
  if (root === undefined) return;
  if (root.entries.length === 0) {
    if (errors.empty) reading.warnings.add("", 0, "the file sets nothing; every key has its default");
    return;
  }
  // Syntax and vocabulary are independent: a flat file may be written with colons, a brace form's sections as YAML.
  const has = (names: readonly string[]): boolean => root.entries.some((e) => names.includes(e.key));
  if (has(SECTION_NAMES)) readSections(reading, root);
  else if (has(LEVEL_SECTIONS)) readLevels(reading, root);
  else if (root.entries.every((e) => e.value.kind === "scalar")) readFlat(reading, root);
  else readSections(reading, root);
}

/** Defaults, with records that inherit nothing: a map may be called `constructor`. */
function emptyConf(): MapConf {
  const conf = defaultMapConf();
  for (const name of ["p2p_eligible_maps", "relays", "assistance_levels"] as const)
    conf[name] = Object.assign(Object.create(null), conf[name]);
  return conf;
}
