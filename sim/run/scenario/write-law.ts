/** Laws as scenario files write them: the way back from `parseLaw`. */
import { Bug, unreachable } from "../../../src/base/assert.ts";
import type { Law } from "../../../src/base/laws.ts";
import type { LawUnit } from "./law-text.ts";
import { percentText, timeInText } from "./write-quantity.ts";
import type { Yaml } from "./write-yaml.ts";

/** A law whose draws are in `unit`. */
export function lawYaml(law: Law, unit: LawUnit): Yaml {
  const quantity = (value: number): string => (unit === "plain" ? String(value) : timeInText(value, unit));
  switch (law.law) {
    case "constant":
      return unit === "plain" ? law.value : quantity(law.value);
    case "uniform":
      return `uniform(${quantity(law.min)}, ${quantity(law.max)})`;
    case "exponential":
      return `exponential(${quantity(law.mean)})`;
    case "weibull":
      return `weibull(${law.shape}, ${quantity(law.scale)})`;
    case "lognormal":
      return unit === "plain" ? `lognormal(${law.mu}, ${law.sigma})` : `lognormal(${law.mu}, ${law.sigma}, ${unit})`;
    case "quantiles":
      // A table of one point is that value, always.
      if (law.p.length === 1) return lawYaml({ law: "constant", value: law.values[0]! }, unit);
      return `quantiles(${law.p.map((p, i) => `${percentText(p)}: ${quantity(law.values[i]!)}`).join(", ")})`;
    case "choice":
      return new Map(law.values.map((value, i) => [quantity(value), law.weights[i]!]));
    case "zipf":
      throw new Bug("scenario text: no field of a scenario takes a law of ranks");
    default:
      return unreachable(law);
  }
}
