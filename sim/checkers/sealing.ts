/**
 * SY8 to SY13 in runs whose messages travel sealed. Judges what came, by what was done to it on its way and by what had been opened before; what was
 * sealed, by key and nonce; and whatever leaves or is written down, by the secrets of the run. Reads headers itself and keeps its own account of keys.
 */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, Epoch } from "../../src/core/protocol/ids.ts";
import { readU32, readU64 } from "../../src/core/sync/bytes.ts";
import { type Plain, piecesOf } from "../../src/core/sync/crypto.ts";
import { type Header, readHeader } from "../../src/core/sync/header.ts";
import { sealingLimits } from "../../src/core/sync/limits.ts";
import { WINDOW } from "../../src/core/sync/replay-window.ts";
import { hexOf, leaksIn, leaksInText } from "../world/canaries.ts";
import type { Arrival, Observer } from "../world/observer.ts";
import type { KeyName } from "../world/watched-port.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";

/** The rules judged here. */
const RULES = ["SY8", "SY9", "SY10", "SY11", "SY12", "SY13"];

/** What an end says of what it took, and the one word for everything else. */
const TAKEN: ReadonlySet<string> = new Set(["opened", "begun", "agreed"]);
const REFUSAL = "rejected";

/** One direction of a session as its receiver has it: which numbers came, when keys were replaced, when epochs were told. */
type Received = {
  newest: number;
  seen: Set<number>;
  kid: number;
  readonly replacedAt: Map<number, number>;
};
/** Epochs of a session, and since when whoever receives in that direction knows of them. */
type Fence = { readonly epoch: Epoch; readonly since: number };

/** Numbers kept of a direction before those behind the window are dropped. */
const SEEN_MAX = 2 * WINDOW;
const LIMITS = sealingLimits();

/** The checkers of sealed lines; none where nothing is sealed. */
export function sealingCheckers(options: Pick<CheckerOptions, "sealing">): SealingChecker[] {
  return options.sealing === "off" ? [] : [new SealingChecker()];
}

/** Judges one run. */
export class SealingChecker extends RuleChecker implements Checker, Observer {
  readonly #received = new Map<string, Received>();
  readonly #fences = new Map<string, Fence[]>();
  readonly #nonces = new WeakMap<KeyName, { last: number; others: Set<string> | null }>();

  constructor() {
    super(RULES);
  }

  sealed(at: number, self: ActorId, key: KeyName, nonce: Uint8Array, plain: Plain): void {
    this.check("SY11", this.#isNew(key, nonce), at, () => `actor ${self} sealed twice under key ${key.name} and nonce ${hexOf(nonce)}`);
    for (const piece of piecesOf(plain).pieces) {
      this.check("SY13", !leaksIn(piece), at, () => `actor ${self} sealed a secret of the run into what another one opens`);
    }
  }

  left(at: number, from: ActorId, to: ActorId, bytes: Uint8Array): void {
    this.check("SY13", !leaksIn(bytes), at, () => `a secret of the run stands in the bytes from actor ${from} to ${to}`);
    const header = readHeader(bytes);
    // Who seals under an epoch knows of it, and receives older ones no longer than a replaced key.
    if (header !== null) this.#fence(pathOf(header, 3 - header.direction), header.epoch, at);
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    const text = (): string => JSON.stringify(record, (_, value: unknown) => (value instanceof Uint8Array ? hexOf(value) : value));
    this.check("SY13", !leaksInText(text()), at, () => `actor ${self} recorded a secret of the run, in ${record.kind}`);
  }

  /** What a run leaves behind, as text. */
  reported(at: number, text: string): void {
    this.check("SY13", !leaksInText(text), at, () => "a secret of the run stands in what it reports");
  }

  arrived(at: number, arrival: Arrival): void {
    const { from, to, what, answer, unchanged } = arrival;
    const refused = !TAKEN.has(answer);
    const told = (): string => `what actor ${from} sent to ${to} at ${arrival.sentAt / 1e6} s, ${what} on the line,`;
    if (refused && answer !== REFUSAL)
      this.check("SY10", false, at, () => `${told()} was answered with ${answer}: a second word for refusals`);
    if (what === "flipped" || what === "cut") {
      this.check("SY8", refused && unchanged, at, () => `${told()} was ${refused ? "refused and changed its session" : "accepted"}`);
      return;
    }
    if (what === "other" || what === "reflected") {
      this.check("SY10", refused && unchanged, at, () => `${told()} was ${refused ? "refused and changed its session" : "accepted"}`);
      return;
    }
    const header = readHeader(arrival.bytes);
    if (header === null) return;
    if (refused) this.#refused(at, arrival, header, told);
    else this.#accepted(at, header, told);
  }

  #accepted(at: number, header: Header, told: () => string): void {
    const path = pathOf(header, header.direction);
    const known = this.#receivedOn(path);
    const { seq, kid } = header;
    const once = seq > known.newest || (seq + WINDOW > known.newest && !known.seen.has(seq));
    this.check("SY9", once, at, () => `${told()} was opened, though number ${seq} of its session was not to be opened any more`);
    const late = this.#isLate(known, path, header, at);
    if (late || kid !== known.kid) this.check("SY10", !late, at, () => `${told()} was opened under key ${kid}, whose time was over`);
    if (kid !== known.kid && known.kid > 0) this.check("SY12", true, at, told);
    known.seen.add(seq);
    if (seq > known.newest) known.newest = seq;
    if (known.seen.size > SEEN_MAX) known.seen = new Set([...known.seen].filter((each) => each + WINDOW > known.newest));
    for (; known.kid < kid; known.kid++) if (known.kid > 0) known.replacedAt.set(known.kid, at);
    for (let passed = known.kid - 1; passed > 0 && !known.replacedAt.has(passed); passed--) known.replacedAt.set(passed, at);
    this.#fence(path, header.epoch, at);
  }

  /** Whole, and refused: it had come before, its time was over, or the receiver has forgotten its session. Else something was lost. */
  #refused(at: number, { held, what }: Arrival, header: Header, told: () => string): void {
    if (!held) return this.count("excused.SY12.session_gone");
    const path = pathOf(header, header.direction);
    const known = this.#receivedOn(path);
    const { seq, kid } = header;
    if (known.seen.has(seq)) return void this.check("SY9", true, at, told);
    if (seq + WINDOW <= known.newest) return this.count("excused.SY12.behind_window");
    if (this.#isLate(known, path, header, at)) return void this.check("SY10", true, at, told);
    if (kid > known.kid + LIMITS.kidsAhead) return this.count("excused.SY12.too_far_ahead");
    if (what === "late" && known.kid === 0) return this.count("excused.SY12.never_begun");
    this.check("SY12", false, at, () => `${told()} under key ${kid}, number ${seq}, was refused, though its key was received until then`);
  }

  /** Was the key replaced, or a newer epoch told, as long ago as either is received after it? */
  #isLate(known: Received, path: string, { kid, epoch }: Header, at: number): boolean {
    const replacedAt = known.replacedAt.get(kid);
    if (replacedAt !== undefined && at - replacedAt >= LIMITS.retiredUs) return true;
    return (this.#fences.get(path) ?? []).some((fence) => epoch < fence.epoch && at - fence.since >= LIMITS.retiredUs);
  }

  #fence(path: string, epoch: Epoch, at: number): void {
    const fences = this.#fences.get(path);
    if (fences === undefined) this.#fences.set(path, [{ epoch, since: at }]);
    else if (epoch > fences.at(-1)!.epoch) fences.push({ epoch, since: at });
  }

  #receivedOn(path: string): Received {
    const known = this.#received.get(path);
    if (known !== undefined) return known;
    const made: Received = { newest: 0, seen: new Set(), kid: 0, replacedAt: new Map() };
    this.#received.set(path, made);
    return made;
  }

  /** Of GCM's nonces, which are numbers, one that is not higher than the last has come before or was passed over: neither may be. */
  #isNew(key: KeyName, nonce: Uint8Array): boolean {
    const known = this.#nonces.get(key);
    const number = nonce.length === 12 ? readU64(nonce, 4) : 0;
    if (known === undefined) {
      this.#nonces.set(key, { last: number, others: nonce.length === 12 ? null : new Set([hexOf(nonce)]) });
      return true;
    }
    if (known.others === null) {
      const isNew = number > known.last;
      known.last = Math.max(known.last, number);
      return isNew;
    }
    const name = hexOf(nonce);
    const isNew = !known.others.has(name);
    known.others.add(name);
    return isNew;
  }
}

/** One direction of a session. */
function pathOf({ session }: Header, direction: number): string {
  return `${readU32(session, 0)}.${readU32(session, 4)}.${direction}`;
}
