/**
 * The event queue on the hold model (Jones, "An empirical comparison of priority-queue and event-set implementations",
 * CACM 1986): pop the earliest event, push it again one exponential increment later, with a fixed number pending. Every
 * side reads the same increments, must give the same checksum of popped times, and is measured in turns with the others
 * in one run, by the CPU time of its thread, which other programs on the machine do not lengthen much.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCpp, findPython, Peer } from "./lib/peer.ts";
import type { BenchPlan, BenchReport, BenchRow, Detail } from "./lib/rows.ts";
import { rowOf } from "./lib/rows.ts";
import { median, ratiosOf } from "./lib/statistics.ts";

const INCREMENTS = 65_536;
/** One second: with 100,000 pending, an event every ten microseconds. */
const MEAN_US = 1_000_000;
const SIZE_OF_AIMS = 100_000;

type Side = { readonly id: string; readonly name: string; readonly aim: number | null; readonly start: StartSide };
type StartSide = (file: string, pending: number) => Peer | { readonly absent: string };
type Sizes = { readonly sizes: readonly number[]; readonly rounds: number; readonly ops: number };

const FULL: Sizes = { sizes: [1_000, 100_000, 1_000_000], rounds: 7, ops: 500_000 };
const SMOKE: Sizes = { sizes: [1_000], rounds: 1, ops: 20_000 };

const SIDES: readonly Side[] = [
  { id: "wheel", name: "this wheel", aim: null, start: inNode("wheel") },
  {
    id: "cpp",
    name: "C++ std::priority_queue -O3",
    aim: 1,
    start: (file, pending) => {
      const built = buildCpp("hold");
      return "absent" in built ? built : new Peer(built.path, [file, `${pending}`]);
    },
  },
  {
    id: "simpy",
    name: "SimPy",
    aim: 10,
    start: (file, pending) => {
      const python = findPython(["simpy", "SimPy.Simulation"]);
      const script = fileURLToPath(new URL("peers/hold_simpy.py", import.meta.url));
      return "absent" in python ? python : new Peer(python.path, [script, file, `${pending}`]);
    },
  },
  { id: "flatqueue", name: "flatqueue, fixed capacity", aim: null, start: inNode("flatqueue") },
  { id: "tinyqueue", name: "tinyqueue", aim: null, start: inNode("tinyqueue") },
  { id: "heap-js", name: "heap-js", aim: null, start: inNode("heap-js") },
];

function inNode(queue: string): StartSide {
  const script = fileURLToPath(new URL("lib/hold-side.ts", import.meta.url));
  return (file, pending) => new Peer(process.execPath, [script, queue, file, `${pending}`]);
}

/** The increments every side reads: exponential, whole microseconds, from a fixed linear congruence. */
function increments(): Uint32Array {
  const table = new Uint32Array(INCREMENTS);
  let state = 12_345;
  for (let i = 0; i < INCREMENTS; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    table[i] = Math.floor(-Math.log((state + 0.5) / 4_294_967_296) * MEAN_US);
  }
  return table;
}

/** SimPy does a fiftieth of the work per round: it is that much slower, and the figure is per operation. */
function share(side: Side): number {
  return side.id === "simpy" ? 50 : 1;
}

type Running = { readonly side: Side; readonly peer: Peer; readonly name: string; readonly nsPerOp: number[] };
type Measured = { readonly rows: BenchRow[]; readonly detail: Detail; readonly absent: string[] };

async function startSides(file: string, pending: number, absent: string[]): Promise<Running[]> {
  const running: Running[] = [];
  for (const side of SIDES) {
    const peer = side.start(file, pending);
    if ("absent" in peer) {
      absent.push(`${side.name}: ${peer.absent}`);
      continue;
    }
    try {
      const ready = await peer.read();
      running.push({ side, peer, name: ready.slice("ready ".length) || side.name, nsPerOp: [] });
    } catch (error) {
      absent.push(`${side.name}: ${(error as Error).message}`);
      peer.stop();
    }
  }
  return running;
}

/** Asks for `ops` holds; nanoseconds per hold, and the checksum. */
async function ask(one: Running, ops: number): Promise<{ ns: number; checksum: string }> {
  const [ns, checksum] = (await one.peer.ask(`${ops}`)).split(" ");
  return { ns: Number(ns) / ops, checksum: checksum! };
}

/** Every side must have popped the same times, or their speeds compare nothing. */
async function proveSameWork(sides: readonly Running[], ops: number): Promise<void> {
  const sums = new Map<string, string>();
  for (const one of sides) sums.set(one.name, (await ask(one, ops)).checksum);
  if (new Set(sums.values()).size > 1) throw new Error(`the queues did different work: ${JSON.stringify([...sums])}`);
}

async function measure(sizes: Sizes, file: string, pending: number): Promise<Measured> {
  const absent: string[] = [];
  const sides = await startSides(file, pending, absent);
  try {
    await proveSameWork(sides, Math.min(sizes.ops, 20_000));
    // One round of all pending events, so that compilers, caches and the queue's own shape have settled.
    for (const one of sides) await ask(one, Math.max(sizes.ops, pending) / share(one.side));
    for (let round = 0; round < sizes.rounds; round++) {
      for (const one of sides) one.nsPerOp.push((await ask(one, sizes.ops / share(one.side))).ns);
    }
  } finally {
    for (const one of sides) one.peer.stop();
  }
  const items = sides.map((one) => ({ name: one.name, value: median(one.nsPerOp), unit: "ns a hold" }));
  return { rows: rowsOf(sides, pending), detail: { title: `Hold model, ${pending} pending`, items }, absent };
}

function rowsOf(sides: readonly Running[], pending: number): BenchRow[] {
  const ours = sides.find((one) => one.side.id === "wheel");
  if (ours === undefined) throw new Error("the wheel itself did not start");
  return sides
    .filter((one) => one !== ours)
    .map((one): BenchRow => {
      const rounds = ratiosOf(one.nsPerOp, ours.nsPerOp);
      const aim = pending === SIZE_OF_AIMS && one.side.aim !== null ? { least: one.side.aim } : null;
      return rowOf(
        `queue/hold-${pending}/${one.side.id}`,
        `event queue, ${pending} pending: times as quick as ${one.name}`,
        "x",
        rounds,
        aim,
      );
    });
}

/** Measures the event queue against its peers. Throws when two sides did different work. */
export async function queueBench(plan: BenchPlan): Promise<BenchReport> {
  const sizes = plan.smoke ? SMOKE : FULL;
  const directory = mkdtempSync(join(tmpdir(), "hold-"));
  const file = join(directory, "increments.bin");
  writeFileSync(file, increments());
  const measured: Measured[] = [];
  try {
    for (const pending of sizes.sizes) {
      plan.log(`queue: hold model, ${pending} pending, ${sizes.ops} holds a round`);
      measured.push(await measure(sizes, file, pending));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return {
    rows: measured.flatMap((one) => one.rows),
    details: measured.map((one) => one.detail),
    absent: [...new Set(measured.flatMap((one) => one.absent))],
  };
}
