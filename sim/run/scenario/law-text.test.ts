import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareLaw } from "../../../src/base/laws.ts";
import { choiceLaw, parseLaw, parseZipf } from "./law-text.ts";
import { microseconds, perSecond, share } from "./quantity.ts";
import { parseTarget } from "./target-text.ts";

describe("quantities", () => {
  it.each([
    ["30s", 30e6],
    ["5m", 300e6],
    ["2h", 7200e6],
    ["250ms", 250e3],
    ["1.5d", 129_600e6],
    ["40us", 40],
  ] as const)("%s", (text, us) => {
    expect(microseconds(text)).toBeCloseTo(us, 6);
  });
  it.each(["30", "s", "-3s", "3 s", "1e3s", "3x", "", "3ss", ".5s"])("%j is no time", (text) => expect(microseconds(text)).toBeUndefined());
  it("rates and shares", () => {
    expect([perSecond("20/s"), perSecond("300/m"), perSecond("1.8/h"), perSecond("20"), perSecond("20/d")]).toEqual([
      20,
      5,
      0.0005,
      undefined,
      undefined,
    ]);
    expect([share("10%"), share("100%"), share("101%"), share("-1%"), share("10")]).toEqual([0.1, 1, undefined, undefined, undefined]);
  });
});

describe("laws", () => {
  it.each([
    ["30ms", "ms", { law: "constant", value: 30 }],
    ["0", "s", { law: "constant", value: 0 }],
    ["8", "plain", { law: "constant", value: 8 }],
    ["uniform(1ms, 5ms)", "ms", { law: "uniform", min: 1, max: 5 }],
    ["exponential(14h)", "s", { law: "exponential", mean: 50_400 }],
    ["weibull( 0.59 , 41.9m )", "s", { law: "weibull", shape: 0.59, scale: 2514 }],
    ["weibull(0.59, 3)", "plain", { law: "weibull", shape: 0.59, scale: 3 }],
    ["lognormal(1.597, 1.566, h)", "s", { law: "lognormal", mu: 1.597 + Math.log(3600), sigma: 1.566 }],
    ["lognormal(1, 2)", "plain", { law: "lognormal", mu: 1, sigma: 2 }],
    ["quantiles(5: 1ms, 50: 10ms, 95: 60ms)", "ms", { law: "quantiles", p: [0.05, 0.5, 0.95], values: [1, 10, 60] }],
  ] as const)("%s in %s", (text, unit, law) => expect(parseLaw(text, unit)).toEqual({ ok: true, value: law }));

  it.each([
    ["weibul(1, 2s)", 0, 'did you mean "weibull"?'],
    ["weibull(0, 2s)", 8, "shape must be positive"],
    ["weibull(1, 0)", 11, "scale must be positive"],
    ["weibull(1,  2)", 12, "such as 2ms or 2s"],
    ["weibull(x, 2s)", 8, "expected a number"],
    ["exponential(0)", 12, "mean must be positive"],
    ["exponential(1s", 14, "expected `)`"],
    ["uniform(5s, 1s)", 12, "greater end"],
    ["lognormal(1, -1, h)", 13, "sigma must not be negative"],
    ["lognormal(1, 1)", 13, "takes 3 parts"],
    ["lognormal(1, 1, x)", 16, "expected a unit"],
    ["quantiles(5: 1s)", 0, "at least two points"],
    ["quantiles(5: 1s, 5: 2s)", 17, "percents rise"],
    ["quantiles(0: 1s, 5: 2s)", 10, "percents rise"],
    ["quantiles(5: 1s, 100: 2s)", 17, "percents rise"],
    ["quantiles(5: 2s, 50: 1s)", 17, "must not fall"],
    ["quantiles(5: 2s, 50:  1)", 22, "with its unit"],
    ["quantiles(5 2s, 50: 1s)", 10, "percent: value"],
    ["soon", 0, "such as 250ms or 2h"],
  ] as const)("%s is wrong at %i", (text, offset, message) => {
    const law = parseLaw(text, "s");
    expect(law).toMatchObject({ ok: false, error: { offset } });
    if (!law.ok) expect(law.error.message).toContain(message);
  });

  it("choices and popularity", () => {
    expect(
      choiceLaw(
        [
          ["8", 1],
          ["16", 3],
        ],
        "plain",
      ),
    ).toEqual({ ok: true, value: { law: "choice", values: [8, 16], weights: [1, 3] } });
    expect(choiceLaw([["8", 0]], "plain").ok).toBe(false);
    expect(choiceLaw([["8", 1]], "s").ok).toBe(false);
    expect(parseZipf("zipf(1.1)")).toEqual({ ok: true, value: 1.1 });
    expect([parseZipf("zipf(-1)").ok, parseZipf("zipf(x)").ok, parseZipf("zip").ok]).toEqual([false, false, false]);
  });

  it("whatever is accepted can be drawn from, whatever is refused points into the text", () => {
    const word = fc.constantFrom(
      "weibull",
      "uniform",
      "exponential",
      "lognormal",
      "quantiles",
      "zip",
      "",
      "5: ",
      "50: ",
      "1s",
      "2h",
      "0",
      "-1s",
      "0.5",
      "h",
      "s",
      "(",
      ")",
      ",",
      " ",
      ":",
      "95: 3s",
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.constantFrom("s", "ms", "plain") as fc.Arbitrary<"s" | "ms" | "plain">,
        (words, unit) => {
          const text = words.join("");
          const law = parseLaw(text, unit);
          if (law.ok) prepareLaw(law.value);
          else expect(law.error.offset >= 0 && law.error.offset <= text.length).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("targets", () => {
  it.each([
    ["all", { pick: "all" }],
    ["5", { pick: "count", count: 5 }],
    ["10%", { pick: "share", share: 0.1 }],
    ["hosts[region=EU]", { pick: "region", region: 1, share: 1 }],
    ["hosts[region=NA]|25%", { pick: "region", region: 0, share: 0.25 }],
    ["host.busiest", { pick: "busiest", count: 1 }],
    ["host.busiest|3", { pick: "busiest", count: 3 }],
    ["host.7", { pick: "host", index: 7 }],
    ["move.target", { pick: "move", end: "target" }],
  ])("%s", (text, target) => expect(parseTarget(text, ["NA", "EU"])).toEqual({ ok: true, value: target }));
  it.each([
    ["0", 0],
    ["host.7|2", 0],
    ["hosts[region=EU]|3", 17],
    ["hosts[region=eu]", 13],
    ["host.", 0],
    ["", 0],
  ] as const)("%j is wrong at %i", (text, offset) => {
    expect(parseTarget(text, ["NA", "EU"])).toMatchObject({ ok: false, error: { offset } });
  });
});
