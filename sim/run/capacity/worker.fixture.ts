/** A worker that stands in for the simulator in tests of searches: what comes of a load is read from the scenario's title. */
import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "piscina";
import type { RunOutcome } from "../../outcome.ts";
import { someMetrics, someOutcome } from "../document.fixture.ts";
import { serveTicket, type Ticket, type WorkerSetup } from "../ticket.ts";

const HO4 = { rule: "HO4", at_s: 12, message: "two hosts serve field_3" };

/** What a load of that many players comes to, by the title of the scenario. Interruptions of more than 3,000 ms are too long. */
const WORLDS: Readonly<Record<string, (players: number, seed: number) => Partial<RunOutcome>>> = {
  // One millisecond for ten players; one seed is a little worse than the other.
  grows: (players, seed) => took(players / 10 + seed),
  // Too long between 30,000 and 40,000 players only.
  hole: (players) => took(players > 30_000 && players < 40_000 ? 5000 : 100),
  never: () => took(5000),
  always: () => took(100),
  // Nobody is ever interrupted below 20,000.
  quiet: (players) => ({ metrics: someMetrics({ interruption_ms: players < 20_000 ? [] : [players / 10] }) }),
  dies: () => took(100),
  waits: () => took(100),
  unsafe: (players) => ({ ...took(100), ...(players > 40_000 ? { result: "safety", violations: [HO4], violationsTotal: 1 } : {}) }),
};

/** Takes a moment; with 45,000 players and more the world that `waits` never ends, and the one that `dies` ends its thread. */
export async function runTicket(ticket: Ticket): Promise<RunOutcome> {
  const { options, seed } = ticket;
  const players = options.players.initial;
  if (options.title === "waits" && players >= 45_000) await sleep(600_000);
  if (options.title === "dies" && players >= 45_000) process.exit(1);
  await sleep(seed % 2 === 0 ? 10 : 1);
  return serveTicket(workerData as WorkerSetup, ticket, () => {
    const left = WORLDS[options.title]!(players, seed);
    return { ...someOutcome(seed), ...left, fingerprint: `f${seed}-${players}` };
  });
}

function took(ms: number): Pick<RunOutcome, "metrics"> {
  return { metrics: someMetrics({ interruption_ms: [Math.round(ms)] }) };
}
