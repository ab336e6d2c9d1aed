/**
 * Owns the games that run on a run's maps: data read once a folder and process, a world a map and seed. A map that the data do not know is played
 * on the ground of one they do know, each in its turn.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../../src/base/assert.ts";
import { drawU32, stream } from "../../src/base/random.ts";
import { type Complaint, err, type Result } from "../../src/base/result.ts";
import { rathenaFolder } from "../../src/compat/rathena/folder.ts";
import { type RathenaData, readRathena } from "../../src/compat/rathena/read-rathena.ts";
import { ReferenceGame } from "../../src/core/game/reference-game.ts";
import { type World as GameWorld, worldOf } from "../../src/core/game/world.ts";
import type { MapId } from "../../src/core/protocol/ids.ts";
import { defaultSyncSettings, syncTuningOf } from "../../src/core/sync-settings.ts";
import { drawnField } from "../fleet/fields.ts";
import type { Options } from "../options.ts";
import type { Games } from "../world/world.ts";
import { rootOf } from "./root-stream.ts";

const known = new Map<string, RathenaData>();

/** The game data that are shipped, from the sources and from dist alike. */
function shippedFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "conf", "game"))) {
    const above = dirname(folder);
    assert(above !== folder, "the shipped game data lie above the simulator");
    folder = above;
  }
  return join(folder, "conf", "game");
}

/** The data of a folder, null: of the shipped one; or what is wrong with them. */
export function gameDataOf(folder: string | null): Result<RathenaData, readonly Complaint[]> {
  const path = folder ?? shippedFolder();
  const before = known.get(path);
  if (before !== undefined) return { ok: true, value: before };
  const files = rathenaFolder(path);
  if (!files.ok) return err([files.error]);
  const read = readRathena(files.value);
  if (!read.ok) return read;
  if (read.value.maps.length === 0)
    return err([{ file: path, line: 1, column: 1, message: "expected at least one map with a ground, found none" }]);
  known.set(path, read.value);
  return read;
}

/** What the hosts of a run have on their maps; null at fidelity control. */
export function gamesOf(options: Options, seed: number): Games | null {
  if (options.fidelity !== "game") return null;
  const data = gameDataOf(options.game.folder);
  assert(data.ok, "the game data were read when the scenario was");
  const { maps } = data.value;
  const draws = stream(rootOf(options, seed), "game");
  const fields = stream(rootOf(options, seed), "fields");
  const worlds: (GameWorld | undefined)[] = [];
  const worldOfMap = (map: MapId): GameWorld => {
    const name = options.maps.names[map] as string;
    const found = data.value.gameDataOf(maps.includes(name) ? name : (maps[map % maps.length] as string));
    assert(found.ok, "a map of the data has a ground");
    const { fieldSide } = options.game;
    const played = fieldSide === null ? found.value : drawnField(found.value, name, fieldSide, fields, map);
    const made = worldOf(played, { high: drawU32(draws, map, 0), low: drawU32(draws, map, 1) });
    assert(made.ok, "a map of the data can be played");
    return made.value;
  };
  const programOf = (map: MapId): ReferenceGame => new ReferenceGame((worlds[map] ??= worldOfMap(map)));
  const { realtime_sync_interval_ms } = options.conf.realtime_gaming;
  return { programOf, tuning: syncTuningOf(defaultSyncSettings().limits, realtime_sync_interval_ms) };
}
