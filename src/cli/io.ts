/** What a command sees of the outside: two streams, a folder, the environment, and a way to be interrupted. */

/** A stream that text is written to. */
export type Sink = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** A running watch for Ctrl-C. */
export type InterruptWatch = { readonly signal: AbortSignal; release(): void };

/** The outside of one call of the command. Answers go to `stdout`, everything said along the way to `stderr`. */
export type Io = {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Turns Ctrl-C and a polite kill into an aborted signal until released; without a watch both end the process as usual. */
  watchInterrupts(): InterruptWatch;
  /** Module of the workers that run seeds; the simulator's own when left out. */
  readonly workerFile?: URL;
};

/** What every command is built with. */
export type Cli = {
  readonly io: Io;
  /** Sets the exit code of a command that ended properly (0 when never called). */
  exit(code: number): void;
  /** Whether errors shall show their stack. */
  readonly debug: boolean;
};

/** Writes one line. */
export function say(sink: Sink, line: string): void {
  sink.write(`${line}\n`);
}

/** Writes the one JSON document of a command called with `--json`. */
export function sayJson(io: Io, document: unknown): void {
  io.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Whether a stream is a terminal that can be drawn on: lines rewritten, the cursor hidden. A dumb one, as editors have it, is only written to. */
export function isDrawable(io: Io, sink: Sink): boolean {
  return sink.isTTY === true && io.env["TERM"] !== "dumb";
}

/**
 * Whether colours may be used on a stream: never with NO_COLOR (no-color.org), always with FORCE_COLOR (force-color.org; 0 and false are "no"),
 * else where it is a terminal that can be drawn on. An empty variable counts as none.
 */
export function mayColor(io: Io, sink: Sink): boolean {
  const forced = io.env["FORCE_COLOR"] ?? "";
  if ((io.env["NO_COLOR"] ?? "") !== "") return false;
  return forced === "" ? isDrawable(io, sink) : forced !== "0" && forced !== "false";
}

/** Columns of a stream; 100 where it does not say. */
export function widthOf(sink: Sink): number {
  return sink.columns ?? 100;
}
