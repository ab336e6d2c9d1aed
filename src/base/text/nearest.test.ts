import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const KEYS = ["cpu_min_ghz", "cpu_min_cores", "ram_min_mb", "net_min_speed", "sync_interval"];

describe("nearest", () => {
  it.each([
    ["cpu_min_ghx", "cpu_min_ghz"],
    ["cpu_mni_ghz", "cpu_min_ghz"],
    ["CPU_MIN_CORES", "cpu_min_cores"],
    ["ram_min", "ram_min_mb"],
    ["sync_intervall", "sync_interval"],
  ])("takes %s for %s", (word, meant) => expect(nearest(word, KEYS)).toBe(meant));

  it.each(["", "prontera", "x", "cpu", "a".repeat(100_000)])("takes %.20s for nothing", (word) =>
    expect(nearest(word, KEYS)).toBeUndefined(),
  );

  it("forgives one edit in a short word, but not a wholly different word", () => {
    expect(nearest("nA", ["na", "eu"])).toBe("na");
    expect(nearest("a", ["b"])).toBeUndefined();
    expect(nearest("ab", ["ba"])).toBe("ba");
  });

  it("takes the first of equally close candidates, and a closer one over an earlier one", () => {
    expect(nearest("pay_dun0", ["pay_dun01", "pay_dun02"])).toBe("pay_dun01");
    expect(nearest("pay_dun02", ["pay_dun01", "pay_dun02"])).toBe("pay_dun02");
  });
});
