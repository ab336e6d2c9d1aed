/** Scenario files → options: the whole way from a path to what a run is given, or to everything that is wrong with the file. */
import { resolve } from "node:path";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { US_PER_S } from "../../../src/base/time.ts";
import { sealingLimits } from "../../../src/core/sync/limits.ts";
import type { Mode, Options, PlantedName, Sealing, Threshold } from "../../options.ts";
import { parseThreshold } from "../thresholds.ts";
import { withData } from "./data.ts";
import { checkGameFolder } from "./data-game.ts";
import type { ReadText } from "./documents.ts";
import { readScenarioDocument, scenarioFile, shownPath } from "./documents.ts";
import { buggifyOf, faultsOf, swarmOf } from "./faults.ts";
import { namedPlaces } from "./listed.ts";
import { checkName, KNOWN_METRICS, KNOWN_REACHED } from "./known-names.ts";
import type { LocatedMap } from "./located.ts";
import { presetShelf, withPresets } from "./presets.ts";
import type { PresetShelf } from "./presets.ts";
import { Section } from "./section.ts";
import { setPath } from "./sets.ts";
import { confOf, tuningOf } from "./settings.ts";
import type { SweepPoint } from "./sweep.ts";
import { sweepPoints } from "./sweep.ts";
import { validate } from "./validate.ts";
import { hostsOf, mapOptions, networkOf, playersOf, regionsOf, vpsOf, weightsOf } from "./world.ts";

/** When senders take their next key where a file says nothing of it. */
const REKEY = sealingLimits();

/** Which seeds are run; `budgetS` is wall time after which no further one starts. */
export type Seeds = { readonly from: number; readonly count: number; readonly budgetS: number | null };

/** One point of a scenario's sweep, ready to run. `source` is the file it came from. */
export type Expanded = { readonly options: Options; readonly seeds: Seeds; readonly sweepPoint: SweepPoint; readonly source: string };

/** What a scenario is loaded with. */
export type LoadRequest = {
  /** `--set path=value`, in order; `said` is how the command line said it, where it was not so. */
  readonly sets: readonly { readonly path: string; readonly value: string; readonly said?: string }[];
  /** Folder of trace files, or null: then the `data` section is ignored. */
  readonly dataDir: string | null;
  /** Reads a text file, unpacking `.gz`; the error says in words why not. */
  readonly readText: ReadText;
  /** Names that thresholds may use; the simulator's metrics when left out. */
  readonly metrics?: readonly string[];
};

/** Loads a scenario by path or by the name of a shipped one. All complaints come at once, in the order of the text. */
export function loadScenario(reference: string, request: LoadRequest): Result<Expanded[], Complaint[]> {
  const file = scenarioFile(reference);
  const document = scenarioDocument(file, request);
  if (!document.ok) return err(inOrder(document.error));
  const points = sweepPoints(document.value);
  if (!points.ok) return err(inOrder(points.error));
  const shelf = presetShelf(request.readText);
  const expanded: Expanded[] = [];
  const complaints: Complaint[] = [];
  for (const { point, document: swept } of points.value) {
    const done = expand(swept, shelf, file, request);
    if (done.ok) expanded.push({ ...done.value, sweepPoint: point, source: file });
    else complaints.push(...done.error);
  }
  return complaints.length > 0 ? err(inOrder(complaints)) : ok(expanded);
}

/** The file with everything it extends and every `--set` laid over it, not yet judged by the schema. */
export function scenarioDocument(file: string, request: Pick<LoadRequest, "sets" | "readText">): Result<LocatedMap, Complaint[]> {
  const read = readScenarioDocument(file, request.readText);
  if (!read.ok) return read;
  let document = read.value;
  for (const { path, value, said } of request.sets) {
    const set = setPath(document, path, value, said);
    if (!set.ok) return set;
    document = set.value;
  }
  return ok(document);
}

function expand(
  document: LocatedMap,
  shelf: PresetShelf,
  file: string,
  request: LoadRequest,
): Result<Pick<Expanded, "options" | "seeds">, Complaint[]> {
  const resolved = withPresets(document, shelf);
  // The schema is asked even when a preset is unknown, so that one call says everything.
  const shape = validate(resolved.ok ? resolved.value : document);
  const early = [...(resolved.ok ? [] : resolved.error), ...shape];
  if (!resolved.ok || early.length > 0) return err(early);
  const complaints: Complaint[] = [];
  const root = new Section(resolved.value, "", resolved.value.at, complaints);
  const options = optionsOf(root, file, request);
  const done =
    request.dataDir === null ? options : withData(options, root.child("data"), { dir: request.dataDir, readText: request.readText });
  const seeds = root.child("seeds");
  const budgetS = seeds.has("budget") ? seeds.us("budget") / US_PER_S : null;
  return complaints.length > 0
    ? err(complaints)
    : ok({ options: done, seeds: { from: seeds.number("from"), count: seeds.number("count"), budgetS } });
}

function optionsOf(root: Section, file: string, request: LoadRequest): Options {
  const durationUs = root.us("duration");
  if (!(durationUs > 0)) root.complain("duration", "must be longer than 0");
  const fleet = root.child("fleet");
  const conf = confOf(root.child("conf"), request.readText);
  const tuning = tuningOf(root.child("tuning"));
  const regions = regionsOf(fleet.child("regions"));
  const maps = mapOptions(fleet.child("maps"), conf.p2p_eligible_maps);
  const name = root.text("name", nameOf(file));
  const places = namedPlaces(root.child("network").child("rtt"), regions);
  const faults = root.child("faults");
  const swarm = swarmOf(faults);
  if (swarm?.world === "random" && fleet.child("hosts").has("list"))
    faults.child("swarm").complain("world", "random draws the machines; it has no use for fleet.hosts.list");
  // A drawn world always has its steps told.
  const stepsTold = conf.monitoring.detailed_logging || swarm?.world === "random";
  const fidelity = root.text("fidelity") === "game" ? "game" : "control";
  return {
    scenario: name,
    draws: root.text("draws", name),
    title: root.text("title", name),
    modes: modesOf(root),
    fidelity,
    game: gameOf(root.child("game"), fidelity, regions),
    durationUs,
    settleUs: root.us("settle"),
    conf: { ...conf, p2p_eligible_maps: eligibility(maps.names, maps.eligible) },
    tuning,
    regions,
    network: networkOf(root.child("network"), regions, tuning.heartbeatMs),
    hosts: hostsOf(fleet.child("hosts"), regions, places),
    players: playersOf(fleet.child("players"), regions, durationUs),
    maps,
    vps: vpsOf(root.child("vps"), regions, maps.names.length, places),
    store: { latencyMs: root.child("store").law("latency", "ms", []) },
    faults: faultsOf(faults, regions, durationUs, stepsTold),
    swarm,
    buggify: buggifyOf(faults),
    heal: faults.number("heal", 1),
    reconnectS: fleet.child("players").law("reconnect", "s", weightsOf(regions, "players")),
    thresholds: thresholdsOf(root.child("thresholds"), request.metrics ?? KNOWN_METRICS),
    require: requireOf(root.child("require")),
    eagerHeartbeats: root.text("heartbeats") === "eager",
    sealing: root.child("sealing").text("mode", "off") as Sealing,
    rekey: {
      messages: root.child("sealing").number("rekeyMessages", REKEY.rekeyMessages),
      us: root.child("sealing").us("rekeyAfter", REKEY.rekeyUs),
    },
    planted: plantedOf(root),
    seriesStepUs: Math.max(1, root.child("series").us("step")),
  };
}

/** What runs on the maps; the folder is read here so that what is wrong with it is said now. */
function gameOf(section: Section, fidelity: Options["fidelity"], regions: Options["regions"]): Options["game"] {
  const folder = section.has("folder") ? resolve(section.text("folder")) : null;
  const clicksS = section.law("clicks", "s", weightsOf(regions, "players"));
  if (fidelity === "game") checkGameFolder(section, "folder", folder);
  return { folder, fieldSide: section.has("fieldSide") ? section.number("fieldSide") : null, clicksS };
}

/** The conf and the world name the same maps. */
function eligibility(names: readonly string[], eligible: readonly boolean[]): Record<string, boolean> {
  const record = Object.create(null) as Record<string, boolean>;
  for (const [index, name] of names.entries()) record[name] = eligible[index]!;
  return record;
}

function nameOf(file: string): string {
  const parts = shownPath(file)
    .replaceAll("\\", "/")
    .replace(/\.ya?ml$/, "")
    .split("/");
  const from = parts.lastIndexOf("scenarios");
  return from >= 0 ? parts.slice(from + 1).join("/") : (parts.at(-1) ?? "scenario");
}

function modesOf(root: Section): Mode[] {
  const listed = root.items("mode");
  if (listed.length === 0) return [root.text("mode") as Mode];
  return [...new Set(listed.map((item) => (item.node?.kind === "leaf" ? item.node.value : "capacity") as Mode))];
}

function plantedOf(root: Section): PlantedName[] {
  const names = root.items("planted").map((item) => (item.node?.kind === "leaf" ? item.node.value : null) as PlantedName);
  return [...new Set(names)];
}

function thresholdsOf(section: Section, metrics: readonly string[]): Threshold[] {
  return section.keys().flatMap((metric) => {
    checkName(section, metric, metrics, "metric");
    return section.items(metric).map((item) => {
      const expression = item.node?.kind === "leaf" ? String(item.node.value) : "";
      const parsed = parseThreshold(expression);
      const inset = item.node?.kind === "leaf" ? item.node.inset : 0;
      if (!parsed.ok)
        section.complaints.push({
          ...item.at,
          column: item.at.column + inset + parsed.error.offset,
          message: `${item.path}: ${parsed.error.message}`,
        });
      return { metric, expression };
    });
  });
}

function requireOf(section: Section): Options["require"] {
  const sometimes = section.items("sometimes").map((item) => {
    const name = item.node?.kind === "leaf" ? String(item.node.value) : "";
    checkName(item, name, KNOWN_REACHED, "event");
    return name;
  });
  return { faultsEffective: section.text("faultsEffective") as Options["require"]["faultsEffective"], sometimes };
}

/** By file, line and column, each complaint once: sweep points repeat them. */
function inOrder(complaints: readonly Complaint[]): Complaint[] {
  const once = new Map(complaints.map((c) => [`${c.file}:${c.line}:${c.column}:${c.message}`, c]));
  return [...once.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
