/**
 * Reads an operator's rAthena databases into the game data of each map. What rAthena itself passes over with a warning is a note here; what no
 * reader could make sense of is a complaint with its place, and then nothing is read. Cells of maps stay packed until a map is asked for.
 */
import { isUtf8 } from "node:buffer";
import { join } from "node:path";
import type { Complaint, Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import { nearest } from "../../base/text/nearest.ts";
import { shown } from "../../base/text/source.ts";
import type { GameData } from "../../core/protocol/game-data.ts";
import type { Note } from "../text/notes.ts";
import type { BattleConf } from "./battle-conf.ts";
import { defaultBattleConf, readBattleConf } from "./battle-conf.ts";
import type { Database, Reading } from "./database.ts";
import { readDatabase, readingOf } from "./database.ts";
import type { Files } from "./folder.ts";
import type { Books, KnownSpawn } from "./game-of.ts";
import { gameOf } from "./game-of.ts";
import type { Items } from "./items.ts";
import { ITEM_KEYS, itemsOf } from "./items.ts";
import type { Layout, Mode } from "./layout.ts";
import { layoutOf } from "./layout.ts";
import type { PackedMap } from "./map-cache.ts";
import { readMapCache } from "./map-cache.ts";
import type { MapDrops } from "./map-drops.ts";
import { MAP_DROP_KEYS, mapDropsOf } from "./map-drops.ts";
import { MAP_TEXT_SUFFIX, readMapText } from "./map-text.ts";
import type { Monsters } from "./monsters.ts";
import { MONSTER_KEYS, monstersOf } from "./monsters.ts";
import { SKILL_KEYS, skillsOf } from "./skills.ts";
import type { SpawnLine } from "./spawns.ts";
import { readSpawns } from "./spawns.ts";

/** What one folder of spawn files says, before maps and monsters that are not known are left out. */
export type SpawnSet = { readonly folder: string; readonly lines: number; readonly monsters: number; readonly maps: number };

/** What was found where, in figures. `spawned` is how many monsters live at most on all maps together. */
export type RathenaSummary = {
  readonly mode: Mode;
  /** The files read, by what they are. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly maps: number;
  readonly monsters: number;
  readonly items: number;
  readonly skills: number;
  readonly spawnSets: readonly SpawnSet[];
  readonly spawnLines: number;
  readonly spawned: number;
  readonly spawnMaps: number;
};

/** An operator's databases, read. `maps` are those with a ground, by name. */
export type RathenaData = {
  readonly maps: readonly string[];
  /** One map's game data; complains about a map that is not there, with the name that was probably meant, and about damaged cells. */
  readonly gameDataOf: (map: string) => Result<GameData, Complaint>;
  readonly summary: RathenaSummary;
  readonly notes: readonly Note[];
};

/** Complaints and notes that are kept of all files together. */
const KEPT_MAX = 1000;
/** How many names a note repeats. */
const NAMES_MAX = 3;

/** Everything read so far, and what is to be said about it. */
class Reader {
  readonly files: Files;
  readonly layout: Layout;
  readonly errors: Complaint[] = [];
  readonly notes: Note[] = [];
  readonly readings: Reading[] = [];
  readonly used = new Map<string, string[]>();

  constructor(files: Files, mode: Mode | undefined) {
    this.files = files;
    this.layout = layoutOf(files.paths, mode);
  }

  bytes(part: string, path: string): Uint8Array | undefined {
    const read = this.files.read(path);
    if (!read.ok) {
      this.errors.push(read.error);
      return undefined;
    }
    const used = this.used.get(part);
    if (used === undefined) this.used.set(part, [path]);
    else used.push(path);
    return read.value;
  }

  /** A file as text; bytes that are not UTF-8 are taken as Latin-1, since rAthena looks at no encoding. */
  reading(part: string, path: string): Reading | undefined {
    const bytes = this.bytes(part, path);
    if (bytes === undefined) return undefined;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const utf8 = isUtf8(buffer);
    const reading = readingOf(this.name(path), buffer.toString(utf8 ? "utf8" : "latin1"));
    if (!utf8) reading.notes.add("", 0, "is not UTF-8 and is read as Latin-1");
    this.readings.push(reading);
    return reading;
  }

  /** A path as complaints name it. */
  name(path: string): string {
    return this.files.root === "" ? path : join(this.files.root, path);
  }

  note(path: string, message: string): void {
    this.notes.push({ key: "", file: path, line: 0, column: 0, message });
  }

  /** The database files of a part, each followed by those that it imports; no file twice. */
  databases(part: string, paths: readonly string[], type: string, keys: ReadonlySet<string>): Database[] {
    const seen = new Set<string>();
    const found: Database[] = [];
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const reading = this.reading(part, path);
      if (reading === undefined) return;
      const database = readDatabase(reading, type, keys);
      found.push(database);
      for (const { path: asked, mode, at } of database.imports) {
        if (mode !== "" && (mode.toLowerCase() === "renewal") !== (this.layout.mode === "re")) continue;
        const flat = asked.slice(asked.lastIndexOf("/") + 1);
        const next = [asked, flat].find((each) => this.files.paths.includes(each));
        if (next !== undefined) visit(next);
        else if (!asked.startsWith("db/import/")) reading.notes.add("Footer.Imports", at, `imports ${shown(asked)}, which is not there`);
      }
    };
    for (const path of paths) visit(path);
    return found;
  }

  /** All complaints, then the notes, each list cut to what is kept. */
  said(): { errors: Complaint[]; notes: Note[] } {
    const errors = [...this.errors];
    const notes = [...this.notes];
    for (const reading of this.readings) {
      for (const { file, line, column, message } of reading.errors.list()) errors.push({ file, line, column, message });
      notes.push(...reading.notes.list());
    }
    return { errors: errors.slice(0, KEPT_MAX), notes: notes.slice(0, KEPT_MAX) };
  }
}

/** Reads all databases of a folder (see `rathenaFolder`). `mode` is Renewal where the folder has it, unless given. Any complaint means no data. */
export function readRathena(files: Files, mode?: Mode): Result<RathenaData, Complaint[]> {
  const reader = new Reader(files, mode);
  const { layout } = reader;
  const maps = readMaps(reader);
  const conf = defaultBattleConf();
  for (const path of layout.battle) {
    const reading = reader.reading("battle conf", path);
    if (reading !== undefined) readBattleConf(reading, conf);
  }
  const items = itemsOf(reader.databases("items", layout.items, "ITEM_DB", ITEM_KEYS));
  const monsters = monstersOf(reader.databases("monsters", layout.monsters, "MOB_DB", MONSTER_KEYS), items, conf, layout.mode === "re");
  const skills = skillsOf(reader.databases("skills", layout.skills, "SKILL_DB", SKILL_KEYS));
  const drops = mapDropsOf(reader.databases("map drops", layout.mapDrops, "MAP_DROP_DB", MAP_DROP_KEYS), items);
  const lines = layout.spawns.flatMap((path) => {
    const reading = reader.reading("spawns", path);
    return reading === undefined ? [] : readSpawns(reading, conf).map((line) => ({ line, path, reading }));
  });
  const spawns = knownSpawns(reader, lines, maps, monsters);
  checkParts(reader, maps, items, monsters, drops, conf);
  const { errors, notes } = reader.said();
  if (errors.length > 0) return err(errors);
  const books: Books = { maps, monsters, skills, mapDrops: conf.bonusMapDrops ? drops : new Map(), spawns };
  const all = [...spawns.values()].flat();
  const summary: RathenaSummary = {
    ...{
      mode: layout.mode,
      files: reader.used,
      maps: maps.size,
      monsters: monsters.byId.size,
      items: items.kinds.size,
      skills: skills.size,
    },
    ...{ spawnSets: spawnSets(lines), spawnLines: all.length, spawnMaps: spawns.size },
    spawned: all.reduce((sum, { line }) => sum + line.amount, 0),
  };
  return ok({ maps: [...maps.keys()].sort(), gameDataOf: (map) => gameDataOf(books, files.root, map), summary, notes });
}

function gameDataOf(books: Books, root: string, map: string): Result<GameData, Complaint> {
  const packed = books.maps.get(map);
  if (packed !== undefined) return gameOf(books, map, packed);
  const meant = nearest(map, [...books.maps.keys()]);
  const hint = meant === undefined ? "" : `; did you mean ${shown(meant)}?`;
  return err({ file: root, line: 0, column: 0, message: `there is no ground for the map ${shown(map)}${hint}` });
}

/** The grounds of all maps; a later file's map stands in for an earlier one's. */
function readMaps(reader: Reader): ReadonlyMap<string, PackedMap> {
  const maps = new Map<string, PackedMap>();
  for (const path of reader.layout.caches) {
    const bytes = reader.bytes("map cache", path);
    const cache = bytes === undefined ? undefined : readMapCache(bytes, reader.name(path));
    if (cache?.ok === false) reader.errors.push(cache.error);
    for (const [name, packed] of cache?.ok === true ? cache.value : []) maps.set(name, packed);
  }
  for (const path of reader.layout.mapTexts) {
    const reading = reader.reading("map texts", path);
    if (reading === undefined) continue;
    const ground = readMapText(reading.source.text, reading.source.file);
    if (!ground.ok) reader.errors.push(ground.error);
    else {
      const name = path.slice(path.lastIndexOf("/") + 1, -MAP_TEXT_SUFFIX.length);
      maps.set(name, { width: ground.value.width, height: ground.value.height, unpack: () => ground });
    }
  }
  return maps;
}

type ReadLine = { readonly line: SpawnLine; readonly path: string; readonly reading: Reading };

/** The spawn lines whose map, place and monster are there, by map. The others are passed over, as rAthena does, and noted. */
function knownSpawns(
  reader: Reader,
  lines: readonly ReadLine[],
  maps: ReadonlyMap<string, PackedMap>,
  monsters: Monsters,
): ReadonlyMap<string, readonly KnownSpawn[]> {
  const spawns = new Map<string, KnownSpawn[]>();
  const strange = new Set<string>();
  for (const { line, reading } of lines) {
    const ground = maps.get(line.map);
    const note = (message: string): void =>
      reading.notes.add("spawn", reading.source.lineStarts[line.line - 1] ?? 0, `${message}; the line is left out`);
    const named = /^(?:0x[\da-f]+|\d+)$/i.test(line.monster) ? Number(line.monster) : monsters.idOf.get(line.monster.toLowerCase());
    if (ground === undefined) strange.add(line.map);
    else if (line.x >= ground.width || line.y >= ground.height)
      note(`${line.x},${line.y} is outside ${shown(line.map)}, which has ${ground.width} x ${ground.height} cells`);
    else if (named === undefined || !monsters.byId.has(named)) note(`no monster database has ${shown(line.monster)}`);
    else {
      const here = spawns.get(line.map) ?? [];
      here.push({ line, monster: named });
      spawns.set(line.map, here);
    }
  }
  if (strange.size > 0)
    reader.note(reader.files.root, `spawns are left out for ${strange.size} maps without a ground: ${some([...strange])}`);
  return spawns;
}

function checkParts(
  reader: Reader,
  maps: ReadonlyMap<string, PackedMap>,
  items: Items,
  monsters: Monsters,
  drops: ReadonlyMap<string, MapDrops>,
  conf: BattleConf,
): void {
  const { root } = reader.files;
  const fail = (message: string): void => void reader.errors.push({ file: root, line: 0, column: 0, message });
  const { layout } = reader;
  if (layout.caches.length + layout.mapTexts.length === 0) fail("expected db/map_cache.dat, map_cache.dat or *.map.txt, found none");
  else if (maps.size === 0 && reader.errors.length === 0) fail("expected maps in the map cache, found none");
  if (layout.monsters.length === 0) fail(`expected db/${layout.mode}/mob_db.yml, db/mob_db.yml or mob_db.yml, found none`);
  if (layout.skills.length === 0) reader.note(root, "there is no skill_db.yml: nobody has skills");
  if (layout.spawns.length === 0) reader.note(root, "there are no spawn files: no monsters appear");
  const names = [...items.unknown.keys()];
  if (layout.items.length === 0)
    reader.note(root, `there is no item_db.yml: the numbers of ${names.length} items are made from their names`);
  else if (names.length > 0)
    reader.note(root, `the item databases lack ${names.length} items that drop, whose numbers are made from their names: ${some(names)}`);
  const strangers = [...new Set([...drops.values()].flatMap(({ of }) => [...of.keys()]))].filter((name) => !monsters.idOf.has(name));
  if (strangers.length > 0) reader.note(root, `map drops name ${strangers.length} monsters that no database has: ${some(strangers)}`);
  if (!conf.bonusMapDrops && drops.size > 0) reader.note(root, "map drops are switched off by enable_bonus_map_drops");
}

/** The first few of many names. */
function some(names: readonly string[]): string {
  const listed = names.slice(0, NAMES_MAX).map(shown).join(", ");
  return names.length > NAMES_MAX ? `${listed} and others` : listed;
}

/** Figures by the folder that a server would name: `npc/re/mobs`, `npc/mobs`, or the folder itself. */
function spawnSets(lines: readonly ReadLine[]): SpawnSet[] {
  const sets = new Map<string, SpawnLine[]>();
  for (const { line, path } of lines) {
    const folder =
      /^(?:npc\/(?:re\/|pre-re\/)?)?mobs(?=\/)/.exec(path)?.[0] ?? (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".");
    const set = sets.get(folder) ?? [];
    set.push(line);
    sets.set(folder, set);
  }
  return [...sets].map(([folder, set]) => ({
    folder,
    lines: set.length,
    monsters: set.reduce((sum, { amount }) => sum + amount, 0),
    maps: new Set(set.map(({ map }) => map)).size,
  }));
}
