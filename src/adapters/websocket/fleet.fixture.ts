/**
 * A small production in one process, for tests: coordinator, hosts and players as processes would be, each with a drive, timers and
 * a line of its own, over loopback WebSockets and one table of rows. Nothing is simulated; time is real.
 */
import { CoordinatorActor } from "../../core/actors/coordinator.ts";
import { HostActor } from "../../core/actors/host.ts";
import { PlayerActor } from "../../core/actors/player.ts";
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import type { HistoryRecord } from "../../core/protocol/history.ts";
import type { HostProfile } from "../../core/protocol/host-stats.ts";
import { type ActorId, COORDINATOR, type MapId, type PlayerId } from "../../core/protocol/ids.ts";
import type { RefusalReason } from "../../core/protocol/refusal.ts";
import type { Actor, Input, Wish } from "../../core/protocol/step.ts";
import type { StoreAnswer } from "../../core/protocol/store.ts";
import type { HostingSettings } from "../../core/settings.ts";
import { Drive } from "../../runtime/drive.ts";
import type { DetectorPort, NetworkPort } from "../../runtime/env.ts";
import { HeartbeatDetector } from "../memory/detector.ts";
import { OwnershipTable } from "../memory/ownership-table.ts";
import { MemoryStore } from "../memory/store.ts";
import { NodeClock } from "../node/clock.ts";
import { Heartbeat } from "../node/heartbeat.ts";
import { LineRecorder } from "../node/recorder.ts";
import { NodeTimers } from "../node/timers.ts";
import { Gateway, GATEWAY_LIMITS } from "./gateway.ts";
import { Line } from "./line.ts";
import { BUFFER_BYTES_MAX } from "./socket.ts";

const ADDRESS = "127.0.0.1";
/** How often a host writes its maps down; the shortest a host accepts. */
const CHECKPOINT_US = US_PER_S;
/** What delivery may cost on top of the missed heartbeats before a host counts as silent. */
const DELIVERY_US = 100 * US_PER_MS;

/** A line of the history as the recorder writes it. */
export type Recorded<R extends HistoryRecord = HistoryRecord> = { readonly at: number; readonly actor: ActorId } & R;
/** An answer of the store and whom it was for. */
export type Answered = { readonly self: ActorId; readonly answer: StoreAnswer };

/** Only the coordinator watches hosts. */
const NOBODY: DetectorPort = {
  watch: () => assert(false, "hosts and players watch nobody"),
  unwatch: () => assert(false, "hosts and players watch nobody"),
};

/** One process: an actor, its drive and its timers. */
class Process {
  readonly actor: Actor;
  readonly timers: NodeTimers;
  private readonly drive: Drive;
  private readonly clock: NodeClock;
  /** What came while the process stood still. */
  private held: Input[] | null = null;

  constructor(fleet: Fleet, actor: Actor, network: NetworkPort, detector: DetectorPort) {
    this.actor = actor;
    this.clock = fleet.clock;
    this.timers = new NodeTimers(fleet.clock, (_self, timer) => void this.deliver({ kind: "timer", at: fleet.clock.now(), timer }));
    const store = new MemoryStore(fleet.table, setImmediate, (self, request, answer) => {
      fleet.answers.push({ self, answer });
      this.deliver({ kind: "store", at: fleet.clock.now(), request, answer });
    });
    this.drive = new Drive({ network, timers: this.timers, store, detector, history: fleet.recorder });
    fleet.drives.push(this.drive);
  }

  deliver(input: Input): RefusalReason | undefined {
    if (this.held === null) return this.drive.deliver(this.actor, input);
    this.held.push(input);
    return undefined;
  }

  /** The process stands still, as under SIGSTOP: it takes nothing, and what comes waits. */
  stop(): void {
    this.held = [];
  }

  /** It goes on: timers that came due ring before sockets are read, as the event loop has it. */
  goOn(): void {
    const held = this.held ?? [];
    this.held = null;
    const at = this.clock.now();
    for (const input of held) if (input.kind === "timer") this.deliver({ ...input, at });
    for (const input of held) if (input.kind !== "timer") this.deliver({ ...input, at });
  }
}

/** A host or player: a process with a line to the gateway. */
export class Agent<A extends Actor = Actor> {
  readonly actor: A;
  readonly line: Line;
  /** How each connection that is over ended. */
  readonly ends: string[] = [];
  private readonly fleet: Fleet;
  private readonly process: Process;
  private readonly heart: Heartbeat;

  constructor(fleet: Fleet, actor: A) {
    this.fleet = fleet;
    this.actor = actor;
    const { tuning } = fleet.settings;
    this.line = new Line({
      url: `ws://${ADDRESS}:${fleet.gateway.port}`,
      actor: actor.id,
      bounds: fleet.bounds,
      bufferBytesMax: BUFFER_BYTES_MAX,
      idleMs: 5000,
      now: () => fleet.clock.now(),
      deliver: (input) => this.deliver(input),
      ended: (code, reason) => this.ends.push(`${code} ${reason}`.trim()),
    });
    this.heart = new Heartbeat(tuning.heartbeatMs, () => this.line.beat());
    this.process = new Process(fleet, actor, this.line, NOBODY);
    this.line.open();
  }

  wish(wish: Wish): void {
    this.deliver({ kind: "wish", at: this.fleet.clock.now(), wish });
  }

  /** The machine measures itself, as it does at the metrics interval, and finds what the profile says. */
  measure({ stats, regional_latency_ms }: HostProfile): void {
    this.deliver({ kind: "measured", at: this.fleet.clock.now(), stats, regional_latency_ms });
  }

  /** The machine loses its line; the process runs on. */
  loseLine(): void {
    this.line.destroy();
  }

  /** The process stands still; its connection stays. */
  standStill(): void {
    this.heart.stop();
    this.process.stop();
  }

  goOn(): void {
    this.process.goOn();
    this.heart.start();
  }

  end(): void {
    this.heart.stop();
    this.process.timers.stop();
    this.line.destroy();
  }

  private deliver(input: Input): RefusalReason | undefined {
    if (input.kind === "link/up") this.heart.start();
    if (input.kind === "link/down") this.heart.stop();
    return this.process.deliver(input);
  }
}

/** Everything there is, and what was seen of it. */
export class Fleet {
  readonly settings: HostingSettings;
  readonly clock = new NodeClock();
  readonly table = new OwnershipTable();
  readonly bounds;
  readonly answers: Answered[] = [];
  /** The loop of every process. */
  readonly drives: Drive[] = [];
  readonly hosts = new Map<number, Agent<HostActor>>();
  readonly players = new Map<number, Agent<PlayerActor>>();
  /** Why lines were refused. */
  readonly refused: string[] = [];
  private readonly lines: string[] = [];
  readonly recorder = new LineRecorder((line) => this.lines.push(line));
  gateway!: Gateway;
  readonly coordinator: CoordinatorActor;
  private center!: Process;
  private watching!: NodeTimers;

  private constructor(settings: HostingSettings) {
    this.settings = settings;
    this.coordinator = new CoordinatorActor(settings);
    this.bounds = { maps: settings.maps.length, regions: settings.regions.length };
  }

  /** Starts gateway and coordinator on a free port. */
  static async open(settings: HostingSettings): Promise<Fleet> {
    const fleet = new Fleet(settings);
    const { clock } = fleet;
    const { heartbeatMs, heartbeatsMissedMax } = settings.tuning;
    const beatUs = heartbeatMs * US_PER_MS;
    fleet.watching = new NodeTimers(clock, (self, host) => detector.look(self, host));
    const detector = new HeartbeatDetector(
      () => clock.now(),
      fleet.watching,
      { silentAfterUs: beatUs * heartbeatsMissedMax + DELIVERY_US, beatUs },
      (_self, host) => void fleet.center.deliver({ kind: "host/silent", at: clock.now(), host }),
    );
    fleet.gateway = await Gateway.open({
      address: ADDRESS,
      port: 0,
      bounds: fleet.bounds,
      limits: GATEWAY_LIMITS,
      now: () => clock.now(),
      deliver: (input) => fleet.center.deliver(input),
      heard: (host) => detector.heard(host),
      refused: (reason, actor, detail) => fleet.refused.push(`${reason} ${actor} ${detail}`),
    });
    fleet.center = new Process(fleet, fleet.coordinator, fleet.gateway, detector);
    fleet.center.deliver({ kind: "start", at: clock.now() });
    return fleet;
  }

  host(profile: HostProfile): Agent<HostActor> {
    const agent = new Agent(this, new HostActor(profile, { boot: 0, checkpointUs: CHECKPOINT_US }));
    this.hosts.set(profile.host, agent);
    return agent;
  }

  player(player: PlayerId, map: MapId): Agent<PlayerActor> {
    const agent = new Agent(this, new PlayerActor(player, 0, this.settings.tuning.askAgainMs * US_PER_MS));
    this.players.set(player, agent);
    agent.wish({ verb: "go", map });
    return agent;
  }

  /** The records of one kind so far, in order. */
  of<K extends HistoryRecord["kind"]>(kind: K): Recorded<Extract<HistoryRecord, { readonly kind: K }>>[] {
    return this.history().filter((r): r is Recorded<Extract<HistoryRecord, { readonly kind: K }>> => r.kind === kind);
  }

  history(): Recorded[] {
    return this.lines.map((line) => JSON.parse(line) as Recorded);
  }

  /** What the coordinator recorded. */
  decisions(): Recorded[] {
    return this.history().filter((r) => r.actor === COORDINATOR);
  }

  /** Waits until something holds; after `ms` says what was waited for, with the last of the history. */
  async until(what: string, done: () => boolean, ms = 8000): Promise<void> {
    const end = performance.now() + ms;
    while (!done()) {
      if (performance.now() > end) throw new Error(`waited in vain until ${what}; last: ${this.lines.slice(-12).join("\n")}`);
      await new Promise((resolve) => void setTimeout(resolve, 5));
    }
  }

  /** Ends every process, line and timer. */
  async close(): Promise<void> {
    for (const agent of [...this.hosts.values(), ...this.players.values()]) agent.end();
    this.center.timers.stop();
    this.watching.stop();
    await this.gateway.close();
  }
}
