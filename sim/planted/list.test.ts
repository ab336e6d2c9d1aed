import { describe, expect, it } from "vitest";
import { defaultMapConf, defaultTuning } from "../../src/core/settings.ts";
import { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import { COORDINATOR, hostActor } from "../../src/core/protocol/ids.ts";
import { hostingCheckers } from "../checkers/hosting.ts";
import type { World } from "../world/world.ts";
import { STATE_BUGS } from "./bugs-state.ts";
import { COORDINATOR_PLANTS } from "./plant-coordinator.ts";
import { EDGE_PLANTS } from "./plant-edges.ts";
import { SEALING_PLANTS } from "./plant-sealing.ts";
import { STATE_PLANTS } from "./plant-state.ts";
import { plantsOf } from "./plant.ts";
import { PLANTED, PLANTED_NAMES } from "./planted.ts";

/** Judged by comparing runs of one seed, not by a checker that observes one. */
const BY_COMPARING = "DT1";

const options = {
  fidelity: "control" as const,
  conf: defaultMapConf(),
  tuning: defaultTuning(),
  maps: { names: [], eligible: [], popularity: [] },
  vps: { sites: [] },
  faults: [],
  buggify: null,
  sealing: "counted" as const,
  settleUs: 0,
};

/** The bugs that show without a game. */
const PLAIN = PLANTED.filter((bug) => !STATE_BUGS.includes(bug));

describe("planted bugs", () => {
  const judged = new Set(hostingCheckers(options).flatMap((checker) => checker.rules));

  const judgedInGames = new Set(hostingCheckers(options, { programs: () => [] }).flatMap((checker) => checker.rules));

  it("are each named once", () => {
    expect(new Set(PLANTED_NAMES).size).toBe(PLANTED.length);
  });

  it.each(PLAIN)("$name is expected by rules that are judged", (bug) => {
    for (const rule of bug.rules) expect([...judged, BY_COMPARING]).toContain(rule);
    expect(bug.what).toMatch(/\.$/);
  });

  it("leave no rule without a bug of its own", () => {
    const expected = new Set(PLAIN.flatMap((bug) => bug.rules));
    expect([...judged, BY_COMPARING].filter((rule) => !expected.has(rule))).toEqual([]);
  });

  it.each(STATE_BUGS)("$name is expected by rules that are judged where a game runs", (bug) => {
    for (const rule of bug.rules) expect([...judgedInGames]).toContain(rule);
    expect(bug.what).toMatch(/\.$/);
  });

  it("leave few rules of games without a bug of their own: those that only an actor or the game itself can break", () => {
    const expected = new Set(PLANTED.flatMap((bug) => bug.rules));
    expect([...judgedInGames].filter((rule) => !expected.has(rule))).toEqual(["SY4", "SY5", "GA2"]);
  });

  it("are thirty at least, each both listed and made", () => {
    expect([...PLANTED_NAMES].sort()).toEqual(
      Object.keys({ ...EDGE_PLANTS, ...COORDINATOR_PLANTS, ...STATE_PLANTS, ...SEALING_PLANTS }).sort(),
    );
    expect(PLANTED.length).toBeGreaterThanOrEqual(30);
    for (const name of PLANTED_NAMES) expect(Object.keys(plantsOf([name])), name).not.toEqual([]);
  });

  it("all take hold where several are planted", () => {
    const plants = plantsOf([
      "share-limit-ignored",
      "threshold-compounded",
      "redirect-lost",
      "no-fence",
      "player-asks-once",
      "release-lost",
    ]);
    const { tuning } = plants.settings?.({ ...options, maps: ["prontera"], eligible: [true], regions: ["eu"] }) ?? {};
    expect([tuning?.voluntaryShareMax, tuning?.betterRealtime]).toEqual([1, 1.1 * 1.1]);
    const lost = (["play/redirect", "hosting/release"] as const).map((kind) =>
      plants.message?.({} as World, COORDINATOR, hostActor(4), { kind, map: 0, host: 4, epoch: 1 }),
    );
    expect(lost).toEqual([null, null]);
    const table = new OwnershipTable();
    const stale = { verb: "claim", map: 0, host: 4, epoch: 1, expect: 7 } as const;
    expect(table.apply(stale).result).toBe("refused");
    expect(plants.store?.(table, stale, () => table.apply(stale)).result).toBe("ok");
  });
});
