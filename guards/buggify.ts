/**
 * BUGGIFY is for simulation alone: nothing under `src` but its tests can make a site fire. What is asked is injected at construction
 * and has one default, whose body is the word `false`; so it is enough to look at the default and at every construction.
 */
import { type NewExpression, type ParamPattern, Visitor } from "oxc-parser";
import type { Parsed } from "./parsed.ts";
import { type Finding, isTest, lineAt } from "./tree.ts";

const HOME = "src/core/protocol/buggify.ts";
/** Made by another asker's constructor alone, which hands on what it was given: class → the file that may. */
const INNER: Readonly<Record<string, string>> = { Hosting: "src/core/actors/coordinator.ts" };

/** Where `buggify` stands among the arguments of each class that takes it. */
type Askers = Map<string, number>;

/** Under `src`, and no test; the core's own stages for tests count as tests, the adapters' stand for a production and do not. */
function isProduction(path: string): boolean {
  return path.startsWith("src/") && !path.endsWith(".test.ts") && !(path.startsWith("src/core/") && isTest(path));
}

/** Sites that could fire outside simulation; none when the tree has no BUGGIFY. */
export function buggifyFindings(files: readonly Parsed[]): Finding[] {
  const source = files.filter((file) => isProduction(file.path));
  const home = source.find((file) => file.path === HOME);
  if (home === undefined) return [];
  const askers: Askers = new Map();
  const defaults = source.flatMap((file) => defaultFindings(file, askers));
  return [...neverFindings(home), ...unaskedFindings(home, source), ...defaults, ...source.flatMap((file) => makingFindings(file, askers))];
}

/** Every site of the table is asked at somewhere: what is never asked cannot fire in simulation either. */
function unaskedFindings(home: Parsed, source: readonly Parsed[]): Finding[] {
  const asked = new Set<string>();
  for (const file of source) {
    new Visitor({
      CallExpression(node) {
        const { callee } = node;
        const [first] = node.arguments;
        const name = callee.type === "MemberExpression" && callee.property.type === "Identifier" ? callee.property.name : "";
        if (name === "buggify" && first?.type === "Literal" && typeof first.value === "string") asked.add(first.value);
      },
    }).visit(file.program);
  }
  const findings: Finding[] = [];
  new Visitor({
    Property(node) {
      if (node.key.type === "Literal" && !asked.has(String(node.key.value)))
        findings.push(finding(home, node, `nobody asks at ${String(node.key.value)}`));
    },
  }).visit(home.program);
  return findings;
}

function finding(file: Parsed, node: { start: number }, message: string): Finding {
  return { rule: "buggify", path: file.path, line: lineAt(file.text, node.start), message };
}

/** `NEVER` is `() => false`, whatever it is asked. */
function neverFindings(file: Parsed): Finding[] {
  let never = 0;
  const findings: Finding[] = [];
  new Visitor({
    VariableDeclarator(node) {
      if (node.id.type !== "Identifier" || node.id.name !== "NEVER") return;
      never += 1;
      const text = node.init === null ? "" : file.text.slice(node.init.start, node.init.end);
      if (text !== "() => false") findings.push(finding(file, node, "NEVER is () => false"));
    },
  }).visit(file.program);
  if (never !== 1) findings.push(finding(file, file.program, "there is one NEVER"));
  return findings;
}

/** A constructor that takes `buggify` takes it last, and NEVER where it is not given. Notes the class among the askers. */
function defaultFindings(file: Parsed, askers: Askers): Finding[] {
  const findings: Finding[] = [];
  new Visitor({
    ClassDeclaration(node) {
      const name = node.id?.name ?? "";
      for (const member of node.body.body) {
        if (member.type !== "MethodDefinition" || member.kind !== "constructor") continue;
        const { params } = member.value;
        const place = params.findIndex((param) => nameOf(param) === "buggify");
        if (place < 0) continue;
        askers.set(name, place);
        const param = params[place] as ParamPattern;
        const isNever = param.type === "AssignmentPattern" && param.right.type === "Identifier" && param.right.name === "NEVER";
        if (place !== params.length - 1) findings.push(finding(file, param, `${name} takes buggify last`));
        if (!isNever && INNER[name] === undefined) findings.push(finding(file, param, `${name} has NEVER where nothing is given`));
      }
    },
  }).visit(file.program);
  return findings;
}

function nameOf(param: ParamPattern): string {
  const pattern = param.type === "AssignmentPattern" ? param.left : param;
  return pattern.type === "Identifier" ? pattern.name : "";
}

/** Askers are made without it, under their own name, and are not extended; nobody writes the field but a constructor. */
function makingFindings(file: Parsed, askers: Askers): Finding[] {
  const findings: Finding[] = [];
  const made = new Set<number>();
  const isMaking = (node: NewExpression): void => {
    if (node.callee.type !== "Identifier") return;
    const { name, start } = node.callee;
    const place = askers.get(name);
    if (place === undefined) return;
    made.add(start);
    if (INNER[name] === file.path) return;
    const given = node.arguments.length > place || node.arguments.some((argument) => argument.type === "SpreadElement");
    if (given || INNER[name] !== undefined) findings.push(finding(file, node, `${name} is made without buggify outside simulation`));
  };
  new Visitor({ NewExpression: isMaking }).visit(file.program);
  new Visitor({
    Identifier(node) {
      if (!askers.has(node.name) || made.has(node.start) || isNamed(file, node)) return;
      findings.push(finding(file, node, `${node.name} is made under its own name, and is not handed around`));
    },
    AssignmentExpression(node) {
      const { left } = node;
      if (left.type !== "MemberExpression" || left.property.type !== "Identifier" || left.property.name !== "buggify") return;
      if (file.text.slice(node.start, node.end) !== "this.buggify = buggify")
        findings.push(finding(file, node, "buggify is set by a constructor, to what it was given"));
    },
  }).visit(file.program);
  return findings;
}

/** Whether the identifier stands where a class is declared, imported, or used as a type. */
function isNamed(file: Parsed, { start, end }: { start: number; end: number }): boolean {
  const types = new Set<string>();
  const note = (node: { start: number; end: number }): void => void types.add(`${node.start}:${node.end}`);
  new Visitor({
    ClassDeclaration: (node) => {
      if (node.id !== null) note(node.id);
    },
    ImportSpecifier: (node) => {
      note(node.imported);
      note(node.local);
    },
    TSTypeReference: (node) => note(node.typeName),
  }).visit(file.program);
  return types.has(`${start}:${end}`);
}
