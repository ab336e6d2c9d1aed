/** One seed of a swarm: the options that a base and a seed give. What is drawn is explicit, so that it can be written down and cut down. */
import seedrandom from "seedrandom";
import { rootStream } from "../../../src/base/random.ts";
import type { Options } from "../../options.ts";
import { Dice } from "./dice.ts";
import { drawFaults } from "./draw-faults.ts";
import { drawWorld } from "./draw-world.ts";

/**
 * The options of one seed: the base itself where it has no swarm. Faults of the base's own plan stay; drawn ones come after them in the plan.
 * The same base and seed give the same options, whatever other seeds there are.
 */
export function drawSwarm(base: Options, seed: number): Options {
  const { swarm } = base;
  if (swarm === null) return base;
  const draw = seedrandom(`peerstead/swarm/${base.draws}/${seed}`);
  const root = rootStream(draw.int32() >>> 0, draw.int32() >>> 0);
  const dice = (purpose: string): Dice => new Dice(root, purpose);
  const world = swarm.world === "random" ? drawWorld(base, dice) : base;
  const faults = [...base.faults, ...drawFaults(world, dice, swarm.subset === "all")];
  // Rare paths are walked often in two runs of three; the others show what happens without help.
  const buggify = base.buggify ?? (dice("buggify").chance(2 / 3) ? { active: 0.25, fires: 0.25 } : null);
  return { ...world, faults, buggify, swarm: null };
}
