import { beforeAll, describe, expect, it } from "vitest";
import { FAULT_STEPS, type Options } from "../../options.ts";
import { points } from "../scenario/files.fixture.ts";
import { scenarioText } from "../scenario/write.ts";
import { shipped } from "../shipped.fixture.ts";
import { drawSwarm } from "./draw.ts";
import { SWARM_KINDS } from "./draw-faults.ts";

const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1);

describe("a swarm", () => {
  let base: Options;
  let drawn: Options[];
  beforeAll(() => {
    base = shipped("chaos/swarm").options;
    drawn = SEEDS.map((seed) => drawSwarm(base, seed));
  });

  it("DT1: draws the same for a seed whatever else is drawn, and another run for another seed", () => {
    expect(drawSwarm(base, 7)).toEqual(drawn[6]);
    expect(new Set(drawn.map((options) => JSON.stringify(options))).size).toBe(SEEDS.length);
  });

  it("leaves nothing to be drawn later: every fault has one time within the run, and nothing repeats", () => {
    for (const options of drawn) {
      expect(options.swarm).toBeNull();
      expect(new Set(options.faults.map((fault) => fault.id)).size).toBe(options.faults.length);
      for (const fault of options.faults) {
        expect(fault.everyUs).toBeNull();
        expect(Number.isSafeInteger(fault.atUs) && fault.atUs > 0 && fault.atUs < options.durationUs).toBe(true);
        expect(Number.isSafeInteger(fault.forUs)).toBe(true);
      }
    }
  });

  it("leaves each kind of fault out of most runs and has it in many, and has runs of a single kind and of very many", () => {
    for (const kind of SWARM_KINDS) {
      const runs = drawn.filter((options) => options.faults.some((fault) => fault.kind === kind)).length;
      expect(runs / SEEDS.length, kind).toBeGreaterThan(0.12);
      expect(runs / SEEDS.length, kind).toBeLessThan(kind === "coordinator-restart" ? 0.6 : 0.4);
    }
    const kinds = drawn.map((options) => new Set(options.faults.map((fault) => fault.kind)).size);
    expect(kinds.filter((count) => count === 1).length).toBeGreaterThan(10);
    expect(kinds.filter((count) => count > SWARM_KINDS.length / 3).length).toBeGreaterThan(50);
  });

  it("draws worlds of every size, and settings on both sides of each switch", () => {
    const hosts = drawn.map((options) => options.hosts.count);
    expect([Math.min(...hosts), Math.max(...hosts)]).toEqual([2, base.hosts.count]);
    for (const pick of ["enable_auto_migration", "enable_vps_fallback", "persistent_hosts", "scoring"] as const)
      expect(new Set(drawn.map((options) => options.conf.general[pick])).size, pick).toBe(2);
    expect(drawn.every((options) => options.vps.sites.length > 0 && options.maps.names.length >= 4)).toBe(true);
  });

  it("keeps a scenario's own world where only faults are drawn, and its own faults before the drawn ones", () => {
    const own = { ...(drawn[0] as Options).faults[0]!, id: "own" };
    const fixed: Options = { ...base, swarm: { subset: "all", world: "fixed" }, faults: [own] };
    const { faults, swarm, ...rest } = drawSwarm(fixed, 3);
    const { faults: _, swarm: __, ...before } = fixed;
    expect(rest).toEqual(before);
    expect(swarm).toBeNull();
    expect(faults[0]).toEqual(own);
    expect(new Set(faults.map((fault) => fault.kind))).toEqual(new Set(SWARM_KINDS));
  });

  it("lets faults wait for a step only where the coordinator tells steps: a fixed world may have them off", () => {
    expect(drawn.every(({ conf }) => conf.monitoring.detailed_logging)).toBe(true);
    const told: Options = { ...base, swarm: { subset: "all", world: "fixed" } };
    const untold: Options = { ...told, conf: { ...base.conf, monitoring: { ...base.conf.monitoring, detailed_logging: false } } };
    const steps = (options: Options) => new Set(SEEDS.flatMap((seed) => drawSwarm(options, seed).faults.map(({ on }) => on?.step)));
    expect(steps(told)).toEqual(new Set([undefined, ...FAULT_STEPS]));
    expect(steps(untold)).toEqual(new Set([undefined, "decided"]));
    // Nothing else moves.
    const times = (options: Options) => drawSwarm(options, 3).faults.map(({ id, atUs, forUs }) => [id, atUs, forUs]);
    expect(times(untold)).toEqual(times(told));
    // So each seed can be written down and read again.
    for (const seed of [1, 2, 3, 4]) {
      const seeds = drawSwarm(untold, seed);
      expect(points(scenarioText(seeds, seed, []))[0]?.options).toEqual(seeds);
    }
  });

  it("is nothing for a scenario that draws nothing", () => {
    const plain: Options = { ...base, swarm: null };
    expect(drawSwarm(plain, 1)).toBe(plain);
  });
});
