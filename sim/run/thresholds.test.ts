import { describe, expect, it } from "vitest";
import type { MetricFacts } from "./thresholds.ts";
import { evaluateThreshold, parseThreshold, roomOf } from "./thresholds.ts";

const facts: MetricFacts = { count: 4, sum: 10, min: 1, max: 4, mean: 2.6, quantile: (share) => 1 + 3 * share, hours: 2 };
const none: MetricFacts = { count: 0, sum: 0, min: NaN, max: NaN, mean: NaN, quantile: () => NaN, hours: 2 };

function judged(expression: string, of: MetricFacts = facts): { actual: number; ok: boolean } {
  const parsed = parseThreshold(expression);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return evaluateThreshold(parsed.value, of);
}

describe("thresholds", () => {
  it.each([
    ["p(50)<=2.5", 2.5, true],
    ["p(50)<2.5", 2.5, false],
    ["p(99.9)>=4", 3.997, false],
    ["med>=2.5", 2.5, true],
    ["avg>2.6", 2.6, false],
    ["min==1", 1, true],
    ["max != 4", 4, false],
    ["sum<=1e1", 10, true],
    ["count>0", 4, true],
    ["rate<=5/h", 5, true],
    [" rate < 5 ", 5, false],
  ])("%s", (expression, actual, ok) => {
    const result = judged(expression);
    expect(result.actual).toBeCloseTo(actual, 9);
    expect(result.ok).toBe(ok);
  });

  it("nothing but sum, count and rate is known of a metric without samples", () => {
    for (const expression of ["p(99)<=1", "max<5", "avg!=3", "min>=0", "med<=1"]) {
      expect(judged(expression, none)).toEqual({ actual: NaN, ok: false });
    }
    expect(judged("sum==0", none)).toEqual({ actual: 0, ok: true });
    expect(judged("rate<=1/h", none)).toEqual({ actual: 0, ok: true });
  });

  it.each([
    ["p<=3", 1, "p needs a percent"],
    ["p(101)<=3", 1, "from 0 to 100"],
    ["mx<5", 0, 'did you mean "max"?'],
    ["  maximum<5", 2, "unknown statistic"],
    ["max(3)<5", 3, "nothing in brackets"],
    ["max<five", 4, 'expected a number, found "five"'],
    ["max<5/h", 4, "only rate"],
    ["max=5", 0, "expected a statistic"],
    ["max<", 4, 'found ""'],
    ["", 0, "expected a statistic"],
  ])("%j is refused at column %i", (expression, offset, message) => {
    const parsed = parseThreshold(expression);
    expect(parsed).toMatchObject({ ok: false, error: { offset } });
    if (!parsed.ok) expect(parsed.error.message).toContain(message);
  });
});

describe("the room of a threshold", () => {
  it.each([
    ["max<=500", 400, 0.2],
    ["max<500", 750, -0.5],
    ["avg>=0.8", 0.9, 0.125],
    ["avg>0.8", 0.6, -0.25],
    ["max<=-10", -12, 0.2],
    ["p(99)<=500", 500, 0],
    ["max<=0", 3, null],
    ["sum==4", 4, null],
    ["count!=4", 5, null],
    ["max<=500", null, null],
    ["nonsense", 5, null],
  ])("of %s at %s is %s", (expression, actual, room) => {
    const found = roomOf({ expression, actual, ok: true });
    if (room === null) expect(found).toBe(null);
    else expect(found).toBeCloseTo(room, 12);
  });
});
