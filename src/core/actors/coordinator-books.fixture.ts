/**
 * What must hold of a coordinator's books after every step, and of a whole stage once nothing stirs.
 * Both give complaints, empty when all is well, so that a failing test says what is wrong.
 */
import { accountComplaints } from "../hosting/books.ts";
import { TIMER, TIMER_KINDS } from "../hosting/state.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import type { Stage } from "./coordinator.fixture.ts";

/** What the books are read from: the coordinator, when its timers ring, and its store requests without an answer. */
export type BooksView = Pick<Stage, "coordinator" | "coordinatorTimer" | "unanswered">;

/** What every step must keep: load and reservations (HO7), moves and maps, nothing that waits forgotten (HO5). */
export function booksComplaints(stage: BooksView): string[] {
  return [...accountComplaints(stage.coordinator.hosting), ...overComplaints(stage), ...waitComplaints(stage)];
}

/** No host holds and awaits more maps than it may. A row that is found later can make it so; no test of a stage does that. */
function overComplaints(stage: BooksView): string[] {
  const { table } = stage.coordinator.hosting;
  return [...Array(table.slots).keys()]
    .filter((slot) => table.slotOf(table.hostOf(slot)) === slot && table.mapsLeft(slot) < 0)
    .map((slot) => `host ${table.hostOf(slot)}: over its maps`);
}

/** Everything unfinished is waited for: by a timer, by a store answer, or by both ends' messages under a timer. */
function waitComplaints(stage: BooksView): string[] {
  const h = stage.coordinator.hosting;
  const wrong: string[] = [];
  if (h.urgent.length > 0) wrong.push(`urgent maps left over: ${h.urgent.join()}`);
  for (const move of h.moves.values()) {
    const asked = h.asked.has(move.request) && stage.unanswered.has(move.request);
    const rings = stage.coordinatorTimer(move.id * TIMER_KINDS + TIMER.move) !== undefined;
    if (!asked && !rings) wrong.push(`move ${move.id} (${move.phase}): nothing wakes it`);
  }
  for (const [host, suspect] of h.suspects) {
    const rings = stage.coordinatorTimer(host * TIMER_KINDS + TIMER.suspect) !== undefined;
    const held = suspect.judged && stage.coordinatorTimer(TIMER.storm) !== undefined;
    if (!rings && !held) wrong.push(`suspect ${host}: nothing judges it`);
  }
  if (!h.started) return wrong;
  for (const state of h.maps) {
    if (!state.serving && state.move === null && !h.waiting.has(state.map)) wrong.push(`map ${state.map}: unserved and forgotten`);
  }
  if (h.waiting.size > 0 && stage.coordinatorTimer(TIMER.waiting) === undefined)
    wrong.push(`maps wait and nothing wakes them: ${[...h.waiting].join()}`);
  return wrong;
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
