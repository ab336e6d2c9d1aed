import { assert, Bug } from "./assert.ts";
import { CHUNK, CHUNK_BITS, ENTRY, firstOfLast, grown, LOW, lowestBit, NODE, NONE, SEQ, SOURCE, WheelEntries } from "./wheel-entries.ts";
import { WheelRun } from "./wheel-run.ts";

// The queue of coming events: a hierarchical timing wheel (Varghese & Lauck, SOSP 1987) in front of a short sorted run.
//
// Six levels of 256 slots cover 48-bit times. An entry lies at the level of the highest byte in which its time differs
// from `base`, in the slot of that byte. So every entry of a lower level comes before every entry of a higher one, and
// the slots of a level are in order: the next slot to open is the lowest set bit of the lowest level. A slot with few
// entries becomes the run, from which pop takes; a crowded slot is spread one level down. A push that belongs before the
// end of the run goes to the late beside it.

const LEVELS = 6;
const SLOTS = 256;
const TWO_24 = 0x1000000;
const TWO_MINUS_24 = 1 / TWO_24;

/** Each slot may leave one chunk partly filled; one more is lent by a slot being spread. */
const CHUNKS_BESIDE = LEVELS * SLOTS + 2;

/** The highest level whose slots may become the run as they are: above, a run would span seconds, and most pushes would be late. */
const RUN_LEVEL_MAX = 2;
/**
 * So few chunks always may. More may while they hold at most an eighth of what is pending (else most pushes come soon and would be late too) and lie
 * in the nearest cache (pop reads them in the order of time).
 */
const RUN_CHUNKS_FEW = 4;
const RUN_PART_BITS = 3;
const RUN_CHUNKS_MAX = 512;

/** What a node is. A cancelled one keeps its entry, and so its place in the order, until its time comes. */
const FREE = 0;
const PENDING = 1;
const CANCELLED = 2;
const POPPED = 3;

/** The first time that does not fit: 2^48 microseconds, a little under nine years. */
export const WHEEL_TIME_LIMIT = 281_474_976_710_656;
/** The most nodes a wheel may be allowed. */
const WHEEL_CAPACITY_LIMIT = 0x4000000;

/** How a wheel is sized: `capacity` nodes at first, doubling up to `capacityMax`; one more is a {@link Bug}. */
type WheelOptions = { readonly capacity?: number; readonly capacityMax?: number };

/**
 * An event queue over whole microseconds in [0, 2^48), in the order of (time, source, seq) whatever the order of
 * insertion (DT1). A node is an index below {@link capacity}; the caller keeps its payload in parallel arrays.
 *
 * Life of a node: `push` gives it; `pop` hands it back, and it is reused after `free(node)` or after the next `pop`, whichever
 * comes first. `free` is therefore optional. A cancelled node must not be used again. Time, source and seq can be read of the
 * node that `peek` or `pop` gave last, whichever was later. Misuse (a time before now, a fraction, a node that is not pending)
 * is a {@link Bug}.
 */
export class TimingWheel {
  private states: Uint8Array;
  /** Nodes to reuse, the last one first: its payload is still in the cache. */
  private freeNodes: Int32Array;
  private freeLength = 0;
  /** Nodes from here on were never used; they are handed out in order, so that growth touches no memory early. */
  private fresh = 0;
  private nodesMax: number;
  private readonly capacityMax: number;
  private live = 0;
  private dead = 0;

  private readonly entries: WheelEntries;
  private readonly run: WheelRun;
  /** Per slot: one past its last entry, counted in entries over all chunks; 0 when the slot is empty. */
  private readonly ends = new Int32Array(LEVELS * SLOTS);

  private readonly bits = new Int32Array((LEVELS * SLOTS) / 32);
  private readonly bitsUsed = new Int32Array(LEVELS);
  private levels = 0;
  private baseHigh = 0;
  private baseLow = 0;

  private popped = NONE;
  private nowUs = 0;

  constructor(options: WheelOptions = {}) {
    this.capacityMax = options.capacityMax ?? WHEEL_CAPACITY_LIMIT;
    const capacity = Math.min(options.capacity ?? 1024, this.capacityMax);
    assert(Number.isInteger(capacity) && capacity > 0, "wheel: capacity is a whole number above 0");
    assert(this.capacityMax <= WHEEL_CAPACITY_LIMIT, "wheel: at most 2^26 nodes");
    this.nodesMax = capacity;
    this.states = new Uint8Array(capacity);
    this.freeNodes = new Int32Array(capacity);
    this.entries = new WheelEntries((capacity >> CHUNK_BITS) + CHUNKS_BESIDE);
    this.run = new WheelRun(this.entries);
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

  /** The time in microseconds of the node that peek or pop gave last. */
  time(node: number): number {
    if (node !== this.run.node) throw notShown(node);
    return this.run.timeUs;
  }

  /** The source id of the node that peek or pop gave last. */
  source(node: number): number {
    if (node !== this.run.node) throw notShown(node);
    return this.run.source;
  }

  /** The sequence number within its source of the node that peek or pop gave last. */
  seq(node: number): number {
    if (node !== this.run.node) throw notShown(node);
    return this.run.seq;
  }

  /**
   * Adds an event and gives its node. `time` is whole microseconds, not before {@link now}; `source` and `seq` are uint32
   * that order what falls on the same instant. At {@link now} itself it still takes its place among the rest.
   */
  push(time: number, source: number, seq: number): number {
    const high = (time * TWO_MINUS_24) | 0;
    const low = (time - high * TWO_24) | 0;
    if (high >>> 24 !== 0 || high * TWO_24 + low !== time || time < this.nowUs || source >>> 0 !== source || seq >>> 0 !== seq) {
      throw this.misused(time, source, seq);
    }
    const node = this.take();
    this.live++;
    const { run } = this;
    if (!run.isDone && time <= run.endUs && (time < run.endUs || run.isBeforeEnd(source, seq))) {
      run.pushLate(high, low, node, source, seq);
    } else {
      this.place(high, low, node, source, seq);
    }
    return node;
  }

  private misused(time: number, source: number, seq: number): Bug {
    if (source >>> 0 !== source || seq >>> 0 !== seq) return new Bug(`wheel: source ${source}, seq ${seq} are not uint32`);
    if (time < this.nowUs) return new Bug(`wheel: push at ${time}, before now ${this.nowUs}`);
    return new Bug(`wheel: ${time} is not a whole time below 2^48`);
  }

  /**
   * Takes a pending node out. Its memory is reused when its time comes, or sooner when a push finds no free node and a
   * quarter of all nodes are cancelled; so cancelled nodes never hold more than a third of what is in use.
   */
  cancel(node: number): void {
    assert(node >= 0 && node < this.fresh, "wheel: cancel of a node that never was");
    assert(this.states[node] === PENDING, "wheel: cancel of a node that is not pending");
    this.states[node] = CANCELLED;
    this.live--;
    this.dead++;
  }

  /** The node that pop would give next, or -1 when none is pending. It stays pending. */
  peek(): number {
    const { run } = this;
    while (this.advance()) {
      run.select();
      const { node } = run;
      if (this.states[node] === PENDING) return node;
      run.drop();
      this.bury(node);
    }
    run.node = NONE;
    return NONE;
  }

  /** Takes out the next node in the order of (time, source, seq) and moves {@link now} to it; -1 when none is pending. */
  pop(): number {
    if (this.popped !== NONE) this.free(this.popped);
    const node = this.peek();
    if (node === NONE) return NONE;
    this.run.drop();
    this.states[node] = POPPED;
    this.popped = node;
    this.nowUs = this.run.timeUs;
    this.live--;
    return node;
  }

  /** Gives back the node popped last before the next pop does. For any other node it is a Bug. */
  free(node: number): void {
    assert(node !== NONE && node === this.popped, "wheel: free of a node that is not the one popped last");
    this.release(node);
    this.popped = NONE;
  }

  /** Opens slots until the run has entries, cancelled or not; false when nothing is left. */
  private advance(): boolean {
    while (this.run.isDone) {
      if (this.levels === 0) {
        // The wheel may turn back now: what was opened ahead of now held cancelled nodes only.
        this.setBase(this.nowUs);
        return false;
      }
      this.openNextSlot();
    }
    return true;
  }

  private setBase(time: number): void {
    this.baseHigh = (time * TWO_MINUS_24) | 0;
    this.baseLow = (time - this.baseHigh * TWO_24) | 0;
  }

  /** Enters a node into the slot its time (high * 2^24 + low) belongs to, seen from base. */
  private place(high: number, low: number, node: number, source: number, seq: number): void {
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
    if ((end & (CHUNK - 1)) === 0) {
      if (end === 0) this.mark(slot);
      end = this.entries.newChunk(end);
    }
    const { data } = this.entries;
    const at = end * ENTRY;
    data[at] = high;
    data[at + LOW] = low;
    data[at + NODE] = node;
    data[at + SOURCE] = source;
    data[at + SEQ] = seq;
    this.ends[slot] = end + 1;
  }

  /** Sets the bits of a slot that is no longer empty. */
  private mark(slot: number): void {
    this.bits[slot >> 5]! |= 1 << (slot & 31);
    this.bitsUsed[slot >> 8]! |= 1 << ((slot >> 5) & 7);
    this.levels |= 1 << (slot >> 8);
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
    const chunksMax = Math.min(RUN_CHUNKS_MAX, Math.max(RUN_CHUNKS_FEW, this.live >> (CHUNK_BITS + RUN_PART_BITS)));
    if (level === 0 || (level <= RUN_LEVEL_MAX && this.entries.isWithin(end, chunksMax))) this.run.fill(end, this.baseHigh, level);
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

  /** Enters detached entries anew. Cancelled ones move along: to look at every node would cost more. */
  private spread(end: number): void {
    const { entries } = this;
    while (end > 0) {
      for (let at = firstOfLast(end); at < end * ENTRY; at += ENTRY) {
        const { data } = entries;
        this.place(data[at]!, data[at + LOW]!, data[at + NODE]!, data[at + SOURCE]!, data[at + SEQ]!);
      }
      end = entries.freeLast(end);
    }
  }

  private take(): number {
    if (this.freeLength === 0 && this.fresh === this.nodesMax) this.makeRoom();
    const node = this.freeLength > 0 ? this.freeNodes[--this.freeLength]! : this.fresh++;
    this.states[node] = PENDING;
    return node;
  }

  private makeRoom(): void {
    if (this.dead * 4 >= this.nodesMax) this.purge();
    if (this.freeLength > 0) return;
    if (this.nodesMax < this.capacityMax) this.resize(Math.min(this.nodesMax * 2, this.capacityMax));
    else this.purge();
    if (this.freeLength === 0 && this.fresh === this.nodesMax) {
      throw new Bug(`wheel: full, all ${this.capacityMax} nodes are in use`);
    }
  }

  /** Drops cancelled nodes from all slots, by entering the others anew where they were. */
  private purge(): void {
    const { entries } = this;
    for (let slot = 0; slot < LEVELS * SLOTS; slot++) {
      let end = this.ends[slot] === 0 ? 0 : this.detach(slot);
      while (end > 0) {
        for (let at = firstOfLast(end); at < end * ENTRY; at += ENTRY) {
          const { data } = entries;
          const node = data[at + NODE]!;
          if (this.states[node] === PENDING) this.place(data[at]!, data[at + LOW]!, node, data[at + SOURCE]!, data[at + SEQ]!);
          else this.bury(node);
        }
        end = entries.freeLast(end);
      }
    }
  }

  private bury(node: number): void {
    this.dead--;
    this.release(node);
  }

  private release(node: number): void {
    this.states[node] = FREE;
    this.freeNodes[this.freeLength++] = node;
  }

  private resize(nodes: number): void {
    this.nodesMax = nodes;
    this.states = grown(this.states, new Uint8Array(nodes));
    this.freeNodes = grown(this.freeNodes, new Int32Array(nodes));
    this.entries.grow((nodes >> CHUNK_BITS) + CHUNKS_BESIDE);
  }
}

function notShown(node: number): Bug {
  return new Bug(`wheel: node ${node} is not the one that peek or pop gave last`);
}
