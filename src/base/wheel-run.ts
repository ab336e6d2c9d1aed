import { CHUNK, ENTRY, firstOfLast, grown, LOW, lowestBit, NODE, NONE, SEQ, SOURCE, type WheelEntries } from "./wheel-entries.ts";

const TWO_24 = 0x1000000;
const BYTES = 256;
/** A run of so few is sorted at once; a longer one is dealt out first, a still longer one sorted by bytes. */
const FEW = 8;
const DEALT_MAX = 256;

/**
 * The next events of a timing wheel, in order: the entries of one slot, sorted, and beside them the late, a binary heap of those that were pushed while
 * the run was already under way and belong before its end.
 */
export class WheelRun {
  /** Time of the last entry in microseconds; tells nothing when {@link isDone}. */
  endUs = 0;
  /** What {@link select} found: node, time in microseconds, source and seq. */
  node = NONE;
  timeUs = 0;
  source = 0;
  seq = 0;
  private isLate = false;
  private readonly entries: WheelEntries;
  /** The lower 24 bits of the times, in order; the upper ones, the same for all, are in startUs. Beside each its node and what orders an instant. */
  private lows = new Int32Array(1024);
  private nodes = new Int32Array(1024);
  private sources = new Uint32Array(1024);
  private seqs = new Uint32Array(1024);
  private startUs = 0;
  /** While it is sorted: where each entry lies, and room to sort. */
  private places = new Int32Array(1024);
  private otherLows = new Int32Array(1024);
  private otherPlaces = new Int32Array(1024);
  private at = 0;
  private length = 0;

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

  /** Finds the first entry, for node, timeUs, source and seq to tell. Not to be asked when {@link isDone}. */
  select(): void {
    const { at } = this;
    const timeUs = this.startUs + this.lows[at]!;
    this.isLate = this.lateLength > 0 && this.isLateFirst(timeUs);
    if (this.isLate) {
      this.selectLate();
      return;
    }
    this.node = this.nodes[at]!;
    this.timeUs = timeUs;
    this.source = this.sources[at]!;
    this.seq = this.seqs[at]!;
  }

  private isLateFirst(runUs: number): boolean {
    const { data } = this.entries;
    const place = this.late[0]!;
    const lateUs = data[place]! * TWO_24 + data[place + LOW]!;
    if (lateUs !== runUs) return lateUs < runUs;
    const source = this.sources[this.at]!;
    const other = data[place + SOURCE]! >>> 0;
    return source !== other ? other < source : data[place + SEQ]! >>> 0 < this.seqs[this.at]!;
  }

  private selectLate(): void {
    const { data } = this.entries;
    const place = this.late[0]!;
    this.node = data[place + NODE]!;
    this.timeUs = data[place]! * TWO_24 + data[place + LOW]!;
    this.source = data[place + SOURCE]! >>> 0;
    this.seq = data[place + SEQ]! >>> 0;
  }

  /** Removes what {@link select} found, before anything else is pushed. */
  drop(): void {
    if (this.isLate) this.dropLate();
    else this.at++;
  }

  /** Whether what falls on the last instant of the run comes before its last entry. */
  isBeforeEnd(source: number, seq: number): boolean {
    const other = this.sources[this.length - 1]!;
    return source !== other ? source < other : seq < this.seqs[this.length - 1]!;
  }

  /**
   * Makes a run of a list of entries, when the run before is done. Their times share the upper 24 bits (`high`), and differ in their `bytes` lowest
   * bytes only: 0, 1 or 2. The list's memory is given back.
   */
  fill(listEnd: number, high: number, bytes: number): void {
    // Nobody is late any more: all came before the end of the run before.
    this.entries.freeAll(this.lateEnd);
    this.lateEnd = 0;
    this.lateFree = NONE;
    this.collect(listEnd);
    const { length } = this;
    if (bytes > 0 && length <= DEALT_MAX) {
      if (length > FEW) this.deal(8 * (bytes - 1));
      this.insertionSort(0, length);
    } else {
      for (let byte = 0; byte < bytes; byte++) this.sortByte(8 * byte);
      this.sortInstants();
    }
    this.gather();
    this.entries.freeAll(listEnd);
    this.startUs = high * TWO_24;
    this.endUs = this.startUs + this.lows[length - 1]!;
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
    this.at = 0;
    this.length = length;
  }

  /** Copies what lies about into the order of the run: here the misses of the cache overlap, one pop after another would wait for each. */
  private gather(): void {
    const { places, nodes, sources, seqs, length } = this;
    const { data } = this.entries;
    for (let i = 0; i < length; i++) {
      const place = places[i]!;
      nodes[i] = data[place + NODE]!;
      sources[i] = data[place + SOURCE]!;
      seqs[i] = data[place + SEQ]!;
    }
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
    this.nodes = new Int32Array(size);
    this.sources = new Uint32Array(size);
    this.seqs = new Uint32Array(size);
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
