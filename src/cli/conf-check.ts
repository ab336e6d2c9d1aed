/** `peerstead conf check`: whether a map conf can be used, and what it says that has no effect or is probably meant otherwise. */
import type { Command } from "commander";
import { checkConf } from "../compat/conf-check.ts";
import { complaintText } from "../base/result.ts";
import { counted, EXIT_USAGE } from "./failure.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { openText } from "./text-file.ts";

type Flags = { readonly mapIndex?: string; readonly json?: boolean };

/** Adds the command below `conf`. */
export function addConfCheck(conf: Command, cli: Cli): void {
  conf
    .command("check")
    .description("check a map conf, in any dialect")
    .argument("<file>", "the conf")
    .option("--map-index <file>", "check the names of maps against this index (`name [id]` a line)")
    .option("--json", "answer with one JSON document: {settings, warnings, errors}")
    .addHelpText("after", "\nExample:\n  peerstead conf check conf/p2p_map_config.conf --map-index db/map_index.txt")
    .action((file: string, flags: Flags) => check(file, flags, cli));
}

function check(file: string, flags: Flags, cli: Cli): void {
  const { io } = cli;
  const conf = { file, text: openText(file, io.cwd) };
  const index = flags.mapIndex === undefined ? undefined : { file: flags.mapIndex, text: openText(flags.mapIndex, io.cwd) };
  const { settings, warnings, errors } = checkConf(conf, index);
  for (const error of errors) say(io.stderr, `error: ${complaintText(error)}`);
  for (const warning of warnings) say(io.stderr, `warning: ${complaintText(warning)}`);
  if (flags.json === true) sayJson(io, { settings, warnings, errors });
  else say(io.stdout, `${file}: ${verdict(errors.length, warnings.length)}`);
  if (errors.length > 0) cli.exit(EXIT_USAGE);
}

function verdict(errors: number, warnings: number): string {
  const parts = [errors > 0 ? counted(errors, "error") : "ok", ...(warnings > 0 ? [counted(warnings, "warning")] : [])];
  return parts.join(", ");
}
