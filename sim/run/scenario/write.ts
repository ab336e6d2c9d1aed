/** Options → scenario file: a run written down so that it replays from this one file, at later commits too. */
import type { MapConf } from "../../../src/core/settings.ts";
import type { Options, Threshold } from "../../options.ts";
import { faultsYaml } from "./write-faults.ts";
import { lawYaml } from "./write-law.ts";
import { timeText } from "./write-quantity.ts";
import { allWritten } from "./write-rest.ts";
import { fleetYaml, networkYaml, vpsYaml } from "./write-world.ts";
import { fieldsOf, yamlText } from "./write-yaml.ts";
import type { Yaml } from "./write-yaml.ts";

const NAME = /^[a-z0-9][a-z0-9_/-]*$/;

/**
 * A scenario file of one seed that says everything: it extends nothing, takes no preset and reads no trace, and every value stands in it, so that a
 * later default moves nothing. Read again, it gives the same options (a name of other characters than a file may say is spelt with those) and, at the
 * same commit, the same run. `notes` become the comment at its head.
 */
export function scenarioText(options: Options, seed: number, notes: readonly string[]): string {
  const { scenario, draws, title, modes, fidelity, game, durationUs, settleUs, eagerHeartbeats, planted, ...others } = options;
  const { sealing, rekey, ...world } = others;
  const { conf, tuning, regions, network, hosts, players, maps, vps, store, faults, swarm, buggify, heal, reconnectS, ...judged } = world;
  const { thresholds, require, seriesStepUs, ...rest } = judged;
  allWritten(rest);
  const name = nameText(scenario);
  const head = notes.flatMap((note) => note.split("\n")).map((line) => (line === "" ? "#\n" : `# ${line}\n`));
  const text = yamlText([
    { key: "schema", value: "peerstead-scenario/1" },
    { key: "name", value: name },
    ...(draws === name ? [] : [{ key: "draws", value: draws }]),
    { key: "title", value: title },
    { key: "mode", comment: "How it is run and judged.", value: modes },
    { key: "fidelity", value: fidelity },
    { key: "game", value: gameYaml(game) },
    { key: "duration", value: timeText(durationUs) },
    { key: "settle", value: timeText(settleUs) },
    { key: "heartbeats", value: eagerHeartbeats ? "eager" : "lazy" },
    ...(planted.length === 0 ? [] : [{ key: "planted", value: planted }]),
    { key: "seeds", value: fieldsOf({ from: seed, count: 1 }) },
    {
      key: "fleet",
      comment: "Who plays, on which maps, on whose machines.",
      value: fleetYaml({ regions, hosts, players, maps, reconnectS, network }),
    },
    { key: "network", comment: "Delay and loss.", value: networkYaml(network, regions) },
    { key: "vps", comment: "What the operator rents.", value: vpsYaml({ vps, network, regions }) },
    { key: "sealing", comment: "Whether messages travel in sealed envelopes.", value: sealingYaml(sealing, rekey) },
    { key: "store", comment: "The store of ownership.", value: storeYaml(store) },
    { key: "faults", comment: "What goes wrong.", value: faultsYaml({ faults, swarm, buggify, heal, regions }) },
    { key: "require", comment: "What must hold.", value: fieldsOf(require) },
    { key: "thresholds", value: thresholdsYaml(thresholds) },
    { key: "series", comment: "The report.", value: fieldsOf({ step: timeText(seriesStepUs) }) },
    { key: "conf", comment: "All settings of the coordinator, so that a later default changes nothing.", value: confYaml(conf) },
    { key: "tuning", value: fieldsOf(tuning) },
  ]);
  return `${head.join("")}${text}`;
}

/** The name of a file can hold more than a name may. */
function nameText(name: string): string {
  if (NAME.test(name)) return name;
  const spelt = name.toLowerCase().replace(/[^a-z0-9_/-]+/g, "-");
  return NAME.test(spelt) ? spelt : `scenario${spelt}`;
}

function gameYaml({ folder, fieldSide, clicksS, ...rest }: Options["game"]): Yaml {
  allWritten(rest);
  const given = { ...(folder === null ? {} : { folder }), ...(fieldSide === null ? {} : { fieldSide }) };
  return fieldsOf({ ...given, clicks: lawYaml(clicksS, "s") });
}

function sealingYaml(mode: Options["sealing"], { messages, us, ...rest }: Options["rekey"]): Yaml {
  allWritten(rest);
  return fieldsOf({ mode, rekeyMessages: messages, rekeyAfter: timeText(us) });
}

function storeYaml({ latencyMs, ...rest }: Options["store"]): Yaml {
  allWritten(rest);
  return fieldsOf({ latency: lawYaml(latencyMs, "ms") });
}

function thresholdsYaml(thresholds: readonly Threshold[]): Yaml {
  const byMetric = new Map<string, string[]>();
  for (const { metric, expression, ...rest } of thresholds) {
    allWritten(rest);
    byMetric.set(metric, [...(byMetric.get(metric) ?? []), expression]);
  }
  return byMetric;
}

/** Which maps players may host is said with the maps. */
function confYaml(conf: MapConf): Yaml {
  const { p2p_eligible_maps: _, task_distribution, general, host_requirements, realtime_gaming, failover, monitoring, ...named } = conf;
  const { relays, assistance_levels, ...rest } = named;
  allWritten(rest);
  const { priorities, ...distribution } = task_distribution;
  return fieldsOf({
    general: fieldsOf(general),
    host_requirements: fieldsOf(host_requirements),
    realtime_gaming: fieldsOf(realtime_gaming),
    task_distribution: fieldsOf({ ...distribution, priorities: fieldsOf(priorities) }),
    failover: fieldsOf(failover),
    monitoring: fieldsOf(monitoring),
    relays: fieldsOf(relays),
    assistance_levels: fieldsOf(assistance_levels),
  });
}
