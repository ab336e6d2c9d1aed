import { beforeAll, describe, expect, it } from "vitest";
import type { Fault, Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { drawSwarm } from "../swarm/draw.ts";
import { failedOutcome } from "../ticket.ts";
import { machinesOf } from "./machines.ts";
import { minimise } from "./minimise.ts";

const never = (): boolean => false;

/** A simulator that breaks a rule by a condition on its options alone. */
const breaking =
  (fails: (options: Options) => boolean, atS = 20) =>
  (options: Options): RunOutcome =>
    fails(options)
      ? { ...failedOutcome(3, "safety", "HO5", "broken"), violations: [{ rule: "HO5", at_s: atS, message: "broken" }], fingerprint: "f" }
      : { ...failedOutcome(3, "ok", "none", "none"), violations: [], fingerprint: "g" };

describe("cutting a failure down", () => {
  let drawn: Options;
  beforeAll(() => {
    drawn = drawSwarm({ ...shipped("chaos/swarm").options, swarm: { subset: "all", world: "random" } }, 3);
  });

  it("leaves what the failure needs, and nothing else: two faults, one map, the defaults", () => {
    const needs = (faults: readonly Fault[]): boolean =>
      faults.some((fault) => fault.kind === "store-fail") && faults.some((fault) => fault.kind === "pause");
    const small = minimise(
      drawn,
      3,
      "HO5",
      breaking((options) => needs(options.faults) && options.conf.failover.backup_hosts_count === drawn.conf.failover.backup_hosts_count),
      never,
    )!;
    expect(small.options.faults.map((fault) => fault.kind).sort()).toEqual(["pause", "store-fail"]);
    expect([machinesOf(small.options).length, small.options.players.initial, small.options.maps.names.length]).toEqual([0, 0, 1]);
    expect(small.options.network).toMatchObject({ jitterMs: 0, loss: 0, burst: null });
    expect(small.options.durationUs).toBeLessThan(21_000_000);
    expect([small.verified, small.unfinished]).toEqual([true, false]);
  });

  it("keeps a fault's machine by number, and gives it a round time and length", () => {
    const at = drawn.faults.find((fault) => fault.kind === "crash")!;
    const small = minimise(
      drawn,
      3,
      "HO5",
      breaking((options) => options.faults.some((fault) => fault.kind === "crash" && fault.atUs >= at.atUs - 600_000), 35),
      never,
    )!;
    expect(small.options.faults).toHaveLength(1);
    const [only] = small.options.faults as [Fault];
    expect(only.target.pick).toBe("host");
    expect(only.atUs % 100_000).toBe(0);
  });

  it("gives null for what does not fail, and says when time was over before the end", () => {
    expect(
      minimise(
        drawn,
        3,
        "HO5",
        breaking(() => false),
        never,
      ),
    ).toBeNull();
    let runs = 0;
    const late = minimise(
      drawn,
      3,
      "HO5",
      (options) => (runs++, breaking(() => true)(options)),
      () => runs > 5,
    )!;
    expect([late.unfinished, late.options.faults.length > 0 || runs >= 5]).toEqual([true, true]);
  });

  it("does not call verified what is another run each time", () => {
    let runs = 0;
    const wavering = (options: Options): RunOutcome => ({ ...breaking(() => true)(options), fingerprint: `${runs++}` });
    expect(minimise(drawn, 3, "HO5", wavering, never)?.verified).toBe(false);
  });

  it("takes a crash of the simulator for a failure where a crash is what is looked for", () => {
    const crash = (options: Options): RunOutcome => {
      if (options.faults.some((fault) => fault.kind === "cut")) throw new Error("assertion: gone");
      return failedOutcome(3, "ok", "none", "none");
    };
    const small = minimise(drawn, 3, "crash", crash, never)!;
    expect(small.options.faults.map((fault) => fault.kind)).toEqual(["cut"]);
    expect(small.violation.message).toBe("Error: assertion: gone");
  });

  it.each(["no-fence", "release-lost", "leave-drops-all-maps"] as const)(
    "real runs with %s come down to at most 5 faults and 4 machines",
    (planted) => {
      const base = shipped("chaos/swarm").options;
      for (let seed = 1; seed <= 60; seed++) {
        const options: Options = { ...drawSwarm(base, seed), planted: [planted] };
        const broken = runSeed(options, seed).violations.find(({ rule }) => rule !== "vacuous");
        if (broken === undefined) continue;
        const small = minimise(
          options,
          seed,
          broken.rule,
          (candidate, watch) => runSeed(candidate, seed, watch === undefined ? {} : { watch }),
          never,
        )!;
        expect(small.options.faults.length).toBeLessThanOrEqual(5);
        expect(machinesOf(small.options).length).toBeLessThanOrEqual(4);
        expect([small.verified, small.violation.rule]).toEqual([true, broken.rule]);
        return;
      }
      expect.unreachable("no seed of sixty found it");
    },
  );
});
