import { describe, expect, it } from "vitest";
import { UNBROKEN } from "../summary-words.ts";
import type { CapacityDocument } from "./document.ts";
import type { Breach } from "./probe.ts";
import { PROMISED, someProbe, someRuns, someSearch } from "./probe.fixture.ts";
import { probeOf } from "./probe.ts";
import { capacityText } from "./summary.ts";
import { breachText, notMonotoneText, numberText, searchedText, stateText, untestedText, valueText, verdictOf } from "./words.ts";

const plain = (text: string | null): string | null => text?.replaceAll(UNBROKEN, " ") ?? null;
const upTo = (limit: number) => (value: number) => someProbe(value, { holds: value <= limit });
const evening = someSearch(upTo(31_234));
const nobody: Breach = { ...evening.broke!, metric: null, expression: null, actual: null, limit: null, unit: null, excess: null };

function verdict(document: CapacityDocument): string | null {
  const { head, key, text } = verdictOf(document);
  expect(head).toContain(key);
  return plain(`${head} ${text}`);
}

describe("a value in words", () => {
  const value = (unit: string, suffix: string, number: number): string | null => plain(valueText({ unit, suffix }, number));
  it("has its unit, as exact as it is", () => {
    expect([value("players", "", 31_500), value("slots", "", 1), value("ms", "", 1), value("m", "m", 18.5)]).toEqual([
      "31,500 players",
      "1 slot",
      "1 ms",
      "18.5m",
    ]);
    expect([value("share", "", 0.35), value("times", "", 2.4), value("/m", "/m", 1200)]).toEqual(["0.35", "2.4 times", "1,200/m"]);
    expect([numberText(1_234_567.891), numberText(1e-7), numberText(-1234), numberText(1e21)]).toEqual([
      "1,234,567.891",
      "1e-7",
      "-1,234",
      "1e+21",
    ]);
  });
});

describe("the verdict", () => {
  it("says what is carried, what breaks above, where, and by how much", () => {
    expect(verdict(evening)).toBe(
      "Carries 31,000 players. Above, interruption_ms p(99)<=3000 breaks: 3,420 ms, 14 % too much, at 31,500 players.",
    );
    const broke = { ...evening.broke!, others: [nobody] };
    expect(verdict({ ...evening, broke })).toContain("interruption_ms p(99)<=3000 breaks first: 3,420 ms");
  });

  it("says what suffices of slots and hosts, and where other numbers hold", () => {
    const slots = { ...evening, direction: "down" as const, path: "vps.slots", vary: "vps.slots", unit: "slots", largest: 23 };
    expect(verdict(slots)).toMatch(/^23 slots suffice\. Below, interruption_ms /);
    expect(verdict({ ...slots, largest: 1 })).toMatch(/^1 slot suffices\. /);
    expect(verdict({ ...slots, largest: 1, beyond: true, broke: null })).toMatch(/^1 slot suffices, and maybe fewer\. All thresholds hold/);
    expect(verdict({ ...slots, path: "tuning.x", vary: "tuning.x", unit: "ms" })).toMatch(/^Holds down to tuning\.x = 23 ms\. Below, /);
    expect(verdict({ ...slots, direction: "up", path: "vps.slots" })).toMatch(/^Holds up to vps\.slots = 23 slots\. Above, /);
  });

  it("says that the limit lies beyond, or that not even the milder end holds", () => {
    const beyond = "Carries 60,000 players and more. All thresholds hold up to that end of the range: the limit lies beyond it.";
    expect(verdict(someSearch(upTo(60_000)))).toBe(beyond);
    expect(verdict(someSearch(upTo(0)))).toBe(
      "Not even 10,000 players. There interruption_ms p(99)<=3000 breaks: 3,420 ms, 14 % too much.",
    );
    expect(verdictOf(someSearch(upTo(0))).tone).toBe("bad");
  });
});

describe("a breach in words", () => {
  const threshold = (expression: string, actual: number, limit: number, excess: number | null, unit = "ms"): string | null =>
    plain(breachText({ ...nobody, metric: "m", expression, actual, limit, excess, unit }));
  it("of a threshold", () => {
    expect(threshold("max<=10", 12, 10, 0.2)).toBe("m max<=10 breaks: 12 ms, 20 % too much");
    expect(threshold("max<=10", 719.4, 10, 70.94)).toBe("m max<=10 breaks: 719 ms, 71.9 times the limit");
    expect(threshold("max<=10", 24, 10, 1.4)).toBe("m max<=10 breaks: 24 ms, 2.4 times the limit");
    expect(threshold("avg>=0.8", 0.6, 0.8, 0.25, "share")).toBe("m avg>=0.8 breaks: 0.6, 25 % too little");
    expect(threshold("sum==10", 12, 10, 0.2)).toBe("m sum==10 breaks: 12 ms, 20 % off");
    expect(threshold("sum<=0", 1, 0, null, "refusals")).toBe("m sum<=0 breaks: 1 refusal");
    // Rounded alike, the value would seem to hold.
    expect(threshold("max<=3000", 3000.25, 3000, 0.000083)).toBe("m max<=3000 breaks: 3,000.25 ms, < 0.1 % too much");
  });

  it("of a rule, a crash, a timeout, and of nothing shown", () => {
    const rule = (name: string | null, message: string): string | null => plain(breachText({ ...nobody, rule: name, message, seed: 7 }));
    expect(rule("HO4", "two hosts")).toBe("rule HO4 breaks on seed 7: two hosts");
    expect(rule("timeout", "given up after 5 s")).toBe("seed 7 ends with a timeout: given up after 5 s");
    expect(rule("crash", "x".repeat(300))).toBe(`seed 7 ends with a crash: ${"x".repeat(199)}…`);
    expect(rule(null, "fault a met nothing")).toBe("nothing is shown: fault a met nothing");
  });

  it("and as one word in a table", () => {
    const state = (breaches: readonly Breach[]): string => stateText({ ...someProbe(1), holds: false, breaches });
    expect([
      stateText(someProbe(1)),
      state([evening.broke!]),
      state([{ ...nobody, rule: "HO4" }]),
      state([{ ...nobody, rule: null }]),
    ]).toEqual(["holds", "breaks", "HO4", "not shown"]);
  });
});

describe("what else is said", () => {
  it("how sure the answer is", () => {
    expect(plain(searchedText(evening))).toBe(
      "fleet.players (fleet.players.peak) from 10,000 to 60,000 players, 10 values on seeds 1..2 each. Last that holds 31,000, first that does not 31,500: 1.6 % apart (asked: 2 %).",
    );
    const near = { ...evening, bracket: [23, 22] as const, precision: { asked: 0.02, reached: 0.0435 }, seeds: [5] };
    expect(searchedText(near)).toMatch(/10 values on seed 5 each\. Last that holds 23, first that does not 22: neighbours\.$/);
  });

  it("which values hold beyond a break", () => {
    expect(notMonotoneText(evening)).toBeNull();
    const island = someSearch((value) => someProbe(value, { holds: value < 30_000 || value > 40_000 }));
    expect(plain(notMonotoneText(island))).toBe(
      "47,500 and 60,000 hold although 30,200 players do not. The answer is the cautious one: on its side of the break every value that was tried holds.",
    );
    const middle = someSearch((value) => someProbe(value, { holds: value === 35_000 }));
    expect(plain(notMonotoneText(middle))).toBe("35,000 holds although 10,000 players do not.");
  });

  it("what was not put to the test, and where", () => {
    expect(untestedText(evening)).toBeNull();
    const calm = probeOf(0, someRuns(PROMISED, { interruption_ms: [] }));
    const document = someSearch((value) => (value < 30_000 ? { ...calm, value } : upTo(31_234)(value)));
    expect(untestedText(document)).toBe(
      "at 10,000, 22,500 and 28,000: no sample of interruption_ms, so p(99)<=3000 was not put to the test. Nothing broke it there.",
    );
  });
});

describe("the answer on the terminal", () => {
  it("is short: verdict, what it rests on, every value with a curve, and the commands", () => {
    const lines = capacityText(evening, { width: 100, color: false }).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "capacity/evening-peak: An evening of a game whose maps are hosted by its players",
      "CARRIES 31,000 players. Above, interruption_ms p(99)<=3000 breaks: 3,420 ms, 14 % too much, at",
      "31,500 players.",
    ]);
    const from = lines.findIndex((line) => line.includes("sum<=0"));
    expect(lines.slice(from - 1, from + 11)).toEqual([
      "                 interruption_ms   vps_refused  interruption_ms",
      "players              p(99)<=3000        sum<=0  │ is the limit",
      " 10,000  holds        1,200 ms    0 refusals    █████▋        │",
      " 22,500  holds        1,200 ms    0 refusals    █████▋        │",
      " 28,000  holds        1,200 ms    0 refusals    █████▋        │",
      " 31,000  holds        1,200 ms    0 refusals    █████▋        │",
      " 31,500  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
      " 32,000  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
      " 33,000  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
      " 35,000  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
      " 47,500  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
      " 60,000  breaks       3,420 ms ✗  0 refusals    ██████████████│██",
    ]);
    expect(lines.slice(-2)).toEqual([
      "Holds          peerstead run capacity/evening-peak --set fleet.players.peak=31000",
      "Breaks         peerstead run capacity/evening-peak --set fleet.players.peak=31500",
    ]);
    expect(lines.length).toBeLessThanOrEqual(30);
  });

  it("tells the figures of the answer itself, and how to see a broken rule again", () => {
    const told = capacityText(evening, { width: 100, color: false });
    expect(told).toContain("At the answer  20,113 players online at the peak, 812 VPS slots needed at most, 64 % of");
    expect(told).not.toContain("Replay");
    expect(told).not.toContain("refusals of players");
    const turned = probeOf(1, someRuns(PROMISED, { interruption_ms: [1200], players_refused: [1974] }));
    const crowded = capacityText(
      someSearch((value) => ({ ...turned, value })),
      { width: 100, color: false },
    );
    expect(crowded.replaceAll(/\s+/g, " ")).toContain("1,974 refusals of players by full or unserved maps in a run.");
    const unsafe = {
      ...evening,
      broke: { ...evening.broke!, ...nobody, rule: "HO4", message: "two", seed: 2, replay: "peerstead replay x" },
    };
    expect(capacityText(unsafe, { width: 100, color: false }).split("\n").at(-1)).toBe("Replay         peerstead replay x");
  });

  it("cuts a curve off that goes far beyond its limit, and draws from nothing where the limit is 0", () => {
    const far = probeOf(60_000, someRuns(PROMISED, { interruption_ms: [60_000] }));
    const cut = someSearch((value) => (value > 31_234 ? { ...far, value } : someProbe(value)));
    const row = (document: CapacityDocument, start: string): string =>
      capacityText(document, { width: 100, color: false })
        .split("\n")
        .find((line) => line.startsWith(` ${start}  `)) ?? "";
    expect(row(cut, "31,500")).toMatch(/ {2}████████│████████…$/);
    expect(row(cut, "31,000")).toMatch(/ {2}███▎ {4}│$/);
    const refused = probeOf(1, someRuns(PROMISED, { interruption_ms: [1200], vps_refused: [4] }));
    const none = someSearch((value) => (value > 31_234 ? { ...refused, value } : someProbe(value)));
    expect(row(none, "31,500")).toMatch(/ 8 refusals ✗ .* {2}│████████████████$/);
    expect(row(none, "31,000")).toMatch(/ 0 refusals {2} .* {2}│$/);
  });

  it("keeps to the width, and leaves the curve out where there is no room", () => {
    const narrow = capacityText(evening, { width: 50, color: false }).split("\n");
    expect(narrow.filter((line) => line.length > 60 && !/^(Holds|Breaks) /.test(line))).toEqual([]);
    expect(narrow.some((line) => line.includes("│"))).toBe(false);
    const wide = capacityText(evening, { width: 500, color: false }).split("\n");
    expect(wide.filter((line) => line.length > 100)).toEqual([]);
  });

  it("has colours only where they are allowed, and says the same", () => {
    const colored = capacityText(evening, { width: 100, color: true });
    // oxlint-disable-next-line no-control-regex -- escapes are what is looked for
    expect(colored.replaceAll(/\u001b\[\d+m/g, "")).toBe(capacityText(evening, { width: 100, color: false }));
    expect(colored).toContain("\u001b[32mCARRIES 31,000 players.");
  });
});
