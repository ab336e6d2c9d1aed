/** A broken rule, and who may say what: what the judges of commands share. */
import { actorKind, actorNumber, COORDINATOR, hostActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect } from "../protocol/step.ts";

/** A rule that does not hold. */
export class BrokenRule extends Error {}

/** Says which rule does not hold, and how. */
export function broken(rule: string, what: string): never {
  throw new BrokenRule(`${rule}: ${what}`);
}

/** Whether a message is said by who it names; verdicts are the coordinator's own side's. */
export function isOwnWord(from: number, message: Message): boolean {
  if (message.kind === "validation/verdict") return from === COORDINATOR;
  if (message.kind === "host/hello") return hostActor(message.profile.host) === from;
  if ("host" in message) return hostActor(message.host) === from;
  return "player" in message && actorKind(from) === "player" && message.player === actorNumber(from);
}

/** What is said in another's name is refused, and nothing else comes of it. */
export function judgeForeign(effects: readonly Effect[]): void {
  const refused = effects.some((e) => e.kind === "record" && e.record.kind === "refusal" && e.record.reason === "message_invalid");
  if (!refused) broken("HO1", "a word in another's name is not refused");
  if (effects.some((e) => e.kind === "send" || e.kind === "store")) broken("HO1", "a word in another's name has consequences");
}
