/**
 * Owns what goes wrong on purpose: when each fault begins, whom it meets, how it ends, and whether it had any effect.
 * Promises: times and victims are keyed by (fault, occurrence), so that one fault moves no other; when faults stop the core is
 * healed. Never touches an actor: only machines, lines, the store and the processes' lives.
 */
import { prepareLaw } from "../../src/base/laws.ts";
import { drawUnit, stream } from "../../src/base/random.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { HostFleet } from "../fleet/hosts.ts";
import type { PlayerFleet } from "../fleet/players.ts";
import type { Fault, Options } from "../options.ts";
import { EVENT } from "../world/queue.ts";
import { SOURCE } from "../world/sources.ts";
import type { World } from "../world/world.ts";
import { begun, watchedUs } from "./begin.ts";
import { abandon, coreOf } from "./core.ts";
import { Cuts } from "./cuts.ts";
import { Memory } from "./liars.ts";
import { Overlay } from "./overlay.ts";
import type { Ends, Part, Tools } from "./part.ts";

/** Steps within a fault are numbered apart from its beginnings and ends. */
const STEPS = 2_000_000_000;

/** An occurrence under way. */
type Open = { readonly fault: Fault; readonly parts: readonly Part[] };

/** Plays the fault plan of a run, and the background bursts of loss on home lines. */
export class Faults {
  private readonly world: World;
  private readonly options: Options;
  private readonly tools: Tools;
  private readonly open = new Map<number, Open>();
  /** Occurrences whose time has come, and that wait for a step of a move; and the ends of each map's latest move. */
  private waiting: { readonly fault: Fault; readonly index: number; readonly n: number }[] = [];
  private readonly ends = new Map<MapId, Ends>();
  private occurrences = 0;
  private steps = 0;
  private stopped = false;

  constructor(world: World, fleet: HostFleet, people: PlayerFleet, options: Options) {
    this.world = world;
    this.options = options;
    this.tools = {
      world,
      fleet,
      people,
      options,
      overlay: new Overlay(),
      cuts: new Cuts(world),
      when: stream(world.root, "faults/when"),
      whom: stream(world.root, "faults/whom"),
      back: stream(world.root, "faults/back"),
      reconnect: prepareLaw(options.reconnectS),
      later: (index, at, act) => this.later(index, at, act),
    };
    const planned = new Set(options.faults.map((fault) => fault.kind));
    if (planned.has("stale-replay")) world.network.memory = new Memory(world.machines.hosts);
    if (planned.has("store-rollback")) world.store.journal = [];
  }

  start(): void {
    this.options.faults.forEach((fault, i) => this.schedule(fault, i, fault.atUs, 0));
    const { burst } = this.options.network;
    if (burst !== null)
      for (let host = this.options.vps.sites.length + 1; host <= this.world.machines.hosts; host++) this.scheduleBurst(host, 0);
  }

  private schedule(fault: Fault, index: number, at: number, occurrence: number): void {
    this.world.schedule(Math.round(at), SOURCE.fault + index, 2 * occurrence, EVENT.fault, index, occurrence, fault);
  }

  private later(index: number, at: number, act: () => void): void {
    this.steps += 1;
    this.world.schedule(Math.round(at), SOURCE.fault + index, STEPS + this.steps, EVENT.faultStep, index, 0, act);
  }

  /** An event of ours came up. */
  event(kind: number, target: number, number: number, object: unknown): void {
    if (kind === EVENT.fault) this.come(object as Fault, target, number);
    else if (kind === EVENT.faultEnd) this.end(number, object as Fault);
    else if (kind === EVENT.burst) this.burst(target, number);
    else if (kind === EVENT.faultStep && !this.stopped) (object as () => void)();
  }

  /** Faults are over and nothing new begins. Gives the hosts of the core, which are healed; null: all are. */
  heal(): ReadonlySet<HostId> | null {
    this.stopped = true;
    const core = coreOf(this.tools);
    for (const id of [...this.open.keys()].sort((a, b) => a - b)) {
      const { fault, parts } = this.open.get(id) as Open;
      this.open.delete(id);
      // Nobody measures a slow processor yet: frame times do not follow it, so a host that is slow for good is not told from a sound one.
      const healed = parts.filter(({ host }) => core === null || host === null || core.has(host) || fault.kind === "slow-cpu");
      this.close(fault, parts, healed);
    }
    if (core !== null) abandon(this.tools, core);
    return core;
  }

  /** At the end of a run: what is still open tells what it met so far. */
  report(): void {
    for (const { fault, parts } of this.open.values()) this.close(fault, parts, parts);
    this.open.clear();
    this.stopped = true;
  }

  /** A move was decided or has passed a step: what waited for that begins, at once or a little later. */
  moved(record: Extract<HistoryRecord, { kind: "move/decided" | "move/step" }>): void {
    if (record.kind === "move/decided") this.ends.set(record.map, { from: record.from, to: record.to });
    if (this.waiting.length === 0) return;
    const step = record.kind === "move/decided" ? "decided" : record.step;
    const ends = this.ends.get(record.map) ?? null;
    const ready = this.waiting.filter(({ fault }) => fault.on?.step === step);
    this.waiting = this.waiting.filter(({ fault }) => fault.on?.step !== step);
    for (const { fault, index, n } of ready)
      this.later(index, this.world.now + (fault.on?.afterUs ?? 0), () => this.begin(fault, index, n, ends));
  }

  /** The time of an occurrence has come. */
  private come(fault: Fault, index: number, n: number): void {
    if (this.stopped) return;
    if (fault.everyUs !== null) {
      const gap = -Math.log(drawUnit(this.tools.when, index, n)) * fault.everyUs;
      this.schedule(fault, index, this.world.now + Math.max(1, gap), n + 1);
    }
    if (fault.on === undefined) this.begin(fault, index, n, null);
    else this.waiting.push({ fault, index, n });
  }

  private begin(fault: Fault, index: number, n: number, ends: Ends | null): void {
    this.world.observer.fault?.(this.world.now, fault.id, "begin", 1);
    const parts = begun(this.tools, { fault, index, n, ends });
    const lasts = parts.some(({ undo }) => undo !== null);
    const us = lasts ? Math.max(1, fault.forUs) : watchedUs(fault);
    if (us === 0) return this.close(fault, parts, parts);
    this.occurrences += 1;
    this.open.set(this.occurrences, { fault, parts });
    this.world.schedule(this.world.now + us, SOURCE.fault + index, 2 * n + 1, EVENT.faultEnd, index, this.occurrences, fault);
  }

  private end(id: number, fault: Fault): void {
    const open = this.open.get(id);
    if (open === undefined) return;
    this.open.delete(id);
    this.close(fault, open.parts, open.parts);
    // What is over at once has no end of its own: it was only watched.
    if (open.parts.some(({ undo }) => undo !== null)) this.world.observer.fault?.(this.world.now, fault.id, "end", 1);
  }

  /** Ends the parts that are healed, and says what all of them met. */
  private close(fault: Fault, parts: readonly Part[], healed: readonly Part[]): void {
    for (const { undo } of healed) undo?.();
    const count = parts.reduce((sum, { met }) => sum + met(), 0);
    if (count > 0) this.world.observer.fault?.(this.world.now, fault.id, "effect", count);
  }

  /** Background bursts of loss on a host's line (Gilbert–Elliott): gaps and lengths exponential, keyed by host and number. */
  private scheduleBurst(host: number, n: number): void {
    const { burst } = this.options.network;
    if (burst === null) return;
    const gap = -Math.log(drawUnit(this.tools.when, -1 - host, 2 * n)) * burst.everyUs;
    this.world.schedule(this.world.now + Math.max(1, Math.round(gap)), SOURCE.burst + host, n, EVENT.burst, host, n, undefined);
  }

  private burst(host: number, n: number): void {
    const { burst } = this.options.network;
    if (burst === null || this.stopped) return;
    const length = Math.max(1, Math.round(-Math.log(drawUnit(this.tools.when, -1 - host, 2 * n + 1)) * burst.lengthUs));
    if (this.world.machines.up[host] === 1) this.world.heartbeats.begin(host, this.world.now + length, burst.loss, 1);
    this.scheduleBurst(host, n + 1);
  }
}
