/** What stands in the code and must not: promises in the core, arithmetic and ordering that differ between machines, undocumented exports. */
import { Visitor } from "oxc-parser";
import type { Parsed } from "./parsed.ts";
import { type Finding, isTest, lineAt } from "./tree.ts";

const isSynchronous = (path: string): boolean => /^src\/(base|core)\//.test(path);
const isDeterministic = (path: string): boolean => /^(src|sim)\//.test(path);

/** Types that would bring promises, clocks or the collector into the core; lint sees only the values of these names. */
const NOT_IN_CORE = new Set(["Promise", "PromiseLike", "AsyncIterable", "AsyncGenerator", "Date", "WeakRef", "FinalizationRegistry"]);
const LOCALE = /^(localeCompare|toLocale\w+)$/;

/** `async`, `await` and promise types in base and core; `**`, `Math.pow` and locale-dependent calls in src and sim. */
export function syntaxFindings(files: readonly Parsed[]): Finding[] {
  return files.filter((file) => !isTest(file.path)).flatMap((file) => [...coreFindings(file), ...arithmeticFindings(file)]);
}

function coreFindings(file: Parsed): Finding[] {
  if (!isSynchronous(file.path)) return [];
  const findings: Finding[] = [];
  const add = (node: { start: number }, what: string): void =>
    void findings.push({
      rule: "core-synchronous",
      path: file.path,
      line: lineAt(file.text, node.start),
      message: `${what} in base or core`,
    });
  const asyncFunction = (node: { async: boolean; start: number }): void => {
    if (node.async) add(node, "async function");
  };
  new Visitor({
    FunctionDeclaration: asyncFunction,
    FunctionExpression: asyncFunction,
    ArrowFunctionExpression: asyncFunction,
    AwaitExpression: (node) => add(node, "await"),
    ForOfStatement: (node) => {
      if (node.await) add(node, "for await");
    },
    TSTypeReference: (node) => {
      if (node.typeName.type === "Identifier" && NOT_IN_CORE.has(node.typeName.name)) add(node, `the type ${node.typeName.name}`);
    },
  }).visit(file.program);
  return findings;
}

function arithmeticFindings(file: Parsed): Finding[] {
  if (!isDeterministic(file.path)) return [];
  const findings: Finding[] = [];
  const add = (node: { start: number }, rule: string, message: string): void =>
    void findings.push({ rule, path: file.path, line: lineAt(file.text, node.start), message });
  const power = "differs by one ulp between Node versions: write a product, a literal, or exp(y * log(x))";
  new Visitor({
    BinaryExpression: (node) => {
      if (node.operator === "**") add(node, "no-power", `** ${power}`);
    },
    AssignmentExpression: (node) => {
      if (node.operator === "**=") add(node, "no-power", `**= ${power}`);
    },
    MemberExpression: (node) => {
      const name = node.property.type === "Identifier" ? node.property.name : "";
      if (name === "pow" && node.object.type === "Identifier" && node.object.name === "Math") add(node, "no-power", `Math.pow ${power}`);
      if (LOCALE.test(name)) add(node, "no-locale", `${name} depends on the machine: compare with < and >`);
    },
  }).visit(file.program);
  return findings;
}

/**
 * Exported declarations of src and sim without a comment directly above. Constants in one block without blank lines
 * share the comment of the first; the overloads of a function share one too.
 */
export function docFindings(files: readonly Parsed[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    if (!isDeterministic(file.path) || isTest(file.path)) continue;
    let previous: { end: number; kind: string; documented: boolean } | null = null;
    for (const node of file.program.body) {
      if (node.type !== "ExportNamedDeclaration" || node.declaration === null) {
        previous = null;
        continue;
      }
      const above = file.comments.findLast((comment) => comment.end <= node.start);
      const commented = above !== undefined && isAdjacent(file.text.slice(above.end, node.start));
      const kind = node.declaration.type;
      const inherited: boolean =
        previous !== null && previous.documented && shares(previous, kind, file.text.slice(previous.end, node.start));
      if (!commented && !inherited) {
        findings.push({ rule: "docstring", path: file.path, line: lineAt(file.text, node.start), message: "exported without a docstring" });
      }
      previous = { end: node.end, kind, documented: commented || inherited };
    }
  }
  return findings;
}

const isAdjacent = (between: string): boolean => /^[ \t]*\n?[ \t]*$/.test(between);

function shares(previous: { kind: string }, kind: string, between: string): boolean {
  const overload = previous.kind === "TSDeclareFunction" && (kind === "TSDeclareFunction" || kind === "FunctionDeclaration");
  return isAdjacent(between) && (overload || (previous.kind === "VariableDeclaration" && kind === "VariableDeclaration"));
}
