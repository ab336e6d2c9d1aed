/** Entries of a ladder in words. */
import { clock } from "../../../src/base/text/clock.ts";
import { US_PER_S } from "../../../src/base/time.ts";
import type { EventLine } from "./event-line.ts";

/** Longest list or group that is written out; the fields that differ are always told in full beside it. */
const GROUP_MAX = 48;
const HOST_FIELDS: ReadonlySet<string> = new Set(["host", "from", "to", "suspect"]);

/** An instant (us) to the microsecond: `0:10:03.000125`; without a fraction for the end of a run. */
export function instantText(us: number): string {
  return `${clock(us / US_PER_S)}.${String(us % US_PER_S).padStart(6, "0")}`;
}

/** What happened, in one line; `maps` are the names by number. */
export function eventText(line: EventLine, maps: readonly string[]): string {
  const { at: _at, event, ...rest } = line;
  switch (event) {
    case "message":
      return `${text(line["from"])} → ${text(line["to"])}: ${kindText(line["message"], "kind", maps)}`;
    case "record":
      return `${text(line["by"])} records ${kindText(line["record"], "kind", maps)}`;
    case "store takes":
      return `store takes request ${text(line["request"])} of ${text(line["from"])}: ${kindText(line["ask"], "verb", maps)}`;
    case "store answers":
      return `store answers request ${text(line["request"])} of ${text(line["to"])}: ${kindText(line["answer"], "result", maps)}`;
    case "committed":
      return `store has committed${fieldsText(rest, maps)}`;
    case "dropped":
      return `${text(line["from"])} → ${text(line["to"])}: a message is lost`;
    case "truth":
      return `${text(line["machine"])} is ${text(line["truth"])}`;
    case "fault noted":
      return `fault ${text(line["id"])}: ${text(line["what"])}, count ${text(line["count"])}`;
    case "joined":
      return `${text(line["player"])} joined ${text(line["host"])}, RTT ${text(line["rttUs"])} us`;
    case "timer":
      return `${text(line["machine"])}: timer ${text(line["number"])}`;
    default: {
      const { machine, number, ...others } = rest as Record<string, unknown>;
      const who = machine === undefined ? "" : `${text(machine)}: `;
      return `${who}${event}${number === 0 ? "" : ` ${text(number)}`}${fieldsText(others, maps)}`;
    }
  }
}

/** A group by the field that names it, then its others. */
function kindText(group: unknown, by: string, maps: readonly string[]): string {
  if (!isGroup(group)) return text(group);
  const { [by]: kind, ...others } = group;
  return `${text(kind)}${fieldsText(others, maps)}`;
}

function fieldsText(fields: Readonly<Record<string, unknown>>, maps: readonly string[]): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${fieldText(name, value, maps)}`)
    .join(",");
}

function fieldText(name: string, value: unknown, maps: readonly string[]): string {
  if (name === "map" && typeof value === "number") return `map ${maps[value] ?? value}`;
  if (HOST_FIELDS.has(name) && typeof value === "number") return name === "host" ? `host ${value}` : `${name} host ${value}`;
  const written = text(value);
  return `${name} ${isGroup(value) && written.length > GROUP_MAX ? `${written.slice(0, GROUP_MAX)}…` : written}`;
}

/** A value as it is: strings without quotes, everything else as JSON. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
