/** The checkers of what runs on hosted maps, put together for one run at `fidelity: game`. */
import { Ailments } from "./ailments.ts";
import type { Checker, CheckerOptions } from "./checker.ts";
import type { FairClock } from "./fair-clock.ts";
import { GameChecker, type GameView } from "./game.ts";
import { defaultGameLimits, type GameLimits } from "./game-bounds.ts";
import { InputsChecker } from "./inputs.ts";
import { Lineages } from "./lineages.ts";
import { OperationsChecker } from "./operations.ts";
import type { Picture } from "./picture.ts";
import { StatesChecker } from "./states.ts";

/** What other checkers of the run keep and these read. */
export type Kept = { readonly picture: Picture; readonly clock: FairClock };

/**
 * SY1 to SY6, SY14, GA1 to GA3, LV5 and LV6, and HO3 for operations. They come after those of hosting, whose picture and clock they read; the
 * first two of them keep what the others read.
 */
export function gameCheckers(
  options: CheckerOptions,
  view: GameView,
  { picture, clock }: Kept,
  limits: GameLimits = defaultGameLimits(),
): Checker[] {
  const lineages = new Lineages();
  const ailments = new Ailments(options);
  return [
    lineages,
    ailments,
    new OperationsChecker(options, limits, lineages, ailments, clock),
    new StatesChecker(options, limits, lineages, ailments, clock),
    new InputsChecker(options, limits, lineages, ailments, picture, clock),
    new GameChecker(options, view, lineages),
  ];
}
