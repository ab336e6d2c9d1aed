/** What is said of a metric, and the words that many of them share. */

/** What one sample of a metric is: one happening, one instant at the end of a series step, or one whole run. */
export type Sampling = "event" | "step" | "run";

/**
 * Which way is better for players or for who pays the VPS; null where neither is. Moves have no direction: one of them saves a map and another
 * takes a better host, and what either costs is told by interruptions and outages. Neither has what another metric tells already
 * (share_map_hours_p2p_all and vps_hours_saved are share_map_hours_p2p in other units), so that a comparison counts a fact once.
 */
export type Better = "less" | "more" | null;

/** One metric. Histograms hold whole numbers; value = stored number × `scale`. */
export type Definition = {
  readonly name: string;
  readonly unit: string;
  readonly scale: number;
  readonly sampling: Sampling;
  readonly better: Better;
  /** What is counted, in one sentence. */
  readonly what: string;
  /** From when to when. */
  readonly span: string;
};

/** Stored microseconds told as milliseconds. */
export const MS = 0.001;
/** Stored millionths told as shares. */
export const PPM = 0.000001;
/** The span of what is counted over a whole run. */
export const WHOLE_RUN = "Whole run, from its start to its end, the settling phase included.";
