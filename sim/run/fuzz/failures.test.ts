import { describe, expect, it } from "vitest";
import type { Violation } from "../../outcome.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { failedOutcome } from "../ticket.ts";
import { type FuzzFailure, gathered, merged, signatureOf } from "./failures.ts";
import type { SwarmOutcome } from "./swarm-run.ts";

const failing = (seed: number, rule: string, message: string): SwarmOutcome => ({
  ...failedOutcome(seed, "safety", rule, message),
  planned: {},
  most: {},
});

describe("failures", () => {
  it("are gathered by rule and wording, whatever numbers, names and trails they carry", () => {
    const groups = gathered([
      failing(3, "HO5", "map 1 (prontera) without a serving owner since 3.702 s; before: 1 s granted"),
      failing(4, "HO1", "map 1 (prontera) without a serving owner since 3.702 s"),
      failing(9, "HO5", "map 22 (moc_fild01) without a serving owner since 17.1 s"),
      failing(11, "HO5", "map 2 (geffen) is served by two"),
    ]);
    expect(groups.map(({ rule, seeds }) => [rule, seeds])).toEqual([
      ["HO5", [3, 9]],
      ["HO1", [4]],
      ["HO5", [11]],
    ]);
  });

  it("have a signature: rule, kinds of things, kinds of faults, each once and in order", () => {
    const options = smallOptions({
      faults: ["pause", "cut", "pause"].map((kind, n) => ({
        id: `${n}`,
        kind: kind as "pause" | "cut",
        atUs: 1,
        everyUs: null,
        forUs: 1,
        target: { pick: "all" },
        amount: 1,
        close: true,
      })),
    });
    const about = (violation: Partial<Violation>): readonly string[] =>
      signatureOf("HO1", { rule: "HO1", at_s: 0, message: "", ...violation }, options).entities;
    expect(signatureOf("HO1", { rule: "HO1", at_s: 0, message: "" }, options)).toEqual({
      rule: "HO1",
      entities: [],
      faults: ["cut", "pause"],
    });
    expect([about({ map: 0 }), about({ map: 7, host: 1 }), about({ host: 3, player: 2 })]).toEqual([
      ["critical map"],
      ["map", "VPS site"],
      ["player host", "player"],
    ]);
  });

  it("of one signature become one, with all their seeds and the first one's folder", () => {
    const one = (seeds: number[], folder: string, faults: string[]): FuzzFailure => ({
      signature: { rule: "HO1", entities: ["map"], faults },
      result: "safety",
      seeds,
      message: "",
      at_s: 0,
      minimal: null,
      folder,
    });
    const all = merged([one([5, 8], "a", ["cut"]), one([2], "b", ["pause"]), one([3], "c", ["cut"])]);
    expect(all.map(({ folder, seeds }) => [folder, seeds])).toEqual([
      ["a", [3, 5, 8]],
      ["b", [2]],
    ]);
  });
});
