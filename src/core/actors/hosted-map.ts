/**
 * Owns one map's game at the host that serves it: its time, the numbers of its deeds, how far each player's inputs were taken, and the news that wait to
 * be sent. Promises: SY14 at the host's end (an input is taken once, in order). Asks no store and sends nothing: `game-states.ts` does.
 */
import { assert } from "../../base/assert.ts";
import { ByteWriter } from "../../base/bytes.ts";
import type { Result } from "../../base/result.ts";
import { US_PER_MS } from "../../base/time.ts";
import type { Deed, MapProgram, ProgramOut } from "../game/program.ts";
import type { Epoch, MapId, PlayerId } from "../protocol/ids.ts";
import type { InputRefused } from "../protocol/messages.ts";
import type { Operation, OperationId } from "../protocol/operations.ts";
import { INPUTS_MAX } from "./input-window.ts";
import { LED_OUT_MAX, type MapImage, type PendingDeed, writeImage } from "./map-image.ts";

/**
 * Who is on the map. `heardAt`: when it last said something (us); `joined`: it was told that it plays, so that news go to it; `listed`: something waits to
 * be told to it; `soon`: without delay; `waitsFrom`: else since when it has waited (us), null before it was first passed over.
 */
type Presence = {
  readonly player: PlayerId;
  taken: number;
  heardAt: number;
  joined: boolean;
  news: Uint8Array[];
  refused: InputRefused[];
  listed: boolean;
  soon: boolean;
  waitsFrom: number | null;
};

/** What waits to be told to one player. */
export type Telling = {
  readonly player: PlayerId;
  readonly taken: number;
  readonly news: readonly Uint8Array[];
  readonly refused: readonly InputRefused[];
};

/** News of what is far off may wait so long for others to go with it (V-Sekai: 20 Hz near and 2 Hz far, FACTS §5). */
const FAR_US = 500_000;
/** News that one player may leave unsent; the oldest are given up, because what follows says where things are by then. */
const NEWS_KEPT_MAX = 512;

/** A map that is served. Each `now` is the host's steady time (us). */
export class HostedMap {
  readonly map: MapId;
  readonly epoch: Epoch;
  readonly boot: number;
  readonly program: MapProgram;
  /** Deeds done so far, by number. */
  number: number;
  /** Deeds not known to be written down, by id, in the order of their numbers. */
  readonly pending: Map<OperationId, PendingDeed>;
  private readonly makeId: () => OperationId;
  private readonly present = new Map<PlayerId, Presence>();
  private restless: Presence[] = [];
  /** How far the inputs were taken of those who were led out; the longest gone first. */
  private readonly ledOut = new Map<PlayerId, number>();
  /** Map time (ms) at the host's time `since` (us); null: the map stands still. */
  private baseMs: number;
  private since: number | null = null;
  private made: PendingDeed[];
  private readonly writer = new ByteWriter();
  private readonly out: ProgramOut;

  constructor(
    map: MapId,
    epoch: Epoch,
    boot: number,
    program: MapProgram,
    image: Pick<MapImage, "number" | "taken" | "pending">,
    makeId: () => OperationId,
  ) {
    this.map = map;
    this.epoch = epoch;
    this.boot = boot;
    this.program = program;
    this.number = image.number;
    this.makeId = makeId;
    this.baseMs = program.at;
    this.pending = new Map(image.pending.map((one) => [one.operation.id, one]));
    this.made = [...image.pending];
    const taken = new Map(image.taken);
    for (const player of program.players()) {
      this.present.set(player, presence(player, taken.get(player) ?? 0));
      taken.delete(player);
    }
    for (const [player, input] of taken) this.remember(player, input);
    this.out = { deed: (deed) => this.note(deed), tell: (player, news, near) => this.tell(player, news, near) };
  }

  /** Whether its time goes on. */
  get runs(): boolean {
    return this.since !== null;
  }

  /** The map's time goes on from here; who is on it has as long as any to say so. */
  start(now: number): void {
    assert(this.since === null, "a map starts from standing still");
    this.since = now;
    this.baseMs = this.program.at;
    for (const one of this.present.values()) one.heardAt = now;
  }

  /** The map's time stops at this instant. */
  stop(now: number): void {
    this.advance(now);
    this.since = null;
  }

  /** Lets the map's time pass up to now. */
  advance(now: number): void {
    if (this.since === null) return;
    const at = this.baseMs + Math.floor((now - this.since) / US_PER_MS);
    if (at > this.program.at) this.program.advance(at, this.out);
  }

  /** The map stands still for a moment without having been stopped: what passed of its time is left out. */
  skip(now: number): void {
    if (this.since === null) return;
    this.since = now;
    this.baseMs = this.program.at;
  }

  /** Whether a player is on the map. */
  has(player: PlayerId): boolean {
    return this.present.has(player);
  }

  /** Whether a player was told by this process that it plays: until then nothing of its is taken, for it may be further on than the state is. */
  hasJoined(player: PlayerId): boolean {
    return this.present.get(player)?.joined === true;
  }

  /** A player is told that it plays: from now on news go to it, first of all that it sees. */
  welcome(player: PlayerId): void {
    const one = this.present.get(player);
    if (one === undefined || one.joined) return;
    one.joined = true;
    this.program.look(player, this.out);
  }

  /** How far a player's inputs were taken; -1 for who is not here. */
  takenOf(player: PlayerId): number {
    return this.present.get(player)?.taken ?? -1;
  }

  /** Everybody on the map, and how far its inputs were taken. */
  players(): [PlayerId, number][] {
    return [...this.present].map(([player, { taken }]) => [player, taken]);
  }

  /** Players who have said nothing since then. */
  silentSince(then: number): PlayerId[] {
    return [...this.present].filter(([, { heardAt }]) => heardAt <= then).map(([player]) => player);
  }

  /** A player comes, with what it carries; its first input is numbered `next`. */
  enter(now: number, player: PlayerId, carried: Uint8Array, next: number): Result<null, string> {
    this.advance(now);
    // It goes on with the stay that it was led out of, or begins one whose numbers are further on than any client keeps.
    const before = this.ledOut.get(player) ?? 0;
    const taken = next > before - INPUTS_MAX ? Math.max(before, next - 1) : next - 1;
    this.present.set(player, { ...presence(player, taken), heardAt: now });
    const entered = this.program.enter(player, carried, this.out);
    if (entered.ok) this.ledOut.delete(player);
    else this.present.delete(player);
    return entered;
  }

  /** A player has said nothing for long, and goes without knowing it. */
  leadOut(now: number, player: PlayerId): void {
    const taken = this.takenOf(player);
    this.leave(now, player);
    this.remember(player, taken);
  }

  /** A player goes. */
  leave(now: number, player: PlayerId): void {
    this.advance(now);
    const one = this.present.get(player);
    assert(one !== undefined, "who leaves is there");
    const left = this.program.leave(player, this.out);
    assert(left.ok, "who is present is in the program");
    this.present.delete(player);
    if (one.listed) this.restless.splice(this.restless.indexOf(one), 1);
  }

  /** A player says where it has come to: inputs before `next` are behind it. Gives how far its inputs were taken. */
  join(now: number, player: PlayerId, next: number): number {
    const one = this.present.get(player);
    assert(one !== undefined, "who joins is there");
    one.taken = Math.max(one.taken, next - 1);
    one.heardAt = now;
    return one.taken;
  }

  /** Takes an input of a player who is here, if it is its next one; gives whether it was. What was taken before is only said again. */
  input(
    now: number,
    player: PlayerId,
    { seq, after, data }: { readonly seq: number; readonly after: number; readonly data: Uint8Array },
  ): boolean {
    const one = this.present.get(player);
    assert(one !== undefined, "who plays is there");
    one.heardAt = now;
    if (seq <= one.taken) this.list(one, true);
    if (seq <= one.taken || after > one.taken) return false;
    this.advance(now);
    one.taken = seq;
    const done = this.program.input(player, data, this.out);
    if (!done.ok) one.refused.push({ seq, reason: done.error });
    this.list(one, true);
    return true;
  }

  /** What is to be told by now, once; players in the order in which something came up for them. While the map stands still, all that waits. */
  tellings(now: number): Telling[] {
    const due: Telling[] = [];
    const later: Presence[] = [];
    for (const one of this.restless) {
      const { player, taken, news, refused } = one;
      one.waitsFrom ??= now;
      if (this.runs && !one.soon && now < one.waitsFrom + FAR_US) {
        later.push(one);
        continue;
      }
      due.push({ player, taken, news, refused });
      one.news = [];
      one.refused = [];
      one.listed = false;
      one.soon = false;
      one.waitsFrom = null;
    }
    this.restless = later;
    return due;
  }

  /** Whether there are deeds that nobody has written down yet. */
  get hasMade(): boolean {
    return this.made.length > 0;
  }

  /** Lets `submit` have the deeds that nobody has written down yet, in order, until it takes no more; gives whether none is left. */
  submitMade(submit: (deed: PendingDeed) => boolean): boolean {
    let taken = 0;
    while (taken < this.made.length && submit(this.made[taken] as PendingDeed)) taken += 1;
    if (taken > 0) this.made = this.made.slice(taken);
    return this.made.length === 0;
  }

  /** The image of this instant: what changed since the state with the hash `base`, or the whole where that is null or not known any more. */
  image(base: bigint | null): { readonly image: MapImage; readonly bytes: Uint8Array } {
    const delta = base === null ? null : this.program.delta(base);
    const image: MapImage = {
      epoch: this.epoch,
      boot: this.boot,
      number: this.number,
      mapMs: this.program.at,
      hash: this.program.hash(),
      base: delta === null ? null : base,
      program: delta ?? this.program.snapshot(),
      taken: [...this.players(), ...this.ledOut],
      pending: [...this.pending.values()],
    };
    return { image, bytes: writeImage(image, this.writer) };
  }

  private remember(player: PlayerId, taken: number): void {
    this.ledOut.delete(player);
    this.ledOut.set(player, taken);
    const [longest] = this.ledOut.keys();
    if (this.ledOut.size > LED_OUT_MAX && longest !== undefined) this.ledOut.delete(longest);
  }

  private note(deed: Deed): void {
    this.number += 1;
    const { type, player, critical, data, carried } = deed;
    const operation: Operation = { id: this.makeId(), type, number: this.number, carried, player, at: this.program.at, data };
    const one = { operation, critical };
    this.pending.set(operation.id, one);
    this.made.push(one);
  }

  private tell(player: PlayerId, news: Uint8Array, near: boolean): void {
    const one = this.present.get(player);
    if (one === undefined || !one.joined) return;
    if (one.news.length >= NEWS_KEPT_MAX) one.news.shift();
    one.news.push(news);
    this.list(one, near);
  }

  private list(one: Presence, soon: boolean): void {
    if (soon) one.soon = true;
    if (one.listed) return;
    one.listed = true;
    this.restless.push(one);
  }
}

function presence(player: PlayerId, taken: number): Presence {
  return { player, taken, heardAt: 0, joined: false, news: [], refused: [], listed: false, soon: false, waitsFrom: null };
}
