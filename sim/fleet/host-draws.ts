/**
 * Owns what chance makes of the machines of a run: what each is, and where in its life the run finds it.
 * Promises: every draw is keyed by (machine, what it is for), so that one machine's draws move no other's.
 */
import { lawMean, type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import { US_PER_S } from "../../src/base/time.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { ListedHost, Options } from "../options.ts";
import { cumulate, pick, placesByRegion } from "./places.ts";
import { stationary } from "./stationary.ts";

/** Numbers of the draws that make a host. */
const DRAW = {
  region: 0,
  place: 1,
  cpu: 2,
  cores: 3,
  ram: 4,
  upload: 5,
  jitter: 6,
  rate: 7,
  frame: 8,
  access: 9,
  up: 10,
  age: 11,
  rest: 12,
  offset: 13,
} as const;

/** Each time around a trace's nodes the window moves on by two days, at the same hour, so that no two hosts live the same life. */
const ROUND_S = 172_800;

/** What a machine is, whenever it is up. */
export type Machine = Omit<ListedHost, "upS" | "comesS">;

/** Where in its life the run finds a machine, seconds: up for so long, or coming then; and when that up-time ends (null: not by itself). */
export type Start = Pick<ListedHost, "upS" | "comesS"> & { readonly endsS: number | null };

/** An up-time of a trace that touches the run, seconds from the run's start; `number` counts the trace's times. */
export type TraceUp = { readonly number: number; readonly startS: number; readonly endS: number };

/** The draws of a run's machines; VPS sites are asked for their place alone. */
export class HostDraws {
  private readonly options: Options;
  private readonly make: Stream;
  private readonly laws: Record<"cpu" | "cores" | "ram" | "upload" | "jitter" | "rate" | "frame" | "access", PreparedLaw>;
  private readonly places: number[][];
  private readonly shares: number[];

  constructor(options: Options, root: Stream) {
    this.options = options;
    this.make = stream(root, "fleet/hosts");
    const h = options.hosts;
    this.laws = {
      cpu: prepareLaw(h.cpuGhz),
      cores: prepareLaw(h.cpuCores),
      ram: prepareLaw(h.freeRamMb),
      upload: prepareLaw(h.uploadMbps),
      jitter: prepareLaw(h.jitterMs),
      rate: prepareLaw(h.packetRate),
      frame: prepareLaw(h.frameTimeMs),
      access: prepareLaw(options.network.hostAccessMs),
    };
    this.places = placesByRegion(options.network, options.regions.length);
    this.shares = cumulate(options.regions.map((r) => r.hosts));
  }

  /** One of the places of a region. */
  placeIn(host: HostId, region: number): number {
    const list = this.places[region] as number[];
    return list[Math.floor(this.unit(host, DRAW.place) * list.length)] as number;
  }

  /** What a player's machine is: as listed, or as drawn. */
  machine(host: HostId): Machine {
    const listed = this.listed(host);
    if (listed !== undefined) return listed;
    const { laws } = this;
    const draw = (law: PreparedLaw, n: number): number => sampleLaw(law, this.unit(host, n));
    return {
      place: this.placeIn(host, pick(this.shares, this.unit(host, DRAW.region))),
      cpuGhz: draw(laws.cpu, DRAW.cpu),
      cpuCores: Math.round(draw(laws.cores, DRAW.cores)),
      freeRamMb: Math.round(draw(laws.ram, DRAW.ram)),
      uploadMbps: draw(laws.upload, DRAW.upload),
      jitterMs: draw(laws.jitter, DRAW.jitter),
      packetRate: Math.round(draw(laws.rate, DRAW.rate)),
      frameTimeMs: draw(laws.frame, DRAW.frame),
      accessMs: draw(laws.access, DRAW.access),
    };
  }

  /** The first up- or down-time, as an outsider would find it at a random instant. Machines that follow a trace have {@link traceUps}. */
  start(host: HostId): Start {
    const listed = this.listed(host);
    if (listed !== undefined) return { upS: listed.upS, comesS: listed.comesS, endsS: null };
    const { uptimeS, downtimeS } = this.options.hosts;
    if (uptimeS === null || downtimeS === null) return { upS: 0, comesS: 0, endsS: null };
    const share = lawMean(uptimeS) / (lawMean(uptimeS) + lawMean(downtimeS));
    const up = this.unit(host, DRAW.up) < share;
    const { age, residual } = stationary(up ? uptimeS : downtimeS, this.unit(host, DRAW.age), this.unit(host, DRAW.rest));
    return up ? { upS: age, comesS: 0, endsS: residual } : { upS: 0, comesS: residual, endsS: null };
  }

  /** The up-times of a host's trace node that touch the run; hosts beyond the nodes wrap around with a shift in time. */
  traceUps(host: HostId, trace: NonNullable<Options["hosts"]["availability"]>): TraceUp[] {
    const { durationUs, settleUs, vps } = this.options;
    const index = host - vps.sites.length - 1;
    const offset = Math.floor(drawUnit(this.make, 0, DRAW.offset) * trace.nodes.length);
    const times = trace.nodes[(index + offset) % trace.nodes.length] as readonly number[];
    const from = trace.fromS + Math.floor(index / trace.nodes.length) * ROUND_S;
    const duration = (durationUs + settleUs) / US_PER_S;
    const ups: TraceUp[] = [];
    for (let i = 0; i + 1 < times.length; i += 2) {
      const [startS, endS] = [(times[i] as number) - from, (times[i + 1] as number) - from];
      if (endS > 0 && startS < duration) ups.push({ number: i, startS, endS });
    }
    return ups;
  }

  /** Where within the spread of first connections a host stands, in (0, 1). */
  connects(host: HostId): number {
    const { list, uptimeS, downtimeS, availability } = this.options.hosts;
    const stays = list === null && availability === null && (uptimeS === null || downtimeS === null);
    return this.unit(host, stays ? DRAW.rest : DRAW.age);
  }

  private listed(host: HostId): ListedHost | undefined {
    return this.options.hosts.list?.[host - this.options.vps.sites.length - 1];
  }

  private unit(host: HostId, n: number): number {
    return drawUnit(this.make, host, n);
  }
}
