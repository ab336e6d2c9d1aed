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
  /** The seats of each map's members. */
  private readonly members: number[][];
  /** Players by region, row-major: `byRegion[map * regions + region]`. */
  readonly byRegion: Int32Array;
  readonly regions: number;
  /** The same, averaged over time, in {@link MIX_PER_PLAYER}ths of a player; all 0 for a map nobody was on yet when it was last averaged. */
  private readonly steady: Int32Array;
  /** A player's seat: a small number of its own while it is on a map. Seats are columns, so that changing maps looks a player up once. */
  private readonly seatOf = new Map<PlayerId, number>();
  private readonly freeSeats: number[] = [];
  private readonly playerAt: PlayerId[] = [];
  private readonly mapAt: MapId[] = [];
  private readonly regionAt: RegionId[] = [];
  /** Where in its map's list of members a seat stands. */
  private readonly placeAt: number[] = [];

  constructor(maps: number, regions: number) {
    assert(maps > 0 && regions > 0, "a roster has maps and regions");
    this.members = Array.from({ length: maps }, () => []);
    this.byRegion = new Int32Array(maps * regions);
    this.steady = new Int32Array(maps * regions);
    this.regions = regions;
  }

  /**
   * Where the map's players come from, by region, in proportion: the average over time, so that the few who come and go on a small
   * map do not send it from region to region each minute; the present players where there is no average yet. A view, good until the next change.
   */
  mix(map: MapId): Int32Array {
    const from = map * this.regions;
    return (this.hasAverage(map) ? this.steady : this.byRegion).subarray(from, from + this.regions);
  }

  private hasAverage(map: MapId): boolean {
    for (let cell = map * this.regions; cell < (map + 1) * this.regions; cell++) if ((this.steady[cell] as number) > 0) return true;
    return false;
  }

  /** Brings the averages nearer to the present by `share` (0..1) of the distance; a map without an average takes the present. */
  average(share: number): void {
    assert(share > 0 && share <= 1, "an average moves towards the present, and not beyond");
    for (let map = 0; map < this.members.length; map++) {
      const from = map * this.regions;
      const known = this.hasAverage(map);
      for (let cell = from; cell < from + this.regions; cell++) {
        const now = (this.byRegion[cell] as number) * MIX_PER_PLAYER;
        const before = this.steady[cell] as number;
        this.steady[cell] = known ? before + Math.round((now - before) * share) : now;
      }
    }
  }

  /** The map a player is on, or -1. */
  mapOfPlayer(player: PlayerId): MapId {
    const seat = this.seatOf.get(player);
    return seat === undefined ? NO_MAP : (this.mapAt[seat] as MapId);
  }

  /** How many players are on the map. */
  count(map: MapId): number {
    return (this.members[map] as number[]).length;
  }

  /** All players known. */
  get size(): number {
    return this.seatOf.size;
  }

  /** The map's players, lowest id first. */
  sorted(map: MapId): PlayerId[] {
    return (this.members[map] as number[]).map((seat) => this.playerAt[seat] as PlayerId).sort((a, b) => a - b);
  }

  /** Puts a player on a map, and takes it off the one it was on. */
  enter(player: PlayerId, region: RegionId, map: MapId): void {
    assert(region >= 0 && region < this.regions, "a player's region is known");
    let seat = this.seatOf.get(player);
    if (seat === undefined) {
      seat = this.freeSeats.pop() ?? this.playerAt.length;
      this.seatOf.set(player, seat);
      this.playerAt[seat] = player;
    } else this.vacate(seat);
    const list = this.members[map] as number[];
    this.mapAt[seat] = map;
    this.regionAt[seat] = region;
    this.placeAt[seat] = list.length;
    list.push(seat);
    const cell = map * this.regions + region;
    this.byRegion[cell] = (this.byRegion[cell] as number) + 1;
  }

  /** Takes a player off its map and gives that map, or -1 if it was on none. */
  leave(player: PlayerId): MapId {
    const seat = this.seatOf.get(player);
    if (seat === undefined) return NO_MAP;
    this.seatOf.delete(player);
    this.freeSeats.push(seat);
    return this.vacate(seat);
  }

  /** Takes a seat out of its map: the last of the members takes its place. */
  private vacate(seat: number): MapId {
    const map = this.mapAt[seat] as MapId;
    const list = this.members[map] as number[];
    const place = this.placeAt[seat] as number;
    assert(list[place] === seat, "a seat stands where it says");
    const last = list.pop() as number;
    if (last !== seat) {
      list[place] = last;
      this.placeAt[last] = place;
    }
    const cell = map * this.regions + (this.regionAt[seat] as RegionId);
    this.byRegion[cell] = (this.byRegion[cell] as number) - 1;
    assert((this.byRegion[cell] as number) >= 0, "region counts equal the members");
    return map;
  }
}
