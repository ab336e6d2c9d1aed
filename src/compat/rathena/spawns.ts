import { shown } from "../../base/text/source.ts";
import type { SpawnSpec } from "../../core/protocol/game-data.ts";
import type { BattleConf } from "./battle-conf.ts";
import type { Reading } from "./database.ts";

/** A line of a spawn file. `monster` is still what the file says, a number or an AegisName; `line` counts from 1. */
export type SpawnLine = Omit<SpawnSpec, "monster"> & {
  readonly map: string;
  readonly monster: string;
  readonly file: string;
  readonly line: number;
};

/** rAthena's bounds (npc_parse_mob). */
const AMOUNT_MAX = 1000;
const DELAY_MAX = 0xfff_ffff;
const DELAY_DEFAULT = 5000;
const LEVEL_MAX = 999;
const COORDINATE_MAX = 32_767;
const LINES_MAX = 100_000;

const SIGN = /^[ \t]*([+-]?\d+)[ \t]*$/;
/** A monster line whose parts are parted by blanks: rAthena wants tabs, and says so. */
const BLANKS_FOR_TABS = /^[\w@-]{1,64}(?:,-?\d{1,5}){0,4}[ \t]+(?:boss_)?monster[ \t][^\n]{0,200}[ \t]\w+,\d/i;
const MONSTER_WORD = /^(?:boss_)?monster$/i;

/** A word of a line, and where it begins. */
type Word = { readonly text: string; readonly at: number };

/**
 * Reads a spawn file: `map[,x[,y[,xs[,ys]]]]<TAB>monster|boss_monster<TAB>name[,level]<TAB>id|AegisName,amount[,delay1[,delay2[,event[,size[,ai]]]]]`.
 * Comments and scripts between the lines are passed over, and so is every other kind of line (warps, shops, map flags). Delays follow
 * npc_parse_mob: 5,000 ms by default, 5,000 (with a note) where less than `mob_respawn_time` is asked for; the variance counts only for those
 * monsters whom `mob_spawn_variance` names. A line that is a monster's and cannot be read is complained about.
 */
export function readSpawns(reading: Reading, conf: BattleConf): SpawnLine[] {
  const { text, lineStarts } = reading.source;
  const spawns: SpawnLine[] = [];
  for (let line = 0; line < lineStarts.length; line += 1) {
    const from = lineStarts[line]!;
    const to = (lineStarts[line + 1] ?? text.length + 1) - 1;
    const code = text.slice(from, to);
    const trimmed = code.trimStart();
    if (trimmed === "" || trimmed.startsWith("//")) continue;
    if (trimmed.startsWith("/*")) {
      const end = text.indexOf("*/", from);
      if (end < 0) {
        reading.errors.add("comment", from, 'expected "*/" at the end of this comment, found the end of the file');
        break;
      }
      line = lineOf(lineStarts, line, end);
      continue;
    }
    const words = wordsOf(code, from);
    const kind = words[1]?.text.trim() ?? "";
    if (MONSTER_WORD.test(kind)) {
      const spawn = readSpawn(reading, words, kind.length > "monster".length, line, conf);
      if (spawn !== undefined) spawns.push(spawn);
    } else if (kind.toLowerCase() === "script") {
      const end = scriptEnd(text, from);
      if (end < 0) {
        reading.errors.add("script", from, 'expected a "}" for each "{" of this script, found the end of the file');
        break;
      }
      line = lineOf(lineStarts, line, end);
    } else if (BLANKS_FOR_TABS.test(code))
      reading.errors.add("spawn", from, "expected tabs between the parts of a monster's line, found blanks");
    if (spawns.length >= LINES_MAX) {
      reading.errors.add("spawn", from, `expected at most ${LINES_MAX} spawn lines in a file, found more`);
      break;
    }
  }
  return spawns;
}

function lineOf(lineStarts: readonly number[], from: number, at: number): number {
  let line = from;
  while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= at) line += 1;
  return line;
}

function wordsOf(code: string, from: number): Word[] {
  const comment = code.indexOf("//");
  const words: Word[] = [];
  let at = from;
  for (const text of (comment < 0 ? code : code.slice(0, comment)).split("\t")) {
    words.push({ text, at });
    at += text.length + 1;
  }
  return words;
}

/** Where the script that begins in this line ends: the brace that closes its first one, or the line's end where it has none; -1 where it never ends. */
function scriptEnd(text: string, from: number): number {
  const lineEnd = text.indexOf("\n", from);
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at]!;
    if (sign === "\n" && depth === 0 && at === lineEnd) return at;
    if (sign === "{") depth += 1;
    else if (sign === "}") {
      depth -= 1;
      if (depth <= 0) return at;
    } else if (depth > 0 && sign === '"') {
      for (at += 1; at < text.length && text[at] !== '"' && text[at] !== "\n"; at += 1) if (text[at] === "\\") at += 1;
    } else if (sign === "/" && text[at + 1] === "/") {
      const end = text.indexOf("\n", at);
      at = (end < 0 ? text.length : end) - 1;
    } else if (sign === "/" && text[at + 1] === "*") {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 1;
    }
  }
  return depth === 0 ? text.length : -1;
}

/** The parts of a word between commas. */
function partsOf({ text, at }: Word): Word[] {
  const parts: Word[] = [];
  let from = 0;
  for (const part of text.split(",")) {
    parts.push({ text: part, at: at + from });
    from += part.length + 1;
  }
  return parts;
}

function readSpawn(reading: Reading, words: readonly Word[], boss: boolean, line: number, conf: BattleConf): SpawnLine | undefined {
  const [place, , name, what] = words;
  if (name === undefined || what === undefined || what.text.trim() === "") {
    reading.errors.add("spawn", place!.at, `expected four parts with tabs between them, found ${words.length}`);
    return undefined;
  }
  const [mapPart, ...area] = partsOf(place!);
  const map = mapPart!.text.trim().replace(/\.gat$/, "");
  if (map === "") reading.errors.add("spawn.map", place!.at, "expected the name of a map, found none");
  const whole = (field: string, part: Word | undefined, min: number, max: number, missing: number): number =>
    part === undefined ? missing : wholeOf(reading, field, part, min, max);
  const x = whole("x", area[0], 0, COORDINATE_MAX, 0);
  const y = whole("y", area[1], 0, COORDINATE_MAX, 0);
  const spanX = whole("xs", area[2], -COORDINATE_MAX, COORDINATE_MAX, 0);
  const spanY = whole("ys", area[3], -COORDINATE_MAX, COORDINATE_MAX, 0);
  if (spanX < 0 || spanY < 0) reading.notes.add("spawn.xs", area[2]?.at ?? place!.at, "a negative span counts as the whole map");
  const level = partsOf(name)[1];
  if (level !== undefined) {
    wholeOf(reading, "level", level, -1, LEVEL_MAX);
    reading.notes.add("spawn.level", level.at, "a level of its own is not followed; the monster has its database's");
  }
  const [monster, amountPart, delayPart, variancePart] = partsOf(what);
  if (amountPart === undefined) {
    reading.errors.add("spawn.amount", what.at, `expected "monster,amount", found ${shown(what.text)}`);
    return undefined;
  }
  if (monster!.text.trim() === "") reading.errors.add("spawn.id", monster!.at, "expected a monster's number or AegisName, found none");
  const amount = wholeOf(reading, "amount", amountPart, 1, AMOUNT_MAX);
  const delay = whole("delay1", delayPart, 0, DELAY_MAX, DELAY_DEFAULT);
  const variance = whole("delay2", variancePart, 0, DELAY_MAX, 0);
  if (delay < conf.mobRespawnTime && delay !== DELAY_DEFAULT)
    reading.notes.add("spawn.delay1", delayPart?.at ?? what.at, `a delay below ${conf.mobRespawnTime} ms counts as ${DELAY_DEFAULT}`);
  const varies = (conf.mobSpawnVariance & (boss ? 1 : 2)) !== 0;
  return {
    ...{ map, monster: monster!.text.trim(), file: reading.source.file, line: line + 1 },
    amount: amount > 1 ? Math.max(1, Math.floor((amount * conf.mobCountRate) / 100)) : amount,
    ...{ x, y, xs: spanX, ys: spanY },
    delay: delay < conf.mobRespawnTime ? DELAY_DEFAULT : delay,
    variance: varies ? variance : 0,
  };
}

/** The whole number of a part; complains and gives `min` where there is none. Blanks around it do not count, as with rAthena's sscanf. */
function wholeOf(reading: Reading, field: string, part: Word, min: number, max: number): number {
  const digits = SIGN.exec(part.text)?.[1];
  const value = digits === undefined ? Number.NaN : Number(digits);
  if (value >= min && value <= max) return value === 0 ? 0 : value;
  reading.errors.add(`spawn.${field}`, part.at, `expected a whole number from ${min} to ${max} for ${field}, found ${shown(part.text)}`);
  return min;
}
