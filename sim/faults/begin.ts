/** Which kind of fault does what to whom: one line for each kind. */
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Fault } from "../options.ts";
import { METER } from "../world/meters.ts";
import { equivocate, staleReplay } from "./liars.ts";
import { clog, cut, halfOpen, isolate, rebind, regionOutage, shake, swizzleClog, trouble } from "./lines.ts";
import type { Occurrence, Part, Tools } from "./part.ts";
import {
  churn,
  clockDrift,
  clockJump,
  crash,
  failValidation,
  leave,
  LEAVE_WATCHED_US,
  lieMetrics,
  pause,
  slowCpu,
  staleReturn,
} from "./processes.ts";
import { dropPlayers, flashCrowd, pauseCoordinator, restartCoordinator, rollBack, troubleStore } from "./services.ts";
import { victims } from "./victims.ts";

const US_PER_MS = 1000;
const US_PER_S = 1_000_000;
/** A machine that comes back has read its file by then; a clock that was set was looked at by then. */
const WATCHED_US = 30 * US_PER_S;

type Begin = (tools: Tools, occurrence: Occurrence) => Part[];

/** A kind that does the same to each host it meets. */
function each(begin: (tools: Tools, host: HostId, fault: Fault, occurrence: Occurrence) => Part): Begin {
  return (tools, occurrence) => met(tools, occurrence).map((host) => begin(tools, host, occurrence.fault, occurrence));
}

function met({ world, options, whom }: Tools, { fault, index, n, ends }: Occurrence): HostId[] {
  const { target } = fault;
  if (target.pick !== "move") return victims(world, options, target, whom, index, n);
  const host = target.end === "source" ? ends?.from : ends?.to;
  return host !== undefined && host > options.vps.sites.length && world.machines.up[host] === 1 ? [host] : [];
}

const KINDS: Readonly<Record<Fault["kind"], Begin>> = {
  crash: each(crash),
  leave: each(leave),
  pause: each((tools, host, fault) => pause(tools, host, fault.forUs)),
  cut: each((tools, host, fault) => cut(tools, host, true, true, fault.shape)),
  "one-way-cut": each((tools, host, fault) => cut(tools, host, !fault.close, fault.close, fault.shape)),
  "region-outage": regionOutage,
  isolate: (tools, occurrence) => isolate(tools, met(tools, occurrence)),
  "jitter-burst": each((tools, host, fault) => shake(tools, host, fault.amount, 0, fault.forUs)),
  "loss-burst": each((tools, host, fault) => shake(tools, host, 1, fault.amount, fault.forUs)),
  duplicate: each((tools, host, fault) => trouble(tools, host, "duplicate", fault.amount, METER.duplicated)),
  reorder: each((tools, host, fault) => trouble(tools, host, "reorderUs", Math.round(fault.amount * US_PER_MS), METER.reordered)),
  corrupt: each((tools, host, fault) => trouble(tools, host, "corrupt", fault.amount, METER.damaged)),
  "slow-line": each((tools, host, fault) => trouble(tools, host, "slower", fault.amount, METER.slowed)),
  clog: each(clog),
  "swizzle-clog": (tools, occurrence) => swizzleClog(tools, met(tools, occurrence), occurrence),
  "half-open": each((tools, host, fault) => halfOpen(tools, host, !fault.close)),
  rebind: each(rebind),
  "slow-cpu": each((tools, host, fault) => slowCpu(tools, host, Math.round(fault.amount * US_PER_MS))),
  "clock-drift": each((tools, host, fault) => clockDrift(tools, host, fault.amount)),
  "clock-jump": each((tools, host, fault) => clockJump(tools, host, Math.round(fault.amount * US_PER_MS))),
  "stale-return": each(staleReturn),
  churn: each((tools, host, fault, occurrence) => churn(tools, host, fault.amount * US_PER_S, occurrence)),
  "validation-fail": each(failValidation),
  "lie-metrics": each((tools, host, fault) => lieMetrics(tools, host, fault.amount)),
  "stale-replay": each((tools, host, fault) => staleReplay(tools, host, fault.amount)),
  equivocate: each((tools, host, fault, occurrence) => equivocate(tools, host, fault.amount, occurrence)),
  "store-slow": (tools, { fault }) => [troubleStore(tools, "slow", fault.amount)],
  "store-fail": (tools, { fault }) => [troubleStore(tools, "fail", fault.amount)],
  "store-unknown": (tools, { fault }) => [troubleStore(tools, "unknown", fault.amount)],
  "store-refuse": (tools, { fault }) => [troubleStore(tools, "refuse", fault.amount)],
  "store-timeout": (tools, { fault }) => [troubleStore(tools, "timeout", fault.amount)],
  "store-full": (tools, { fault }) => [troubleStore(tools, "full", fault.amount)],
  "store-rollback": (tools, { fault }) => [rollBack(tools, Math.round(fault.amount * US_PER_MS))],
  "coordinator-restart": restartCoordinator,
  "coordinator-pause": pauseCoordinator,
  "player-drop": (tools, occurrence) => [dropPlayers(tools, occurrence)],
  "flash-crowd": (tools, occurrence) => [flashCrowd(tools, occurrence)],
};

/** Begins an occurrence of a fault; gives its parts, none if it met nobody. */
export function begun(tools: Tools, occurrence: Occurrence): Part[] {
  return KINDS[occurrence.fault.kind](tools, occurrence);
}

/** How long a fault that leaves nothing to end is watched for its effect (us); 0: it is known at once. */
export function watchedUs({ kind, forUs }: Fault): number {
  if (kind === "leave") return LEAVE_WATCHED_US;
  if (kind === "churn" || kind === "flash-crowd") return forUs;
  return kind === "stale-return" ? forUs + WATCHED_US : kind === "clock-jump" ? WATCHED_US : 0;
}
