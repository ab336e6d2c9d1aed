/**
 * Reads a run as it happens and leaves its metrics, time series, reasons and counters. It hears what actors record and
 * what the world knows, and changes nothing. Calls for players come by the million: they allocate nothing.
 */
import type { Histogram } from "../../../src/base/histogram.ts";
import { US_PER_HOUR, US_PER_MINUTE, US_PER_S } from "../../../src/base/time.ts";
import { type HistoryRecord, isVoluntary, type MoveCause, type MoveForm } from "../../../src/core/protocol/history.ts";
import type { ActorId, HostId, PlayerId } from "../../../src/core/protocol/ids.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import { roomFor } from "./columns.ts";
import { MOVE_CAUSES } from "./causes.ts";
import { Fleet } from "./fleet.ts";
import { Games } from "./games.ts";
import { Hosting } from "./hosting.ts";
import { Level } from "./level.ts";
import { NO_SERVICE, RUNNING } from "./services.ts";
import { Reached, Tally } from "./tally.ts";
import { type Counter, type Gathered, Timeline } from "./timeline.ts";

/** The part of a run's outcome that metrics give. */
export type Measured = Pick<RunOutcome, "metrics" | "series" | "ineligible" | "reached" | "refused">;

type MoveDecided = Extract<HistoryRecord, { readonly kind: "move/decided" }>;
type PlayerPlaying = Extract<HistoryRecord, { readonly kind: "player/playing" }>;
type PlayerLeft = Extract<HistoryRecord, { readonly kind: "player/left" }>;

/** What the options must say: the maps, the VPS sites, the hosting figures and the width of a step. */
export type MetricsOptions = Pick<Options, "maps" | "vps" | "tuning" | "seriesStepUs">;

/** An observer of one run. Give it everything in time order, `finish` last, then take {@link Metrics.outcome}. */
export class Metrics implements Observer {
  readonly #options: MetricsOptions;
  readonly #tally = new Tally();
  readonly #reached = new Reached();
  readonly #timeline = new Timeline();
  readonly #fleet: Fleet;
  readonly #hosting: Hosting;
  readonly #games: Games;
  readonly #playersOnline = new Level();
  readonly #refused = new Map<string, number>();
  readonly #stepUs: number;
  #stepEnd: number;
  #endedAt = -1;
  #starts = 0;
  #sessions = 0;
  #interruptions = 0;
  #entries = 0;
  #abandoned = 0;
  /** The service each player last joined. */
  #serviceOf = new Int32Array(0);
  /** Cause and form of each map's last decided move. */
  readonly #causes: MoveCause[];
  readonly #forms: MoveForm[];
  readonly #moved = new Map<MoveCause, number>(MOVE_CAUSES.map((cause) => [cause, 0]));
  readonly #movesPerStep = new Map<MoveCause, Counter>();
  readonly #interruptedPerStep: Counter;
  readonly #quitsPerStep: Counter;
  readonly #playersRefusedPerStep: Counter;
  readonly #slotsRefusedPerStep: Counter;
  readonly #rttPerStep: Gathered;
  readonly #rttVpsPerStep: Gathered;
  readonly #interruptionUs: Histogram;
  readonly #rttUs: Histogram;
  readonly #rttVpsUs: Histogram;
  readonly #rttGainUs: Histogram;
  readonly #rttLossUs: Histogram;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#stepUs = options.seriesStepUs > 0 ? options.seriesStepUs : US_PER_MINUTE;
    this.#stepEnd = this.#stepUs;
    this.#fleet = new Fleet(options.tuning, this.#tally.of("detection_ms"));
    this.#hosting = new Hosting(options.maps.eligible, this.#fleet, this.#tally, this.#reached);
    this.#games = new Games(this.#tally);
    this.#causes = new Array<MoveCause>(options.maps.eligible.length).fill("placement");
    this.#forms = new Array<MoveForm>(options.maps.eligible.length).fill("placement");
    this.#interruptionUs = this.#tally.of("interruption_ms");
    this.#rttUs = this.#tally.of("rtt_ms");
    this.#rttVpsUs = this.#tally.of("rtt_vps_ms");
    this.#rttGainUs = this.#tally.of("rtt_gain_ms");
    this.#rttLossUs = this.#tally.of("rtt_loss_ms");
    const line = this.#timeline;
    line.level("players_online", "players", this.#playersOnline);
    line.level("players_on_player_hosts", "players", this.#hosting.playersOnPlayers);
    line.level("players_on_vps", "players", this.#hosting.playersOnVps);
    line.level("hosts_online", "hosts", this.#fleet.online);
    line.level("hosts_eligible", "hosts", this.#fleet.eligible);
    line.level("maps_on_player_hosts", "maps", this.#hosting.onPlayers);
    line.level("maps_on_vps", "maps", this.#hosting.onVps);
    line.level("maps_moving", "maps", this.#hosting.moving);
    line.level("maps_unhosted", "maps", this.#hosting.unhosted);
    line.level("vps_slots_used", "slots", this.#hosting.slots);
    line.constant(
      "vps_slots_limit",
      "slots",
      options.vps.sites.reduce((sum, site) => sum + site.slots, 0),
    );
    for (const cause of MOVE_CAUSES) this.#movesPerStep.set(cause, line.counter(`migrations_${cause}`, "moves"));
    this.#interruptedPerStep = line.counter("players_interrupted", "players");
    this.#quitsPerStep = line.counter("quits_by_quality", "players");
    this.#playersRefusedPerStep = line.counter("players_refused", "refusals");
    this.#slotsRefusedPerStep = line.counter("vps_refused", "refusals");
    this.#rttPerStep = line.mean("rtt_mean", "ms", 0.001);
    this.#rttVpsPerStep = line.mean("rtt_vps_mean", "ms", 0.001);
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (at >= this.#stepEnd) this.#closeSteps(at);
    this.#games.record(self, at, record);
    switch (record.kind) {
      case "player/playing":
        return this.#playing(at, record);
      case "player/left":
        return this.#left(at, record);
      case "player/refused":
        this.#refused.set(record.reason, (this.#refused.get(record.reason) ?? 0) + 1);
        this.#playersRefusedPerStep.count++;
        return this.#reached.hit("player.refused");
      case "host/serving":
        return this.#hosting.serving(at, record.host, record.map, record.epoch);
      case "host/stopped":
        return this.#hosting.stopped(at, record.host, record.map, record.epoch, record.why);
      case "host/measured":
        return this.#fleet.measured(at, record.host, record.eligible, record.reasons);
      case "host/joined":
        return this.#fleet.joined(at, record.profile, record.eligible, record.reasons);
      case "host/gone":
        this.#reached.hit("host.gone");
        if (!this.#fleet.gone(at, record.host, record.how)) this.#reached.hit("host.falselyGone");
        return;
      case "refusal":
        if (record.reason === "vps_full") this.#slotRefused(at, record.map);
        return;
      case "coordinator/started":
        return this.#started(at);
      default:
        this.#move(at, record);
    }
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (at >= this.#stepEnd) this.#closeSteps(at);
    this.#fleet.truth(at, host, truth);
    this.#games.host(at, host, truth);
    if (!this.#fleet.serves(host)) this.#hosting.hostLost(at, host, truth.startsWith("down"));
    // "up" is left out: that is a new process, which serves again only when it says so itself.
    else if (truth === "resumed" || truth === "healed") this.#hosting.hostHealed(at, host);
  }

  joined(at: number, _player: PlayerId, _host: HostId, _vps: boolean, rttUs: number, vpsRttUs: number): void {
    if (at >= this.#stepEnd) this.#closeSteps(at);
    this.#rttUs.add(rttUs);
    this.#rttVpsUs.add(vpsRttUs);
    if (vpsRttUs >= rttUs) this.#rttGainUs.add(vpsRttUs - rttUs);
    else this.#rttLossUs.add(rttUs - vpsRttUs);
    this.#rttPerStep.sum += rttUs;
    this.#rttPerStep.count++;
    this.#rttVpsPerStep.sum += vpsRttUs;
    this.#rttVpsPerStep.count++;
  }

  online(at: number, player: PlayerId, delta: 1 | -1): void {
    if (at >= this.#stepEnd) this.#closeSteps(at);
    this.#playersOnline.add(at, delta);
    if (delta === 1) this.#sessions++;
    else this.#part(at, player);
  }

  finish(at: number): void {
    if (this.#endedAt >= 0) return;
    this.#closeSteps(at);
    if (at > this.#stepEnd - this.#stepUs) this.#closeStep(at);
    this.#hosting.finish(at);
    this.#games.finish();
    this.#endedAt = at;
    this.#runValues(at);
  }

  /** What the run came to. Call it once, after `finish`. */
  outcome(): Measured {
    if (this.#endedAt < 0) throw new Error("metrics are taken after finish");
    return {
      metrics: this.#tally.samples(),
      series: { step_s: this.#stepUs / US_PER_S, rows: this.#timeline.rows() },
      ineligible: this.#fleet.ineligible(this.#endedAt),
      reached: this.#reached.toJSON(),
      refused: Object.fromEntries([...this.#refused].sort((a, b) => (a[0] < b[0] ? -1 : 1))),
    };
  }

  #move(at: number, record: HistoryRecord): void {
    if (record.kind === "move/decided") return this.#decided(at, record);
    if (record.kind === "move/done") return this.#done(at, record.map);
    if (record.kind === "move/failed") {
      this.#reached.hit("move.failed");
      return this.#hosting.settled(at, record.map);
    }
    if (record.kind === "map/unhosted") {
      if (record.reason !== "start") this.#reached.hit("map.unhosted");
      if (record.reason === "vps_full") this.#slotRefused(at, record.map);
      return;
    }
    if (record.kind === "claim/lost") return this.#reached.hit(`claim.${record.how}`);
    if (record.kind === "host/suspected") return this.#reached.hit("host.suspected");
    if (record.kind === "host/cleared") return this.#reached.hit("probe.cleared");
    if (record.kind === "host/degraded" && record.degraded) return this.#reached.hit("host.degraded");
    if (record.kind === "host/blocked") return this.#reached.hit("host.blocked");
    if (record.kind === "storm/held") return this.#reached.hit("storm.held");
  }

  #decided(at: number, record: MoveDecided): void {
    this.#causes[record.map] = record.cause;
    this.#forms[record.map] = record.form;
    this.#hosting.decided(at, record.map, record.toVps);
  }

  #done(at: number, map: number): void {
    const cause = this.#causes[map] ?? "placement";
    const form = this.#forms[map] ?? "placement";
    this.#hosting.settled(at, map);
    if (cause === "placement") return;
    this.#moved.set(cause, (this.#moved.get(cause) ?? 0) + 1);
    (this.#movesPerStep.get(cause) as Counter).count++;
    if (form === "handoff") this.#reached.hit("migration.handoff");
    else if (form === "failover") this.#reached.hit("migration.failedOver");
    else if (form === "fallback") this.#reached.hit("migration.fellBack");
    if (cause === "return") this.#reached.hit("migration.returned");
  }

  #slotRefused(at: number, map: number): void {
    if (map < 0 || !this.#hosting.refusedSlot(at, map)) return;
    this.#reached.hit("vps.full");
    this.#slotsRefusedPerStep.count++;
  }

  #started(at: number): void {
    this.#starts++;
    if (this.#starts === 1) return;
    this.#reached.hit("coordinator.restarted");
    this.#fleet.forgotten(at);
    this.#hosting.forgotten(at);
  }

  #playing(at: number, record: PlayerPlaying): void {
    const player = record.player;
    if (!record.moved) this.#entries++;
    this.#serviceOf = roomFor(this.#serviceOf, player, NO_SERVICE);
    const service = this.#hosting.find(record.map, record.host, record.epoch);
    const before = this.#serviceOf[player] as number;
    if (service === before) return;
    if (before !== NO_SERVICE) {
      const services = this.#hosting.services;
      if (services.map[before] === record.map && services.state[before] !== RUNNING && service !== NO_SERVICE) {
        this.#interruptionUs.add(at - (services.stoppedAt[before] as number));
        this.#interruptedPerStep.count++;
        this.#interruptions++;
      }
      this.#hosting.detach(at, before);
    }
    this.#serviceOf[player] = service;
    if (service !== NO_SERVICE) this.#hosting.attach(at, service);
  }

  #left(at: number, record: PlayerLeft): void {
    this.#part(at, record.player);
    if (record.why !== "quality") return;
    this.#reached.hit("player.quit");
    this.#quitsPerStep.count++;
  }

  /** The player plays nowhere any more. */
  #part(at: number, player: PlayerId): void {
    if (player >= this.#serviceOf.length) return;
    const service = this.#serviceOf[player] as number;
    if (service === NO_SERVICE) return;
    if (this.#hosting.services.state[service] !== RUNNING) this.#abandoned++;
    this.#hosting.detach(at, service);
    this.#serviceOf[player] = NO_SERVICE;
  }

  /** Ends every step that ended at or before `at`. */
  #closeSteps(at: number): void {
    while (at >= this.#stepEnd) {
      this.#closeStep(this.#stepEnd);
      this.#stepEnd += this.#stepUs;
    }
  }

  #closeStep(at: number): void {
    this.#timeline.close(at);
    this.#tally.of("players_online").add(this.#playersOnline.value);
    this.#tally.of("hosts_online").add(this.#fleet.online.value);
    this.#tally.of("eligible_hosts").add(this.#fleet.eligible.value);
    this.#tally.of("vps_slots_used").add(this.#hosting.slots.value);
    this.#sampleUpload();
  }

  #sampleUpload(): void {
    const used = this.#tally.of("upload_used_share");
    const perPlayer = this.#options.tuning.uploadKbpsPerPlayer;
    this.#hosting.eachServingPlayerHost((host, players) => {
      const upload = this.#fleet.uploadKbps(host);
      if (upload > 0) used.add(Math.round((10_000 * players * perPlayer) / upload));
    });
  }

  /** The metrics that have one value for each run. */
  #runValues(at: number): void {
    const hours = at / US_PER_HOUR;
    const hosting = this.#hosting;
    const maps = this.#options.maps.eligible.length;
    const eligibleMaps = this.#options.maps.eligible.reduce((n, may) => n + Number(may), 0);
    const playedP2p = hosting.playersOnPlayers.integral(at);
    const playerHours = this.#playersOnline.integral(at) / US_PER_HOUR;
    let moves = 0;
    let voluntary = 0;
    for (const [cause, count] of this.#moved) {
      moves += count;
      if (isVoluntary(cause)) voluntary += count;
      this.#tally.run(`migrations_per_hour_${cause}`, count / hours);
    }
    const run = (name: string, value: number): void => this.#tally.run(name, value);
    run("share_map_hours_p2p", hosting.eligibleOnPlayers.integral(at) / (eligibleMaps * at));
    run("share_map_hours_p2p_all", hosting.onPlayers.integral(at) / (maps * at));
    run("share_player_hours_p2p", playedP2p / (playedP2p + hosting.playersOnVps.integral(at)));
    run("vps_hours_saved", hosting.onPlayers.integral(at) / US_PER_HOUR);
    run("vps_slots_needed", hosting.slotsNeeded);
    run("vps_refused", this.#reached.count("vps.full"));
    run("eligible_share", this.#fleet.eligible.integral(at) / this.#fleet.known.integral(at));
    run("false_failovers", this.#fleet.falselyGone);
    run("migrations_per_hour", moves / hours);
    run("moves_failed_per_hour", this.#reached.count("move.failed") / hours);
    run("voluntary_moves_per_map_hour", voluntary / (eligibleMaps * hours));
    run("claims_unknown", this.#reached.count("claim.unknown"));
    run("unhosted_map_seconds", hosting.outageUs / US_PER_S);
    run("player_hours", playerHours);
    run("sessions", this.#sessions);
    run("interruptions_per_player_hour", this.#interruptions / playerHours);
    run("interrupted_s_per_player_hour", this.#interruptionUs.sum / US_PER_S / playerHours);
    run("interruption_abandoned", this.#abandoned);
    run("quits_by_quality", this.#reached.count("player.quit"));
    run("quits_by_quality_per_1000_player_hours", (1000 * this.#reached.count("player.quit")) / playerHours);
    const refused = this.#reached.count("player.refused");
    run("players_refused", refused);
    run("entries_refused_share", refused / (refused + this.#entries));
  }
}
