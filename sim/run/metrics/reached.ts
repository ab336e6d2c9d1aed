/** What can happen in a run and is counted by name. */

/** The things counted in `reached`, and what each means; `require.sometimes` of a scenario may name them. */
export const REACHED: Readonly<Record<string, string>> = {
  "migration.handoff": "a move ended with the old host alive",
  "migration.failedOver": "a map went to a player host after its host was lost",
  "migration.fellBack": "a map fell back to the VPS",
  "migration.returned": "a map returned from the VPS to a player host",
  "freeze.aborted": "a freeze was undone and the source served on",
  "move.failed": "a move was given up",
  "map.unhosted": "nobody could be asked to serve a map (the start of a run aside)",
  "map.unhostedAtEnd": "a map had no host when the run ended",
  "host.suspected": "a host came under suspicion",
  "probe.cleared": "a suspicion proved wrong before the host was declared gone",
  "host.gone": "a host was declared gone",
  "host.falselyGone": "a host was declared gone although it was up and reachable",
  "host.degraded": "a host was marked degraded",
  "host.blocked": "a host was blocked after failed validations",
  "storm.held": "the storm guard held failovers back",
  "claim.unknown": "a claim's answer was lost",
  "claim.refused": "a claim lost against a quicker one",
  "claim.failed": "the store failed a claim",
  "vps.full": "a map was refused a VPS slot",
  "player.refused": "a player was refused entry",
  "player.quit": "a player quit because of quality",
  "coordinator.restarted": "a coordinator took over after another",
};
