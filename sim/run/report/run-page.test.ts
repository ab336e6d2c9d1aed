import { describe, expect, it } from "vitest";
import { buildDocument, type RunDocument } from "../document.ts";
import { someMetrics, someOptions, someOutcome } from "../document.fixture.ts";
import type { Options } from "../../options.ts";
import type { MoveSample, RunOutcome } from "../../outcome.ts";
import { failedOutcome } from "../ticket.ts";
import { runPage } from "./run-page.ts";

function build(outcomes: readonly RunOutcome[], options: Partial<Options> = {}): RunDocument {
  const seeds = outcomes.map((run) => run.seed);
  const command = "peerstead run capacity/evening-peak --seeds 1..2 --set vps.slots=9";
  const replay = (seed: number): string => `peerstead replay capacity/evening-peak --seed ${seed}`;
  return buildDocument({ options: someOptions(options), seeds, outcomes, commit: "c0ffee", mode: "capacity", command, replay });
}

async function page(document: RunDocument): Promise<string> {
  return runPage(document, { look: { href: "look.html", seed: 2 }, replay: (seed) => `peerstead replay this --seed ${seed}` });
}

function sentence(text: string): string {
  return /<p class="sentence">([^<]*)/.exec(text)?.[1] ?? "";
}

describe("the page of a run", () => {
  it("answers yes, with how many and what to rent", async () => {
    const text = await page(build([someOutcome(1), someOutcome(2)], { thresholds: [{ metric: "unhosted_ms", expression: "max<=3000" }] }));
    expect(sentence(text)).toBe("Yes: 20,113 players at the peak, with 812\u00a0VPS slots, and everything that was promised holds.");
    expect(text).toContain('<div class="verdict good"');
    expect(text).toContain('href="look.html"');
  });

  it("answers no, and names what breaks, by how much, and what would help", async () => {
    const metrics = someMetrics({ vps_slots_needed: [1200], vps_refused: [40] });
    const text = await page(build([someOutcome(1, { metrics })], { thresholds: [{ metric: "vps_refused", expression: "sum<=10" }] }));
    expect(sentence(text)).toMatch(/^No: 1 of 1.promise is broken at 20,113.players\.$/);
    expect(text).toContain("✗ broken");
    expect(text).toMatch(/300.% too much/);
    expect(text).toContain("Rent 1,200 VPS slots instead of 900");
    expect(text).toContain("--set vps.slots=1200");
  });

  it("does not answer where nothing was put to the test, and trusts nothing after a broken rule", async () => {
    const idle = [{ id: "cut-1", kind: "cut", applied: 3, effects: 0 }];
    const unsure = await page(build([someOutcome(1, { faults: idle })]));
    expect(sentence(unsure)).toMatch(/^Not known yet/);
    expect(unsure).toContain("met nothing: it proves nothing");
    const violations = [{ rule: "HO1", at_s: 12, message: "two hosts <serve> map 3" }];
    const unsafe = await page(build([someOutcome(1, { result: "safety", violations, violationsTotal: 1 })]));
    expect(sentence(unsafe)).toMatch(/^No: Peerstead itself did not behave/);
    expect(unsafe).toContain("two hosts &lt;serve&gt; map 3");
    expect(unsafe).toContain("peerstead replay capacity/evening-peak --seed 1");
  });

  it("has something to say of runs that left nothing", async () => {
    const text = await page(build([failedOutcome(7, "crash", "crash", "RangeError: x")]));
    expect(text).toContain("RangeError: x");
    expect(/<main[^]*<\/main>/.exec(text)?.[0]).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("prints under every section the command that gives its figures again", async () => {
    const text = await page(build([someOutcome(1), someOutcome(2)]));
    const sections = text.split("<section ").slice(1);
    expect(sections.length).toBeGreaterThan(6);
    for (const one of sections) expect(one, one.slice(0, 40)).toMatch(/<code>peerstead (run|capacity|compare) capacity\/evening-peak/);
  });

  it("tells what a move took, step by step, and how to look at it again", async () => {
    const move: MoveSample = {
      map: 3,
      cause: "lost",
      form: "failover",
      from: 7,
      to: 9,
      to_vps: false,
      at_s: 11.2,
      noticed_ms: 900,
      waited_ms: 0,
      steps: [
        { step: "claimed", ms: 1 },
        { step: "active", ms: 81 },
      ],
      total_ms: 981,
      away_ms: 975,
      players: 40,
      player_s: 39,
      failure: null,
    };
    const text = await page(build([someOutcome(4, { moves: { slowest: [move], worst: [], failed: [] } })]));
    expect(text.replaceAll("\u00a0", " ")).toContain("noticed 900 ms, claimed 1 ms, active 80 ms");
    expect(text).toContain("peerstead replay this --seed 4 --until 22s --look seed-4.html");
  });

  it("tells nothing of the machine it was made on, and takes no text for markup", async () => {
    const slow = { ...someOutcome(1), wall_s: 99 };
    const title = '</title><script>alert("x")</script>';
    const [first, second] = await Promise.all([page(build([someOutcome(1)], { title })), page(build([slow], { title }))]);
    expect(second).toBe(first);
    expect(first).not.toContain("<script>alert");
    expect(first).not.toContain('src="');
    expect(first).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org\/)[^\s"]*\.(js|css|png)/);
  });

  it("stays a page, however many runs there were", async () => {
    const outcomes = Array.from({ length: 300 }, (_, i) =>
      someOutcome(
        i + 1,
        i === 299 ? { result: "liveness", violations: [{ rule: "LV1", at_s: 1, message: "late" }], violationsTotal: 1 } : {},
      ),
    );
    const text = await page(build(outcomes));
    expect(text.length).toBeLessThan(2_000_000);
    expect(text).toContain("200 of 300 runs, those that did not end well first");
    expect(text).toContain("<td>liveness</td>");
  });
});
