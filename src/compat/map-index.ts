import type { Complaint, Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import { decimal } from "../base/text/decimal.ts";
import type { Position } from "../base/text/source.ts";
import { normalLineEnds, shown } from "../base/text/source.ts";
import type { Note } from "./text/notes.ts";
import { nearest } from "../base/text/nearest.ts";

/** Map names with their numbers. */
export type MapIndex = ReadonlyMap<string, number>;

/** What a conf says about maps: where each stands, by its path in the settings. */
export type ConfMaps = { readonly file: string; readonly positions: ReadonlyMap<string, Position> };

/** rAthena keeps the number in 16 bits and reserves 0 for "no map". */
const ID_MAX = 65_535;
const COMPLAINTS_MAX = 100;

/**
 * Reads a map index: `name [id]` a line, `//` comments; a name without a number has the one after its predecessor's.
 * A name or number given twice, and anything that is not such a line, is a complaint, and then there is no index.
 */
export function readMapIndex(text: string, file: string): Result<MapIndex, Complaint[]> {
  const index = new Map<string, number>();
  const names = new Map<number, string>();
  const complaints: Complaint[] = [];
  let next = 1;
  for (const [lineIndex, line] of normalLineEnds(text).split("\n").entries()) {
    const comment = line.indexOf("//");
    const code = comment < 0 ? line : line.slice(0, comment);
    const words = code.split(/[ \t]+/).filter((word) => word !== "");
    const [name, number] = words;
    if (name === undefined) continue;
    const id = number === undefined ? next : decimal(number);
    const complain = (word: string, message: string): void => {
      if (complaints.length < COMPLAINTS_MAX)
        complaints.push({
          file,
          line: lineIndex + 1,
          column: code.indexOf(word, word === name ? 0 : code.indexOf(name) + name.length) + 1,
          message,
        });
    };
    if (words.length > 2) complain(words[2]!, `expected "name" or "name id", found ${shown(words[2]!)} behind it`);
    else if (id === undefined || !Number.isInteger(id) || id < 1 || id > ID_MAX) {
      complain(number ?? name, `expected a number from 1 to ${ID_MAX}, found ${shown(number ?? String(id))}`);
    } else if (index.has(name)) complain(name, `map ${shown(name)} is given twice`);
    else if (names.has(id)) complain(number ?? name, `number ${id} belongs to ${shown(names.get(id)!)} already`);
    else {
      index.set(name, id);
      names.set(id, name);
      next = id + 1;
    }
  }
  return complaints.length === 0 ? ok(index) : err(complaints);
}

/** Warnings for the maps of a conf that the index does not know, in the order of the file, with the known name that was probably meant. */
export function checkMapNames(conf: ConfMaps, index: MapIndex): Note[] {
  const known = [...index.keys()];
  const notes: Note[] = [];
  const seen = new Set<string>();
  for (const [path, place] of conf.positions) {
    const name = mapOf(path);
    if (name === undefined || index.has(name) || seen.has(name)) continue;
    seen.add(name);
    const meant = nearest(name, known);
    const hint = meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
    notes.push({ key: path, file: conf.file, ...place, message: `map ${shown(name)} is not in the map index${hint}` });
  }
  return notes.sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The map that a settings path is about. */
function mapOf(path: string): string | undefined {
  const prefix = ["p2p_eligible_maps.", "assistance_levels.", "vector_eligible_maps."].find((p) => path.startsWith(p));
  return prefix === undefined ? undefined : path.slice(prefix.length);
}
