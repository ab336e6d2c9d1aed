/**
 * Commands: what can happen to a coordinator that stands alone, as plain values that a property draws, shrinks and tells.
 * Numbers named `pick` choose among what is pending by remainder; where nothing is, the command does nothing.
 */
import type { HostId, MapId, PlayerId } from "../protocol/ids.ts";
import type { RefusalReason } from "../protocol/refusal.ts";

/** Player hosts 1 to 5, and two VPS sites. */
export const HOSTS: readonly HostId[] = [1, 2, 3, 4, 5];
export const SITES: readonly HostId[] = [91, 92];
/** Slots of each site: together as many as there are maps and one more, so that a site alone is too small. */
export const SITE_SLOTS = 3;
/** Maps 0 to 3 may leave the VPS unless a conf says otherwise, map 4 is critical. Maps 9 and 10 exist nowhere. */
export const MAPS: readonly MapId[] = [0, 1, 2, 3, 4];
export const PLAYERS = 9;

/** How good a machine is; `weak` misses a condition, `small` has upload for few players, `twin` equals `good`. */
export const MACHINES = ["good", "twin", "better", "small", "weak"] as const;
export type MachineKind = (typeof MACHINES)[number];
/** What a host says of itself next: two ways of being no longer good, and how it was. */
export const MEASURES = ["slow", "unfit", "unmeasured", "as before", "inflated"] as const;
export type Measure = (typeof MEASURES)[number];
/** What a host says it holds: what it does, nothing (it restarted), also an older epoch of a map, also a map of another's. */
export const HOLDINGS = ["true", "nothing", "stale", "invented"] as const;
export type Holdings = (typeof HOLDINGS)[number];
/**
 * How the store answers. `committed` and `missed` answer "unknown", the first after the commit; `delayed` answers "unknown" and commits
 * some time later.
 */
export const STORE_ANSWERS = ["truly", "refused", "failed", "committed", "missed", "delayed"] as const;
export type StoreMood = (typeof STORE_ANSWERS)[number];
/** What becomes of a message to a host. */
export const ORDER_FATES = ["obeyed", "refused", "lost"] as const;
export type OrderFate = (typeof ORDER_FATES)[number];
/** What a host says without having been asked. */
export const LIES = ["prepared", "copied", "ready", "active", "warm", "refused", "alive", "dead", "leaving", "verdict"] as const;
export type Lie = (typeof LIES)[number];
/** What is otherwise in the conf of the next coordinator. */
export const CHANGES = ["nothing", "auto", "fallback", "p2p", "realtime", "scoring", "tasks", "eligible", "timeline"] as const;
export type Change = (typeof CHANGES)[number];

/** One thing that happens. */
export type Command =
  | { readonly do: "join"; readonly host: HostId; readonly machine: MachineKind; readonly holds: Holdings; readonly map: MapId }
  /** A machine dies or is cut off, noticed by a closed connection or by silence. */
  | { readonly do: "lose"; readonly host: HostId; readonly how: "close" | "silence"; readonly dies: boolean }
  /** The detector is wrong. */
  | { readonly do: "false silence"; readonly host: HostId }
  | { readonly do: "measure"; readonly host: HostId; readonly what: Measure; readonly times: number }
  | { readonly do: "leave"; readonly host: HostId }
  /** `above` is added to the epoch that stands in the store; `as` is whose name it uses, 0 its own. */
  | {
      readonly do: "lie";
      readonly host: HostId;
      readonly as: HostId;
      readonly what: Lie;
      readonly map: MapId;
      readonly above: number;
      readonly reason: RefusalReason;
    }
  | { readonly do: "order"; readonly pick: number; readonly fate: OrderFate }
  | { readonly do: "probe"; readonly pick: number; readonly answer: "yes" | "no" | "nothing" }
  | { readonly do: "store"; readonly pick: number; readonly answer: StoreMood }
  | { readonly do: "store again"; readonly answer: StoreMood }
  | { readonly do: "store stray"; readonly answer: StoreMood }
  | { readonly do: "fence"; readonly host: HostId }
  /** So many players, from this one on. */
  | { readonly do: "enter"; readonly player: PlayerId; readonly map: MapId; readonly count: number }
  | { readonly do: "ask again"; readonly player: PlayerId }
  | { readonly do: "quit"; readonly player: PlayerId; readonly how: "says" | "closes" }
  | { readonly do: "verdict"; readonly host: HostId; readonly valid: boolean; readonly times: number }
  | { readonly do: "restart"; readonly change: Change; readonly map: MapId }
  /** Time passes; `well`: all that is pending is answered as it should be meanwhile, the store's requests in this mood. */
  | { readonly do: "pass"; readonly ms: number; readonly well: boolean; readonly store: StoreMood };

/** Every kind of command. */
export const COMMANDS: readonly Command["do"][] = [
  "join",
  "lose",
  "false silence",
  "measure",
  "leave",
  "lie",
  "order",
  "probe",
  "store",
  "store again",
  "store stray",
  "fence",
  "enter",
  "ask again",
  "quit",
  "verdict",
  "restart",
  "pass",
];

/** What holds from the start. `cold`: nobody is there yet; else three hosts and both sites hold all maps. `crowded`: the best has little upload. */
export type Circumstances = {
  readonly cold: boolean;
  readonly crowded: boolean;
  readonly auto: boolean;
  readonly fallback: boolean;
  readonly realtime: boolean;
  readonly scoring: "seed" | "normalized";
  readonly persistent: boolean;
};
