/** The moves of a run that are worth a look: the slowest, those that took most play away, and those that failed. */
import type { MoveSample, Remarkable } from "../../outcome.ts";
import type { MoveTrace } from "./move-trace.ts";

/** Moves kept of each kind. */
export const REMARKABLE_MAX = 6;

/** Takes every finished move and keeps the remarkable ones. Ties go to the move that ended first. */
export class RemarkableMoves {
  #slowest: MoveSample[] = [];
  #worst: MoveSample[] = [];
  #failed: MoveSample[] = [];

  /** A first placement moves nothing away from anybody and is left out. */
  add(trace: MoveTrace): void {
    if (trace.decided.cause === "placement") return;
    const sample = sampleOf(trace);
    if (sample.failure !== null) {
      if (this.#failed.length < REMARKABLE_MAX) this.#failed.push(sample);
      return;
    }
    this.#slowest = keep(this.#slowest, sample, (s) => s.total_ms);
    // A move that took nobody's play is not among those that cost most.
    if (sample.player_s > 0) this.#worst = keep(this.#worst, sample, (s) => s.player_s);
  }

  outcome(): Remarkable {
    return { slowest: this.#slowest, worst: this.#worst, failed: this.#failed };
  }
}

/** A remarkable move among those of several runs. */
export type SeededMove = Omit<MoveSample, "map"> & { readonly seed: number; readonly map: string };

/** The remarkable moves of several runs, each with its seed and the name of its map. */
export function mergeRemarkable(
  runs: readonly { readonly seed: number; readonly moves: Remarkable }[],
  names: readonly string[],
): { readonly [L in keyof Remarkable]: readonly SeededMove[] } {
  const all = (list: keyof Remarkable): SeededMove[] =>
    runs.flatMap(({ seed, moves }) => moves[list].map((sample) => ({ seed, ...sample, map: names[sample.map] ?? String(sample.map) })));
  const top = (list: keyof Remarkable, by: (s: SeededMove) => number): SeededMove[] =>
    all(list)
      .toSorted((a, b) => by(b) - by(a) || a.seed - b.seed || a.at_s - b.at_s)
      .slice(0, REMARKABLE_MAX);
  return {
    slowest: top("slowest", (s) => s.total_ms),
    worst: top("worst", (s) => s.player_s),
    failed: all("failed").slice(0, REMARKABLE_MAX),
  };
}

/** The list, largest first, with the sample in its place if it has one. */
function keep(list: MoveSample[], sample: MoveSample, by: (s: MoveSample) => number): MoveSample[] {
  const last = list.at(-1);
  if (list.length === REMARKABLE_MAX && last !== undefined && by(sample) <= by(last)) return list;
  const place = list.findIndex((other) => by(other) < by(sample));
  return list.toSpliced(place < 0 ? list.length : place, 0, sample).slice(0, REMARKABLE_MAX);
}

function sampleOf({ decided, at, steps, endedAt, failure, awayFrom, noticedAt, backAt }: MoveTrace): MoveSample {
  const away = awayFrom < 0 ? 0 : (backAt < 0 ? endedAt : backAt) - awayFrom;
  // What a lost host cost began before anybody decided anything.
  const from = awayFrom >= 0 ? Math.min(at, awayFrom) : at;
  return {
    map: decided.map,
    cause: decided.cause,
    form: decided.form,
    from: decided.from,
    to: decided.to,
    to_vps: decided.toVps,
    at_s: at / 1e6,
    noticed_ms: Math.max(0, noticedAt - from) / 1000,
    waited_ms: (at - Math.max(from, noticedAt)) / 1000,
    steps: steps.map(({ step, at: passed }) => ({ step, ms: (passed - at) / 1000 })),
    total_ms: (endedAt - from) / 1000,
    away_ms: away / 1000,
    players: decided.players,
    player_s: (decided.players * away) / 1e6,
    failure,
  };
}
