import { describe, expect, it } from "vitest";
import type { RunOutcome, RunResult, RunStory } from "../../outcome.ts";
import { buildDocument } from "../document.ts";
import { someMetrics, someOptions, someOutcome } from "../document.fixture.ts";
import { lookText, type ReportedPoint, runReport } from "./run-report.ts";

/** A story of two maps, the first without a host for so long; the second never had one if `never`. */
function story(awayMs: number, never = false): RunStory {
  const lane = (changes: number[], map: number) => ({ map, changes, moves: [] });
  const away = [0, -1, 10, 5, 1000, -1, 1000 + awayMs, 5];
  return { end_ms: 60_000, maps_in_all: 2, lanes: [lane(away, 0), lane(never ? [0, -1] : [0, -1, 10, 5], 1)], hosts: [], marks: [] };
}

function point(outcomes: readonly RunOutcome[], setting = ""): ReportedPoint {
  const options = someOptions();
  const parts = { options, seeds: outcomes.map(({ seed }) => seed), outcomes, commit: "c0ffee", mode: "capacity" };
  const document = buildDocument({ ...parts, command: "peerstead run capacity/evening-peak" });
  return { document, options, outcomes, setting, replay: (seed) => `peerstead replay capacity/evening-peak --seed ${seed}` };
}

/** The seed that the pages of these runs look into; null where there is no page to look into. */
async function lookedInto(...outcomes: readonly RunOutcome[]): Promise<number | null> {
  const files = await runReport([point(outcomes)], "ok", "peerstead run x");
  expect(files[0]?.name).toBe("report.html");
  const found = /<a href="(look\.html)">Look into seed (\d+)<\/a>/.exec(files[0]?.text ?? "");
  expect(files.map(({ name }) => name)).toEqual(found === null ? ["report.html"] : ["report.html", "look.html"]);
  if (found !== null) expect(files[1]?.text).toContain(`seed ${found[2]}: who served which map when`);
  return found === null ? null : Number(found[2]);
}

describe("the seed that is looked into", () => {
  const run = (seed: number, awayMs: number, result: RunResult = "ok") => someOutcome(seed, { story: story(awayMs), result });

  it("is the one whose maps were longest without a host, the first of equal ones", async () => {
    expect(await lookedInto(run(1, 500), run(2, 900), run(3, 900))).toBe(2);
    expect(await lookedInto(run(1, 0), run(2, 0))).toBe(1);
  });

  it("is of those that ended worst, however well their maps fared", async () => {
    expect(await lookedInto(run(1, 900, "inconclusive"), run(2, 100, "safety"), run(3, 300, "safety"), run(4, 9000))).toBe(3);
  });

  it("is one of which the story was told", async () => {
    expect(await lookedInto(someOutcome(1, { result: "safety" }), run(2, 5))).toBe(2);
    expect(await lookedInto(someOutcome(1), someOutcome(2))).toBe(null);
  });

  it("counts a map that never had a host as long as the run, and the wait for the first host not at all", async () => {
    const never = someOutcome(2, { story: story(0, true) });
    expect(await lookedInto(run(1, 50_000), never)).toBe(2);
  });

  it("is told by the mean over the maps of its story, which may be a sample", async () => {
    const { lanes, ...rest } = story(700);
    const half = someOutcome(2, { story: { ...rest, lanes: lanes.slice(0, 1) } });
    expect(await lookedInto(run(1, 900), half)).toBe(2);
  });
});

describe("the pages of a sweep", () => {
  const small = point([someOutcome(1, { story: story(10) })], "slots = 100");
  const none = { players_online: [], interruption_ms: [], rtt_ms: [] };
  const broken = point([someOutcome(1, { result: "crash", metrics: someMetrics(none) })], "slots = <300>");

  it("are one over all points and one for each, with what is looked into beside it", async () => {
    const files = await runReport([small, broken], "crash", "peerstead run x --seeds 1..2");
    expect(files.map(({ name }) => name)).toEqual(["report.html", "point-0.html", "look-0.html", "point-1.html"]);
    const [all, first, look] = files.map(({ text }) => text);
    expect(all).toContain('<a href="point-0.html">slots = 100</a>');
    expect(all).toContain('<a href="point-1.html">slots = &lt;300&gt;</a>');
    expect(all).toContain("1 of 2 points hold what was promised.");
    expect(all).toContain("<code>peerstead run x --seeds 1..2</code>");
    expect(first).toContain('<a href="look-0.html">');
    expect(look).toContain('<a href="point-0.html">Back to the report</a>');
  });

  it("have every figure that any point has, whichever comes first", async () => {
    const heads = async (...points: readonly ReportedPoint[]) => {
      const [all] = await runReport(points, "crash", "x");
      return [...(all?.text ?? "").matchAll(/<th scope="col"[^>]*>([^<]+)<\/th>/g)].map(([, head]) => head);
    };
    const one = await heads(small, broken);
    expect(one).toContain("Players at the peak");
    expect((await heads(broken, small)).toSorted()).toEqual(one.toSorted());
  });
});

describe("the page of one seed that was run alone", () => {
  it("says how to run it again, and needs a story", () => {
    const told = point([someOutcome(7, { story: story(5) })]);
    expect(lookText(told, told.outcomes[0] as RunOutcome, null)).toContain("peerstead replay capacity/evening-peak --seed 7");
    expect(() => lookText(told, someOutcome(7), null)).toThrow("left its story");
  });
});
