import type { Waking } from "../../runtime/waking.ts";
import type { NodeClock } from "./clock.ts";
import { NodeTimers } from "./timers.ts";

/** Waking over the event loop of Node, by the clock given: never early. What still waits keeps the process alive. */
export function nodeWaking(clock: NodeClock): Waking {
  const runs = new Map<number, () => void>();
  let last = 0;
  const timers = new NodeTimers(clock, (_, number) => {
    const run = runs.get(number);
    runs.delete(number);
    run?.();
  });
  return {
    now: () => clock.now(),
    wake(at, run) {
      last += 1;
      const number = last;
      runs.set(number, run);
      timers.set(0, number, at);
      return () => {
        runs.delete(number);
        timers.clear(0, number);
      };
    },
  };
}
