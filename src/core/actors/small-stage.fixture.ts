/** A stage that is ready to play: hosts, VPS sites and placed maps, and what tests of hosting ask it most. */
import type { Buggify } from "../protocol/buggify.ts";
import type { HostProfile, HostStats } from "../protocol/host-stats.ts";
import { actorNumber, type HostId, type MapId } from "../protocol/ids.ts";
import { booksComplaints, grantComplaints, unsettled } from "./coordinator-books.fixture.ts";
import { Stage } from "./coordinator.fixture.ts";
import { type Changes, machine, settingsWith, site } from "./machines.fixture.ts";

/** The first VPS site; more follow it. */
export const VPS = 91;

/** What a test changes of the small stage. */
export type Small = Changes & {
  /** Player hosts 1, 2, 3 … (3 unless told), the lowest id the best. */
  readonly hosts?: number;
  /** Slots of each VPS site (one site of 20 unless told). */
  readonly slots?: readonly number[];
  /** What every actor is given to ask at its BUGGIFY sites (NEVER unless told). */
  readonly buggify?: Buggify;
};

/** Host number `i`: each a little worse than the one before, far less than what redistribution asks for. */
export function nth(i: HostId, stats: Partial<HostStats> = {}, over: Partial<HostProfile> = {}): HostProfile {
  return machine(i, { network_speed_mbps: 300 - 2 * i, ...stats }, over);
}

/** The settings, hosts and sites asked for, after ten seconds: everything is placed and standbys are warm. Every step's books are checked. */
export function smallStage(small: Small = {}): Stage {
  const stage = new Stage(settingsWith(small), small.buggify);
  stage.afterStep = () => complain(booksComplaints(stage));
  (small.slots ?? [20]).forEach((slots, i) => stage.join(site(VPS + i, slots)));
  for (let i = 1; i <= (small.hosts ?? 3); i++) stage.join(nth(i));
  stage.runS(10);
  stage.forget();
  return stage;
}

/** Who owns the map by the store's row. */
export function ownerOf(stage: Stage, map: MapId = 0): HostId {
  return stage.row(map).owner;
}

/** The owners of all maps, in order. */
export function owners(stage: Stage): HostId[] {
  return stage.settings.maps.map((_, map) => ownerOf(stage, map));
}

/** What was decided since the stage last forgot, as `cause form from>to`. */
export function decisions(stage: Stage, map?: MapId): string[] {
  return stage
    .of("move/decided")
    .filter((r) => map === undefined || r.map === map)
    .map((r) => `${r.cause} ${r.form} ${r.from}>${r.to}`);
}

/** Why moves failed, in order. */
export function failures(stage: Stage): string[] {
  return stage.of("move/failed").map((r) => r.reason);
}

/** The named refusals of the coordinator, each once, in order of first appearance. */
export function refusals(stage: Stage): string[] {
  return [...new Set(stage.of("refusal").map((r) => r.reason))];
}

/** The standbys the coordinator has chosen for a map. */
export function standbysOf(stage: Stage, map: MapId = 0): readonly HostId[] {
  return stage.coordinator.hosting.maps[map]?.standbys ?? [];
}

/** Whether a host may be offered maps now. */
export function isOffered(stage: Stage, host: HostId): boolean {
  const { table } = stage.coordinator.hosting;
  return table.headroom(table.slotOf(host), stage.at) >= 0;
}

/** Puts so many players on a map and lets them arrive. Ids begin at `first`. */
export function fill(stage: Stage, count: number, map: MapId = 0, first = 1, region = 0): void {
  for (let i = 0; i < count; i++) stage.go(first + i, map, region);
  stage.run(50_000);
}

/** Everything about one map in the order it happened: messages as `kind from>to` (C is the coordinator), store requests by verb, grants and stops. */
export function trailOf(stage: Stage, map: MapId = 0): string[] {
  const trail: string[] = [];
  const name = (actor: number): string => (actor === 0 ? "C" : actor % 4 === 2 ? `p${actorNumber(actor)}` : `${actorNumber(actor)}`);
  const { passage, mood } = stage;
  stage.passage = (message, to, from) => {
    if ("map" in message && message.map === map) trail.push(`${message.kind} ${name(from)}>${name(to)}`);
    return passage(message, to, from);
  };
  stage.mood = (ask) => {
    if ("map" in ask && ask.map === map && ask.verb !== "checkpoint") trail.push(`store ${ask.verb}`);
    return mood(ask);
  };
  return trail;
}

/** The stage has come to rest as it must: every map (or those given) has one live owner, its players are there, grants rose (HO1, HO2, HO9). */
export function expectSettled(stage: Stage, maps?: readonly MapId[]): void {
  complain([...unsettled(stage, maps), ...grantComplaints(stage)]);
}

function complain(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join("; "));
}
