import { describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Violation } from "../../outcome.ts";
import { causalCone } from "./cone.ts";
import type { TraceActor, TraceEvent, TraceInput } from "./events.ts";
import { FAILING, type FailingName, failing } from "./failing.fixture.ts";

const broken: Violation = { rule: "HO1", at_s: 1, message: "two hosts", map: 7, host: 3 };

/** Events of a made run: what happened, where, why, and what was said. */
class Made {
  readonly events: TraceEvent[] = [];

  add(
    actor: TraceActor,
    input: TraceInput,
    cause = 0,
    records: readonly HistoryRecord[] = [],
    violations: readonly Violation[] = [],
  ): number {
    const n = this.events.length + 1;
    this.events.push({ n, at_us: n * 1000, cause, actor, input, records, violations });
    return n;
  }

  timer(actor: TraceActor, cause: number, records: readonly HistoryRecord[] = [], violations: readonly Violation[] = []): number {
    return this.add(actor, { kind: "timer", timer: 1 }, cause, records, violations);
  }
}

const granted = (map: number, host: number, epoch: number): HistoryRecord => ({
  kind: "map/granted",
  map,
  host,
  epoch,
  expect: epoch - 1,
  vps: false,
});
const serving = (map: number, host: number, epoch: number): HistoryRecord => ({ kind: "host/serving", map, host, epoch });
const release = (map: number): TraceInput => ({
  kind: "message",
  from: "coordinator",
  message: { kind: "hosting/release", map, epoch: 1 },
});
const lost = (map: number): TraceInput => ({
  kind: "lost",
  from: "coordinator",
  why: "cut",
  message: { kind: "hosting/release", map, epoch: 1 },
});

describe("the cone of a made run", () => {
  it("is empty for what no step carries", () => {
    const made = new Made();
    made.timer("coordinator", 0);
    expect(causalCone(made.events, broken)).toEqual({ violating: 0, from: 0, steps: [], map: 7, hosts: [], player: -1 });
    expect(causalCone([], broken).steps).toEqual([]);
  });

  it("holds the map's story from the last grant but one on, and nothing of other maps, hosts and players", () => {
    const made = new Made();
    made.timer("coordinator", 0, [granted(7, 9, 1)]);
    const first = made.timer("coordinator", 0, [granted(7, 4, 2)]);
    const serves = made.timer("host 4", 0, [serving(7, 4, 2)]);
    made.timer("host 5", 0, [serving(8, 5, 2)]);
    const cut = made.add("faults", { kind: "fault", id: "cut", fault: "cut", what: "begin" });
    const off = made.add("host 4", { kind: "truth", host: 4, truth: "cut" }, cut);
    made.add("host 5", { kind: "truth", host: 5, truth: "cut" }, cut);
    const next = made.timer("coordinator", 0, [granted(7, 3, 3), granted(8, 6, 3)]);
    const missed = made.add("host 4", lost(7), next);
    made.add("host 5", lost(8), next);
    made.add("player 1", { kind: "message", from: "coordinator", message: { kind: "play/redirect", map: 7, host: 3, epoch: 3 } }, next);
    const wrong = made.timer("host 4", serves, [serving(7, 4, 2)], [broken]);
    made.timer("coordinator", 0, [granted(7, 4, 4)]);
    const found = causalCone(made.events, broken);
    expect(found.violating).toBe(wrong);
    expect(found.steps).toEqual([first, serves, cut, off, next, missed, wrong]);
    expect(found.hosts).toEqual([3, 4]);
    expect(found.from).toBe(first);
  });

  it("follows causes outside of the story over three steps, and no further than a timer", () => {
    const made = new Made();
    const far = made.add("host 1", release(1));
    const away = [far];
    for (let i = 0; i < 5; i += 1) away.push(made.add(`host ${i}`, release(1), away.at(-1)));
    const tick = made.timer("coordinator", made.timer("coordinator", 0));
    const one = made.timer("coordinator", tick, [granted(7, 4, 1)]);
    const two = made.add("host 3", release(7), away.at(-1), [], [broken]);
    expect(causalCone(made.events, broken).steps).toEqual([...away.slice(-3), tick, one, two]);
  });

  it("keeps the first and the last of what a timer says again and again", () => {
    const made = new Made();
    made.timer("coordinator", 0, [granted(7, 3, 1)]);
    const refusal: HistoryRecord = { kind: "refusal", what: "place", reason: "no_candidate", map: 7, host: -1 };
    for (let i = 0; i < 50; i += 1) made.timer("coordinator", made.events.length, [refusal]);
    made.add("run", { kind: "finish" }, 0, [], [broken]);
    expect(causalCone(made.events, broken).steps).toEqual([1, 2, 50, 51, 52]);
  });

  it("knows what was in force when a host's part began, and the store's faults that its requests met", () => {
    const made = new Made();
    const cut = made.add("faults", { kind: "fault", id: "cut", fault: "cut", what: "begin" });
    const off = made.add("host 3", { kind: "truth", host: 3, truth: "cut" }, cut);
    const calm = made.add("faults", { kind: "fault", id: "slow", fault: "store-slow", what: "begin" });
    made.add("faults", { kind: "fault", id: "slow", fault: "store-slow", what: "end" }, calm);
    const fails = made.add("faults", { kind: "fault", id: "fail", fault: "store-fail", what: "begin" });
    const ask = { verb: "claim", map: 7, host: 3, epoch: 2, expect: 1 } as const;
    const asked = made.timer("coordinator", 0, [{ kind: "move/step", move: 1, map: 7, step: "claimed" }]);
    const commit = made.add(
      "store",
      { kind: "commit", from: "coordinator", ask, committed: false, did: null, answer: { result: "failed" } },
      asked,
    );
    const grant = made.timer("coordinator", 0, [granted(7, 3, 2)], [broken]);
    const cone = causalCone(made.events, broken);
    expect(cone.from).toBe(grant);
    const whole = causalCone(
      [...made.events.map((event) => (event.n === asked ? { ...event, records: [granted(7, 3, 1)] } : event))],
      broken,
    );
    expect(whole.steps).toEqual([cut, off, fails, asked, commit, grant]);
  });
});

describe("the cone of a real run", () => {
  it.each(Object.keys(FAILING) as FailingName[])("%s: is small, closed and tells of the map alone", (name) => {
    const { run, violation, cone } = failing(name);
    expect(cone.violating).toBeGreaterThan(0);
    expect(cone.steps.length).toBeGreaterThan(10);
    expect(cone.steps.length).toBeLessThan(120);
    expect(cone.steps.at(-1)).toBe(cone.violating);
    expect([...cone.steps].sort((a, b) => a - b)).toEqual(cone.steps);
    expect([cone.map, cone.hosts.includes(violation.host ?? -1)]).toEqual([violation.map, true]);
    const grants = run.events.flatMap(({ n, records }) =>
      records.filter((r) => r.kind === "map/granted" && r.map === cone.map).map(() => n),
    );
    const story = grants.filter((n) => n >= cone.from && n <= cone.violating);
    expect(story.length).toBeGreaterThan(0);
    for (const n of story) expect(cone.steps).toContain(n);
  });

  it("no-fence: tells of the cut, of the release that was lost, of the other grant, and of the write that passed", () => {
    const { run, cone } = failing("no-fence");
    const steps = cone.steps.map((n) => run.events[n - 1] as TraceEvent);
    const has = (actor: TraceActor, input: object): boolean =>
      steps.some(
        (step) =>
          step.actor === actor && Object.entries(input).every(([key, value]) => (step.input as Record<string, unknown>)[key] === value),
      );
    expect(has("faults", { kind: "fault", id: "cut", what: "begin" })).toBe(true);
    expect(has("host 10", { kind: "truth", truth: "cut" })).toBe(true);
    expect(has("host 10", { kind: "lost", why: "cut" })).toBe(true);
    expect(has("host 10", { kind: "truth", truth: "healed" })).toBe(true);
    expect(has("coordinator", { kind: "host/silent", host: 10 })).toBe(true);
    expect(steps.at(-1)?.input).toMatchObject({ kind: "commit", ask: { verb: "checkpoint" }, committed: true });
    expect(steps.filter(({ actor }) => actor.startsWith("player"))).toEqual([]);
  });

  it("redirect-lost: tells what the player was told and what it was not", () => {
    const { run, cone, violation } = failing("redirect-lost");
    const steps = cone.steps.map((n) => run.events[n - 1] as TraceEvent);
    const players = new Set(steps.map(({ actor }) => actor).filter((actor) => actor.startsWith("player")));
    expect([...players]).toEqual([`player ${violation.player}`]);
    expect(steps.some(({ input }) => input.kind === "lost" && input.why === "planted" && input.message.kind === "play/redirect")).toBe(
      true,
    );
    expect(steps.some(({ records }) => records.some((r) => r.kind === "player/playing" && r.player === violation.player))).toBe(true);
  });
});
