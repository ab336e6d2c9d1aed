import { assert, Bug } from "./assert.ts";

// The queue of coming events: a hierarchical timing wheel (Varghese & Lauck, SOSP 1987) in front of a short sorted run.
//
// Six levels of 256 slots cover 48-bit times. An entry (time, node) lies at the level of the highest byte in which its
// time differs from `base`, in the slot of that byte. So every entry of a lower level comes before every entry of a
// higher one, and the slots of a level are in order: the next slot to open is the lowest set bit of the lowest level.
// Opening a slot with few entries sorts them into `run`, from which pop takes; a crowded slot is spread one level down.
// A push that belongs before the end of the run goes to `late`, a small binary heap that pop compares with the run.
//
// Entries lie in chunks of consecutive memory, because moving them is bound by cache misses: following links through a
// hundred thousand nodes took three times as long.

const LEVELS = 6;
const SLOTS = 256;
const TWO_24 = 0x1000000;
const TWO_MINUS_24 = 1 / TWO_24;

/** Entries per chunk, a power of two. A slot of the two lowest levels that fits in one chunk is sorted as it is. */
const CHUNK_BITS = 5;
const CHUNK = 1 << CHUNK_BITS;
/** Slots from this level on are always spread, so that a run spans little time and `late` stays small. */
const SPREAD_FROM_LEVEL = 2;
/** Each slot may leave one chunk partly filled, and a slot being spread lends one more. */
const CHUNKS_BESIDE = LEVELS * SLOTS + 2;

/** An entry is three integers: the upper 24 bits of its time, the lower 24, and the node. */
const ENTRY = 3;
/**
 * A node is 16 bytes, so that a cache line serves four: its time as a double, then source and seq as uint32. A time below
 * 0 says that the node is not pending: -1 - time once cancelled, which keeps its place in the order, FREE when free; then
 * the next free node plus 1 stands where the source was.
 */
const DOUBLES = 2;
const WORDS = 4;
const SOURCE = 2;
const SEQ = 3;
const FREE = -Infinity;
const NONE = -1;

/** The first time that does not fit: 2^48 microseconds, a little under nine years. */
export const WHEEL_TIME_LIMIT = 281_474_976_710_656;
/** The most nodes a wheel may be allowed. */
const WHEEL_CAPACITY_LIMIT = 0x4000000;

/** How a wheel is sized: `capacity` nodes at first, doubling up to `capacityMax`; one more is a {@link Bug}. */
export type WheelOptions = { readonly capacity?: number; readonly capacityMax?: number };

/**
 * An event queue over whole microseconds in [0, 2^48), in the order of (time, source, seq) whatever the order of
 * insertion (SIM §1). A node is an index below {@link capacity}; the caller keeps its payload in parallel arrays.
 *
 * Life of a node: `push` gives it; `pop` hands it back with time, source and seq still readable, and it is reused after
 * `free(node)` or after the next `pop`, whichever comes first. `free` is therefore optional. A cancelled node must not
 * be used again. Misuse (a time before now, a fraction, a node that is not pending) is a {@link Bug}.
 */
export class TimingWheel {
  private doubles: Float64Array;
  private words: Uint32Array;
  private nodesMax: number;
  private readonly capacityMax: number;
  private freeHead = NONE;
  /** Nodes from here on were never used; they are handed out in order, so that growth touches no memory early. */
  private fresh = 0;
  private live = 0;
  private dead = 0;

  private entries: Int32Array;
  /** The chunk filled before this one in its slot, or the next free one. */
  private chunkNext: Int32Array;
  private chunkFree = NONE;
  private chunkFresh = 0;
  /** Per slot: one past its last entry, counted in entries over all chunks; 0 when the slot is empty. */
  private readonly ends = new Int32Array(LEVELS * SLOTS);

  private readonly bits = new Int32Array((LEVELS * SLOTS) / 32);
  private readonly bitsUsed = new Int32Array(LEVELS);
  private levels = 0;
  private baseHigh = 0;
  private baseLow = 0;

  /** What orders the run before source and seq: the lower 24 bits of the time, the upper ones being those of base. */
  private runLows = new Int32Array(1024);
  private runNodes = new Int32Array(1024);
  private scratch = new Int32Array(1024);
  private runHead = 0;
  private runLength = 0;
  private runEnd = 0;
  private late = new Int32Array(64);
  private lateLength = 0;

  private popped = NONE;
  private nowUs = 0;

  constructor(options: WheelOptions = {}) {
    this.capacityMax = options.capacityMax ?? WHEEL_CAPACITY_LIMIT;
    const capacity = Math.min(options.capacity ?? 1024, this.capacityMax);
    assert(Number.isInteger(capacity) && capacity > 0, "wheel: capacity is a whole number above 0");
    assert(this.capacityMax <= WHEEL_CAPACITY_LIMIT, "wheel: at most 2^26 nodes");
    this.nodesMax = capacity;
    this.doubles = new Float64Array(capacity * DOUBLES);
    this.words = new Uint32Array(this.doubles.buffer);
    const chunks = (capacity >> CHUNK_BITS) + CHUNKS_BESIDE;
    this.entries = new Int32Array(chunks * CHUNK * ENTRY);
    this.chunkNext = new Int32Array(chunks);
  }

  /** How many nodes are pending: pushed, neither popped nor cancelled. */
  get size(): number {
    return this.live;
  }

  /** Microseconds: the time of the node popped last, 0 before the first. */
  get now(): number {
    return this.nowUs;
  }

  /** How many nodes fit before the next doubling; every node index is below it. */
  get capacity(): number {
    return this.nodesMax;
  }

  /** Makes room for `nodes` at once, so that no growth falls into a run. More than the maximum is a Bug. */
  reserve(nodes: number): void {
    assert(nodes <= this.capacityMax, `wheel: ${nodes} nodes reserved, the maximum is ${this.capacityMax}`);
    if (nodes > this.nodesMax) this.resize(nodes);
  }

  /** The node's time in microseconds, from push until it is reused. */
  time(node: number): number {
    return this.doubles[node * DOUBLES]!;
  }

  /** The node's source id, from push until it is reused. */
  source(node: number): number {
    return this.words[node * WORDS + SOURCE]!;
  }

  /** The node's sequence number within its source, from push until it is reused. */
  seq(node: number): number {
    return this.words[node * WORDS + SEQ]!;
  }

  /**
   * Adds an event and gives its node. `time` is whole microseconds, not before {@link now}; `source` and `seq` are uint32
   * that order what falls on the same instant. At {@link now} itself it still takes its place among the rest.
   */
  push(time: number, source: number, seq: number): number {
    const high = (time * TWO_MINUS_24) | 0;
    const low = (time - high * TWO_24) | 0;
    if (high >>> 24 !== 0 || high * TWO_24 + low !== time) throw new Bug(`wheel: ${time} is not a whole time below 2^48`);
    if (time < this.nowUs) throw new Bug(`wheel: push at ${time}, before now ${this.nowUs}`);
    if (source >>> 0 !== source || seq >>> 0 !== seq) throw new Bug(`wheel: source ${source}, seq ${seq} are not uint32`);
    const node = this.take();
    this.doubles[node * DOUBLES] = time;
    this.words[node * WORDS + SOURCE] = source;
    this.words[node * WORDS + SEQ] = seq;
    this.live++;
    if (this.runHead < this.runLength && time <= this.runEnd && this.before(node, this.runNodes[this.runLength - 1]!)) {
      this.pushLate(node);
    } else {
      this.place(high, low, node);
    }
    return node;
  }

  /**
   * Takes a pending node out. Its memory is reused when its time comes, or sooner when a push finds no free node and a
   * quarter of all nodes are cancelled; so cancelled nodes never hold more than a third of what is in use.
   */
  cancel(node: number): void {
    assert(node >= 0 && node < this.fresh, "wheel: cancel of a node that never was");
    const time = this.doubles[node * DOUBLES]!;
    assert(time >= 0 && node !== this.popped, "wheel: cancel of a node that is not pending");
    this.doubles[node * DOUBLES] = -1 - time;
    this.live--;
    this.dead++;
  }

  /** The node that pop would give next, or -1 when none is pending. It stays pending. */
  peek(): number {
    for (;;) {
      const node = this.head();
      if (node === NONE || this.doubles[node * DOUBLES]! >= 0) return node;
      this.drop();
      this.bury(node);
    }
  }

  /** Takes out the next node in the order of (time, source, seq) and moves {@link now} to it; -1 when none is pending. */
  pop(): number {
    if (this.popped !== NONE) this.free(this.popped);
    const node = this.peek();
    if (node === NONE) return NONE;
    this.drop();
    this.popped = node;
    this.nowUs = this.doubles[node * DOUBLES]!;
    this.live--;
    return node;
  }

  /** Gives back the node popped last before the next pop does. For any other node it is a Bug. */
  free(node: number): void {
    assert(node !== NONE && node === this.popped, "wheel: free of a node that is not the one popped last");
    this.release(node);
    this.popped = NONE;
  }

  /** The first node of run and late, cancelled or not, after opening slots as needed; NONE when nothing is left. */
  private head(): number {
    while (this.runHead === this.runLength) {
      if (this.levels === 0) {
        // The wheel may turn back now: what was opened ahead of now held cancelled nodes only.
        this.setBase(this.nowUs);
        return NONE;
      }
      this.openNextSlot();
    }
    const node = this.runNodes[this.runHead]!;
    if (this.lateLength === 0) return node;
    const late = this.late[0]!;
    return this.before(late, node) ? late : node;
  }

  /** Removes what {@link head} gave. */
  private drop(): void {
    if (this.lateLength > 0 && this.before(this.late[0]!, this.runNodes[this.runHead]!)) this.dropLate();
    else this.runHead++;
  }

  private before(a: number, b: number): boolean {
    let ta = this.doubles[a * DOUBLES]!;
    let tb = this.doubles[b * DOUBLES]!;
    if (ta < 0) ta = -1 - ta;
    if (tb < 0) tb = -1 - tb;
    return ta !== tb ? ta < tb : this.beforeAtOnce(a, b);
  }

  /** The order of two nodes of the same instant. */
  private beforeAtOnce(a: number, b: number): boolean {
    const words = this.words;
    const sa = words[a * WORDS + SOURCE]!;
    const sb = words[b * WORDS + SOURCE]!;
    return sa !== sb ? sa < sb : words[a * WORDS + SEQ]! < words[b * WORDS + SEQ]!;
  }

  private setBase(time: number): void {
    this.baseHigh = (time * TWO_MINUS_24) | 0;
    this.baseLow = (time - this.baseHigh * TWO_24) | 0;
  }

  /** Enters a node into the slot its time (high * 2^24 + low) belongs to, seen from base. */
  private place(high: number, low: number, node: number): void {
    let slot: number;
    if (high === this.baseHigh) {
      const differs = low ^ this.baseLow;
      if (differs >>> 16 !== 0) slot = 2 * SLOTS + (low >>> 16);
      else if (differs >>> 8 !== 0) slot = SLOTS + ((low >>> 8) & 255);
      else slot = low & 255;
    } else {
      const differs = high ^ this.baseHigh;
      if (differs >>> 16 !== 0) slot = 5 * SLOTS + (high >>> 16);
      else if (differs >>> 8 !== 0) slot = 4 * SLOTS + ((high >>> 8) & 255);
      else slot = 3 * SLOTS + (high & 255);
    }
    let end = this.ends[slot]!;
    if ((end & (CHUNK - 1)) === 0) end = this.newChunk(slot, end);
    const entries = this.entries;
    const at = end * ENTRY;
    entries[at] = high;
    entries[at + 1] = low;
    entries[at + 2] = node;
    this.ends[slot] = end + 1;
  }

  /** Gives a slot another chunk, and its bit when it was empty. The answer is where the next entry goes. */
  private newChunk(slot: number, end: number): number {
    let chunk = this.chunkFree;
    if (chunk === NONE) chunk = this.chunkFresh++;
    else this.chunkFree = this.chunkNext[chunk]!;
    if (end === 0) {
      this.chunkNext[chunk] = NONE;
      this.bits[slot >> 5]! |= 1 << (slot & 31);
      this.bitsUsed[slot >> 8]! |= 1 << ((slot >> 5) & 7);
      this.levels |= 1 << (slot >> 8);
    } else {
      this.chunkNext[chunk] = (end - 1) >> CHUNK_BITS;
    }
    return chunk << CHUNK_BITS;
  }

  private freeChunk(chunk: number): void {
    this.chunkNext[chunk] = this.chunkFree;
    this.chunkFree = chunk;
  }

  /** Takes a slot's entries off the wheel; gives the end of its last chunk. */
  private detach(slot: number): number {
    const end = this.ends[slot]!;
    this.ends[slot] = 0;
    const level = slot >> 8;
    if ((this.bits[slot >> 5]! &= ~(1 << (slot & 31))) === 0) {
      if ((this.bitsUsed[level]! &= ~(1 << ((slot >> 5) & 7))) === 0) this.levels &= ~(1 << level);
    }
    return end;
  }

  /** Empties the earliest slot: into the run if it holds few entries or a single instant, else one level down. */
  private openNextSlot(): void {
    const level = lowestBit(this.levels);
    const word = level * (SLOTS / 32) + lowestBit(this.bitsUsed[level]!);
    const slot = word * 32 + lowestBit(this.bits[word]!);
    const end = this.detach(slot);
    this.advanceBase(level, slot & 255);
    this.runHead = 0;
    this.runLength = 0;
    const oneChunk = this.chunkNext[(end - 1) >> CHUNK_BITS] === NONE;
    if (level === 0 || (level < SPREAD_FROM_LEVEL && oneChunk)) this.fillRun(end);
    else this.spread(end);
  }

  /** Moves base to the start of a slot: its byte at `level`, zero in the bytes below, unchanged above. */
  private advanceBase(level: number, byte: number): void {
    const shift = (level % 3) * 8;
    const above = shift === 16 ? 0 : -1 << (shift + 8);
    if (level >= 3) {
      this.baseHigh = (this.baseHigh & above) | (byte << shift);
      this.baseLow = 0;
    } else {
      this.baseLow = (this.baseLow & above) | (byte << shift);
    }
  }

  /** Enters detached entries anew. Cancelled ones move along: looking at every node would cost a cache miss each. */
  private spread(end: number): void {
    const entries = this.entries;
    while (end > 0) {
      const chunk = (end - 1) >> CHUNK_BITS;
      for (let at = (chunk << CHUNK_BITS) * ENTRY; at < end * ENTRY; at += ENTRY) {
        this.place(entries[at]!, entries[at + 1]!, entries[at + 2]!);
      }
      end = (this.chunkNext[chunk]! + 1) << CHUNK_BITS;
      this.freeChunk(chunk);
    }
  }

  /** Fills the run from detached entries of one slot of the two lowest levels, sorted, without the cancelled ones. */
  private fillRun(end: number): void {
    const entries = this.entries;
    let length = 0;
    while (end > 0) {
      const chunk = (end - 1) >> CHUNK_BITS;
      if (length + CHUNK > this.runNodes.length) this.growRun();
      for (let at = (chunk << CHUNK_BITS) * ENTRY; at < end * ENTRY; at += ENTRY) {
        const node = entries[at + 2]!;
        this.runLows[length] = entries[at + 1]!;
        this.runNodes[length] = node;
        // This look brings the nodes' cache lines in side by side, before pop needs them one after another.
        if (this.doubles[node * DOUBLES]! >= 0) length++;
        else this.bury(node);
      }
      end = (this.chunkNext[chunk]! + 1) << CHUNK_BITS;
      this.freeChunk(chunk);
    }
    this.runLength = length;
    if (length === 0) return;
    if (length <= CHUNK) this.insertionSort(0, length);
    else this.mergeSort();
    this.runEnd = this.baseHigh * TWO_24 + this.runLows[length - 1]!;
  }

  private growRun(): void {
    this.runLows = grown(this.runLows, new Int32Array(this.runLows.length * 2));
    this.runNodes = grown(this.runNodes, new Int32Array(this.runNodes.length * 2));
    this.scratch = new Int32Array(this.runNodes.length);
  }

  private insertionSort(from: number, to: number): void {
    const lows = this.runLows;
    const nodes = this.runNodes;
    for (let i = from + 1; i < to; i++) {
      const low = lows[i]!;
      const node = nodes[i]!;
      let j = i - 1;
      while (j >= from && (lows[j]! > low || (lows[j]! === low && this.beforeAtOnce(node, nodes[j]!)))) {
        lows[j + 1] = lows[j]!;
        nodes[j + 1] = nodes[j]!;
        j--;
      }
      lows[j + 1] = low;
      nodes[j + 1] = node;
    }
  }

  /** Bottom-up merge sort for the instants that very many events share: only nodes move, all times being equal. */
  private mergeSort(): void {
    const length = this.runLength;
    for (let from = 0; from < length; from += CHUNK) this.insertionSort(from, Math.min(from + CHUNK, length));
    for (let width = CHUNK; width < length; width *= 2) {
      for (let from = 0; from < length; from += 2 * width) {
        this.merge(from, Math.min(from + width, length), Math.min(from + 2 * width, length));
      }
      const merged = this.scratch;
      this.scratch = this.runNodes;
      this.runNodes = merged;
    }
  }

  private merge(from: number, middle: number, to: number): void {
    const nodes = this.runNodes;
    const out = this.scratch;
    let left = from;
    let right = middle;
    for (let i = from; i < to; i++) {
      const takeLeft = left < middle && (right >= to || !this.beforeAtOnce(nodes[right]!, nodes[left]!));
      out[i] = takeLeft ? nodes[left++]! : nodes[right++]!;
    }
  }

  private pushLate(node: number): void {
    if (this.lateLength === this.late.length) this.late = grown(this.late, new Int32Array(this.late.length * 2));
    const late = this.late;
    let i = this.lateLength++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(node, late[parent]!)) break;
      late[i] = late[parent]!;
      i = parent;
    }
    late[i] = node;
  }

  private dropLate(): void {
    const late = this.late;
    const length = --this.lateLength;
    const node = late[length]!;
    let i = 0;
    for (let child = 1; child < length; child = 2 * i + 1) {
      if (child + 1 < length && this.before(late[child + 1]!, late[child]!)) child++;
      if (!this.before(late[child]!, node)) break;
      late[i] = late[child]!;
      i = child;
    }
    late[i] = node;
  }

  private take(): number {
    if (this.freeHead === NONE && this.fresh === this.nodesMax) this.makeRoom();
    const node = this.freeHead;
    if (node === NONE) return this.fresh++;
    this.freeHead = this.words[node * WORDS + SOURCE]! - 1;
    return node;
  }

  private makeRoom(): void {
    if (this.dead * 4 >= this.nodesMax) this.purge();
    if (this.freeHead !== NONE) return;
    if (this.nodesMax < this.capacityMax) this.resize(Math.min(this.nodesMax * 2, this.capacityMax));
    else this.purge();
    if (this.freeHead === NONE && this.fresh === this.nodesMax) {
      throw new Bug(`wheel: full, all ${this.capacityMax} nodes are in use`);
    }
  }

  /** Drops cancelled nodes from all slots, by entering the others anew where they were. */
  private purge(): void {
    for (let slot = 0; slot < LEVELS * SLOTS; slot++) {
      let end = this.ends[slot]! === 0 ? 0 : this.detach(slot);
      while (end > 0) {
        const chunk = (end - 1) >> CHUNK_BITS;
        for (let at = (chunk << CHUNK_BITS) * ENTRY; at < end * ENTRY; at += ENTRY) {
          const node = this.entries[at + 2]!;
          if (this.doubles[node * DOUBLES]! >= 0) this.place(this.entries[at]!, this.entries[at + 1]!, node);
          else this.bury(node);
        }
        end = (this.chunkNext[chunk]! + 1) << CHUNK_BITS;
        this.freeChunk(chunk);
      }
    }
  }

  private bury(node: number): void {
    this.dead--;
    this.release(node);
  }

  private release(node: number): void {
    this.doubles[node * DOUBLES] = FREE;
    this.words[node * WORDS + SOURCE] = this.freeHead + 1;
    this.freeHead = node;
  }

  private resize(nodes: number): void {
    this.nodesMax = nodes;
    this.doubles = grown(this.doubles, new Float64Array(nodes * DOUBLES));
    this.words = new Uint32Array(this.doubles.buffer);
    const chunks = (nodes >> CHUNK_BITS) + CHUNKS_BESIDE;
    this.entries = grown(this.entries, new Int32Array(chunks * CHUNK * ENTRY));
    this.chunkNext = grown(this.chunkNext, new Int32Array(chunks));
  }
}

/** The position of the lowest set bit; the word must not be 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
