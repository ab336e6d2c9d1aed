/** Every "no" Peerstead says, by name. A refusal is a value: it is answered, counted and never thrown. */
export type RefusalReason =
  | "stale_epoch"
  /** The store knows only of an older grant than the one the host serves by: it has failed over and lost it. */
  | "grant_lost"
  | "not_owner"
  | "not_prepared"
  | "map_unknown"
  | "map_full"
  | "map_unhosted"
  | "host_full"
  | "host_busy"
  | "host_leaving"
  | "host_unknown"
  | "host_blocked"
  | "hosts_limit"
  | "vps_full"
  | "p2p_disabled"
  | "auto_migration_disabled"
  | "no_candidate"
  | "cooldown"
  | "moves_limit"
  | "storm_hold"
  | "inbox_full"
  | "message_invalid"
  /** The player is on another map, where its stay has not ended yet. */
  | "player_elsewhere"
  /** The host does not know the player on this map (any more): it has to join. */
  | "player_unknown"
  /** More inputs wait than a client keeps. */
  | "inputs_limit";
