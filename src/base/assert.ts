/** A broken assumption inside Peerstead: a bug, never a refusal. It stops the actor that hit it. */
export class Bug extends Error {
  override readonly name = "Bug";
}

/** Stops with a {@link Bug} unless `condition` holds. `message` says what was assumed. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** For the `default` of a switch over a closed union: reached only if a case is missing. */
export function unreachable(value: never): never {
  throw new Bug(`unhandled case: ${JSON.stringify(value)}`);
}
