import { createHash } from "node:crypto";
import type { RandomSource } from "./crypto.ts";

/** Chance that comes out the same each time: hashes of a name and a count. `onFill` is told what was given. */
export function countedRandom(name: string, onFill: (bytes: Uint8Array) => void = () => undefined): RandomSource {
  let count = 0;
  return {
    seeded: true,
    fill(bytes) {
      for (let at = 0; at < bytes.length; at += 64) {
        const block = createHash("sha512").update(`${name} ${count++}`).digest();
        bytes.set(block.subarray(0, Math.min(64, bytes.length - at)), at);
      }
      onFill(bytes);
    },
  };
}
