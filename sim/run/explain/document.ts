/** The answer of `peerstead explain` as one document. Plain data: it crosses threads and is written as JSON. */
import type { HostKind, HostStats } from "../../../src/core/protocol/host-stats.ts";
import type { HostId } from "../../../src/core/protocol/ids.ts";

/**
 * A ground for or against something: its name, the sentence, and its figures: `value` and `limit` (what there is and what is asked, in the
 * unit of the condition; points for scores), `need` (players), `until_s` and `since_s` (virtual seconds), `host`.
 */
export type Ground = { readonly why: string; readonly text: string; readonly [figure: string]: string | number | null };

/**
 * A host as the map sees it. Scores are points, six decimals; the points of `terms` add up to `score`, which a VPS site has none of.
 * `against` is empty where it could take the map now (of the map's own host and of VPS sites, room is not asked); `truth` is what is wrong
 * with its machine or line, which the coordinator may not know yet.
 */
export type ExplainedHost = {
  readonly host: HostId;
  readonly name: string;
  readonly kind: HostKind;
  readonly connected: boolean;
  readonly score: number | null;
  readonly terms: readonly {
    readonly term: keyof Weights;
    readonly value: number;
    readonly weight: number;
    readonly points: number;
  }[];
  readonly rtt_ms: number;
  readonly uptime_s: number | null;
  readonly maps: number;
  readonly maps_max: number;
  readonly players: number;
  readonly players_max: number;
  readonly upload_kbps: number;
  readonly bad_measurements: number;
  readonly stats: HostStats;
  readonly against: readonly Ground[];
  readonly truth: { readonly what: string; readonly since_s: number; readonly text: string } | null;
};

/** How much each term of a score counts. */
export type Weights = {
  readonly cpu: number;
  readonly ram: number;
  readonly network: number;
  readonly latency: number;
  readonly stability: number;
};

/** A move of the map. Scores are null where there is no scored host, `theta` where no threshold applied, `ended_s` while it goes on. */
export type ExplainedMove = {
  readonly at_s: number;
  readonly cause: string;
  readonly form: string;
  readonly from: HostId | null;
  readonly from_name: string | null;
  readonly to: HostId;
  readonly to_name: string;
  readonly epoch: number;
  readonly score_from: number | null;
  readonly score_to: number | null;
  readonly theta: number | null;
  readonly players: number;
  /** The target stood by for the map when the move was decided. */
  readonly stood_by: boolean;
  readonly steps: readonly { readonly step: string; readonly at_s: number }[];
  readonly ended_s: number | null;
  readonly failure: string | null;
  /** Why it had to go, or could, and why there, in words. */
  readonly why: string;
  readonly choice: string;
};

/** A host that a map would go to, or the refusal there would be. */
export type Destination =
  | { readonly host: HostId; readonly name: string; readonly text: string }
  | { readonly refusal: string; readonly text: string };

/** What the whole explanation is about, in one word. */
export type ExplainedState =
  | "player_host"
  | "kept_on_vps"
  | "fallen_back"
  | "moving"
  | "suspect"
  | "lost_unnoticed"
  | "starting"
  | "unhosted"
  | "coordinator_down";

/** Why a map is where it is at one virtual instant of one run. Times are virtual seconds since the run began. */
export type ExplainDocument = {
  readonly scenario: string;
  readonly seed: number;
  readonly at_s: number;
  readonly map: {
    readonly number: number;
    readonly name: string;
    readonly critical: boolean;
    readonly may_leave_vps: boolean;
    readonly players: number;
    readonly players_max: number;
    readonly room_asked: number;
    readonly players_by_region: Readonly<Record<string, number>>;
    /** Shares of the averaged mix by which hosts are compared; empty where nobody was there yet. */
    readonly mix: Readonly<Record<string, number>>;
  };
  /** A coordinator that is down decides nothing: the rest is what it knew when it stopped. `opens_s`: it decides nothing before that. */
  readonly coordinator: { readonly up: boolean; readonly started_s: number | null; readonly opens_s: number | null };
  readonly state: ExplainedState;
  readonly headline: string;
  readonly formula: {
    readonly scoring: "seed" | "normalized";
    readonly realtime: boolean;
    readonly prefer_low_latency: boolean;
    readonly weights: Weights;
  };
  /** Whom the coordinator's books name, whether it is believed to serve, since when it has served (null: not known). */
  readonly owner: ExplainedHost | null;
  readonly epoch: number;
  readonly serving: boolean;
  readonly since_s: number | null;
  /** The host whose process truly serves it at this instant and can be reached, whatever the coordinator believes; null for none. */
  readonly served_by: { readonly host: HostId; readonly name: string } | null;
  /** The move by which it came to its owner. */
  readonly arrival: ExplainedMove | null;
  readonly move: (ExplainedMove & { readonly phase: string; readonly phase_text: string; readonly target: ExplainedHost }) | null;
  /** Why nobody is asked to serve it at once; null while somebody serves it or is being asked. */
  readonly waiting: {
    readonly since_s: number | null;
    readonly reasons: readonly { readonly why: string; readonly text: string }[];
  } | null;
  readonly standbys: readonly (ExplainedHost & { readonly warm: boolean })[];
  /** Player hosts that could take it, in the order they would be asked, as many as `--top` says; `hosts.could_take` says how many there are. */
  readonly candidates: readonly ExplainedHost[];
  /** Hosts that score more than the map's own (else than the first candidate) but could not take it, best first; and how many there are. */
  readonly barred: readonly ExplainedHost[];
  readonly barred_all: number;
  /** Player hosts but the map's own by the first thing against them, and how many of the `ineligible` miss which condition. */
  readonly hosts: {
    readonly known: number;
    readonly connected: number;
    readonly could_take: number;
    /** Of those that could take it: how many score more than the map's own player host. */
    readonly better: number;
    readonly against: Readonly<Record<string, number>>;
    readonly conditions: Readonly<Record<string, number>>;
  };
  /** What a round of redistribution would do with it now: where it would go, or what holds it. `score_asked`: a better host scores more than that. */
  readonly own_will: {
    readonly cause: "better" | "return";
    readonly to: HostId | null;
    readonly holds: readonly Ground[];
    readonly theta: number;
    readonly score_asked: number | null;
    readonly cooldown_left_s: number;
    readonly every_s: number;
    readonly moves: number;
    readonly moves_max: number;
  };
  /** Bad measurements in a row, and failed validations, after which a host gives its maps up. */
  readonly limits: { readonly bad_measurements: number; readonly failed_validations: number };
  readonly if_host_lost: Destination;
  readonly if_handed_over: Destination;
  readonly vps: {
    readonly slots: number;
    readonly slots_used: number;
    readonly slots_kept: number;
    readonly sites: readonly {
      readonly host: HostId;
      readonly name: string;
      readonly connected: boolean;
      readonly slots: number;
      readonly slots_used: number;
      readonly rtt_ms: number;
    }[];
  };
  /** The newest moves, oldest first, and how many there were in all. */
  readonly moves: readonly ExplainedMove[];
  readonly moves_all: number;
};
