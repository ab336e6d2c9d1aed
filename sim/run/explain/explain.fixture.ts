/** Pieces of explanations for tests; each test changes what it is about. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ExplainDocument, ExplainedHost, ExplainedMove } from "./document.ts";

type Decided = Extract<HistoryRecord, { readonly kind: "move/decided" }>;

/** The record of a decision: host 1's map 4 goes to host 2 because host 1 was lost. */
export function decided(over: Partial<Decided> = {}): Decided {
  return {
    kind: "move/decided",
    move: 1,
    map: 4,
    cause: "lost",
    form: "failover",
    from: 1,
    to: 2,
    toVps: false,
    toEligible: true,
    epoch: 2,
    scoreFrom: 900_000,
    scoreTo: 800_000,
    theta: 0,
    players: 10,
    toMaps: 1,
    toMapsMax: 3,
    toPlayers: 10,
    toPlayersMax: 200,
    sinceMoveUs: -1,
    voluntaryNow: 0,
    mapsHosted: 10,
    ...over,
  };
}

/** A player host of 0.9 points. */
export function explainedHost(host: number, over: Partial<ExplainedHost> = {}): ExplainedHost {
  return {
    host,
    name: `host ${host} (EU)`,
    kind: "player",
    connected: true,
    score: 0.9,
    terms: [
      { term: "cpu", value: 1, weight: 0.15, points: 0.15 },
      { term: "ram", value: 1, weight: 0.15, points: 0.15 },
      { term: "network", value: 1, weight: 0.25, points: 0.25 },
      { term: "stability", value: 0.9, weight: 0.1, points: 0.09 },
      { term: "latency", value: 0.742857, weight: 0.35, points: 0.26 },
    ],
    rtt_ms: 8.9,
    uptime_s: 7200,
    maps: 2,
    maps_max: 3,
    players: 50,
    players_max: 210,
    upload_kbps: 21_000,
    bad_measurements: 0,
    stats: {
      cpu_ghz: 3.6,
      cpu_cores: 8,
      free_ram_mb: 16_384,
      network_speed_mbps: 300,
      latency_ms: 12,
      disconnects_per_hour: 0,
      jitter_ms: 3,
      packet_rate: 1000,
      frame_time_ms: 8,
    },
    against: [],
    truth: null,
    ...over,
  };
}

/** A VPS site. */
export function explainedSite(host: number, over: Partial<ExplainedHost> = {}): ExplainedHost {
  return explainedHost(host, { name: `VPS site ${host} (EU)`, kind: "vps", score: null, terms: [], ...over });
}

/** The move by which the map came to host 7: host 3 was lost, and host 7 stood by. */
export function explainedMove(over: Partial<ExplainedMove> = {}): ExplainedMove {
  return {
    at_s: 1000,
    cause: "lost",
    form: "failover",
    from: 3,
    from_name: "host 3 (NA)",
    to: 7,
    to_name: "host 7 (EU)",
    epoch: 2,
    score_from: 0.8,
    score_to: 0.9,
    theta: null,
    players: 20,
    stood_by: true,
    steps: [],
    ended_s: 1000.2,
    failure: null,
    why: "host 3 (NA) was lost: it fell silent",
    choice: "host 7 (EU) stood by for it",
    ...over,
  };
}

/** Map 12 on host 7 for 200 s; host 8 could take it, and scores too little. Not headed yet. */
export function explained(over: Partial<ExplainDocument> = {}): Omit<ExplainDocument, "state" | "headline"> {
  return {
    scenario: "capacity/test",
    seed: 3,
    at_s: 1200,
    map: {
      number: 12,
      name: "moc_fild01",
      critical: false,
      may_leave_vps: true,
      players: 20,
      players_max: 200,
      room_asked: 29,
      players_by_region: { EU: 15, NA: 5 },
      mix: { EU: 0.75, NA: 0.25 },
    },
    coordinator: { up: true, started_s: 0, opens_s: null },
    formula: {
      scoring: "normalized",
      realtime: true,
      prefer_low_latency: true,
      weights: { cpu: 0.15, ram: 0.15, network: 0.25, latency: 0.35, stability: 0.1 },
    },
    owner: explainedHost(7),
    epoch: 2,
    serving: true,
    since_s: 1000,
    served_by: { host: 7, name: "host 7 (EU)" },
    arrival: explainedMove(),
    move: null,
    waiting: null,
    standbys: [{ ...explainedHost(8, { score: 0.85 }), warm: true }],
    candidates: [explainedHost(8, { score: 0.85 })],
    barred: [],
    barred_all: 0,
    hosts: {
      known: 100,
      connected: 60,
      could_take: 1,
      better: 0,
      against: { away: 40, ineligible: 58 },
      conditions: { network_speed_mbps: 50, jitter_ms: 12 },
    },
    own_will: {
      cause: "better",
      to: null,
      holds: [{ why: "not_better", value: 0.85, limit: 0.99, text: "the first choice scores 0.850, and a move asks for more than 0.990" }],
      theta: 1.1,
      score_asked: 0.99,
      cooldown_left_s: 0,
      every_s: 30,
      moves: 0,
      moves_max: 10,
    },
    limits: { bad_measurements: 3, failed_validations: 3 },
    if_host_lost: { host: 8, name: "host 8 (EU)", text: "host 8 (EU), its warm standby" },
    if_handed_over: { host: 8, name: "host 8 (EU)", text: "host 8 (EU), its warm standby" },
    vps: {
      slots: 20,
      slots_used: 4,
      slots_kept: 0,
      sites: [{ host: 1, name: "VPS site 1 (EU)", connected: true, slots: 20, slots_used: 4, rtt_ms: 12 }],
    },
    moves: [explainedMove()],
    moves_all: 1,
    ...over,
  };
}
