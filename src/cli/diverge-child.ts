/** One run of one side of `diverge`, in a process of its own: its own code, its own Node. */
import { spawn } from "node:child_process";
import process from "node:process";
import type { LadderAnswer, LadderAsk } from "../../sim/run/diverge/ladder-run.ts";
import type { Complaint } from "../base/result.ts";
import type { Place } from "./diverge-places.ts";
import { EXIT_INTERRUPTED, EXIT_TIMEOUT, EXIT_USAGE, Failure } from "./failure.ts";
import { PROGRESS_MARK } from "./ladder-words.ts";

/** What is run: a side as messages name it, its place, and the words that say which run (scenario, seed, changes). */
export type SideRun = { readonly name: string; readonly place: Place; readonly words: readonly string[] };

/** How a run is watched. `timeoutS`: wall time after which it is given up, null for none. */
export type ChildWatch = {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly timeoutS: number | null;
  readonly progress: (virtualUs: number) => void;
};

/** What is kept of what a side says for itself when it breaks. */
const STDERR_MAX = 4_096;

/**
 * Runs one side. The process ends with the signal or the time-out. Throws a {@link Failure} that names the side: what it complains of, that it was
 * interrupted, that it took too long, or that it answers in a form of another commit.
 */
export async function runSide(side: SideRun, ask: LadderAsk, schema: string, watch: ChildWatch): Promise<LadderAnswer> {
  const { node, main } = side.place;
  const child = spawn(node, [main, "ladder", ...side.words, ...askWords(ask), "--json"], {
    cwd: watch.cwd,
    env: process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let timedOut = false;
  const stop = (): void => void child.kill("SIGKILL");
  const timer =
    watch.timeoutS === null
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          stop();
        }, watch.timeoutS * 1000);
  watch.signal.addEventListener("abort", stop);
  if (watch.signal.aborted) stop();
  const chunks: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => void chunks.push(chunk));
  const errors = followErrors(child.stderr, watch.progress);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new Failure(`side ${side.name}: ${node} cannot be started: ${error.message}`)));
    child.on("close", resolve);
  }).finally(() => {
    clearTimeout(timer);
    watch.signal.removeEventListener("abort", stop);
  });
  if (watch.signal.aborted) throw new Failure("interrupted", [], EXIT_INTERRUPTED);
  if (timedOut) throw new Failure(`side ${side.name}: given up after ${watch.timeoutS} s of wall time`, [], EXIT_TIMEOUT);
  return answerOf(side.name, code, chunks.join(""), errors(), schema);
}

/** The flags of `ladder` that ask for this. */
function askWords({ of, window, until }: LadderAsk): string[] {
  const lines = window?.lines === true ? ["--context", `${window.context}`] : [];
  const stretch =
    window === null ? [] : ["--after", `${window.after}`, "--up-to", `${window.upTo}`, "--stride", `${window.stride}`, ...lines];
  return ["--of", of, ...stretch, ...(until === null ? [] : ["--until", `${until}`])];
}

/** Tells progress apart from the rest of a stderr, of whose end it gives some. */
function followErrors(stderr: NodeJS.ReadableStream, progress: (virtualUs: number) => void): () => string {
  let rest = "";
  let kept = "";
  stderr.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith(`${PROGRESS_MARK} `)) progress(Number(line.slice(PROGRESS_MARK.length + 1)));
      else kept = `${kept}${line}\n`.slice(-STDERR_MAX);
    }
  });
  return () => `${kept}${rest}`.trim();
}

type Refusal = { readonly error?: { readonly message?: unknown; readonly complaints?: unknown } };

function answerOf(name: string, code: number | null, stdout: string, stderr: string, schema: string): LadderAnswer {
  let told: unknown;
  try {
    told = JSON.parse(stdout);
  } catch {
    throw new Failure(
      `side ${name}: it ended with ${code ?? "a signal"} and no answer${stderr === "" ? "" : `: ${stderr}`}`,
      [],
      code ?? EXIT_USAGE,
    );
  }
  const { error } = told as Refusal;
  if (error !== undefined || code !== 0) {
    const complaints = Array.isArray(error?.complaints) ? (error.complaints as Complaint[]) : [];
    throw new Failure(`side ${name}: ${String(error?.message ?? stderr)}`, complaints, code ?? EXIT_USAGE);
  }
  const answer = told as LadderAnswer;
  if ((answer.schema as string) !== schema)
    throw new Failure(
      `side ${name}: it answers in the form ${String(answer.schema)}, and this Peerstead reads ${schema}; call diverge of the newer one`,
    );
  return answer;
}
