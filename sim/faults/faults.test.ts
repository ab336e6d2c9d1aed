import { describe, expect, it } from "vitest";
import type { Fault, Options } from "../options.ts";
import { buildDocument, exitCode, type RunDocument } from "../run/document.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";

const SECOND = 1_000_000;

function fault(kind: Fault["kind"], more: Partial<Fault> = {}): Fault {
  const usual = { atUs: 60 * SECOND, everyUs: null, forUs: 20 * SECOND, target: { pick: "busiest", count: 1 }, amount: 0.5, close: false };
  return { id: kind, kind, ...(usual as Omit<Fault, "id" | "kind">), ...more };
}

/** Machines that stay, so that only the faults make them go. */
function quiet(faults: readonly Fault[], more: Partial<Options> = {}): Options {
  const base = smallOptions();
  const hosts = {
    ...base.hosts,
    uptimeS: null,
    downtimeS: null,
    cpuGhz: { law: "constant", value: 4 },
    uploadMbps: { law: "constant", value: 400 },
  };
  return { ...base, hosts: hosts as Options["hosts"], durationUs: 240 * SECOND, settleUs: 90 * SECOND, faults, ...more };
}

function documentOf(options: Options, seeds: readonly number[] = [1]): RunDocument {
  const outcomes = seeds.map((seed) => runSeed(options, seed));
  return buildDocument({ options, seeds, outcomes, commit: "", mode: "", command: "" });
}

type Line = {
  readonly at: number;
  readonly kind: string;
  readonly id?: string;
  readonly what?: string;
  readonly host?: number;
  readonly truth?: string;
};

function traced(options: Options): Line[] {
  const lines: Line[] = [];
  runSeed(options, 1, { trace: (line) => lines.push(JSON.parse(line) as Line) });
  return lines;
}

describe("a fault", () => {
  it("that meets nobody leaves a run that shows nothing: inconclusive, 13", () => {
    const nobody = fault("crash", { target: { pick: "count", count: 0 } });
    const document = documentOf(quiet([nobody]));
    expect(document.runs.map((run) => run.result)).toEqual(["ok"]);
    expect([document.result, exitCode(document.result)]).toEqual(["inconclusive", 13]);
    expect(document.inconclusive).toEqual(["fault crash (crash) met nothing in any run"]);
    expect(document.faults).toEqual([{ id: "crash", kind: "crash", applied: 1, effects: 0 }]);
  });

  it("may meet somebody in one run and nobody in another: what counts is all of them", () => {
    // One player in 250 of about 150: some seeds go without.
    const options = quiet([fault("player-drop", { amount: 0.004 })]);
    const effects = [1, 2, 3, 4, 5, 6].map((seed) => runSeed(options, seed).faults[0]?.effects ?? 0);
    const met = effects.findIndex((each) => each > 0) + 1;
    const missed = effects.findIndex((each) => each === 0) + 1;
    expect([met > 0, missed > 0], `seeds differ: ${effects.join(", ")}`).toEqual([true, true]);
    expect(documentOf(options, [missed]).result).toBe("inconclusive");
    expect(documentOf(options, [met, missed]).result).toBe("ok");
  });

  it("DT1: moves no other fault's times and victims", () => {
    const first = fault("cut", { id: "first", target: { pick: "share", share: 0.3 }, everyUs: 40 * SECOND });
    const other = fault("loss-burst", { id: "other", atUs: 50 * SECOND, everyUs: 15 * SECOND, target: { pick: "share", share: 0.5 } });
    const begun = (options: Options): (number | string | undefined)[][] =>
      traced(options)
        .filter((line) => (line.kind === "fault" && line.id === "first" && line.what === "begin") || line.truth === "cut")
        .map(({ at, kind, host }) => [at, kind, host]);
    const alone = begun(quiet([first]));
    expect(alone.length).toBeGreaterThan(10);
    expect(begun(quiet([first, other]))).toEqual(alone);
  });

  it("is over when faults are over: every line is healed, every pause ends", () => {
    const forever = { atUs: 200 * SECOND, forUs: 3_600 * SECOND };
    const faults = [
      fault("cut", forever),
      fault("one-way-cut", forever),
      fault("pause", { ...forever, target: { pick: "host", index: 3 } }),
    ];
    const lines = traced(quiet(faults));
    const healed = lines.filter((line) => line.truth === "healed" || line.truth === "resumed");
    expect(healed.length).toBeGreaterThanOrEqual(2);
    for (const line of healed) {
      expect(line.at).toBeGreaterThan(239 * SECOND);
      expect(line.at).toBeLessThanOrEqual(240 * SECOND);
    }
    expect(documentOf(quiet(faults)).result).toBe("ok");
  });

  it("lets no pause outlast the faults for those that are healed: what waits for its end would be heard late", () => {
    const until = (heal: number): number => {
      let paused = 0;
      const options = {
        ...quiet([fault("pause", { atUs: 200 * SECOND, forUs: 3_600 * SECOND, target: { pick: "host", index: 3 } })]),
        heal,
      };
      runSeed(options, 1, { until: 210 * SECOND, ended: (world) => void (paused = Math.max(...world.machines.pausedUntil)) });
      return paused;
    };
    expect([until(1), until(0)]).toEqual([240 * SECOND, 3_800 * SECOND]);
  });

  it("stays for those outside the core, and everyone else gets well", () => {
    const forever = { atUs: 200 * SECOND, forUs: 3_600 * SECOND };
    const faults = [
      fault("cut", { ...forever, target: { pick: "share", share: 0.4 } }),
      fault("pause", { ...forever, atUs: 210 * SECOND, target: { pick: "share", share: 0.3 } }),
    ];
    const half = quiet(faults, { heal: 0.5 });
    const lines = traced(half).filter((line) => line.kind === "truth");
    const last = new Map(lines.map((line) => [line.host, line.truth]));
    const well = [...last.values()].filter((truth) => truth === "up" || truth === "healed" || truth === "resumed").length;
    const ill = [...last.values()].filter((truth) => truth === "cut" || truth === "paused" || truth === "down-silent").length;
    // Two sites and ten hosts are the core; of the other ten those that were well stay so in one case of three.
    expect([well + ill, last.size]).toEqual([22, 22]);
    expect(well).toBeGreaterThanOrEqual(12);
    expect(ill).toBeGreaterThan(4);
    const late = lines.filter((line) => line.at > 240 * SECOND && (line.truth === "healed" || line.truth === "resumed"));
    expect(late).toEqual([]);
    expect(documentOf(half, [1, 2, 3]).result).toBe("ok");
    expect(traced(half)).toEqual(traced(half));
  });

  it.each([
    ["crash", "down-silent"],
    ["leave", "down-polite"],
    ["pause", "paused"],
    ["cut", "cut"],
    ["one-way-cut", "cut-one-way"],
    ["region-outage", "cut"],
  ] as const)("%s is what happens to the machine: %s", (kind, truth) => {
    const target = { pick: "region", region: 0, share: 1 } as const;
    const lines = traced(quiet([fault(kind, kind === "region-outage" ? { target } : {})]));
    const hit = lines.filter((line) => line.kind === "truth" && line.truth === truth);
    expect(hit.length).toBeGreaterThan(kind === "region-outage" ? 3 : 0);
    expect(hit[0]?.at).toBeGreaterThanOrEqual(60 * SECOND);
    expect(hit[0]?.at).toBeLessThanOrEqual(80 * SECOND);
  });
});

describe("a fault that waits for a step of a move", () => {
  const leave = fault("leave", { atUs: 60 * SECOND, target: { pick: "busiest", count: 1 } });
  const waiting = (more: Partial<Fault>): Fault => fault("crash", { id: "waiting", atUs: 30 * SECOND, forUs: 30 * SECOND, ...more });
  const when = (lines: readonly Line[], test: (line: Line) => boolean): number => lines.find(test)?.at ?? -1;
  const begins = (line: Line): boolean => line.kind === "fault" && line.id === "waiting" && line.what === "begin";
  const frozen = (line: Line): boolean => line.kind === "move/step" && (line as { step?: string }).step === "frozen";

  it("begins with the first move that passes it after its time, and meets an end of that move", () => {
    const lines = traced(quiet([leave, waiting({ on: { step: "frozen", afterUs: 0 }, target: { pick: "move", end: "source" } })]));
    const at = when(lines, begins);
    expect(when(lines, frozen)).toBeGreaterThan(60 * SECOND);
    // The step itself is over first.
    expect(at - when(lines, frozen)).toBeLessThanOrEqual(1);
    const left = lines.find((line) => line.kind === "move/decided" && (line as { cause?: string }).cause === "drain") as unknown as {
      from: number;
    };
    expect(lines.find((line) => line.at === at && line.kind === "truth")?.host).toBe(left.from);
  });

  it("may begin a while after it, and once only", () => {
    const lines = traced(quiet([leave, waiting({ on: { step: "frozen", afterUs: 40_000 }, target: { pick: "count", count: 1 } })]));
    expect(lines.filter(begins).map(({ at }) => at)).toEqual([when(lines, frozen) + 40_000]);
  });

  it("never begins where no move passes it, and then has had no effect", () => {
    const document = documentOf(quiet([waiting({ atUs: 200 * SECOND, on: { step: "frozen", afterUs: 0 } })]));
    expect(document.faults).toEqual([{ id: "waiting", kind: "crash", applied: 0, effects: 0 }]);
    expect(document.result).toBe("inconclusive");
  });

  it("meets nobody where the end of the move is no player host", () => {
    const off = fault("crash", { id: "off", forUs: 30 * SECOND, target: { pick: "count", count: 1 } });
    const lines = traced(
      quiet([off, waiting({ on: { step: "decided", afterUs: 0 }, atUs: 59 * SECOND, target: { pick: "move", end: "target" } })]),
    );
    const began = when(lines, begins);
    const to = lines.find((line) => line.kind === "move/decided" && began - line.at <= 1) as unknown as { to: number };
    const down = lines.filter((line) => line.at === began && line.kind === "truth").map(({ host }) => host);
    expect(down).toEqual(to.to > 2 ? [to.to] : []);
  });
});
