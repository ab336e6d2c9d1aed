/** `faults.plan` of a scenario. */
import type { Result } from "../../../src/base/result.ts";
import { err, ok } from "../../../src/base/result.ts";
import type { BuggifyOptions, CutShape, Fault, FaultTarget, RegionOptions, SwarmOptions } from "../../options.ts";
import type { FaultKind } from "./fault-kinds.ts";
import { FAULT_KINDS } from "./fault-kinds.ts";
import type { TextFault } from "./law-text.ts";
import { microseconds } from "./quantity.ts";
import type { Section } from "./section.ts";
import { parseTarget } from "./target-text.ts";

/** The planned faults in the order of the file; ids are unique. `stepsTold`: the coordinator tells the steps of its moves, which faults can wait for. */
export function faultsOf(section: Section, regions: readonly RegionOptions[], durationUs: number, stepsTold: boolean): Fault[] {
  const names = regions.map((region) => region.name);
  const faults: Fault[] = [];
  for (const [index, entry] of section.items("plan").entries()) {
    const fault = faultOf(entry, index, names);
    if (faults.some((other) => other.id === fault.id)) entry.complain("id", `the id ${fault.id} is given twice`);
    if (fault.atUs >= durationUs) entry.complain("at", "is not before the end of the run; the fault would never come");
    if (!stepsTold && fault.on !== undefined && fault.on.step !== "decided")
      entry.complain(
        "on",
        `expected decided, or conf.monitoring.detailed_logging on: without it no move tells that it is ${fault.on.step}, and the fault would never begin`,
      );
    faults.push(fault);
  }
  return faults;
}

/** What each seed draws by itself, or null. */
export function swarmOf(section: Section): SwarmOptions | null {
  if (!section.has("swarm")) return null;
  const swarm = section.child("swarm");
  return { subset: swarm.text("subset", "random") as SwarmOptions["subset"], world: swarm.text("world", "fixed") as SwarmOptions["world"] };
}

/** The shares FoundationDB's sites have. */
const USUAL_SHARE = 0.25;

/** `faults.buggify`: null where it is not asked for. */
export function buggifyOf(section: Section): BuggifyOptions | null {
  if (!section.has("buggify")) return null;
  const buggify = section.child("buggify");
  return { active: buggify.number("active", USUAL_SHARE), fires: buggify.number("fires", USUAL_SHARE) };
}

function faultOf(entry: Section, index: number, regions: readonly string[]): Fault {
  const kind = entry.text("kind") as Fault["kind"];
  const form = FAULT_KINDS[kind];
  checkForm(entry, kind, form);
  const every = entry.parsed<number | null>("every", parseEvery, null);
  if (!entry.has("at") && !entry.has("every")) entry.complain("kind", "needs `at` or `every`");
  return {
    id: entry.text("id", `${kind}-${index + 1}`),
    kind,
    atUs: entry.us("at", 0),
    everyUs: every,
    forUs: form.lasts === "required" ? entry.us("for") : entry.us("for", 0),
    target: targetOf(entry, form, regions),
    amount: amountOf(entry, form),
    close: entry.flag("close", form.close ?? true),
    ...(entry.has("shape") ? { shape: entry.text("shape") as CutShape } : {}),
    ...onOf(entry),
  };
}

function onOf(entry: Section): Pick<Fault, "on"> {
  if (entry.has("on")) return { on: { step: entry.text("on") as NonNullable<Fault["on"]>["step"], afterUs: entry.us("after", 0) } };
  if (entry.has("after")) entry.complain("after", "has no effect without `on`");
  return {};
}

function checkForm(entry: Section, kind: string, form: FaultKind): void {
  const idle = (key: string) => {
    if (entry.has(key)) entry.complain(key, `has no effect on ${kind}`);
  };
  if (form.target === "none") idle("target");
  if (form.lasts === "none") idle("for");
  if (form.amount === null) idle("amount");
  if (form.close === null) idle("close");
  if (form.shape === undefined) idle("shape");
}

function targetOf(entry: Section, form: FaultKind, regions: readonly string[]): FaultTarget {
  if (form.target === "none") return { pick: "all" };
  if (!entry.has("target")) {
    entry.complain("kind", "needs a `target`");
    return { pick: "all" };
  }
  const target = entry.parsed<FaultTarget>("target", (text) => parseTarget(text, regions), { pick: "all" });
  if (target.pick === "move" && !entry.has("on")) entry.complain("target", `move.${target.end} is known only with \`on\``);
  if (form.target === "region" && (target.pick !== "region" || target.share !== 1))
    entry.complain("target", "expected a whole region, such as hosts[region=EU]");
  return target;
}

function amountOf(entry: Section, form: FaultKind): number {
  if (form.amount === null) return 1;
  const { min, max, usual, meaning } = form.amount;
  const amount = entry.number("amount", usual);
  if (amount < min || amount > max) entry.complain("amount", `expected a ${meaning} from ${min} to ${max}, found ${amount}`);
  return amount;
}

function parseEvery(text: string): Result<number | null, TextFault> {
  const inner = /^poisson\((.*)\)$/.exec(text)?.[1];
  const us = microseconds((inner ?? text).trim());
  if (us !== undefined && us > 0) return ok(Math.round(us));
  return err({
    offset: inner === undefined ? 0 : "poisson(".length,
    message: `expected poisson(90s) or a time above 0, found ${JSON.stringify(text)}`,
  });
}
