/** What falls due, earliest first and at one instant by key: a binary heap that forgets nothing by itself. Who asks must check that an entry still holds. */
export class Dues {
  private readonly times: number[] = [];
  private readonly keys: number[] = [];

  /** How many entries there are, outdated ones included. */
  get size(): number {
    return this.times.length;
  }

  /** ms of the earliest entry; Infinity when there is none. */
  get at(): number {
    return this.times[0] ?? Infinity;
  }

  /** The key of the earliest entry, -1 when there is none. */
  get key(): number {
    return this.keys[0] ?? -1;
  }

  /** Takes an entry in. */
  push(at: number, key: number): void {
    const { times, keys } = this;
    let i = times.length;
    times.push(at);
    keys.push(key);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(at, key, times[parent] as number, keys[parent] as number)) break;
      times[i] = times[parent] as number;
      keys[i] = keys[parent] as number;
      i = parent;
    }
    times[i] = at;
    keys[i] = key;
  }

  /** Drops the earliest entry. */
  drop(): void {
    const { times, keys } = this;
    const at = times.pop();
    const key = keys.pop();
    const length = times.length;
    if (at === undefined || key === undefined || length === 0) return;
    let i = 0;
    for (let child = 1; child < length; child = 2 * i + 1) {
      const right = child + 1;
      if (right < length && before(times[right] as number, keys[right] as number, times[child] as number, keys[child] as number))
        child = right;
      if (!before(times[child] as number, keys[child] as number, at, key)) break;
      times[i] = times[child] as number;
      keys[i] = keys[child] as number;
      i = child;
    }
    times[i] = at;
    keys[i] = key;
  }

  /** Forgets everything. */
  clear(): void {
    this.times.length = 0;
    this.keys.length = 0;
  }
}

function before(at: number, key: number, otherAt: number, otherKey: number): boolean {
  return at !== otherAt ? at < otherAt : key < otherKey;
}
