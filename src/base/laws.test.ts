import { describe, expect, it } from "vitest";
import { Bug } from "./assert.ts";
import { isLifeLaw, type Law, lawMean, prepareLaw, sampleLaw, sampleStationary } from "./laws.ts";

const LAWS: readonly Law[] = [
  { law: "constant", value: 7 },
  { law: "uniform", min: -2, max: 10 },
  { law: "exponential", mean: 30 },
  { law: "weibull", shape: 0.59, scale: 41.9 },
  { law: "weibull", shape: 2.5, scale: 3 },
  { law: "lognormal", mu: 1.2, sigma: 0.8 },
  { law: "quantiles", p: [0.1, 0.5, 0.9, 0.99], values: [2, 10, 40, 400] },
  { law: "choice", values: [4, 6, 8], weights: [1, 2, 1] },
  { law: "zipf", s: 1.1, n: 50 },
];

/** The mean of `f` over evenly spread uniforms: the middle rule, which any heavy tail makes a little too small. */
function mean(f: (u: number) => number, steps = 400_000): number {
  let sum = 0;
  for (let i = 0; i < steps; i += 1) sum += f((i + 0.5) / steps);
  return sum / steps;
}

describe("laws of chance", () => {
  it.each(LAWS)("%o: draws have the law's mean and never fall as the uniform rises", (law) => {
    const prepared = prepareLaw(law);
    expect(mean((u) => sampleLaw(prepared, u)) / lawMean(law)).toBeCloseTo(1, 2);
    let last = Number.NEGATIVE_INFINITY;
    for (let u = 0.0005; u < 1; u += 0.001) {
      const drawn = sampleLaw(prepared, u);
      expect(drawn).toBeGreaterThanOrEqual(last);
      last = drawn;
    }
  });

  it("have the published medians", () => {
    // A Weibull law's median is scale * ln(2)^(1/shape), a log-normal one's exp(mu).
    expect(sampleLaw({ law: "weibull", shape: 0.5, scale: 20 }, 0.5)).toBeCloseTo(20 * Math.LN2 * Math.LN2, 9);
    expect(sampleLaw({ law: "lognormal", mu: 2, sigma: 3 }, 0.5)).toBeCloseTo(Math.exp(2), 9);
    expect(sampleLaw({ law: "exponential", mean: 10 }, 0.5)).toBeCloseTo(10 * Math.LN2, 9);
    expect(sampleLaw({ law: "quantiles", p: [0.1, 0.5, 0.9], values: [2, 10, 40] }, 0.7)).toBeCloseTo(25, 9);
  });

  it("never meet what has no weight", () => {
    const law = prepareLaw({ law: "choice", values: [1, 2, 3], weights: [0, 5, 0] });
    for (const u of [1e-12, 0.3, 1 - 1e-12]) expect(sampleLaw(law, u)).toBe(2);
  });

  it.each([
    { law: "uniform", min: 2, max: 1 },
    { law: "exponential", mean: 0 },
    { law: "weibull", shape: 0, scale: 1 },
    { law: "lognormal", mu: 0, sigma: -1 },
    { law: "quantiles", p: [0.5, 0.4], values: [1, 2] },
    { law: "quantiles", p: [0.4, 0.5], values: [2, 1] },
    { law: "choice", values: [1], weights: [0] },
    { law: "zipf", s: 1, n: 0 },
  ] as Law[])("%o is no law", (law) => {
    expect(() => prepareLaw(law)).toThrow(Bug);
  });
});

describe("an interval met at a random instant", () => {
  it.each(LAWS.filter(isLifeLaw).filter((law) => law.law !== "uniform"))("%o: age and rest have the mean of renewal theory", (law) => {
    // E[rest] = E[X²] / (2 E[X]), for the age as well (Cox, "Renewal Theory", 1962, chapter 5).
    const second = mean((u) => {
      const x = sampleLaw(law, u);
      return x * x;
    });
    const expected = second / (2 * lawMean(law));
    const steps = 600;
    let age = 0;
    let rest = 0;
    for (let i = 0; i < steps; i += 1)
      for (let j = 0; j < steps; j += 1) {
        const drawn = sampleStationary(law, (i + 0.5) / steps, (j + 0.5) / steps);
        age += drawn.age;
        rest += drawn.residual;
      }
    expect(age / (steps * steps) / expected).toBeCloseTo(1, 1);
    expect(rest / (steps * steps) / expected).toBeCloseTo(1, 1);
  });
});
