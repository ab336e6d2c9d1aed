import { assert } from "./assert.ts";

const TWO_MINUS_32 = 1 / 4_294_967_296;

/** What a run that did nothing has for a digest depends on these; their values mean nothing else. */
const START_A = 0x243f6a88;
const START_B = 0x85a308d3;

/** Events between two rungs of a ladder, at first: a rung costs 40 bytes and a digest, which at this rate nobody notices. */
const RUNG_EVENTS = 4_096;

/**
 * A 64-bit hash of a sequence of whole numbers: order counts, and so does where a string ends. Each step is a permutation
 * of the state, so two histories that differed stay different but for chance (2^-64). Not for secrets.
 */
export class RollingHash {
  private a = START_A | 0;
  private b = START_B | 0;

  /** Takes in one safe integer, negative ones included. Allocates nothing. */
  mix(int: number): void {
    const upper = Math.floor(int * TWO_MINUS_32) | 0;
    let a = Math.imul(this.a ^ int, 0x85ebca6b);
    a ^= a >>> 15;
    let b = Math.imul((this.b + a) ^ upper, 0xc2b2ae35);
    b ^= b >>> 13;
    a = (a + b) | 0;
    this.a = (a << 13) | (a >>> 19);
    this.b = b;
  }

  /** Takes in a string, its length first, by UTF-16 code units. */
  mixString(s: string): void {
    this.mix(s.length);
    for (let i = 0; i < s.length; i++) this.mix(s.charCodeAt(i));
  }

  /** The hash of all so far, as 16 hex characters. More may be mixed in afterwards. */
  digest(): string {
    let a = this.a;
    let b = this.b;
    for (let i = 0; i < 3; i++) {
      a ^= Math.imul(b ^ (b >>> 16), 0x7feb352d);
      b ^= Math.imul(a ^ (a >>> 15), 0x846ca68b);
    }
    a ^= a >>> 16;
    b ^= b >>> 15;
    return hex(a) + hex(b);
  }
}

function hex(int: number): string {
  return (int >>> 0).toString(16).padStart(8, "0");
}

/** A ladder as data: rung i is the digest after (i + 1) * stride events; `digest` is the one after all `events`. */
export type LadderReading = {
  readonly events: number;
  readonly stride: number;
  readonly rungs: readonly string[];
  readonly digest: string;
};

/**
 * A fingerprint that can be searched: a rolling hash of events with a rung, the digest so far, every 4,096 of
 * them. When there are `rungsMax` rungs, every second one is dropped and the stride doubles, so memory is bounded and two
 * ladders of any length share the rungs at multiples of the larger stride.
 */
export class Ladder {
  private readonly hash = new RollingHash();
  private readonly rungsMax: number;
  private kept: string[] = [];
  private count = 0;
  private strideNow: number;
  private untilRung: number;

  /** `rungsMax` is an even number; 1,024 rungs are about 40 KB. `stride` events lie between two rungs at first. */
  constructor(rungsMax = 1_024, stride = RUNG_EVENTS) {
    assert(Number.isInteger(rungsMax) && rungsMax >= 2 && rungsMax % 2 === 0, "ladder: rungsMax is even and at least 2");
    assert(Number.isInteger(stride) && stride >= 1, "ladder: stride is a whole number of events");
    this.rungsMax = rungsMax;
    this.strideNow = stride;
    this.untilRung = stride;
  }

  /** Takes in one event: up to four safe integers, usually its time, source, kind and detail. */
  event(first: number, second = 0, third = 0, fourth = 0): void {
    this.hash.mix(first);
    this.hash.mix(second);
    this.hash.mix(third);
    this.hash.mix(fourth);
    this.count++;
    if (--this.untilRung === 0) this.rung();
  }

  /** Takes in a name beside the events, for instance of the scenario. It makes no rung. */
  mixString(s: string): void {
    this.hash.mixString(s);
  }

  /** How many events were taken in. */
  get events(): number {
    return this.count;
  }

  /** Events from one rung to the next: the first stride, usually 4,096, times a power of two. */
  get stride(): number {
    return this.strideNow;
  }

  /** The rungs so far; rung i is the digest after (i + 1) * stride events. */
  get rungs(): readonly string[] {
    return this.kept;
  }

  /** The digest of everything so far, 16 hex characters. */
  digest(): string {
    return this.hash.digest();
  }

  /** The ladder as plain data, for reports and other threads. */
  read(): LadderReading {
    return { events: this.count, stride: this.strideNow, rungs: [...this.kept], digest: this.digest() };
  }

  private rung(): void {
    this.kept.push(this.digest());
    if (this.kept.length === this.rungsMax) {
      this.kept = this.kept.filter((_, i) => i % 2 === 1);
      this.strideNow *= 2;
    }
    this.untilRung = this.strideNow;
  }
}

/** The same ladder with at most `rungsMax` rungs (at least 1): every second one is dropped as often as needed. */
export function thinned(ladder: LadderReading, rungsMax: number): LadderReading {
  assert(rungsMax >= 1, "ladder: a thinned one has room for a rung");
  let { stride, rungs } = ladder;
  while (rungs.length > rungsMax) {
    rungs = rungs.filter((_, i) => i % 2 === 1);
    stride *= 2;
  }
  return { ...ladder, stride, rungs };
}

/** The ladder of a run that left nothing. */
export function emptyLadder(): LadderReading {
  return { events: 0, stride: RUNG_EVENTS, rungs: [], digest: "" };
}

/**
 * Where two ladders of the same scenario and seed part: the first differing event has a number (from 1) in
 * (`after`, `upTo`]. Undefined when they agree in everything they hold.
 */
export function firstDivergence(a: LadderReading, b: LadderReading): { after: number; upTo: number } | undefined {
  const stride = Math.max(a.stride, b.stride);
  const events = Math.min(a.events, b.events);
  let after = 0;
  for (let upTo = stride; upTo <= events; upTo += stride) {
    const left = a.rungs[upTo / a.stride - 1];
    const right = b.rungs[upTo / b.stride - 1];
    if (left !== right) return { after, upTo };
    after = upTo;
  }
  if (a.events === b.events && a.digest === b.digest) return undefined;
  return { after, upTo: Math.max(a.events, b.events) };
}
