/**
 * The story of one run for the page that is looked into: who served which map when, when machines were there, each move with its steps, what
 * went wrong on purpose. A bounded sample: where there is too much, machines that served none of its maps so far lose what is past, and every
 * second map is left out, as often as needed.
 */
import { US_PER_MS } from "../../../src/base/time.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { OF_PLAYERS_AND_MEASUREMENTS } from "../../checkers/checker.ts";
import type { Options } from "../../options.ts";
import type { RunStory, StoryMove } from "../../outcome.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import { type MapWatch, NONE } from "./map-watch.ts";
import type { MoveTrace } from "./move-trace.ts";

/** Lanes at the start; a page of more would be no page. */
const MAPS_MAX = 2000;
/** Numbers kept for lanes, moves and machines, one for each machine aside; about five bytes each in the page. */
const NUMBERS_MAX = 600_000;
/** Numbers of one move on the page, about. */
const NUMBERS_PER_MOVE = 14;
const MARKS_MAX = 2000;

const WANTED: ReadonlySet<HistoryRecord["kind"]> = new Set(["host/joined", "coordinator/started", "storm/held", "storm/released"]);

/** A machine: `changes` are when it came, went, came, … */
type Machine = { region: number; vps: boolean; changes: number[] };

/** An observer that is also told of changes of hands and of finished moves. It asks `watch`, which must have heard everything before. */
export class StoryKeeper implements Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #watch: MapWatch;
  readonly #maps: number;
  readonly #numbersMax: number;
  /** Map `m` is kept if it is a multiple of this. */
  #stride: number;
  readonly #lanes = new Map<MapId, number[]>();
  readonly #moves = new Map<MapId, StoryMove[]>();
  readonly #hosts = new Map<HostId, Machine>();
  readonly #marks: { at_ms: number; kind: string; text: string }[] = [];
  #numbers = 0;
  /** Above this many numbers it is too much. */
  #limit: number;
  #starts = 0;
  #endedAt = 0;

  constructor(options: Pick<Options, "maps">, watch: MapWatch, numbersMax = NUMBERS_MAX) {
    this.#watch = watch;
    this.#limit = this.#numbersMax = numbersMax;
    this.#maps = options.maps.names.length;
    this.#stride = Math.max(1, Math.ceil(this.#maps / MAPS_MAX));
  }

  /** A map changed hands; -1 for nobody. */
  changed(at: number, map: MapId, host: HostId): void {
    if (map % this.#stride !== 0) return;
    const lane = this.#lanes.get(map) ?? [];
    lane.push(ms(at), host);
    this.#lanes.set(map, lane);
    this.#count(2);
  }

  /** A move came to its end. */
  ended(trace: MoveTrace): void {
    const { decided, at, steps, failure } = trace;
    if (decided.map % this.#stride !== 0) return;
    const moves = this.#moves.get(decided.map) ?? [];
    moves.push({
      at_ms: ms(at),
      cause: decided.cause,
      form: decided.form,
      from: decided.from,
      to: decided.to,
      players: decided.players,
      away_ms: trace.awayFrom < 0 ? 0 : ms((trace.backAt < 0 ? trace.endedAt : trace.backAt) - trace.awayFrom),
      noticed_ms: trace.awayFrom < 0 ? 0 : ms(Math.max(0, Math.min(at, trace.noticedAt) - trace.awayFrom)),
      steps: steps.map(({ step, at: passed }) => [step, ms(passed - at)]),
      total_ms: ms(trace.endedAt - at),
      failure,
    });
    this.#moves.set(decided.map, moves);
    this.#count(NUMBERS_PER_MOVE);
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    if (!WANTED.has(record.kind)) return;
    if (record.kind === "host/joined") {
      const host = this.#hostOf(record.profile.host);
      host.region = record.profile.region;
      host.vps = record.profile.kind === "vps";
    } else if (record.kind === "coordinator/started") {
      this.#starts++;
      if (this.#starts > 1) this.#mark(at, "coordinator", "the coordinator started again");
    } else if (record.kind === "storm/held") {
      this.#mark(at, "storm", `verdicts held: ${record.suspects} of ${record.hosts} hosts suspected`);
    } else if (record.kind === "storm/released") this.#mark(at, "storm", "verdicts released");
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (truth === "cut-one-way" || truth === "cut-in-part") return;
    const { changes } = this.#hostOf(host);
    const wasHere = changes.length % 2 === 1;
    if (this.#watch.isAway(host) === !wasHere) return;
    changes.push(ms(at));
    if (changes.length > 1) this.#count(1);
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect"): void {
    if (what !== "effect") this.#mark(at, what === "begin" ? "fault" : "fault-end", id);
  }

  finish(at: number): void {
    this.#endedAt = at;
  }

  /** The story, once the run is over. Machines that had nothing to do with a kept map are left out. */
  outcome(): RunStory {
    const lanes: RunStory["lanes"][number][] = [];
    // A map that never had a host has a lane, too: it is the one to look at.
    for (let map = 0; map < this.#maps; map += this.#stride)
      lanes.push({ map, changes: [0, NONE, ...(this.#lanes.get(map) ?? [])], moves: this.#moves.get(map) ?? [] });
    const seen = this.#seen();
    const hosts = [...this.#hosts].filter(([id]) => seen.has(id)).sort((a, b) => a[0] - b[0]);
    return {
      end_ms: ms(this.#endedAt),
      maps_in_all: this.#maps,
      lanes,
      hosts: hosts.map(([host, { region, vps, changes }]) => ({ host, region, vps, changes })),
      marks: this.#marks,
    };
  }

  /** Machines that the kept lanes and moves name. */
  #seen(): Set<HostId> {
    const seen = new Set<HostId>();
    for (const lane of this.#lanes.values()) for (let i = 1; i < lane.length; i += 2) seen.add(lane[i] as number);
    for (const moves of this.#moves.values()) for (const move of moves) seen.add(move.from).add(move.to);
    return seen;
  }

  #hostOf(host: HostId): Machine {
    const known = this.#hosts.get(host) ?? { region: NONE, vps: false, changes: [] };
    this.#hosts.set(host, known);
    return known;
  }

  #mark(at: number, kind: string, text: string): void {
    if (this.#marks.length < MARKS_MAX) this.#marks.push({ at_ms: ms(at), kind, text });
  }

  #count(numbers: number): void {
    this.#numbers += numbers;
    if (this.#numbers <= this.#limit) return;
    this.#forgetUnseen();
    // Down to half, so that it takes a while until there is too much again.
    while (this.#numbers > this.#numbersMax / 2 && this.#stride < this.#maps) {
      this.#stride *= 2;
      for (const map of [...this.#lanes.keys(), ...this.#moves.keys()]) {
        if (map % this.#stride === 0) continue;
        this.#lanes.delete(map);
        this.#moves.delete(map);
      }
      this.#forgetUnseen();
    }
    // One map alone is kept whatever it takes; then it is not looked at again for every number.
    this.#limit = Math.max(this.#numbersMax, 2 * this.#numbers);
  }

  /** Of machines without a kept map only whether they are here is remembered, and since when. */
  #forgetUnseen(): void {
    const seen = this.#seen();
    this.#numbers = 0;
    for (const lane of this.#lanes.values()) this.#numbers += lane.length;
    for (const moves of this.#moves.values()) this.#numbers += moves.length * NUMBERS_PER_MOVE;
    for (const [host, { changes }] of this.#hosts) {
      if (!seen.has(host)) changes.splice(0, changes.length - (changes.length % 2));
      this.#numbers += Math.max(0, changes.length - 1);
    }
  }
}

function ms(us: number): number {
  return Math.round(us / US_PER_MS);
}
