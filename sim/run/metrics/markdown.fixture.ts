/** METRICS.md, written from the definitions. */
import type { Definition, Sampling } from "./definition.ts";
import { CHAPTERS, DEFINITIONS_VERSION } from "./definitions.ts";
import { REACHED } from "./reached.ts";

const SAMPLE_TEXT: Readonly<Record<Sampling, string>> = {
  event: "each happening",
  step: "each series step",
  run: "each run",
};

const HEAD = `# What the metrics mean

Every run of a scenario leaves these metrics in its JSON document (\`metrics\`) and may hold them to thresholds. This page is written
from \`sim/run/metrics/definitions.ts\`; a test compares the two. Version of the definitions: ${DEFINITIONS_VERSION}.

**How they are counted.** Time is the run's virtual time, whole microseconds. Each metric is a histogram of samples; the column
*one sample for* says what a sample is. Runs are merged by merging histograms in the order of their seeds: \`count\`, \`sum\`, \`min\`, \`max\` and
\`mean\` are exact sums over the stored whole numbers, quantiles are within 1/128 of the true value. A metric with one sample for each run
therefore has the mean over runs as \`mean\`, and \`spread\` gives the median, smallest and largest of the runs' own means for every metric.
A metric without any sample has count 0, sum 0 and nulls: nothing happened, which is not the same as a zero.

**Which way is better.** The column *better* says which way is better for players or for who pays the VPS; \`peerstead compare\` judges by it. A dash
stands where neither is (a move may save a map or take a better host; what moves cost is told by interruptions and outages), and where another metric
tells the same in other units, so that a fact is judged once.

**Who is a player host.** A machine that players offer. VPS sites are not among *hosts* unless a definition says so.
**When a host serves a map.** From the host's own report that it serves under the map's present epoch, until it freezes for a handoff, is told
to stop, dies, pauses, or loses its line; or until another host serves the map under a higher epoch. A line cut in one direction only keeps the host from
the coordinator, not from its players. The simulator knows these instants; no actor does.
**What is not measured.** How much volatile state a failover loses: the state itself is not simulated yet, only its size, and the
last delta a standby holds is not in the history.
`;

const SERIES = `## Time series

\`series\` has one entry for each run: \`step_s\` and rows; value *i* covers [*i*·step, (*i*+1)·step), the last one what is left of the run. Numbers of things
(players_online, players_on_player_hosts, players_on_vps, hosts_online, hosts_eligible, maps_on_player_hosts, maps_on_vps, maps_moving, maps_unhosted,
vps_slots_used) are means over the step; a map is in exactly one of the four \`maps_\` rows, *moving* meaning that a move is under way and nobody serves it.
\`migrations_<cause>\`, players_interrupted, quits_by_quality, players_refused and vps_refused count what happened in the step; rtt_mean and rtt_vps_mean
are means over the joins in it, null without any; vps_slots_limit is the number of slots the scenario offers.

## Why hosts are not eligible

\`ineligible\` gives for each reason the share of the hours of known player hosts in which it held (mean over runs). A host can have several
reasons, so shares may add up to more than one.
`;

/** The whole page. */
export function metricsMarkdown(): string {
  const chapters = CHAPTERS.map((chapter) => `## ${chapter.title}\n\n${table(chapter.metrics)}`);
  const reached = Object.entries(REACHED).map(([name, text]) => `| \`${name}\` | ${text} |`);
  const counters = `## Counters in \`reached\`\n\nSummed over runs; a scenario's \`require.sometimes\` names the ones that must not be zero. With \`faults.buggify\`, \`buggify.<site>\` counts how often each site of the code fired ([SCENARIOS.md](SCENARIOS.md#buggify-sites)); a run without any is inconclusive.\n\n| counter | counts |\n|---|---|\n${reached.join("\n")}\n`;
  return [HEAD, ...chapters, SERIES, counters].join("\n");
}

function table(metrics: readonly Definition[]): string {
  const rows = metrics.map(
    (d) => `| \`${d.name}\` | ${d.unit} | ${SAMPLE_TEXT[d.sampling]} | ${d.better ?? "–"} | ${d.what} | ${d.span} |`,
  );
  return `| metric | unit | one sample for | better | what is counted | from when to when |\n|---|---|---|---|---|---|\n${rows.join("\n")}\n`;
}
