/**
 * What an operator could change, read off a run's figures: each piece of advice says what was seen, what would help, and the command that puts
 * it to the test. It is given only where the figures carry it.
 */
import type { Options } from "../options.ts";
import type { Requirements, RunDocument } from "./document.ts";
import { sitesFor } from "./scenario/world.ts";
import { count, counted, duration, percent } from "./summary-words.ts";

/** One piece of advice. `command` puts it to the test, or is null where the answer is plain. */
export type Advice = { readonly text: string; readonly command: string | null };

/** From this much room on, offering fewer slots is worth a word. */
const SLOTS_SPARE_MIN = 1.25;
/** Missed heartbeats that are this share of a failover are worth a word. */
const BEATS_SHARE_MIN = 0.3;
/** Doors that were found shut this often, in shares of sessions, are worth a word. */
const DOORS_SHARE_MIN = 0.001;
/** A reason against this share of host-hours is worth a word, while less than the other share of map-hours is on player hosts. */
const REASON_SHARE_MIN = 0.1;
const P2P_SHARE_ENOUGH = 0.95;
/** Heartbeats are not proposed closer than this. */
const HEARTBEAT_MS_MIN = 50;

/** Results whose figures can be trusted. */
const SOUND: ReadonlySet<RunDocument["result"]> = new Set(["ok", "threshold", "inconclusive"]);

/** The setting behind a reason against hosts, and by how much a first try would ease it; `whole` where it takes whole numbers only. */
type Requirement = {
  readonly path: string;
  readonly of: keyof Requirements;
  readonly ease: number;
  readonly whole?: true;
  readonly words: string;
};

const REQUIREMENTS: Readonly<Record<string, Requirement>> = {
  network_speed_mbps: {
    path: "conf.host_requirements.net_min_speed",
    of: "net_min_speed",
    ease: 0.5,
    words: "are slower than the {} Mbit/s asked for",
  },
  latency_ms: {
    path: "conf.host_requirements.net_max_latency",
    of: "net_max_latency",
    ease: 1.5,
    words: "are farther than {} ms from the nearest VPS site",
  },
  cpu_ghz: { path: "conf.host_requirements.cpu_min_ghz", of: "cpu_min_ghz", ease: 0.8, words: "have a clock below {} GHz" },
  cpu_cores: {
    path: "conf.host_requirements.cpu_min_cores",
    of: "cpu_min_cores",
    ease: 0.5,
    whole: true,
    words: "have fewer than {} cores",
  },
  free_ram_mb: { path: "conf.host_requirements.ram_min_mb", of: "ram_min_mb", ease: 0.5, words: "have less than {} MB free" },
  jitter_ms: { path: "conf.realtime_gaming.max_jitter_ms", of: "max_jitter_ms", ease: 1.5, words: "have more jitter than {} ms" },
  disconnects_per_hour: {
    path: "conf.host_requirements.max_disconnects_per_hour",
    of: "max_disconnects_per_hour",
    ease: 2,
    words: "lose their line more than {} times an hour",
  },
};

/**
 * What could be changed, most pressing first; empty where nothing suggests itself, and where the run's figures cannot be trusted. Points of a
 * sweep get no commands: what a sweep sets cannot be set besides.
 */
export function adviceFor(document: RunDocument): Advice[] {
  if (!SOUND.has(document.result)) return [];
  const all = [...slots(document), ...noticing(document), ...doors(document), ...volunteers(document), ...largest(document)];
  return document.point === null ? all : all.map(({ text }) => ({ text, command: null }));
}

function slots(document: RunDocument): Advice[] {
  const need = document.metrics["vps_slots_needed"]?.max ?? null;
  const offered = document.size.vps_slots;
  if (need === null) return [];
  if (need > offered) {
    const text = `Rent ${count(need)} VPS slots instead of ${count(offered)}: that is what the worst run asked for at one instant.`;
    return [{ text, command: withSlots(document, need) }];
  }
  if (document.result === "threshold" || offered < 2 || offered < need * SLOTS_SPARE_MIN) return [];
  const seen = `${count(offered)} VPS slots are offered and no run needed ${need < 1 ? "any" : `more than ${count(need)}`}.`;
  // Without a promise there is nothing to search by.
  if (!holds(document)) return [{ text: `${seen} Fewer should do.`, command: withSlots(document, Math.max(1, need)) }];
  return [
    {
      text: `${seen} How few would do is found by a search.`,
      command: `${search(document, "vps.slots", offered, Math.max(1, Math.floor(need / 2)))}${withoutSites(document)}`,
    },
  ];
}

/** Outages and interruptions too long: often the time it takes to notice a loss. */
function noticing(document: RunDocument): Advice[] {
  const late = document.thresholds.some((t) => !t.ok && /^(unhosted|interruption|failover|detection)_ms$/.test(t.metric));
  const found = document.metrics["detection_ms"]?.p99 ?? null;
  const away = document.metrics["failover_ms"]?.p99 ?? null;
  const { heartbeat_ms, heartbeats_missed_max } = document.requirements;
  const proposed = Math.max(HEARTBEAT_MS_MIN, Math.round(heartbeat_ms / 2));
  if (!late || found === null || away === null || away <= 0 || proposed >= heartbeat_ms) return [];
  // A loss can be noticed late for other reasons: a coordinator that is down, a storm. Heartbeats are no cure for those.
  const missed = heartbeats_missed_max * heartbeat_ms;
  if (Math.min(found, missed) < BEATS_SHARE_MIN * away) return [];
  const share = Math.min(1, found / away);
  return [
    {
      text: `Of the ${duration(away)} that a failover takes (p99), ${percent(share)} is the time until the loss is noticed: ${heartbeats_missed_max} heartbeats of ${heartbeat_ms} ms must be missed first. More frequent ones find it sooner and cost traffic.`,
      command: against(document, `tuning.heartbeatMs=${proposed}`),
    },
  ];
}

/** Players turned away at the door of a map. */
function doors(document: RunDocument): Advice[] {
  const full = document.refused["map_full"] ?? 0;
  const sessions = document.metrics["sessions"]?.sum ?? 0;
  if (full === 0 || full < sessions * DOORS_SHARE_MIN) return [];
  const { map_players_max, vps_map_players_max } = document.requirements;
  return [
    {
      text: `${count(full)} times a player found a map full. Maps that players may host admit ${counted(map_players_max, "player")}, those that stay on the VPS ${count(vps_map_players_max)}. Where it is the former that are full, a higher limit lets more in and asks more upload of the host.`,
      command: against(document, `tuning.mapPlayersMax=${Math.ceil(map_players_max * 1.25)}`),
    },
  ];
}

/** What keeps volunteers from hosting, where more of them would take maps off the VPS. */
function volunteers(document: RunDocument): Advice[] {
  const share = document.metrics["share_map_hours_p2p"]?.mean ?? null;
  if (share === null || share >= P2P_SHARE_ENOUGH) return [];
  for (const [reason, hours] of Object.entries(document.ineligible)) {
    const known = REQUIREMENTS[reason];
    if (known === undefined) continue;
    const limit = document.requirements[known.of];
    const eased = easedBy(limit, known);
    // Reasons stand in the order of their shares: none behind this one is greater.
    if (hours < REASON_SHARE_MIN || eased === limit) return [];
    return [
      {
        text: `${percent(hours)} of volunteers' hours are no use because they ${known.words.replace("{}", count(limit))}. What asking less would bring, and cost, a comparison tells.`,
        command: against(document, `${known.path}=${eased}`),
      },
    ];
  }
  return [];
}

function easedBy(limit: number, { ease, whole }: Requirement): number {
  return whole === true ? Math.floor(limit * ease) : Math.round(limit * ease * 10) / 10;
}

/** What holds is worth knowing the end of. */
function largest(document: RunDocument): Advice[] {
  const peak = document.metrics["players_online"]?.max ?? null;
  if (!holds(document) || peak === null || peak < 1) return [];
  const text = "How many more players the same hosts and slots carry before a threshold breaks is found by a search";
  if (arriveByRates(document)) {
    return [{ text: `${text}; 1 stands for as many as now.`, command: search(document, "fleet.players.scale", 0.5, 3) }];
  }
  return [{ text: `${text}.`, command: search(document, "fleet.players", Math.max(1, Math.round(peak / 2)), Math.round(peak * 3)) }];
}

/** Something was promised and all of it holds: then a search has something to find the end of. */
function holds(document: RunDocument): boolean {
  return document.result === "ok" && document.thresholds.length > 0;
}

/** Part of a document's options, which are written for people. */
type Shown = { readonly players: { readonly stages: unknown }; readonly vps: Options["vps"]; readonly regions: Options["regions"] };

/** Whether the scenario gives arrivals as rates. Those computed from a peak are either steady or more stages than a document writes out. */
function arriveByRates(document: RunDocument): boolean {
  const { stages } = (document.options as Shown).players;
  return Array.isArray(stages) && stages.length > 0;
}

/** What drops sites that the scenario lists one by one: number and list exclude each other. */
function withoutSites(document: RunDocument): string {
  const { vps, regions } = document.options as Shown;
  const spread = sitesFor(regions, document.size.vps_slots);
  return JSON.stringify(spread) === JSON.stringify(vps.sites) ? "" : " --set vps.sites=null";
}

/** The same run with so many slots. */
function withSlots(document: RunDocument, slots: number): string {
  return `${document.command}${withoutSites(document)} --set vps.slots=${slots}`;
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
