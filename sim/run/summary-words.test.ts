import { describe, expect, it } from "vitest";
import { count, counted, duration, figure, large, listed, percent, UNBROKEN, wrapped } from "./summary-words.ts";

const plain = (text: string): string => text.replaceAll(UNBROKEN, " ");

describe("figures as people read them", () => {
  it.each([
    [0, "0"],
    [0.126, "0.13"],
    [3.25, "3.3"],
    [7, "7"],
    [999.6, "1,000"],
    [1_234_567, "1,234,567"],
    [-4_500, "-4,500"],
  ])("count %d", (value, text) => expect(count(value)).toBe(text));

  it.each([
    [0.021349, "0.0213"],
    [98.254, "98.25"],
    [-3.5, "-3.5"],
    [3412.4, "3,412"],
  ])("figure %d", (value, text) => expect(figure(value)).toBe(text));

  it.each([
    [0, "0 %"],
    [0.0004, "< 0.1 %"],
    [0.004, "0.4 %"],
    [0.61, "61 %"],
    [0.9994, "99.9 %"],
    [0.99999, "> 99.9 %"],
    [1, "100 %"],
  ])("percent %d", (share, text) => expect(plain(percent(share))).toBe(text));

  it.each([
    [0, "0 ms"],
    [2.53, "2.5 ms"],
    [85.4, "85 ms"],
    [999.7, "1 s"],
    [1_940, "1.9 s"],
    [90_000, "90 s"],
    [150_000, "2.5 min"],
    [7_560_000, "2.1 h"],
  ])("duration %d", (ms, text) => expect(plain(duration(ms))).toBe(text));

  it("large counts, lists and plurals", () => {
    expect(plain(large(12_345_678))).toBe("12.3 million");
    expect(plain(large(2_100_000_000))).toBe("2.1 billion");
    expect(plain(large(41_000))).toBe("41 thousand");
    expect(large(9_999)).toBe("9,999");
    expect(listed([])).toBe("");
    expect(listed(["a"])).toBe("a");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
    expect(plain(counted(1, "seed"))).toBe("1 seed");
    expect(plain(counted(0, "entry", "entries"))).toBe("0 entries");
  });

  it("breaks lines between words only, and never between a figure and its unit", () => {
    expect(wrapped("one two three", 7)).toEqual(["one two", "three"]);
    expect(wrapped("incomprehensible", 5)).toEqual(["incomprehensible"]);
    expect(wrapped("", 5)).toEqual([]);
    expect(wrapped(`takes ${duration(85)}`, 9)).toEqual(["takes", `85${UNBROKEN}ms`]);
  });
});
