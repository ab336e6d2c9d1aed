/**
 * What must hold of a coordinator's books after every step, and of a whole stage once nothing stirs.
 * Both give complaints, empty when all is well, so that a failing test says what is wrong.
 */
import { accountComplaints, restComplaints } from "../hosting/books.ts";
import { TIMER, TIMER_KINDS } from "../hosting/state.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import type { Stage } from "./coordinator.fixture.ts";

/** What the books are read from: the coordinator, when its timers ring, and its store requests without an answer. */
export type BooksView = Pick<Stage, "coordinator" | "coordinatorTimer" | "unanswered">;

/** What every step must keep: load and reservations (HO7), moves and maps, nothing that waits forgotten (HO5). */
export function booksComplaints(stage: BooksView): string[] {
  const { hosting } = stage.coordinator;
  const rings = (timer: number): number | undefined => stage.coordinatorTimer(timer);
  return [...accountComplaints(hosting), ...overComplaints(stage), ...restComplaints(hosting, rings), ...storeComplaints(stage)];
}

/** No host holds and awaits more maps than it may. A row that is found later can make it so; no test of a stage does that. */
function overComplaints(stage: BooksView): string[] {
  const { table } = stage.coordinator.hosting;
  return [...Array(table.slots).keys()]
    .filter((slot) => table.slotOf(table.hostOf(slot)) === slot && table.mapsLeft(slot) < 0)
    .map((slot) => `host ${table.hostOf(slot)}: over its maps`);
}

/** A request that a move waits for is truly under way. */
function storeComplaints(stage: BooksView): string[] {
  const moves = [...stage.coordinator.hosting.moves.values()];
  const lost = moves.filter(({ phase, request }) => phase === "claim" && request > 0 && !stage.unanswered.has(request));
  return lost
    .filter(({ id }) => stage.coordinatorTimer(id * TIMER_KINDS + TIMER.move) === undefined)
    .map(({ id, phase }) => `move ${id} (${phase}): the store is not asked`);
}

/** On a quiet stage each map has exactly one live server, the row's owner, and its players play there (HO9, LV2). */
export function unsettled(stage: Stage, maps: readonly MapId[] = stage.settings.maps.map((_, map) => map)): string[] {
  const wrong: string[] = [];
  for (const map of maps) {
    const row = stage.row(map);
    const servers = stage.servers(map).map(({ host, epoch }) => `${host}@${epoch}`);
    if (servers.join() !== `${row.owner}@${row.epoch}`)
      wrong.push(`map ${map}: row ${row.owner}@${row.epoch}, served by ${servers.join() || "nobody"}`);
    for (const player of stage.players.values()) {
      if (player.map !== map || player.stage === "idle") continue;
      if (player.stage !== "playing" || player.host !== row.owner || player.epoch !== row.epoch)
        wrong.push(
          `player ${player.player}: ${player.stage} at ${player.host}@${player.epoch}, map ${map} is at ${row.owner}@${row.epoch}`,
        );
    }
  }
  return wrong;
}

/** What the grants of a history break: one host per (map, epoch), each epoch above the last (HO1, HO2). */
export function grantComplaints(stage: Stage): string[] {
  const last = new Map<MapId, { epoch: number; host: HostId }>();
  const wrong: string[] = [];
  for (const { map, host, epoch } of stage.of("map/granted")) {
    const before = last.get(map);
    if (before !== undefined && epoch <= before.epoch) wrong.push(`map ${map}: ${host}@${epoch} after ${before.host}@${before.epoch}`);
    last.set(map, { epoch, host });
  }
  return wrong;
}
