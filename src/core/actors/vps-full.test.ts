import { describe, expect, it } from "vitest";
import type { Stage } from "./coordinator.fixture.ts";
import { site } from "./machines.fixture.ts";
import { decisions, expectSettled, nth, ownerOf, owners, refusals, smallStage, standbysOf, VPS } from "./small-stage.fixture.ts";

/** One map of players and two critical ones; the player map's host is about to be lost and nobody stands by. */
function tight(slots: number): Stage {
  const stage = smallStage({ maps: 1, critical: 2, hosts: 1, slots: [slots] });
  expect(owners(stage)).toEqual([1, VPS, VPS]);
  return stage;
}

describe("VPS slots are finite", () => {
  it("HO7: a map that finds them taken waits; the refusal is named, counted at each try, and the critical maps keep theirs", () => {
    const stage = tight(2);
    stage.lose(1);
    stage.runS(10);
    expect(decisions(stage)).toEqual([]);
    expect(refusals(stage)).toEqual(["vps_full"]);
    expect(stage.of("refusal").length).toBeGreaterThanOrEqual(9);
    expect(stage.of("map/unhosted").map((r) => [r.map, r.reason])).toEqual([[0, "vps_full"]]);
    expect(owners(stage).slice(1)).toEqual([VPS, VPS]);
  });

  it("HO5: the map is served at once when a slot comes free or a player host joins", () => {
    const slot = tight(2);
    slot.lose(1);
    slot.runS(10);
    slot.join(site(VPS + 1, 1));
    slot.run(200_000);
    expect(ownerOf(slot)).toBe(VPS + 1);
    const host = tight(2);
    host.lose(1);
    host.runS(10);
    host.join(nth(2));
    host.run(200_000);
    expect(ownerOf(host)).toBe(2);
  });

  it("with a slot to spare the map falls back", () => {
    const stage = tight(3);
    stage.lose(1);
    stage.runS(3);
    expect(ownerOf(stage)).toBe(VPS);
    expectSettled(stage);
  });

  it("free slots are kept for critical maps that have none yet", () => {
    const stage = smallStage({ maps: 1, critical: 3, hosts: 1, slots: [3, 1] });
    const second = VPS + 1;
    stage.lose(second);
    stage.runS(3);
    stage.lose(1);
    stage.runS(5);
    // Three critical maps fill the first site; the second is gone. It comes back with one slot, and a critical map that waits takes it.
    expect(stage.servers(0)).toEqual([]);
    const critical = owners(stage).slice(1);
    expect(critical.filter((owner) => owner === VPS)).toHaveLength(3);
    expect(refusals(stage)).toContain("vps_full");
  });

  it("a slot that a critical map is on its way to is not kept for it once more", () => {
    const stage = smallStage({ maps: 20, critical: 3, hosts: 0, slots: [23] });
    expect(owners(stage).filter((owner) => owner === VPS)).toHaveLength(23);
    expect(refusals(stage)).not.toContain("vps_full");
  });

  it("critical maps are placed first when there is not room for all", () => {
    const stage = smallStage({ maps: 2, critical: 2, hosts: 0, slots: [3] });
    expect(owners(stage).slice(2)).toEqual([VPS, VPS]);
    expect(owners(stage).slice(0, 2)).toEqual([VPS, -1]);
  });

  it("of several sites the nearest with a free slot is taken, ties by id", () => {
    const stage = smallStage({ critical: 3, maps: 1, hosts: 1, slots: [] });
    stage.join(site(95, 1, 30));
    stage.join(site(94, 1, 10));
    stage.join(site(93, 5, 20));
    stage.join(site(92, 5, 20));
    stage.runS(3);
    expect(owners(stage).slice(1)).toEqual([94, 92, 92]);
  });

  it("maps on the VPS need no standbys", () => {
    const stage = tight(3);
    stage.lose(1);
    stage.runS(3);
    for (const i of [2, 3]) stage.join(nth(i));
    stage.runS(60);
    expect(ownerOf(stage)).toBe(VPS);
    expect(standbysOf(stage)).toEqual([]);
  });
});
