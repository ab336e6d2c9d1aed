/** The commander tree for tests that walk it, so that no test keeps a list of commands. */
import type { Command } from "commander";
import { buildProgram } from "./program.ts";
import { memorySink } from "./test-io.fixture.ts";

/** The commands as the command line has them; what they would write is lost. */
export function testProgram(): Command {
  const nowhere = memorySink(false).sink;
  const watchInterrupts = () => ({ signal: new AbortController().signal, release: () => undefined });
  return buildProgram({
    io: { stdout: nowhere, stderr: nowhere, cwd: process.cwd(), env: {}, watchInterrupts },
    exit: () => undefined,
    debug: false,
  });
}

/** A command and the words that lead to it, none for the program itself; `hidden`: it is for other programs and not shown. */
export type Placed = { readonly words: readonly string[]; readonly command: Command; readonly hidden: boolean };

/** The program and every command below it, the hidden ones included. */
export function everyCommand(program: Command, words: readonly string[] = [], hidden = false): Placed[] {
  const shown = new Set(program.createHelp().visibleCommands(program));
  const below = program.commands.flatMap((each) => everyCommand(each, [...words, each.name()], hidden || !shown.has(each)));
  return [{ words, command: program, hidden }, ...below];
}
