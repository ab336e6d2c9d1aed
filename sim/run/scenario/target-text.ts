/** Whom a fault meets, as scenario files write it. */
import type { Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import { nearest } from "../../../src/base/text/nearest.ts";
import type { FaultTarget } from "../../options.ts";
import type { TextFault } from "./law-text.ts";
import { share } from "./quantity.ts";

const REGION = /^hosts\[region=([A-Za-z0-9_-]+)\](?:\|(.*))?$/;
const ONE = /^host\.(busiest|[0-9]+)(?:\|([0-9]+))?$/;
const SEVERAL = /^host\.[0-9]+(?:,[0-9]+)+$/;
const END = /^move\.(source|target)$/;
const FORMS = "all, 5, 10%, hosts[region=EU], hosts[region=EU]|10%, host.busiest, host.busiest|3, host.7, host.3,7,9 or move.source";

/**
 * Reads `all`, `5`, `10%`, `hosts[region=EU]`, `hosts[region=EU]|10%`, `host.busiest`, `host.busiest|3`, `host.7`, `host.3,7,9`, `move.source`.
 * `regions` are the names a region may have; the answer holds its index.
 */
export function parseTarget(text: string, regions: readonly string[]): Result<FaultTarget, TextFault> {
  if (text === "all") return ok({ pick: "all" });
  const whole = share(text);
  if (whole !== undefined) return ok({ pick: "share", share: whole });
  if (/^[1-9][0-9]{0,8}$/.test(text)) return ok({ pick: "count", count: Number(text) });
  const region = REGION.exec(text);
  if (region) return regionTarget(text, region[1]!, region[2], regions);
  const one = ONE.exec(text);
  if (one?.[1] === "busiest") return ok({ pick: "busiest", count: Number(one[2] ?? "1") });
  if (SEVERAL.test(text)) return ok({ pick: "hosts", indices: text.slice("host.".length).split(",").map(Number) });
  const end = END.exec(text)?.[1];
  if (end !== undefined) return ok({ pick: "move", end: end as "source" | "target" });
  if (one && one[2] === undefined) return ok({ pick: "host", index: Number(one[1]) });
  return err({ offset: 0, message: `expected a target (${FORMS}), found ${JSON.stringify(text)}` });
}

function regionTarget(text: string, name: string, part: string | undefined, regions: readonly string[]): Result<FaultTarget, TextFault> {
  const index = regions.indexOf(name);
  if (index < 0) {
    const near = nearest(name, regions);
    const hint = near ? `did you mean "${near}"?` : `known are ${regions.join(", ")}`;
    return err({ offset: text.indexOf("=") + 1, message: `unknown region "${name}"; ${hint}` });
  }
  const among = part === undefined ? 1 : share(part);
  if (among === undefined)
    return err({ offset: text.indexOf("|") + 1, message: `expected a share such as 10%, found ${JSON.stringify(part)}` });
  return ok({ pick: "region", region: index, share: among });
}
