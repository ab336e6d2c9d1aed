/** What is planted where a map's operations and state are written down and copied: plant-state.ts says how. They show only where a game runs. */
import type { Planted } from "./entry.ts";

/** The bugs of what runs on maps. */
export const STATE_BUGS: readonly Planted[] = [
  {
    name: "duplicate-operation-applied",
    what: "The store does not remember which operations it has applied: a batch that is asked again takes effect again.",
    rules: ["SY1"],
    place: "the store's operations",
    needs: "a store fault that loses the answer to a batch that was applied",
  },
  {
    name: "acknowledged-before-commit",
    what: "A batch is acknowledged when it is asked for, and written with the next one.",
    rules: ["SY1"],
    place: "the store's operations",
    needs: "any operation",
  },
  {
    name: "unknown-never-resolved",
    what: "What became of a batch whose answer was lost is never found out.",
    rules: ["LV5"],
    place: "the store's operations",
    needs: "a store fault that loses the answer to a batch that was applied, late enough that its host lives on to the end",
  },
  {
    name: "redo-forgotten",
    what: "A map's new owner does not do again what was written down after its state.",
    rules: ["SY1", "GA3"],
    place: "the store's answer to a map's new owner",
    needs: "a failover of a map on which something was done since the last image",
  },
  {
    name: "redo-twice",
    what: "A map's new owner does each operation again twice.",
    rules: ["SY1", "GA1"],
    place: "the store's answer to a map's new owner",
    needs: "a failover of a map on which something was done since the last image",
  },
  {
    name: "ghost-kept",
    what: "A map's new owner does not hear who had left: they stay on the map, and are on their next one too.",
    rules: ["SY1", "GA3"],
    place: "the store's answer to a map's new owner",
    needs: "a failover of a map that somebody left since the last image",
  },
  {
    name: "stale-image-promoted",
    what: "A map's new owner is given the oldest image that there is, and not the newest.",
    rules: ["SY3"],
    place: "the store's answer to a map's new owner",
    needs: "a failover of a map that was kept for longer than a failover may lose",
  },
  {
    name: "delta-dropped-at-freeze",
    what: "The final image lacks what changed since the first round, and the target says the hash that it was told.",
    rules: ["SY2", "SY1"],
    place: "the last image of a hand-over",
    needs: "a hand-over of a map on which something changes",
  },
  {
    name: "hash-unchecked",
    what: "The coordinator grants a hand-over whatever source and target say of their states, and the final image is an old one.",
    rules: ["SY2", "SY1"],
    place: "the coordinator's comparison of hashes",
    needs: "a hand-over of a map on which something changes",
  },
  {
    name: "batch-reversed",
    what: "The operations of a batch take effect back to front.",
    rules: ["SY6"],
    place: "the store's operations",
    needs: "a batch of more than one operation",
  },
  {
    name: "news-lost",
    what: "What a host says to its players of what became of their inputs never comes.",
    rules: ["LV6"],
    place: "the line from a host to its players",
    needs: "an input, and a liveness phase",
  },
  {
    name: "taken-overstated",
    what: "A host says that it took one input more than it did.",
    rules: ["SY14"],
    place: "what a host says to its players",
    needs: "an input that is given while another one's answer is on its way",
  },
];
