import { describe, expect, it } from "vitest";
import { defaultTuning } from "../../../src/core/settings.ts";
import { DEFINITIONS } from "../metrics/definitions.ts";
import { compared, runsOf, type Figures } from "./compare.fixture.ts";
import { comparisonText } from "./text.ts";

const PLAIN = { width: 100, color: false };
const TUNING = { ...defaultTuning(), heartbeatMs: 500 };

describe("a comparison on the terminal", () => {
  it("says what is better and worse first, with both values, the change and its interval", () => {
    const a = runsOf(12, () => ({ rtt_ms: [50], player_hours: [100], vps_slots_needed: [40] }));
    const b = runsOf(12, (seed) => ({ rtt_ms: [60], player_hours: [103 + (seed % 3)], vps_slots_needed: [seed <= 5 ? 41 : 40] }));
    const lines = comparisonText(compared(a, b, { tuning: TUNING }), PLAIN).split("\n");
    expect(lines[0]).toBe("capacity/evening-peak: An evening of a game whose maps are hosted by its players");
    expect(lines[1]).toMatch(/^B is better in 1 figure, worse in 3 and not told apart from A in 1, over 12 seeds\. \d+ figures are/);
    const table = lines.filter(
      (line) => /^(B is (better|worse) |rtt_ms|player_hours|Leans)/.test(line) && !line.startsWith("B is better in"),
    );
    expect(table.map((line) => line.replaceAll(/ {2,}/g, "  "))).toEqual([
      "B is better  A  B  change  95 % interval",
      "player_hours  100  104  +4 %  +3.5 to +4.5 %",
      "B is worse  A  B  change  95 % interval",
      "rtt_ms  50 ms  60 ms  +20 %  +20 to +20 %",
      "rtt_ms p(95)  50 ms  60 ms  +20 %  +20 to +20 %",
      "rtt_ms p(99)  50 ms  60 ms  +20 %  +20 to +20 %",
      "Leans to worse  A  B  change  95 % interval  seeds",
    ]);
    expect(lines.find((line) => line.startsWith("vps_slots_needed"))).toMatch(/ 40 +40\.4 +\+1\.04 % .* \d+$/);
    expect(lines).toContain("Settings       tuning.heartbeatMs: 250 and 500.");
    expect(lines.find((line) => line.startsWith("A "))).toBe("A              one=1");
  });

  it("keeps to the width and to about fifty lines, whatever differs", () => {
    const all = (shift: number): Figures => Object.fromEntries(DEFINITIONS.map(({ name }) => [name, [1000 + shift, 1100 + shift]]));
    const a = runsOf(12, () => all(0));
    const changed = {
      tuning: { ...TUNING, cooldownS: 1, loadMs: 2, checkpointS: 3, hostsMax: 4, blockedS: 5, storeRetryMs: 6, askAgainMs: 7 },
    };
    for (const width of [40, 80, 100, 200]) {
      const lines = comparisonText(
        compared(
          a,
          runsOf(12, (seed) => all(30 + seed)),
          changed,
        ),
        { width, color: false },
      ).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(80, Math.min(100, width)));
      expect(lines.length).toBeLessThanOrEqual(55);
      expect(lines.some((line) => /^and \d+ figures more in the report$/.test(line))).toBe(true);
    }
  });

  it("names what is not told apart and what is equal once for each metric, and the moves that differ without being judged", () => {
    const a = runsOf(12, () => ({ rtt_ms: [50], migrations_per_hour: [100] }));
    const b = runsOf(12, (seed) => ({ rtt_ms: [seed % 2 === 0 ? 49 : 51], migrations_per_hour: [150] }));
    const text = comparisonText(compared(a, b), PLAIN);
    expect(text).toContain("Not told apart rtt_ms (mean, p(95), p(99)).");
    expect(text).toMatch(/\nEqual {10}share_map_hours_p2p, /);
    expect(text).toContain("Not judged     migrations_per_hour +50 %.");
    expect(text).toContain("Settings       The same on both sides.");
  });

  it("shows thresholds of both sides, and a broken rule with the command that shows it again", () => {
    const options = { thresholds: [{ metric: "rtt_ms", expression: "p(95)<=60" }] };
    const broken = {
      result: "safety",
      violations: [{ rule: "HO1", at_s: 5, message: "two hosts serve map 7" }],
      violationsTotal: 1,
    } as const;
    const b = runsOf(12, () => ({ rtt_ms: [70] })).map((run) => (run.seed === 3 ? { ...run, ...broken } : run));
    const lines = comparisonText(
      compared(
        runsOf(12, () => ({})),
        b,
        options,
      ),
      PLAIN,
    ).split("\n");
    expect(lines.join(" ").replaceAll(/ +/g, " ")).toMatch(
      / A: none\. B: 1 of 1 does not hold \(rtt_ms is 70(\.\d+)?, not p\(95\)<=60\)\. Broken /,
    );
    expect(lines).toContain("Broken         B: safety in 1 run. Seed 3: two hosts serve map 7");
    expect(lines).toContain("Replay         peerstead replay x --seed 3 --set one=2");
  });

  it("is coloured only where that is allowed", () => {
    const sides = [runsOf(12, () => ({})), runsOf(12, () => ({ rtt_ms: [500] }))] as const;
    const plain = comparisonText(compared(...sides), PLAIN);
    const colored = comparisonText(compared(...sides), { width: 100, color: true });
    expect(plain).not.toContain("\u001b");
    expect(colored).toContain("\u001b[31m");
    // oxlint-disable-next-line no-control-regex -- what is taken out is the colour itself
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
  });
});
