/**
 * Whoever sits on a damaged line: what he keeps of what passed, and what he puts in the place of an envelope. Owns the few envelopes kept. Never knows
 * a key, and never decides when: the network's draws do.
 */
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Envelope } from "./network.ts";

/** What was done to an envelope: a bit changed, its end cut off, or another one put in its place: of another pair, of the receiver's own, or one that had been opened. */
export type Change = { readonly what: "flipped" | "cut" | "other" | "reflected" | "again"; readonly bytes: Uint8Array };

/** What may be put in the place of an envelope. */
export type Others = Partial<Record<"other" | "reflected" | "again", Uint8Array>>;

/** Of eight damages four change a bit, one cuts, and one each puts another envelope in the place. */
const WAYS = ["flipped", "flipped", "flipped", "flipped", "cut", "other", "reflected", "again"] as const;

/** The change that a draw of 32 bits, at least 1, stands for. What is not at hand becomes a changed bit. */
export function changed(bytes: Uint8Array, damage: number, others: Others = {}): Change {
  const what = WAYS[damage % WAYS.length] as Change["what"];
  const where = Math.floor(damage / WAYS.length);
  if (what === "cut") return { what, bytes: bytes.slice(0, where % bytes.length) };
  const other = what === "flipped" ? undefined : others[what];
  if (other !== undefined) return { what, bytes: other };
  const flipped = Uint8Array.from(bytes);
  const bit = where % (bytes.length * 8);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return { what: "flipped", bytes: flipped };
}

/** How long a withheld envelope is kept before it is offered: longer than a replaced key lives and, where keys change soon, the key itself. */
const LATE_US = 75_000_000;
/** Envelopes withheld of one pair, and pairs of which the last envelopes are kept. */
const WITHHELD_MAX = 4;
const PAIRS_MAX = 4_096;

type Withheld = { readonly envelope: Envelope; readonly since: number };

/** Keeps the last envelopes of two senders for each receiver. */
function keep(kept: Map<ActorId, { from: ActorId; bytes: Uint8Array }[]>, to: ActorId, from: ActorId, bytes: Uint8Array): void {
  const list = kept.get(to) ?? [];
  if (list.length === 0) kept.set(to, list);
  if (list.at(-1)?.from === from) list.pop();
  list.push({ from, bytes });
  if (list.length > 2) list.shift();
}

/** See the head of this file. */
export class LineHand {
  private readonly passed = new Map<string, { bytes: Uint8Array; opened: Uint8Array | undefined }>();
  private readonly last = new Map<ActorId, { from: ActorId; bytes: Uint8Array }[]>();
  private readonly stolen = new Map<ActorId, { from: ActorId; bytes: Uint8Array }[]>();
  private readonly withheld = new Map<string, Withheld[]>();

  /** An envelope passed, and was opened or not. */
  saw(from: ActorId, to: ActorId, bytes: Uint8Array, opened: boolean): void {
    const pair = `${from}>${to}`;
    const known = this.passed.get(pair);
    if (known !== undefined) {
      known.bytes = bytes;
      if (opened) known.opened = bytes;
    } else if (this.passed.size < PAIRS_MAX) this.passed.set(pair, { bytes, opened: opened ? bytes : undefined });
    keep(this.last, to, from, bytes);
  }

  /** What is at hand to put in the place of an envelope of that pair; of another pair's best one that never came. */
  others(from: ActorId, to: ActorId): Others {
    const strange = (each: { readonly from: ActorId }): boolean => each.from !== from;
    const other = (this.stolen.get(to)?.find(strange) ?? this.last.get(to)?.find(strange))?.bytes;
    const reflected = this.passed.get(`${to}>${from}`)?.bytes;
    const again = this.passed.get(`${from}>${to}`)?.opened;
    return { ...(other && { other }), ...(reflected && { reflected }), ...(again && { again }) };
  }

  /** The envelope itself did not come: it is kept. */
  withhold(from: ActorId, to: ActorId, target: number, envelope: Envelope, at: number): void {
    keep(this.stolen, to, from, envelope.bytes);
    const pair = `${envelope.from}>${target}`;
    const list = this.withheld.get(pair) ?? [];
    if (list.length === 0) this.withheld.set(pair, list);
    list.push({ envelope, since: at });
    if (list.length > WITHHELD_MAX) list.shift();
  }

  /** What was withheld of a pair for so long that it is offered now. */
  late(from: number, target: number, at: number): readonly Envelope[] {
    const pair = `${from}>${target}`;
    const list = this.withheld.get(pair);
    if (list === undefined || at - list[0]!.since < LATE_US) return [];
    const due = list.filter(({ since }) => at - since >= LATE_US);
    const rest = list.filter(({ since }) => at - since < LATE_US);
    if (rest.length > 0) this.withheld.set(pair, rest);
    else this.withheld.delete(pair);
    return due.map(({ envelope }) => envelope);
  }
}
