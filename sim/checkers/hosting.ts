/** The checkers of one run, put together: those of hosting, stores and liveness, and those of a game where one runs. */
import { BlockedChecker } from "./blocked.ts";
import { CapacityChecker } from "./capacity.ts";
import type { Checker, CheckerOptions } from "./checker.ts";
import { ContinuityChecker } from "./continuity.ts";
import { DeparturesChecker } from "./departures.ts";
import { EligibilityChecker } from "./eligibility.ts";
import { FairClock } from "./fair-clock.ts";
import type { GameView } from "./game.ts";
import { gameCheckers } from "./gaming.ts";
import { MovementChecker } from "./movement.ts";
import { OwnershipChecker } from "./ownership.ts";
import { Picture } from "./picture.ts";
import { sealingCheckers } from "./sealing.ts";
import { SettledChecker } from "./settled.ts";
import { RestartChecker } from "./stores.ts";

/**
 * All checkers of one run: HO1 to HO11, ST2 and LV1 to LV4, and, with a view of the games that run, those of games; SY8 to SY13 where lines are sealed. Feed every observation to each
 * of them in the order of the list: the first two keep the picture and the fair clock that the others read.
 */
export function hostingCheckers(options: CheckerOptions, games: GameView | null = null): Checker[] {
  const picture = new Picture(options.faults);
  const clock = new FairClock(options);
  return [
    picture,
    clock,
    new OwnershipChecker(options, picture),
    new EligibilityChecker(options, picture),
    new CapacityChecker(options, picture),
    new MovementChecker(options, picture),
    new ContinuityChecker(options, picture, clock),
    new DeparturesChecker(options, picture),
    new BlockedChecker(options, picture, clock),
    new SettledChecker(options, picture, clock),
    new RestartChecker(options, picture, clock),
    ...(games === null ? [] : gameCheckers(options, games, { picture, clock })),
    ...sealingCheckers(options),
  ];
}

/** True for the rules about what must come true once faults have stopped; all others are safety. */
export function isLivenessRule(rule: string): boolean {
  return rule === "HO9" || rule.startsWith("LV");
}

/**
 * Rules that any run must have put to the test, or it proves nothing. `settles` says whether the run has a liveness
 * phase. The others need an occasion: HO3 none, HO6 a voluntary move, HO8 a failed or ended move, HO11 the seed's scoring, SY2 a hand-over,
 * SY3 a failover, SY5 a critical operation.
 */
export function requiredRules(options: CheckerOptions, settles: boolean): string[] {
  const rules = ["HO1", "HO2", "HO3", "HO4", "HO5", "HO7", "HO9", "HO10"];
  if (options.faults.some((fault) => fault.kind === "coordinator-restart")) rules.push("ST2");
  if (settles) rules.push("LV1", "LV2", "LV3", "LV4");
  if (options.fidelity === "game") {
    rules.push("SY1", "SY4", "SY6", "SY14", "GA1", "GA2", "GA3");
    if (settles) rules.push("LV5", "LV6");
  }
  // The others of sealed lines need an occasion: SY8 and SY10 a damaged envelope, SY12 a key that is replaced.
  if (options.sealing !== "off") rules.push("SY9", "SY11", "SY13");
  return rules;
}
