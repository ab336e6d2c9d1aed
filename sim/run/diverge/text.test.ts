import { describe, expect, it } from "vitest";
import { settingDifferences } from "../compare/settings-diff.ts";
import { divergeDocument, type DivergeDocument, type SideWords } from "./document.ts";
import { madeAnswer, madeRuns } from "./made-side.fixture.ts";
import { type Both, search } from "./search.ts";
import { divergeText, verdictOf } from "./text.ts";
import { eventText, instantText } from "./words.ts";

const LAYOUT = { width: 100, color: false };
const WORDS: Both<SideWords> = [
  { side: "HEAD~1", commit: "0123456789abcdef0123456789abcdef01234567", node: "v24.1.0" },
  { side: ".", commit: "fedcba9876543210fedcba9876543210fedcba98+dirty", node: "v26.0.0" },
];

async function documentOf(a: number, b: number, other = 0, shown = 2): Promise<DivergeDocument> {
  const { run } = madeRuns(() => [
    { entries: a, other: 0 },
    { entries: b, other },
  ]);
  const found = await search(run, "decisions", shown);
  return divergeDocument(found, { sides: WORDS, command: "peerstead diverge HEAD~1", shown });
}

describe("the answer of diverge", () => {
  it("shows what both share once, then each side, then the fields that differ", async () => {
    const document = await documentOf(9, 9, 8);
    const { a, b } = document;
    expect(divergeText(document, [], LAYOUT).split("\n")).toEqual([
      "test/made, seed 1: A and B part at decision 8 of 9, at 0:00:00.008000.",
      `A          HEAD~1 (0123456789ab, Node 24.1.0): ok, 9 decisions, fingerprint ${a.fingerprint},`,
      `           decisions ${a.decisions}`,
      `B          . (fedcba987654+dirty, Node 26.0.0): ok, 9 decisions, fingerprint ${b.fingerprint},`,
      `           decisions ${b.decisions}`,
      "",
      "Both, before it",
      "            6  0:00:00.006000  coordinator records storm/released suspects 6",
      "            7  0:00:00.007000  coordinator records storm/released suspects 7",
      "",
      "Then",
      "A           8  0:00:00.008000  coordinator records storm/released suspects 8",
      "A           9  0:00:00.009000  coordinator records storm/released suspects 9",
      "B           8  0:00:00.008000  coordinator records storm/released suspects -1",
      "B           9  0:00:00.009000  coordinator records storm/released suspects 9",
      "",
      "Differs in record.suspects: 8 and -1",
      "Runs       2 runs of each side",
    ]);
    expect(document.first?.fields).toEqual([{ path: "record.suspects", a: 8, b: -1 }]);
    expect(divergeText(document, [], { width: 100, color: true })).toContain("\u001b[1m");
  });

  it("says which side has ended", async () => {
    const document = await documentOf(5, 6);
    expect(document).toMatchObject({ equal: false, first: { number: 6, a: null, fields: [] } });
    const text = divergeText(document, [], LAYOUT);
    expect(text).toContain("part at decision 6 of 5 and 6, at 0:00:00.006000.");
    expect(text).toContain("A  has ended\nB           6  0:00:00.006000");
  });

  it("says of equal runs how many entries and which fingerprint, and nothing of steadiness", async () => {
    const document = await documentOf(5, 5);
    const lines = divergeText(document, [], LAYOUT).split("\n");
    expect(lines[0]).toBe(`test/made, seed 1: A and B are equal: 5 decisions, fingerprint ${document.a.fingerprint}.`);
    expect(lines.length).toBe(6);
    expect(lines.at(-1)).toBe("Runs       1 run of each side");
  });

  it("tells equal decisions and equal events with another fingerprint apart, and one side run twice from two", async () => {
    const equal = await documentOf(5, 5);
    const verdict = (changes: Partial<DivergeDocument>): string => verdictOf({ ...equal, ...changes }).replaceAll("\u00a0", " ");
    expect(verdict({ fingerprints_equal: false })).toMatch(/^the decisions of A and B are equal, 5 of them; .* --of events says where\.$/);
    expect(verdict({ fingerprints_equal: false, of: "events" })).toMatch(
      /^A and B do the same, 5 events; .* they measure it differently\.$/,
    );
    expect(verdict({ b: equal.a })).toMatch(/^two runs of HEAD~1 are equal/);
    const apart = await documentOf(9, 9, 8);
    expect(verdictOf({ ...apart, of: "events", decisions_equal: true })).toMatch(/ The coordinator's decisions are equal nevertheless\.$/);
  });

  it("says where a side is not the same from run to run", async () => {
    const { run } = madeRuns((round) => [
      { entries: 9, other: 0 },
      { entries: 9, other: round === 1 ? 3 : 0 },
    ]);
    const document = divergeDocument(await search(run, "decisions", 2), { sides: WORDS, command: "", shown: 2 });
    const text = divergeText(document, [], LAYOUT).replaceAll(/\s+/g, " ");
    expect(text).toContain("A and B part between decisions 1 and 9, from 0:00:00.000000 to the end.");
    expect(text).toContain("Unsteady . is not the same from run to run: two of its runs part between decisions 1 and 9");
  });

  it("says in which settings the sides differ", () => {
    const answer = madeAnswer({ entries: 3, other: 0 }, { of: "decisions", window: null, until: null }, 4);
    const other = { ...answer, options: { ...answer.options, eagerHeartbeats: true } };
    const found = { first: [answer, other], stretch: null, parting: null, unsteady: [null, null], runs: 1 } as const;
    const document = divergeDocument(found, { sides: WORDS, command: "", shown: 2 });
    expect(document.settings).toEqual(settingDifferences(answer.options, other.options));
    expect(divergeText(document, [], LAYOUT)).toContain("\nSettings   eagerHeartbeats: false and true\n");
  });
});

describe("entries in words", () => {
  it.each([
    [
      { at: 1, event: "message", from: "host 3", to: "coordinator", message: { kind: "hosting/active", host: 3, map: 1, epoch: 7 } },
      "host 3 → coordinator: hosting/active host 3, map geffen, epoch 7",
    ],
    [{ at: 1, event: "timer", machine: "host 3", number: 2 }, "host 3: timer 2"],
    [{ at: 1, event: "link up", machine: "player 8", number: 0 }, "player 8: link up"],
    [{ at: 1, event: "truth", machine: "VPS site 1", truth: "down-silent" }, "VPS site 1 is down-silent"],
    [{ at: 1, event: "fault noted", id: "crash", what: "begin", count: 2 }, "fault crash: begin, count 2"],
    [{ at: 1, event: "fault", target: 0, number: 4 }, "fault 4 target 0"],
    [{ at: 1, event: "committed", map: 1, host: 3, epoch: 7 }, "store has committed map geffen, host 3, epoch 7"],
    [{ at: 1, event: "dropped", from: "host 3", to: "player 1" }, "host 3 → player 1: a message is lost"],
    [{ at: 1, event: "joined", player: "player 1", host: "host 3", rttUs: 900 }, "player 1 joined host 3, RTT 900 us"],
    [
      { at: 1, event: "store takes", from: "coordinator", request: 5, ask: { verb: "claim", map: 0, host: 3, epoch: 2, expect: 1 } },
      "store takes request 5 of coordinator: claim map prontera, host 3, epoch 2, expect 1",
    ],
    [
      { at: 1, event: "store answers", to: "host 3", request: 5, answer: { result: "failed" } },
      "store answers request 5 of host 3: failed",
    ],
    [
      {
        at: 1,
        event: "record",
        by: "coordinator",
        record: { kind: "standby/chosen", map: 9, hosts: Array.from({ length: 30 }, (_, i) => i) },
      },
      "coordinator records standby/chosen map 9, hosts [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,…",
    ],
  ])("%j", (line, words) => expect(eventText(line, ["prontera", "geffen"])).toBe(words));

  it("have their instant to the microsecond", () => {
    expect([instantText(0), instantText(3_661_000_042)]).toEqual(["0:00:00.000000", "1:01:01.000042"]);
  });
});
