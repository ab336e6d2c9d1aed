/** What is said of a planted bug. */
import type { Options, PlantedName } from "../options.ts";

/** One planted bug: what is wrong, which rules may name it (the first is the one expected), where it sits, and what the run must contain. */
export type Planted = {
  readonly name: PlantedName;
  readonly what: string;
  readonly rules: readonly [string, ...string[]];
  readonly place: string;
  readonly needs: string;
  /** Options that its runs must have, whatever the scenario says; left out, any will do. */
  readonly given?: Partial<Options>;
};

/** The options of a run in which a bug is planted. */
export function withPlanted(options: Options, { name, given }: Pick<Planted, "name" | "given">): Options {
  return { ...options, ...given, planted: [name] };
}
