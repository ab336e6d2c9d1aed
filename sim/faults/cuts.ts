/**
 * Owns which lines are cut, in which direction and from whom, while several faults cut them.
 * Promises: a direction is open again when the last of its cuts is healed; what checkers are told of a line is what it is.
 */
import { assert } from "../../src/base/assert.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { CutShape } from "../options.ts";
import { CUT_IN, CUT_OUT, PEER } from "../world/machines.ts";
import type { World } from "../world/world.ts";

/** Directions and classes of peers: the bits of a cut. */
const BITS = 6;
/** The last island there can be at once, as a bit. */
const LAST_ISLAND = 0x40000000;

/** The bits of {@link CUT_IN} and {@link CUT_OUT} that a cut of this shape takes. */
export function cutBits(shape: CutShape, inwards: boolean, outwards: boolean): number {
  const peers = shape === "all" ? CUT_IN : PEER[shape];
  return (inwards ? peers & CUT_IN : 0) | (outwards ? (peers << 3) & CUT_OUT : 0);
}

/** All cuts of a run. */
export class Cuts {
  private readonly world: World;
  /** By machine and bit: how many cuts take it. */
  private readonly counts: Uint8Array;
  private readonly partly = new Map<HostId, number>();
  private readonly clogs = new Map<HostId, number>();
  private islands = 0;

  constructor(world: World) {
    this.world = world;
    this.counts = new Uint8Array(world.machines.up.length * BITS);
  }

  /** Takes the bits of a machine's line (`by` 1), or gives them back (-1). */
  bar(dense: number, bits: number, by: 1 | -1): void {
    let cut = 0;
    for (let bit = 0; bit < BITS; bit++) {
      const i = dense * BITS + bit;
      if (((bits >>> bit) & 1) === 1) this.counts[i] = (this.counts[i] as number) + by;
      if ((this.counts[i] as number) > 0) cut |= 1 << bit;
    }
    this.world.machines.cut[dense] = cut;
  }

  /** Puts hosts on an island of their own; gives its bit. */
  strand(hosts: readonly HostId[]): number {
    let bit = 1;
    while ((this.islands & bit) !== 0) bit *= 2;
    assert(bit <= LAST_ISLAND, "there are not so many islands at once");
    this.islands |= bit;
    for (const host of hosts) this.world.machines.island[host] = (this.world.machines.island[host] as number) | bit;
    return bit;
  }

  /** Takes a host off an island. The island is gone with its last host. */
  rejoin(host: HostId, bit: number): void {
    const { island } = this.world.machines;
    island[host] = (island[host] as number) & ~bit;
    if (!island.some((at) => (at & bit) !== 0)) this.islands &= ~bit;
  }

  /** Clogs a line, or takes one clog from it; it is free with the last. */
  clog(host: HostId, by: 1 | -1): void {
    const clogs = (this.clogs.get(host) ?? 0) + by;
    this.clogs.set(host, clogs);
    if (by === 1 && clogs === 1) this.world.backlog.clog(host);
    if (by === -1 && clogs === 0) this.world.backlog.unclog(host);
  }

  /** Something parts a host from a part of the others, beside cuts (`by` 1), or does no longer (-1). */
  part(host: HostId, by: 1 | -1): void {
    this.partly.set(host, (this.partly.get(host) ?? 0) + by);
  }

  /** A trouble of the line has ended: says what the line is now, unless it is as cut off as before. */
  ended(host: HostId): void {
    const { world } = this;
    const cut = world.machines.cut[host] as number;
    if ((this.clogs.get(host) ?? 0) > 0 || world.machines.island[host] !== 0 || cut === (CUT_IN | CUT_OUT)) return;
    world.truth(host, "healed");
    if (cut === CUT_IN || cut === CUT_OUT) world.truth(host, "cut-one-way");
    else if (cut !== 0 || this.isTroubled(host)) world.truth(host, "cut-in-part");
  }

  /** Does the line carry less than everything, beside being cut? */
  isTroubled(host: HostId): boolean {
    return (this.clogs.get(host) ?? 0) > 0 || (this.partly.get(host) ?? 0) > 0;
  }
}
