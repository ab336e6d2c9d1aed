/** A campaign that proves nothing must not be green: here its parts are silently switched off, one after the other. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Faults } from "../../faults/faults.ts";
import type { Fault } from "../../options.ts";
import { shipped } from "../shipped.fixture.ts";
import { canaryOf } from "./campaign.ts";
import { fuzzDocument, type FuzzDocument } from "./document.ts";
import { type SwarmOutcome, swarmRun } from "./swarm-run.ts";

const { options } = shipped("chaos/swarm");
const SEEDS = Array.from({ length: 70 }, (_, i) => i + 1);

function built(outcomes: readonly SwarmOutcome[], canary = { seeds: 1, caught: true }): FuzzDocument {
  const parts = { scenario: "", commit: "", command: "", wall_s: 0, failures: [], fingerprint: "", asked: null, twice: false, drawn: true };
  return fuzzDocument({ ...parts, canary, outcomes });
}

const sound = SEEDS.map((seed) => swarmRun(options, seed));
/** Every outcome changed alike. */
const changed = (change: (outcome: SwarmOutcome) => Partial<SwarmOutcome>): SwarmOutcome[] =>
  sound.map((outcome) => ({ ...outcome, ...change(outcome) }));

describe("a campaign is inconclusive, whatever its rules say,", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("not when it is sound", () => {
    expect(built(sound)).toMatchObject({ result: "ok", inconclusive: [] });
  });

  it("when faults are planned and never begin", () => {
    vi.spyOn(Faults.prototype, "start").mockImplementation(() => {});
    const document = built(SEEDS.map((seed) => swarmRun(options, seed)));
    expect(document.result).toBe("inconclusive");
    expect(document.inconclusive).toContain("no fault had any effect");
    expect(document.inconclusive.some((why) => /^the fault crash was planned \d+ times and never began$/.test(why))).toBe(true);
  });

  it("when a kind of fault begins and never has an effect", () => {
    const idle = changed(({ faults }) => ({ faults: faults.map((fault) => (fault.kind === "cut" ? { ...fault, effects: 0 } : fault)) }));
    expect(built(idle).inconclusive.join()).toMatch(/the fault cut began \d+ times and never had an effect/);
  });

  it("when a kind of fault is never drawn", () => {
    const less = changed(({ planned, faults }) => ({
      planned: Object.fromEntries(Object.entries(planned).filter(([kind]) => kind !== "pause")),
      faults: faults.filter((fault) => (fault.kind as Fault["kind"]) !== "pause"),
    }));
    expect(built(less).inconclusive).toEqual(["the fault pause was never drawn"]);
  });

  it("when a rule is never put to the test", () => {
    const blind = changed(({ evaluated }) => ({ evaluated: { ...evaluated, HO3: 0, HO8: 0 } }));
    expect(built(blind).inconclusive).toEqual(["rule HO3 was never put to the test", "rule HO8 was never put to the test"]);
    // What needs an occasion is asked of a campaign only when it is long enough to have had one.
    expect(built(blind.slice(0, 10)).inconclusive).toEqual(["rule HO3 was never put to the test"]);
  });

  it("when something that must happen by now did not", () => {
    const never = changed(({ reached }) => ({ reached: { ...reached, "done.failover": 0 } }));
    expect(built(never).inconclusive.join()).toMatch(/done\.failover \(.*\) was not reached, which takes \d+ seeds at most/);
    expect(built(never.slice(0, 5)).goals.find((goal) => goal.name === "done.failover")?.state).toBe("not yet");
  });

  it("when the canary is not caught", () => {
    expect(built(sound, { seeds: 3, caught: false }).inconclusive[0]).toContain("the canary");
    expect(canaryOf(options, 1)).toEqual({ seeds: 1, caught: true });
    expect(SEEDS.slice(0, 30).every((seed) => canaryOf(options, seed).seeds === 1)).toBe(true);
  });

  it("and a broken rule stays a broken rule", () => {
    const [first, ...rest] = sound as [SwarmOutcome, ...SwarmOutcome[]];
    const broken = { ...first, result: "safety" as const, violations: [{ rule: "HO1", at_s: 1, message: "two" }] };
    expect(built([broken, ...rest], { seeds: 3, caught: false }).result).toBe("safety");
  });
});
