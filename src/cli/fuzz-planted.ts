/** `peerstead fuzz --planted`: how soon the swarm finds bugs that are put in on purpose. */
import type { Options } from "../../sim/options.ts";
import { EXIT_INTERRUPTED, Failure } from "./failure.ts";
import { nearest } from "../base/text/nearest.ts";
import { say, sayJson, widthOf, type Cli } from "./io.ts";

/** What is asked: the bugs, where to begin, with how many threads, and the words that repeat it. */
export type PlantedWork = {
  readonly text: string;
  readonly options: Options;
  readonly from: number;
  readonly workers: number;
  readonly commit: string;
  readonly command: string;
  readonly json: boolean;
};

/** Looks for the bugs and says how soon each was found. */
export async function fuzzPlanted(work: PlantedWork, cli: Cli): Promise<void> {
  const { io } = cli;
  const { huntAll, plantedBugs, plantedDocument, plantedNames, plantedText } = await import("../../sim/run/fuzz/planted.ts");
  const bugs = plantedBugs(work.text);
  if ("unknown" in bugs) {
    const likely = nearest(bugs.unknown, plantedNames());
    throw new Failure(
      `--planted ${bugs.unknown}: no such bug; ${likely === undefined ? `known are ${plantedNames().join(", ")}` : `did you mean ${likely}?`}`,
    );
  }
  const interrupts = io.watchInterrupts();
  let done = 0;
  try {
    const lines = await huntAll(work.options, bugs, {
      from: work.from,
      workers: work.workers,
      signal: interrupts.signal,
      done: ({ name, seed, seeds, rule }) => {
        done += 1;
        say(io.stderr, `peerstead: ${done}/${bugs.length} ${name}: ${seed === null ? "not found" : `${seeds} seeds, ${rule}`}`);
      },
    });
    const { scenario } = work.options;
    const document = plantedDocument({ scenario, commit: work.commit, command: work.command, bugs: lines });
    if (work.json) sayJson(io, document);
    else say(io.stdout, plantedText(document, widthOf(io.stdout)));
    const { exitCode } = await import("../../sim/run/document.ts");
    cli.exit(exitCode(document.result));
  } catch (error) {
    if (interrupts.signal.aborted) throw new Failure("interrupted; nothing was written", [], EXIT_INTERRUPTED);
    throw error;
  } finally {
    interrupts.release();
  }
}
