/**
 * The language between actors: `<room>/<verb>`. Every host-bound and host-born message about a map carries the
 * epoch, the fencing token, and whoever receives it checks it against what it knows (SPEC HO1, HO3). What belongs to a planned move also carries
 * the move's number: a move that fails is tried again under the same epochs, and what was said for the first must not count for the second.
 */
import type { HostProfile, HostStats } from "./host-stats.ts";
import type { Epoch, HostId, MapId, PlayerId, RegionId } from "./ids.ts";
import type { RefusalReason } from "./refusal.ts";

/** A map a host says it holds, with the epoch it was granted. `frozen`: it was stopped for a move and waits to be told how that went. */
export type Holding = { readonly map: MapId; readonly epoch: Epoch; readonly frozen: boolean };

/** 64 bits over a map's whole state, as 16 hexadecimal digits: equal states, equal hashes. */
export type StateHash = string;

/** Host → coordinator. */
export type FromHost =
  /** Introduction at each (re)connection; `holds` is what it still serves. */
  | { readonly kind: "host/hello"; readonly profile: HostProfile; readonly holds: readonly Holding[] }
  | { readonly kind: "host/metrics"; readonly host: HostId; readonly stats: HostStats; readonly regional_latency_ms: readonly number[] }
  /** The owner wants the machine back: move everything away, then answer `host/goodbye`. */
  | { readonly kind: "host/leaving"; readonly host: HostId }
  | { readonly kind: "hosting/prepared"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch; readonly move: number }
  | { readonly kind: "hosting/refused"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch; readonly reason: RefusalReason }
  /** The source has copied enough for a short freeze. */
  | { readonly kind: "hosting/copied"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch; readonly move: number }
  /** The source has stopped; `hash` is that of the state it stopped with. */
  | {
      readonly kind: "hosting/frozen";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly move: number;
      readonly hash: StateHash;
    }
  /** The target holds the final delta; `hash` is that of the state it has now. */
  | {
      readonly kind: "hosting/ready";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly move: number;
      readonly hash: StateHash;
    }
  /** The target serves the map. */
  | { readonly kind: "hosting/active"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch }
  /** A standby's replica is complete. */
  | { readonly kind: "hosting/warm"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch }
  | { readonly kind: "hosting/probed"; readonly host: HostId; readonly suspect: HostId; readonly alive: boolean };

/** Coordinator → host. */
export type ToHost =
  | { readonly kind: "host/welcome"; readonly metricsIntervalS: number }
  /** You are not known here (any more): introduce yourself. */
  | { readonly kind: "host/introduce" }
  /** Nothing is left on the host; it may go. */
  | { readonly kind: "host/goodbye" }
  /** Reserve room for a map that will come with `epoch`. */
  | { readonly kind: "hosting/prepare"; readonly map: MapId; readonly epoch: Epoch; readonly move: number; readonly from: HostId }
  /** Copy the map's state to `to` while serving on. `epoch` is the one the source serves under. */
  | {
      readonly kind: "hosting/precopy";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly move: number;
      readonly to: HostId;
      readonly bytes: number;
      readonly dirtyBytesS: number;
      readonly roundMs: number;
    }
  /** Stop serving and send the final delta to `to`. */
  | { readonly kind: "hosting/freeze"; readonly map: MapId; readonly epoch: Epoch; readonly move: number; readonly to: HostId }
  /** The move is off: serve on under the same epoch. */
  | { readonly kind: "hosting/resume"; readonly map: MapId; readonly epoch: Epoch }
  /**
   * Serve the map under `epoch`, after `loadUs` of loading. `bytes` > 0: first fetch the snapshot of that size. `hash`: the state that a hand-over
   * ended with, which is to be served as it is; null: take up what is freshest.
   */
  | {
      readonly kind: "hosting/promote";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly loadUs: number;
      readonly bytes: number;
      readonly hash: StateHash | null;
    }
  /** Serve the map no more: everything about it at or below `epoch` is void, promised room included. */
  | { readonly kind: "hosting/release"; readonly map: MapId; readonly epoch: Epoch }
  /** Keep a replica of the map on `to`; snapshot first, then deltas. An empty list ends it. */
  | {
      readonly kind: "hosting/replicate";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly to: readonly HostId[];
      readonly bytes: number;
      readonly intervalMs: number;
    }
  | { readonly kind: "hosting/probe"; readonly suspect: HostId; readonly withinMs: number };

/**
 * Host → host. `bytes` beyond the header travel over the sender's upload and take their time; `data` are those bytes, null where a state is a size
 * alone. What `data` holds is a map's image (core/actors/map-image.ts).
 */
export type HostToHost =
  | {
      readonly kind: "state/copy";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly move: number;
      readonly from: HostId;
      readonly round: number;
      readonly bytes: number;
      readonly data: Uint8Array | null;
    }
  | { readonly kind: "state/copied"; readonly map: MapId; readonly epoch: Epoch; readonly move: number; readonly round: number }
  | {
      readonly kind: "state/final";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly move: number;
      readonly from: HostId;
      readonly bytes: number;
      readonly hash: StateHash;
      readonly data: Uint8Array | null;
    }
  /** A standby's copy, a snapshot or what changed since one it holds. Numbers of one source rise; a standby takes none below what it has. */
  | {
      readonly kind: "state/replica";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly from: HostId;
      readonly seq: number;
      readonly bytes: number;
      readonly data: Uint8Array | null;
    }
  /** A standby holds the copy with this number, or has nothing to put it on and needs a snapshot. */
  | { readonly kind: "state/held"; readonly map: MapId; readonly epoch: Epoch; readonly seq: number }
  | { readonly kind: "state/lost"; readonly map: MapId; readonly epoch: Epoch; readonly seq: number }
  | { readonly kind: "probe/ping"; readonly from: HostId }
  | { readonly kind: "probe/pong"; readonly from: HostId };

/** Player → coordinator. */
export type FromPlayer =
  | { readonly kind: "play/enter"; readonly player: PlayerId; readonly region: RegionId; readonly map: MapId }
  /** After a lost connection: still playing on `map` under `epoch`. */
  | { readonly kind: "play/resume"; readonly player: PlayerId; readonly region: RegionId; readonly map: MapId; readonly epoch: Epoch }
  | { readonly kind: "play/leave"; readonly player: PlayerId };

/** Coordinator → player. `play/assigned` answers an enter; `play/redirect` follows a move. */
export type ToPlayer =
  | { readonly kind: "play/assigned"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch }
  | { readonly kind: "play/redirect"; readonly map: MapId; readonly host: HostId; readonly epoch: Epoch }
  | { readonly kind: "play/refused"; readonly map: MapId; readonly reason: RefusalReason };

/**
 * Player ↔ host. Inputs of a stay are numbered from 1; the host takes each once and in order, and says how far it has come (`taken`). The client
 * keeps what was not taken and says it again, to the same host or to the map's next one.
 */
export type PlayerHost =
  /** `next`: the number of the first input that the client still has, or of its next one. */
  | { readonly kind: "play/join"; readonly player: PlayerId; readonly map: MapId; readonly epoch: Epoch; readonly next: number }
  | { readonly kind: "play/joined"; readonly map: MapId; readonly epoch: Epoch; readonly taken: number }
  | { readonly kind: "play/turned-away"; readonly map: MapId; readonly epoch: Epoch; readonly reason: RefusalReason }
  /** `after`: the number of the input that comes before it; those between were refused by the client itself. */
  | {
      readonly kind: "play/input";
      readonly player: PlayerId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly seq: number;
      readonly after: number;
      readonly data: Uint8Array;
    }
  /** What happened near the player, and how far its inputs were taken; `refused` are those among them that the game did not obey, and why. */
  | {
      readonly kind: "play/news";
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly taken: number;
      readonly refused: readonly InputRefused[];
      readonly news: readonly Uint8Array[];
    }
  /** The map is about to move: keep what you have to say until you are told where. */
  | { readonly kind: "play/hold"; readonly map: MapId; readonly epoch: Epoch }
  /** The player leaves the map; answered when what it carries is written down. */
  | { readonly kind: "play/exit"; readonly player: PlayerId; readonly map: MapId; readonly epoch: Epoch }
  /** `taken`: how far the player's inputs were; -1 where the host knows nothing of the stay. */
  | { readonly kind: "play/exited"; readonly map: MapId; readonly epoch: Epoch; readonly taken: number };

/** An input that was taken and not obeyed; `reason` is the game's own word. */
export type InputRefused = { readonly seq: number; readonly reason: string };

/** Whatever checks hosts' reports (validation room, later) → coordinator. */
export type FromValidator = { readonly kind: "validation/verdict"; readonly host: HostId; readonly valid: boolean };

/** Every message there is. */
export type Message = FromHost | ToHost | HostToHost | FromPlayer | ToPlayer | PlayerHost | FromValidator;
