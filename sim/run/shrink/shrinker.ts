/** Worker threads that cut failures down: their answers are no outcomes, so the pool that runs seeds is not for them. */
import { Piscina } from "piscina";
import type { Minimal } from "./minimise.ts";
import type { ShrinkTask } from "./worker.ts";

/** Open threads. */
export type Shrinker = {
  /** Rejects when the simulator breaks outside a run, or when the threads are ended. */
  readonly shrink: (task: ShrinkTask) => Promise<Minimal | null>;
  /** Ends the threads, whatever they do. */
  close(): Promise<void>;
};

/** Opens as many threads. */
export function openShrinker(workers: number): Shrinker {
  const piscina = new Piscina<ShrinkTask, Minimal | null>({
    filename: new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url).href,
    name: "shrink",
    minThreads: 1,
    maxThreads: workers,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
  });
  return { shrink: (task) => piscina.run(task), close: () => piscina.destroy() };
}
