/** The inside of a worker thread of a campaign: as the plain one, with each seed watched and its outcome made small. */
import { workerData } from "piscina";
import { serveTicket, type Ticket, type WorkerSetup } from "../ticket.ts";
import { slim, swarmRun, type SwarmOutcome } from "./swarm-run.ts";

/** Runs one seed; called by the pool by this name. */
export async function runTicket(ticket: Ticket): Promise<SwarmOutcome> {
  // As in the plain worker: a long loop entered straight from the message handler runs far slower than one entered after an await.
  await Promise.resolve();
  return slim({ planned: {}, most: {}, ...serveTicket(workerData as WorkerSetup, ticket, swarmRun) });
}
