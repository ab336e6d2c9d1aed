/** Runs a seed up to an instant and explains one map there. */
import { explainMap } from "../../../src/core/hosting/explain.ts";
import type { HostTable } from "../../../src/core/hosting/host-table.ts";
import { type HostId, type MapId, NO_HOST } from "../../../src/core/protocol/ids.ts";
import type { Options } from "../../options.ts";
import type { World } from "../../world/world.ts";
import { runSeed } from "../run-seed.ts";
import { explainDocument } from "./build.ts";
import type { ExplainDocument } from "./document.ts";
import { MapHistory } from "./map-history.ts";
import type { NameOf } from "./words.ts";

/** What is asked: a map of one run, at virtual microseconds that lie within it, with so many candidates shown (at least 1). */
export type ExplainRequest = {
  readonly options: Options;
  readonly seed: number;
  readonly map: MapId;
  readonly at: number;
  readonly top: number;
};

/** The answer. `progress` is told the virtual microseconds reached. Throws what the simulator throws. */
export function explainRun(request: ExplainRequest, progress: (virtualUs: number) => void): ExplainDocument {
  const { options, seed, map, at, top } = request;
  const history = new MapHistory(map);
  let document: ExplainDocument | undefined;
  runSeed(options, seed, {
    progress,
    until: at,
    watch: history,
    ended: (world, end) => {
      const { hosting } = world.coordinator;
      const view = explainMap(hosting, map, end, top);
      const name = nameBy(hosting.table, options);
      const servedBy = serverOf(world, map, end);
      document = explainDocument({ options, seed, view, history, name, coordinatorUp: world.coordinatorUp, servedBy });
    },
  });
  if (document === undefined) throw new Error("a run ends");
  return document;
}

/** The machine that is up, within reach at `at` (us) and serves the map under the highest epoch; NO_HOST for none. */
function serverOf({ hosts, machines }: World, map: MapId, at: number): HostId {
  let server = NO_HOST;
  let highest = -1;
  hosts.forEach((actor, host) => {
    const held = actor?.serving.get(map);
    const here = machines.up[host] === 1 && machines.cut[host] === 0 && (machines.pausedUntil[host] as number) <= at;
    if (held?.stage !== "active" || !here || held.epoch <= highest) return;
    server = host;
    highest = held.epoch;
  });
  return server;
}

/** Names by what is known of a host; VPS sites are numbered first in every run. */
function nameBy(table: HostTable, { regions, vps }: Options): NameOf {
  return (host) => {
    const slot = table.slotOf(host);
    const region = vps.sites[host - 1]?.region ?? (slot < 0 ? undefined : table.profileOf(slot).region);
    const called = host <= vps.sites.length ? `VPS site ${host}` : `host ${host}`;
    return region === undefined ? called : `${called} (${regions[region]?.name ?? region})`;
  };
}
