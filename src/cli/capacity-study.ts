/** What a call of `capacity` asks: the scenario at any value of what is varied, and the commands that repeat its parts. */
import type { CampaignPoint } from "../../sim/run/campaign.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import type { VariedRange } from "../../sim/run/scenario/vary.ts";
import { decimal } from "../base/text/decimal.ts";
import { campaignPoint, changeWords, seedWords, shellText, type CampaignFlags } from "./campaign-flags.ts";
import { counted, Failure } from "./failure.ts";
import type { Cli } from "./io.ts";
import { packageRoot, scenarioPath } from "./places.ts";
import { openScenario, parseSets, pointOf, readForScenario, type Setting } from "./scenario-file.ts";

/** What is asked on the command line. */
export type StudyFlags = CampaignFlags & {
  readonly vary: string;
  readonly from: string;
  readonly to: string;
  readonly precision: string;
  readonly point?: string;
};

/** The question in full. */
export type Study = {
  readonly range: VariedRange;
  /** Relative to the value. */
  readonly precision: number;
  /** The scenario at `range.from`. */
  readonly first: Expanded;
  readonly seeds: readonly number[];
  /** The scenario at a value. Throws a {@link Failure} where that value makes it invalid. */
  at(value: number): Promise<Expanded>;
  /** The seeds of a value as work for a campaign. */
  work(expanded: Expanded): CampaignPoint;
  /** The commands that repeat the whole search, all runs of a value, and one seed of it. */
  readonly command: string;
  run(value: number): string;
  replay(value: number, seed: number): string;
};

const PRECISION_MAX = 0.5;
const EXAMPLE = `--set 'thresholds.interruption_ms=["p(99)<=3000"]'`;

/** Reads what is asked. Throws a {@link Failure} for anything that cannot be searched; nothing has been run or written then. */
export async function openStudy(scenario: string, flags: StudyFlags, cli: Cli): Promise<Study> {
  const precision = precisionOf(flags.precision);
  const range = await rangeOf(scenario, flags, cli);
  const plain = parseSets("--set", flags.set);
  const setting = (value: number): Setting => {
    const text = `${value}${range.suffix}`;
    return { path: range.path, value: text, said: `--vary ${flags.vary}, at ${text}` };
  };
  const chosen = await chosenPoint(scenario, flags, cli, [...plain, setting(range.from)]);
  const sets = [...plain, ...chosen];
  const at = (value: number): Promise<Expanded> => pointAt(scenario, flags, cli, sets, setting(value));
  const first = await at(range.from);
  if (first.options.thresholds.length === 0) {
    throw new Failure(`scenario ${scenario} has no thresholds, so nothing says what must hold; give one, for example ${EXAMPLE}`);
  }
  const { seeds } = campaignPoint(first, flags.seeds, 0);
  // A scenario's time budget would leave out other seeds at every value; the command of a run names them all, so that none is under it.
  const words = seedWords(flags.seeds ?? (first.seeds.budgetS === null ? undefined : "all"), seeds);
  const timeout = flags.timeout === undefined ? [] : ["--timeout", flags.timeout];
  const changes = (more: readonly Setting[]): string[] =>
    changeWords({ ...flags, set: [...sets, ...more].map((s) => `${s.path}=${s.value}`) });
  const asked = ["--vary", flags.vary, "--from", flags.from, "--to", flags.to, "--precision", flags.precision];
  return {
    range,
    precision,
    first,
    seeds,
    at,
    work: (expanded) => ({ ...campaignPoint(expanded, flags.seeds, 0), budgetS: null }),
    command: shellText(["peerstead", "capacity", scenario, ...asked, ...seedWords(flags.seeds, seeds), ...timeout, ...changes([])]),
    run: (value) => shellText(["peerstead", "run", scenario, ...words, ...timeout, ...changes([setting(value)])]),
    replay: (value, seed) => shellText(["peerstead", "replay", scenario, "--seed", `${seed}`, ...changes([setting(value)])]),
  };
}

/** `2%` or `0.02`. */
function precisionOf(text: string): number {
  const share = text.endsWith("%") ? (decimal(text.slice(0, -1)) ?? Number.NaN) / 100 : (decimal(text) ?? Number.NaN);
  if (share > 0 && share <= PRECISION_MAX) return share;
  throw new Failure(`--precision ${text}: expected a share above 0, at most ${PRECISION_MAX}, such as 2% or 0.02`);
}

async function rangeOf(scenario: string, flags: StudyFlags, cli: Cli): Promise<VariedRange> {
  const path = scenarioPath(scenario, cli.io.cwd, packageRoot());
  const [{ scenarioDocument }, { variedField, variedRange }] = await Promise.all([
    import("../../sim/run/scenario/load.ts"),
    import("../../sim/run/scenario/vary.ts"),
  ]);
  const document = scenarioDocument(path, { sets: parseSets("--set", flags.set), readText: readForScenario });
  if (!document.ok) throw new Failure(`${counted(document.error.length, "error")} in scenario ${scenario}`, document.error);
  const field = variedField(flags.vary, document.value);
  if (!field.ok) throw new Failure(`--vary ${flags.vary}: ${field.error}`);
  const range = variedRange(field.value, flags.from, flags.to);
  if (!range.ok) throw new Failure(range.error);
  return range.value;
}

/** The settings that leave one point of a scenario's sweep; none where there is but one. */
async function chosenPoint(scenario: string, flags: StudyFlags, cli: Cli, sets: readonly Setting[]): Promise<Setting[]> {
  const points = await opened(scenario, flags, cli, sets);
  if (points.length === 1 && flags.point === undefined) return [];
  const names = Object.keys(points[0]?.sweepPoint ?? {}).join(", ");
  if (flags.point === undefined) {
    throw new Failure(
      `scenario ${scenario} has a sweep of ${counted(points.length, "point")} over ${names}; choose one with --point N, counted from 0`,
    );
  }
  return Object.entries(pointOf(points, flags.point).sweepPoint).map(([name, value]) => ({
    path: `sweep.${name}`,
    value: JSON.stringify([value]),
    said: `--point ${flags.point}`,
  }));
}

async function pointAt(scenario: string, flags: StudyFlags, cli: Cli, sets: readonly Setting[], setting: Setting): Promise<Expanded> {
  const [point] = await opened(scenario, flags, cli, [...sets, setting]);
  if (point === undefined) throw new Error("a scenario without a point");
  return point;
}

/** The points of a scenario with what is varied set last. Where only that makes it invalid, the error says so. */
async function opened(scenario: string, flags: StudyFlags, cli: Cli, sets: readonly Setting[]): Promise<readonly Expanded[]> {
  try {
    return await openScenario(scenario, flags, cli, sets);
  } catch (error) {
    const setting = sets.at(-1);
    if (!(error instanceof Failure) || error.complaints.length === 0 || setting === undefined) throw error;
    const without = await openScenario(scenario, flags, cli, sets.slice(0, -1)).catch(() => null);
    if (without === null) throw error;
    throw new Failure(`${setting.path} = ${setting.value} makes scenario ${scenario} invalid`, error.complaints);
  }
}
