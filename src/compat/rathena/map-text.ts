import type { Complaint, Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import { normalLineEnds, shown } from "../../base/text/source.ts";
import type { Ground } from "../../core/protocol/game-data.ts";

/** What a map's text is called: `<map>.map.txt`. */
export const MAP_TEXT_SUFFIX = ".map.txt";

const SIGNS = ".#~=";
/** The cell of each sign: open ground, wall, walkable water, and a gap that only shots cross (rAthena's numbers). */
const CELLS = [0, 1, 3, 5];
const SIDE_MAX = 512;

/**
 * Reads a map that is drawn as text, a simple form of our own beside rAthena's map cache: one sign a cell (`.` open, `#` wall, `~` walkable water,
 * `=` gap), one line a row, the northern row (the highest y) first. Empty lines and lines that begin with `//` do not count.
 */
export function readMapText(text: string, file: string): Result<Ground, Complaint> {
  const rows: string[] = [];
  const bad = (line: number, column: number, message: string): Result<never, Complaint> => err({ file, line, column, message });
  for (const [index, line] of normalLineEnds(text).split("\n").entries()) {
    const row = line.trimEnd();
    if (row === "" || row.startsWith("//")) continue;
    if (rows.length >= SIDE_MAX) return bad(index + 1, 1, `expected at most ${SIDE_MAX} rows, found more`);
    const width = rows[0]?.length ?? row.length;
    if (width > SIDE_MAX) return bad(index + 1, SIDE_MAX + 1, `expected at most ${SIDE_MAX} cells in a row, found ${width}`);
    if (row.length !== width) return bad(index + 1, 1, `expected ${width} cells, as in the first row, found ${row.length}`);
    for (let x = 0; x < width; x += 1)
      if (!SIGNS.includes(row[x]!)) return bad(index + 1, x + 1, `expected one of ${SIGNS}, found ${shown(row[x]!)}`);
    rows.push(row);
  }
  const [first] = rows;
  if (first === undefined) return bad(1, 1, "expected the rows of a map, found none");
  const cells = new Uint8Array(first.length * rows.length);
  for (const [index, row] of rows.entries()) {
    const y = rows.length - 1 - index;
    for (let x = 0; x < first.length; x += 1) cells[x + y * first.length] = CELLS[SIGNS.indexOf(row[x]!)]!;
  }
  return ok({ width: first.length, height: rows.length, cells });
}
