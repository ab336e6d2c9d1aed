/** Where the draws of a run begin. */
import seedrandom from "seedrandom";
import { rootStream, type Stream } from "../../src/base/random.ts";
import type { Options } from "../options.ts";

/** The root of all draws of a run: 64 bits from the seed's text (seedrandom, as the seed of a run is text at the edges). */
export function rootOf({ draws }: Pick<Options, "draws">, seed: number): Stream {
  const draw = seedrandom(`peerstead/${draws}/${seed}`);
  return rootStream(draw.int32() >>> 0, draw.int32() >>> 0);
}
