/** The machines of the commands' world: profiles by kind, and an agent that does what it is told with no delay of its own. */
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { type Epoch, type HostId, type MapId } from "../protocol/ids.ts";
import type { Holding, Message } from "../protocol/messages.ts";
import type { RefusalReason } from "../protocol/refusal.ts";
import { type Holdings, type MachineKind, type Measure, SITE_SLOTS, SITES } from "./command-kinds.fixture.ts";
import { GOOD, machine, site } from "./machines.fixture.ts";

const KINDS: Readonly<Record<MachineKind, { readonly stats: Partial<HostStats>; readonly upload: number }>> = {
  good: { stats: {}, upload: 2500 },
  twin: { stats: {}, upload: 2500 },
  better: { stats: { cpu_cores: 16, latency_ms: 6 }, upload: 4000 },
  small: { stats: { cpu_cores: 12 }, upload: 400 },
  weak: { stats: { cpu_cores: 2 }, upload: 2500 },
};

/** What a machine of this kind introduces itself with. One region and an unknown uptime, so that its score is a matter of its stats alone. */
export function profileOf(host: HostId, kind: MachineKind): HostProfile {
  if (SITES.includes(host)) return site(host, SITE_SLOTS);
  const stats = { ...GOOD, ...KINDS[kind].stats };
  return machine(host, stats, { upload_kbps: KINDS[kind].upload, uptime_s: -1, regional_latency_ms: [stats.latency_ms] });
}

/** The figures a machine reports when it changes. */
export function measuredStats(profile: HostProfile, what: Measure): HostStats {
  switch (what) {
    case "slow":
      return { ...profile.stats, frame_time_ms: 40 };
    case "unfit":
      return { ...profile.stats, latency_ms: 45 };
    case "unmeasured":
      return { ...profile.stats, jitter_ms: null };
    case "inflated":
      return { ...profile.stats, cpu_cores: 64, free_ram_mb: 131_072, latency_ms: 1 };
    case "as before":
      return profile.stats;
  }
}

/** A map under an epoch, as messages name it. */
type Claimed = Pick<Holding, "map" | "epoch">;
type Serving = { epoch: Epoch; frozen: boolean };

/** What a message to a host makes others hear: who says what to the coordinator. */
export type Said = readonly [host: HostId, message: Message];

/** One machine. `alive`: its process runs; `linked`: its line to the coordinator stands. */
export class Machine {
  readonly host: HostId;
  profile: HostProfile;
  stats: HostStats;
  alive = true;
  linked = true;
  leaving = false;
  /** It said that it serves what it does not. */
  lied = false;
  readonly serves = new Map<MapId, Serving>();
  private readonly floor = new Map<MapId, Epoch>();
  /** Maps it made room for, and in which move. */
  private readonly expected = new Map<MapId, number>();

  constructor(profile: HostProfile) {
    this.host = profile.host;
    this.profile = profile;
    this.stats = profile.stats;
  }

  /** The process ends and remembers nothing. */
  die(): void {
    this.alive = false;
    this.leaving = false;
    this.serves.clear();
    this.floor.clear();
    this.expected.clear();
  }

  /** The introduction; what it holds may be untrue. */
  hello(holds: Holdings, map: MapId, standing: Epoch): Message {
    if (holds === "nothing") {
      this.die();
      this.alive = true;
    }
    const truth: Holding[] = [...this.serves]
      .map(([held, { epoch, frozen }]) => ({ map: held, epoch, frozen }))
      .filter((h) => h.map !== map || isTrue(holds));
    if (isTrue(holds) && this.serves.has(map)) truth.sort((a, b) => a.map - b.map);
    this.lied ||= !isTrue(holds);
    if (holds === "stale") truth.push({ map, epoch: Math.max(0, standing - 1), frozen: false });
    if (holds === "invented") truth.push({ map, epoch: standing, frozen: false });
    return { kind: "host/hello", profile: { ...this.profile, stats: this.stats }, holds: truth };
  }

  /** Does what the coordinator says; gives what is said because of it. `others` are the machines it deals with. */
  obey(message: Message, others: ReadonlyMap<HostId, Machine>): Said[] {
    switch (message.kind) {
      case "host/introduce":
        return [
          [this.host, this.hello("true", -1, 0)],
          ...(this.leaving ? [[this.host, { kind: "host/leaving", host: this.host }] as const] : []),
        ];
      case "hosting/prepare":
        return [this.prepare(message)];
      case "hosting/precopy":
        return [
          this.isActive(message.map, message.epoch)
            ? this.says("hosting/copied", message, message.move)
            : this.refuses(message, "not_owner"),
        ];
      case "hosting/freeze":
        return this.freeze(message, others.get(message.to));
      case "hosting/resume":
        if (this.serves.get(message.map)?.epoch !== message.epoch) return [];
        this.serves.set(message.map, { epoch: message.epoch, frozen: false });
        return [this.serving(message)];
      case "hosting/promote":
        return this.promote(message.map, message.epoch);
      case "hosting/release":
        this.release(message.map, message.epoch);
        return [];
      case "hosting/replicate":
        if (!this.isActive(message.map, message.epoch)) return [];
        return message.to.map((to) => [to, { kind: "hosting/warm", host: to, map: message.map, epoch: message.epoch }]);
      case "hosting/probe": {
        const { suspect } = message;
        return [[this.host, { kind: "hosting/probed", host: this.host, suspect, alive: others.get(suspect)?.alive === true }]];
      }
      default:
        return [];
    }
  }

  /** Says no to what it was asked. */
  refuse(message: Message): Said[] {
    if (!("map" in message && "epoch" in message)) return [];
    this.expected.delete(message.map);
    return [this.refuses(message, "host_busy")];
  }

  /** Its checkpoint of a map is refused, because `standing` is the row's epoch: it stops, and says so. */
  fence(map: MapId, standing: Epoch): Said[] {
    const epoch = this.serves.get(map)?.epoch;
    if (epoch === undefined || epoch >= standing) return [];
    this.release(map, standing - 1);
    return [this.refuses({ map, epoch }, "stale_epoch")];
  }

  isActive(map: MapId, epoch: Epoch): boolean {
    const serving = this.serves.get(map);
    return serving !== undefined && serving.epoch === epoch && !serving.frozen;
  }

  private prepare({ map, epoch, move }: Extract<Message, { kind: "hosting/prepare" }>): Said {
    if (this.leaving) return this.refuses({ map, epoch }, "host_leaving");
    if (this.isBelow(map, epoch)) return this.refuses({ map, epoch }, "stale_epoch");
    this.expected.set(map, move);
    return this.says("hosting/prepared", { map, epoch }, move);
  }

  private freeze({ map, epoch, move }: Extract<Message, { kind: "hosting/freeze" }>, target: Machine | undefined): Said[] {
    if (!this.isActive(map, epoch)) return [this.refuses({ map, epoch }, "not_owner")];
    this.serves.set(map, { epoch, frozen: true });
    const hash = `${move}`.padStart(16, "0");
    const ready = target?.alive === true && target.expected.get(map) === move;
    const said = (host: HostId, kind: "hosting/frozen" | "hosting/ready"): Said => [host, { kind, host, map, epoch, move, hash }];
    return [said(this.host, "hosting/frozen"), ...(ready ? [said(target.host, "hosting/ready")] : [])];
  }

  private promote(map: MapId, epoch: Epoch): Said[] {
    const serving = this.serves.get(map);
    if (serving?.epoch === epoch) return serving.frozen ? [] : [this.serving({ map, epoch })];
    if (this.isBelow(map, epoch)) return [this.refuses({ map, epoch }, "stale_epoch")];
    this.expected.delete(map);
    this.floor.set(map, epoch - 1);
    this.serves.set(map, { epoch, frozen: false });
    return [this.serving({ map, epoch })];
  }

  private release(map: MapId, epoch: Epoch): void {
    this.expected.delete(map);
    this.floor.set(map, Math.max(epoch, this.floor.get(map) ?? -1));
    const serving = this.serves.get(map);
    if (serving !== undefined && serving.epoch <= epoch) this.serves.delete(map);
  }

  private isBelow(map: MapId, epoch: Epoch): boolean {
    return epoch <= (this.floor.get(map) ?? -1);
  }

  private says(kind: "hosting/prepared" | "hosting/copied", on: Claimed, move: number): Said {
    return [this.host, { kind, host: this.host, map: on.map, epoch: on.epoch, move }];
  }

  private serving(on: Claimed): Said {
    return [this.host, { kind: "hosting/active", host: this.host, map: on.map, epoch: on.epoch }];
  }

  private refuses(on: Claimed, reason: RefusalReason): Said {
    return [this.host, { kind: "hosting/refused", host: this.host, map: on.map, epoch: on.epoch, reason }];
  }
}

function isTrue(holds: Holdings): boolean {
  return holds === "true" || holds === "nothing";
}
