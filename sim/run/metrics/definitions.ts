/**
 * What every metric of a run means: its unit, what is counted, from when to when, and what one sample is. METRICS.md is
 * written from this table (a test compares them), and a scenario's thresholds may name only what stands here.
 */
import { CAUSE_TEXT, MOVE_CAUSES } from "./causes.ts";

/** Version of the definitions: it grows whenever a metric changes its meaning, so that old and new documents are not compared. */
export const DEFINITIONS_VERSION = 1;

/** What one sample of a metric is: one happening, one instant at the end of a series step, or one whole run. */
export type Sampling = "event" | "step" | "run";

/**
 * Which way is better for players or for who pays the VPS; null where neither is. Moves have no direction: one of them saves a map and another
 * takes a better host, and what either costs is told by interruptions and outages. Neither has what another metric tells already
 * (share_map_hours_p2p_all and vps_hours_saved are share_map_hours_p2p in other units), so that a comparison counts a fact once.
 */
export type Better = "less" | "more" | null;

/** One metric. Histograms hold whole numbers; value = stored number × `scale`. */
export type Definition = {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
  readonly sampling: Sampling;
  readonly better: Better;
  /** What is counted, in one sentence. */
  readonly what: string;
  /** From when to when. */
  readonly span: string;
};

const MS = 0.001;
const PPM = 0.000001;
const WHOLE_RUN = "Whole run, from its start to its end, the settling phase included.";

const HOSTING: readonly Definition[] = [
  {
    name: "share_map_hours_p2p",
    unit: "share",
    scale: PPM,
    sampling: "run",
    better: "more",
    what: "Hours in which a player host served a map that may leave the VPS, divided by all hours of those maps (hours without a host count in the divisor).",
    span: WHOLE_RUN,
  },
  {
    name: "share_map_hours_p2p_all",
    unit: "share",
    scale: PPM,
    sampling: "run",
    better: null,
    what: "The same over all maps, those that must stay on the VPS included.",
    span: WHOLE_RUN,
  },
  {
    name: "share_player_hours_p2p",
    unit: "share",
    scale: PPM,
    sampling: "run",
    better: "more",
    what: "Player-hours played on a player host, divided by all player-hours played; time in which nobody serves the player's map is in neither.",
    span: WHOLE_RUN,
  },
  {
    name: "vps_hours_saved",
    unit: "slot-hours",
    scale: MS,
    sampling: "run",
    better: null,
    what: "VPS slot-hours that running every map on the VPS would have taken beyond what was taken: the map-hours on player hosts.",
    span: WHOLE_RUN,
  },
  {
    name: "vps_slots_used",
    unit: "slots",
    scale: 1,
    sampling: "step",
    better: "less",
    what: "VPS slots in use: maps that a VPS site serves, and maps on their way to one (from the decision until they are served or the move fails).",
    span: "At the end of every series step, so that each step weighs the same.",
  },
  {
    name: "vps_slots_needed",
    unit: "slots",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "The number of slots to rent: the highest sum of slots in use and maps that were refused a slot at that instant (vps_full) or still wait for one.",
    span: `${WHOLE_RUN} Every instant counts, not only the ends of steps.`,
  },
  {
    name: "vps_refused",
    unit: "refusals",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "Times a map was refused a VPS slot because all were taken (vps_full); a map that nobody serves counts once until it is served, however often it asks.",
    span: WHOLE_RUN,
  },
  {
    name: "upload_used_share",
    unit: "share",
    scale: 0.0001,
    sampling: "step",
    better: null,
    what: "Players on a player host times the upload one player costs, divided by the upload its owner gives; one sample for each player host that serves at least one map.",
    span: "At the end of every series step.",
  },
];

const FLEET: readonly Definition[] = [
  {
    name: "hosts_online",
    unit: "hosts",
    scale: 1,
    sampling: "step",
    better: null,
    what: "Player machines that are truly up, whether the coordinator knows it or not.",
    span: "At the end of every series step.",
  },
  {
    name: "eligible_hosts",
    unit: "hosts",
    scale: 1,
    sampling: "step",
    better: null,
    what: "Player hosts known to the coordinator that meet every condition of the configuration, as it judged them last.",
    span: "At the end of every series step.",
  },
  {
    name: "eligible_share",
    unit: "share",
    scale: PPM,
    sampling: "run",
    better: null,
    what: "Hours of eligible player hosts, divided by hours of all player hosts known to the coordinator.",
    span: "From a host's introduction until it is gone, over the whole run.",
  },
  {
    name: "detection_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a loss stayed unnoticed: one sample for each host that died, paused or lost its line and was then declared gone.",
    span: "From the first instant the host could not answer to the coordinator's record that it is gone.",
  },
  {
    name: "false_failovers",
    unit: "hosts",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "Hosts declared gone by a closed connection or by silence although they were up and reachable. A loss that healed within the detector's own time counts as a true one.",
    span: WHOLE_RUN,
  },
];

const MOVES: readonly Definition[] = [
  {
    name: "migrations_per_hour",
    unit: "1/h",
    scale: MS,
    sampling: "run",
    better: null,
    what: "Moves of maps that came to their end, of every cause; a map's first placement is none.",
    span: WHOLE_RUN,
  },
  ...MOVE_CAUSES.map(
    (cause): Definition => ({
      name: `migrations_per_hour_${cause}`,
      unit: "1/h",
      scale: MS,
      sampling: "run",
      better: null,
      what: `Of these, moves because ${CAUSE_TEXT[cause]}.`,
      span: WHOLE_RUN,
    }),
  ),
  {
    name: "moves_failed_per_hour",
    unit: "1/h",
    scale: MS,
    sampling: "run",
    better: "less",
    what: "Moves that were given up, whatever the reason; the map stays where it was or is tried elsewhere.",
    span: WHOLE_RUN,
  },
  {
    name: "voluntary_moves_per_map_hour",
    unit: "1/map-hour",
    scale: PPM,
    sampling: "run",
    better: null,
    what: "Finished moves of our own will (better, return), divided by the hours of all maps that may leave the VPS.",
    span: WHOLE_RUN,
  },
  {
    name: "handoff_freeze_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a map stood still in a handoff, one sample for each that succeeded.",
    span: "From the source's freeze to the target's serving.",
  },
  {
    name: "failover_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a map was without a host because its host was lost, one sample for each map that another host took over.",
    span: "From the first instant the old host could not serve (crash, exit, pause, line cut) to another host's serving.",
  },
  {
    name: "claims_unknown",
    unit: "claims",
    scale: 1,
    sampling: "run",
    better: null,
    what: "Claims of ownership whose answer from the store was lost, so that it had to be read again.",
    span: WHOLE_RUN,
  },
];

const OUTAGES: readonly Definition[] = [
  {
    name: "unhosted_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "Time in which nobody served a map, one sample for each outage. The planned freeze of a handoff that succeeds is not an outage (handoff_freeze_ms), nor is the wait for the first host (first_host_ms). An outage still open at the end of the run counts up to then.",
    span: "From the first instant the last host could not serve to the next instant a host serves, be it another or the same one healed.",
  },
  {
    name: "unhosted_map_seconds",
    unit: "s",
    scale: MS,
    sampling: "run",
    better: "less",
    what: "Sum of all outages of unhosted_ms in a run.",
    span: WHOLE_RUN,
  },
  {
    name: "first_host_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a map waited for its first host, one sample for each map. A map that never got one counts with the whole run.",
    span: "From the start of the run to the first host's serving.",
  },
];

const PLAYERS: readonly Definition[] = [
  {
    name: "players_online",
    unit: "players",
    scale: 1,
    sampling: "step",
    better: null,
    what: "Players whose session runs.",
    span: "At the end of every series step.",
  },
  {
    name: "player_hours",
    unit: "player-hours",
    scale: MS,
    sampling: "run",
    better: "more",
    what: "Hours of players' sessions.",
    span: WHOLE_RUN,
  },
  {
    name: "sessions",
    unit: "sessions",
    scale: 1,
    sampling: "run",
    better: null,
    what: "Players' sessions that began, those online at the start included.",
    span: WHOLE_RUN,
  },
  {
    name: "interruption_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a move kept a player from playing, one sample for each player and move. Players that quit or leave meanwhile are counted in interruption_abandoned instead.",
    span: "From the instant the player's map was no longer served by the old host (freeze, loss, or the new host's start if the old one still ran) to the player's joining the new host.",
  },
  {
    name: "interruptions_per_player_hour",
    unit: "1/player-hour",
    scale: PPM,
    sampling: "run",
    better: "less",
    what: "Samples of interruption_ms, divided by the hours of players' sessions: how often one player meets a move.",
    span: WHOLE_RUN,
  },
  {
    name: "interrupted_s_per_player_hour",
    unit: "s/player-hour",
    scale: PPM,
    sampling: "run",
    better: "less",
    what: "Sum of interruption_ms, divided by the hours of players' sessions: what moves take from one player's play, however many they are. A policy that avoids the short moves makes the mean of interruption_ms longer, and this shorter.",
    span: WHOLE_RUN,
  },
  {
    name: "interruption_abandoned",
    unit: "players",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "Players that left the map, ended their session or quit while nobody served their map to them.",
    span: WHOLE_RUN,
  },
  {
    name: "stall_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long players stood still although their map did not move: its host paused, lost its line for a while, or undid a freeze. One sample for each player.",
    span: "From the instant the host could not serve to the instant the same host serves again.",
  },
  {
    name: "rtt_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "Round trip between a player and the host it joins, one sample for each join (first joins and moves).",
    span: "At the instant of joining.",
  },
  {
    name: "rtt_vps_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: null,
    what: "What the same join would have had to the nearest VPS site on the same random draws: the baseline of all maps on the VPS.",
    span: "At the instant of joining.",
  },
  {
    name: "rtt_gain_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: null,
    what: "rtt_vps_ms minus rtt_ms for joins in which the chosen host is as near as the VPS or nearer. Gains and losses are two metrics, because histograms hold no negative numbers.",
    span: "At the instant of joining.",
  },
  {
    name: "rtt_loss_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: null,
    what: "rtt_ms minus rtt_vps_ms for joins in which the chosen host is farther than the VPS.",
    span: "At the instant of joining.",
  },
  {
    name: "quits_by_quality",
    unit: "players",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "Players that left because of quality (round trip, jitter, loss, outages).",
    span: WHOLE_RUN,
  },
  {
    name: "quits_by_quality_per_1000_player_hours",
    unit: "1/1000 player-hours",
    scale: MS,
    sampling: "run",
    better: null,
    what: "quits_by_quality for each 1,000 hours of players' sessions.",
    span: WHOLE_RUN,
  },
  {
    name: "players_refused",
    unit: "refusals",
    scale: 1,
    sampling: "run",
    better: null,
    what: "Times a player was refused entry to a map, of every reason; the reasons stand in `refused`.",
    span: WHOLE_RUN,
  },
  {
    name: "entries_refused_share",
    unit: "share",
    scale: PPM,
    sampling: "run",
    better: "less",
    what: "Refusals of players_refused, divided by all answers to players who asked for a map: refusals and entries. A player who is refused and asks for another map asks anew.",
    span: WHOLE_RUN,
  },
];

/** At fidelity game only: elsewhere none of these has a sample. */
const GAMES: readonly Definition[] = [
  {
    name: "lost_handoff_ms",
    unit: "ms",
    scale: 1,
    sampling: "event",
    better: "less",
    what: "Time of a map that a handoff lost, one sample for each: 0 unless something is wrong.",
    span: "From the map time of the state the target took up to that of the state the source froze with.",
  },
  {
    name: "lost_warm_ms",
    unit: "ms",
    scale: 1,
    sampling: "event",
    better: "less",
    what: "Time of a map that a failover to a host with a replica lost, one sample for each. What was acknowledged in it is done again and not lost (acknowledged_lost).",
    span: "From the map time of the state that was taken up to that of the last instant at which the old host could serve.",
  },
  {
    name: "lost_cold_ms",
    unit: "ms",
    scale: 1,
    sampling: "event",
    better: "less",
    what: "The same for who had no replica and took the state from the store, a VPS among them.",
    span: "From the map time of the state that was taken up to that of the last instant at which the old host could serve.",
  },
  {
    name: "acknowledged_lost",
    unit: "operations",
    scale: 1,
    sampling: "run",
    better: "less",
    what: "Operations that were answered as done and that a state taken up later had neither in it nor put on top of it.",
    span: WHOLE_RUN,
  },
  {
    name: "failover_close_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "failover_ms where the host's connection closed and the next one had a replica.",
    span: "From the first instant the old host could not serve to another host's serving.",
  },
  {
    name: "failover_silence_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "failover_ms where nothing was heard of the host any more and the next one had a replica.",
    span: "From the first instant the old host could not serve to another host's serving.",
  },
  {
    name: "failover_cold_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "failover_ms where the next host, a VPS perhaps, took the state from the store, however the old one was lost.",
    span: "From the first instant the old host could not serve to another host's serving.",
  },
  {
    name: "operation_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: null,
    what: "How long an operation that is not critical took to be written down, one sample for each that was.",
    span: "From the game's deed to the store's answer at the host; batches wait for the tick of the queue.",
  },
  {
    name: "operation_critical_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "The same for critical operations, which do not wait for a tick.",
    span: "From the game's deed to the store's answer at the host.",
  },
  {
    name: "input_ms",
    unit: "ms",
    scale: MS,
    sampling: "event",
    better: "less",
    what: "How long a player's input took until its client knew that the host had taken it, one sample for each that was taken and obeyed.",
    span: "From the person's click to the client's hearing of it.",
  },
];

/** Chapters of METRICS.md, in order. */
export const CHAPTERS: readonly { readonly title: string; readonly metrics: readonly Definition[] }[] = [
  { title: "Who hosts", metrics: HOSTING },
  { title: "The fleet", metrics: FLEET },
  { title: "Moves", metrics: MOVES },
  { title: "Outages", metrics: OUTAGES },
  { title: "Players", metrics: PLAYERS },
  { title: "Games", metrics: GAMES },
];

/** All metrics, in the order of reports. */
export const DEFINITIONS: readonly Definition[] = CHAPTERS.flatMap((chapter) => chapter.metrics);
