import { basename } from "node:path";
import { sourceOf } from "../base/text/source.ts";
import type { MapConf } from "../core/settings.ts";
import type { SyncSettings } from "../core/sync-settings.ts";
import { readMapConf } from "./map-conf-read.ts";
import { checkMapNames, type ConfMaps, readMapIndex } from "./map-index.ts";
import { readSyncConf, SYNC_CONF_CHARS_MAX, type SyncConfOptions } from "./sync-conf-read.ts";
import { hasSyncKeys } from "./sync-conf/lines.ts";
import type { Note } from "./text/notes.ts";

/** A text with the name it is complained about under. */
export type NamedText = { readonly file: string; readonly text: string };

/** The confs there are: which maps players may host and who, and how data are synchronised. */
export type ConfKind = "map" | "sync";

/** Tells which conf a file is: by its name where that is one of the seed's, else by whether it has keys that only the data sync conf knows. */
export function confKind({ file, text }: NamedText): ConfKind {
  const name = basename(file.replaceAll("\\", "/"));
  if (name.startsWith("p2p_data_sync")) return "sync";
  if (name.startsWith("p2p_map")) return "map";
  return text.length <= SYNC_CONF_CHARS_MAX && hasSyncKeys(sourceOf(file, text)) ? "sync" : "map";
}

/** What `conf check` reports of a map conf: the settings as they would be used, and everything there is to say about the files. */
export type ConfCheck = { readonly settings: MapConf; readonly warnings: readonly Note[]; readonly errors: readonly Note[] };

/** Checks a map conf, and its map names against a map index when one is given. The conf is good when `errors` is empty. */
export function checkConf(conf: NamedText, index?: NamedText): ConfCheck {
  const reading = readMapConf(conf.text, conf.file);
  const { settings, warnings, errors } = reading;
  const { unknown, complaints } = namesAgainst(reading, index);
  return { settings, warnings: [...warnings, ...unknown], errors: [...errors, ...complaints] };
}

/** What `conf check` reports of a data sync conf. `notes` need no change. Secrets in `settings` print as `(secret)`. */
export type SyncConfCheck = {
  readonly settings: SyncSettings;
  readonly notes: readonly Note[];
  readonly warnings: readonly Note[];
  readonly errors: readonly Note[];
};

/** Checks a data sync conf, and the maps it names against a map index when one is given. The conf is good when `errors` is empty. */
export function checkSyncConf(conf: NamedText, options: SyncConfOptions, index?: NamedText): SyncConfCheck {
  const reading = readSyncConf(conf.text, conf.file, options);
  const { settings, notes, warnings, errors } = reading;
  const { unknown, complaints } = namesAgainst(reading, index);
  return { settings, notes, warnings: [...warnings, ...unknown], errors: [...errors, ...complaints] };
}

type Names = { readonly unknown: readonly Note[]; readonly complaints: readonly Note[] };

/** The maps of a conf that an index does not know, or what is wrong with the index. */
function namesAgainst(conf: ConfMaps, index: NamedText | undefined): Names {
  if (index === undefined) return { unknown: [], complaints: [] };
  const known = readMapIndex(index.text, index.file);
  if (!known.ok) return { unknown: [], complaints: known.error.map((complaint) => ({ key: "", ...complaint })) };
  return { unknown: checkMapNames(conf, known.value), complaints: [] };
}
