/** `peerstead game check`: whether a folder of rAthena's databases can be read, what it holds, and what one map of it is like. */
import type { Command } from "commander";
import { complaintText, type Complaint } from "../base/result.ts";
import { rathenaFolder } from "../compat/rathena/folder.ts";
import { readRathena, type RathenaData, type RathenaSummary } from "../compat/rathena/read-rathena.ts";
import type { GameData } from "../core/protocol/game-data.ts";
import { counted, EXIT_USAGE } from "./failure.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { tableText, type Column } from "./table.ts";

type Flags = { readonly map?: string; readonly json?: boolean };

/** What `--json` says of one map. */
type MapFigures = {
  readonly map: string;
  readonly width: number;
  readonly height: number;
  readonly walkable: number;
  readonly spawn_lines: number;
  readonly monsters: number;
  readonly kinds: readonly { readonly id: number; readonly name: string; readonly amount: number; readonly drops: number }[];
};

const COLUMNS: readonly Column[] = [
  { head: "monster", align: "right" },
  { head: "name", align: "left" },
  { head: "alive at most", align: "right" },
  { head: "drops", align: "right" },
];

/** Adds the command below `game`. */
export function addGameCheck(game: Command, cli: Cli): void {
  game
    .command("check")
    .description("read a folder of rAthena's databases and say what is in it")
    .argument("<dir>", "an rAthena folder, its db folder, or a folder with such files")
    .option("--map <name>", "tell of this map: its ground, and who lives there")
    .option("--json", "answer with one JSON document: {summary, map, notes, errors}")
    .addHelpText("after", "\nExample:\n  peerstead game check conf/game --map test_room")
    .action((folder: string, flags: Flags) => check(folder, flags, cli));
}

function check(folder: string, flags: Flags, cli: Cli): void {
  const files = rathenaFolder(folder);
  if (!files.ok) return refuse([files.error], flags, cli);
  const read = readRathena(files.value);
  if (!read.ok) return refuse(read.error, flags, cli);
  const { summary, notes } = read.value;
  const map = flags.map === undefined ? null : read.value.gameDataOf(flags.map);
  if (map !== null && !map.ok) return refuse([map.error], flags, cli);
  const figures = map === null ? null : figuresOf(map.value);
  for (const note of notes) say(cli.io.stderr, `note: ${complaintText(note)}`);
  if (flags.json === true) return sayJson(cli.io, { summary: plain(summary), map: figures, notes, errors: [] });
  for (const line of told(read.value)) say(cli.io.stdout, line);
  if (figures !== null) tellMap(figures, cli);
}

function refuse(errors: readonly Complaint[], flags: Flags, cli: Cli): void {
  for (const error of errors) say(cli.io.stderr, `error: ${complaintText(error)}`);
  if (flags.json === true) sayJson(cli.io, { summary: null, map: null, notes: [], errors });
  else say(cli.io.stdout, counted(errors.length, "error"));
  cli.exit(EXIT_USAGE);
}

function told({ summary, maps }: RathenaData): string[] {
  const { mode, monsters, items, skills, spawnLines, spawned, spawnMaps } = summary;
  return [
    `${mode === "re" ? "Renewal" : "Pre-renewal"}: ${counted(maps.length, "map")}, ${counted(monsters, "kind")} of monsters, ${counted(items, "item")}, ${counted(skills, "skill")}.`,
    `${counted(spawnLines, "spawn line")}: at most ${counted(spawned, "monster")} on ${counted(spawnMaps, "map")}.`,
  ];
}

function tellMap({ map, width, height, walkable, kinds, monsters }: MapFigures, cli: Cli): void {
  say(cli.io.stdout, `${map}: ${width} by ${height} cells, ${walkable} of them walkable; at most ${counted(monsters, "monster")}.`);
  if (kinds.length === 0) return;
  const rows = kinds.map(({ id, name, amount, drops }) => [`${id}`, name, `${amount}`, `${drops}`]);
  say(cli.io.stdout, tableText(cli.io, COLUMNS, rows));
}

function figuresOf({ map, ground, spawns, monsters }: GameData): MapFigures {
  const amounts = new Map<number, number>();
  for (const { monster, amount } of spawns) amounts.set(monster, (amounts.get(monster) ?? 0) + amount);
  const kinds = [...amounts].map(([id, amount]) => {
    const spec = monsters.get(id);
    return { id, name: spec?.name ?? "", amount, drops: spec?.drops.length ?? 0 };
  });
  return {
    map,
    width: ground.width,
    height: ground.height,
    walkable: ground.cells.reduce((sum, cell) => sum + (cell === 1 || cell === 5 ? 0 : 1), 0),
    spawn_lines: spawns.length,
    monsters: kinds.reduce((sum, { amount }) => sum + amount, 0),
    kinds: kinds.sort((a, b) => b.amount - a.amount || a.id - b.id),
  };
}

function plain(summary: RathenaSummary): object {
  return { ...summary, files: Object.fromEntries(summary.files) };
}
