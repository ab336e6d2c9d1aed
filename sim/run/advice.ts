/**
 * What an operator could change, read off a run's figures: each piece of advice says what was seen, what would help, and the command that puts
 * it to the test. It is given only where the figures carry it.
 */
import type { RunDocument } from "./document.ts";
import { count, duration, percent } from "./summary-words.ts";

/** One piece of advice. `command` puts it to the test, or is null where the answer is plain. */
export type Advice = { readonly text: string; readonly command: string | null };

/** A reason against this share of host-hours is worth a word. */
const REASON_SHARE_MIN = 0.1;
/** As many more slots offered than needed are worth a word. */
const SLOTS_SPARE_MIN = 1.25;

/** The setting behind a reason against hosts, and by how much a first try would ease it. */
const REQUIREMENTS: Readonly<
  Record<string, { readonly setting: keyof RunDocument["requirements"]; readonly ease: number; readonly words: string }>
> = {
  network_speed_mbps: { setting: "net_min_speed", ease: 0.5, words: "are slower than the {} Mbit/s asked for" },
  latency_ms: { setting: "net_max_latency", ease: 1.5, words: "are farther than {} ms from the nearest VPS site" },
  cpu_ghz: { setting: "cpu_min_ghz", ease: 0.8, words: "have a clock below {} GHz" },
  cpu_cores: { setting: "cpu_min_cores", ease: 0.5, words: "have fewer than {} cores" },
  free_ram_mb: { setting: "ram_min_mb", ease: 0.5, words: "have less than {} MB free" },
  jitter_ms: { setting: "max_jitter_ms", ease: 1.5, words: "have more jitter than {} ms" },
  disconnects_per_hour: { setting: "max_disconnects_per_hour", ease: 2, words: "lose their line more than {} times an hour" },
};

/** What could be changed, most pressing first; empty where nothing suggests itself. */
export function adviceFor(document: RunDocument): Advice[] {
  return [...slots(document), ...noticing(document), ...doors(document), ...volunteers(document), ...largest(document)];
}

function slots(document: RunDocument): Advice[] {
  const need = document.metrics["vps_slots_needed"]?.max ?? null;
  const offered = document.size.vps_slots;
  if (need === null || need < 1) return [];
  if (need > offered) {
    return [
      {
        text: `Rent ${count(need)} VPS slots instead of ${count(offered)}: that is what the worst run asked for at one instant.`,
        command: changed(document, `vps.slots=${need}`),
      },
    ];
  }
  if (offered < need * SLOTS_SPARE_MIN) return [];
  return [
    {
      text: `${count(offered)} VPS slots are offered and no run needed more than ${count(need)}. How few would do is found by a search.`,
      command: search(document, "vps.slots", offered, Math.max(1, Math.floor(need / 2))),
    },
  ];
}

/** Outages and interruptions too long: mostly the time it takes to notice a loss. */
function noticing(document: RunDocument): Advice[] {
  const late = document.thresholds.some((t) => !t.ok && /^(unhosted|interruption|failover|detection)_ms$/.test(t.metric));
  const found = document.metrics["detection_ms"]?.p99 ?? null;
  const away = document.metrics["failover_ms"]?.p99 ?? null;
  if (!late || found === null || away === null || away <= 0) return [];
  const { heartbeat_ms, heartbeats_missed_max } = document.requirements;
  const share = Math.min(1, found / away);
  return [
    {
      text: `Of the ${duration(away)} that a failover takes (p99), ${percent(share)} is the time until the loss is noticed: ${heartbeats_missed_max} heartbeats of ${heartbeat_ms} ms must be missed first. More frequent ones find it sooner and cost traffic.`,
      command: against(document, `tuning.heartbeatMs=${Math.max(50, Math.round(heartbeat_ms / 2))}`),
    },
  ];
}

/** Players turned away at the door of a map. */
function doors(document: RunDocument): Advice[] {
  const full = document.refused["map_full"] ?? 0;
  const sessions = document.metrics["sessions"]?.sum ?? 0;
  if (full === 0 || full < sessions / 1000) return [];
  const { map_players_max } = document.requirements;
  return [
    {
      text: `${count(full)} times a player found a map full (${count(map_players_max)} players). A higher limit lets them in and asks more upload of the host.`,
      command: against(document, `tuning.mapPlayersMax=${Math.round(map_players_max * 1.25)}`),
    },
  ];
}

/** What keeps volunteers from hosting, where more of them would take maps off the VPS. */
function volunteers(document: RunDocument): Advice[] {
  const share = document.metrics["share_map_hours_p2p"]?.mean ?? null;
  const top = Object.entries(document.ineligible)[0];
  const known = top === undefined ? undefined : REQUIREMENTS[top[0]];
  if (share === null || top === undefined || top[1] < REASON_SHARE_MIN || known === undefined) return [];
  const limit = document.requirements[known.setting];
  const eased = Math.round(limit * known.ease * 10) / 10;
  const section = known.setting === "max_jitter_ms" ? "realtime_gaming" : "host_requirements";
  return [
    {
      text: `${percent(top[1])} of volunteers' hours are no use because they ${known.words.replace("{}", count(limit))}. What asking less would bring, and cost, a comparison tells.`,
      command: against(document, `conf.${section}.${known.setting}=${eased}`),
    },
  ];
}

/** What holds is worth knowing the end of. */
function largest(document: RunDocument): Advice[] {
  const peak = document.metrics["players_online"]?.max ?? null;
  if (document.result !== "ok" || document.thresholds.length === 0 || peak === null || peak < 1) return [];
  const from = Math.max(1, Math.round(peak / 2));
  return [
    {
      text: "How many more players the same hosts and slots carry before a threshold breaks is found by a search.",
      command: search(document, "fleet.players", from, Math.round(peak * 3)),
    },
  ];
}

/** The command of the run with one more change. */
function changed(document: RunDocument, set: string): string {
  return `${document.command} --set ${set}`;
}

function against(document: RunDocument, set: string): string {
  return `${base(document, "compare")} --set-b ${set}`;
}

function search(document: RunDocument, path: string, from: number, to: number): string {
  return `${base(document, "capacity")} --vary ${path} --from ${from} --to ${to}`;
}

/** The same scenario with the same changes under another command; seeds and time limits are that command's own affair. */
function base(document: RunDocument, command: string): string {
  return document.command.replace(/^peerstead run /, `peerstead ${command} `).replace(/ --(seeds|timeout) \S+/g, "");
}
