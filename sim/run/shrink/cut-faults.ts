/** The first cuts: when the run ends, which faults it has, and whom they meet. */
import { US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import type { Fault, Options } from "../../options.ts";
import { FAULT_KINDS } from "../scenario/fault-kinds.ts";
import { ddmin } from "./ddmin.ts";
import { machinesOf } from "./machines.ts";
import type { Attempts } from "./attempts.ts";

/** What is left after the rule was broken, so that the run does not end in the same instant. */
const AFTER_US = 100 * US_PER_MS;
/** Lengths and times worth trying in place of drawn ones, shortest first (us). */
const ROUND_US = [100, 500, 1000, 2000, 5000, 10_000].map((ms) => ms * US_PER_MS);

/** Ends the run soon after the rule is broken, and lets faults that come later go. */
export function cutHorizon(a: Attempts): void {
  const at = a.brokenAtUs;
  if (at === 0) return;
  const { durationUs, settleUs } = a.options;
  if (at < durationUs) {
    const ends = at + AFTER_US;
    const faults = a.options.faults.filter((fault) => fault.atUs < ends);
    if (ends < durationUs && a.still({ durationUs: ends, faults, modes: ["safety"], seriesStepUs: US_PER_S })) return;
    a.still({ faults: a.options.faults.filter((fault) => fault.atUs <= at) });
    return;
  }
  // It broke in the quiet after the faults: the faults may end sooner, and the quiet be shorter.
  const last = Math.max(US_PER_S, ...a.options.faults.map((fault) => fault.atUs + fault.forUs + US_PER_S));
  if (last < durationUs) a.still({ durationUs: last });
  for (let settle = settleUs / 2; settle >= US_PER_S && a.still({ settleUs: Math.round(settle) }); settle /= 2);
}

/** Leaves faults out, makes those that are left meet one machine each, and gives them round times and lengths. */
export function cutFaults(a: Attempts): void {
  leaveOut(a);
  if (a.options.faults.some((fault) => isLoose(fault))) {
    for (const fault of a.options.faults) if (isLoose(fault)) nameTheVictim(a, fault);
    leaveOut(a);
  }
  for (const fault of a.options.faults) roundOff(a, fault);
}

function leaveOut(a: Attempts): void {
  ddmin(a.options.faults, (faults) => a.still({ faults }), a.spent);
}

/** It meets whoever is there, and not a machine that the plan names. */
function isLoose(fault: Fault): boolean {
  return !["host", "hosts", "region"].includes(fault.target.pick) && FAULT_KINDS[fault.kind].target === "hosts";
}

function replaced(a: Attempts, id: string, change: Partial<Fault>): Options["faults"] {
  return a.options.faults.map((fault) => (fault.id === id ? { ...fault, ...change } : fault));
}

/** One machine alone, if one is enough; else all that exist, one fault each, of which those not needed are left out again. */
function nameTheVictim(a: Attempts, fault: Fault): void {
  const hosts = machinesOf(a.options);
  for (const index of hosts) if (a.still({ faults: replaced(a, fault.id, { target: { pick: "host", index } }) })) return;
  // Who are parted from the rest together are one fault.
  if (fault.kind === "isolate") {
    const named = (indices: readonly number[]) => replaced(a, fault.id, { target: { pick: "hosts", indices } });
    if (a.still({ faults: named(hosts) })) ddmin(hosts, (indices) => a.still({ faults: named(indices) }), a.spent);
    return;
  }
  const each = hosts.map((index): Fault => ({ ...fault, id: `${fault.id}-${index + 1}`, target: { pick: "host", index } }));
  const place = a.options.faults.findIndex(({ id }) => id === fault.id);
  a.still({ faults: [...a.options.faults.slice(0, place), ...each, ...a.options.faults.slice(place + 1)] });
}

function roundOff(a: Attempts, { id }: Fault): void {
  const now = (): Fault => a.options.faults.find((fault) => fault.id === id) as Fault;
  for (const forUs of ROUND_US) if (forUs < now().forUs && a.still({ faults: replaced(a, id, { forUs }) })) break;
  const { forUs, amount, atUs } = now();
  if (forUs % US_PER_S !== 0 && forUs > US_PER_S) a.still({ faults: replaced(a, id, { forUs: Math.ceil(forUs / US_PER_S) * US_PER_S }) });
  if (amount !== 1 && !a.still({ faults: replaced(a, id, { amount: 1 }) })) {
    const round = amount > 10 ? Math.round(amount) : Math.round(amount * 10) / 10;
    if (round > 0 && round !== amount) a.still({ faults: replaced(a, id, { amount: round }) });
  }
  const { on } = now();
  if (on !== undefined && on.afterUs > 0) a.still({ faults: replaced(a, id, { on: { ...on, afterUs: 0 } }) });
  for (const step of [US_PER_S, 100 * US_PER_MS, 10 * US_PER_MS]) {
    const round = Math.max(step, Math.round(atUs / step) * step);
    // A fault at the very end would never come, and the file that says so could not be read.
    if (round >= a.options.durationUs) continue;
    if (round === atUs || a.still({ faults: replaced(a, id, { atUs: round }) })) return;
  }
}
