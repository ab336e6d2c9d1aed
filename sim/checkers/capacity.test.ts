import { describe, expect, it } from "vitest";
import { MadeHistory, madeOptions, VPS } from "./made-history.fixture.ts";

const lost = (fields: Parameters<MadeHistory["decided"]>[5]): string[] => [
  ...new MadeHistory().begun().decided(1, "lost", "failover", 10, 20, fields).finish().rules,
];

describe("HO7: load plus reservations stay within capacity", () => {
  it("HO7 accepts a host that is exactly full", () => {
    expect(lost({ toMaps: 3, toMapsMax: 3, toPlayers: 200, toPlayersMax: 200 })).not.toContain("HO7");
  });

  it("HO7 names one map or one player too many in a decision", () => {
    expect(lost({ toMaps: 4, toMapsMax: 3 })).toContain("HO7");
    expect(lost({ toPlayers: 201, toPlayersMax: 200 })).toContain("HO7");
  });

  it("HO7 names limits that the conf, the upload or the site do not give", () => {
    expect(lost({ toMaps: 4, toMapsMax: 4 })).toContain("HO7");
    expect(lost({ toPlayersMax: 1001 })).toContain("HO7");
    expect(new MadeHistory().begun().decided(1, "lost", "fallback", 10, VPS, { toMapsMax: 9 }).finish().rules).toContain("HO7");
  });

  it("HO7 counts for itself: a fourth map granted to one player host is named, whatever the decision said", () => {
    const options = madeOptions();
    const five = { names: ["a", "b", "c", "d", "e"], eligible: [true, true, true, true, true], popularity: [1, 1, 1, 1, 1] };
    const history = new MadeHistory({ ...options, maps: five }).started().joined(VPS).joined(10).joined(20);
    history.placed(0, 10, 1).placed(1, 10, 1).placed(2, 10, 1).placed(3, 20, 1);
    const full = history.decided(3, "lost", "failover", 20, 10, { toMaps: 3 }).granted(3, 10, 2).finish();
    expect(full.rules).toContain("HO7");
  });

  it("HO7 counts for itself: a site granted more maps than it has slots is named", () => {
    const options = { ...madeOptions(), vps: { sites: [{ region: 0, slots: 1 }] } };
    expect(new MadeHistory(options).started().joined(VPS).placed(0, VPS, 1).placed(1, VPS, 1).finish().rules).toContain("HO7");
  });

  it("HO7 does not count maps of a host that was given up and came back empty", () => {
    const names = ["a", "b", "c", "d"];
    const maps = { names, eligible: names.map(() => true), popularity: names.map(() => 1) };
    const history = new MadeHistory({ ...madeOptions(), maps }).started().joined(VPS).joined(10);
    history.placed(0, 10, 1).placed(1, 10, 1).placed(2, 10, 1).truth(10, "down-close").gone(10).after(1000).truth(10, "up").joined(10);
    expect(history.placed(3, 10, 1).finish().rules).not.toContain("HO7");
  });
});
