/** Hand-made probes and documents of searches for tests. The figures are plausible, none is a result. */
import type { Options } from "../../options.ts";
import type { RunOutcome } from "../../outcome.ts";
import { buildDocument, type RunDocument } from "../document.ts";
import { someMetrics, someOptions, someOutcome } from "../document.fixture.ts";
import { DEFINITIONS_VERSION } from "../metrics/definitions.ts";
import { capacityDocument, type CapacityDocument } from "./document.ts";
import { probeOf, type CapacityProbe } from "./probe.ts";
import { nextStep, type Found } from "./search.ts";

/** The document of two runs that leave these values of metrics, judged by these thresholds. */
export function someRuns(
  thresholds: Options["thresholds"],
  figures: Readonly<Record<string, readonly number[]>>,
  changes: Partial<RunOutcome> = {},
): RunDocument {
  const options = someOptions({ thresholds });
  const outcomes = [someOutcome(1, { metrics: someMetrics(figures) }), someOutcome(2, { metrics: someMetrics(figures), ...changes })];
  const replay = (seed: number): string => `peerstead replay capacity/evening-peak --seed ${seed}`;
  const common = { commit: "c", mode: "capacity", command: "peerstead run capacity/evening-peak" };
  return buildDocument({ options, outcomes, seeds: [1, 2], replay, ...common });
}

/** What was promised in the searches of these fixtures. */
export const PROMISED: Options["thresholds"] = [
  { metric: "interruption_ms", expression: "p(99)<=3000" },
  { metric: "vps_refused", expression: "sum<=0" },
];

/** Runs that keep their promise, and runs whose interruptions break it. */
const KEPT = someRuns(PROMISED, { interruption_ms: [1200] });
const BROKEN = someRuns(PROMISED, { interruption_ms: [3420] });

/** A probe at a value; interruptions break their promise where `holds` is false. `changes` replace whole fields. */
export function someProbe(value: number, changes: Partial<CapacityProbe> = {}): CapacityProbe {
  return {
    ...probeOf(value, changes.holds === false ? BROKEN : KEPT),
    run: `peerstead run capacity/evening-peak --set fleet.players.peak=${value}`,
    ...changes,
  };
}

/** The document of a whole search from 10,000 to 60,000 players; `probe` says what comes of a value. */
export function someSearch(probe: (value: number) => CapacityProbe, changes: Partial<CapacityDocument> = {}): CapacityDocument {
  const { path = "fleet.players.peak", unit = "players", suffix = "", from = 10_000, to = 60_000 } = changes;
  const range = { path, from, to, whole: true, unit, suffix, notes: [] };
  const probes: CapacityProbe[] = [];
  let found: Found | null = null;
  while (found === null) {
    const step = nextStep({ from, to, whole: true, precision: 0.02 }, probes);
    if (step.done) found = step.found;
    else probes.push(...step.next.map(probe));
  }
  const { size, options } = KEPT;
  const { scenario, title } = someOptions();
  const command = "peerstead capacity capacity/evening-peak --vary fleet.players --from 10000 --to 60000";
  const made = { scenario, title, mode: "capacity", commit: "0123456789abcdef", command, definitions: DEFINITIONS_VERSION };
  return {
    ...capacityDocument({ ...made, vary: "fleet.players", size, options, seeds: [1, 2], range, precision: 0.02, found, probes }),
    ...changes,
  };
}
