import { deflateSync } from "node:zlib";
import type { Ground } from "../../core/protocol/game-data.ts";

/** The bytes of a `map_cache.dat` with these maps, as rAthena's mapcache tool writes it. Names may have 11 characters. */
export function writeMapCache(maps: ReadonlyMap<string, Ground>): Uint8Array {
  const parts = [...maps].map(([name, { width, height, cells }]) => {
    const packed = deflateSync(cells);
    const head = Buffer.alloc(20);
    head.write(name.slice(0, 11), "latin1");
    head.writeInt16LE(width, 12);
    head.writeInt16LE(height, 14);
    head.writeInt32LE(packed.length, 16);
    return Buffer.concat([head, packed]);
  });
  const header = Buffer.alloc(8);
  header.writeUInt32LE(8 + parts.reduce((sum, part) => sum + part.length, 0), 0);
  header.writeUInt16LE(maps.size, 4);
  return new Uint8Array(Buffer.concat([header, ...parts]));
}
