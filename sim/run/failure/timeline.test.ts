import { describe, expect, it } from "vitest";
import { causalCone } from "./cone.ts";
import type { TraceEvent } from "./events.ts";
import { FAILING, type FailingName, failing, storyOf } from "./failing.fixture.ts";
import { type Scene, sceneOf } from "./scene.ts";
import { layoutOf } from "./timeline-layout.ts";
import { fitted, textWidth } from "./timeline-svg.ts";
import { timelinePage } from "./timeline.ts";
import { traceLines } from "./trace-lines.ts";

const NAMES = Object.keys(FAILING) as FailingName[];

function scene(name: FailingName): Scene {
  const { run, cone } = failing(name);
  return sceneOf(run.events, cone) as Scene;
}

describe("the scene of a failure", () => {
  it("no-fence: the old host serves on while it is cut off and while the new one serves; it is told to stop, and its last write breaks the rule", () => {
    const { granted, serving, bad, moves, faults, hosts } = scene("no-fence");
    expect(hosts.slice(0, 2)).toEqual([10, 1]);
    expect(granted.map(({ host, open }) => [host, open])).toEqual([
      [10, false],
      [1, true],
    ]);
    expect(serving.map(({ host, open }) => [host, open])).toEqual([
      [10, false],
      [1, true],
    ]);
    expect((serving[0]?.to.at_us ?? 0) > (serving[1]?.from.at_us ?? 0)).toBe(true);
    expect(bad.map(({ host, how, from, to }) => [host, how, from.at_us, to.at_us])).toEqual([[10, "cut off", 54_000_000, 62_000_000]]);
    expect(moves.map(({ cause, to_host, end }) => [cause, to_host, end])).toEqual([
      ["placement", 10, "done"],
      ["lost", 1, "done"],
    ]);
    expect(faults.map(({ id, from, to }) => [id, from.at_us, to.at_us])).toEqual([
      ["cut", 54_000_000, 62_000_000],
      ["store-unknown", 61_000_000, 62_070_117],
    ]);
  });

  it("orphan-on-failed-move: the map is granted, a move of it failed, and nobody serves", () => {
    const { granted, serving, moves } = scene("orphan-on-failed-move");
    expect(granted.at(-1)?.open).toBe(true);
    expect(serving.every(({ open }) => !open)).toBe(true);
    expect(moves.at(-1)).toMatchObject({ end: "failed" });
  });

  it("is nothing where there is no cone", () => {
    const { run, cone } = failing("no-fence");
    expect(sceneOf(run.events, { ...cone, violating: 0, steps: [] })).toBeNull();
  });
});

describe("the layout of the diagram", () => {
  it.each(NAMES)("%s: rows stand below each other, words fit, arrows have room", (name) => {
    const { cone } = failing(name);
    const { rows, x, width, height, earlier, elsewhere } = layoutOf(scene(name), cone);
    expect(rows.length + earlier + elsewhere).toBe(cone.steps.length);
    expect(rows.at(-1)?.step.n).toBe(cone.violating);
    for (const [i, row] of rows.entries()) {
      const above = rows[i - 1];
      if (above !== undefined) expect(row.y - above.bottom).toBeGreaterThanOrEqual(12);
      const at = row.column < 0 ? 132 : (x[row.column] as number);
      for (const text of row.lines) {
        const room = row.side === "right" ? width - at - 14 : at - 14 - 132;
        expect(textWidth(text), text).toBeLessThanOrEqual(room);
      }
      expect(row.bottom).toBeLessThan(height);
    }
  });

  it("draws the newest three hundred steps and eight actors, and counts what it leaves out", () => {
    const { cone } = failing("no-fence");
    const whole = scene("no-fence");
    const many: TraceEvent[] = Array.from({ length: 700 }, (_, i) => ({
      n: i + 1,
      at_us: i,
      cause: 0,
      actor: `host ${i % 14}`,
      input: { kind: "timer", timer: 0 },
      records: [],
      violations: [],
    }));
    const layout = layoutOf({ ...whole, steps: many, violating: many.at(-1) as TraceEvent }, { ...cone, violating: 700 });
    expect([layout.actors.length, layout.earlier]).toEqual([8, 400]);
    expect(layout.rows.length + layout.elsewhere).toBe(300);
    expect(layout.rows.at(-1)?.step.n).toBe(700);
  });

  it("shortens words to the room they have", () => {
    expect(fitted("hosting/release", 1000)).toBe("hosting/release");
    expect(fitted("hosting/release", 70)).toBe("hosting/r…");
    expect(fitted("hosting/release", 12)).toBe("");
  });
});

describe("the page of a failure", () => {
  it.each(NAMES)("%s: says the rule in SPEC's words, the message, the seed, the command and the plan, and shows every step", (name) => {
    const made = failing(name);
    const story = storyOf(made);
    const page = timelinePage(story);
    const { violation, cone } = made;
    expect(page).toContain(`<h1>${violation.rule} broken: test/small, seed ${made.seed}</h1>`);
    expect(page).toContain(`<strong>${violation.rule}</strong> `);
    expect(page).toContain(`<code>${story.command}</code>`);
    expect(page).toContain("<li>validation-fail of the busiest host at");
    for (const n of cone.steps) expect(page.split(`id="s${n}"`), `step ${n}`).toHaveLength(2);
    for (const [, n] of page.matchAll(/href="#s(\d+)"/g)) expect(page, `link to step ${n}`).toContain(`id="s${n}"`);
    expect(timelinePage(story)).toBe(page);
  });

  it("shows the decisions where the rule names nobody, and no lanes", () => {
    const story = storyOf(failing("no-fence"));
    const step = story.run.events.find(({ n }) => n === story.cone.violating) as TraceEvent;
    const violation = { rule: "HO7", at_s: 62.070117, message: "the coordinator's books are wrong: one map too many" };
    const events = story.run.events.map((event) => (event === step ? { ...step, violations: [violation] } : event));
    const cone = causalCone(events, violation);
    expect([cone.map, cone.hosts, cone.player]).toEqual([-1, [], -1]);
    const decided = events.filter(({ n, records }) => n < step.n && records.some(({ kind }) => kind === "move/decided"));
    for (const { n } of decided) expect(cone.steps).toContain(n);
    const page = timelinePage({ ...story, run: { ...story.run, events }, violation, cone });
    expect(page).not.toContain('id="lanes"');
    expect(page).toContain('id="diagram"');
  });

  it("says so where no step broke the rule, and draws nothing", () => {
    const story = storyOf(failing("no-fence"));
    const violation = { rule: "crash", at_s: 0, message: "<b>it broke</b>" };
    const page = timelinePage({ ...story, violation, cone: { ...story.cone, violating: 0, steps: [], map: -1, hosts: [] } });
    expect(page).toContain("nothing: no step of the run broke it");
    expect(page).toContain("&lt;b&gt;it broke&lt;/b&gt;.");
    expect(page).not.toContain("<svg");
  });
});

describe("trace.jsonl", () => {
  it("opens with a header and tells each step of the cone in words and in fields", () => {
    const { options, seed, run, violation, cone } = failing("no-fence");
    const lines = traceLines({ scenario: options.scenario, seed, run, violation, cone });
    const [header, ...steps] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(Object.keys(header ?? {}).slice(0, 4)).toEqual(["schema", "scenario", "seed", "rule"]);
    expect(header).toMatchObject({
      schema: "peerstead-trace/1",
      scenario: "test/small",
      seed: 3,
      rule: "HO3",
      at_s: 62.070117,
      violating: cone.violating,
      steps: steps.length,
      steps_in_run: cone.violating,
      truncated: 0,
      map: { map: 29, name: "field_29" },
      hosts: [
        { host: 1, vps: true, region: 0 },
        { host: 10, vps: false, region: 0 },
      ],
      player: null,
    });
    expect(steps.map(({ n }) => n)).toEqual(cone.steps);
    expect(Object.keys(steps[0] ?? {})).toEqual(["n", "at_us", "cause", "actor", "text", "input", "records", "violations"]);
    expect(steps.at(-1)).toMatchObject({ actor: "store", violations: [{ rule: "HO3", map: 29, host: 10 }] });
    expect(lines.every((line) => !line.includes("\n"))).toBe(true);
  });
});
