/** Promises of the documents that a test must keep: rules of SPEC.md, and scenario files. */
import { Visitor } from "oxc-parser";
import type { Parsed } from "./parsed.ts";
import { type Finding, isTest, lineAt, type TextFile } from "./tree.ts";

/** Every text a file holds as a string or template, joined by line ends; comments are not among them. */
function textsOf(file: Parsed): string {
  const texts: string[] = [];
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === "string") texts.push(node.value);
    },
    TemplateElement: (node) => void texts.push(node.value.cooked ?? node.value.raw),
  }).visit(file.program);
  return texts.join("\n");
}

/** The rules SPEC.md states as held: lines that open with the rule's id in bold, `- **HO1** …`. */
function specRules(spec: TextFile): { readonly id: string; readonly line: number }[] {
  const heads = spec.text.matchAll(/^[ \t]*(?:[-*][ \t]+)?\*\*([A-Z]{2}\d+)\b[^*]*\*\*/gm);
  return [...heads].map((match) => ({ id: match[1] ?? "", line: lineAt(spec.text, match.index) }));
}

/** Rules of SPEC.md that no test names in a title or text. */
export function specFindings(files: readonly TextFile[], code: readonly Parsed[]): Finding[] {
  const spec = files.find((file) => file.path === "SPEC.md");
  if (spec === undefined) return [{ rule: "spec", path: "SPEC.md", line: 1, message: "is missing" }];
  const rules = specRules(spec);
  if (rules.length === 0) return [{ rule: "spec", path: spec.path, line: 1, message: "states no rule as `- **HO1** …`" }];
  const named = new Set(code.filter((file) => isTest(file.path)).flatMap((file) => textsOf(file).match(/\b[A-Z]{2}\d+\b/g) ?? []));
  return rules
    .filter((rule) => !named.has(rule.id))
    .map((rule) => ({ rule: "spec", path: spec.path, line: rule.line, message: `no test names ${rule.id}` }));
}

/** Scenario files no test names, neither by `<folder>/<name>` nor through their folder (`scenarios/<folder>`, or both words apart). */
export function scenarioFindings(files: readonly TextFile[], code: readonly Parsed[]): Finding[] {
  const tests = code.filter((file) => isTest(file.path) && !file.path.startsWith("guards/")).map(textsOf);
  const names = (folder: string, name: string): boolean =>
    tests.some((texts) => {
      const lines = texts.split("\n");
      const apart = lines.includes("scenarios") && lines.includes(folder);
      return apart || texts.includes(`scenarios/${folder}`) || texts.includes(`${folder}/${name}`);
    });
  return files.flatMap((file) => {
    const [, folder, name] = /^scenarios\/([^/]+)\/(.+)\.ya?ml$/.exec(file.path) ?? [];
    if (folder === undefined || name === undefined || names(folder, name)) return [];
    return [{ rule: "scenario", path: file.path, line: 1, message: "no test runs this scenario" }];
  });
}
