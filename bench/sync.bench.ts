/**
 * What a host's queue of durable operations costs, and what sending them in batches is worth to the processor alone: the same queue over the same table
 * in memory, whose every request is answered at once, with batches and with one request an operation. Both sides take turns in one process. What a
 * database charges for a commit comes on top, once a request.
 */
import { OwnershipTable } from "../src/adapters/memory/ownership-table.ts";
import type { Operation } from "../src/core/protocol/operations.ts";
import type { StoreAnswer } from "../src/core/protocol/store.ts";
import { defaultSyncTuning, type SyncTuning } from "../src/core/sync-settings.ts";
import { Cache } from "../src/core/sync/cache.ts";
import { OperationQueue, type QueueOut } from "../src/core/sync/operation-queue.ts";
import { ReplicaSchedule, type ReplicaSource } from "../src/core/sync/replica-schedule.ts";
import { type BenchPlan, type BenchReport, rowOf } from "./lib/rows.ts";
import { median, ratiosOf } from "./lib/statistics.ts";

const HOST = 7;
const MAP = 0;
const BYTES = 48;
const NS_PER_S = 1e9;
const US_PER_S = 1_000_000;

type Sizes = {
  readonly operations: number;
  readonly rounds: number;
  readonly reads: number;
  readonly maps: number;
  readonly turns: number;
};
const FULL: Sizes = { operations: 20_000, rounds: 21, reads: 400_000, maps: 200, turns: 400 };
const SMOKE: Sizes = { operations: 600, rounds: 1, reads: 1_000, maps: 5, turns: 5 };

/** Puts so many operations through a queue; gives the requests that were made for them. */
function through(count: number, tuning: SyncTuning, run: number): number {
  const table = new OwnershipTable();
  table.apply({ verb: "claim", map: MAP, host: HOST, epoch: 1, expect: 0 });
  const answers: { readonly request: number; readonly answer: StoreAnswer }[] = [];
  let requests = 0;
  let done = 0;
  const out: QueueOut = {
    ask: (ask) => {
      requests += 1;
      answers.push({ request: requests, answer: table.apply(ask) });
      return requests;
    },
    answered: (_map, _epoch, _id, answer) => {
      if (answer.result === "done") done += 1;
    },
    drained: () => {},
    fenced: () => {},
    grantLost: () => {},
    waited: () => {},
  };
  const queue = new OperationQueue(HOST, tuning);
  queue.grant(0, MAP, 1, out);
  const data = new Uint8Array(BYTES);
  let at = 0;
  for (let n = 0; n < count; n++) {
    const operation: Operation = { id: `${HOST}.${run}.${n}`, type: "ITEM_DROP", number: 0, carried: null, player: 1, at: n, data };
    if (!queue.submit(at, MAP, operation, true, out).ok) throw new Error("sync bench: an operation was refused");
    if (n % tuning.batchOperationsMax !== tuning.batchOperationsMax - 1 && n !== count - 1) continue;
    while (queue.stats().pending > 0) {
      at = Math.max(at + 1, Math.min(queue.nextAt(), at + US_PER_S));
      queue.due(at, out);
      for (const { request, answer } of answers.splice(0)) queue.answered(at, request, answer, out);
    }
  }
  if (done !== count) throw new Error(`sync bench: ${done} of ${count} operations were done`);
  return requests;
}

function nanoseconds(what: () => void): number {
  const begun = process.hrtime.bigint();
  what();
  return Number(process.hrtime.bigint() - begun);
}

function cacheNs(reads: number): number {
  const cache = new Cache({ expiryUs: 3600 * US_PER_S, entriesMax: 1_000, bytesMax: 1_000_000, asksMax: 100 });
  const keys = Array.from({ length: 500 }, (_, i) => `map_state:${i}`);
  for (const key of keys) cache.wrote(key, cache.begin(0, key), new Uint8Array(BYTES));
  return (
    nanoseconds(() => {
      for (let i = 0; i < reads; i++) if (cache.get(i, keys[i % keys.length] as string) === null) throw new Error("sync bench: a miss");
    }) / reads
  );
}

/** Nanoseconds for one copy that is due, of maps that change all the time and are acknowledged at once. */
function copyNs({ maps, turns }: Sizes): number {
  const tuning = { ...defaultSyncTuning(), replicaBytesMax: 1 << 30 };
  const schedule = new ReplicaSchedule(tuning);
  const bytes = new Uint8Array(BYTES);
  let now = 0n;
  const source: ReplicaSource = { hash: () => now, delta: () => bytes, snapshot: () => bytes };
  for (let map = 0; map < maps; map++) schedule.standbys(0, map, [1, 2]);
  let copies = 0;
  const took = nanoseconds(() => {
    for (let turn = 1; turn <= turns; turn++) {
      now += 1n;
      const sent: (readonly [map: number, to: number, seq: number])[] = [];
      schedule.due(turn * tuning.replicaMs * 1000, source, ({ map, to, seq }) => void sent.push([map, to, seq]));
      for (const [map, to, seq] of sent) schedule.holds(map, to, seq);
      copies += sent.length;
    }
  });
  if (copies < maps) throw new Error(`sync bench: only ${copies} copies were due`);
  return took / copies;
}

/** Runs the bench. */
export async function syncBench(plan: BenchPlan): Promise<BenchReport> {
  const sizes = plan.smoke ? SMOKE : FULL;
  plan.log(`${sizes.operations} durable operations through the queue, in batches and one by one`);
  const batched = { ...defaultSyncTuning(), resultsMax: sizes.operations * 2 };
  const single: SyncTuning = { ...batched, batchOperationsMax: 1 };
  const sides: readonly SyncTuning[] = [batched, single];
  const costs: number[][] = [[], []];
  const own: number[] = [];
  let run = 0;
  let requests = 0;
  for (let round = -1; round < sizes.rounds; round++) {
    for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) {
      run += 1;
      let made = 0;
      const ns = nanoseconds(() => {
        made = through(sizes.operations, sides[side] as SyncTuning, run);
      });
      if (round < 0) continue;
      costs[side]!.push(ns);
      if (side === 0) own.push(ns / sizes.operations);
      if (side === 0) requests = made;
    }
  }
  const what = "durable operations a second through the queue in batches, against one request each, without what a store charges";
  return {
    rows: [rowOf("sync/batched", what, "x", ratiosOf(costs[1]!, costs[0]!), null)],
    details: [
      {
        title: "the sync room by itself",
        items: [
          { name: "one operation through the queue", value: median(own), unit: "ns" },
          { name: "operations a second through the queue alone", value: NS_PER_S / median(own), unit: "1/s" },
          { name: "operations a batch", value: sizes.operations / requests, unit: "" },
          { name: "a read of the cache that hits", value: cacheNs(sizes.reads), unit: "ns" },
          { name: "a copy to a standby that is due", value: copyNs(sizes), unit: "ns" },
        ],
      },
    ],
    absent: [],
  };
}
