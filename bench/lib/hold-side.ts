/**
 * The hold model over the queues of this process: one side of bench/queue.bench.ts, which starts one process per queue so
 * that none compiles or collects for another. Usage: hold-side.ts QUEUE INCREMENTS PENDING, with the requests and answers
 * of bench/peers/hold.cc. Peers order by time alone; the wheel does by (time, source, seq), as the simulator needs it.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import FlatQueue from "flatqueue";
import { Heap } from "heap-js";
import TinyQueue from "tinyqueue";
import { TimingWheel } from "../../src/base/wheel.ts";

const MASK = 0xffff;
const CHECKSUM_LIMIT = 281_474_976_710_656;

/** Runs `ops` holds and gives the sum of the popped times modulo 2^48. */
type Hold = (ops: number) => number;
type Item = { time: number; source: number; seq: number };

function wheelHold(increments: Uint32Array, pending: number): Hold {
  const wheel = new TimingWheel({ capacity: pending + 1 });
  let draw = 0;
  for (let i = 0; i < pending; i++) wheel.push(increments[draw++ & MASK]!, i, 0);
  return (ops) => {
    let checksum = 0;
    for (let i = 0; i < ops; i++) {
      const node = wheel.pop();
      const time = wheel.time(node);
      checksum += time;
      if (checksum >= CHECKSUM_LIMIT) checksum -= CHECKSUM_LIMIT;
      wheel.push(time + increments[draw & MASK]!, wheel.source(node), wheel.seq(node) + 1);
      draw = (draw + 1) & MASK;
    }
    return checksum;
  };
}

function flatqueueHold(increments: Uint32Array, pending: number): Hold {
  const queue = new FlatQueue<number>(pending + 1);
  let draw = 0;
  for (let i = 0; i < pending; i++) queue.push(i, increments[draw++ & MASK]!);
  return (ops) => {
    let checksum = 0;
    for (let i = 0; i < ops; i++) {
      const time = queue.peekValue()!;
      const source = queue.pop()!;
      checksum += time;
      if (checksum >= CHECKSUM_LIMIT) checksum -= CHECKSUM_LIMIT;
      queue.push(source, time + increments[draw & MASK]!);
      draw = (draw + 1) & MASK;
    }
    return checksum;
  };
}

function objectHold(increments: Uint32Array, pending: number, queue: { push(x: Item): unknown; pop(): Item | undefined }): Hold {
  let draw = 0;
  for (let i = 0; i < pending; i++) queue.push({ time: increments[draw++ & MASK]!, source: i, seq: 0 });
  return (ops) => {
    let checksum = 0;
    for (let i = 0; i < ops; i++) {
      const item = queue.pop()!;
      checksum += item.time;
      if (checksum >= CHECKSUM_LIMIT) checksum -= CHECKSUM_LIMIT;
      // The object is used again, which spares these queues the garbage they would make.
      item.time += increments[draw & MASK]!;
      item.seq++;
      queue.push(item);
      draw = (draw + 1) & MASK;
    }
    return checksum;
  };
}

function prepare(queue: string, increments: Uint32Array, pending: number): Hold {
  const byTime = (a: Item, b: Item): number => a.time - b.time;
  if (queue === "wheel") return wheelHold(increments, pending);
  if (queue === "flatqueue") return flatqueueHold(increments, pending);
  if (queue === "tinyqueue") return objectHold(increments, pending, new TinyQueue<Item>([], byTime));
  if (queue === "heap-js") return objectHold(increments, pending, new Heap<Item>(byTime));
  throw new Error(`no queue ${queue}`);
}

const nap = new Int32Array(new SharedArrayBuffer(4));

/**
 * CPU time of this thread in ns. Linux books a running thread's time at the ticks of its scheduler, milliseconds apart, and whenever it stops; so the
 * thread stops for a moment before it asks.
 */
function cpuNs(): number {
  Atomics.wait(nap, 0, 0, 0.1);
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1_000;
}

async function main(queue: string, file: string, pending: number): Promise<void> {
  const bytes = readFileSync(file);
  const increments = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const hold = prepare(queue, increments, pending);
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const start = cpuNs();
    const checksum = hold(Number(line));
    console.log(`${cpuNs() - start} ${checksum}`);
  }
}

await main(process.argv[2]!, process.argv[3]!, Number(process.argv[4]));
