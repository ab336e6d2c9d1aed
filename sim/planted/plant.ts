/**
 * How each planted bug is put into a run: by what the coordinator is made to believe or hear, by messages lost or forged, by hosts, clients and
 * a detector that slip, or by a store that forgets its rules. The core itself carries no switch for bugs.
 */
import type { StoreAnswer } from "../../src/core/protocol/store.ts";
import type { PlantedName } from "../options.ts";
import type { Plants } from "../world/world.ts";
import { COORDINATOR_PLANTS } from "./plant-coordinator.ts";
import { EDGE_PLANTS } from "./plant-edges.ts";
import { SEALING_PLANTS } from "./plant-sealing.ts";
import { STATE_PLANTS } from "./plant-state.ts";

const PLANTS: Readonly<Record<PlantedName, Plants>> = { ...EDGE_PLANTS, ...COORDINATOR_PLANTS, ...STATE_PLANTS, ...SEALING_PLANTS };

/** All hooks of the named bugs: each takes hold where those before it have left things. */
export function plantsOf(names: readonly PlantedName[]): Plants {
  const [first, ...others] = names.map((name) => PLANTS[name]);
  return others.reduce<Plants>(both, first ?? {});
}

function both(a: Plants, b: Plants): Plants {
  return {
    settings(settings) {
      const first = a.settings?.(settings) ?? settings;
      return b.settings?.(first) ?? first;
    },
    coordinator(coordinator) {
      a.coordinator?.(coordinator);
      b.coordinator?.(coordinator);
    },
    host(actor) {
      a.host?.(actor);
      b.host?.(actor);
    },
    player(actor) {
      a.player?.(actor);
      b.player?.(actor);
    },
    heartbeats(heartbeats, eager) {
      a.heartbeats?.(heartbeats, eager);
      b.heartbeats?.(heartbeats, eager);
    },
    sealing(end, world) {
      a.sealing?.(end, world);
      b.sealing?.(end, world);
    },
    message(world, from, to, message) {
      const first = a.message === undefined ? message : a.message(world, from, to, message);
      return first === null || b.message === undefined ? first : b.message(world, from, to, first);
    },
    store(table, ask, real) {
      const first = (): StoreAnswer => a.store?.(table, ask, real) ?? real();
      return b.store?.(table, ask, first) ?? first();
    },
  };
}
