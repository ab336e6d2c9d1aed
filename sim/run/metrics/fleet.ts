/**
 * Hosts as they are and as the coordinator sees them: who is up, known and eligible, and why not; how long a loss stayed
 * unnoticed, and who was declared gone without cause.
 */
import type { Histogram } from "../../../src/base/histogram.ts";
import { US_PER_MS } from "../../../src/base/time.ts";
import type { HostProfile } from "../../../src/core/protocol/host-stats.ts";
import type { HostId } from "../../../src/core/protocol/ids.ts";
import type { Tuning } from "../../../src/core/settings.ts";
import type { HostTruth } from "../../world/observer.ts";
import { roomFor } from "./columns.ts";
import { Level } from "./level.ts";

const UP = 1;
const PAUSED = 2;
const CUT = 4;
const CUT_ONE_WAY = 8;
const KNOWN = 16;
const VPS = 32;
const ELIGIBLE = 64;

/** Reasons are bits of a mask; later ones share the last bit. */
const REASONS_MAX = 31;

/** Owns the hosts' columns. Players see a host if it is up, not paused and its line is not cut; a one-way cut hides it from the coordinator only. */
export class Fleet {
  /** Player machines truly up. */
  readonly online = new Level();
  /** Player hosts known to the coordinator, and those of them that are eligible. */
  readonly known = new Level();
  readonly eligible = new Level();
  falselyGone = 0;
  readonly #detectionUs: Histogram;
  /** A loss that healed this recently may still be declared: the detector's own time. */
  readonly #graceUs: number;
  #flags = new Uint8Array(0);
  #masks = new Int32Array(0);
  #uploadKbps = new Float64Array(0);
  #lostAt = new Float64Array(0);
  #healedAt = new Float64Array(0);
  #hosts = 0;
  readonly #reasonNames: string[] = [];
  readonly #reasonBits = new Map<string, number>();
  readonly #reasonLevels: Level[] = [];

  constructor(tuning: Tuning, detectionUs: Histogram) {
    this.#detectionUs = detectionUs;
    this.#graceUs = (tuning.heartbeatMs * (tuning.heartbeatsMissedMax + 1) + tuning.probeTimeoutMs) * US_PER_MS;
  }

  isVps(host: HostId): boolean {
    return host >= 0 && host < this.#hosts && ((this.#flags[host] as number) & VPS) !== 0;
  }

  /** Whether players can play on it. */
  serves(host: HostId): boolean {
    return ((this.#flags[host] as number) & (UP | PAUSED | CUT)) === UP;
  }

  /** Upload given to hosting, kbit/s; 0 while unknown. */
  uploadKbps(host: HostId): number {
    return host < this.#hosts ? (this.#uploadKbps[host] as number) : 0;
  }

  /** The world says how the machine or its line fares. */
  truth(at: number, host: HostId, truth: HostTruth): void {
    this.#room(host);
    const before = this.#flags[host] as number;
    let after = before;
    if (truth === "up") after = (before | UP) & ~PAUSED;
    else if (truth === "paused") after = before | PAUSED;
    else if (truth === "resumed") after = before & ~PAUSED;
    else if (truth === "cut") after = before | CUT;
    else if (truth === "cut-one-way" || truth === "cut-in-part") after = before | CUT_ONE_WAY;
    else if (truth === "healed") after = before & ~(CUT | CUT_ONE_WAY);
    else after = before & ~(UP | PAUSED);
    this.#flags[host] = after;
    if ((before & VPS) === 0) this.online.add(at, (after & UP) - (before & UP));
    this.#noteLoss(at, host, truth, reachable(before), reachable(after));
  }

  #noteLoss(at: number, host: HostId, truth: HostTruth, wasReachable: boolean, isReachable: boolean): void {
    if (wasReachable && !isReachable && truth !== "down-polite") {
      if (Number.isNaN(this.#lostAt[host])) this.#lostAt[host] = at;
      this.#healedAt[host] = NaN;
    } else if (isReachable && !wasReachable) {
      // A machine that started anew is another process: the loss of the old one stands until it is declared or introduced.
      this.#healedAt[host] = truth === "up" ? NaN : at;
    }
  }

  /** The coordinator knows the host from now on (again, perhaps). */
  joined(at: number, profile: HostProfile, eligible: boolean, reasons: readonly string[]): void {
    const host = profile.host;
    this.#room(host);
    const before = this.#flags[host] as number;
    this.#uploadKbps[host] = profile.upload_kbps;
    if ((before & UP) !== 0 && (before & (PAUSED | CUT)) === 0) this.#lostAt[host] = NaN;
    if (profile.kind === "vps") {
      // The world need not announce VPS sites: one that introduces itself for the first time is up.
      if ((before & VPS) === 0) this.online.add(at, -(before & UP));
      this.#flags[host] = before | VPS | KNOWN | ((before & VPS) === 0 ? UP : 0);
      return;
    }
    this.#flags[host] = before | KNOWN;
    if ((before & KNOWN) === 0) this.known.add(at, 1);
    this.#judge(at, host, eligible, reasons);
  }

  /** The coordinator judged the host's newest report. */
  measured(at: number, host: HostId, eligible: boolean, reasons: readonly string[]): void {
    if (host < 0 || host >= this.#hosts) return;
    if (((this.#flags[host] as number) & (KNOWN | VPS)) === KNOWN) this.#judge(at, host, eligible, reasons);
  }

  /** The coordinator declared the host gone. Gives whether that was true or nobody's fault (false: it was up and reachable). */
  gone(at: number, host: HostId, how: "close" | "silence" | "leave"): boolean {
    this.#room(host);
    this.#forget(at, host);
    const lostAt = this.#lostAt[host] as number;
    const healedAt = this.#healedAt[host] as number;
    const lost = !Number.isNaN(lostAt) && !(at - healedAt > this.#graceUs);
    this.#lostAt[host] = NaN;
    if (how === "leave") return true;
    if (lost) this.#detectionUs.add(at - lostAt);
    else if (reachable(this.#flags[host] as number)) {
      this.falselyGone++;
      return false;
    }
    return true;
  }

  /** A coordinator without memory took over: no host is known until it introduces itself. */
  forgotten(at: number): void {
    for (let host = 0; host < this.#hosts; host++) this.#forget(at, host);
  }

  /** Reason → share of the hours of known player hosts in which it held, up to `at`; largest first. */
  ineligible(at: number): Record<string, number> {
    const hours = this.known.integral(at);
    const shares = this.#reasonNames.map((name, bit): [string, number] => {
      const held = (this.#reasonLevels[bit] as Level).integral(at);
      return [name, hours > 0 ? Math.round((held / hours) * 1e6) / 1e6 : 0];
    });
    shares.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return Object.fromEntries(shares);
  }

  #forget(at: number, host: HostId): void {
    const flags = this.#flags[host] as number;
    if ((flags & KNOWN) === 0) return;
    this.#flags[host] = flags & ~(KNOWN | ELIGIBLE);
    if ((flags & VPS) !== 0) return;
    this.known.add(at, -1);
    if ((flags & ELIGIBLE) !== 0) this.eligible.add(at, -1);
    this.#remask(at, host, 0);
  }

  #judge(at: number, host: HostId, eligible: boolean, reasons: readonly string[]): void {
    const flags = this.#flags[host] as number;
    if (((flags & ELIGIBLE) !== 0) !== eligible) {
      this.#flags[host] = flags ^ ELIGIBLE;
      this.eligible.add(at, eligible ? 1 : -1);
    }
    let mask = 0;
    for (const reason of reasons) mask |= 1 << this.#bitOf(reason);
    this.#remask(at, host, mask);
  }

  #remask(at: number, host: HostId, mask: number): void {
    let changed = (this.#masks[host] as number) ^ mask;
    if (changed === 0) return;
    this.#masks[host] = mask;
    while (changed !== 0) {
      const bit = 31 - Math.clz32(changed);
      changed &= ~(1 << bit);
      (this.#reasonLevels[bit] as Level).add(at, (mask & (1 << bit)) === 0 ? -1 : 1);
    }
  }

  #bitOf(reason: string): number {
    const known = this.#reasonBits.get(reason);
    if (known !== undefined) return known;
    const full = this.#reasonNames.length === REASONS_MAX;
    const bit = full ? REASONS_MAX - 1 : this.#reasonNames.length;
    this.#reasonBits.set(reason, bit);
    if (full) {
      this.#reasonNames[bit] = "other";
    } else {
      this.#reasonNames.push(reason);
      this.#reasonLevels.push(new Level());
    }
    return bit;
  }

  #room(host: HostId): void {
    if (host < this.#hosts) return;
    this.#hosts = host + 1;
    this.#flags = roomFor(this.#flags, host, 0);
    this.#masks = roomFor(this.#masks, host, 0);
    this.#uploadKbps = roomFor(this.#uploadKbps, host, 0);
    this.#lostAt = roomFor(this.#lostAt, host, NaN);
    this.#healedAt = roomFor(this.#healedAt, host, NaN);
  }
}

/** Up, and heard by coordinator and players alike. */
function reachable(flags: number): boolean {
  return (flags & (UP | PAUSED | CUT | CUT_ONE_WAY)) === UP;
}
