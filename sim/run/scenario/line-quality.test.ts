import { describe, expect, it } from "vitest";
import { fitLoss, jitterScaleMs, pingIntervalS } from "./line-quality.ts";

/** Pings written as a text: `.` answered, `x` lost, one a second; a blank is a pause of ten seconds. */
function pings(text: string): { rtt_ms: Float64Array; at_s: Float64Array } {
  const rtt: number[] = [];
  const at: number[] = [];
  let now = 0;
  for (const mark of text) {
    now += mark === " " ? 10 : 1;
    if (mark === " ") continue;
    rtt.push(mark === "x" ? Number.NaN : 20);
    at.push(now);
  }
  return { rtt_ms: Float64Array.from(rtt), at_s: Float64Array.from(at) };
}

const series = (...rtt: number[]) => ({ rtt_ms: Float64Array.from(rtt), at_s: null });

describe("jitter", () => {
  it("is the mean absolute deviation from the median, each series around its own", () => {
    expect(jitterScaleMs([series(10, 12, 20)])).toBeCloseTo(10 / 3, 12);
    expect(jitterScaleMs([series(10, 12, 20), series(100, 100, 100)])).toBeCloseTo(10 / 6, 12);
    expect(jitterScaleMs([series(9, Number.NaN, 100)])).toBe(45.5);
    // Numbers are in the order of numbers, not of texts.
    expect(jitterScaleMs([series(9, 10, 100)])).toBeCloseTo(91 / 3, 12);
  });

  it("is unknown when no ping was answered", () => {
    expect(jitterScaleMs([series(Number.NaN), series()])).toBeUndefined();
    expect(jitterScaleMs([series(5)])).toBe(0);
  });
});

describe("loss", () => {
  it("is all outside of spells where losses stand alone", () => {
    expect(fitLoss([pings("...x......x.........")], 1)).toEqual({ outside: 0.1, spells: null });
    expect(fitLoss([pings("")], 1)).toEqual({ outside: 0, spells: null });
  });

  it("comes in spells where losses follow each other", () => {
    // Runs of 4 and 6, mean 5: spells of 4 in the mean, of which 2 / 3 of one have a single ping; the one single loss makes up for it.
    const text = `${".".repeat(40)}xxxx${".".repeat(60)}xxxxxx${".".repeat(80)}x${".".repeat(9)}`;
    const { outside, spells } = fitLoss([pings(text)], 1);
    expect(spells!.lengthPings).toBeCloseTo((10 + 2 / 3) / (2 + 2 / 3), 12);
    expect(spells!.everyPings).toBeCloseTo(200 / (2 + 2 / 3), 12);
    expect(outside).toBeCloseTo(1 / 3 / (200 - 10 - 2 / 3), 12);
  });

  it("does not run through a pause of the measurement", () => {
    const halves = `${".".repeat(50)}x`;
    expect(fitLoss([pings(`${halves} x${".".repeat(50)}`)], 1).spells).toBeNull();
    expect(fitLoss([pings(`${halves}x${".".repeat(50)}`)], 1).spells).not.toBeNull();
  });
});

describe("the time between pings", () => {
  it("is the median of what lies between them, above 0", () => {
    expect(pingIntervalS([pings("... ...")])).toBe(1);
    expect(pingIntervalS([{ rtt_ms: Float64Array.of(1, 1, 1), at_s: Float64Array.of(0, 0, 5) }])).toBe(5);
    expect(pingIntervalS([series(1, 2)])).toBeUndefined();
  });
});
