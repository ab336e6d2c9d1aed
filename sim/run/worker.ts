/** The inside of a worker thread. It lives as long as the pool, so that the simulator is compiled once and stays fast. */
import { workerData } from "piscina";
import type { RunOutcome } from "../outcome.ts";
import { runSeed } from "./run-seed.ts";
import { serveTicket, type Ticket, type WorkerSetup } from "./ticket.ts";

/** Runs one seed; called by the pool by this name. */
export async function runTicket(ticket: Ticket): Promise<RunOutcome> {
  // A long loop entered straight from the message handler runs about five times slower in V8 than one entered after an await.
  await Promise.resolve();
  return serveTicket(workerData as WorkerSetup, ticket, runSeed);
}
