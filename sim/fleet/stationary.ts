/** Where a process stands when a run begins: in the middle of something. */
import { isLifeLaw, type Law, sampleLaw, sampleStationary } from "../../src/base/laws.ts";

/**
 * Age and rest of the interval that covers the run's first instant. Laws of life times have the exact length-biased form; for a
 * table of quantiles or a choice the length is drawn as it stands, which makes first intervals a little short.
 */
export function stationary(law: Law, u1: number, u2: number): { age: number; residual: number } {
  if (isLifeLaw(law)) return sampleStationary(law, u1, u2);
  const length = sampleLaw(law, u1);
  return { age: length * u2, residual: length * (1 - u2) };
}
