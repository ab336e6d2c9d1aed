import { describe, expect, it } from "vitest";
import type { Law, LifeLaw } from "../../../src/base/laws.ts";
import { lawMean, sampleLaw, sampleStationary } from "../../../src/base/laws.ts";
import { US_PER_HOUR, US_PER_S } from "../../../src/base/time.ts";
import type { Arrivals } from "./arrivals.ts";
import { arrivalsFor, dailyCurve, steadyArrivals } from "./arrivals.ts";
import { survival, survivalIntegral } from "./survival.ts";

/** A small multiplicative generator (Park and Miller); its state is the test's own. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Players online at each of `atS`, from single sessions that are drawn one by one. */
function played(arrivals: Arrivals, sessionS: LifeLaw, atS: readonly number[]): number[] {
  const draw = uniforms(7);
  const online = atS.map(() => 0);
  const count = (fromS: number, toS: number) => {
    for (const [i, at] of atS.entries()) if (fromS <= at && at < toS) online[i]! += 1;
  };
  for (let i = 0; i < arrivals.initial; i += 1) count(0, sampleStationary(sessionS, draw(), draw()).residual);
  const end = Math.max(...atS);
  const stages = arrivals.stages.length > 0 ? arrivals.stages : [{ forUs: end * US_PER_S, toPerS: arrivals.startPerS }];
  let [from, rate] = [0, arrivals.startPerS];
  for (const stage of [...stages, { forUs: end * US_PER_S, toPerS: stages.at(-1)!.toPerS }]) {
    const length = stage.forUs / US_PER_S;
    // Evenly spaced arrivals of a linear rate, in small steps.
    const parts = Math.ceil(length);
    for (let k = 0; k < parts; k += 1) {
      const t = from + (length * (k + 0.5)) / parts;
      const wanted = (rate + ((stage.toPerS - rate) * (k + 0.5)) / parts) * (length / parts);
      const n = Math.floor(wanted) + (draw() < wanted - Math.floor(wanted) ? 1 : 0);
      for (let i = 0; i < n; i += 1) count(t, t + sampleLaw(sessionS, draw()));
    }
    from += length;
    rate = stage.toPerS;
  }
  return online;
}

const LAWS: readonly (readonly [string, LifeLaw])[] = [
  ["weibull 0.5", { law: "weibull", shape: 0.5, scale: 1200 }],
  ["exponential", { law: "exponential", mean: 2400 }],
  ["lognormal", { law: "lognormal", mu: 7, sigma: 1 }],
  ["constant", { law: "constant", value: 1800 }],
];

describe("arrivals", () => {
  it.each(LAWS)("%s: a constant rate and a stationary start keep the players there", (_, law) => {
    const online = played(steadyArrivals(8000, law), law, [0, 900, 3600, 7200]);
    for (const n of online) expect(Math.abs(n / 8000 - 1)).toBeLessThan(0.04);
  });

  it.each(LAWS)("%s: the daily curve is followed, not lagged behind", (name, law) => {
    const curve = dailyCurve(8000, 1.92, 3 * US_PER_HOUR);
    const at = [0, 3600, 7200, 10_800, 18_000, 36_000];
    const online = played(arrivalsFor(curve, 10 * US_PER_HOUR, law), law, at);
    for (const [i, n] of online.entries()) expect(Math.abs(n / curve(at[i]! * US_PER_S) - 1), `${name} at ${at[i]} s`).toBeLessThan(0.05);
  });

  it("the curve has its peak and its trough where they belong", () => {
    const curve = dailyCurve(1920, 1.92, US_PER_HOUR);
    expect(curve(US_PER_HOUR)).toBeCloseTo(1920, 6);
    expect(curve(13 * US_PER_HOUR)).toBeCloseTo(1000, 6);
  });

  it("the integral of the survival is the mean", () => {
    const laws: readonly Law[] = [
      ...LAWS.map(([, law]) => law),
      { law: "uniform", min: 10, max: 3000 },
      { law: "choice", values: [60, 600], weights: [1, 3] },
      { law: "quantiles", p: [0.1, 0.5, 0.9], values: [60, 600, 3000] },
      { law: "zipf", s: 1.1, n: 50 },
    ];
    for (const law of laws) {
      let sum = 0;
      let from = 0;
      for (let to = 1; to < 1e9; to *= 1.3) {
        sum += survivalIntegral(law, from, to);
        from = to;
      }
      expect(Math.abs(sum / lawMean(law) - 1), law.law).toBeLessThan(0.01);
      expect(survival(law, 0)).toBeGreaterThan(0.99);
    }
  });
});
