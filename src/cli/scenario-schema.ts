/** `peerstead scenario schema`: the JSON Schema of scenario files, for editors. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Cli } from "./io.ts";
import { packageRoot } from "./places.ts";

/** Adds the command below `scenario`. */
export function addScenarioSchema(scenario: Command, cli: Cli): void {
  scenario
    .command("schema")
    .description("print the JSON Schema of scenario files")
    .option("--json", "the same: the schema is one JSON document")
    .addHelpText("after", "\nExample:\n  peerstead scenario schema > scenario.schema.json")
    .action(() => {
      cli.io.stdout.write(readFileSync(join(packageRoot(), "scenarios", "scenario.schema.json"), "utf8"));
    });
}
