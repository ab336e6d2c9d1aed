import { beforeAll, describe, expect, it } from "vitest";
import { defaultTuning } from "../../../src/core/settings.ts";
import { compared, runsOf } from "../compare/compare.fixture.ts";
import { failedOutcome } from "../ticket.ts";
import { UNBROKEN } from "../summary-words.ts";
import { comparePage } from "./compare-page.ts";

const A = runsOf(12, (seed) => ({ rtt_ms: [50 + seed], player_hours: [100], vps_slots_needed: [40], vps_refused: [0] }));
const B = runsOf(12, (seed) => ({
  rtt_ms: [60 + seed],
  player_hours: [103 + (seed % 3)],
  vps_slots_needed: [seed <= 5 ? 41 : 40],
  vps_refused: [seed],
}));
const evening = compared(A, B, { tuning: { ...defaultTuning(), heartbeatMs: 500 } });
let page = "";

beforeAll(async () => {
  page = await comparePage(evening);
});

/** What the page says, without its markup. */
function textOf(markup: string): string {
  const said = markup.replaceAll(/<(script|style|svg)[^]*?<\/\1>/g, " ").replaceAll(/<[^>]+>/g, " ");
  return said.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll(UNBROKEN, " ").replaceAll(/\s+/g, " ");
}

/** What a chart says of itself to those who do not see it. */
function labelsOf(markup: string): string[] {
  const wide = [...markup.matchAll(/<div class="wide"><svg [^>]*aria-label="([^"]*)"/g)];
  return wide.map(([, label = ""]) => label.replaceAll(UNBROKEN, " "));
}

describe("the page of a comparison", () => {
  it("has the verdict on top, with both sides, the counts and the command", () => {
    const text = textOf(page);
    expect(text).toContain(evening.verdict.replaceAll(UNBROKEN, " "));
    expect(text).toContain("A: one=1 B: one=2");
    for (const figure of ["Better under B 1 figure is", "Worse under B 4 figures are", "Not told apart 1 1 of them lean", "Seeds 12"]) {
      expect(text).toContain(figure);
    }
    expect(page).toContain('<div class="verdict warn"');
    expect(page).toContain('data-copy="peerstead compare x"');
  });

  it("plots judged figures as improvements: what is better lies right, whichever way the metric counts", () => {
    const [small = "", larger = ""] = labelsOf(page);
    expect(small).toMatch(
      /^Changes up to 5 %, improvement in percent: player_hours 4 \(3\.\d+ to 4\.5\); vps_slots_needed -1\.04 \(-1\.\d+ to -0\.\d+\)\.$/,
    );
    expect(larger).toContain("Changes up to 50 %");
    expect(larger).not.toContain("player_hours");
    expect(larger).toMatch(/rtt_ms -17\.7 \(-17\.7 to -17\.7\)/);
    expect(textOf(page)).toContain("Without a percentage, since A has 0: vps_refused.");
  });

  it("shows each seed under both for what players and operators feel first and for what was told apart", () => {
    const seeds = labelsOf(page).filter((label) => label.includes(" by seed. "));
    expect(seeds.slice(0, 3).map((label) => label.split(" by seed.")[0])).toEqual([
      "share_player_hours_p2p",
      "vps_slots_needed",
      "interruptions_per_player_hour",
    ]);
    expect(seeds).toContain("rtt_ms by seed. 56.5 ms under A, 66.5 ms under B: +17.7 %.");
    expect(seeds.some((label) => label.startsWith("vps_refused by seed. 0 under A, 6.5 under B: +6.5."))).toBe(true);
    expect(seeds.length).toBeLessThanOrEqual(10);
  });

  it("lists every figure with its verdict, and how many seeds would tell where none is", () => {
    const rows = [...page.matchAll(/<tr><th scope="row"[^]*?<\/tr>/g)].map(([row]) => textOf(row).trim());
    expect(rows.filter((row) => evening.rows.some(({ metric }) => row.startsWith(metric)))).toHaveLength(evening.rows.length);
    expect(rows).toContainEqual(expect.stringMatching(/^rtt_ms less 56\.5 ms 66\.5 ms \+17\.7 % \+17\.7 to \+17\.7 % ✗ worse 0\.0\d+$/));
    expect(rows).toContainEqual(
      expect.stringMatching(/^vps_slots_needed less 40 40\.4 \+1\.04 % .* not told apart, leans to worse 0\.06\d* \d+$/),
    );
    expect(rows).toContainEqual(expect.stringMatching(/^migrations_per_hour – 312 312 0 % 0 to 0 % not judged$/));
    expect(rows).toContain("tuning.heartbeatMs 250 500");
  });

  it("shows thresholds and broken runs of each side, and runs that are the same to the last event", async () => {
    const broken = [...A.slice(0, 11), failedOutcome(12, "crash", "crash", "Bug: <no>")];
    const strict = compared(A, broken, { thresholds: [{ metric: "rtt_ms", expression: "p(95)<=60" }] });
    const text = textOf(await comparePage(strict));
    expect(text).toContain("B, seed 12: crash. Bug: <no> See it again: peerstead replay x --seed 12 --set one=2");
    expect(text).toMatch(/rtt_ms p\(95\)<=60 not asked ✗ 61/);
    const same = textOf(await comparePage(compared(A, A)));
    expect(same).toContain("the runs are the same to the last event");
    expect(same).toContain("No judged figure differs.");
    expect(same).toContain("All settings are the same on both sides.");
  });

  it("DT1: is the same for equal comparisons, byte for byte", async () => {
    expect(await comparePage(compared(A, B, { tuning: { ...defaultTuning(), heartbeatMs: 500 } }))).toBe(page);
  });
});
