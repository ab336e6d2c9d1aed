/**
 * What must hold of a coordinator's books after every step, and of a whole stage once nothing stirs.
 * Both give complaints, empty when all is well, so that a failing test says what is wrong.
 */
import { isVoluntary } from "../protocol/history.ts";
import { type HostId, type MapId, NO_HOST } from "../protocol/ids.ts";
import { type Hosting, TIMER, TIMER_KINDS } from "../hosting/state.ts";
import type { Stage } from "./coordinator.fixture.ts";

/** What every step must keep: load and reservations (HO7), moves and maps, nothing that waits forgotten (HO5). */
export function booksComplaints(stage: Stage): string[] {
  const h = stage.coordinator.hosting;
  return [...loadComplaints(h), ...countComplaints(h), ...waitComplaints(stage)];
}

function loadComplaints(h: Hosting): string[] {
  const wrong: string[] = [];
  for (let slot = 0; slot < h.table.slots; slot++) {
    const host = h.table.hostOf(slot);
    const owned = h.maps.filter((state) => state.owner === host);
    const players = owned.reduce((sum, state) => sum + h.roster.count(state.map), 0);
    const kept = [...h.moves.values()].filter((move) => move.to === host && move.reserved > 0);
    const told = [h.table.maps[slot], h.table.players[slot], h.table.mapsReserved[slot], h.table.playersReserved[slot]];
    const truth = [owned.length, players, kept.length, kept.reduce((sum, move) => sum + move.reserved, 0)];
    if (told.join() !== truth.join()) wrong.push(`host ${host}: books say ${told.join()}, truth is ${truth.join()}`);
    if (owned.length + kept.length > (h.table.mapsMax[slot] as number)) wrong.push(`host ${host}: over its maps`);
    const listed = h.ownedBy(host).join();
    if (listed !== owned.map((state) => state.map).join()) wrong.push(`host ${host}: mapsOf says ${listed}`);
    const online = h.table.online[slot] === 1;
    if (online && h.suspects.has(host)) wrong.push(`host ${host}: online and suspect`);
    const standby = h.maps.filter((state) => state.standbys.includes(host)).length;
    if ((h.standbyCount.get(host) ?? 0) !== standby) wrong.push(`host ${host}: stands by for ${standby}`);
  }
  return wrong;
}

function countComplaints(h: Hosting): string[] {
  const wrong: string[] = [];
  const equal = (what: string, told: number, truth: number): void => {
    if (told !== truth) wrong.push(`${what}: books say ${told}, truth is ${truth}`);
  };
  const moving = h.maps.filter((state) => state.move !== null);
  equal("moves", h.moves.size, moving.length);
  for (const { move, map } of moving)
    if (move === null || h.moves.get(move.id) !== move || move.map !== map) wrong.push(`map ${map}: not its move`);
  equal("voluntary", h.voluntary, [...h.moves.values()].filter((move) => isVoluntary(move.cause)).length);
  equal("hosted", h.hosted, h.maps.filter((state) => state.serving).length);
  const slotless = h.maps.filter((state) => state.owner === NO_HOST && state.move === null && !h.mayLeaveVps(state.map));
  equal("without a slot", h.slotless, slotless.length);
  equal("online", h.online, [...Array(h.table.slots).keys()].filter((slot) => h.table.online[slot] === 1).length);
  for (const state of h.maps) {
    if (state.serving && state.owner === NO_HOST) wrong.push(`map ${state.map}: served by nobody`);
    if (state.standbys.includes(state.owner)) wrong.push(`map ${state.map}: its owner stands by`);
  }
  return wrong;
}

/** Everything unfinished is waited for: by a timer, by a store answer, or by both ends' messages under a timer. */
function waitComplaints(stage: Stage): string[] {
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
