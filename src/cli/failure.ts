/** How a command says no: one message, the places it is about, an exit code. Stacks only on request. */
import { CommanderError } from "commander";
import { complaintText, type Complaint } from "../base/result.ts";
import { say, sayJson, type Io } from "./io.ts";

/** Exit code for wrong usage and bad input. */
export const EXIT_USAGE = 1;
/** Exit code for work that took longer than it was given. */
export const EXIT_TIMEOUT = 15;
/** Exit code for a crash of Peerstead itself. */
const EXIT_CRASH = 16;
/** Exit code after Ctrl-C, as shells have it: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/** Something the caller can put right, or asked for. Carries the exit code of the command. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly complaints: readonly Complaint[];
  readonly exitCode: number;

  constructor(message: string, complaints: readonly Complaint[] = [], exitCode = EXIT_USAGE) {
    super(message);
    this.complaints = complaints;
    this.exitCode = exitCode;
  }
}

/** `1 error`, `2 errors`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** Says what went wrong, on stderr and, with `json`, as one document on stdout, and answers the exit code. */
export function sayFailure(error: unknown, io: Io, how: { readonly json: boolean; readonly debug: boolean }): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const told = toldBy(error);
  if (told.message !== "") say(io.stderr, `peerstead: ${told.message}`);
  for (const complaint of told.complaints) say(io.stderr, complaintText(complaint));
  if (how.debug && error instanceof Error && error.stack !== undefined) say(io.stderr, error.stack);
  else if (told.exitCode === EXIT_CRASH) say(io.stderr, "This is a fault of Peerstead. The same command with --debug shows where.");
  if (how.json) sayJson(io, { error: { message: told.message, complaints: told.complaints } });
  return told.exitCode;
}

type Told = { readonly message: string; readonly complaints: readonly Complaint[]; readonly exitCode: number };

function toldBy(error: unknown): Told {
  if (error instanceof Failure) return { message: error.message, complaints: error.complaints, exitCode: error.exitCode };
  if (error instanceof CommanderError) {
    // Help shown for want of a command is its own message.
    const message = error.code === "commander.help" ? "" : inOurWords(error.message);
    return { message, complaints: [], exitCode: EXIT_USAGE };
  }
  const message = error instanceof Error ? error.message : String(error);
  // An errno comes from the system: a file or folder that is not as the caller thought.
  const fromSystem = error instanceof Error && "syscall" in error;
  return { message, complaints: [], exitCode: fromSystem ? EXIT_USAGE : EXIT_CRASH };
}

/** Commander's message in the form that all others have. */
function inOurWords(message: string): string {
  return message.replace(/^error: /, "").replace(/\n\(Did you mean ([^]*)\?\)$/, "; did you mean $1?");
}
