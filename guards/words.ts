/** Words that must not stand in the tree: paths of one machine, work left open, checks switched off without a reason. */
import { type Finding, isCode, lineAt, type TextFile } from "./tree.ts";

type Ban = { readonly rule: string; readonly pattern: RegExp; readonly message: string; readonly where: (path: string) => boolean };

const isProduct = (path: string): boolean => isCode(path) && !path.startsWith("guards/");

// The guards name what they forbid, so they are left out of all but the first rule, which is written so as not to match itself.
const BANS: readonly Ban[] = [
  {
    rule: "machine-path",
    pattern: /(?<![\w.)/])[/](work|root|tmp[/]hp|home[/]\w+)(?=[/])/g,
    message: "an absolute path of one machine",
    where: () => true,
  },
  {
    rule: "left-open",
    pattern: /\b(TODO|FIXME|XXX|not implemented)\b|\b(it|test|describe)\.(skip|only|todo|fails)\(/g,
    message: "work left open",
    where: isProduct,
  },
  {
    rule: "check-off",
    pattern: /@ts-(ignore|nocheck|expect-error)|(oxlint|eslint)-disable(?!\S* .*-- \S)|biome-ignore-all/g,
    message: "a check switched off without a reason (` -- why`)",
    where: isProduct,
  },
];

/** Banned words, wherever they stand in a file: code, comments and texts. */
export function wordFindings(files: readonly TextFile[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    for (const ban of BANS) {
      if (!ban.where(file.path)) continue;
      for (const match of file.text.matchAll(ban.pattern)) {
        const line = lineAt(file.text, match.index);
        findings.push({ rule: ban.rule, path: file.path, line, message: `${ban.message}: ${match[0]}` });
      }
    }
  }
  return findings;
}
