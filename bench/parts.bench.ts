/** Small parts that everything else calls: what one call of each takes. No aims: they explain the large figures when those move. */
import { Bench } from "tinybench";
import { Ladder } from "../src/base/hash.ts";
import { Histogram } from "../src/base/histogram.ts";
import { prepareLaw, sampleLaw } from "../src/base/laws.ts";
import { drawU32, drawUnit, rootStream, stream } from "../src/base/random.ts";
import { COORDINATOR } from "../src/core/protocol/ids.ts";
import { decodeFrame, encodeFrame, type Frame } from "../src/core/protocol/codec.ts";
import type { BenchPlan, BenchReport } from "./lib/rows.ts";

const NS_PER_MS = 1e6;
/** Calls inside one timed turn, so that the clock's own cost does not count. */
const CALLS = 1_000;

/** Each part as a function of the call's number; what it gives is summed, or the call could be left out as useless. */
function parts(): Readonly<Record<string, (i: number) => number>> {
  const draws = stream(rootStream(1, 2), "bench");
  const weibull = prepareLaw({ law: "weibull", shape: 0.5, scale: 1200 });
  const quantiles = prepareLaw({ law: "quantiles", p: [0.02, 0.25, 0.5, 0.9, 0.99], values: [1, 5, 20, 90, 1000] });
  const ladder = new Ladder();
  const histogram = new Histogram();
  const frame: Frame = { frame: "message", peer: COORDINATOR, message: { kind: "hosting/active", host: 7, map: 3, epoch: 12 } };
  const text = encodeFrame(frame);
  return {
    "a keyed draw": (i) => drawU32(draws, 7, i),
    "a sample of a Weibull law": (i) => sampleLaw(weibull, drawUnit(draws, 8, i)),
    "a sample of a table of quantiles": (i) => sampleLaw(quantiles, drawUnit(draws, 9, i)),
    "an entry of a fingerprint": (i) => {
      ladder.event(i, 3, 5, 7);
      return 1;
    },
    "a sample taken into a histogram": (i) => {
      histogram.add(i * 37);
      return 1;
    },
    "a message written for a line": () => encodeFrame(frame).length,
    "a message read and checked": () => {
      if (!decodeFrame(text, { maps: 10, regions: 2 }).ok) throw new Error("a message is refused");
      return 1;
    },
  };
}

/** The median time of one call, by part. */
export async function partsBench({ smoke, log }: BenchPlan): Promise<BenchReport> {
  log("small parts");
  const bench = new Bench({ time: smoke ? 5 : 300, warmupTime: smoke ? 0 : 100 });
  let sum = 0;
  for (const [name, call] of Object.entries(parts())) {
    bench.add(name, () => {
      for (let i = 0; i < CALLS; i += 1) sum += call(i);
    });
  }
  const tasks = await bench.run();
  if (!Number.isFinite(sum)) throw new Error("a part gave no number");
  const items = tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
    return { name, value: (result.latency.p50 * NS_PER_MS) / CALLS, unit: "ns" };
  });
  return { rows: [], details: [{ title: "Small parts, the median time of one call", items }], absent: [] };
}
