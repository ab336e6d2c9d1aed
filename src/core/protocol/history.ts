/**
 * History: what actors say happened, for checkers, metrics, logs and reports. Recording never changes a decision.
 * Times are the recording actor's clock (microseconds) and are added by the runtime.
 */
import type { HostProfile, HostStats } from "./host-stats.ts";
import type { Epoch, HostId, MapId, PlayerId, RegionId } from "./ids.ts";
import type { StateHash } from "./messages.ts";
import type { OperationId } from "./operations.ts";
import type { RefusalReason } from "./refusal.ts";

/** Why a map changes hands. */
export type MoveCause =
  /** The first host a map ever gets, or a map that waited without one. */
  | "placement"
  /** From the VPS back to a player host after the waiting time. */
  | "return"
  /** A better host exists (redistribution). */
  | "better"
  /** The host is degraded or no longer eligible. */
  | "degraded"
  /** The host outgrew its upload or player limit. */
  | "overload"
  /** The host leaves politely. */
  | "drain"
  /** The host is gone: close, silence or restart. */
  | "lost"
  /** The host failed validation. */
  | "invalid"
  /** The settings (or eligibility list) say the map belongs on the VPS. */
  | "policy";

/** How it changes hands: old host alive; gone, to a player host; to the VPS. `placement` has no old host. */
export type MoveForm = "placement" | "handoff" | "failover" | "fallback";

/** Moves that we make of our own will, under cool-down, share limit and threshold (SPEC HO6). */
export function isVoluntary(cause: MoveCause): boolean {
  return cause === "better" || cause === "return";
}

/** What an actor says of itself when something happened. Checkers, metrics, logs and fingerprints are made of these. */
export type HistoryRecord =
  // The coordinator's decisions and what came of them
  /** A coordinator instance took over with this many maps restored. */
  | { readonly kind: "coordinator/started"; readonly maps: number; readonly hosts: number }
  | { readonly kind: "host/joined"; readonly profile: HostProfile; readonly eligible: boolean; readonly reasons: readonly string[] }
  | {
      readonly kind: "host/measured";
      readonly host: HostId;
      readonly stats: HostStats;
      readonly eligible: boolean;
      readonly reasons: readonly string[];
    }
  /** Its owner wants it back: what it holds goes elsewhere, and nothing comes to it. */
  | { readonly kind: "host/leaving"; readonly host: HostId }
  | { readonly kind: "host/forgotten"; readonly host: HostId }
  /** `how`: `close` and `silence` are losses, `leave` is polite. */
  | { readonly kind: "host/gone"; readonly host: HostId; readonly how: "close" | "silence" | "leave" }
  | { readonly kind: "host/suspected"; readonly host: HostId; readonly how: "close" | "silence" }
  /** The suspicion was wrong (indirect probe answered, or the host came back in time). */
  | { readonly kind: "host/cleared"; readonly host: HostId }
  | { readonly kind: "host/degraded"; readonly host: HostId; readonly degraded: boolean }
  | { readonly kind: "host/blocked"; readonly host: HostId; readonly untilUs: number }
  | { readonly kind: "storm/held"; readonly suspects: number; readonly hosts: number }
  | { readonly kind: "storm/released"; readonly suspects: number }
  /**
   * A move was decided. Scores are micro-points (0 where there is no old or no scored host); `theta` in thousandths, 0 when
   * no threshold applies. `toEligible` is the target's eligibility as known at this instant.
   */
  | {
      readonly kind: "move/decided";
      readonly move: number;
      readonly map: MapId;
      readonly cause: MoveCause;
      readonly form: MoveForm;
      readonly from: HostId;
      readonly to: HostId;
      readonly toVps: boolean;
      readonly toEligible: boolean;
      readonly epoch: Epoch;
      readonly scoreFrom: number;
      readonly scoreTo: number;
      readonly theta: number;
      /** Players on the map at this instant. */
      readonly players: number;
      /** Target's maps and players after this move, reservations included, and its limits. */
      readonly toMaps: number;
      readonly toMapsMax: number;
      readonly toPlayers: number;
      readonly toPlayersMax: number;
      /** Time the map's voluntary cool-down had run (us), or -1 if it never moved. */
      readonly sinceMoveUs: number;
      /** Maps in voluntary moves at this instant (this one included) and maps hosted in all. */
      readonly voluntaryNow: number;
      readonly mapsHosted: number;
    }
  /** A step of a move was passed: `prepared`, `copied`, `frozen`, `ready`, `claimed`, `active`. */
  | { readonly kind: "move/step"; readonly move: number; readonly map: MapId; readonly step: MoveStep }
  /** The store granted (map, epoch) to the host. The one point of no return. */
  | {
      readonly kind: "map/granted";
      readonly map: MapId;
      readonly host: HostId;
      readonly epoch: Epoch;
      readonly expect: Epoch;
      readonly vps: boolean;
    }
  /** The store's answer was lost or refused; `adopted` is what stands there now. */
  | {
      readonly kind: "claim/lost";
      readonly map: MapId;
      readonly host: HostId;
      readonly epoch: Epoch;
      readonly how: "refused" | "failed" | "unknown";
    }
  | {
      readonly kind: "move/done";
      readonly move: number;
      readonly map: MapId;
      readonly host: HostId;
      readonly epoch: Epoch;
      readonly players: number;
    }
  | {
      readonly kind: "move/failed";
      readonly move: number;
      readonly map: MapId;
      readonly reason:
        | RefusalReason
        | "timeout"
        | "source_lost"
        | "target_lost"
        | "superseded"
        | "freeze_timeout"
        | "hash_mismatch"
        | "store";
    }
  /** Nobody serves the map, and why nobody can be asked right now. */
  | { readonly kind: "map/unhosted"; readonly map: MapId; readonly reason: RefusalReason | "host_lost" | "start" }
  | { readonly kind: "standby/chosen"; readonly map: MapId; readonly hosts: readonly HostId[] }
  | { readonly kind: "refusal"; readonly what: string; readonly reason: RefusalReason; readonly map: MapId; readonly host: HostId }
  | { readonly kind: "alert"; readonly text: string; readonly host: HostId }
  // What hosts say
  | { readonly kind: "host/serving"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch }
  | {
      readonly kind: "host/stopped";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly why: "freeze" | "release" | "stale";
    }
  /** A durable effect passed the store's fence with this epoch; `rowEpoch` is the row's at commit (HO3). */
  | { readonly kind: "host/fenced"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch; readonly rowEpoch: Epoch }
  // Durable operations (SY1), only where a game makes any
  /** A host's game gave an operation to be written down. */
  | {
      readonly kind: "operation/submitted";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly operation: OperationId;
      readonly critical: boolean;
      /** Its place among the map's deeds, from 1. */
      readonly number: number;
    }
  /** What the game was told of it. `unknown` at most once, and then one of the others; `reason` is empty where it is done or unknown. */
  | {
      readonly kind: "operation/answered";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly operation: OperationId;
      readonly result: "done" | "failed" | "rejected" | "unknown";
      readonly reason: string;
    }
  /** The store applied these at this instant, in this order, in one batch; those that it had applied before are not among them. */
  | {
      readonly kind: "operation/applied";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly rowEpoch: Epoch;
      readonly operations: readonly OperationId[];
    }
  // A map's state, only where a game runs
  /** The source of a move stopped with this state: `number` deeds of the map are in it, and the map's time stood at `mapMs`. */
  | {
      readonly kind: "state/frozen";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly hash: StateHash;
      readonly number: number;
      readonly mapMs: number;
    }
  /**
   * A host serves from this state on. `from`: a hand-over's last image, a replica it kept, an image from the store, or the game's beginning; `of`: the
   * epoch under which that state was served, 0 for the beginning. `number` and `mapMs` are of the state as it was found, `redone` the operations from the store that were put on top, in their order; `hash` is that of
   * the state it serves with.
   */
  | {
      readonly kind: "state/taken-up";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly from: "handoff" | "replica" | "store" | "beginning";
      readonly of: Epoch;
      readonly hash: StateHash;
      readonly number: number;
      readonly mapMs: number;
      readonly redone: readonly OperationId[];
    }
  /** The same host goes on after a move that came to nothing. */
  | { readonly kind: "state/resumed"; readonly host: HostId; readonly map: MapId; readonly epoch: Epoch; readonly hash: StateHash }
  /** A player came onto a map, or left it, with what it carries: 64 bits over those bytes as 16 hexadecimal digits. */
  | {
      readonly kind: "player/admitted" | "player/parted";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly player: PlayerId;
      readonly carried: string;
    }
  /** The person asked for something; `input` counts within the player's stay on the map. */
  | { readonly kind: "input/given"; readonly player: PlayerId; readonly map: MapId; readonly input: number }
  /** The host let the game have an input of a player. */
  | {
      readonly kind: "input/taken";
      readonly host: HostId;
      readonly map: MapId;
      readonly epoch: Epoch;
      readonly player: PlayerId;
      readonly input: number;
    }
  /** The client knows what became of an input: the host took it, or it never will be; `refused` carries the reason. */
  | {
      readonly kind: "input/settled";
      readonly player: PlayerId;
      readonly map: MapId;
      readonly input: number;
      readonly result: "taken" | "refused";
      readonly reason: string;
    }
  // What players see
  | { readonly kind: "player/entered"; readonly player: PlayerId; readonly region: RegionId; readonly map: MapId }
  | {
      readonly kind: "player/playing";
      readonly player: PlayerId;
      readonly map: MapId;
      readonly host: HostId;
      readonly epoch: Epoch;
      readonly moved: boolean;
    }
  | { readonly kind: "player/refused"; readonly player: PlayerId; readonly map: MapId; readonly reason: RefusalReason }
  | {
      readonly kind: "player/left";
      readonly player: PlayerId;
      readonly map: MapId;
      readonly why: "session" | "moved" | "quality" | "refused";
    };

/** The steps of a move, in order; a failover skips those that need the old host. */
export type MoveStep = "prepared" | "copied" | "frozen" | "ready" | "claimed" | "active";
