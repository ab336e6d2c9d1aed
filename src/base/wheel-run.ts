import { CHUNK, ENTRY, firstOfLast, grown, LOW, lowestBit, NODE, NONE, SEQ, SOURCE, type WheelEntries } from "./wheel-entries.ts";

const BYTES = 256;
/** A run of so few is sorted at once; a longer one is dealt out first, a still longer one sorted by bytes. */
const FEW = 8;
const DEALT_MAX = 256;

/**
 * The next events of a timing wheel, in order: the entries of one slot, sorted by their places, and beside them the late, a binary heap of those that
 * were pushed while the run was already under way and belong before its end.
 */
export class WheelRun {
  /** Time of the last entry in microseconds; tells nothing when {@link isDone}. */
  endUs = 0;
  private readonly entries: WheelEntries;
  /** What orders the run before source and seq: the lower 24 bits of the time, the upper ones being the same for all. */
  private lows = new Int32Array(1024);
  private places = new Int32Array(1024);
  private otherLows = new Int32Array(1024);
  private otherPlaces = new Int32Array(1024);
  private at = 0;
  private length = 0;
  /** The end of the list that became the run; its chunks are kept until the run is through. */
  private listEnd = 0;

  /** While the run is dealt out: by byte, the last entry that has it, and by entry, the one before it with the same byte. */
  private readonly heads = new Int32Array(BYTES).fill(NONE);
  private readonly headBits = new Int32Array(BYTES / 32);
  private readonly next = new Int32Array(DEALT_MAX);
  /** While it is sorted by a byte: how many have it, then where the next that has it goes. */
  private readonly counts = new Int32Array(BYTES);

  private late = new Int32Array(64);
  private lateLength = 0;
  /** The end of the list in which the late lie, and the first of its places that are empty again. */
  private lateEnd = 0;
  private lateFree = NONE;

  constructor(entries: WheelEntries) {
    this.entries = entries;
  }

  /** Whether nothing is left, neither of the run nor of the late, which all come before its end. */
  get isDone(): boolean {
    return this.at === this.length;
  }

  /** The place of the first entry. Not to be asked when {@link isDone}. */
  first(): number {
    const place = this.places[this.at]!;
    if (this.lateLength === 0) return place;
    const late = this.late[0]!;
    return this.entries.before(late, place) ? late : place;
  }

  /** Removes what {@link first} gave. */
  drop(place: number): void {
    if (this.places[this.at] === place) this.at++;
    else this.dropLate();
  }

  /** Whether what falls on the last instant of the run comes before its last entry. */
  isBeforeEnd(source: number, seq: number): boolean {
    const { data } = this.entries;
    const last = this.places[this.length - 1]!;
    const other = data[last + SOURCE]! >>> 0;
    return source !== other ? source < other : seq < data[last + SEQ]! >>> 0;
  }

  /** Gives back the memory of the run that is done. */
  clear(): void {
    this.entries.freeAll(this.listEnd);
    this.entries.freeAll(this.lateEnd);
    this.listEnd = 0;
    this.lateEnd = 0;
    this.lateFree = NONE;
    this.at = 0;
    this.length = 0;
  }

  /**
   * Makes a run of a list of entries, which is the run's from now on. Their times share the upper 24 bits (`high`), and differ in their `bytes` lowest
   * bytes only: 0, 1 or 2.
   */
  fill(listEnd: number, high: number, bytes: number): void {
    this.listEnd = listEnd;
    this.at = 0;
    this.length = 0;
    this.collect(listEnd);
    const { length } = this;
    if (bytes > 0 && length <= DEALT_MAX) {
      if (length > FEW) this.deal(8 * (bytes - 1));
      this.insertionSort(0, length);
    } else {
      for (let byte = 0; byte < bytes; byte++) this.sortByte(8 * byte);
      this.sortInstants();
    }
    this.endUs = high * 0x1000000 + this.lows[length - 1]!;
  }

  private collect(listEnd: number): void {
    const { entries } = this;
    const { data } = entries;
    let length = 0;
    for (let end = listEnd; end > 0; end = entries.endBefore(end)) {
      if (length + CHUNK > this.places.length) this.growRun();
      const { lows, places } = this;
      for (let place = firstOfLast(end); place < end * ENTRY; place += ENTRY) {
        lows[length] = data[place + LOW]!;
        places[length++] = place;
      }
    }
    this.length = length;
  }

  /** Deals the run out over the values of one byte of the time and takes it up in their order: then hardly any entry is out of place. */
  private deal(shift: number): void {
    const { lows, places, heads, headBits, next, otherLows, otherPlaces } = this;
    for (let i = 0; i < this.length; i++) {
      const byte = (lows[i]! >>> shift) & 255;
      next[i] = heads[byte]!;
      heads[byte] = i;
      headBits[byte >> 5]! |= 1 << (byte & 31);
    }
    let length = 0;
    for (let word = 0; word < BYTES / 32; word++) {
      for (let bits = headBits[word]!; bits !== 0; bits &= bits - 1) {
        const byte = word * 32 + lowestBit(bits);
        for (let i = heads[byte]!; i !== NONE; i = next[i]!) {
          otherLows[length] = lows[i]!;
          otherPlaces[length++] = places[i]!;
        }
        heads[byte] = NONE;
      }
      headBits[word] = 0;
    }
    this.swap();
  }

  /** Sorts the run by one byte of the time and leaves what is equal in it in its order, so that the lowest byte comes first. */
  private sortByte(shift: number): void {
    const { lows, places, counts, otherLows, otherPlaces, length } = this;
    counts.fill(0);
    for (let i = 0; i < length; i++) counts[(lows[i]! >>> shift) & 255]!++;
    let before = 0;
    for (let byte = 0; byte < BYTES; byte++) {
      const count = counts[byte]!;
      counts[byte] = before;
      before += count;
    }
    for (let i = 0; i < length; i++) {
      const low = lows[i]!;
      const to = counts[(low >>> shift) & 255]!++;
      otherLows[to] = low;
      otherPlaces[to] = places[i]!;
    }
    this.swap();
  }

  private swap(): void {
    const { lows, places } = this;
    this.lows = this.otherLows;
    this.places = this.otherPlaces;
    this.otherLows = lows;
    this.otherPlaces = places;
  }

  /** Sorts each instant of a run whose times are in order. */
  private sortInstants(): void {
    const { lows, length } = this;
    for (let from = 0, to = 1; from < length; from = to++) {
      while (to < length && lows[to] === lows[from]) to++;
      if (to - from > CHUNK) this.mergeSort(from, to);
      else if (to - from > 1) this.insertionSort(from, to);
    }
  }

  private growRun(): void {
    const size = this.places.length * 2;
    this.lows = grown(this.lows, new Int32Array(size));
    this.places = grown(this.places, new Int32Array(size));
    this.otherLows = new Int32Array(size);
    this.otherPlaces = new Int32Array(size);
  }

  private insertionSort(from: number, to: number): void {
    const { lows, places, entries } = this;
    for (let i = from + 1; i < to; i++) {
      const low = lows[i]!;
      const place = places[i]!;
      let j = i - 1;
      while (j >= from && (lows[j]! > low || (lows[j]! === low && entries.beforeAtOnce(place, places[j]!)))) {
        lows[j + 1] = lows[j]!;
        places[j + 1] = places[j]!;
        j--;
      }
      lows[j + 1] = low;
      places[j + 1] = place;
    }
  }

  /** Bottom-up merge sort of an instant that very many events share: only places move, all times being equal. */
  private mergeSort(from: number, to: number): void {
    for (let block = from; block < to; block += CHUNK) this.insertionSort(block, Math.min(block + CHUNK, to));
    let source = this.places;
    let target = this.otherPlaces;
    for (let width = CHUNK; width < to - from; width *= 2) {
      for (let left = from; left < to; left += 2 * width) {
        this.merge(source, target, left, Math.min(left + width, to), Math.min(left + 2 * width, to));
      }
      [source, target] = [target, source];
    }
    if (source !== this.places) target.set(source.subarray(from, to), from);
  }

  private merge(source: Int32Array, target: Int32Array, from: number, middle: number, to: number): void {
    const { entries } = this;
    let left = from;
    let right = middle;
    for (let i = from; i < to; i++) {
      const takeLeft = left < middle && (right >= to || !entries.beforeAtOnce(source[right]!, source[left]!));
      target[i] = takeLeft ? source[left++]! : source[right++]!;
    }
  }

  /** Takes in an entry that comes before the end of a run under way. */
  pushLate(high: number, low: number, node: number, source: number, seq: number): void {
    const { entries } = this;
    const place = this.latePlace();
    const { data } = entries;
    data[place] = high;
    data[place + LOW] = low;
    data[place + NODE] = node;
    data[place + SOURCE] = source;
    data[place + SEQ] = seq;
    if (this.lateLength === this.late.length) this.late = grown(this.late, new Int32Array(this.late.length * 2));
    const late = this.late;
    let i = this.lateLength++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!entries.before(place, late[parent]!)) break;
      late[i] = late[parent]!;
      i = parent;
    }
    late[i] = place;
  }

  /** A place for one more of the late. */
  private latePlace(): number {
    const place = this.lateFree;
    if (place !== NONE) {
      this.lateFree = this.entries.data[place]!;
      return place;
    }
    if ((this.lateEnd & (CHUNK - 1)) === 0) this.lateEnd = this.entries.newChunk(this.lateEnd);
    return this.lateEnd++ * ENTRY;
  }

  private dropLate(): void {
    const { late, entries } = this;
    const gone = late[0]!;
    entries.data[gone] = this.lateFree;
    this.lateFree = gone;
    const length = --this.lateLength;
    const place = late[length]!;
    let i = 0;
    for (let child = 1; child < length; child = 2 * i + 1) {
      if (child + 1 < length && entries.before(late[child + 1]!, late[child]!)) child++;
      if (!entries.before(late[child]!, place)) break;
      late[i] = late[child]!;
      i = child;
    }
    late[i] = place;
  }
}
