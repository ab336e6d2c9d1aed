/**
 * A ladder over everything a run does, or over the coordinator's decisions alone, each entry with all its fields; on request with the entries of
 * a window as lines. It looks on and changes nothing, and a run without it pays nothing.
 */
import { Ladder, type LadderReading } from "../../../src/base/hash.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../../../src/core/protocol/ids.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import type { World } from "../../world/world.ts";
import { Fingerprint, isDecision } from "../fingerprint.ts";
import { actorWords, type EventLine, machineWords, type Places, worldEvent } from "./event-line.ts";

/**
 * What a ladder is made of. `events`: every event of the world, every record and every truth; `decisions`: what the coordinator records and what
 * lasts of maps' games, equal for lazy and eager heartbeats; `entries`: the same, numbered as the ladder of a run's fingerprint is, in which one
 * record may be several entries.
 */
export type LadderOf = "events" | "decisions" | "entries";

/** A stretch of entries, those with a number (from 1) in (`after`, `upTo`]. */
export type Stretch = { readonly after: number; readonly upTo: number };

/** A stretch to look into: with a rung every `stride` entries or, if `lines`, written out with the `context` entries before it. */
export type Window = Stretch & { readonly stride: number; readonly lines: boolean; readonly context: number };

/** A ladder with the virtual time (us) of each rung. */
export type TimedLadder = LadderReading & { readonly times: readonly number[] };

/**
 * What was in a window. `before` is the digest of all up to its beginning, the ladder counts from there; `context` and `lines` are the entries
 * before and in it, as JSON, empty unless they were asked for.
 */
export type WindowReading = {
  readonly before: string;
  readonly ladder: TimedLadder;
  readonly context: readonly string[];
  readonly lines: readonly string[];
};

const RUNGS_MAX = 1_024;

/** A ladder that notes when its rungs were reached. */
class Clocked {
  readonly #ladder: Ladder;
  #times: number[] = [];

  constructor(rungsMax: number, stride?: number) {
    this.#ladder = new Ladder(rungsMax, stride);
  }

  get events(): number {
    return this.#ladder.events;
  }

  take(at: number, text: string): void {
    const ladder = this.#ladder;
    const { stride } = ladder;
    ladder.mixString(text);
    ladder.event(at);
    if (ladder.events % stride !== 0) return;
    this.#times.push(at);
    // The ladder was full and has dropped every second rung.
    if (ladder.stride !== stride) this.#times = this.#times.filter((_, i) => i % 2 === 1);
  }

  digest(): string {
    return this.#ladder.digest();
  }

  read(): TimedLadder {
    return { ...this.#ladder.read(), times: this.#times };
  }
}

/** The observer that builds the ladder; {@link listen} is called before the run begins. */
export class EventLadder implements Observer {
  readonly #of: LadderOf;
  readonly #window: Window | null;
  readonly #whole: Clocked;
  readonly #fine: Clocked;
  readonly #entries = new Fingerprint();
  readonly #context: string[] = [];
  readonly #lines: string[] = [];
  #places: Places = { vps: 0, hosts: 0 };
  #before: string;

  /** `rungsMax` is that of the ladder over the whole, as in {@link Ladder}. */
  constructor(of: LadderOf, window: Window | null, rungsMax = RUNGS_MAX) {
    this.#of = of;
    this.#window = window;
    this.#whole = new Clocked(rungsMax);
    this.#fine = new Clocked(RUNGS_MAX, window?.stride);
    this.#before = this.#whole.digest();
  }

  /** Plugs into a world that has not begun. */
  listen(world: World): void {
    const places = { vps: world.options.vps.sites.length, hosts: world.machines.hosts };
    this.#places = places;
    if (this.#of !== "events") return;
    world.seen = (kind, target, number, object) => this.#take(worldEvent(world.now, kind, target, number, object, places));
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (this.#of !== "events" && !isDecision(self, record)) return;
    const from = this.#entries.entries;
    if (this.#of === "entries") this.#entries.record(self, at, record);
    this.#take({ at, event: "record", by: actorWords(self, this.#places), record }, from);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (this.#of === "events") this.#take({ at, event: "truth", machine: machineWords(host, this.#places), truth });
  }

  coordinator(at: number, up: boolean): void {
    if (this.#of === "events") this.#take({ at, event: "truth", machine: "coordinator", truth: up ? "up" : "down" });
  }

  committed(at: number, map: MapId, host: HostId, epoch: Epoch): void {
    if (this.#of === "events") this.#take({ at, event: "committed", map, host, epoch });
  }

  joined(at: number, player: PlayerId, host: HostId, _vps: boolean, rttUs: number): void {
    if (this.#of === "events")
      this.#take({ at, event: "joined", player: `player ${player}`, host: machineWords(host, this.#places), rttUs });
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect", count: number): void {
    if (this.#of === "events") this.#take({ at, event: "fault noted", id, what, count });
  }

  dropped(at: number, from: ActorId, to: ActorId): void {
    if (this.#of === "events") this.#take({ at, event: "dropped", from: actorWords(from, this.#places), to: actorWords(to, this.#places) });
  }

  /** The ladder over the whole run so far. */
  whole(): TimedLadder {
    return this.#whole.read();
  }

  /** What was in the window; null without one. */
  window(): WindowReading | null {
    if (this.#window === null) return null;
    return { before: this.#before, ladder: this.#fine.read(), context: this.#context, lines: this.#lines };
  }

  /** Takes in one entry; `from`: entries of the fingerprint before it. */
  #take(line: EventLine, from = 0): void {
    const text = JSON.stringify(line);
    this.#whole.take(line.at, text);
    if (this.#window === null) return;
    const { after, upTo, lines, context } = this.#window;
    const number = this.#of === "entries" ? this.#entries.entries : this.#whole.events;
    const first = this.#of === "entries" ? from + 1 : number;
    if (number === after) this.#before = this.#whole.digest();
    if (number > after && first <= upTo) {
      this.#fine.take(line.at, text);
      if (lines) this.#lines.push(text);
    } else if (lines && number <= after) {
      this.#context.push(text);
      if (this.#context.length > context) this.#context.shift();
    }
  }
}
