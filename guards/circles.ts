/** Circles between files and between folders, and files that nothing uses. Tests do not make or break a circle of folders. */
import { posix } from "node:path";
import { areaOf } from "./direction.ts";
import type { Parsed } from "./parsed.ts";
import { type Finding, isTest } from "./tree.ts";

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The circles of a graph: its strongly connected components of two or more nodes, each sorted
 * (R. Tarjan, "Depth-first search and linear graph algorithms", 1972).
 */
export function circlesOf(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const circles: string[][] = [];
  const visit = (node: string): number => {
    const mine = index.size;
    let lowest = mine;
    index.set(node, mine);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (onStack.has(next)) lowest = Math.min(lowest, index.get(next) ?? mine);
    }
    low.set(node, lowest);
    if (lowest === mine) {
      const circle = stack.splice(stack.indexOf(node));
      for (const member of circle) onStack.delete(member);
      if (circle.length > 1) circles.push(circle.sort());
    }
    return lowest;
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}

/** One import seen as an edge between the nodes of a graph, with the file and target that make it. */
type Edge = { readonly from: string; readonly to: string; readonly file: string; readonly target: string };

function edgesOf(files: readonly Parsed[], nodeOf: (path: string) => string): Edge[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ target }) =>
      target === null ? [] : [{ from: nodeOf(file.path), to: nodeOf(target), file: file.path, target }],
    ),
  );
}

/** A finding for each circle; its message names one import for each step inside the circle. */
function foundCircles(rule: string, edges: readonly Edge[]): Finding[] {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of edges) graph.set(from, (graph.get(from) ?? new Set()).add(to));
  return circlesOf(graph).map((circle) => {
    const steps = new Map<string, string>();
    for (const { from, to, file, target } of edges) {
      if (from !== to && circle.includes(from) && circle.includes(to)) steps.set(`${from} ${to}`, `${file} imports ${target}`);
    }
    return { rule, path: circle[0] ?? "", line: 1, message: `circle of ${circle.join(", ")}: ${[...steps.values()].join("; ")}` };
  });
}

/** Circles between files, and between folders. A folder and one inside it are no two parties: there the files' circles count. */
export function circleFindings(files: readonly Parsed[]): Finding[] {
  const sources = files.filter((file) => !isTest(file.path));
  const inside = (a: string, b: string): boolean => a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  const folders = edgesOf(sources, posix.dirname).filter(({ from, to }) => !inside(from, to));
  return [
    ...foundCircles(
      "file-circle",
      edgesOf(files, (path) => path),
    ),
    ...foundCircles("folder-circle", folders),
  ];
}

/** Files that are started, not imported. */
function isEntry(path: string): boolean {
  return (
    isTest(path) ||
    path.endsWith(".bench.ts") ||
    /^(src\/cli|bench)\/main\.ts$/.test(path) ||
    /^guards\/(check|build|picture)\.ts$/.test(path)
  );
}

/** Edges are used by whoever assembles a world, which today may be a test: there a test counts as a user. */
const ENDS = new Set(["runtime", "adapters", "app", "guards"]);

/** Files nobody imports. In the middle of the house a file that only tests import is dead too. */
export function deadFindings(files: readonly Parsed[]): Finding[] {
  const used = new Set<string>();
  for (const file of files) {
    for (const { target } of file.imports) {
      if (target !== null && (!isTest(file.path) || ENDS.has(areaOf(target)))) used.add(target);
    }
  }
  return files
    .filter((file) => !isEntry(file.path) && !used.has(file.path))
    .map((file) => ({ rule: "dead-file", path: file.path, line: 1, message: "nothing that runs imports this file" }));
}
