/** One side of `diverge` as the command line has it. */
import { err, ok, type Result } from "../base/result.ts";

/**
 * A side: `base` is what runs (`.` for this checkout, else a file, a folder or a commit, as it is found later), `node` another Node's binary,
 * `sets` fields of the scenario that are changed, each `path=value`.
 */
export type Side = { readonly text: string; readonly base: string; readonly node: string | null; readonly sets: readonly string[] };

/** Parts begin at a + with one of the two words behind it, so that names of branches and files may hold a +. */
const PARTS = /\+(?=(?:node|set):)/;
/** A comma begins another setting only where one follows, so that values may hold commas. */
const SETTINGS = /,(?=[A-Za-z_][\w.-]*=)/;

/** Reads `BASE[+node:PATH][+set:path=value[,path=value]]`, or without BASE for this checkout. The error says what was expected. */
export function parseSide(text: string): Result<Side, string> {
  const parts = text.split(PARTS);
  const [first = ""] = parts;
  const bare = /^(?:node|set):/.test(first);
  const base = bare ? "." : first;
  let node: string | null = null;
  const sets: string[] = [];
  if (base === "") return err("expected ., a commit, a folder, a file, node:PATH or set:path=value before the first +");
  for (const part of bare ? parts : parts.slice(1)) {
    const value = part.slice(part.indexOf(":") + 1);
    if (value === "") return err(`expected something behind ${part}`);
    if (part.startsWith("node:")) {
      if (node !== null) return err("expected one node: at most");
      node = value;
    } else {
      const each = value.split(SETTINGS);
      const wrong = each.find((set) => set.indexOf("=") <= 0);
      if (wrong !== undefined) return err(`set:${wrong}: expected path=value, for example set:heartbeats=eager`);
      sets.push(...each);
    }
  }
  return ok({ text, base, node, sets });
}
