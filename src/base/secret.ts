/** How Node's own printing asks a value for its text; the name is registered, so no import is needed. */
const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** What stands in place of a secret wherever one is printed. */
export const HIDDEN = "(secret)";

/**
 * A text that must not be seen: a password, a key. Printed, joined to a text, made JSON of or inspected, it says `(secret)`; copied by spread or
 * structured clone it is empty. Only {@link Secret.reveal} gives the text, so that every place that uses one can be found by that word (SPEC SY13).
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: for whoever hands it on to the store or service it is meant for, never for a message. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [INSPECT](): string {
    return HIDDEN;
  }
}
