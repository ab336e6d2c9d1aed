import { describe, expect, it } from "vitest";
import type { HostView } from "../../../src/core/hosting/explain-host.ts";
import type { MapExplanation } from "../../../src/core/hosting/explain.ts";
import { COORDINATOR, NO_HOST } from "../../../src/core/protocol/ids.ts";
import { smallOptions } from "../small-options.fixture.ts";
import { explainDocument, type Material } from "./build.ts";
import type { ExplainDocument } from "./document.ts";
import { decided, explainedHost } from "./explain.fixture.ts";
import { MapHistory } from "./map-history.ts";

const S = 1_000_000;
/** A map that players may host, by the small options. */
const MAP = 6;

function view(host: number, over: Partial<HostView> = {}): HostView {
  return {
    host,
    kind: "player",
    region: 0,
    online: true,
    maps: 2,
    mapsMax: 3,
    players: 50,
    playersMax: 210,
    uploadKbps: 21_000,
    stats: explainedHost(host).stats,
    rttMs: 8.9,
    uptimeS: 7200,
    badChecks: 1,
    micro: 900_001,
    terms: [
      { term: "cpu", value: 1, weight: 0.6, points: 0.6, micro: 600_000 },
      { term: "latency", value: 0.75, weight: 0.4, points: 0.300_000_9, micro: 300_001 },
    ],
    obstacles: [],
    ...over,
  };
}

function explanation(over: Partial<MapExplanation> = {}): MapExplanation {
  return {
    at: 1200 * S,
    map: MAP,
    mayLeaveVps: true,
    players: 20,
    playersMax: 200,
    room: 29,
    byRegion: [15, 5],
    mix: [3000, 1000],
    epoch: 2,
    serving: true,
    movedAt: 1000 * S,
    fellBackAt: -1,
    quietUntil: 1210 * S,
    owner: view(7),
    move: null,
    waits: [],
    standbys: [
      { view: view(8), warm: true },
      { view: view(9), warm: false },
    ],
    candidates: [view(8)],
    barred: [],
    barredAll: 0,
    tally: { known: 9, connected: 5, couldTake: 1, better: 0, against: { away: 4 }, conditions: {} },
    ownWill: { cause: "better", to: NO_HOST, holds: [], theta: 1100, moves: 1, movesMax: 10 },
    ifLost: 8,
    ifHanded: 9,
    sites: [
      { host: 2, region: 1, online: true, maps: 3, mapsMax: 10, rttMs: 9 },
      { host: 1, region: 0, online: false, maps: 0, mapsMax: 5, rttMs: 90 },
    ],
    slotsKept: 2,
    ...over,
  };
}

function build(over: Partial<MapExplanation> = {}, material: Partial<Material> = {}): ExplainDocument {
  const name = (host: number): string => `host ${host}`;
  const given = { options: smallOptions(), seed: 5, history: new MapHistory(MAP), name, coordinatorUp: true, servedBy: 7 };
  return explainDocument({ ...given, ...material, view: explanation(over) });
}

describe("the document", () => {
  it("has points, seconds and names", () => {
    const told = build();
    expect([told.scenario, told.seed, told.at_s]).toEqual(["test/small", 5, 1200]);
    expect(told.map).toEqual({
      number: MAP,
      name: "field_6",
      critical: false,
      may_leave_vps: true,
      players: 20,
      players_max: 200,
      room_asked: 29,
      players_by_region: { EU: 15, NA: 5 },
      mix: { EU: 0.75, NA: 0.25 },
    });
    expect(told.owner).toMatchObject({
      host: 7,
      name: "host 7",
      score: 0.900001,
      bad_measurements: 1,
      upload_kbps: 21_000,
      against: [],
      truth: null,
    });
    expect(told.owner?.terms).toEqual([
      { term: "cpu", value: 1, weight: 0.6, points: 0.6 },
      { term: "latency", value: 0.75, weight: 0.4, points: 0.300001 },
    ]);
    expect(told.own_will).toMatchObject({
      to: null,
      theta: 1.1,
      score_asked: 0.990001,
      cooldown_left_s: 10,
      moves: 1,
      moves_max: 10,
      every_s: 30,
    });
    expect(build({ quietUntil: 1190 * S }).own_will.cooldown_left_s).toBe(0);
    expect(told.served_by).toEqual({ host: 7, name: "host 7" });
    expect(build({}, { servedBy: NO_HOST }).served_by).toBeNull();
    expect(told.vps).toMatchObject({ slots: 15, slots_used: 3, slots_kept: 2 });
    expect(told.vps.sites.map(({ host, connected, slots }) => [host, connected, slots])).toEqual([
      [2, true, 10],
      [1, false, 5],
    ]);
    expect(told.hosts).toEqual({ known: 9, connected: 5, could_take: 1, better: 0, against: { away: 4 }, conditions: {} });
    expect([told.if_host_lost, told.if_handed_over]).toEqual([
      { host: 8, name: "host 8", text: "host 8, its warm standby" },
      { host: 9, name: "host 9", text: "host 9, its standby" },
    ]);
    expect(build({ ifLost: 2, ifHanded: "vps_full" })).toMatchObject({
      if_host_lost: { text: "host 2" },
      if_handed_over: { refusal: "vps_full" },
    });
  });

  it("gives a VPS site no score and asks none", () => {
    const site = view(1, { kind: "vps", micro: null, terms: [] });
    expect(build({ owner: site })).toMatchObject({
      state: "fallen_back",
      owner: { score: null, terms: [] },
      own_will: { score_asked: null },
    });
  });

  it("gives grounds with their figures: times in seconds, scores in points", () => {
    const obstacles = [
      { why: "backoff", until: 1230 * S, times: 2 },
      { why: "away", since: 900 * S },
      { why: "players_full", value: 190, limit: 200, need: 29 },
    ] as const;
    const holds = [
      { why: "not_better", value: 850_000, limit: 990_000 },
      { why: "moves_limit", value: 1, limit: 1 },
      { why: "cooldown", until: 1210 * S },
    ] as const;
    const told = build({ candidates: [], barred: [view(8, { obstacles })], ownWill: { ...explanation().ownWill, holds } });
    expect(told.barred[0]?.against).toMatchObject([
      { why: "backoff", until_s: 1230, times: 2 },
      { why: "away", since_s: 900 },
      { why: "players_full", value: 190, limit: 200, need: 29 },
    ]);
    expect(told.own_will.holds).toMatchObject([
      { why: "not_better", value: 0.85, limit: 0.99, text: "the first choice scores 0.850, and a move asks for more than 0.990" },
      { why: "moves_limit", value: 1, limit: 1 },
      { why: "cooldown", until_s: 1210 },
    ]);
    expect(Object.keys(told.own_will.holds[2] ?? {})).not.toContain("until");
  });

  it("adds what was seen of a host: since when it is under suspicion, and what is wrong with it in truth", () => {
    const history = new MapHistory(MAP);
    history.record(COORDINATOR, 1199 * S, { kind: "host/suspected", host: 7, how: "silence" });
    history.host(1198 * S, 7, "down-silent");
    const told = build({ owner: view(7, { obstacles: [{ why: "suspect", how: "silence", asked: 2 }] }) }, { history });
    expect(told.state).toBe("suspect");
    expect(told.owner?.against).toMatchObject([{ why: "suspect", how: "silence", asked: 2, since_s: 1199 }]);
    expect(told.owner?.truth).toMatchObject({ what: "down-silent", since_s: 1198 });
  });

  it("tells the move by which the map came, and the one under way, from what was recorded", () => {
    const history = new MapHistory(MAP);
    const moved = decided({
      move: 1,
      map: MAP,
      cause: "better",
      form: "handoff",
      from: 3,
      to: 7,
      epoch: 2,
      scoreFrom: 700_000,
      scoreTo: 900_000,
      theta: 1100,
    });
    history.record(COORDINATOR, 999 * S, moved);
    history.record(COORDINATOR, 1000 * S, { kind: "map/granted", map: MAP, host: 7, epoch: 2, expect: 1, vps: false });
    history.record(COORDINATOR, 1001 * S, { kind: "move/done", move: 1, map: MAP, host: 7, epoch: 2, players: 3 });
    history.record(COORDINATOR, 1199 * S, decided({ move: 2, map: MAP, from: 7, to: 2, epoch: 3, toVps: true, scoreTo: 0 }));
    const move = {
      id: 2,
      cause: "lost",
      form: "fallback",
      from: 7,
      to: 2,
      epoch: 3,
      phase: "claim",
      reserved: 29,
      warm: true,
      tries: 0,
    } as const;
    const told = build({ serving: false, move: { ...move, target: view(2, { kind: "vps", micro: null, terms: [] }) } }, { history });
    expect(told.arrival).toMatchObject({
      at_s: 999,
      cause: "better",
      from: 3,
      from_name: "host 3",
      to: 7,
      score_from: 0.7,
      score_to: 0.9,
      theta: 1.1,
      ended_s: 1001,
    });
    expect(told.move).toMatchObject({
      at_s: 1199,
      phase: "claim",
      score_from: 0.9,
      score_to: null,
      theta: null,
      ended_s: null,
      target: { host: 2 },
    });
    expect([told.state, told.waiting, told.moves_all]).toEqual(["moving", null, 2]);
    expect(build({ epoch: 9 }, { history }).arrival).toBeNull();
  });

  it("says what a map waits for: what it must, else the refusal, else nothing", () => {
    const unserved = { serving: false, owner: null, epoch: 0 } as const;
    const reasons = (over: Partial<MapExplanation>): unknown => build({ ...unserved, ...over }).waiting?.reasons.map(({ why }) => why);
    expect(reasons({ waits: [{ why: "owner_promised", host: 3, until: 1201 * S }], ifLost: "vps_full" })).toEqual(["owner_promised"]);
    expect(reasons({ ifLost: "vps_full" })).toEqual(["vps_full"]);
    expect(reasons({ ifLost: 2 })).toEqual([]);
    expect(build().waiting).toBeNull();
    expect(build({ ...unserved, waits: [{ why: "start_grace", until: 1202 * S }] })).toMatchObject({
      state: "starting",
      coordinator: { opens_s: 1202, started_s: null },
    });
  });
});
