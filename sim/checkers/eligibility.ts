/** HO4 and HO11: who may be granted a map, and whether the score that chose the host is the seed's. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId, HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS, RuleChecker } from "./checker.ts";
import type { HostPicture, Picture } from "./picture.ts";
import { referenceReasons, referenceScore } from "./reference.ts";
import { epochText, mapText } from "./words.ts";

/** Ties are looked for by a scan, and only in fleets this small; larger ones hardly ever tie. */
const TIE_HOSTS_MAX = 256;

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** Re-evaluates the seed's conditions and formula over what the coordinator says it knows of each host. */
export class EligibilityChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS;
  readonly #options: CheckerOptions;
  readonly #picture: Picture;

  constructor(options: CheckerOptions, picture: Picture) {
    super(["HO4", "HO11"]);
    this.#options = options;
    this.#picture = picture;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "host/joined":
        if (record.eligible && record.profile.kind === "player") this.#mayHold(at, record.profile.host, "declared eligible on joining");
        return;
      case "host/measured":
        if (record.eligible && !this.#picture.hostOf(record.host).vps)
          this.#mayHold(at, record.host, "declared eligible on its measurements");
        return;
      case "move/decided":
        return this.#decided(at, record);
      case "map/granted":
        return this.#granted(at, record);
      default:
    }
  }

  #decided(at: number, record: Of<"move/decided">): void {
    const host = this.#picture.hostOf(record.to);
    if (host.joined)
      this.check(
        "HO4",
        record.toVps === host.vps,
        at,
        () => `move ${record.move} calls host ${record.to} ${record.toVps ? "a VPS" : "a player host"}, but it joined as the other`,
        record.map,
        record.to,
      );
    if (record.toVps) return;
    const what = `chosen for ${mapText(this.#options.maps.names, record.map)} (${record.cause}, ${record.form})`;
    this.check(
      "HO4",
      record.toEligible,
      at,
      () => `host ${record.to} ${what} though known as not eligible${this.#picture.trail(record.map)}`,
      record.map,
      record.to,
    );
    this.#mayHold(at, record.to, what, record.map);
    this.#mayLeave(at, record.map, record.to, "is decided to go");
    this.#score(at, record);
    this.#tie(at, record, host);
  }

  #granted(at: number, record: Of<"map/granted">): void {
    const host = this.#picture.hostOf(record.host);
    if (host.joined)
      this.check(
        "HO4",
        record.vps === host.vps,
        at,
        () =>
          `the grant of ${mapText(this.#options.maps.names, record.map)} calls host ${record.host} ${record.vps ? "a VPS" : "a player host"}, but it joined as the other`,
        record.map,
        record.host,
      );
    if (record.vps) return;
    this.#mayLeave(at, record.map, record.host, `was granted at ${epochText(record.epoch)}`);
    // What was decided on was judged at decision time; a standby that steps in later is judged now.
    const move = this.#picture.mapOf(record.map).move;
    if (move === null || move.to !== record.host)
      this.#mayHold(at, record.host, `granted ${mapText(this.#options.maps.names, record.map)}`, record.map);
  }

  #mayHold(at: number, id: HostId, what: string, map: MapId = -1): void {
    const host = this.#picture.hostOf(id);
    const reasons = this.#reasons(at, host);
    this.check("HO4", reasons.length === 0, at, () => `host ${id} ${what}, but it is not eligible: ${reasons.join(", ")}`, map, id);
  }

  #reasons(at: number, host: HostPicture): string[] {
    if (host.stats === null) return ["it never introduced itself"];
    // What was observed between two measurements counts at once; the record may know of more.
    const losses = Math.max(host.stats.disconnects_per_hour, this.#picture.lossesOf(host, at));
    const reasons = referenceReasons(this.#options.conf, host.stats, losses);
    if (this.#options.conf.general.enable_p2p_security_checks && host.blockedUntil > at)
      reasons.push("it is blocked after failed validation");
    return reasons;
  }

  #mayLeave(at: number, map: MapId, host: HostId, what: string): void {
    const enabled = this.#options.conf.general.enable_p2p_maps;
    const mayLeave = enabled && this.#options.maps.eligible[map] === true;
    this.check(
      "HO4",
      mayLeave,
      at,
      () =>
        `${mapText(this.#options.maps.names, map)} ${what} to player host ${host}, but ${enabled ? "it is critical" : "enable_p2p_maps is off"}${this.#picture.trail(map)}`,
      map,
      host,
    );
  }

  /** The recorded score must be the seed's within one micro-point, over reported or observed losses. */
  #score(at: number, record: Of<"move/decided">): void {
    const { conf } = this.#options;
    const host = this.#picture.hostOf(record.to);
    if (conf.general.scoring !== "seed" || record.scoreTo === 0 || host.stats === null) return;
    const reported = host.stats.disconnects_per_hour;
    const observed = this.#picture.lossesOf(host, at);
    const scores = [reported, observed, Math.max(reported, observed)].map((lost) =>
      referenceScore(conf, host.stats as NonNullable<typeof host.stats>, lost),
    );
    if (scores.some(Number.isNaN)) return this.count("excused.HO11.unbounded_score");
    const matches = scores.some((score) => Math.abs(score - record.scoreTo) <= 1);
    this.check(
      "HO11",
      matches,
      at,
      () =>
        `host ${record.to} was scored ${record.scoreTo} for ${mapText(this.#options.maps.names, record.map)}, the seed's formula gives ${scores[0]}`,
      record.map,
      record.to,
    );
  }

  /** Of two idle, unblemished hosts of equal score and latency the one with the lower id is taken. */
  #tie(at: number, record: Of<"move/decided">, to: HostPicture): void {
    if (record.cause === "placement" ? record.form !== "placement" : record.cause !== "better" && record.cause !== "return") return;
    if (this.#options.conf.general.scoring !== "seed" || record.scoreTo === 0) return;
    if (to.stats === null || this.#picture.hosts.size > TIE_HOSTS_MAX) return;
    const score = referenceScore(this.#options.conf, to.stats, to.stats.disconnects_per_hour);
    let rival = -1;
    for (const other of this.#picture.hosts.values()) {
      if (other.host >= to.host || other.host === record.from || !this.#idle(other)) continue;
      if (other.stats === null || other.stats.latency_ms !== to.stats.latency_ms || other.uploadKbps < to.uploadKbps) continue;
      if (this.#reasons(at, other).length > 0) continue;
      if (referenceScore(this.#options.conf, other.stats, other.stats.disconnects_per_hour) === score) rival = other.host;
    }
    this.check(
      "HO11",
      rival < 0,
      at,
      () =>
        `host ${record.to} chosen for ${mapText(this.#options.maps.names, record.map)}, but idle host ${rival} has the same score and latency and the lower id`,
      record.map,
      record.to,
    );
  }

  /** Nothing speaks against this host: it is there, never gave cause, and neither holds nor awaits a map. */
  #idle(host: HostPicture): boolean {
    if (host.vps || !host.here || host.leaving || host.down || host.blemishedAt >= 0) return false;
    if ((host.owns?.size ?? 0) > 0) return false;
    for (const map of this.#picture.maps.values()) {
      const move = map.move;
      if (move !== null && move.to === host.host && move.closedAt < 0) return false;
    }
    return true;
  }
}
