/** A source file with its syntax tree, its comments and what it imports: types, dynamic imports and worker URLs count. */
import { posix } from "node:path";
import { type Comment, type Program, parseSync, Visitor } from "oxc-parser";
import { lineAt, type TextFile } from "./tree.ts";

/**
 * One import. `target` is the file meant by a relative specifier, null for libraries and `node:*`.
 * `kind`: `value` and `type` are static, `export` re-exports, `dynamic` is `import()`, `url` is `new URL("./x.ts", import.meta.url)`.
 */
export type Import = {
  readonly specifier: string;
  readonly target: string | null;
  readonly kind: "value" | "type" | "export" | "dynamic" | "url";
  readonly line: number;
};

/** What the rules look at. */
export type Parsed = TextFile & {
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
};

/** Parses one file of TypeScript. Throws on a syntax error: the type check comes first and says it better. */
export function parseFile(file: TextFile): Parsed {
  const result = parseSync(file.path, file.text, { lang: "ts", sourceType: "module" });
  const broken = result.errors[0];
  if (broken !== undefined) throw new Error(`${file.path}: ${broken.message}`);
  return { ...file, program: result.program, comments: result.comments, imports: importsOf(file, result.program) };
}

function importsOf(file: TextFile, program: Program): Import[] {
  const imports: Import[] = [];
  const add = (kind: Import["kind"], specifier: string, offset: number): void => {
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(file.path), specifier) : null;
    imports.push({ specifier, target, kind, line: lineAt(file.text, offset) });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers;
      const types = named.length > 0 && named.every((s) => s.type === "ImportSpecifier" && s.importKind === "type");
      add(node.importKind === "type" || types ? "type" : "value", node.source.value, node.start);
    },
    ExportNamedDeclaration(node) {
      if (node.source !== null) add("export", node.source.value, node.start);
    },
    ExportAllDeclaration(node) {
      add("export", node.source.value, node.start);
    },
    ImportExpression(node) {
      if (node.source.type === "Literal" && typeof node.source.value === "string") add("dynamic", node.source.value, node.start);
    },
    TSImportType(node) {
      add("type", node.source.value, node.start);
    },
    NewExpression(node) {
      const [first, base] = node.arguments;
      if (node.callee.type !== "Identifier" || node.callee.name !== "URL" || first === undefined) return;
      if (base === undefined || file.text.slice(base.start, base.end) !== "import.meta.url") return;
      // The first argument may choose between the source and its compiled form: `built ? "./x.js" : "./x.ts"`.
      // Unlike an import, a URL is relative without a dot too: `lib/x.ts`.
      const named = file.text.slice(first.start, first.end).matchAll(/["'`]([^"'`/:][^"'`:]*\.ts)["'`]/g);
      for (const [, path = ""] of named) add("url", path.startsWith(".") ? path : `./${path}`, node.start);
    },
  }).visit(program);
  return imports;
}
