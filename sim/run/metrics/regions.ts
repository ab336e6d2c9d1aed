/**
 * The same run by region: where players and machines are, how near their hosts are, what the VPS site there carries. Players
 * count in the region they live in, machines and slots in the one they stand in. All counts are those of the metrics, in parts:
 * sums over regions are the metrics of the run. Only a machine's first up-time begins here when it introduces itself, because
 * nobody knows before where it stands.
 */
import { Histogram } from "../../../src/base/histogram.ts";
import { US_PER_HOUR } from "../../../src/base/time.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { HostProfile } from "../../../src/core/protocol/host-stats.ts";
import type { ActorId, HostId, MapId, PlayerId } from "../../../src/core/protocol/ids.ts";
import { OF_GAMES } from "../../checkers/checker.ts";
import type { Options } from "../../options.ts";
import type { RegionOutcome } from "../../outcome.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import { roomFor } from "./columns.ts";
import { Level } from "./level.ts";

const NOWHERE = -1;
const UP = 1;
const KNOWN = 2;
const ELIGIBLE = 4;
const VPS = 8;

/** What is kept for one region. */
type Tally = {
  readonly players: Level;
  playersMax: number;
  readonly hostsOnline: Level;
  readonly hostsEligible: Level;
  readonly slots: Level;
  slotsMax: number;
  joins: number;
  joinsOnPlayerHosts: number;
  quits: number;
  refused: number;
  readonly rttUs: Histogram;
  readonly rttVpsUs: Histogram;
};

const IGNORED: readonly HistoryRecord["kind"][] = [
  "player/playing",
  "host/serving",
  "host/stopped",
  "host/fenced",
  "host/suspected",
  "host/cleared",
  "host/leaving",
  "host/degraded",
  "host/blocked",
  "host/forgotten",
  "move/step",
  "map/granted",
  "map/unhosted",
  "claim/lost",
  "standby/chosen",
  "refusal",
  "alert",
  "storm/held",
  "storm/released",
  ...OF_GAMES,
];

/** An observer of one run that is also told of changes of hands. Calls for players come by the million: they allocate nothing. */
export class Regions implements Observer {
  readonly ignores: ReadonlySet<HistoryRecord["kind"]> = new Set(IGNORED);
  readonly #options: Pick<Options, "regions" | "vps" | "maps">;
  readonly #tallies: readonly Tally[];
  #regionOfPlayer = new Int32Array(0);
  #regionOfHost = new Int32Array(0);
  #flags = new Uint8Array(0);
  #hosts = 0;
  /** The VPS host that serves each map, and the one it is on its way to, or {@link NOWHERE}. */
  readonly #servedBy: Int32Array;
  readonly #boundFor: Int32Array;
  #endedAt = 0;

  constructor(options: Pick<Options, "regions" | "vps" | "maps">) {
    this.#options = options;
    this.#tallies = options.regions.map(() => ({
      players: new Level(),
      playersMax: 0,
      hostsOnline: new Level(),
      hostsEligible: new Level(),
      slots: new Level(),
      slotsMax: 0,
      joins: 0,
      joinsOnPlayerHosts: 0,
      quits: 0,
      refused: 0,
      rttUs: new Histogram(),
      rttVpsUs: new Histogram(),
    }));
    this.#servedBy = new Int32Array(options.maps.names.length).fill(NOWHERE);
    this.#boundFor = this.#servedBy.slice();
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "player/entered":
        return this.#entered(at, record.player, record.region);
      case "player/refused":
        return this.#refused(record.player);
      case "player/left":
        if (record.why === "quality") this.#quit(record.player);
        return;
      case "host/joined":
        return this.#hostJoined(at, record.profile, record.eligible);
      case "host/measured":
        return this.#judge(at, record.host, record.eligible);
      case "host/gone":
        return this.#forget(at, record.host);
      case "move/decided":
        return this.#takeSlot(at, this.#boundFor, record.map, record.toVps ? record.to : NOWHERE);
      case "move/done":
      case "move/failed":
        return this.#takeSlot(at, this.#boundFor, record.map, NOWHERE);
      case "coordinator/started":
        for (let host = 0; host < this.#hosts; host++) this.#forget(at, host);
        for (let map = 0; map < this.#boundFor.length; map++) this.#takeSlot(at, this.#boundFor, map, NOWHERE);
    }
  }

  /** A map changed hands; negative for nobody. */
  changed(at: number, map: MapId, host: HostId): void {
    // What it was on its way to it has reached: one map never takes two slots at once.
    if (host >= 0 && this.#boundFor[map] === host) this.#takeSlot(at, this.#boundFor, map, NOWHERE);
    this.#takeSlot(at, this.#servedBy, map, this.#isVps(host) ? host : NOWHERE);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    this.#room(host);
    const before = this.#flags[host] as number;
    const up = truth === "up" || (!truth.startsWith("down") && (before & UP) !== 0);
    if (up === ((before & UP) !== 0)) return;
    this.#flags[host] = before ^ UP;
    this.#online(at, host, up ? 1 : -1);
  }

  joined(_at: number, player: PlayerId, _host: HostId, vps: boolean, rttUs: number, vpsRttUs: number): void {
    const tally = this.#tallyOf(player);
    if (tally === undefined) return;
    tally.joins++;
    if (!vps) tally.joinsOnPlayerHosts++;
    tally.rttUs.add(rttUs);
    tally.rttVpsUs.add(vpsRttUs);
  }

  online(at: number, player: PlayerId, delta: 1 | -1): void {
    if (delta === 1) return;
    this.#tallyOf(player)?.players.add(at, -1);
    if (player < this.#regionOfPlayer.length) this.#regionOfPlayer[player] = NOWHERE;
  }

  finish(at: number): void {
    this.#endedAt = at;
  }

  /** What each region came to, in the order of the options. Call it after `finish`. */
  outcome(): RegionOutcome[] {
    const at = Math.max(1, this.#endedAt);
    return this.#options.regions.map(({ name }, region) => {
      const t = this.#tallies[region] as Tally;
      const slots = this.#options.vps.sites.reduce((sum, site) => sum + (site.region === region ? site.slots : 0), 0);
      return {
        region: name,
        player_hours: t.players.integral(at) / US_PER_HOUR,
        players_max: t.playersMax,
        hosts_online: t.hostsOnline.integral(at) / at,
        hosts_eligible: t.hostsEligible.integral(at) / at,
        joins: t.joins,
        joins_on_player_hosts: t.joinsOnPlayerHosts,
        quits_by_quality: t.quits,
        refused: t.refused,
        vps_slots: slots,
        vps_slots_used: t.slots.integral(at) / at,
        vps_slots_used_max: t.slotsMax,
        rtt: t.rttUs.toJSON(),
        rtt_vps: t.rttVpsUs.toJSON(),
      };
    });
  }

  /** A player is first seen when it asks for a map; that is when its region is known. */
  #entered(at: number, player: PlayerId, region: number): void {
    this.#regionOfPlayer = roomFor(this.#regionOfPlayer, player, NOWHERE);
    if (this.#regionOfPlayer[player] !== NOWHERE) return;
    this.#regionOfPlayer[player] = region;
    const tally = this.#tallies[region] as Tally;
    tally.players.add(at, 1);
    tally.playersMax = Math.max(tally.playersMax, tally.players.value);
  }

  #hostJoined(at: number, profile: HostProfile, eligible: boolean): void {
    const { host } = profile;
    this.#room(host);
    if (this.#regionOfHost[host] === NOWHERE) {
      this.#regionOfHost[host] = profile.region;
      if (profile.kind === "vps") this.#flags[host] = (this.#flags[host] as number) | VPS;
      // It was up before anybody could say where.
      if (((this.#flags[host] as number) & UP) !== 0) this.#online(at, host, 1);
    }
    this.#flags[host] = (this.#flags[host] as number) | KNOWN;
    this.#judge(at, host, eligible);
  }

  #judge(at: number, host: HostId, eligible: boolean): void {
    const flags = host >= 0 && host < this.#hosts ? (this.#flags[host] as number) : 0;
    if ((flags & (KNOWN | VPS)) !== KNOWN || ((flags & ELIGIBLE) !== 0) === eligible) return;
    this.#flags[host] = flags ^ ELIGIBLE;
    this.#at(host)?.hostsEligible.add(at, eligible ? 1 : -1);
  }

  #forget(at: number, host: HostId): void {
    if (host >= this.#hosts) return;
    this.#judge(at, host, false);
    this.#flags[host] = (this.#flags[host] as number) & ~KNOWN;
  }

  #online(at: number, host: HostId, delta: number): void {
    if (((this.#flags[host] as number) & VPS) === 0) this.#at(host)?.hostsOnline.add(at, delta);
  }

  /** The slot that a map takes, in one of the two ways, is from now on at this site. */
  #takeSlot(at: number, sites: Int32Array, map: MapId, site: HostId): void {
    const before = sites[map] as number;
    if (before === site) return;
    sites[map] = site;
    this.#at(before)?.slots.add(at, -1);
    const tally = this.#at(site);
    if (tally === undefined) return;
    tally.slots.add(at, 1);
    tally.slotsMax = Math.max(tally.slotsMax, tally.slots.value);
  }

  #refused(player: PlayerId): void {
    const tally = this.#tallyOf(player);
    if (tally !== undefined) tally.refused++;
  }

  #quit(player: PlayerId): void {
    const tally = this.#tallyOf(player);
    if (tally !== undefined) tally.quits++;
  }

  #isVps(host: HostId): boolean {
    return host >= 0 && host < this.#hosts && ((this.#flags[host] as number) & VPS) !== 0;
  }

  #tallyOf(player: PlayerId): Tally | undefined {
    return player < this.#regionOfPlayer.length ? this.#tallies[this.#regionOfPlayer[player] as number] : undefined;
  }

  #at(host: HostId): Tally | undefined {
    return host >= 0 && host < this.#hosts ? this.#tallies[this.#regionOfHost[host] as number] : undefined;
  }

  #room(host: HostId): void {
    if (host < this.#hosts) return;
    this.#hosts = host + 1;
    this.#flags = roomFor(this.#flags, host, 0);
    this.#regionOfHost = roomFor(this.#regionOfHost, host, NOWHERE);
  }
}
