/** Progress of a campaign: a bar on a terminal that can be drawn on, a plain line now and then anywhere else. */
import { SingleBar } from "cli-progress";
import { clock } from "../base/text/clock.ts";
import { US_PER_S } from "../base/time.ts";
import { isDrawable, say, type Io } from "./io.ts";

const REDRAW_MS = 200;
const LINE_EVERY_MS = 5000;
const BAR_STEPS = 1000;

/**
 * What is to be done: one entry per ticket slot, the virtual microseconds its run lasts. `note` stands before all that is said. `laterUs`: where the
 * campaign is a part of more, virtual time that is expected after it.
 */
export type Workload = {
  readonly slotUs: readonly number[];
  readonly clockUs: (slot: number) => number;
  readonly note: string;
  readonly laterUs?: number | null;
  /** Wall time after which no further ticket starts, where there are more tickets than will be run. */
  readonly budgetMs?: number | null;
};

/** How far a campaign is. */
export type Standing = {
  readonly seedsDone: number;
  readonly seeds: number;
  readonly virtualUs: number;
  readonly virtualTotalUs: number;
  readonly elapsedMs: number;
  readonly laterUs: number | null;
};

/** Follows a campaign from `start` to `stop`. */
export class Progress {
  private readonly io: Io;
  private readonly work: Workload;
  private readonly now: () => number;
  private readonly finished = new Set<number>();
  private startedAt = 0;
  private bar: SingleBar | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** `now`: wall clock in milliseconds. */
  constructor(io: Io, work: Workload, now: () => number) {
    this.io = io;
    this.work = work;
    this.now = now;
  }

  /** Begins to show. */
  start(): void {
    this.startedAt = this.now();
    const drawable = isDrawable(this.io, this.io.stderr);
    if (drawable) {
      this.bar = new SingleBar({
        stream: this.io.stderr,
        format: "{bar} {text}",
        barsize: 24,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        hideCursor: true,
        clearOnComplete: true,
        stopOnComplete: false,
        gracefulExit: false,
      });
      this.bar.start(BAR_STEPS, 0, { text: "starting workers" });
    }
    this.timer = setInterval(() => this.show(), drawable ? REDRAW_MS : LINE_EVERY_MS);
    this.timer.unref();
  }

  /** A slot's run is over, whatever its clock says. */
  finish(slot: number): void {
    this.finished.add(slot);
  }

  /** Ends the showing and leaves the terminal clean. */
  stop(): void {
    clearInterval(this.timer);
    this.bar?.stop();
    this.bar = null;
  }

  /** How far the campaign is now. */
  standing(): Standing {
    let virtualUs = 0;
    let virtualTotalUs = 0;
    this.work.slotUs.forEach((whole, slot) => {
      virtualTotalUs += whole;
      virtualUs += this.finished.has(slot) ? whole : Math.min(whole, this.work.clockUs(slot));
    });
    const seeds = this.work.slotUs.length;
    const elapsedMs = this.now() - this.startedAt;
    return { seedsDone: this.finished.size, seeds, virtualUs, virtualTotalUs, elapsedMs, laterUs: this.work.laterUs ?? null };
  }

  private show(): void {
    const { share, said } =
      this.work.budgetMs === undefined || this.work.budgetMs === null ? this.bySeeds() : this.byTime(this.work.budgetMs);
    const text = `${this.work.note === "" ? "" : `${this.work.note}: `}${said}`;
    if (this.bar === null) return say(this.io.stderr, `peerstead: ${text}`);
    this.bar.update(Math.floor(share * BAR_STEPS), { text });
  }

  private bySeeds(): { share: number; said: string } {
    const standing = this.standing();
    const share = standing.virtualTotalUs > 0 ? standing.virtualUs / standing.virtualTotalUs : 0;
    return { share, said: standingText(standing) };
  }

  private byTime(budgetMs: number): { share: number; said: string } {
    const elapsedMs = this.now() - this.startedAt;
    return { share: Math.min(1, elapsedMs / budgetMs), said: budgetText(this.finished.size, elapsedMs, budgetMs) };
  }
}

/** `412 seeds, 23 a second, 31 s left` of a campaign that runs as many seeds as its time allows. */
export function budgetText(seeds: number, elapsedMs: number, budgetMs: number): string {
  const leftS = Math.max(0, Math.ceil((budgetMs - elapsedMs) / 1000));
  const pace = elapsedMs >= 1000 && seeds > 0 ? `, ${Math.max(1, Math.round((seeds * 1000) / elapsedMs))} a second` : "";
  return `${seeds} seeds${pace}, ${leftS < 90 ? `${leftS} s` : clock(leftS)} left`;
}

/**
 * `3/8 seeds, virtual 4:12:00 of 48:00:00, 310x real time, 34 s left`; of a part of more `3/8 seeds, 310x real time, 0:04:10 left in all`. The rest
 * is an estimate from the pace so far.
 */
export function standingText(s: Standing): string {
  const parts = [`${s.seedsDone}/${s.seeds} seeds`];
  if (s.laterUs === null) parts.push(`virtual ${clock(s.virtualUs / US_PER_S)} of ${clock(s.virtualTotalUs / US_PER_S)}`);
  if (s.virtualUs > 0 && s.elapsedMs > 0) {
    parts.push(`${Math.round(s.virtualUs / 1000 / s.elapsedMs)}x real time`);
    const leftS = (s.elapsedMs / 1000) * ((s.virtualTotalUs + (s.laterUs ?? 0)) / s.virtualUs - 1);
    parts.push(`${leftS < 90 ? `${Math.ceil(leftS)} s` : clock(leftS)} left${s.laterUs === null ? "" : " in all"}`);
  }
  return parts.join(", ");
}
