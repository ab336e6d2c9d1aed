/** `sweep:` and the `$name` texts it fills in. */
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { Leaf, Located, LocatedMap } from "./located.ts";
import { childOf, complain } from "./located.ts";

/** One combination of a sweep's values. */
export type SweepPoint = Readonly<Record<string, string | number | boolean>>;

/** A mistake in a sweep must not start an endless campaign. */
const POINTS_MAX = 1_000;
const NAME = /\$([A-Za-z][A-Za-z0-9_]*)/g;

/** Every combination with its document; a document without a sweep gives itself once. */
export function sweepPoints(document: LocatedMap): Result<{ point: SweepPoint; document: LocatedMap }[], Complaint[]> {
  const variables = childOf(document, "sweep");
  let points: SweepPoint[] = [{}];
  if (variables?.kind === "map") {
    for (const [name, entry] of variables.entries) {
      const values = entry.value.kind === "list" ? entry.value.items.map(leafValue) : [];
      if (values.length === 0 || values.includes(null)) return err([complain(entry.keyAt, `sweep.${name}: expected a list of values`)]);
      points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value as string | number | boolean })));
      if (points.length > POINTS_MAX) return err([complain(entry.keyAt, `the sweep has more than ${POINTS_MAX} combinations`)]);
    }
  }
  const names = variables?.kind === "map" ? [...variables.entries.keys()] : [];
  const used = new Set<string>();
  const complaints: Complaint[] = [];
  const swept = points.map((point, index) => ({
    point,
    // Complaints repeat from point to point; the first one says them all.
    document: filled(document, point, names, used, index === 0 ? complaints : []) as LocatedMap,
  }));
  if (variables?.kind === "map") {
    for (const [name, entry] of variables.entries) {
      if (!used.has(name)) complaints.push(complain(entry.keyAt, `sweep.${name} is never used; write $${name} where it belongs`));
    }
  }
  return complaints.length > 0 ? err(complaints) : ok(swept);
}

function leafValue(node: Located): Leaf {
  return node.kind === "leaf" ? node.value : null;
}

function filled(node: Located, point: SweepPoint, names: readonly string[], used: Set<string>, complaints: Complaint[]): Located {
  if (node.kind === "list") return { ...node, items: node.items.map((item) => filled(item, point, names, used, complaints)) };
  if (node.kind === "map") {
    const entries = new Map(node.entries);
    for (const [key, entry] of entries) {
      // Prose may hold a dollar sign.
      if (key === "description" || key === "title") continue;
      entries.set(key, { ...entry, value: filled(entry.value, point, names, used, complaints) });
    }
    return { ...node, entries };
  }
  if (typeof node.value !== "string" || !node.value.includes("$")) return node;
  for (const [, name = ""] of node.value.matchAll(NAME)) {
    used.add(name);
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    complaints.push(complain(node.at, `$${name} is not a variable of sweep${near === undefined ? "" : `; did you mean "$${near}"?`}`));
  }
  const only = /^\$([A-Za-z][A-Za-z0-9_]*)$/.exec(node.value)?.[1];
  if (only !== undefined) return { ...node, value: point[only] ?? node.value };
  return { ...node, value: node.value.replaceAll(NAME, (whole, name: string) => String(point[name] ?? whole)) };
}
