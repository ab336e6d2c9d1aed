import { describe, expect, it } from "vitest";
import { machine, settingsWith, site } from "../../core/actors/machines.fixture.ts";
import { BUGGIFY_SITES, type BuggifySite, NEVER } from "../../core/protocol/buggify.ts";
import { Fleet } from "./fleet.fixture.ts";

const SITES = Object.keys(BUGGIFY_SITES) as BuggifySite[];

describe("a production composition", () => {
  it("HO1: has nothing but NEVER at every site of every actor and loop, and NEVER always says no", async () => {
    const fleet = await Fleet.open(settingsWith({ maps: 1, tuning: { startGraceMs: 300 } }));
    try {
      for (const profile of [site(91, 2), machine(1), machine(2)]) fleet.host(profile);
      fleet.player(5, 0);
      await fleet.until("the player plays", () => fleet.of("player/playing").length > 0);
      const askers = [
        fleet.coordinator.hosting,
        ...[...fleet.hosts.values(), ...fleet.players.values()].map((agent) => agent.actor),
        ...fleet.drives,
      ];
      // Coordinator, three hosts, one player, and a loop for each.
      expect(askers).toHaveLength(10);
      for (const asker of askers) expect(asker.buggify).toBe(NEVER);
      expect(SITES.filter((name) => NEVER(name))).toEqual([]);
    } finally {
      await fleet.close();
    }
  });
});
