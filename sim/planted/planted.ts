/**
 * Known bugs that can be planted on purpose, each a slip that somebody who works on the hosting of maps could make, with the rules that must
 * catch it. A checker that lets its own bug pass is no checker, and a swarm that gives none occasion is no swarm; the campaign over this list is a test.
 */
import { COORDINATOR_BUGS } from "./bugs-coordinator.ts";
import { EDGE_BUGS } from "./bugs-edges.ts";
import { SEALING_BUGS } from "./bugs-sealing.ts";
import { STATE_BUGS } from "./bugs-state.ts";
import type { PlantedName } from "../options.ts";
import type { Planted } from "./entry.ts";

/** All planted bugs. The first is the canary: every seed must find it. */
export const PLANTED: readonly Planted[] = [...EDGE_BUGS, ...COORDINATOR_BUGS, ...SEALING_BUGS, ...STATE_BUGS];

/** The names of all bugs that can be planted. */
export const PLANTED_NAMES: readonly PlantedName[] = PLANTED.map(({ name }) => name);
