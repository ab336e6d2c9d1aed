/** The runs that `diverge` makes: both sides at once, with one progress, ended together. */
import type { LadderAnswer, LadderAsk } from "../../sim/run/diverge/ladder-run.ts";
import { runSide, type SideRun } from "./diverge-child.ts";
import type { Cli, InterruptWatch } from "./io.ts";
import { Progress } from "./progress.ts";

/** A run of a side and what is asked of it. */
export type Asked = { readonly side: SideRun; readonly ask: LadderAsk };

/** Makes runs at the same time and gives what they leave, in their order. Throws what the first to break throws, when all have ended. */
export type RunSides = (asked: readonly Asked[]) => Promise<LadderAnswer[]>;

/** What a runner is made with. `lengthUs`: virtual time of the whole run; `timeoutS`: wall time after which a run is given up, null for none. */
export type RunnerParts = {
  readonly interrupts: InterruptWatch;
  readonly lengthUs: number;
  readonly timeoutS: number | null;
  readonly schema: string;
};

/** A runner that shows progress; the rounds of a search are counted. */
export function sideRunner({ interrupts, lengthUs, timeoutS, schema }: RunnerParts, { io }: Cli): RunSides {
  let round = 0;
  return async (asked) => {
    round += 1;
    const reached = asked.map(() => 0);
    const slotUs = asked.map(({ ask }) => Math.min(ask.until ?? lengthUs, lengthUs));
    const progress = new Progress(io, { slotUs, clockUs: (slot) => reached[slot] ?? 0, note: `run ${round} of at most 3` }, () =>
      performance.now(),
    );
    const broken = new AbortController();
    const errors: unknown[] = [];
    const signal = AbortSignal.any([interrupts.signal, broken.signal]);
    const one = async ({ side, ask }: Asked, slot: number): Promise<LadderAnswer | null> => {
      const watch = { cwd: io.cwd, signal, timeoutS, progress: (us: number) => void (reached[slot] = us) };
      try {
        const answer = await runSide(side, ask, schema, watch);
        progress.finish(slot);
        return answer;
      } catch (error) {
        // The other is of no use any more; what it says of being ended comes after this.
        errors.push(error);
        broken.abort();
        return null;
      }
    };
    progress.start();
    try {
      const answers = await Promise.all(asked.map(one));
      if (errors.length > 0) throw errors[0];
      return answers.filter((answer) => answer !== null);
    } finally {
      progress.stop();
    }
  };
}
