/**
 * Sources of events: the second part of an event's key (time, source, sequence). Each who schedules has a range of its own, so
 * that nobody's traffic changes another's order; within one instant lower ranges come first: what happens to machines and lines,
 * then what people want, then what actors have under way. All fit 32 bits.
 */
export const SOURCE = {
  /** + index of the fault in the plan. */
  fault: 0,
  /** + player, for clients that give a dead line up. */
  faultPlayer: 1_000_000,
  /** + host, for background bursts. */
  burst: 50_000_000,
  /** Connections, and inputs held back by a pause. */
  world: 60_000_000,
  /** + host: what a slow process comes to. */
  backlog: 65_000_000,
  /** + host: up-times and measurements. */
  fleet: 70_000_000,
  /** + dense number of the asker. */
  store: 100_000_000,
  /** + host. */
  heartbeat: 200_000_000,
  arrivals: 299_999_999,
  /** + player. */
  people: 300_000_000,
  /** + player: what people do on their maps. */
  clicks: 400_000_000,
  /** + dense number: what sealed ends do by time. */
  sealing: 800_000_000,
  /** + dense number: messages, timers. */
  message: 1_000_000_000,
  timer: 2_000_000_000,
  /** The end of a stretch of the run, after everything else of its instant. */
  end: 4_294_967_295,
} as const;
