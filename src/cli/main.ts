/** The `peerstead` command: binds the program to this process. */
import process from "node:process";
import { EXIT_INTERRUPTED } from "./failure.ts";
import type { InterruptWatch, Io } from "./io.ts";
import { runCli } from "./program.ts";

const io: Io = { stdout: process.stdout, stderr: process.stderr, cwd: process.cwd(), env: process.env, watchInterrupts };

// Whoever reads our answer may stop reading, as `head` does; that is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

// The code is set rather than exited with, so that an answer still on its way into a pipe arrives whole.
process.exitCode = await runCli(process.argv.slice(2), io);

function watchInterrupts(): InterruptWatch {
  const stop = new AbortController();
  const abort = (): void => {
    // A second Ctrl-C does not wait for anything.
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stop.abort();
  };
  process.on("SIGINT", abort);
  process.on("SIGTERM", abort);
  return {
    signal: stop.signal,
    release: () => {
      process.off("SIGINT", abort);
      process.off("SIGTERM", abort);
    },
  };
}
