/** Faults of one kind may overlap: while several hold, the strongest counts, and each ends without ending the others. */
export class Overlay {
  private readonly active = new Map<string, number[]>();

  /** Raises what `key` names to at least `value` over its `calm` level; `set` is told what holds now. Gives how to end it, once. */
  raise(key: string, calm: number, value: number, set: (now: number) => void): () => void {
    const values = this.active.get(key) ?? [];
    this.active.set(key, values);
    values.push(value);
    set(Math.max(calm, ...values));
    return () => {
      values.splice(values.indexOf(value), 1);
      set(Math.max(calm, ...values));
    };
  }
}
