import { describe, expect, it } from "vitest";
import { compareRuns } from "../../checkers/determinism.ts";
import { runSeed } from "../run-seed.ts";
import { eager, shipped } from "../shipped.fixture.ts";
import type { LadderOf, Window } from "./event-ladder.ts";
import { type LadderAnswer, ladderRun } from "./ladder-run.ts";

const { options } = shipped("smoke/crash-silent");
const EVERYTHING = Number.MAX_SAFE_INTEGER;

function left(of: LadderOf, window: Window | null = null, until: number | null = null, of_options = options): LadderAnswer {
  return ladderRun(of_options, 1, { of, window, until }, () => undefined);
}

/** All entries of a run, written out. */
function everyLine(of: LadderOf, of_options = options): readonly string[] {
  const window = { after: 0, upTo: EVERYTHING, stride: 4_096, lines: true, context: 0 };
  return left(of, window, null, of_options).window?.lines ?? [];
}

describe("DT1: the ladder over all events", () => {
  it("changes nothing in the run that it looks at", () => {
    const alone = runSeed(options, 1);
    for (const of of ["events", "decisions", "entries"] as const) {
      const answer = left(of);
      expect([answer.fingerprint, answer.decisions, answer.recorded]).toEqual([alone.fingerprint, alone.decisions, alone.ladder]);
    }
    expect(compareRuns(alone, runSeed(options, 1))).toEqual([]);
  });

  it("holds each event of the world and each record and truth, in order", () => {
    const lines = everyLine("events").map((line) => JSON.parse(line) as { at: number; event: string });
    const alone: string[] = [];
    const outcome = runSeed(options, 1, { trace: (line) => void alone.push(line) });
    const told = new Set(["record", "truth", "fault noted", "committed", "joined", "dropped"]);
    expect(lines.filter(({ event }) => !told.has(event)).length).toBe(outcome.events);
    expect(lines.filter(({ event }) => event === "record" || event === "truth" || event === "fault noted").length).toBe(alone.length);
    expect(lines.every(({ at }, i) => i === 0 || at >= (lines[i - 1]?.at ?? 0))).toBe(true);
    expect(left("events").ladder.events).toBe(lines.length);
    expect(lines.some(({ event }) => event.startsWith("event "))).toBe(false);
  });

  it("of decisions is equal for heartbeats that are computed and such that are sent, whatever else happens", () => {
    expect(everyLine("decisions", eager(options))).toEqual(everyLine("decisions"));
    expect(everyLine("events", eager(options)).length).toBeGreaterThan(2 * everyLine("events").length);
  });

  it("writes out a window as it stands in the whole, with what is before it", () => {
    const all = everyLine("events");
    const window = { after: 5_000, upTo: 5_020, stride: 7, lines: true, context: 4 };
    const answer = left("events", window);
    expect(answer.window?.lines).toEqual(all.slice(5_000, 5_020));
    expect(answer.window?.context).toEqual(all.slice(4_996, 5_000));
    expect([answer.window?.ladder.events, answer.window?.ladder.rungs.length]).toEqual([20, 2]);
    // The digest at the beginning of a window is that of a run with one more or less in the window, too.
    expect(left("events", { ...window, upTo: 5_001 }).window?.before).toBe(answer.window?.before);
    expect(left("events", { ...window, after: 4_999 }).window?.before).not.toBe(answer.window?.before);
  });

  it("is the same in a run that is stopped just after a rung", () => {
    const whole = left("events");
    const at = whole.ladder.times[0] ?? 0;
    const window = { after: 4_000, upTo: 4_096, stride: 4_096, lines: true, context: 0 };
    const part = left("events", window, at + 1);
    expect(part.window).toEqual(left("events", window).window);
    expect(part.ladder.rungs[0]).toBe(whole.ladder.rungs[0]);
    expect(part.ladder.events).toBeLessThan(whole.ladder.events);
  });

  it("numbered as the fingerprint's ladder ends where that ends, and shows the records that a stretch of it touches", () => {
    const lines = everyLine("entries");
    expect(lines).toEqual(everyLine("decisions"));
    const { recorded } = left("entries");
    const last = left("entries", { after: recorded.events - 1, upTo: recorded.events, stride: 1, lines: true, context: 2 });
    expect(last.window?.lines).toEqual(lines.slice(-1));
    expect(last.window?.context).toEqual(lines.slice(-3, -1));
    expect(recorded.events).toBeGreaterThan(lines.length);
  });
});
