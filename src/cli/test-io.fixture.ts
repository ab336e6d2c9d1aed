/** The command under test, in this process: its streams become strings. */
import { Writable } from "node:stream";
import type { Io, Sink } from "./io.ts";
import { runCli } from "./program.ts";

/** What one call of the command left. */
export type Told = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** How the outside looks to the command. */
export type Outside = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly workerFile?: URL;
  readonly signal?: AbortSignal;
};

/** A stream that keeps what it is given. */
export function memorySink(isTTY: boolean): { readonly sink: Sink; text(): string } {
  let kept = "";
  const sink = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      kept += chunk;
      done();
    },
  });
  return { sink: Object.assign(sink, { isTTY, columns: 100 }), text: () => kept };
}

/** Runs the command with these arguments. */
export async function call(args: readonly string[], outside: Outside = {}): Promise<Told> {
  const stdout = memorySink(outside.isTTY === true);
  const stderr = memorySink(outside.isTTY === true);
  const io: Io = {
    stdout: stdout.sink,
    stderr: stderr.sink,
    cwd: outside.cwd ?? process.cwd(),
    env: outside.env ?? {},
    watchInterrupts: () => ({ signal: outside.signal ?? new AbortController().signal, release: () => undefined }),
    ...(outside.workerFile === undefined ? {} : { workerFile: outside.workerFile }),
  };
  const code = await runCli(args, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
