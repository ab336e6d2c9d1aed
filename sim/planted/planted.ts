/**
 * Known bugs that can be planted on purpose, each with the rule that must catch it. A checker that lets its own bug pass is
 * no checker; the campaign over this list is a test.
 */
import type { PlantedName } from "../options.ts";

/** One planted bug: what is wrong, which rules may name it (the first is the one expected), where it sits, and what the run must contain. */
export type Planted = {
  readonly name: PlantedName;
  readonly what: string;
  readonly rules: readonly [string, ...string[]];
  readonly place: string;
  readonly needs: string;
};

/** All planted bugs. */
export const PLANTED: readonly Planted[] = [
  {
    name: "no-fence",
    what: "The store changes an owner, and accepts a host's durable write, without comparing the epoch.",
    rules: ["HO3", "HO2", "HO1"],
    place: "the simulated store's claim and checkpoint",
    needs: "hosts cut off from the coordinator for longer than the detection, writing on",
  },
  {
    name: "epoch-reused-after-restart",
    what: "A restarted coordinator counts epochs from the floor of the timeline again instead of from the restored rows.",
    rules: ["ST2", "HO2"],
    place: "the coordinator's restore",
    needs: "a coordinator restart and any later grant; the store's compare must be off too (no-fence), or it refuses first",
  },
  {
    name: "commit-before-freeze",
    what: "A handoff claims the map for the target before the source has frozen, so that two hosts serve for a while.",
    rules: ["HO1"],
    place: "the handoff's order of steps",
    needs: "any handoff between living hosts",
  },
  {
    name: "stale-standby-promoted",
    what: "A standby chosen long ago is promoted without looking again whether it is still eligible.",
    rules: ["HO4"],
    place: "the choice of a failover's target",
    needs: "hosts whose measurements worsen after they became standby, and a loss",
  },
  {
    name: "critical-map-lent-out",
    what: "Placement does not ask whether the map may leave the VPS.",
    rules: ["HO4"],
    place: "placement and return",
    needs: "a critical map and an eligible player host",
  },
  {
    name: "capacity-forgotten-on-failover",
    what: "A failover takes the best standby without counting the maps and players it already has.",
    rules: ["HO7"],
    place: "the choice of a failover's target",
    needs: "fewer good hosts than lost maps divided by max_tasks_per_node",
  },
  {
    name: "cooldown-ignored",
    what: "Redistribution moves a map again although its last move has only just ended.",
    rules: ["HO6"],
    place: "redistribution's conditions",
    needs: "cooldownS above reassignment_interval, and hosts whose scores overtake each other",
  },
  {
    name: "threshold-ignored",
    what: "Redistribution moves a map for any better score, however small the gain.",
    rules: ["HO6"],
    place: "redistribution's conditions",
    needs: "two eligible hosts whose scores differ by less than ten per cent",
  },
  {
    name: "orphan-on-failed-move",
    what: "A move that fails leaves the map without an owner: the source is neither resumed nor replaced.",
    rules: ["HO8", "HO5"],
    place: "the end of a failed handoff",
    needs: "a target that is lost between freeze and commit, or a freeze over its limit",
  },
  {
    name: "leave-drops-all-maps",
    what: "Taking one map from a host takes all of its maps.",
    rules: ["HO8", "HO5"],
    place: "the release of one map",
    needs: "a host with two maps, one of which moves away",
  },
  {
    name: "redirect-lost",
    what: "After a move the players on the map are not told.",
    rules: ["LV2"],
    place: "the coordinator's session part, after a move is done",
    needs: "a move of a map with players, and a liveness phase",
  },
  {
    name: "blocked-host-keeps-maps",
    what: "A host that failed validation is blocked for new maps but keeps what it has.",
    rules: ["HO10"],
    place: "the verdict's consequence",
    needs: "a validation-fail fault on a host with maps, blocked for longer than a move's bound",
  },
  {
    name: "tie-by-arrival",
    what: "Of two equal hosts the one that joined first is taken, not the one with the lower id.",
    rules: ["HO11"],
    place: "the comparison inside the host index",
    needs:
      "equal hosts under the seed's scoring in a fleet of at most 256, joining out of id order; property tests of the index catch it in any case",
  },
  {
    name: "double-grant-on-unknown",
    what: "A claim whose answer was lost is taken as failed, and the same epoch is granted to another host without reading the row.",
    rules: ["HO1", "HO3"],
    place: "the handling of an unknown answer",
    needs: "a store-unknown fault whose claims committed, and the store's compare off or two targets promoted",
  },
  {
    name: "fallback-forgotten",
    what: "When no player host can take a lost map it is not given to the VPS, though fallback is enabled and slots are free.",
    rules: ["HO5", "LV1"],
    place: "the end of a failover's list of candidates",
    needs: "a lost map without an eligible standby",
  },
  {
    name: "release-lost",
    what: "A host that was replaced while cut off is not told to stop when it comes back.",
    rules: ["HO9"],
    place: "the coordinator's answer to a returning host's list of maps",
    needs: "a cut that heals, and a liveness phase",
  },
  {
    name: "redistribution-restless",
    what: "The comparison of scores is turned round on every second round, so that maps go to and fro for ever.",
    rules: ["HO6", "LV4"],
    place: "redistribution's comparison",
    needs: "two eligible hosts, and a liveness phase longer than the cool-down with a fleet at rest",
  },
  {
    name: "canary",
    what: "Every grant is told to a second host as well.",
    rules: ["HO1", "HO3"],
    place: "the order to serve",
    needs: "nothing: every run must find it",
  },
];
