import { describe, expect, it, vi } from "vitest";
import type { Io } from "./io.ts";
import { budgetText, Progress, standingText } from "./progress.ts";
import { memorySink } from "./test-io.fixture.ts";

const MINUTE_US = 60_000_000;

function ioWith(isTTY: boolean): { io: Io; stderr: () => string; stdout: () => string } {
  const stdout = memorySink(isTTY);
  const stderr = memorySink(isTTY);
  const watchInterrupts = () => ({ signal: new AbortController().signal, release: () => undefined });
  return { io: { stdout: stdout.sink, stderr: stderr.sink, cwd: ".", env: {}, watchInterrupts }, stderr: stderr.text, stdout: stdout.text };
}

describe("progress", () => {
  it("of a campaign with a budget counts its time: seeds done, their pace, what is left", () => {
    expect(budgetText(0, 200, 40_000)).toBe("0 seeds, 40 s left");
    expect(budgetText(412, 18_000, 40_000)).toBe("412 seeds, 23 a second, 22 s left");
    expect(budgetText(9000, 300_500, 600_000)).toBe("9000 seeds, 30 a second, 0:05:00 left");
    expect(budgetText(9, 41_000, 40_000)).toBe("9 seeds, 1 a second, 0 s left");
  });

  it("counts finished slots whole and running ones by their clocks", () => {
    let now = 1000;
    const clocks = [0, 0.5 * MINUTE_US, 3 * MINUTE_US];
    const progress = new Progress(
      ioWith(false).io,
      { slotUs: [MINUTE_US, MINUTE_US, 2 * MINUTE_US], note: "", clockUs: (slot) => clocks[slot] ?? 0 },
      () => now,
    );
    progress.start();
    now = 3000;
    progress.finish(0);
    expect(progress.standing()).toEqual({
      seedsDone: 1,
      seeds: 3,
      virtualUs: 3.5 * MINUTE_US,
      virtualTotalUs: 4 * MINUTE_US,
      elapsedMs: 2000,
      laterUs: null,
    });
    progress.stop();
  });

  it("says seeds, virtual time, pace and what is left", () => {
    const standing = { seedsDone: 1, seeds: 4, virtualUs: 90 * MINUTE_US, virtualTotalUs: 360 * MINUTE_US, elapsedMs: 10_000 };
    expect(standingText({ ...standing, laterUs: null })).toBe("1/4 seeds, virtual 1:30:00 of 6:00:00, 540x real time, 30 s left");
    // 270 minutes of this campaign and 630 of what comes after it, at nine a second.
    expect(standingText({ ...standing, laterUs: 630 * MINUTE_US })).toBe("1/4 seeds, 540x real time, 0:01:40 left in all");
  });

  it("promises nothing before anything ran", () => {
    const standing = { seedsDone: 0, seeds: 4, virtualUs: 0, virtualTotalUs: 360 * MINUTE_US, elapsedMs: 10_000 };
    const text = standingText({ ...standing, laterUs: null });
    expect(text).toBe("0/4 seeds, virtual 0:00:00 of 6:00:00");
  });

  it("writes plain lines to stderr where there is no terminal, and nothing to stdout", () => {
    vi.useFakeTimers();
    const { io, stderr, stdout } = ioWith(false);
    const progress = new Progress(io, { slotUs: [MINUTE_US], note: "", clockUs: () => 0 }, () => 0);
    progress.start();
    vi.advanceTimersByTime(11_000);
    progress.stop();
    vi.advanceTimersByTime(11_000);
    vi.useRealTimers();
    expect(stderr()).toBe("peerstead: 0/1 seeds, virtual 0:00:00 of 0:01:00\n".repeat(2));
    expect(stdout()).toBe("");
  });
});
