/** What a seed's draws make of the machines, written out. */
import { assert } from "../../src/base/assert.ts";
import { US_PER_S } from "../../src/base/time.ts";
import { HostDraws, type Start } from "../fleet/host-draws.ts";
import { HostFleet } from "../fleet/hosts.ts";
import { type ListedHost, type Options, runLengthUs } from "../options.ts";
import { rootOf } from "./root-stream.ts";

/**
 * The machines that a seed's draws make, as a list: with `withHosts` they have the same profiles, are up at the start or come up first at the
 * same instants. When they went by themselves is left out; faults can say it. Machines that never come up do so after the end. What a swarm draws must
 * have been drawn.
 */
export function explicitHosts(options: Options, seed: number): ListedHost[] {
  assert(options.swarm === null, "explicit hosts: a swarm draws its hosts first");
  const draws = new HostDraws(options, rootOf(options, seed));
  const first = options.vps.sites.length + 1;
  return Array.from({ length: HostFleet.count(options) - first + 1 }, (_, i) => {
    const { upS, comesS } = startOf(first + i, draws, options);
    return { ...draws.machine(first + i), upS, comesS };
  });
}

function startOf(host: number, draws: HostDraws, options: Options): Pick<Start, "upS" | "comesS"> {
  const trace = options.hosts.availability;
  if (trace === null) return draws.start(host);
  const first = draws.traceUps(host, trace)[0];
  if (first === undefined) return { upS: 0, comesS: runLengthUs(options) / US_PER_S + 1 };
  return first.startS > 0 ? { upS: 0, comesS: first.startS } : { upS: -first.startS, comesS: 0 };
}
