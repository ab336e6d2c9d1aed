import { describe, expect, it } from "vitest";
import type { HostProfile } from "../protocol/host-stats.ts";
import { NEVER } from "../protocol/buggify.ts";
import { defaultMapConf, defaultTuning } from "../settings.ts";
import { accountComplaints, restComplaints } from "./books.ts";
import { Hosting, TIMER } from "./state.ts";

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

describe("restComplaints (HO5, HO7)", () => {
  const ALL: readonly number[] = [TIMER.health, TIMER.reassign, TIMER.validate, TIMER.waiting, TIMER.start];
  const complaints = (h: Hosting, set: readonly number[] = ALL): string[] =>
    restComplaints(h, (timer) => (set.includes(timer) ? h.at + 1 : undefined));
  const opened = (): Hosting => {
    const h = hosting();
    h.restored = h.started = true;
    h.waiting.add(0);
    return h;
  };

  it("asks for each interval's timer once the coordinator has opened, and for its opening before", () => {
    expect(complaints(opened())).toEqual([]);
    expect(complaints(opened(), [])).toEqual([
      "no health check is due",
      "no redistribution is due",
      "no look at verdicts is due",
      "maps wait and nothing wakes them: 0",
    ]);
    const h = opened();
    h.started = false;
    expect(complaints(h, [])).toEqual(["nothing opens the coordinator"]);
  });

  it("names a map that nobody serves and that does not wait, and one that waits for nothing", () => {
    const h = opened();
    h.waiting.clear();
    expect(complaints(h)).toEqual(["map 0: unserved and forgotten"]);
    const [state] = h.maps;
    if (state !== undefined) h.setServing(state, true);
    h.waiting.add(0);
    expect(complaints(h)).toEqual(["map 0: waits for nothing"]);
  });

  it("names a wait that outlives its suspicion, and a host that is neither here nor noted as gone", () => {
    const h = opened();
    h.table.add(profile(4), 0);
    expect(complaints(h, [...ALL, 4 * 16 + TIMER.suspect])).toEqual([
      "host 4: a wait for its verdict outlives the suspicion",
      "host 4: gone, and not noted so",
    ]);
  });

  it("names a host that is offered otherwise than the table has it", () => {
    const h = opened();
    const slot = h.table.add(profile(4), 0);
    h.table.online[slot] = 1;
    expect(complaints(h)).toEqual(["host 4: offered with room for -1, has 200"]);
    h.offer(slot);
    expect(complaints(h)).toEqual([]);
    h.table.leaving[slot] = 1;
    expect(complaints(h)).toEqual(["host 4: offered with room for 200, has -1"]);
  });
});
