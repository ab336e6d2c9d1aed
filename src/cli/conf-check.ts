/** `peerstead conf check`: whether a conf can be used, and what it says that has no effect or is probably meant otherwise. */
import type { Command } from "commander";
import { checkConf, checkSyncConf, confKind } from "../compat/conf-check.ts";
import { secretSources } from "../compat/secret-files.ts";
import type { Note } from "../compat/text/notes.ts";
import { complaintText } from "../base/result.ts";
import { counted, EXIT_USAGE } from "./failure.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { openText } from "./text-file.ts";

type Flags = { readonly mapIndex?: string; readonly production?: boolean; readonly json?: boolean };

/** What is told of either conf; only the one for data sync has notes. */
type Checked = { readonly notes?: readonly Note[]; readonly warnings: readonly Note[]; readonly errors: readonly Note[] };

/** Adds the command below `conf`. */
export function addConfCheck(conf: Command, cli: Cli): void {
  conf
    .command("check")
    .description("check a map conf, in any dialect, or a data sync conf")
    .argument("<file>", "the conf; its name, or else its keys, tell which it is")
    .option("--map-index <file>", "check the names of maps against this index (`name [id]` a line)")
    .option("--production", "hold a data sync conf to what production asks")
    .option(
      "--json",
      "answer with one JSON document: {settings, warnings, errors}; of a data sync conf {settings, notes, warnings, errors}",
    )
    .addHelpText("after", EXAMPLES)
    .action((file: string, flags: Flags) => check(file, flags, cli));
}

const EXAMPLES = `
Examples:
  peerstead conf check conf/p2p_map_config.conf --map-index db/map_index.txt
  peerstead conf check conf/p2p_data_sync.conf`;

function check(file: string, flags: Flags, cli: Cli): void {
  const { io } = cli;
  const checked = judged(file, flags, cli);
  const { notes = [], warnings, errors } = checked;
  for (const error of errors) say(io.stderr, `error: ${complaintText(error)}`);
  for (const warning of warnings) say(io.stderr, `warning: ${complaintText(warning)}`);
  for (const note of notes) say(io.stderr, `note: ${complaintText(note)}`);
  if (flags.json === true) sayJson(io, checked);
  else say(io.stdout, `${file}: ${verdict(errors.length, warnings.length)}`);
  if (errors.length > 0) cli.exit(EXIT_USAGE);
}

function judged(file: string, flags: Flags, { io }: Cli): Checked {
  const conf = { file, text: openText(file, io.cwd) };
  const index = flags.mapIndex === undefined ? undefined : { file: flags.mapIndex, text: openText(flags.mapIndex, io.cwd) };
  if (confKind(conf) === "map") return checkConf(conf, index);
  return checkSyncConf(conf, { production: flags.production === true, sources: secretSources(file, io.cwd, io.env) }, index);
}

function verdict(errors: number, warnings: number): string {
  const parts = [errors > 0 ? counted(errors, "error") : "ok", ...(warnings > 0 ? [counted(warnings, "warning")] : [])];
  return parts.join(", ");
}
