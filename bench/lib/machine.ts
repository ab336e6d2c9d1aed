import { availableParallelism, cpus, loadavg } from "node:os";

/** On what a figure was measured: cores in use, the processor's own name, and the Node that ran. */
export type Machine = { readonly cores: number; readonly model: string; readonly node: string };

/** This machine. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), model: cpus()[0]?.model.trim() ?? "unknown", node: process.versions.node };
}

/** How many programs wanted a core, on average over the last minute; 0 where the system does not tell. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}
