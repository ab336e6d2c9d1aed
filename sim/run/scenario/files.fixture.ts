/** Files for tests: those given, then those of the package. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { complaintText, err, ok } from "../../../src/base/result.ts";
import type { ReadText } from "./documents.ts";
import type { Expanded } from "./load.ts";
import { loadScenario } from "./load.ts";

/** Reads `files` (path → text, relative to /t) and, for other paths, the disk. */
export function filesOver(files: Readonly<Record<string, string>>): ReadText {
  return (path) => {
    const name = Object.keys(files).find((key) => resolve("/t", key) === path);
    if (name !== undefined) return ok(files[name]!);
    try {
      return ok(readFileSync(path, "utf8"));
    } catch {
      return err("there is no such file or folder");
    }
  };
}

/** What a test loads with; all but the files can be left out. */
export type Loading = { readonly sets?: readonly string[]; readonly dataDir?: string; readonly files?: Readonly<Record<string, string>> };

/** Loads a scenario text that stands in /t/s.yaml. */
export function loaded(text: string, loading: Loading = {}): Result<Expanded[], Complaint[]> {
  const sets = (loading.sets ?? []).map((set) => ({ path: set.slice(0, set.indexOf("=")), value: set.slice(set.indexOf("=") + 1) }));
  return loadScenario("/t/s.yaml", { sets, dataDir: loading.dataDir ?? null, readText: filesOver({ "s.yaml": text, ...loading.files }) });
}

/** The points of a scenario that must load. */
export function points(text: string, loading: Loading = {}): Expanded[] {
  const answer = loaded(text, loading);
  if (!answer.ok) throw new Error(answer.error.map(complaintText).join("\n"));
  return answer.value;
}

/** The complaints of a scenario that must not load, as they are shown. */
export function complaints(text: string, loading: Loading = {}): string[] {
  const answer = loaded(text, loading);
  if (answer.ok) throw new Error("the scenario loads");
  return answer.error.map((c) => complaintText({ ...c, file: c.file.replace("/t/", "") }));
}

/** A field that takes presets, by their kind. */
export const PRESET_AT: Readonly<Record<string, string>> = {
  hardware: "fleet.hosts.hardware",
  upload: "fleet.hosts.upload",
  jitter: "fleet.hosts.jitter",
  uptime: "fleet.hosts.uptime",
  downtime: "fleet.hosts.downtime",
  regions: "fleet.regions",
  session: "fleet.players.session",
  stay: "fleet.players.stay",
  reconnect: "fleet.players.reconnect",
  quit: "fleet.players.quit",
  rtt: "network.rtt",
  access: "network.playerAccess",
  store: "store.latency",
};
