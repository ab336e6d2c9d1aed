/** What is said of a planted bug. */
import type { PlantedName } from "../options.ts";

/** One planted bug: what is wrong, which rules may name it (the first is the one expected), where it sits, and what the run must contain. */
export type Planted = {
  readonly name: PlantedName;
  readonly what: string;
  readonly rules: readonly [string, ...string[]];
  readonly place: string;
  readonly needs: string;
};
