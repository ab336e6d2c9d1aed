/** Records for tests, written short. What a test does not say is filled with something plain. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Epoch, HostId, MapId } from "../../../src/core/protocol/ids.ts";
import { GOOD_STATS } from "../../checkers/made-history.fixture.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { readonly kind: K }>;

/** A host says that it serves a map. */
export function serving(host: HostId, map: MapId, epoch: Epoch): Of<"host/serving"> {
  return { kind: "host/serving", host, map, epoch };
}

/** A host says that it serves it no longer. */
export function stopped(host: HostId, map: MapId, epoch: Epoch, why: Of<"host/stopped">["why"] = "release"): Of<"host/stopped"> {
  return { kind: "host/stopped", host, map, epoch, why };
}

/** A failover of map 0 from host 2 to host 3, but for what is said. */
export function decided(move: number, fields: Partial<Of<"move/decided">> = {}): Of<"move/decided"> {
  const scores = { scoreFrom: 0, scoreTo: 0, theta: 0, players: 0, toMaps: 1, toMapsMax: 3, toPlayers: 0, toPlayersMax: 100 };
  const rest = { sinceMoveUs: -1, voluntaryNow: 0, mapsHosted: 2, toEligible: true, epoch: 1 };
  const where = { map: 0, cause: "lost", form: "failover", from: 2, to: 3, toVps: false } as const;
  return { kind: "move/decided", move, ...where, ...scores, ...rest, ...fields };
}

/** It passed a step. */
export function step(move: number, name: Of<"move/step">["step"]): Of<"move/step"> {
  return { kind: "move/step", move, map: 0, step: name };
}

/** It came to its good end. */
export function done(move: number, map: MapId = 0): Of<"move/done"> {
  return { kind: "move/done", move, map, host: 3, epoch: 2, players: 0 };
}

/** It was given up. */
export function failed(move: number, reason: Of<"move/failed">["reason"] = "timeout"): Of<"move/failed"> {
  return { kind: "move/failed", move, map: 0, reason };
}

/** A machine introduces itself. */
export function joined(host: HostId, region: number, kind: "player" | "vps" = "player", eligible = true): Of<"host/joined"> {
  const profile = { host, kind, region, upload_kbps: 100_000, uptime_s: 0, slots: kind === "vps" ? 8 : 0, stats: GOOD_STATS };
  return { kind: "host/joined", profile: { ...profile, regional_latency_ms: [15] }, eligible, reasons: [] };
}
