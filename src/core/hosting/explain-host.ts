/**
 * Owns: what there is to say about one host and one map: what stands against it, and its score term by term.
 * Promises: nothing stands against a host exactly when the coordinator may choose it (`isFit`, `headroom`, the index), and its score
 * is the one it is compared by. Never changes anything.
 */
import { US_PER_S } from "../../base/time.ts";
import type { HostKind, HostStats } from "../protocol/host-stats.ts";
import type { HostId, MapId, RegionId } from "../protocol/ids.ts";
import type { MapConf } from "../settings.ts";
import { scoreFor } from "./choose.ts";
import { type Ineligibility, reasonsOf } from "./eligibility.ts";
import { latencyTermTo, meanRtt } from "./score.ts";
import { normalizedScoreTerms, type ScoreTerm, seedScoreTerms } from "./score-terms.ts";
import type { Hosting } from "./state.ts";

/**
 * Something that stands between a host and a map. Times are us; `value` is what the host has, `limit` what is asked of it, null where
 * there is no figure (security) or none was measured.
 */
export type Obstacle =
  /** A condition of eligibility that it does not meet. */
  | { readonly why: Ineligibility; readonly value: number | null; readonly limit: number | null }
  /** It is not connected. `since` is null where that is not remembered. */
  | { readonly why: "away"; readonly since: number | null }
  /** Its connection closed or its heartbeats stopped, and it is not judged yet. `asked` looks at it, NO_HOST for nobody. */
  | { readonly why: "suspect"; readonly how: "close" | "silence"; readonly asked: HostId }
  | { readonly why: "leaving" }
  /** It failed validation too often. */
  | { readonly why: "blocked"; readonly until: number }
  /** Its frames take too long, several measurements in a row. */
  | { readonly why: "degraded"; readonly value: number | null; readonly limit: number }
  /** It lost a map, gave one up or missed a deadline; `times` in a row. */
  | { readonly why: "backoff"; readonly until: number; readonly times: number }
  /** A block or back-off is over; it is offered again at the next health check. */
  | { readonly why: "resting" }
  /** Maps held and reserved, of so many. */
  | { readonly why: "maps_full"; readonly value: number; readonly limit: number }
  /** Players held and reserved, of so many; the map asks room for `need` more. */
  | { readonly why: "players_full"; readonly value: number; readonly limit: number; readonly need: number };

/** One host as a map sees it. */
export type HostView = {
  readonly host: HostId;
  readonly kind: HostKind;
  readonly region: RegionId;
  readonly online: boolean;
  /** Maps and players it holds, with those that moves under way keep room for, and its limits. */
  readonly maps: number;
  readonly mapsMax: number;
  readonly players: number;
  readonly playersMax: number;
  readonly uploadKbps: number;
  /** As it last measured itself, disconnects as observed. */
  readonly stats: HostStats;
  /** Milliseconds to the map's players: their mean, or under `scoring: seed` the host's own latency, by which it is scored. */
  readonly rttMs: number;
  readonly uptimeS: number | null;
  /** Bad measurements in a row. */
  readonly badChecks: number;
  /** Micro-points, and what they are made of; null and none for a VPS site, which is not chosen by score. */
  readonly micro: number | null;
  readonly terms: readonly ScoreTerm[];
  /** Empty: it could take the map now. Of the map's own host and of VPS sites, room is not asked. */
  readonly obstacles: readonly Obstacle[];
};

/** What a host measured and what the condition asks, for a reason why it is not eligible. */
function conditionOf(reason: Ineligibility, stats: HostStats, conf: MapConf): Extract<Obstacle, { why: Ineligibility }> {
  const { host_requirements: need, realtime_gaming: realtime } = conf;
  switch (reason) {
    case "cpu_ghz":
      return { why: reason, value: stats.cpu_ghz, limit: need.cpu_min_ghz };
    case "cpu_cores":
      return { why: reason, value: stats.cpu_cores, limit: need.cpu_min_cores };
    case "free_ram_mb":
      return { why: reason, value: stats.free_ram_mb, limit: need.ram_min_mb };
    case "network_speed_mbps":
      return { why: reason, value: stats.network_speed_mbps, limit: need.net_min_speed };
    case "latency_ms":
      return { why: reason, value: stats.latency_ms, limit: need.net_max_latency };
    case "disconnects_per_hour":
      return { why: reason, value: stats.disconnects_per_hour, limit: need.max_disconnects_per_hour };
    case "security":
      return { why: reason, value: null, limit: null };
    case "jitter_ms":
    case "jitter_ms_unmeasured":
      return { why: reason, value: stats.jitter_ms, limit: realtime.max_jitter_ms };
    case "packet_rate":
    case "packet_rate_unmeasured":
      return { why: reason, value: stats.packet_rate, limit: realtime.min_packet_rate };
  }
}

/** What stands against a player host whatever its load: none exactly where the table calls it fit. The first one is the one that weighs most. */
function conductObstacles(h: Hosting, slot: number): Obstacle[] {
  const { table } = h;
  const host = table.hostOf(slot);
  const against: Obstacle[] = [];
  const suspicion = h.suspects.get(host);
  if (suspicion !== undefined) against.push({ why: "suspect", how: suspicion.how, asked: suspicion.prober });
  else if (table.online[slot] === 0) against.push({ why: "away", since: h.departed.get(host) ?? null });
  if (table.leaving[slot] === 1) against.push({ why: "leaving" });
  const blockedUntil = table.blockedUntil[slot] as number;
  if (blockedUntil > h.at) against.push({ why: "blocked", until: blockedUntil });
  const { stats } = table.profileOf(slot);
  for (const reason of reasonsOf(table.reasons[slot] as number)) against.push(conditionOf(reason, stats, h.settings.conf));
  if (table.degraded[slot] === 1)
    against.push({ why: "degraded", value: stats.frame_time_ms, limit: h.settings.conf.realtime_gaming.max_frame_time_ms });
  const backoffUntil = table.backoffUntil[slot] as number;
  if (backoffUntil > h.at) against.push({ why: "backoff", until: backoffUntil, times: h.failures.get(host)?.times ?? 1 });
  return against;
}

/** Everything that stands between a player host and a map that asks room for `need` players: none exactly where the index may answer with it. */
export function obstaclesOf(h: Hosting, slot: number, need: number): Obstacle[] {
  const { table } = h;
  const against = conductObstacles(h, slot);
  if (table.mapsLeft(slot) < 1)
    against.push({
      why: "maps_full",
      value: (table.maps[slot] as number) + (table.mapsReserved[slot] as number),
      limit: table.mapsMax[slot] as number,
    });
  if (table.playersLeft(slot) < need)
    against.push({
      why: "players_full",
      value: (table.players[slot] as number) + (table.playersReserved[slot] as number),
      limit: table.playersMax[slot] as number,
      need,
    });
  if (against.length === 0 && !h.index.offers(slot)) against.push({ why: "resting" });
  return against;
}

/** A host as a map sees it. */
export function hostView(h: Hosting, slot: number, map: MapId, need: number): HostView {
  const { table } = h;
  const { kind, region, upload_kbps, stats, regional_latency_ms } = table.profileOf(slot);
  const host = table.hostOf(slot);
  const isVps = kind === "vps";
  const rttMs =
    h.settings.conf.general.scoring === "seed" && !isVps ? stats.latency_ms : meanRtt(regional_latency_ms, h.mix(map), stats.latency_ms);
  const standing = isVps || h.maps[map]?.owner === host ? conductObstacles(h, slot) : obstaclesOf(h, slot, need);
  return {
    host,
    kind,
    region,
    online: table.online[slot] === 1,
    maps: (table.maps[slot] as number) + (table.mapsReserved[slot] as number),
    mapsMax: table.mapsMax[slot] as number,
    players: (table.players[slot] as number) + (table.playersReserved[slot] as number),
    playersMax: table.playersMax[slot] as number,
    uploadKbps: upload_kbps,
    stats,
    rttMs,
    uptimeS: uptimeAt(h, slot, h.at),
    badChecks: h.badChecks.get(host) ?? 0,
    micro: isVps ? null : microOf(h, slot, map),
    terms: isVps ? [] : termsOf(h, slot, map),
    // A site is held to no condition; that it failed a deadline is not remembered either.
    obstacles: isVps ? standing.filter(({ why }) => why === "away" || why === "suspect") : standing,
  };
}

/** A host's score for a map (micro-points): the one it is compared by, or, where nobody compares it, what it would be now. */
export function microOf(h: Hosting, slot: number, map: MapId): number {
  return isCompared(h, slot) ? scoreFor(h, slot, map) : sumOf(termsOf(h, slot, map));
}

/** Whether the table's scores of a host are those of its latest measurements: it is not scored while it may not be chosen and holds nothing. */
export function isCompared(h: Hosting, slot: number): boolean {
  return (h.table.scoredAt[slot] as number) >= 0;
}

/** The terms of {@link microOf}. A score that stands in the table has the uptime of when it was computed. */
function termsOf(h: Hosting, slot: number, map: MapId): ScoreTerm[] {
  const { conf } = h.settings;
  const { stats, regional_latency_ms } = h.table.profileOf(slot);
  if (conf.general.scoring === "seed") return seedScoreTerms(stats, conf);
  const latencyTerm = latencyTermTo(regional_latency_ms, h.mix(map), stats.latency_ms, conf);
  if (!isCompared(h, slot)) return normalizedScoreTerms(stats, conf, latencyTerm, uptimeAt(h, slot, h.at));
  const terms = normalizedScoreTerms(stats, conf, latencyTerm, uptimeAt(h, slot, h.table.scoredAt[slot] as number));
  // The table rounds the score of each region before it takes their mean: what that moves, two micro-points at most, is latency's.
  const moved = scoreFor(h, slot, map) - sumOf(terms);
  return terms.map((each) => (each.term === "latency" ? { ...each, micro: each.micro + moved } : each));
}

function sumOf(terms: readonly ScoreTerm[]): number {
  return terms.reduce((sum, { micro }) => sum + micro, 0);
}

function uptimeAt(h: Hosting, slot: number, at: number): number | null {
  const upSince = h.table.upSince[slot] as number;
  return upSince <= at ? (at - upSince) / US_PER_S : null;
}
