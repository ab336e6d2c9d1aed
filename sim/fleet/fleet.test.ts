/** The fleet of a run against the laws it is made of: what an onlooker counts is what the options say. */
import { beforeAll, describe, expect, it } from "vitest";
import { Histogram, type HistogramData } from "../../src/base/histogram.ts";
import { lawMean } from "../../src/base/laws.ts";
import type { Options } from "../options.ts";
import type { RunOutcome } from "../outcome.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";

const SECOND = 1_000_000;
const HOURS = 3;
const HOSTS = 500;
const UP = { law: "exponential", mean: 1_200 } as const;
const DOWN = { law: "exponential", mean: 600 } as const;
const SESSION = { law: "weibull", shape: 0.8, scale: 900 } as const;

/** Many machines that live short lives, and people who come at a rate that doubles in the middle hour. */
function options(): Options {
  const base = smallOptions();
  const names = base.maps.names.slice(0, 3);
  return {
    ...base,
    modes: ["capacity"],
    durationUs: HOURS * 3_600 * SECOND,
    maps: { names, eligible: names.map(() => false), popularity: [6, 3, 1] },
    hosts: { ...base.hosts, count: HOSTS, uptimeS: UP, downtimeS: DOWN, leave: { polite: 0.2, close: 0.5, silent: 0.3 } },
    players: {
      ...base.players,
      initial: 100,
      startPerS: 0.1,
      stages: [
        { forUs: 3_600 * SECOND, toPerS: 0.1 },
        { forUs: 3_600 * SECOND, toPerS: 0.3 },
        { forUs: 3_600 * SECOND, toPerS: 0.3 },
      ],
      sessionS: SESSION,
      quit: { rtt: 0, jitter: 0, loss: 0, outage: 0, perHour: 0 },
    },
  };
}

type Line = {
  readonly at: number;
  readonly kind: string;
  readonly truth?: string;
  readonly host?: number;
  readonly player?: number;
  readonly map?: number;
};
const lines: Line[] = [];
let outcome: RunOutcome | undefined;

beforeAll(() => {
  const keep = /"kind":"(truth|player\/entered|player\/left)"/;
  outcome = runSeed(options(), 3, { trace: (line) => (keep.test(line) ? lines.push(JSON.parse(line) as Line) : 0) });
});

const truths = (...names: string[]): Line[] => lines.filter((line) => line.kind === "truth" && names.includes(line.truth ?? ""));
const hours = (from: number, to: number) => (line: Line) => line.at >= from * 3_600 * SECOND && line.at < to * 3_600 * SECOND;

describe("machines", () => {
  it("are as likely up at the first instant as at any other", () => {
    const share = UP.mean / (UP.mean + DOWN.mean);
    const atStart = truths("up").filter((line) => line.at === 0 && (line.host ?? 0) > 2).length / HOSTS;
    // Three deviations of a share over 500 machines are 0.063.
    expect(Math.abs(atStart - share)).toBeLessThan(0.063);
  });

  it("come and go at the pace of their laws from the start: no wave while a made-up beginning is forgotten", () => {
    const gone = truths("down-polite", "down-close", "down-silent");
    const perHour = (HOSTS * 3_600) / (UP.mean + DOWN.mean);
    for (let hour = 0; hour < HOURS; hour += 1) {
      const count = gone.filter(hours(hour, hour + 1)).length;
      expect(Math.abs(count / perHour - 1)).toBeLessThan(0.1);
    }
  });

  it("end their up-times in the ways and shares of the options", () => {
    const gone = truths("down-polite", "down-close", "down-silent").filter((line) => (line.host ?? 0) > 2);
    const share = (truth: string): number => gone.filter((line) => line.truth === truth).length / gone.length;
    expect(gone.length).toBeGreaterThan(2_000);
    expect(share("down-polite")).toBeCloseTo(0.2, 1);
    expect(share("down-close")).toBeCloseTo(0.5, 1);
    expect(share("down-silent")).toBeCloseTo(0.3, 1);
  });

  it("of the VPS stay", () => {
    expect(lines.filter((line) => line.kind === "truth" && (line.host ?? 9) <= 2).map((line) => line.truth)).toEqual(["up", "up"]);
  });
});

describe("people", () => {
  it("come at the rates of the stages", () => {
    const sessions = outcome?.metrics.find((metric) => metric.name === "sessions");
    const began = Histogram.fromJSON(sessions?.histogram as HistogramData).sum * (sessions?.scale ?? 0);
    // The rate of the second hour rises evenly from 0.1 to 0.3 a second.
    const expected = 100 + 3_600 * (0.1 + 0.2 + 0.3);
    expect(Math.abs(began - expected)).toBeLessThan(3 * Math.sqrt(expected));
  });

  it("stay for the mean of the session law: Little's law over the last half hour, long after the rate has levelled", () => {
    const online = outcome?.series.rows.find((row) => row.name === "players_online")?.values ?? [];
    const last = online.slice(-Math.round(1_800 / (outcome?.series.step_s ?? 1)));
    const mean = last.reduce<number>((sum, each) => sum + (each ?? 0), 0) / last.length;
    expect(Math.abs(mean / (0.3 * lawMean(SESSION)) - 1)).toBeLessThan(0.12);
  });

  it("choose maps by their popularity", () => {
    const chosen = [0, 0, 0];
    for (const line of lines) if (line.kind === "player/entered") chosen[line.map ?? 0] = (chosen[line.map ?? 0] ?? 0) + 1;
    const all = chosen.reduce((sum, each) => sum + each, 0);
    expect(chosen.map((each) => Math.round((each / all) * 10))).toEqual([6, 3, 1]);
  });
});
