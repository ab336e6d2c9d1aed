/** SCENARIOS.md, written from the schema, the kinds of faults, the defaults and the presets. */
import { readFileSync } from "node:fs";
import { defaultMapConf, defaultTuning } from "../../../src/core/settings.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import { BUGGIFY_SITES } from "../../../src/core/protocol/buggify.ts";
import { readScenarioDocument, scenarioFile } from "./documents.ts";
import { FAULT_KINDS, FAULT_KIND_NAMES, type FaultKind } from "./fault-kinds.ts";
import { childOf, type Located, plainOf } from "./located.ts";
import { presetShelf } from "./presets.ts";
import { SCENARIO_SCHEMA } from "./schema.ts";
import type { Schema } from "./schema-words.ts";

/** A field as the page shows it: `NAME` and `N` stand in its path for any name and any number. `required` by the mapping it stands in. */
type Field = { readonly path: string; readonly schema: Schema; readonly required: boolean };

/** Chapters in the order of the page, each with the paths it holds: those below `of`, or exactly these. */
const CHAPTERS: readonly { readonly title: string; readonly of: string | readonly string[]; readonly after?: () => string }[] = [
  { title: "The file", of: ["schema", "name", "draws", "title", "description", "extends"] },
  { title: "The run", of: ["mode", "fidelity", "game", "duration", "settle", "heartbeats", "planted", "seeds", "sweep", "series"] },
  { title: "Regions", of: "fleet.regions" },
  { title: "Hosts", of: "fleet.hosts" },
  { title: "Players", of: "fleet.players" },
  { title: "Maps", of: "fleet.maps" },
  { title: "Network", of: "network" },
  { title: "VPS", of: "vps" },
  { title: "Sealed messages", of: "sealing" },
  { title: "Store", of: "store" },
  { title: "Faults", of: "faults", after: () => `${kindsTable()}\n${sitesTable()}` },
  { title: "What must hold", of: ["thresholds", "require"], after: () => THRESHOLDS },
  { title: "Settings of the coordinator: conf", of: "conf" },
  { title: "Settings of the coordinator: tuning", of: "tuning" },
  { title: "Trace files", of: "data" },
];

const COLUMNS = 150;

/** What a length means for kinds that can do without one. */
const LENGTH_LEFT_OUT: Readonly<Partial<Record<(typeof FAULT_KIND_NAMES)[number], string>>> = {
  crash: "until the machine is back; left out, its own down-time",
  "coordinator-restart": "until it starts again; left out, at once",
  "flash-crowd": "while they come; left out, all at once",
};

const HEAD = `# Scenario files

A scenario says which world is simulated, what goes wrong in it, and what must hold. It is a YAML file; [README.md](README.md) has a whole one. This page
is written from \`sim/run/scenario/schema.ts\` and what stands beside it; a test compares the two. Editors know the same fields through the first line
of a file, \`# yaml-language-server: $schema=…/scenario.schema.json\`, and \`peerstead completion\` teaches them to a shell.

## How a scenario is put together

Four layers, each laid over the one before:

1. \`scenarios/presets/defaults.yaml\`. Its values are the column *default* below; an empty cell means that there is none.
2. What \`extends\` names: a path from the file, or a shipped scenario such as \`capacity/five-hundred\`. Of several, later ones win.
3. The file itself.
4. \`--set path=value\` of the command, in the order given. The value is YAML: \`--set 'vps.sites=[{region: EU, slots: 40}]'\`.

Mappings are merged field by field. Everything else replaces what was there, and so do mappings of free names that make a whole: the shares of regions,
the weights of a choice. Lists that say things one by one (machines, up-times, maps) drop the inherited laws that they stand for. \`null\` drops what
was inherited. A field that nobody knows is an error, and so is a field of players or of a fault that the executor or the kind does not know.

Only \`fleet.players\` has no complete defaults: \`constant\` needs \`peak\`, \`daily-curve\` also \`peakAt\` and \`peakToTrough\`; \`ramping-arrival-rate\` goes by
\`initial\`, \`start\` and \`stages\`.

\`\`\`yaml
schema: peerstead-scenario/1
title: Saturday, with other regions, and with twice the machines, too
extends: capacity/five-hundred
sweep: {machines: [500, 1000]}                 # the scenario runs once for each value (for each combination, if there are more)
fleet:
  regions: {NA: 0.4, EU: 0.4, ASIA: 0.2}       # replaces the inherited shares
  hosts:
    count: $machines                           # filled in by the sweep
    hardware: {preset: steam-2026, frameTime: 8ms}   # a preset with one field of its own
  players: {peak: 6000}
vps: {slots: null}                             # dropped: room for every map
\`\`\`

\`peerstead scenario check FILE\` says what a file comes to, or everything that is wrong with it, each with line and column.

## Values

A **time** is a number with its unit: \`250ms\`, \`30s\`, \`5m\`, \`2h\`, \`1.5d\`, \`40us\`. A **rate** is a number per time: \`20/s\`, \`300/m\`, \`5/h\`. A **share** is a
number from 0 to 1. A **switch** is \`true\` or \`false\` (or 1 or 0). Any value may be \`$name\` where \`sweep\` has a list of that name.

A **law** says how values are drawn. Laws of times carry units, those of other quantities are plain numbers in the unit that is named.

| law | draws |
|---|---|
| \`30ms\` or \`8\` | always the same |
| \`uniform(1ms, 5ms)\` | evenly between the two |
| \`exponential(14h)\` | with this mean |
| \`weibull(0.59, 41.9m)\` | shape, scale |
| \`lognormal(1.597, 1.566, h)\` | mu and sigma of the logarithm, and the unit that draws come in; plain numbers have no third part |
| \`quantiles(5: 1ms, 50: 10ms, 95: 60ms)\` | percent: value; straight lines between, nothing beyond the first and the last value |
| \`{4: 2, 8: 1}\` | 4 or 8, by these weights |
| \`{regions: {NA: 20, EU: 30}}\` | a law for each region: constants or quantiles |

How long sessions, stays, up-times and down-times last must be a time or \`uniform\`, \`exponential\`, \`weibull\` or \`lognormal\`: many of them are already
running when the world begins, and it must be known how long they still last.

A number can be written with all of its digits: a time in the unit that the run counts it in (\`ms\` or \`s\`), shares that sum to 1, and rates per second
are taken to the last bit. So a run can be written down whole: nothing inherited, no preset, machines and maps one by one.

`;

const THRESHOLDS = `### How a threshold is written

\`metric: [expression, …]\`, with a metric of [METRICS.md](METRICS.md). An expression is a statistic, one of \`<\` \`<=\` \`>\` \`>=\` \`==\` \`!=\`, and a number in the metric's
unit. All must hold.

| statistic | of all samples of all seeds | example |
|---|---|---|
| \`p(N)\` | the N-th percentile | \`p(99)<=1500\` |
| \`med\` | the median | \`med<40\` |
| \`avg\` | the mean | \`avg>=0.2\` |
| \`min\` | the least | \`min>=100\` |
| \`max\` | the greatest | \`max<5000\` |
| \`sum\` | the sum | \`sum==0\` |
| \`count\` | their number | \`count>0\` |
| \`rate\` | the sum per virtual hour | \`rate<=3/h\` |

\`\`\`yaml
thresholds:
  interruption_ms: ["p(99)<=3000", "max<=10000"]
  vps_refused: ["sum==0"]
\`\`\`

Of a metric with one sample for each run, \`max\` and \`min\` judge the worst seed and \`avg\` their mean. A threshold on a metric without any sample makes the run
inconclusive; only \`sum\`, \`count\` and \`rate\` are 0 then, and judged.
`;

const PRESETS = `## Presets

A preset is a named value with its source beside it, in \`scenarios/presets/<kind>.yaml\`. A field takes it by its name. Where it is a mapping, \`preset:\` inside
the mapping starts from it; \`--set\` of one of its fields does the same.

`;

const KINDS = `### Kinds of faults

An empty cell is a field that the kind does not know: it is an error there. Behind an amount stands its usual value, as in the last column. Hosts are named as
\`all\`, \`5\` (that many), \`10%\`, \`hosts[region=EU]\`, \`hosts[region=EU]|10%\`, \`host.busiest\`, \`host.busiest|3\`, \`host.7\` or \`host.3,7,9\`; with \`on\` also \`move.source\` and \`move.target\`. Who is met is drawn anew each time.

`;

const SITES = `### BUGGIFY sites

With \`faults.buggify\` these places of the code do something rare but legal: every rule holds whichever of them fire. \`faults.buggify.active\` of them
are active in a run, and an active one fires in \`faults.buggify.fires\` of its askings, by keyed draw, until the faults stop; \`inbox-full\` 200 times
more seldom. A report counts what fired as \`buggify.<site>\` under \`reached\`, and \`require.sometimes\` may name that. In production no site ever fires.

`;

const ELSEWHERE = `
What a fault met is counted where it took place: packets that did not pass, beats that were not heard in time, connections that broke, processes that ended,
requests that the store failed. A fault of which nothing is counted proves nothing (\`require.faultsEffective\`).

A store that aborts transactions (serialization failure) and one that has no connection left (pool exhausted) are, to the coordinator, a store that fails
without having committed, or answers late: \`store-fail\` and \`store-slow\` stand for them. There are no faults yet of what is not there yet: relays, hole
punching, entries and leases that expire too early, lost notices between instances, keys that change, a second coordinator, and hosts that cheat in the game.
`;

/** The whole page. */
export function scenarioFieldsMarkdown(): string {
  const all = fieldsBelow(SCENARIO_SCHEMA, "");
  const left = new Set(all.map(({ path }) => path));
  // Its parts have chapters of their own.
  left.delete("fleet");
  const chapters = CHAPTERS.map(({ title, of, after }) => {
    const roots = typeof of === "string" ? [of] : of;
    const mine = all.filter(({ path }) => roots.some((root) => path === root || path.startsWith(`${root}.`)));
    for (const { path } of mine) left.delete(path);
    return `\n## ${title}\n\n${fieldsText(mine, roots)}${after === undefined ? "" : `\n${after()}`}`;
  });
  if (left.size > 0) throw new Error(`no chapter for ${[...left].join(", ")}`);
  return [HEAD, presetsTable(all), ...chapters].join("");
}

/** Every field below a node of the schema, mappings before what they hold. What a law holds is told under Values. */
function fieldsBelow(schema: Schema, above: string): Field[] {
  if (isLaw(schema)) return [];
  const inner = Object.entries(schema.properties ?? {}).map(
    ([key, field]): Field => ({ path: `${above}${key}`, schema: field, required: schema.required?.includes(key) === true }),
  );
  if (typeof schema.additionalProperties === "object")
    inner.push({ path: `${above}NAME`, schema: schema.additionalProperties, required: false });
  const items = schema.items === undefined ? [] : fieldsBelow(schema.items, `${above}N.`);
  return [...inner.flatMap((field) => [field, ...fieldsBelow(field.schema, `${field.path}.`)]), ...items];
}

function isLaw(schema: Schema): boolean {
  return schema["x-whole"] === true && schema["x-unit"] !== undefined;
}

/** Fields by the mappings they stand in, those of the chapter itself first; each further mapping is introduced by what it is. */
function fieldsText(fields: readonly Field[], roots: readonly string[]): string {
  const groups = fields.filter(({ schema }) => isGroup(schema));
  const groupOf = ({ path }: Field) => groups.findLast((group) => path.startsWith(`${group.path}.`));
  const tableOf = (group: Field | undefined) => {
    const rows = fields.filter((field) => !isGroup(field.schema) && groupOf(field) === group);
    return rows.length === 0 ? [] : [fieldsTable(rows)];
  };
  const parts = groups.flatMap((group) => {
    const name = roots.length === 1 && group.path === roots[0] ? "" : `**\`${group.path}\`**: `;
    return [`${wrapped(`${name}${prose(group.schema.description ?? "")}`)}\n`, ...tableOf(group)];
  });
  return [...tableOf(undefined), ...parts].join("\n");
}

/** A paragraph in lines of at most {@link COLUMNS}. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}

/** A mapping of named fields that cannot be given as one value: it is told about, its fields are listed. */
function isGroup(schema: Schema): boolean {
  return schema.type === "object" && schema.properties !== undefined;
}

function fieldsTable(fields: readonly Field[]): string {
  const rows = fields.map((field) => [`\`${field.path}\``, valueText(field), defaultText(field), meaningText(field)]);
  return markdownTable(["field", "value", "default", "meaning"], rows);
}

/** A sharp bracket would begin a tag. */
function prose(text: string): string {
  return text.replaceAll("<", "\\<");
}

/** Columns as Markdown has them; a pipe within a cell would end it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(head), `|${"---|".repeat(head.length)}\n`, ...rows.map(line)].join("");
}

function meaningText({ path, schema }: Field): string {
  // Its schema lists all kinds, for editors; here they have a table.
  if (path === "faults.plan.N.kind") return "What happens; the kinds stand below.";
  return prose(schema.description ?? "");
}

/** What is expected there, in a few words. */
function valueText({ path, schema }: Field): string {
  if (path === "faults.plan.N.kind") return "a kind";
  // Bugs are for those who test the checkers, and they have them in their editor.
  if (path === "planted") return "list of bugs' names";
  const preset = schema["x-preset"];
  const orPreset = preset === undefined ? "" : ` or preset (${preset})`;
  const unit = schema["x-unit"];
  const choices = schema.enum ?? schema.items?.enum;
  if (choices?.includes(true) === true) return "switch";
  if (choices !== undefined)
    return `${schema.items === undefined ? "" : "one or more of "}${choices.map((choice) => `\`${choice}\``).join(", ")}`;
  if (isLaw(schema)) return `law${unit === "time" ? " of times" : ` (${unit})`}${orPreset}`;
  if (unit === "time with unit") return "time";
  if (unit === "per time") return "rate";
  if (preset !== undefined) return `fields${orPreset}`;
  if (schema.items?.type === "string") return `list: ${expected(schema.items)}`;
  const words = expected(schema);
  return unit === undefined || words.split(" ").includes(unit) ? words : `${words} (${unit})`;
}

function expected(schema: Schema): string {
  return (schema["x-expect"] ?? "").replace(/^an? /, "");
}

const readText = (path: string): Result<string, string> => {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return err(String(error));
  }
};
const readDefaults = readScenarioDocument(scenarioFile("presets/defaults"), readText);

/** The value a scenario has that says nothing. Of the settings it is that of the code: of the seed's conf, and of Peerstead. */
function defaultText({ path, required }: Field): string {
  const settings: unknown = { conf: defaultMapConf(), tuning: defaultTuning() };
  const [root = "", ...below] = path.split(".");
  const value = root === "conf" || root === "tuning" ? valueAt(settings, [root, ...below]) : plainAt(path);
  if (value === undefined) return required ? "required" : "";
  if (typeof value === "object" && value !== null && Object.keys(value).length > 0) return "";
  return `\`${typeof value === "object" ? (Array.isArray(value) ? "[]" : "{}") : String(value)}\``;
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined),
    value,
  );
}

function plainAt(path: string): unknown {
  if (!readDefaults.ok) throw new Error(JSON.stringify(readDefaults.error));
  let node: Located | undefined = readDefaults.value;
  for (const key of path.split(".")) node = childOf(node, key);
  // What is said about the file of defaults is no default.
  return node === undefined || ["schema", "title"].includes(path) ? undefined : plainOf(node);
}

function presetsTable(all: readonly Field[]): string {
  const kinds = [...new Set(all.flatMap(({ schema }) => schema["x-preset"] ?? []))];
  const shelf = presetShelf(readText);
  const rows = kinds.map((kind) => {
    const presets = shelf(kind);
    if (!presets.ok) throw new Error(JSON.stringify(presets.error));
    const fields = all.filter(({ schema }) => schema["x-preset"] === kind).map(({ path }) => `\`${path}\``);
    return [kind, [...presets.value.entries.keys()].map((name) => `\`${name}\``).join(", "), fields.join(", ")];
  });
  return `${PRESETS}${markdownTable(["kind", "presets", "taken by"], rows)}`;
}

function kindsTable(): string {
  const rows = FAULT_KIND_NAMES.map((name) => {
    const kind = FAULT_KINDS[name];
    return [
      `\`${name}\``,
      kind.what,
      TARGETS[kind.target],
      lengthText(name, kind),
      amountText(kind),
      kind.close === null ? "" : `\`${kind.close}\``,
      kind.shape === undefined ? "" : "`all`",
    ];
  });
  return `${KINDS}${markdownTable(["kind", "what happens", "`target`", "`for`", "`amount`", "`close`", "`shape`"], rows)}${ELSEWHERE}`;
}

function sitesTable(): string {
  return `${SITES}${markdownTable(
    ["site", "what it does"],
    Object.entries(BUGGIFY_SITES).map(([name, what]) => [`\`${name}\``, what]),
  )}`;
}

const TARGETS: Readonly<Record<FaultKind["target"], string>> = { hosts: "hosts", region: "one whole region", none: "" };

function lengthText(name: (typeof FAULT_KIND_NAMES)[number], { lasts }: FaultKind): string {
  if (lasts === "none") return "";
  if (lasts === "required") return "required";
  const text = LENGTH_LEFT_OUT[name];
  if (text === undefined) throw new Error(`what does it mean to leave out the length of ${name}?`);
  return text;
}

function amountText({ amount }: FaultKind): string {
  return amount === null ? "" : `${amount.meaning}, ${amount.min} to ${amount.max}; \`${amount.usual}\``;
}
