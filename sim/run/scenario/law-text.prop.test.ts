import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Law } from "../../../src/base/laws.ts";
import { type LawUnit, parseLaw, parseZipf } from "./law-text.ts";
import { microseconds, perSecond, share } from "./quantity.ts";
import { parseTarget } from "./target-text.ts";

const number = fc.oneof(
  fc.integer({ min: 0, max: 1000 }),
  fc.double({ min: 0.001, max: 1e6, noNaN: true }).map((x) => Math.round(x * 1000) / 1000),
);
const positive = number.filter((x) => x > 0);
/** Laws as they stand in files, in plain numbers. */
const laws: fc.Arbitrary<readonly [string, Law]> = fc.oneof(
  number.map((value): [string, Law] => [String(value), { law: "constant", value }]),
  fc.tuple(number, number).map(([a, b]): [string, Law] => {
    const [min, max] = a <= b ? [a, b] : [b, a];
    return [`uniform(${min}, ${max})`, { law: "uniform", min, max }];
  }),
  positive.map((mean): [string, Law] => [`exponential(${mean})`, { law: "exponential", mean }]),
  fc.tuple(positive, positive).map(([shape, scale]): [string, Law] => [`weibull( ${shape} ,${scale})`, { law: "weibull", shape, scale }]),
  fc.tuple(number, number).map(([mu, sigma]): [string, Law] => [`lognormal(${mu}, ${sigma})`, { law: "lognormal", mu, sigma }]),
  fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 6 }),
      fc.array(number, { minLength: 6, maxLength: 6 }),
    )
    .map(([ps, vs]): [string, Law] => {
      const p = ps.toSorted((a, b) => a - b);
      const values = vs.slice(0, p.length).toSorted((a, b) => a - b);
      const text = `quantiles(${p.map((each, i) => `${each}: ${values[i]}`).join(", ")})`;
      return [text, { law: "quantiles", p: p.map((each) => each / 100), values }];
    }),
);
const units = fc.constantFrom<LawUnit>("ms", "s", "plain");
const SIGNS = [
  "(",
  ")",
  ",",
  ":",
  " ",
  "ms",
  "s",
  "h",
  "%",
  "-",
  ".",
  "1e999",
  "1e308",
  "9".repeat(400),
  "NaN",
  "uniform",
  "quantiles(",
  "weibull(",
  "constructor(",
  "\0",
  "hosts[region=",
  "]",
  "|",
  "host.",
];
const anyText = fc
  .array(fc.oneof(fc.constantFrom(...SIGNS), fc.string({ maxLength: 4 }), fc.nat().map(String)), { maxLength: 14 })
  .map((parts) => parts.join(""));

function numbersOf(law: Law): number[] {
  return Object.values(law).flatMap((value) => (typeof value === "string" ? [] : value));
}

describe("laws as text", () => {
  it("are read as they are written, and in time units by their unit", () => {
    fc.assert(
      fc.property(laws, ([text, law]) => {
        expect(parseLaw(text, "plain")).toEqual({ ok: true, value: law });
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(positive, (mean) => {
        expect(parseLaw(`exponential(${mean}s)`, "ms")).toMatchObject({ ok: true, value: { mean: expect.closeTo(mean * 1000, 6) } });
        expect(parseLaw(`exponential(${mean}s)`, "s")).toMatchObject({ ok: true, value: { mean: expect.closeTo(mean, 9) } });
      }),
    );
  });

  it("any text is a law of finite numbers or is refused at a place inside it", () => {
    const damaged = fc
      .tuple(laws, fc.nat(40), fc.nat(4), fc.constantFrom(...SIGNS, ""))
      .map(([[text], at, cut, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + cut));
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, anyText), units, (text, unit) => {
        const read = parseLaw(text, unit);
        if (read.ok) {
          expect(numbersOf(read.value).filter((value) => !Number.isFinite(value))).toEqual([]);
          return;
        }
        refused += 1;
        expect(read.error.offset).toBeGreaterThanOrEqual(0);
        expect(read.error.offset).toBeLessThanOrEqual(text.length);
        expect(read.error.message).not.toBe("");
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

describe("quantities and targets as text", () => {
  it("mean what they say", () => {
    const unit = fc.constantFrom(["us", 1], ["ms", 1e3], ["s", 1e6], ["m", 6e7], ["h", 3.6e9], ["d", 8.64e10]);
    fc.assert(
      fc.property(number, unit, (value, [name, us]) => {
        expect(microseconds(`${value}${name}`)).toBe(value * (us as number));
        expect(microseconds(`-${value}${name}`)).toBeUndefined();
        expect(microseconds(String(value))).toBeUndefined();
        expect(perSecond(`${value}/m`)).toBeCloseTo(value / 60, 6);
      }),
    );
    for (let percent = 0; percent <= 100; percent++) expect(share(`${percent}%`)).toBe(percent / 100);
  });

  it("what no number holds is none of them", () => {
    const much = "9".repeat(400);
    expect([microseconds(`${much}d`), microseconds(`${"9".repeat(305)}d`), perSecond(`${much}/m`)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("any text is one of them or none, finite, and refused at a place inside it", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const value of [microseconds(text), perSecond(text), share(text)])
          expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
        const zipf = parseZipf(text);
        if (zipf.ok) expect(Number.isFinite(zipf.value)).toBe(true);
        const target = parseTarget(text, ["EU", "NA"]);
        if (!target.ok) expect(target.error.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2000 },
    );
  });
});
