/**
 * Owns who plays on which map, and from which regions.
 * Promises: a player is on one map at most; counts by region equal the members; the mix of a map's regions changes slowly. Never talks to anyone.
 */
import { assert } from "../../base/assert.ts";
import type { MapId, PlayerId, RegionId } from "../protocol/ids.ts";

const NO_MAP = -1;
/** The mix counts in this part of a player, so that slow changes are not lost to rounding. */
const MIX_PER_PLAYER = 1024;

/** Members of each map. Entering and leaving cost the same however many there are. */
export class Roster {
  private readonly members: PlayerId[][];
  /** Players by region, row-major: `byRegion[map * regions + region]`. */
  readonly byRegion: Int32Array;
  readonly regions: number;
  /** The same, averaged over time, in {@link MIX_PER_PLAYER}ths of a player; all 0 for a map nobody was on yet when it was last averaged. */
  private readonly steady: Int32Array;
  /** Where each player is: map, place in its member list, region. Grown as ids appear; ids are dense at the edges. */
  private readonly mapOf = new Map<PlayerId, { map: MapId; place: number; region: RegionId }>();

  constructor(maps: number, regions: number) {
    assert(maps > 0 && regions > 0, "a roster has maps and regions");
    this.members = Array.from({ length: maps }, () => []);
    this.byRegion = new Int32Array(maps * regions);
    this.steady = new Int32Array(maps * regions);
    this.regions = regions;
  }

  /**
   * Where the map's players come from, by region, in proportion: the average over time, so that the few who come and go on a small
   * map do not turn its majority round each minute; the present players where there is no average yet. A view, good until the next change.
   */
  mix(map: MapId): Int32Array {
    const from = map * this.regions;
    for (let cell = from; cell < from + this.regions; cell++) {
      if ((this.steady[cell] as number) > 0) return this.steady.subarray(from, from + this.regions);
    }
    return this.byRegion.subarray(from, from + this.regions);
  }

  /** Brings the averages nearer to the present by `share` (0..1) of the distance; a map without an average takes the present. */
  average(share: number): void {
    assert(share > 0 && share <= 1, "an average moves towards the present, and not beyond");
    for (let map = 0; map < this.members.length; map++) {
      const from = map * this.regions;
      const known = this.mix(map).buffer === this.steady.buffer;
      for (let cell = from; cell < from + this.regions; cell++) {
        const now = (this.byRegion[cell] as number) * MIX_PER_PLAYER;
        const before = this.steady[cell] as number;
        this.steady[cell] = known ? before + Math.round((now - before) * share) : now;
      }
    }
  }

  /** The map a player is on, or -1. */
  mapOfPlayer(player: PlayerId): MapId {
    return this.mapOf.get(player)?.map ?? NO_MAP;
  }

  /** How many players are on the map. */
  count(map: MapId): number {
    return (this.members[map] as PlayerId[]).length;
  }

  /** All players known. */
  get size(): number {
    return this.mapOf.size;
  }

  /** The map's players, lowest id first. */
  sorted(map: MapId): PlayerId[] {
    return (this.members[map] as PlayerId[]).slice().sort((a, b) => a - b);
  }

  /** Puts a player on a map. The player must be on none. */
  enter(player: PlayerId, region: RegionId, map: MapId): void {
    assert(!this.mapOf.has(player), "a player leaves one map before it enters another");
    assert(region >= 0 && region < this.regions, "a player's region is known");
    const list = this.members[map] as PlayerId[];
    this.mapOf.set(player, { map, place: list.length, region });
    list.push(player);
    const cell = map * this.regions + region;
    this.byRegion[cell] = (this.byRegion[cell] as number) + 1;
  }

  /** Takes a player off its map and gives that map, or -1 if it was on none. */
  leave(player: PlayerId): MapId {
    const entry = this.mapOf.get(player);
    if (entry === undefined) return NO_MAP;
    this.mapOf.delete(player);
    const list = this.members[entry.map] as PlayerId[];
    const last = list.pop() as PlayerId;
    if (last !== player) {
      list[entry.place] = last;
      const moved = this.mapOf.get(last);
      assert(moved !== undefined, "a member has an entry");
      moved.place = entry.place;
    }
    const cell = entry.map * this.regions + entry.region;
    this.byRegion[cell] = (this.byRegion[cell] as number) - 1;
    assert((this.byRegion[cell] as number) >= 0, "region counts equal the members");
    return entry.map;
  }
}
