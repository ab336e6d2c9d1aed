/** The regions of all runs together, as tables show them. */
import { Histogram, type HistogramData } from "../../src/base/histogram.ts";
import type { RegionOutcome, RunOutcome } from "../outcome.ts";

/** One region over all runs. Counts are means over runs, `_max` the most of any run; shares and round trips are over all joins of all runs. */
export type RegionSummary = {
  readonly region: string;
  readonly player_hours: number;
  readonly players_max: number;
  readonly hosts_online: number;
  readonly hosts_eligible: number;
  /** Share of joins that went to a machine of a player; null without joins. */
  readonly share_joins_p2p: number | null;
  readonly rtt_ms: RoundTrip | null;
  readonly rtt_vps_ms: RoundTrip | null;
  readonly quits_by_quality_per_1000_player_hours: number | null;
  readonly players_refused: number;
  readonly vps_slots: number;
  readonly vps_slots_used: number;
  readonly vps_slots_used_max: number;
};

/** Milliseconds. */
export type RoundTrip = { readonly mean: number; readonly p50: number; readonly p95: number };

/** In the order of the runs' regions; runs that crashed have none and do not count. */
export function summariseRegions(outcomes: readonly RunOutcome[]): RegionSummary[] {
  const lasted = outcomes.filter((run) => run.regions.length > 0);
  const names = lasted[0]?.regions.map((region) => region.region) ?? [];
  return names.map((_, index) => summarise(lasted.map((run) => run.regions[index] as RegionOutcome)));
}

function summarise(parts: readonly RegionOutcome[]): RegionSummary {
  const sum = (of: (part: RegionOutcome) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const most = (of: (part: RegionOutcome) => number): number => Math.max(...parts.map(of));
  const mean = (of: (part: RegionOutcome) => number): number => thousandths(sum(of) / parts.length);
  const joins = sum((part) => part.joins);
  const hours = sum((part) => part.player_hours);
  return {
    region: (parts[0] as RegionOutcome).region,
    player_hours: mean((part) => part.player_hours),
    players_max: most((part) => part.players_max),
    hosts_online: mean((part) => part.hosts_online),
    hosts_eligible: mean((part) => part.hosts_eligible),
    share_joins_p2p: joins > 0 ? thousandths(sum((part) => part.joins_on_player_hosts) / joins) : null,
    rtt_ms: roundTrip(parts.map((part) => part.rtt)),
    rtt_vps_ms: roundTrip(parts.map((part) => part.rtt_vps)),
    quits_by_quality_per_1000_player_hours: hours > 0 ? thousandths((1000 * sum((part) => part.quits_by_quality)) / hours) : null,
    players_refused: mean((part) => part.refused),
    vps_slots: (parts[0] as RegionOutcome).vps_slots,
    vps_slots_used: mean((part) => part.vps_slots_used),
    vps_slots_used_max: most((part) => part.vps_slots_used_max),
  };
}

function roundTrip(parts: readonly unknown[]): RoundTrip | null {
  const all = new Histogram();
  for (const part of parts) all.merge(Histogram.fromJSON(part as HistogramData));
  const ms = (us: number): number => thousandths(us / 1000);
  return all.count === 0 ? null : { mean: ms(all.mean), p50: ms(all.quantile(0.5)), p95: ms(all.quantile(0.95)) };
}

function thousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
