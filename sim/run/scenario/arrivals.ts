/**
 * From "so many players online" to arrivals. Little's law: N = λ · E[S]. With sessions drawn stationary at the start, N₀ players and a
 * constant rate N₀ / E[S] keep N₀ players online in the mean, whatever the law of sessions. When the wanted N(t) changes, a rate of
 * N(t)/E[S] would lag behind, the more the heavier the sessions' tail; so the rate is solved for step by step, see {@link arrivalsFor}.
 */
import type { Law } from "../../../src/base/laws.ts";
import { lawMean } from "../../../src/base/laws.ts";
import { US_PER_S } from "../../../src/base/time.ts";
import type { ArrivalStage } from "../../options.ts";
import { survivalIntegral } from "./survival.ts";

/** Arrivals as the options carry them. */
export type Arrivals = { readonly initial: number; readonly startPerS: number; readonly stages: readonly ArrivalStage[] };

/** Steps in which a changing rate is solved. */
const STEPS = 72;

/** Always `online` players in the mean. */
export function steadyArrivals(online: number, sessionS: Law): Arrivals {
  return { initial: online, startPerS: online / lawMean(sessionS), stages: [] };
}

/**
 * Players of a day as a cosine: `peak` at `peakAtUs`, `peak / peakToTrough` twelve hours away. (Old School RuneScape, early 2021, five-minute
 * counts: hour-of-day peak over trough 1.92.)
 */
export function dailyCurve(peak: number, peakToTrough: number, peakAtUs: number): (atUs: number) => number {
  const trough = peak / peakToTrough;
  const day = 24 * 3600 * US_PER_S;
  return (atUs) => (peak + trough) / 2 + ((peak - trough) / 2) * Math.cos((2 * Math.PI * (atUs - peakAtUs)) / day);
}

/**
 * The arrival rate that keeps `online(t)` players. Of the N₀ players of a stationary start the share R(t) = 1 − ∫₀ᵗ S / E[S] is still there
 * (S: survival of a session), and of those who came in step j the mean ∫ S over their ages; so with a constant rate in each step of length Δ
 *   N(kΔ) = N₀ R(kΔ) + Σⱼ₌₁ᵏ λⱼ B₍ₖ₋ⱼ₎,  Bᵢ = ∫ S over [iΔ, (i+1)Δ],
 * which gives λₖ from the steps before. Rates are joined linearly at the middles of the steps.
 */
export function arrivalsFor(online: (atUs: number) => number, durationUs: number, sessionS: Law): Arrivals {
  const stepUs = Math.max(1, Math.round(durationUs / STEPS));
  const stepS = stepUs / US_PER_S;
  const mean = lawMean(sessionS);
  const stay = Array.from({ length: STEPS }, (_, i) => survivalIntegral(sessionS, i * stepS, (i + 1) * stepS));
  const initial = Math.round(online(0));
  const rates: number[] = [];
  let spent = 0;
  for (let k = 1; k <= STEPS; k += 1) {
    spent += stay[k - 1]!;
    let there = initial * Math.max(0, 1 - spent / mean);
    for (let j = 1; j < k; j += 1) there += rates[j - 1]! * stay[k - j]!;
    rates.push(Math.max(0, (online(k * stepUs) - there) / stay[0]!));
  }
  const half = Math.round(stepUs / 2);
  const stages = rates.map((toPerS, index) => ({ forUs: index === 0 ? half : stepUs, toPerS }));
  return { initial, startPerS: rates[0]!, stages };
}
