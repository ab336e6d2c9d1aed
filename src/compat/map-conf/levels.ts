import { decimal } from "../../base/text/decimal.ts";
import { positionAt, shown } from "../../base/text/source.ts";
import type { KeySpec } from "./keys.ts";
import { keySpec } from "./keys.ts";
import type { Entry, Section } from "../text/tree.ts";
import { describe } from "../text/tree.ts";
import type { Reading } from "./reading.ts";
import { readInto, readValue, sectionEntries, setAssistance, setEligible, setRelay, warnUnknown, warnWithoutEffect } from "./reading.ts";

/** The sections that only the eligibility file has; one of them tells the dialect. */
export const LEVEL_SECTIONS = [
  "restricted_maps",
  "p2p_assist_maps",
  "relay_servers",
  "weights",
  "requirements",
  "fallback",
  "security",
] as const;

/** Names of the levels in the order of their numbers 1 to 3. */
const LEVEL_NAMES = ["Basic", "Enhanced", "Premium"] as const;

/** A level's demands: GHz, cores, GB, Mbit/s, ms. */
type Demands = Record<"cpu_ghz" | "cpu_cores" | "ram_gb" | "network_mbps" | "max_latency_ms", number>;

/** Source: the eligibility file's own defaults. */
function defaultDemands(): Demands[] {
  return [
    { cpu_ghz: 3, cpu_cores: 4, ram_gb: 8, network_mbps: 100, max_latency_ms: 100 },
    { cpu_ghz: 3.5, cpu_cores: 6, ram_gb: 16, network_mbps: 200, max_latency_ms: 50 },
    { cpu_ghz: 4, cpu_cores: 8, ram_gb: 32, network_mbps: 1000, max_latency_ms: 20 },
  ];
}

/** The key of host_requirements behind each demand, and the factor between the units. */
const DEMANDS: readonly {
  name: keyof Demands;
  key: "cpu_min_ghz" | "cpu_min_cores" | "ram_min_mb" | "net_min_speed" | "net_max_latency";
  factor: number;
}[] = [
  { name: "cpu_ghz", key: "cpu_min_ghz", factor: 1 },
  { name: "cpu_cores", key: "cpu_min_cores", factor: 1 },
  { name: "ram_gb", key: "ram_min_mb", factor: 1024 },
  { name: "network_mbps", key: "net_min_speed", factor: 1 },
  { name: "max_latency_ms", key: "net_max_latency", factor: 1 },
];

/** What the keys of fallback and security become; null is accepted without effect, for the reason given. */
const PLAIN: Readonly<Record<string, { readonly spec: KeySpec | null; readonly why: string }>> = {
  "fallback.auto_fallback": { spec: keySpec("general", "enable_vps_fallback")!, why: "" },
  "fallback.min_hosts": { spec: keySpec("failover", "backup_hosts_count")!, why: "" },
  "fallback.retry_interval": { spec: null, why: "the return from the VPS is set by Peerstead's own tuning" },
  "fallback.sync_interval": { spec: null, why: "a map's state is never copied to the VPS ahead of a move" },
  "security.validation_interval": { spec: keySpec("general", "data_check_interval")!, why: "" },
  "security.max_failed_validations": { spec: null, why: "the limit is set by Peerstead's own tuning" },
  "security.blacklist_duration": { spec: null, why: "the duration is set by Peerstead's own tuning" },
};

/** The weights of the file, in percent, and where each goes. */
const WEIGHTS: ReadonlyMap<string, string> = new Map([
  ["latency", "latency_weight"],
  ["cpu", "cpu_weight"],
  ["ram", "ram_weight"],
  ["network", "network_speed_weight"],
  ["stability", "stability_weight"],
]);

/**
 * Reads the eligibility file: `map: level` with levels 1 to 3 (0: not eligible), and the sections of {@link LEVEL_SECTIONS}.
 * There is one set of host requirements, not one per map, so the highest level that any map asks for becomes everyone's: no map gets a
 * weaker host than its file demands.
 */
export function readLevels(reading: Reading, root: Section): void {
  const demands = defaultDemands();
  let highest = 0;
  const restricted = root.entries.find((e) => e.key === "restricted_maps");
  if (restricted !== undefined) readRestricted(reading, restricted);
  for (const entry of root.entries) {
    if (entry.key === "restricted_maps") continue;
    if (entry.key === "relay_servers")
      for (const e of sectionEntries(reading, entry.key, entry.value)) setRelay(reading, e, `relay_servers.${e.key}`);
    else if (entry.key === "p2p_assist_maps") {
      for (const e of sectionEntries(reading, entry.key, entry.value)) setAssistance(reading, e, `p2p_assist_maps.${e.key}`);
    } else if (entry.key === "weights") readWeights(reading, entry);
    else if (entry.key === "requirements") readRequirements(reading, entry, demands);
    else if (entry.key === "fallback" || entry.key === "security") readPlain(reading, entry);
    else if (entry.value.kind === "scalar") highest = Math.max(highest, readLevel(reading, entry));
    else warnUnknown(reading, "section", entry.key, entry, LEVEL_SECTIONS);
  }
  if (highest === 0) return;
  for (const { name, key, factor } of DEMANDS) reading.settings.host_requirements[key] = demands[highest - 1]![name] * factor;
}

function readRestricted(reading: Reading, entry: Entry): void {
  if (entry.value.kind !== "list") {
    for (const e of sectionEntries(reading, entry.key, entry.value)) setEligible(reading, e.key, e.at, `restricted_maps.${e.key}`, false);
    return;
  }
  for (const item of entry.value.items) {
    if (item.kind === "scalar") setEligible(reading, item.text, item.at, `restricted_maps.${item.text}`, false);
    else reading.errors.add(entry.key, item.at, `expected the name of a map, found ${describe(item)}`);
  }
}

/** The level a map asks for; 0 when it asks for none or may not leave the VPS. */
function readLevel(reading: Reading, entry: Entry): number {
  const level = entry.value.kind === "scalar" ? decimal(entry.value.text) : undefined;
  if (level === undefined || !Number.isInteger(level) || level < 0 || level > LEVEL_NAMES.length) {
    reading.errors.add(entry.key, entry.value.at, `expected a level from 0 to ${LEVEL_NAMES.length}, found ${describe(entry.value)}`);
    return 0;
  }
  if (reading.positions.has(`p2p_eligible_maps.${entry.key}`)) {
    reading.warnings.add(entry.key, entry.at, `${shown(entry.key)} stands among the restricted maps too and stays on the VPS`);
    return 0;
  }
  setEligible(reading, entry.key, entry.at, entry.key, level > 0);
  return level;
}

/** Percent become fractions. The file has no weight for stability: what the others leave of 100 percent is its. */
function readWeights(reading: Reading, section: Entry): void {
  let sum = 0;
  for (const entry of sectionEntries(reading, section.key, section.value)) {
    const key = WEIGHTS.get(entry.key);
    const path = `weights.${entry.key}`;
    if (key === undefined) warnUnknown(reading, "key", path, entry, [...WEIGHTS.keys()]);
    else {
      const percent = { ...keySpec("realtime_gaming", key)!, unit: "%", max: 100 };
      readInto(reading, percent, path, entry, 0.01);
      sum += reading.positions.has(`realtime_gaming.${key}`) ? reading.settings.realtime_gaming[key as "cpu_weight"] : 0;
    }
  }
  if (reading.positions.has("realtime_gaming.stability_weight")) return;
  reading.settings.realtime_gaming.stability_weight = Math.max(0, Math.round((1 - sum) * 1e9) / 1e9);
}

function readRequirements(reading: Reading, section: Entry, demands: Demands[]): void {
  for (const level of sectionEntries(reading, section.key, section.value)) {
    const index = LEVEL_NAMES.findIndex((name) => name === level.key);
    const path = `requirements.${level.key}`;
    if (index < 0) {
      warnUnknown(reading, "level", path, level, LEVEL_NAMES);
      continue;
    }
    for (const entry of sectionEntries(reading, path, level.value)) {
      const demand = DEMANDS.find((d) => d.name === entry.key);
      if (demand === undefined) {
        warnUnknown(
          reading,
          "key",
          `${path}.${entry.key}`,
          entry,
          DEMANDS.map((d) => d.name),
        );
        continue;
      }
      const target = keySpec("host_requirements", demand.key)!;
      const inGb =
        demand.factor === 1 ? {} : { type: "number" as const, unit: "GB", min: 1 / demand.factor, max: target.max / demand.factor };
      const value = readValue(reading, { ...target, ...inGb }, `${path}.${entry.key}`, entry);
      if (typeof value !== "number") continue;
      demands[index]![demand.name] = value;
      reading.positions.set(`host_requirements.${demand.key}`, positionAt(reading.source, entry.at));
    }
  }
}

function readPlain(reading: Reading, section: Entry): void {
  for (const entry of sectionEntries(reading, section.key, section.value)) {
    const path = `${section.key}.${entry.key}`;
    const plain = Object.hasOwn(PLAIN, path) ? PLAIN[path] : undefined;
    if (path === "security.required_validations") {
      const names = sectionEntries(reading, path, entry.value);
      for (const e of names) warnWithoutEffect(reading, `${path}.${e.key}`, e.at, "which checks run is not set here");
    } else if (plain === undefined) {
      const siblings = Object.keys(PLAIN).filter((p) => p.startsWith(`${section.key}.`));
      warnUnknown(
        reading,
        "key",
        path,
        entry,
        siblings.map((p) => p.slice(section.key.length + 1)),
      );
    } else if (plain.spec === null) warnWithoutEffect(reading, path, entry.at, plain.why);
    else readInto(reading, plain.spec, path, entry);
  }
}
