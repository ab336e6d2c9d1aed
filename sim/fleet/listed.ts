/** Machines one by one instead of by laws. */
import type { Law } from "../../src/base/laws.ts";
import type { HostOptions, ListedHost } from "../options.ts";

/** Stands for a law that a list of machines leaves nothing to draw by. */
const UNDRAWN: Law = { law: "constant", value: 0 };

/** Host options with these machines, which come when the list says and go by the plan of faults alone. */
export function withHosts(hosts: Pick<HostOptions, "uploadShare" | "leave" | "metricsNoise">, list: readonly ListedHost[]): HostOptions {
  return {
    list,
    count: list.length,
    cpuGhz: UNDRAWN,
    cpuCores: UNDRAWN,
    freeRamMb: UNDRAWN,
    uploadMbps: UNDRAWN,
    uploadShare: hosts.uploadShare,
    jitterMs: UNDRAWN,
    packetRate: UNDRAWN,
    frameTimeMs: UNDRAWN,
    uptimeS: null,
    downtimeS: null,
    availability: null,
    leave: hosts.leave,
    metricsNoise: hosts.metricsNoise,
  };
}
