/** SY14 and LV6: what players ask of a game reaches it once and in order, and each of them learns what became of it. */
import { US_PER_MS } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, actorKind, actorNumber, type Epoch, type HostId, type MapId, type PlayerId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import type { Ailments } from "./ailments.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import { type GameBounds, gameBoundsOf, type GameLimits } from "./game-bounds.ts";
import { type Lineage, type Lineages, mapTimeAt } from "./lineages.ts";
import type { Picture } from "./picture.ts";
import { epochText, mapText, secondsText } from "./words.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Inputs of which it is remembered when they were taken, per player: more are never on their way at once. */
const TAKEN_KEPT = 64;

/** An input that a host took: its number, when, by whom, and the map's time then at the most (ms). */
type Taken = { readonly input: number; readonly at: number; readonly lineage: Lineage | undefined; readonly mapMs: number };

/** An input that is not settled, and the fair time at which it was given. */
type Open = { readonly input: number; readonly fair: number };

/** Since when a player plays at which host, in fair time. */
type Seat = { readonly host: HostId; readonly epoch: Epoch; readonly fair: number };

/** A player's stay on a map, from its first input on. */
type Stay = {
  readonly map: MapId;
  /** The highest number given. */
  given: number;
  /** In the order in which they were given. Few at a time: a person clicks once a second. */
  readonly open: Open[];
  /** What hosts took, in the order of time. */
  readonly taken: Taken[];
  /** Who took the last of it, and the highest number that its state has. */
  lineage: Lineage | undefined;
  last: number;
  /** What was refused without having been taken, and could still be on its way. */
  readonly refused: Set<number>;
};

/** Follows the inputs of each player's stay. */
export class InputsChecker extends RuleChecker implements Checker, Observer {
  readonly wants: ReadonlySet<HistoryRecord["kind"]> = new Set([
    "input/given",
    "input/taken",
    "input/settled",
    "player/entered",
    "player/playing",
    "player/left",
    "player/refused",
  ]);
  readonly #names: readonly string[];
  readonly #askAgainUs: number;
  readonly #bounds: GameBounds;
  readonly #lineages: Lineages;
  readonly #ailments: Ailments;
  readonly #picture: Picture;
  readonly #clock: FairClock;
  readonly #stays = new Map<PlayerId, Stay>();
  readonly #seats = new Map<PlayerId, Seat>();
  /** When a word between a player and a host, or the coordinator, was last lost. */
  readonly #unheard = new Map<PlayerId, number>();
  #settled = false;

  constructor(options: CheckerOptions, limits: GameLimits, lineages: Lineages, ailments: Ailments, picture: Picture, clock: FairClock) {
    super(["SY14", "LV6"]);
    this.#names = options.maps.names;
    this.#askAgainUs = options.tuning.askAgainMs * US_PER_MS;
    this.#bounds = gameBoundsOf(options, limits);
    this.#lineages = lineages;
    this.#ailments = ailments;
    this.#picture = picture;
    this.#clock = clock;
  }

  settling(): void {
    this.#settled = true;
  }

  online(_at: number, player: PlayerId, delta: 1 | -1): void {
    if (delta < 0) this.#gone(player);
  }

  dropped(at: number, from: ActorId, to: ActorId): void {
    for (const actor of [from, to]) if (actorKind(actor) === "player") this.#unheard.set(actorNumber(actor), at);
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "input/given":
        return this.#given(at, record);
      case "input/taken":
        return this.#taken(at, record);
      case "input/settled":
        return this.#settledAs(at, record);
      case "player/playing":
        this.#seats.set(record.player, { host: record.host, epoch: record.epoch, fair: this.#clock.now(at) });
        return;
      case "player/entered":
      case "player/left":
      case "player/refused":
        return this.#gone(record.player);
      default:
    }
  }

  finish(at: number): void {
    if (this.#settled) for (const [player, stay] of this.#stays) this.#answered(at, player, stay);
  }

  /** The stay is over: what was open goes with the client. */
  #gone(player: PlayerId): void {
    const stay = this.#stays.get(player);
    if (stay !== undefined && stay.open.length > 0) this.count("excused.SY14.left");
    this.#stays.delete(player);
    this.#seats.delete(player);
    this.#unheard.delete(player);
  }

  #given(at: number, { player, map, input }: Of<"input/given">): void {
    let stay = this.#stays.get(player);
    // The first number of a stay is above all of the stay before, and told by nothing else.
    const next = stay?.map === map ? stay.given + 1 : input;
    const message = (): string => `player ${player} gave input ${input} on ${this.#map(map)}, and ${next} came next`;
    this.check("SY14", input === next, at, message, map, -1, player);
    if (stay === undefined || stay.map !== map) this.#stays.set(player, (stay = newStay(map)));
    stay.given = Math.max(stay.given, input);
    stay.open.push({ input, fair: this.#clock.now(at) });
  }

  #taken(at: number, record: Of<"input/taken">): void {
    const { host, map, epoch, player, input } = record;
    const newest = this.#lineages.newest(map);
    const stay = this.#stays.get(player);
    // Who was replaced and has not heard of it may still take what was on its way: nobody goes on from there, but the player is told so.
    if (newest !== undefined && epoch < newest.epoch) {
      if (stay?.map === map) remember(stay, { input, at, lineage: undefined, mapMs: 0 });
      return this.count("excused.SY14.stale_host");
    }
    const lineage = this.#lineages.of(host, map);
    // The client is gone; what it had said came after.
    if (stay === undefined || stay.map !== map) return this.count("excused.SY14.after_stay");
    if (stay.lineage !== lineage) this.#goesOn(stay, lineage);
    const wrong = wronglyTaken(stay, input);
    const about = (): string => `host ${host} took input ${input} of player ${player} on ${this.#map(map)} at ${epochText(epoch)}`;
    if (!this.check("SY14", wrong === null, at, () => `${about()}, ${wrong}`, map, host, player)) return;
    stay.last = Math.max(stay.last, input);
    remember(stay, { input, at, lineage, mapMs: lineage === undefined ? 0 : mapTimeAt(lineage, at).high });
  }

  /** Another process serves the map: it has what is in the state that it took up, and may take the rest once more. */
  #goesOn(stay: Stay, lineage: Lineage | undefined): void {
    const before = stay.last;
    stay.lineage = lineage;
    stay.last = 0;
    // A clock that runs fast makes map times of which nothing is known here.
    if (lineage === undefined || (lineage.from !== "handoff" && this.#ailments.since("clock", lineage.before?.at ?? 0))) return;
    for (const one of stay.taken) if (isIn(one, lineage)) stay.last = Math.max(stay.last, one.input);
    if (stay.last < before) this.count("inputs.lost");
  }

  #settledAs(at: number, record: Of<"input/settled">): void {
    const { player, map, input, result } = record;
    const stay = this.#stays.get(player);
    const wrong = stay?.map === map ? wronglySettled(stay, record) : "and was not given";
    const about = (): string => `input ${input} of player ${player} on ${this.#map(map)} was settled as ${result}`;
    this.check("SY14", wrong === null, at, () => `${about()}, ${wrong}`, map, -1, player);
    if (stay?.map !== map) return;
    const i = stay.open.findIndex((one) => one.input === input);
    if (i >= 0) stay.open.splice(i, 1);
    // A refusal by the game is of what the host took; of all others the game shall never hear.
    if (result === "refused" && !isTaken(stay, input)) stay.refused.add(input);
  }

  /** At the end nothing is open that a player gave long ago on a map that it plays on. */
  #answered(at: number, player: PlayerId, stay: Stay): void {
    const now = this.#clock.now(at);
    const seat = this.#seats.get(player);
    const map = this.#picture.mapOf(stay.map);
    if (stay.open.length === 0) this.check("LV6", true, at, () => "");
    for (const { input, fair: given } of stay.open) {
      const waited = now - Math.max(given, seat?.fair ?? now);
      if (waited <= this.#bounds.inputUs) {
        this.check("LV6", true, at, () => "");
        continue;
      }
      const excuse = this.#excused(at, player, seat, map.owner, map.epoch);
      if (excuse !== null) {
        this.count(`excused.LV6.${excuse}`);
        continue;
      }
      const message = (): string =>
        `at the end input ${input} of player ${player} on ${this.#map(stay.map)} has waited for ${secondsText(waited)} with host ${map.owner}; the bound is ${secondsText(this.#bounds.inputUs)}`;
      this.check("LV6", false, at, message, stay.map, map.owner, player);
    }
  }

  #excused(at: number, player: PlayerId, seat: Seat | undefined, owner: HostId, epoch: Epoch): string | null {
    // Where it does not play at the current host, LV2 says why; where nobody serves the map, LV1 does.
    if (seat?.host !== owner || seat.epoch !== epoch) return "not_following";
    const { inputUs } = this.#bounds;
    if (this.#ailments.illSince(owner) <= at || at - this.#ailments.wellSince(owner) <= inputUs) return "host_in_trouble";
    if (at - (this.#unheard.get(player) ?? Number.NEGATIVE_INFINITY) <= 2 * this.#askAgainUs) return "no_line";
    return this.#ailments.since("line", at - inputUs) ? "line_fault" : null;
  }

  #map(map: MapId): string {
    return mapText(this.#names, map);
  }
}

/** What speaks against a host's taking an input, or null. */
function wronglyTaken({ given, last, refused }: Stay, input: number): string | null {
  if (input < 1 || input > given) return `and only ${given} were given`;
  if (input <= last) return `after it had ${last}`;
  return refused.has(input) ? "and the player had been told that it was refused" : null;
}

/** What speaks against the end of an input, or null. */
function wronglySettled(stay: Stay, { input, result, reason }: Of<"input/settled">): string | null {
  if (input < 1 || input > stay.given) return "and was not given";
  if (!stay.open.some((one) => one.input === input)) return "for the second time";
  if ((result === "refused") !== (reason !== "")) return `with the reason "${reason}"`;
  // Older than what is remembered is taken on trust.
  const forgotten = stay.taken.length >= TAKEN_KEPT / 2 && input < (stay.taken[0]?.input ?? 0);
  return result === "refused" || forgotten || isTaken(stay, input) ? null : "and no host took it";
}

/** Whether a host took it; what is settled was mostly taken last. */
function isTaken({ taken }: Stay, input: number): boolean {
  for (let i = taken.length - 1; i >= 0; i -= 1) if (taken[i]?.input === input) return true;
  return false;
}

function remember(stay: Stay, taken: Taken): void {
  stay.taken.push(taken);
  if (stay.taken.length > TAKEN_KEPT) stay.taken.splice(0, TAKEN_KEPT / 2);
}

function newStay(map: MapId): Stay {
  return { map, given: 0, open: [], taken: [], lineage: undefined, last: 0, refused: new Set() };
}

/** Whether what was taken is in the state that a lineage took up. In the same millisecond it may be or not; what came before is. */
function isIn(taken: Taken, lineage: Lineage): boolean {
  for (let one: Lineage = lineage; one.parent !== null; one = one.parent)
    if (taken.lineage === one.parent) return one.from === "handoff" || Math.ceil(taken.mapMs) < one.mapMs;
  return false;
}
