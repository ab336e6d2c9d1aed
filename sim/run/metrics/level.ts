/** A whole number that changes at instants, with its integral over time: how many of something there are, and for how long. */
export class Level {
  #value: number;
  #integral = 0;
  #at = 0;

  /** `initial` holds from instant 0 on. */
  constructor(initial = 0) {
    this.#value = initial;
  }

  /** The number now. */
  get value(): number {
    return this.#value;
  }

  /** Changes the number by `delta` at `at` (microseconds, never earlier than the change before). */
  add(at: number, delta: number): void {
    this.#integral += this.#value * (at - this.#at);
    this.#at = at;
    this.#value += delta;
  }

  /** Value × microseconds from 0 to `at`. */
  integral(at: number): number {
    return this.#integral + this.#value * (at - this.#at);
  }
}
