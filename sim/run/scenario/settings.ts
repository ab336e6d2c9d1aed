/** `conf:` and `tuning:` of a scenario: what it changes of the settings. */
import { dirname, resolve } from "node:path";
import { readMapConf } from "../../../src/compat/map-conf-read.ts";
import type { MapConf, Tuning } from "../../../src/core/settings.ts";
import { defaultMapConf, defaultTuning } from "../../../src/core/settings.ts";
import type { ReadText } from "./documents.ts";
import { shownPath } from "./documents.ts";
import type { Section } from "./section.ts";

/** The conf a scenario runs with: its file, or the seed's values, with the inline overrides on top. */
export function confOf(section: Section, readText: ReadText): MapConf {
  const conf = section.has("file") ? confFile(section, readText) : defaultMapConf();
  const {
    task_distribution: { priorities, ...distribution },
    p2p_eligible_maps,
    relays,
    assistance_levels,
    ...rest
  } = conf;
  return {
    general: overridden(rest.general, section.child("general")),
    host_requirements: overridden(rest.host_requirements, section.child("host_requirements")),
    realtime_gaming: overridden(rest.realtime_gaming, section.child("realtime_gaming")),
    failover: overridden(rest.failover, section.child("failover")),
    monitoring: overridden(rest.monitoring, section.child("monitoring")),
    task_distribution: {
      ...overridden(distribution, section.child("task_distribution")),
      priorities: extended(priorities, section.child("task_distribution").child("priorities"), (s, key) => s.number(key)),
    },
    p2p_eligible_maps: extended(p2p_eligible_maps, section.child("p2p_eligible_maps"), (s, key) => s.flag(key, false)),
    relays: extended(relays, section.child("relays"), (s, key) => s.text(key)),
    assistance_levels: extended(assistance_levels, section.child("assistance_levels"), (s, key) => s.number(key)),
  };
}

/** The tuning a scenario runs with. */
export function tuningOf(section: Section): Tuning {
  return overridden(defaultTuning(), section);
}

function confFile(section: Section, readText: ReadText): MapConf {
  const at = section.placeOf("file");
  const path = resolve(at.line === 0 ? "." : dirname(at.file), section.text("file"));
  const text = readText(path);
  if (!text.ok) {
    section.complain("file", `cannot read ${shownPath(path)}: ${text.error}`);
    return defaultMapConf();
  }
  const read = readMapConf(text.value, shownPath(path));
  section.complaints.push(...read.errors.map(({ file, line, column, message }) => ({ file, line, column, message })));
  return read.settings;
}

/** Fields of a flat group of settings, each of its own type, with those of the section laid over. */
function overridden<T extends Readonly<Record<string, number | boolean | string>>>(usual: T, section: Section): T {
  const changed: Record<string, number | boolean | string> = { ...usual };
  for (const key of Object.keys(usual)) {
    const value = usual[key]!;
    if (!section.has(key)) continue;
    changed[key] =
      typeof value === "boolean" ? section.flag(key, value) : typeof value === "number" ? section.number(key) : section.text(key);
  }
  return changed as T;
}

/** A record by free names with the section's entries added; it inherits nothing, so that any name is an ordinary one. */
function extended<T>(usual: Readonly<Record<string, T>>, section: Section, read: (section: Section, key: string) => T): Record<string, T> {
  const record = Object.assign(Object.create(null) as Record<string, T>, usual);
  for (const key of section.keys()) record[key] = read(section, key);
  return record;
}
