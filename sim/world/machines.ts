/**
 * Owns the truth about machines: who runs, who is cut off, where each stands and how far apart they are.
 * Actors are numbered densely: the coordinator 0, hosts from 1 (VPS sites first), then players. Never decides anything.
 */
import { assert } from "../../src/base/assert.ts";
import { actorKind, actorNumber, type ActorId, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import type { NetworkOptions } from "../options.ts";

/** Who is at the other end of a line, as bits: the coordinator and the VPS sites, players, other player hosts. */
export const PEER = { vps: 1, players: 2, hosts: 4 } as const;
/** A machine's line: what is cut, direction by direction, a bit for each class of peer. `out` is machine → rest of the world. */
export const CUT_IN = PEER.vps | PEER.players | PEER.hosts;
export const CUT_OUT = CUT_IN << 3;

/** All machines of a run, as columns over dense actor numbers. */
export class Machines {
  readonly hosts: number;
  readonly players: number;
  /** The process runs: it takes inputs. */
  readonly up: Uint8Array;
  /** Virtual time until which a paused host takes nothing. Players are never paused. */
  readonly pausedUntil: Float64Array;
  /** Bits of {@link CUT_IN} and {@link CUT_OUT}. */
  readonly cut: Uint8Array;
  /** The islands a machine is on, as bits: machines reach each other only where these are equal. 0 is the mainland. */
  readonly island: Uint32Array;
  /** What a machine is to others, a bit of {@link PEER}. */
  readonly peer: Uint8Array;
  /** Connection to the coordinator: 1 stands; the generation rises with every close, so that nothing of an old connection arrives. */
  readonly linked: Uint8Array;
  readonly generation: Uint32Array;
  /** How often each host's process has started. */
  readonly boots: Uint32Array;
  readonly place: Uint16Array;
  /** Access delay this machine adds to one way, microseconds. */
  readonly accessUs: Int32Array;
  /** Upload, kbit/s (hosts). */
  readonly uploadKbps: Float64Array;
  private readonly halfRttUs: Float64Array;
  private readonly places: number;

  /** The first `sites` hosts are VPS sites. */
  constructor(hosts: number, players: number, network: NetworkOptions, sites = 0) {
    const all = 1 + hosts + players;
    this.hosts = hosts;
    this.players = players;
    this.up = new Uint8Array(all);
    this.pausedUntil = new Float64Array(hosts + 1);
    this.cut = new Uint8Array(all);
    this.island = new Uint32Array(all);
    this.peer = new Uint8Array(all)
      .fill(PEER.players)
      .fill(PEER.hosts, 0, hosts + 1)
      .fill(PEER.vps, 0, sites + 1);
    this.linked = new Uint8Array(all);
    this.generation = new Uint32Array(all);
    this.boots = new Uint32Array(hosts + 1);
    this.place = new Uint16Array(all);
    this.accessUs = new Int32Array(all);
    this.uploadKbps = new Float64Array(all);
    this.places = network.placeRegion.length;
    assert(network.rttMs.length === this.places * this.places, "the RTT matrix is square over the places");
    this.halfRttUs = Float64Array.from(network.rttMs, (ms) => Math.round(ms * 500));
    this.up[0] = 1;
  }

  /** Dense number of an address. */
  dense(actor: ActorId): number {
    const kind = actorKind(actor);
    if (kind === "coordinator") return 0;
    const n = actorNumber(actor);
    return kind === "host" ? n : this.hosts + 1 + n;
  }

  /** Address of a dense number. */
  actor(dense: number): ActorId {
    if (dense === 0) return 0;
    return dense <= this.hosts ? hostActor(dense) : playerActor(dense - this.hosts - 1);
  }

  /** One-way delay between two machines without jitter, whole microseconds, at least 50. */
  oneWayUs(a: number, b: number): number {
    const path = this.halfRttUs[(this.place[a] as number) * this.places + (this.place[b] as number)] as number;
    return Math.max(50, Math.round(path + (this.accessUs[a] as number) + (this.accessUs[b] as number)));
  }

  /** Can a packet leave `from` and reach `to` at this instant, as far as lines go? */
  reachable(from: number, to: number): boolean {
    const { cut, peer } = this;
    return (
      (((cut[from] as number) >>> 3) & (peer[to] as number)) === 0 &&
      ((cut[to] as number) & (peer[from] as number)) === 0 &&
      this.island[from] === this.island[to]
    );
  }

  /** Is anything of the machine's line cut? */
  isSevered(machine: number): boolean {
    return this.cut[machine] !== 0 || this.island[machine] !== 0;
  }
}
