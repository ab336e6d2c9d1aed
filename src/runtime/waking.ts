/** The port of time for what lives beside the actors: clients and lines, which promise their callers answers. */

/** A clock that may be waited for. Microseconds. */
export type Waking = {
  now(): number;
  /** Runs once `now` has come as far as `at`: never from inside the call, and in the next turn where that is past. Gives what takes it back. */
  wake(at: number, run: () => void): () => void;
};
