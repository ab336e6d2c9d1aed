import type { Complaint, Result } from "../base/result.ts";
import { err, ok } from "../base/result.ts";
import { decimal } from "../base/text/decimal.ts";
import { nearest } from "../base/text/nearest.ts";
import type { Position } from "../base/text/source.ts";
import { positionAt, shown, sourceOf } from "../base/text/source.ts";
import { truth } from "../base/text/truth.ts";
import type { HostStats } from "../core/protocol/host-stats.ts";
import { NoteList } from "./text/notes.ts";
import type { Entry, Value } from "./text/tree.ts";
import { describe } from "./text/tree.ts";
import { readYamlForm } from "./text/yaml-form.ts";

/** A host's way to a region: its latency to the region's relay, and the relay's address where the file names one. */
export type RegionalLatency = { region: string; latency_ms: number; relay_address: string | null };

/** One host of `p2p_hosts.yml`, in the file's own field names and units. */
export type HostRecord = { account_id: number } & HostStats & {
    vps_connection_active: boolean;
    regional_latencies: RegionalLatency[];
    assigned_maps: string[];
  };

/** What a file may hold. */
const HOSTS_CHARS_MAX = 128 * 1024 * 1024;
/** rAthena's account ids are 32 bits wide. */
const ACCOUNT_ID_MAX = 4_294_967_295;
const AMOUNT_MAX = 1e12;

type NumberField = {
  readonly name: keyof HostStats | "account_id";
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  readonly optional: boolean;
};

function field(name: NumberField["name"], options: Partial<NumberField> = {}): NumberField {
  return { name, min: 0, max: AMOUNT_MAX, whole: false, optional: false, ...options };
}

/** The numbers of a record in the order of the file. Unmeasured is allowed only where the seed measures late. */
const NUMBERS: readonly NumberField[] = [
  field("account_id", { min: 1, max: ACCOUNT_ID_MAX, whole: true }),
  field("cpu_ghz"),
  field("cpu_cores", { whole: true }),
  field("free_ram_mb"),
  field("network_speed_mbps"),
  field("latency_ms"),
  field("disconnects_per_hour"),
  field("jitter_ms", { optional: true }),
  field("packet_rate", { optional: true }),
  field("frame_time_ms", { optional: true }),
];

/** Fields of a record beside its numbers. */
const OTHERS: readonly string[] = ["vps_connection_active", "regional_latencies", "assigned_maps", "region", "relay_address"];

/** A record's fields by name, the names it has, and where it begins. */
type Fields = { readonly at: number; readonly names: readonly string[]; readonly get: (name: string) => Entry | undefined };

type Reader = { readonly errors: NoteList; readonly place: (at: number) => Position; readonly ids: Map<number, number> };

/**
 * Reads `p2p_hosts.yml`. Every field of the seed's shape is required but jitter_ms, packet_rate and frame_time_ms (null when absent), the two
 * lists (empty when absent) and relay_address (null when absent). Unknown fields are left out. Any complaint means no hosts.
 */
export function readHosts(text: string, file: string): Result<HostRecord[], Complaint[]> {
  if (text.length > HOSTS_CHARS_MAX)
    return err([{ file, line: 1, column: 1, message: `expected at most ${HOSTS_CHARS_MAX} characters, found ${text.length}` }]);
  const source = sourceOf(file, text);
  const errors = new NoteList(source);
  const reader: Reader = { errors, place: (at) => positionAt(source, at), ids: new Map() };
  const root = readYamlForm(source, errors);
  const hosts: HostRecord[] = [];
  const list = root?.entries.find((entry) => entry.key === "hosts");
  if (list === undefined) {
    if (errors.empty) errors.add("hosts", 0, 'expected the key "hosts", found none');
  } else {
    for (const [index, item] of items(reader, "hosts", list.value).entries()) {
      const host = readHost(reader, `hosts[${index}]`, item);
      if (host !== undefined) hosts.push(host);
    }
  }
  return errors.empty ? ok(hosts) : err(errors.list().map(({ line, column, message }) => ({ file, line, column, message })));
}

function readHost(reader: Reader, path: string, value: Value): HostRecord | undefined {
  const section = fields(reader, path, value);
  if (section === undefined) return undefined;
  const numbers: Record<string, number | null> = {};
  for (const spec of NUMBERS) numbers[spec.name] = readNumber(reader, section, path, spec);
  const active = section.get("vps_connection_active");
  const activeText = active?.value.kind === "scalar" ? active.value.text : "";
  if (active === undefined) missing(reader, path, "vps_connection_active", section);
  else if (truth(activeText) === undefined)
    reader.errors.add(path, active.value.at, `expected true or false for "vps_connection_active", found ${describe(active.value)}`);
  checkId(reader, section.get("account_id"), numbers["account_id"]!);
  const regions = section.get("regional_latencies");
  const maps = section.get("assigned_maps");
  return {
    ...(numbers as Pick<HostRecord, "account_id"> & HostStats),
    vps_connection_active: truth(activeText) ?? false,
    regional_latencies: regions === undefined ? [] : readRegions(reader, `${path}.regional_latencies`, regions.value),
    assigned_maps: maps === undefined ? [] : readTexts(reader, `${path}.assigned_maps`, maps.value),
  };
}

function checkId(reader: Reader, entry: Entry | undefined, id: number | null): void {
  if (entry === undefined || id === null) return;
  const first = reader.ids.get(id);
  if (first === undefined) reader.ids.set(id, entry.at);
  else reader.errors.add("account_id", entry.at, `host ${id} is given twice, first on line ${reader.place(first).line}`);
}

/** The number of a field; null when it is absent or bad. */
function readNumber(reader: Reader, section: Fields, path: string, spec: NumberField): number | null {
  const entry = section.get(spec.name);
  const text = entry?.value.kind === "scalar" ? entry.value.text : undefined;
  if (spec.optional && (entry === undefined || text === "")) return null;
  if (entry === undefined) {
    missing(reader, path, spec.name, section);
    return null;
  }
  const value = text === undefined ? undefined : decimal(text);
  if (value !== undefined && value >= spec.min && value <= spec.max && (!spec.whole || Number.isInteger(value)))
    return value === 0 ? 0 : value;
  const kind = spec.whole ? "a whole number" : "a number";
  reader.errors.add(
    `${path}.${spec.name}`,
    entry.value.at,
    `expected ${kind} from ${spec.min} to ${spec.max} for "${spec.name}", found ${describe(entry.value)}`,
  );
  return null;
}

function readRegions(reader: Reader, path: string, value: Value): RegionalLatency[] {
  const regions: RegionalLatency[] = [];
  for (const item of items(reader, path, value)) {
    const section = fields(reader, path, item);
    if (section === undefined) continue;
    const latency = readNumber(reader, section, path, field("latency_ms"));
    const name = section.get("region")?.value;
    const relay = section.get("relay_address")?.value;
    const region = name?.kind === "scalar" ? name.text : "";
    if (region === "")
      reader.errors.add(path, (name ?? item).at, `expected a name for "region", found ${name === undefined ? "none" : describe(name)}`);
    if (relay !== undefined && relay.kind !== "scalar")
      reader.errors.add(path, relay.at, `expected an address for "relay_address", found ${describe(relay)}`);
    const relayText = relay?.kind === "scalar" && (relay.text !== "" || relay.quoted) ? relay.text : null;
    regions.push({ region, latency_ms: latency ?? 0, relay_address: relayText });
  }
  return regions;
}

function readTexts(reader: Reader, path: string, value: Value): string[] {
  const texts: string[] = [];
  for (const item of items(reader, path, value)) {
    if (item.kind === "scalar" && item.text !== "") texts.push(item.text);
    else reader.errors.add(path, item.at, `expected the name of a map, found ${describe(item)}`);
  }
  return texts;
}

/** The items of a list; an empty value is an empty list. */
function items(reader: Reader, path: string, value: Value): readonly Value[] {
  if (value.kind === "list") return value.items;
  if (value.kind !== "scalar" || value.text !== "" || value.quoted)
    reader.errors.add(path, value.at, `expected a list for "${path}", found ${describe(value)}`);
  return [];
}

function fields(reader: Reader, path: string, value: Value): Fields | undefined {
  if (value.kind === "section") {
    const { at, entries } = value;
    return { at, names: entries.map((entry) => entry.key), get: (name) => entries.find((entry) => entry.key === name) };
  }
  reader.errors.add(path, value.at, `expected fields with values, found ${describe(value)}`);
  return undefined;
}

function missing(reader: Reader, path: string, name: string, where: Fields): void {
  const strange = where.names.filter((each) => !OTHERS.includes(each) && !NUMBERS.some((field) => field.name === each));
  const meant = nearest(name, strange);
  const hint = meant === undefined ? "" : ` but an unknown ${shown(meant)}; did you mean "${name}"?`;
  reader.errors.add(`${path}.${name}`, where.at, `expected the field "${name}", found none${hint}`);
}

/** The text of `p2p_hosts.yml` for these hosts, in the seed's shape. What is null is left out. */
export function writeHosts(hosts: readonly HostRecord[]): string {
  if (hosts.length === 0) return "hosts: []\n";
  return `hosts:\n${hosts.map(hostLines).join("")}`;
}

function hostLines(host: HostRecord): string {
  const lines: string[] = [];
  for (const { name } of NUMBERS) if (host[name] !== null) lines.push(`${name}: ${host[name]}`);
  lines.push(`vps_connection_active: ${host.vps_connection_active}`);
  lines.push(host.regional_latencies.length === 0 ? "regional_latencies: []" : "regional_latencies:");
  for (const { region, latency_ms, relay_address } of host.regional_latencies) {
    lines.push(`  - region: ${JSON.stringify(region)}`, `    latency_ms: ${latency_ms}`);
    if (relay_address !== null) lines.push(`    relay_address: ${JSON.stringify(relay_address)}`);
  }
  lines.push(host.assigned_maps.length === 0 ? "assigned_maps: []" : "assigned_maps:");
  for (const map of host.assigned_maps) lines.push(`  - ${JSON.stringify(map)}`);
  return lines.map((line, index) => `${index === 0 ? "  - " : "    "}${line}\n`).join("");
}
