/** The big figures of a run: what an operator asks first, each with what it means. */
import type { RunDocument } from "../document.ts";
import { known } from "../summary-paragraphs.ts";
import { count, duration, percent } from "../summary-words.ts";
import type { BigFigure } from "./page.ts";

/** In the order of importance; what is not known is left out. */
export function summaryFigures(document: RunDocument): BigFigure[] {
  const m = (name: string) => document.metrics[name];
  const out: BigFigure[] = [];
  const add = (value: number | null | undefined, figure: (value: number) => BigFigure): void => {
    if (known(value)) out.push(figure(value));
  };
  add(m("players_online")?.max, (v) => ({
    name: "Players at the peak",
    value: count(v),
    meaning: `online at once; ${count(m("players_online")?.mean ?? 0)} on average`,
  }));
  add(m("vps_slots_needed")?.max, (v) => ({
    name: "VPS slots to rent",
    value: count(v),
    meaning: `the most any run needed; ${count(document.size.vps_slots)} are offered, all maps on the VPS would take ${count(document.size.maps)}`,
    ...(v > document.size.vps_slots ? { tone: "bad" as const } : {}),
  }));
  add(m("share_player_hours_p2p")?.mean, (v) => ({
    name: "Play on player hosts",
    value: percent(v),
    meaning: `of player-hours; ${percent(m("share_map_hours_p2p")?.mean ?? 0)} of the hours of maps that may leave the VPS`,
  }));
  add(m("interruption_ms")?.p50, (v) => ({
    name: "A move stops play for",
    value: duration(v),
    meaning: `in the middle; ${duration(m("interruption_ms")?.p99 ?? 0)} for the slowest 1 %`,
  }));
  add(m("interruptions_per_player_hour")?.mean, (v) => ({
    name: "A player meets a move",
    value: v > 0 ? `every ${duration(3_600_000 / v)}` : "never",
    meaning: "of play, on average",
  }));
  add(m("unhosted_map_seconds")?.mean, (v) => ({
    name: "Maps without a host",
    value: duration(v * 1000),
    meaning: `a run, all maps together; the longest outage ${duration(m("unhosted_ms")?.max ?? 0)}`,
  }));
  const [rtt, vps] = [m("rtt_ms")?.mean, m("rtt_vps_ms")?.mean];
  if (known(rtt) && known(vps)) {
    const nearer = rtt <= vps;
    out.push({
      name: "Round trip",
      value: duration(rtt),
      meaning: `mean; ${duration(Math.abs(vps - rtt))} ${nearer ? "less" : "more"} than with every map on the VPS (${duration(vps)})`,
    });
  }
  add(m("eligible_hosts")?.p50, (v) => ({
    name: "Hosts that may be used",
    value: count(v),
    meaning: `at once (median), of ${count(document.size.hosts)} machines offered and ${count(m("hosts_online")?.p50 ?? 0)} online`,
  }));
  return out;
}
