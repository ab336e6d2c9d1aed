import type { MapConf } from "../core/settings.ts";
import { readMapConf } from "./map-conf-read.ts";
import { checkMapNames, readMapIndex } from "./map-index.ts";
import type { Note } from "./text/notes.ts";

/** A text with the name it is complained about under. */
export type NamedText = { readonly file: string; readonly text: string };

/** What `conf check` reports: the settings as they would be used, and everything there is to say about the files. */
export type ConfCheck = { readonly settings: MapConf; readonly warnings: readonly Note[]; readonly errors: readonly Note[] };

/** Checks a map conf, and its map names against a map index when one is given. The conf is good when `errors` is empty. */
export function checkConf(conf: NamedText, index?: NamedText): ConfCheck {
  const reading = readMapConf(conf.text, conf.file);
  const { settings, warnings, errors } = reading;
  if (index === undefined) return { settings, warnings, errors };
  const known = readMapIndex(index.text, index.file);
  if (!known.ok) return { settings, warnings, errors: [...errors, ...known.error.map((complaint) => ({ key: "", ...complaint }))] };
  return { settings, warnings: [...warnings, ...checkMapNames(reading, known.value)], errors };
}
