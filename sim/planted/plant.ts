/**
 * How each planted bug is put into a run: by what the coordinator is made to believe or hear, by messages lost or forged, by hosts, clients and
 * a detector that slip, or by a store that forgets its rules. The core itself carries no switch for bugs.
 */
import type { PlantedName } from "../options.ts";
import type { Plants } from "../world/world.ts";
import { COORDINATOR_PLANTS } from "./plant-coordinator.ts";
import { EDGE_PLANTS } from "./plant-edges.ts";

const PLANTS: Readonly<Record<PlantedName, Plants>> = { ...EDGE_PLANTS, ...COORDINATOR_PLANTS };

/** The names of all bugs that can be planted. */
export const PLANTED_NAMES = Object.keys(PLANTS) as readonly PlantedName[];

/** All hooks of the named bugs, one after the other. */
export function plantsOf(names: readonly PlantedName[]): Plants {
  const plants = names.map((name) => PLANTS[name]);
  const first = plants[0];
  return plants.length <= 1 ? (first ?? {}) : Object.assign({}, ...plants);
}
