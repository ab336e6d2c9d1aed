import { describe, expect, it } from "vitest";
import { NO_HOST } from "../../../src/core/protocol/ids.ts";
import { UNBROKEN } from "../summary-words.ts";
import { decided } from "./explain.fixture.ts";
import type { MoveStory } from "./map-history.ts";
import {
  causeText,
  choiceText,
  groupsText,
  holdText,
  instant,
  obstacleText,
  phaseText,
  refusalText,
  scoreText,
  type Setting,
  waitText,
} from "./words.ts";

const S = 1_000_000;
const setting: Setting = {
  at: 3600 * S,
  name: (host) => `host ${host}`,
  failedChecksMax: 3,
  returnAfterS: 300,
  voluntaryShareMax: 0.1,
  timeoutMs: 1000,
};

function plain(text: string): string {
  return text.replaceAll(UNBROKEN, " ");
}

function story(over: Partial<MoveStory> & { readonly of?: Parameters<typeof decided>[0] } = {}): MoveStory {
  return { decided: decided(over.of), at: 0, stoodBy: false, fate: null, steps: [], end: null, ...over };
}

describe("obstacles", () => {
  it.each([
    [{ why: "cpu_ghz", value: 2.4, limit: 3 }, "CPU clock 2.4 GHz (at least 3)"],
    [{ why: "free_ram_mb", value: 4096.4, limit: 8192 }, "free memory 4,096 MB (at least 8,192)"],
    [{ why: "latency_ms", value: 30.04, limit: 30 }, "latency 30.04 ms (at most 30)"],
    [{ why: "network_speed_mbps", value: 99.6, limit: 100 }, "network speed 99.6 Mbit/s (at least 100)"],
    [{ why: "disconnects_per_hour", value: 3, limit: 1 }, "disconnects 3 in the last hour (at most 1)"],
    [{ why: "jitter_ms_unmeasured", value: null, limit: 15 }, "jitter not measured (at most 15 ms)"],
    [{ why: "packet_rate", value: 80, limit: 100 }, "packet rate 80 a second (at least 100)"],
    [{ why: "security", value: null, limit: null }, "failed validation"],
    [{ why: "away", since: 3000 * S }, "not connected since 0:50:00"],
    [{ why: "away", since: null }, "not connected"],
    [{ why: "suspect", how: "close", asked: 9 }, "under suspicion: its connection closed; host 9 was asked to look"],
    [{ why: "suspect", how: "silence", asked: NO_HOST }, "under suspicion: its heartbeats stopped"],
    [{ why: "leaving" }, "it is leaving"],
    [{ why: "blocked", until: 3660 * S }, "blocked after failed validation until 1:01:00 (60 s more)"],
    [{ why: "degraded", value: 22.5, limit: 16 }, "frames take too long: 23 ms (at most 16)"],
    [
      { why: "backoff", until: 3612 * S, times: 1 },
      "not asked again until 1:00:12 (12 s more): it lost or gave up maps, or missed a deadline",
    ],
    [
      { why: "backoff", until: 3612 * S, times: 2 },
      "not asked again until 1:00:12 (12 s more): it lost or gave up maps, or missed a deadline for the 2nd time in a row",
    ],
    [{ why: "resting" }, "it had to rest and is offered again at the next health check"],
    [{ why: "maps_full", value: 3, limit: 3 }, "full: 3 of 3 maps"],
    [{ why: "players_full", value: 190, limit: 200, need: 29 }, "no room: 190 of 200 players, and the map asks room for 29"],
  ] as const)("%o", (obstacle, text) => expect(plain(obstacleText(obstacle, setting))).toBe(text));

  it("count the times as people do", () => {
    const text = (times: number): string => obstacleText({ why: "backoff", until: 3612 * S, times }, setting);
    for (const [times, said] of [
      [3, "3rd"],
      [4, "4th"],
      [11, "11th"],
      [12, "12th"],
      [21, "21st"],
      [113, "113th"],
    ] as const)
      expect(text(times)).toContain(` the ${said} time`);
  });
});

describe("causes of moves", () => {
  it.each([
    [story({ of: { cause: "placement", form: "placement", from: NO_HOST } }), "it had no host yet"],
    [story({ of: { cause: "return" } }), "it had been on the VPS for 5 min and a player host could take it"],
    [
      story({ of: { cause: "better", scoreFrom: 700_000, scoreTo: 770_001, theta: 1100 } }),
      "host 2 scored 0.770, more than 1.1 times the 0.700 of host 1",
    ],
    [story({ of: { cause: "overload" } }), "host 1 had no room for one more player"],
    [story({ of: { cause: "drain" } }), "the owner of host 1 wanted the machine back"],
    [story({ of: { cause: "degraded" } }), "host 1 measured badly 3 times in a row"],
    [
      story({ of: { cause: "degraded" }, fate: { what: "no longer good", at: 0, why: "latency_ms, frame_time_ms" } }),
      "host 1 measured badly 3 times in a row (latency and frame time)",
    ],
    [story({ fate: { what: "gone", at: 0, how: "silence" } }), "host 1 was lost: it fell silent"],
    [story({ fate: { what: "gone", at: 0, how: "close" } }), "host 1 was lost: its connection closed"],
    [story(), "host 1 did not serve it any more"],
    [story({ of: { from: NO_HOST } }), "nobody served it"],
    [story({ of: { cause: "invalid" } }), "host 1 failed validation"],
  ])("%#", (told, text) => expect(plain(causeText(told, setting))).toBe(text));

  it("and why the map went where it went", () => {
    expect(choiceText(story({ stoodBy: true }), setting)).toBe("host 2 stood by for it");
    expect(choiceText(story({ of: { toVps: true } }), setting)).toBe("host 2 was the nearest to its players with a free slot");
    expect(choiceText(story(), setting)).toBe("host 2 was the first choice of those that could take it, with a score of 0.800");
  });

  it("and where a move stands", () => {
    const text = (phase: Parameters<typeof phaseText>[0]["phase"], from = 1): string => plain(phaseText({ phase, from, to: 2 }, setting));
    expect(text("prepare")).toBe("host 2 was asked to make room (it has 1 s); host 1 serves on");
    expect(text("precopy")).toBe("host 1 copies the state to host 2 and serves on");
    expect(text("freeze")).toContain("host 1 has stopped and sends the last of the state to host 2: nobody serves");
    expect(text("claim")).toContain("the store is asked to grant it to host 2: nobody serves");
    expect(text("resolve")).toContain("its row is read to learn whether host 2 was granted the map");
    expect(text("promote", NO_HOST)).toBe("host 2 owns the map and gets ready: nobody serves it until then");
  });
});

describe("what holds a map, and what it waits for", () => {
  it.each([
    [{ why: "cooldown", until: 3642 * S }, "it moved or failed to move just now and rests until 1:00:42 (42 s more)"],
    [{ why: "return_later", until: 3720 * S }, "a map that fell back stays on the VPS for 5 min, this one until 1:02:00 (2 min more)"],
    [{ why: "storm_hold", until: 3601.5 * S }, "too many hosts turned suspect at once, and nothing is judged or moved until 1:00:01.500"],
    [{ why: "moves_limit", value: 1, limit: 1 }, "1 map is on the move, and at most 1 may be (10 % of those hosted)"],
    [{ why: "moves_limit", value: 12, limit: 11 }, "12 maps are on the move, and at most 11 may be (10 % of those hosted)"],
    [{ why: "not_better", value: 850_000, limit: 990_000 }, "the first choice scores 0.850, and a move asks for more than 0.990"],
    [{ why: "not_better", value: 990_004, limit: 990_009 }, "the first choice scores 0.99000, and a move asks for more than 0.99001"],
    [{ why: "auto_migration_disabled" }, "enable_auto_migration is off"],
  ] as const)("%o", (hold, text) => expect(plain(holdText(hold, setting))).toBe(text));

  it.each([
    [
      { why: "start_grace", until: 3601 * S },
      "the coordinator has just started and gives hosts until 1:00:01.000 to introduce themselves (1 s more)",
    ],
    [{ why: "start_grace", until: null }, "the coordinator has just started and reads the store"],
    [{ why: "owner_awaited", host: 3 }, "the store says that host 3 owns it, which has not introduced itself yet"],
    [{ why: "owner_promised", host: 3, until: 3600.5 * S }, "host 3 owns it, was told to serve and may answer until 1:00:00.500"],
    [{ why: "owner_suspect", host: 3 }, "host 3 owns it and is under suspicion"],
  ] as const)("%o", (wait, text) => expect(plain(waitText(wait, setting))).toBe(text));

  it("names refusals", () => {
    expect(refusalText("vps_full")).toBe("no VPS site has a slot for it");
    expect(refusalText("no_candidate")).toBe("no player host can take it, and enable_vps_fallback is off");
    expect(refusalText("moves_limit")).toBe("moves limit");
  });
});

describe("figures", () => {
  it("tell times and scores as finely as is needed", () => {
    expect([instant(3661.999 * S), instant(3661.9996 * S, true)]).toEqual(["1:01:01", "1:01:01.999"]);
    expect([scoreText(0.9), scoreText(0.9, 0.9), scoreText(0.9, 0.9001), scoreText(6.1234567, 6.1234561)]).toEqual([
      "0.900",
      "0.900",
      "0.9000",
      "6.123457",
    ]);
  });

  it("group hosts by what is against them, most first", () => {
    const against = { maps_full: 9, ineligible: 200, away: 40 };
    expect(groupsText(against, { jitter_ms: 50, network_speed_mbps: 124 }).map(plain)).toEqual([
      "200 not eligible (network speed 62 %, jitter 25 %)",
      "40 not connected",
      "9 full of maps",
    ]);
    expect(groupsText(against, null)[0]).toBe("200 not eligible");
  });
});
