/** Where the time of a program went, from the CPU profile that V8 writes (`node --cpu-prof`). */
import type { Detail } from "./rows.ts";

/** What is read of a profile: call frames by node id, and which node was on top at each sample, with microseconds since the one before. */
export type CpuProfile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

const LIBRARIES = "/node_modules/";
/** Smallest part of the whole that is told. */
const TOLD_PART = 0.005;
/** Functions that are told by name. */
const FUNCTIONS_TOLD = 12;

type Shares = { readonly folders: Detail["items"]; readonly functions: Detail["items"] };

/**
 * Time spent in functions themselves, in percent of all time that was not idle: by folder of the project, and of the functions that took most.
 * `root` is the file URL of the project's folder, with a slash at its end. What V8 does beside (collecting, compiling) stands in brackets, as it names it.
 */
export function profileShares(profile: CpuProfile, root: string): Shares {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const folders = new Map<string, number>();
  const functions = new Map<string, number>();
  let whole = 0;
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    const us = profile.timeDeltas[index] ?? 0;
    if (frame === undefined || frame.functionName === "(idle)") continue;
    whole += us;
    add(folders, folderOf(frame.url, frame.functionName, root), us);
    if (frame.url.startsWith(root) && !frame.url.includes(LIBRARIES))
      add(functions, `${frame.functionName || "(unnamed)"} in ${frame.url.slice(root.length)}`, us);
  }
  return { folders: told(folders, whole), functions: told(functions, whole).slice(0, FUNCTIONS_TOLD) };
}

function add(sums: Map<string, number>, key: string, us: number): void {
  sums.set(key, (sums.get(key) ?? 0) + us);
}

function folderOf(url: string, name: string, root: string): string {
  if (url === "") return name.startsWith("(") ? name : "(built into V8)";
  if (url.includes(LIBRARIES)) return "libraries";
  if (!url.startsWith(root)) return "Node";
  const path = url.slice(root.length);
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function told(sums: ReadonlyMap<string, number>, whole: number): Detail["items"] {
  return [...sums]
    .filter(([, us]) => us >= whole * TOLD_PART)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, us]) => ({ name, value: (100 * us) / whole, unit: "%" }));
}
