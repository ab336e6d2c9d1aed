/** What SPEC.md says of a rule. The file ships beside the program, in the repository and in the package alike. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SPEC = fileURLToPath(new URL("../../../SPEC.md", import.meta.url));

/** A rule's own words: what it demands, and how it is judged (null where the text does not part them). Plain text, with SPEC.md's backticks taken off. */
export type RuleText = { readonly demands: string; readonly judged: string | null };

/** The text of a rule in SPEC.md, or null for what is no rule there, such as a crash. `spec` is the whole file. Throws if SPEC.md is not there. */
export function ruleText(rule: string, spec: string = readFileSync(SPEC, "utf8")): RuleText | null {
  const lines = spec.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`**${rule}** `));
  if (start < 0) return null;
  const end = lines.findIndex((line, i) => i > start && line.trim() === "");
  const text = lines
    .slice(start, end < 0 ? undefined : end)
    .join(" ")
    .slice(`**${rule}** `.length)
    .replaceAll("`", "");
  const [whole = ""] = text.split(/ Tests: /);
  const parted = whole.search(/ (Checked|Also checked) (in|by) /);
  return parted < 0 ? { demands: whole, judged: null } : { demands: whole.slice(0, parted), judged: whole.slice(parted + 1) };
}
