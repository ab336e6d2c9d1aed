import { describe, expect, it } from "vitest";
import { hostingCheckers } from "../../checkers/hosting.ts";
import type { Fault } from "../../options.ts";
import { smallOptions } from "../small-options.fixture.ts";
import type { TraceInput } from "./events.ts";
import { failing } from "./failing.fixture.ts";
import { ruleText } from "./rule-text.ts";
import { faultText, messageText, recordLine } from "./step-words.ts";

const E = 1_099_511_627_776;

describe("steps in words", () => {
  it.each<[string, TraceInput, string]>([
    ["coordinator", { kind: "start" }, "starts, with nothing remembered"],
    [
      "host 3",
      { kind: "message", from: "coordinator", message: { kind: "hosting/freeze", map: 7, epoch: E + 2, move: 9, to: 5 } },
      "hosting/freeze to host 5 at 1.2 for move 9 from coordinator",
    ],
    [
      "player 4",
      { kind: "lost", from: "coordinator", why: "cut", message: { kind: "play/redirect", map: 7, host: 5, epoch: E + 2 } },
      "play/redirect at 1.2 to host 5 from coordinator lost: the line is cut",
    ],
    [
      "coordinator",
      { kind: "message", from: "host 14", message: { kind: "hosting/probed", host: 14, suspect: 10, alive: false } },
      "hosting/probed host 10: no answer from host 14",
    ],
    [
      "coordinator",
      { kind: "message", from: "host 2", message: { kind: "hosting/refused", host: 2, map: 7, epoch: E + 1, reason: "stale_epoch" } },
      "hosting/refused at 1.1 (stale_epoch) from host 2",
    ],
    ["host 3", { kind: "timer", timer: 29 * 8 }, "timer: loading is done of map 29"],
    ["host 3", { kind: "timer", timer: 3 }, "timer: time to write down"],
    ["coordinator", { kind: "timer", timer: 10 * 16 + 4 }, "timer: patience with host 10"],
    ["coordinator", { kind: "timer", timer: 1 }, "timer: round of redistribution"],
    ["player 1", { kind: "timer", timer: 0 }, "timer: no answer came, ask again"],
    ["host 3", { kind: "wish", wish: { verb: "stop-hosting" } }, "the owner wants the machine back"],
    ["host 3", { kind: "truth", host: 3, truth: "down-silent" }, "the process dies in silence"],
    ["faults", { kind: "fault", id: "cut-1", fault: "cut", what: "end" }, "fault cut-1 ends"],
  ])("at %s: %j", (actor, input, text) => {
    expect(messageText(input, actor as "coordinator")).toBe(text);
  });

  it("a store request tells what was asked, what came of it, and what the asker learns", () => {
    const ask = { verb: "claim", map: 7, host: 3, epoch: E + 2, expect: E + 1 } as const;
    const row = { map: 7, owner: 3, epoch: E + 2 };
    const ok = { result: "ok", row } as const;
    const base = { kind: "commit", from: "coordinator", ask } as const;
    const said = (input: TraceInput): string => messageText(input, "store");
    const what = "claim map 7 for host 3: 1.2 over 1.1 for coordinator → ";
    expect(said({ ...base, committed: true, did: ok, answer: ok })).toBe(`${what}ok, row: host 3 at 1.2`);
    expect(said({ ...base, committed: true, did: ok, answer: { result: "unknown" } })).toBe(
      `${what}ok, row: host 3 at 1.2, but the answer is lost`,
    );
    expect(said({ ...base, committed: false, did: null, answer: { result: "failed" } })).toBe(`${what}failed, nothing done`);
    expect(messageText({ kind: "store", ask, answer: { result: "refused", row: { ...row, owner: -1 } } }, "coordinator")).toBe(
      "store: claim map 7 for host 3: 1.2 over 1.1 → refused, row: nobody at 1.2",
    );
  });

  it("every step and record of real runs has words of its own", () => {
    for (const { n, actor, input, records } of failing("release-lost").run.events) {
      expect(messageText(input, actor), `${n}`).toMatch(/\S/);
      expect(messageText(input, actor), `${n}`).not.toMatch(/undefined|NaN|\[object|timer \d/);
      for (const record of records) expect(recordLine(record), `${n}`).not.toMatch(/undefined|NaN|\[object|^\w+\/\w+$/);
    }
  });
});

describe("faults in words", () => {
  const fault = (over: Partial<Fault>): Fault => ({
    id: "x",
    kind: "cut",
    atUs: 54_000_000,
    everyUs: null,
    forUs: 8_000_000,
    target: { pick: "share", share: 0.2 },
    amount: 1,
    close: true,
    ...over,
  });
  it.each<[Partial<Fault>, string]>([
    [{}, "x: cut of 20\u00a0% of the player hosts at 54\u00a0s, for 8\u00a0s"],
    [{ id: "cut" }, "cut of 20\u00a0% of the player hosts at 54\u00a0s, for 8\u00a0s"],
    [
      { everyUs: 90_000_000, target: { pick: "host", index: 4 } },
      "x: cut of host 7 at 54\u00a0s, then every 90\u00a0s on average, for 8\u00a0s",
    ],
    [
      { kind: "crash", forUs: 0, close: false, target: { pick: "busiest", count: 2 } },
      "x: crash of the 2 busiest hosts at 54\u00a0s, in silence",
    ],
    [
      { kind: "pause", forUs: 0, on: { step: "frozen", afterUs: 0 }, target: { pick: "move", end: "source" } },
      "x: pause of the source of the move from 54\u00a0s on, when a move is frozen",
    ],
    [
      { kind: "pause", forUs: 0, on: { step: "ready", afterUs: 20_000 }, target: { pick: "move", end: "target" } },
      "x: pause of the target of the move from 54\u00a0s on, 20\u00a0ms after the time when a move is ready",
    ],
    [{ kind: "leave", target: { pick: "count", count: 1 } }, "x: leave of 1\u00a0player host at 54\u00a0s"],
    [
      { kind: "region-outage", target: { pick: "region", region: 1, share: 1 } },
      "x: region-outage of all player hosts in NA at 54\u00a0s, for 8\u00a0s",
    ],
    [{ kind: "store-fail", amount: 0.5 }, "x: store-fail at 54\u00a0s, for 8\u00a0s, share of requests 0.5"],
    [
      { kind: "one-way-cut", close: false, target: { pick: "all" } },
      "x: one-way-cut of all player hosts at 54\u00a0s, for 8\u00a0s, VPS to host",
    ],
  ])("%j", (over, text) => {
    expect(faultText(fault(over), ["EU", "NA"], 2)).toBe(text);
  });
});

describe("a rule's own text", () => {
  it("is found for every rule that a checker judges", () => {
    const rules = hostingCheckers(smallOptions()).flatMap((checker) => checker.rules);
    expect(rules.length).toBeGreaterThan(14);
    for (const rule of rules) {
      const text = ruleText(rule);
      expect(text?.demands, rule).toMatch(/^[A-Z].*[.:]$/);
      expect(`${text?.demands}${text?.judged}`, rule).not.toContain("Tests:");
    }
  });

  it("is parted into what it demands and how that is judged", () => {
    const spec = "# X\n\n**HO1** One `host`\neach. Checked in `a.ts` on grants. Tests: `a.test.ts`.\n\n**HO11** More.\n";
    expect(ruleText("HO1", spec)).toEqual({ demands: "One host each.", judged: "Checked in a.ts on grants." });
    expect(ruleText("HO11", spec)).toEqual({ demands: "More.", judged: null });
    expect(ruleText("crash", spec)).toBeNull();
  });
});
