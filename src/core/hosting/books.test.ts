import { describe, expect, it } from "vitest";
import type { HostProfile } from "../protocol/host-stats.ts";
import { NEVER } from "../protocol/buggify.ts";
import { defaultMapConf, defaultTuning } from "../settings.ts";
import { accountComplaints } from "./books.ts";
import { Hosting } from "./state.ts";

const stats = {
  cpu_ghz: 3.8,
  cpu_cores: 8,
  free_ram_mb: 16_384,
  network_speed_mbps: 500,
  latency_ms: 15,
  disconnects_per_hour: 0,
  jitter_ms: 5,
  packet_rate: 1200,
  frame_time_ms: 12,
};

function profile(host: number): HostProfile {
  return { host, kind: "player", region: 0, upload_kbps: 20_000, uptime_s: 60, slots: 0, stats, regional_latency_ms: [15] };
}

function hosting(): Hosting {
  const settings = { conf: defaultMapConf(), tuning: defaultTuning(), maps: ["prontera"], eligible: [true], regions: ["eu"] };
  return new Hosting(settings, { push: () => {} }, NEVER);
}

describe("accountComplaints (HO7)", () => {
  it("names a reservation that belongs to no move", () => {
    const h = hosting();
    h.table.add(profile(4), 0);
    expect(accountComplaints(h)).toEqual([]);
    h.reserve(4, 1, 6);
    expect(accountComplaints(h)).toEqual(["host 4: books say 0,0,1,6, truth is 0,0,0,0"]);
  });

  it("does not ask a slot that its host has left for another", () => {
    const h = hosting();
    const first = h.table.add(profile(4), 0);
    h.table.add(profile(5), 0);
    h.table.remove(first);
    h.table.remove(h.table.slotOf(5));
    expect(h.table.add(profile(4), 0)).not.toBe(first);
    expect(h.table.hostOf(first)).toBe(4);
    const [state] = h.maps;
    if (state !== undefined) h.setOwner(state, 4, 1);
    expect(accountComplaints(h)).toEqual([]);
  });
});
