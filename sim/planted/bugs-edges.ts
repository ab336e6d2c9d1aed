/** What is planted outside the coordinator: plant-edges.ts says how. */
import type { Planted } from "./entry.ts";

/** The bugs outside the coordinator. */
export const EDGE_BUGS: readonly Planted[] = [
  {
    name: "canary",
    what: "Each promotion is told to a second host too, under the same epoch.",
    rules: ["HO1", "HO3"],
    place: "the coordinator's promotions",
    needs: "nothing: every run promotes, so every seed must find it",
  },
  {
    name: "no-fence",
    what: "The store changes an owner, and accepts a host's durable write, without comparing the epoch.",
    rules: ["HO3", "HO2", "HO1"],
    place: "the simulated store's claim and checkpoint",
    needs: "hosts cut off from the coordinator for longer than the detection, writing on",
  },
  {
    name: "max-seen-fence",
    what: "The store holds a durable write against the highest epoch that a write has carried, not against the row's.",
    rules: ["HO3"],
    place: "the store's checkpoint",
    needs: "a replaced host that writes before the new owner has written for the first time",
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
    name: "release-lost",
    what: "A host that was replaced while cut off is not told to stop when it comes back.",
    rules: ["HO9"],
    place: "the coordinator's answer to a returning host's list of maps",
    needs: "a cut that heals, and a liveness phase",
  },
  {
    name: "freeze-does-not-stop",
    what: "A frozen source sends the last of the state and serves on: the target is granted the map over writes that are still under way.",
    rules: ["HO1"],
    place: "the host's freeze",
    needs: "any handoff between living hosts",
  },
  {
    name: "release-off-by-one",
    what: "A release ends what lies below its epoch, and not what stands at it.",
    rules: ["HO9", "LV2"],
    place: "the host's release",
    needs: "a host that is replaced while it serves, with checkpoints too seldom to fence it",
  },
  {
    name: "player-stays-at-its-host",
    what: "A client that plays at the host it is redirected to does not join again, though the host has the map under a new epoch.",
    rules: ["LV2"],
    place: "the client's redirect",
    needs: "a map that goes to another host, which never serves it, and back",
  },
  {
    name: "player-asks-once",
    what: "A client that gets no answer does not ask again.",
    rules: ["LV2"],
    place: "the client's timer",
    needs: "a player who enters while no coordinator has opened, or whose host turns it away",
  },
  {
    name: "lazy-silence-skipped",
    what: "The lazy detector takes the first silence of each host for one that is out of date, and hears of it later than heartbeats that are sent.",
    rules: ["DT1"],
    place: "the lazy failure detector",
    needs: "a silent host, and the comparison with heartbeats sent one by one",
  },
];
