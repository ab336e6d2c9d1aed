/** How checkers write down maps, epochs, times and records in the message of a violation. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { Epoch, MapId } from "../../src/core/protocol/ids.ts";

const COUNTER_BITS = 1_099_511_627_776;

/** An epoch as `timeline.counter`. */
export function epochText(epoch: Epoch): string {
  if (epoch < 0) return "none";
  return `${Math.floor(epoch / COUNTER_BITS)}.${epoch % COUNTER_BITS}`;
}

/** A map as number and name, so that a message can be read without the scenario. */
export function mapText(names: readonly string[], map: MapId): string {
  return `map ${map} (${names[map] ?? "unnamed"})`;
}

/** Microseconds as seconds with three digits. */
export function secondsText(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}

/** A record in one short line, for the trail of a violation. */
export function recordText(record: HistoryRecord): string {
  switch (record.kind) {
    case "map/granted":
      return `granted to ${record.host} at ${epochText(record.epoch)} over ${epochText(record.expect)}`;
    case "move/decided":
      return `move ${record.move} decided (${record.cause}, ${record.form}) ${record.from} -> ${record.to} at ${epochText(record.epoch)}`;
    case "move/step":
      return `move ${record.move} ${record.step}`;
    case "move/done":
      return `move ${record.move} done at ${record.host}`;
    case "move/failed":
      return `move ${record.move} failed (${record.reason})`;
    case "claim/lost":
      return `claim for ${record.host} at ${epochText(record.epoch)} ${record.how}`;
    case "map/unhosted":
      return `unhosted (${record.reason})`;
    case "host/serving":
      return `host ${record.host} serves ${epochText(record.epoch)}`;
    case "host/stopped":
      return `host ${record.host} stopped ${epochText(record.epoch)} (${record.why})`;
    case "host/fenced":
      return `host ${record.host} wrote at ${epochText(record.epoch)}, row ${epochText(record.rowEpoch)}`;
    case "refusal":
      return `${record.what} refused (${record.reason}) host ${record.host}`;
    default:
      return record.kind;
  }
}
