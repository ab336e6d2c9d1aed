import { describe, expect, it } from "vitest";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { smallOptions } from "../small-options.fixture.ts";
import type { TraceEvent } from "./events.ts";
import { FAULTS, failing, failingOptions, fault } from "./failing.fixture.ts";
import { traceRun } from "./trace.ts";

const healthy = smallOptions({ faults: FAULTS });
const run = traceRun(healthy, 1);
const at = (n: number): TraceEvent => run.events[n - 1] as TraceEvent;
const ofKind = (kind: TraceEvent["input"]["kind"]): TraceEvent[] => run.events.filter((event) => event.input.kind === kind);

describe("a traced run", () => {
  it.each([1, 2])("DT1: is the run that it is without a trace, seed %i", (seed) => {
    const plain = runSeed(healthy, seed);
    const { outcome } = traceRun(healthy, seed);
    expect(outcome.fingerprint).toBe(plain.fingerprint);
    expect(outcome).toEqual(plain);
  });

  it("numbers its events from 1 without gaps, in the order of time, and leaves none out", () => {
    expect(run.truncated).toBe(0);
    expect(run.events.every(({ n }, i) => n === i + 1)).toBe(true);
    expect(run.events.every(({ at_us }, i) => i === 0 || at_us >= at(i).at_us)).toBe(true);
    expect(run.events.length).toBeGreaterThan(5_000);
  });

  it("holds every record of the run, in order", () => {
    const lines: string[] = [];
    runSeed(healthy, 1, { trace: (line) => lines.push(line) });
    const said = lines.map((line) => JSON.parse(line) as { kind: string }).filter(({ kind }) => kind !== "truth" && kind !== "fault");
    expect(run.events.flatMap(({ records }) => records.map(({ kind }) => kind))).toEqual(said.map(({ kind }) => kind));
    expect(ofKind("truth")).toHaveLength(lines.filter((line) => line.includes('"kind":"truth"')).length);
  });

  it("a message is caused by a step of its sender, a timer by one of its own actor, an answer by the store, a request by who asked", () => {
    for (const { actor, cause, input, n } of run.events) {
      expect(cause).toBeLessThan(n);
      if (cause === 0) continue;
      if (input.kind === "message" && input.message.kind !== "validation/verdict") expect(at(cause).actor, `${n}`).toBe(input.from);
      if (input.kind === "timer") expect(at(cause).actor, `${n}`).toBe(actor);
      if (input.kind === "commit") expect(at(cause).actor, `${n}`).toBe(input.from);
      if (input.kind === "store") expect([at(cause).actor, input.ask === null], `${n}`).toEqual(["store", false]);
    }
    expect(ofKind("message").filter(({ cause }) => cause === 0)).toEqual([]);
    expect(ofKind("store").map(({ cause }) => at(cause).input.kind)).not.toContain("timer");
  });

  it("what a fault does is caused by its beginning, its end by it too", () => {
    const faults = ofKind("fault").filter(({ input }) => input.kind === "fault" && input.what === "end");
    expect(faults.length).toBeGreaterThan(3);
    for (const { cause, input } of faults) {
      expect(at(cause).input).toEqual({ ...input, what: "begin" });
    }
    const cuts = ofKind("truth").filter(({ input }) => input.kind === "truth" && (input.truth === "cut" || input.truth === "healed"));
    const inPlan = cuts.filter(({ at_us }) => at_us < healthy.durationUs);
    expect(inPlan.length).toBeGreaterThan(3);
    for (const { cause } of inPlan) expect(at(cause).input).toMatchObject({ kind: "fault", id: "cut", what: "begin" });
  });

  it("says why messages were lost", () => {
    const why = new Set(ofKind("lost").map(({ input }) => (input.kind === "lost" ? input.why : "")));
    expect([...why].sort()).toEqual(["closed", "cut", "down"]);
    for (const { input, cause } of ofKind("lost")) if (input.kind === "lost") expect(at(cause).actor).toBe(input.from);
  });

  it("names hosts with kind and region", () => {
    expect(run.names.hosts.filter(({ vps }) => vps).map(({ host }) => host)).toEqual([1, 2]);
    expect(run.names.hosts.every(({ region }) => region === 0 || region === 1 || region === -1)).toBe(true);
    const up = ofKind("truth").map(({ input }) => (input.kind === "truth" ? input.host : -1));
    expect(run.names.hosts.map(({ host }) => host)).toEqual([...new Set(up)].sort((a, b) => a - b));
  });
});

describe("a traced run of a swarm's seed", () => {
  const swarm = shipped("chaos/swarm").options;

  it("DT1: is the run that it is without a trace, whatever faults are drawn", () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const traced = traceRun(swarm, seed);
      for (const { kind } of traced.options.faults) kinds.add(kind);
      expect(traced.outcome.fingerprint, `seed ${seed}`).toBe(runSeed(swarm, seed).fingerprint);
    }
    expect(kinds.size).toBeGreaterThan(30);
  });

  it("what the store does after its client gave up is a step of its own, caused by the request that timed out", () => {
    const options = smallOptions({
      durationUs: 60_000_000,
      faults: [fault("store-timeout", 1, { forUs: 50_000_000, amount: 1, target: { pick: "all" } })],
    });
    const { events } = traceRun(options, 1);
    const commits = events.filter(({ input }) => input.kind === "commit");
    const late = commits.filter(({ cause }) => events[cause - 1]?.input.kind === "commit");
    expect(late.length).toBeGreaterThan(0);
    expect(late.length).toBeLessThan(commits.length / 2 + 1);
    for (const { input, cause } of late) {
      const first = events[cause - 1] as TraceEvent;
      expect(first.input).toMatchObject({ kind: "commit", did: null, answer: { result: "unknown" } });
      expect(input.kind === "commit" && input.did !== null && first.input.kind === "commit" && input.ask === first.input.ask).toBe(true);
    }
  });
});

describe("violations in a trace", () => {
  it("stand in the step that said what broke the rule, a judgement of the end in the last", () => {
    const early = failing("no-fence");
    const step = early.run.events.find(({ violations }) => violations.length > 0);
    expect(step?.violations[0]).toBe(early.violation);
    expect(step?.actor).toBe("store");
    expect(step?.records).toMatchObject([{ kind: "host/fenced", host: early.violation.host, map: early.violation.map }]);
    const late = failing("redirect-lost");
    const finish = late.run.events.at(-1);
    expect(finish?.input.kind).toBe("finish");
    expect(finish?.violations).toContain(late.violation);
  });

  it("are all noted, as long as checkers keep them", () => {
    const { run: traced } = failing("commit-before-freeze");
    const noted = traced.events.flatMap(({ violations }) => violations);
    expect(noted).toHaveLength(traced.outcome.violationsTotal);
  });
});

describe("limits", () => {
  it("keep the newest events, and say how many are gone", () => {
    const kept = traceRun(healthy, 1, { eventsMax: 500 });
    expect(kept.events).toHaveLength(500);
    expect(kept.truncated).toBe(run.events.length - 500);
    expect(kept.events.at(-1)).toEqual(run.events.at(-1));
    expect(kept.outcome.fingerprint).toBe(run.outcome.fingerprint);
  });

  it("keep nothing after the first violation of a rule", () => {
    const traced = traceRun(failingOptions("commit-before-freeze"), 1, { rule: "HO1" });
    expect(traced.events.at(-1)?.violations.map(({ rule }) => rule)).toContain("HO1");
    expect(traced.outcome.violationsTotal).toBeGreaterThan(traced.events.flatMap(({ violations }) => violations).length);
    expect(traced.outcome.virtual_s).toBe(900);
  });

  it("stop the run at a time", () => {
    const traced = traceRun(healthy, 1, { untilUs: 30_000_000 });
    expect(traced.outcome.virtual_s).toBe(30);
    expect(traced.events.every(({ at_us }) => at_us <= 30_000_000)).toBe(true);
  });
});
