/** Faults as scenario files write them, by the same table as they are read. */
import { unreachable } from "../../../src/base/assert.ts";
import type { Fault, FaultTarget, Options } from "../../options.ts";
import { FAULT_KINDS } from "./fault-kinds.ts";
import { percentText, timeText } from "./write-quantity.ts";
import { allWritten } from "./write-rest.ts";
import { fieldsOf } from "./write-yaml.ts";
import type { Yaml } from "./write-yaml.ts";

/** The section `faults`. */
export function faultsYaml({
  faults,
  swarm,
  buggify,
  heal,
  regions,
}: Pick<Options, "faults" | "swarm" | "buggify" | "heal" | "regions">): Yaml {
  const names = regions.map((region) => region.name);
  return fieldsOf({
    plan: faults.map((fault) => faultYaml(fault, names)),
    swarm: swarm === null ? undefined : fieldsOf(swarm),
    buggify: buggify === null ? undefined : fieldsOf(buggify),
    heal,
  });
}

function faultYaml(fault: Fault, regions: readonly string[]): Yaml {
  const { id, kind, atUs, everyUs, forUs, target, amount, close, shape, on, ...rest } = fault;
  allWritten(rest);
  const form = FAULT_KINDS[kind];
  return fieldsOf({
    id,
    kind,
    at: timeText(atUs),
    every: everyUs === null ? undefined : `poisson(${timeText(everyUs)})`,
    on: on?.step,
    after: on === undefined || on.afterUs === 0 ? undefined : timeText(on.afterUs),
    target: form.target === "none" ? undefined : targetText(target, regions),
    for: form.lasts === "none" ? undefined : timeText(forUs),
    amount: form.amount === null ? undefined : amount,
    close: form.close === null ? undefined : close,
    shape,
  });
}

/** Whom a fault meets: the way back from `parseTarget`. */
function targetText(target: FaultTarget, regions: readonly string[]): string {
  switch (target.pick) {
    case "all":
      return "all";
    case "share":
      return `${percentText(target.share)}%`;
    case "count":
      return String(target.count);
    case "region":
      return `hosts[region=${regions[target.region]}]${target.share === 1 ? "" : `|${percentText(target.share)}%`}`;
    case "busiest":
      return target.count === 1 ? "host.busiest" : `host.busiest|${target.count}`;
    case "host":
      return `host.${target.index}`;
    case "hosts":
      return `host.${target.indices.join(",")}`;
    case "move":
      return `move.${target.end}`;
    default:
      return unreachable(target);
  }
}
