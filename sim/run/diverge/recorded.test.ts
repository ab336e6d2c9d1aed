import { describe, expect, it } from "vitest";
import { Ladder } from "../../../src/base/hash.ts";
import { readRecorded, wordsOf } from "./recorded.ts";

const ladder = (() => {
  const made = new Ladder(4, 2);
  for (let i = 0; i < 5; i += 1) made.event(i);
  return made.read();
})();

const fine = { seed: 1, fingerprint: "f1", decisions: "d1", result: "ok", replay: null, ladder: null };
const broken = { seed: 2, fingerprint: "f2", decisions: "d2", result: "safety", replay: "peerstead replay x --seed 2", ladder };
const report = { commit: "c0ffee", command: "peerstead run x", point: null, runs: [fine, broken] };

describe("a recorded run", () => {
  it("is the first that failed of a report, or the one of the seed", () => {
    const found = readRecorded(JSON.stringify(report), null, null);
    expect(found).toEqual({
      ok: true,
      value: {
        seed: 2,
        fingerprint: "f2",
        decisions: "d2",
        result: "safety",
        ladder,
        commit: "c0ffee",
        command: "peerstead replay x --seed 2",
        point: null,
        until_us: null,
      },
    });
    expect(readRecorded(JSON.stringify(report), 1, null)).toMatchObject({
      value: { seed: 1, ladder: null, command: "peerstead run x" },
    });
    expect(readRecorded(JSON.stringify({ ...report, runs: [fine] }), null, null)).toMatchObject({ value: { seed: 1 } });
    expect(readRecorded(JSON.stringify(report), 7, null)).toEqual({ ok: false, error: "tells of no run of seed 7" });
  });

  it("of a sweep stands in its point, and has the commit of the whole", () => {
    const other = { point: 1, runs: [{ ...broken, fingerprint: "f9" }] };
    const sweep = JSON.stringify({ commit: "c1", command: "peerstead run x", sweep: [{ point: 0, runs: [fine] }, other] });
    expect(readRecorded(sweep, null, null)).toMatchObject({ value: { fingerprint: "f9", commit: "c1", point: 1 } });
    expect(readRecorded(sweep, null, 0)).toMatchObject({ value: { fingerprint: "f1", point: 0 } });
    expect(readRecorded(sweep, null, 2)).toMatchObject({ ok: false });
  });

  it("may be the answer of replay, stopped early or not, with its ladder, or without one that says anything", () => {
    const told = { scenario: "smoke/calm", until_s: 1.5, ...broken, replay: undefined };
    expect(readRecorded(JSON.stringify(told), null, null)).toMatchObject({
      value: { seed: 2, until_us: 1_500_000, commit: null, command: null, ladder },
    });
    const crashed = { ...told, ladder: { events: 0, stride: 4_096, rungs: [], digest: "" } };
    expect(readRecorded(JSON.stringify(crashed), null, null)).toMatchObject({ value: { ladder: null } });
  });

  it.each(["", "[1]", "{}", '{"runs": []}', '{"seed": "1", "fingerprint": "", "decisions": ""}', "null", '{"runs": [7]}'])(
    "is not found in %s",
    (text) => {
      expect(readRecorded(text, null, null)).toMatchObject({
        ok: false,
        error: expect.stringMatching(/^(is not JSON|expected a run\.json)/) as string,
      });
    },
  );
});

describe("words of a command line", () => {
  it("are parted and unquoted as a shell does it", () => {
    expect(wordsOf('peerstead replay x --set \'conf={"file": "a b"}\' --seed 1')).toEqual([
      ...["peerstead", "replay", "x", "--set", 'conf={"file": "a b"}', "--seed", "1"],
    ]);
    expect(wordsOf("a 'it'\\''s' b''c")).toEqual(["a", "it's", "bc"]);
    expect(wordsOf("")).toEqual([]);
  });
});
