import { inflateSync } from "node:zlib";
import type { Complaint, Result } from "../../base/result.ts";
import { err, ok } from "../../base/result.ts";
import { shown } from "../../base/text/source.ts";
import type { Ground } from "../../core/protocol/game-data.ts";

/** A map's ground, still packed. */
export type PackedMap = { readonly width: number; readonly height: number; unpack(): Result<Ground, Complaint> };

const HEADER_BYTES = 8;
const ENTRY_BYTES = 20;
const NAME_BYTES = 12;
/** Four times rAthena's own limit (MAX_MAP_SIZE, 512 · 512 cells); its largest map has 193,600. */
const CELLS_MAX = 1_048_576;
/** Names are plain signs; anything else means that the bytes are no map cache. */
const NAME = /^[\x21-\x7e]+$/;

/**
 * Reads the index of a `map_cache.dat`, all numbers little-endian: a header of 8 bytes (u32 size of the file, u16 count of maps, 2 unused), then for
 * each map its name in 12 bytes, i16 width, i16 height, i32 length of what follows, and the cells as a zlib stream. Cells are unpacked when asked for,
 * and never to more than width · height bytes. What is wrong is complained about by its byte; of a name given twice the first counts.
 */
export function readMapCache(bytes: Uint8Array, file: string): Result<ReadonlyMap<string, PackedMap>, Complaint> {
  const bad = (at: number, message: string): Result<never, Complaint> =>
    err({ file, line: 1, column: 1, message: `at byte ${at}: ${message}` });
  if (bytes.length < HEADER_BYTES) return bad(0, `expected a header of ${HEADER_BYTES} bytes, found ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0, true);
  const count = view.getUint16(4, true);
  if (size !== bytes.length) return bad(0, `expected the file's size ${bytes.length}, found ${size}: it is damaged, or no map cache`);
  const maps = new Map<string, PackedMap>();
  let at = HEADER_BYTES;
  for (let number = 0; number < count; number += 1) {
    if (at + ENTRY_BYTES > bytes.length) return bad(at, `expected map ${number + 1} of ${count}, found the end of the file`);
    const name = nameOf(bytes.subarray(at, at + NAME_BYTES));
    const width = view.getInt16(at + NAME_BYTES, true);
    const height = view.getInt16(at + NAME_BYTES + 2, true);
    const length = view.getInt32(at + NAME_BYTES + 4, true);
    if (!NAME.test(name)) return bad(at, `expected the name of map ${number + 1}, found ${shown(name)}`);
    if (width < 1 || height < 1 || width * height > CELLS_MAX)
      return bad(at + NAME_BYTES, `expected 1 to ${CELLS_MAX} cells for ${shown(name)}, found ${width} x ${height}`);
    const from = at + ENTRY_BYTES;
    if (length < 0 || from + length > bytes.length)
      return bad(at + NAME_BYTES + 4, `expected at most ${bytes.length - from} packed bytes for ${shown(name)}, found ${length}`);
    const packed = bytes.subarray(from, from + length);
    if (!maps.has(name)) maps.set(name, { width, height, unpack: () => unpacked(packed, width, height, name, file, from) });
    at = from + length;
  }
  if (at !== bytes.length) return bad(at, `expected the end of the file behind ${count} maps, found ${bytes.length - at} more bytes`);
  return ok(maps);
}

function nameOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}

function unpacked(packed: Uint8Array, width: number, height: number, name: string, file: string, at: number): Result<Ground, Complaint> {
  const expected = width * height;
  const bad = (found: string): Result<never, Complaint> =>
    err({ file, line: 1, column: 1, message: `at byte ${at}: expected ${expected} packed cells of ${shown(name)}, found ${found}` });
  try {
    const cells = inflateSync(packed, { maxOutputLength: expected });
    return cells.length === expected ? ok({ width, height, cells: new Uint8Array(cells) }) : bad(`${cells.length}`);
  } catch (problem) {
    const code = problem instanceof Error && "code" in problem ? problem.code : "";
    return bad(code === "ERR_BUFFER_TOO_LARGE" ? "more" : "a damaged zlib stream");
  }
}
