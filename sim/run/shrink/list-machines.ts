/** Machines one by one in place of the laws that drew them, and their own departures as faults. */
import { US_PER_S } from "../../../src/base/time.ts";
import type { HostId } from "../../../src/core/protocol/ids.ts";
import { withHosts } from "../../fleet/listed.ts";
import type { Fault } from "../../options.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import { explicitHosts } from "../explicit-hosts.ts";
import type { Attempts } from "./attempts.ts";

/** Lists the machines of the run that stands, if the failure bears it: without their own departures, or with them in the plan. */
export function listMachines(a: Attempts): void {
  const { options } = a;
  if (options.hosts.list !== null) return;
  const hosts = withHosts(options.hosts, explicitHosts(options, a.seed));
  if (a.still({ hosts }) || options.hosts.uptimeS === null) return;
  const departures = new Departures(options.vps.sites.length);
  a.once(options, departures);
  const planned = new Set(options.faults.map((fault) => fault.atUs));
  const faults = [...options.faults, ...departures.faults().filter((fault) => !planned.has(fault.atUs))];
  a.still({ hosts, faults: faults.sort((one, other) => one.atUs - other.atUs) });
}

/** Notes when machines went and came back. */
class Departures implements Observer {
  readonly #sites: number;
  readonly #went: { host: HostId; at: number; how: HostTruth; backAt: number }[] = [];

  constructor(sites: number) {
    this.#sites = sites;
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    if (host <= this.#sites) return;
    if (truth.startsWith("down")) this.#went.push({ host, at, how: truth, backAt: -1 });
    else if (truth === "up") {
      const last = this.#went.findLast((went) => went.host === host);
      if (last !== undefined) last.backAt = at;
    }
  }

  /** A polite departure began before the machine went; a crash with a closing connection comes nearest to what is known of it. */
  faults(): Fault[] {
    return this.#went.map(({ host, at, how, backAt }, n) => ({
      id: `went-${n + 1}`,
      kind: "crash",
      atUs: at,
      everyUs: null,
      forUs: backAt < 0 ? 3600 * US_PER_S : backAt - at,
      target: { pick: "host", index: host - this.#sites - 1 },
      amount: 1,
      close: how !== "down-silent",
    }));
  }
}
