/** A worker that stands in for the simulator in tests of the pool: what it does is read from the seed. */
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "piscina";
import type { RunOutcome } from "../outcome.ts";
import { failedOutcome, serveTicket, type Ticket, type WorkerSetup } from "./ticket.ts";

/** Seeds below 900 run; 901 throws, 902 ends its thread, 903 never ends. Even seeds take longer than odd ones. */
export async function runTicket(ticket: Ticket): Promise<RunOutcome> {
  if (ticket.seed === 902) process.exit(1);
  if (ticket.seed === 903) await sleep(600_000);
  await sleep(ticket.seed % 2 === 0 ? 20 : 1);
  return serveTicket(workerData as WorkerSetup, ticket, (options, seed, hooks) => {
    if (seed === 901) throw new RangeError("seed 901 throws");
    hooks.progress?.(seed * 1000);
    hooks.trace?.(JSON.stringify({ seed }));
    return { ...failedOutcome(seed, "ok", "none", options.scenario), fingerprint: `f${seed}`, violations: [], violationsTotal: 0 };
  });
}
