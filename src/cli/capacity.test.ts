/** `capacity`, first with a stand-in for the simulator: what is asked, found, said, kept and taken up again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stripWallTimes, type CapacityDocument } from "../../sim/run/capacity/document.ts";
import { keptText } from "../../sim/run/capacity/kept.ts";
import type { CapacityProbe } from "../../sim/run/capacity/probe.ts";
import { call, type Told } from "./test-io.fixture.ts";

/** Searches are resumed on the same commit only, and somebody may commit between two calls of a test. */
const checkout = vi.hoisted(() => ({ commit: "c0ffee" }));
vi.mock("./commit.ts", async (original) => ({ ...(await original<object>()), commitOf: () => checkout.commit }));

const workerFile = new URL("../../sim/run/capacity/worker.fixture.ts", import.meta.url);
const RANGE = ["--vary", "fleet.players", "--from", "10000", "--to", "60000"];

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-capacity-"));
  const frame = "schema: peerstead-scenario/1\nname: tests/load\nmode: capacity\nduration: 1m\nseeds: {from: 4, count: 2}\n";
  const thresholds = 'thresholds: {interruption_ms: ["p(99)<=3000", "count>=0"], vps_refused: ["sum<=0"]}\n';
  writeFileSync(join(cwd, "load.yaml"), `${frame}${thresholds}fleet: {players: {peak: 10}}\n`);
  writeFileSync(join(cwd, "free.yaml"), `${frame}title: always\nfleet: {players: {peak: 10}}\n`);
  writeFileSync(
    join(cwd, "sweep.yaml"),
    `${frame}${thresholds}sweep: {hosts: [5, 6], name: [a, b]}\ntitle: always\nfleet: {hosts: {count: $hosts}, players: {peak: 10}, maps: {names: [$name]}}\n`.replace(
      '"b c"',
      "b",
    ),
  );
});

afterEach(() => rmSync(cwd, { recursive: true }));

/** A search over the load of a world of the stand-in. */
async function searched(world: string, ...args: string[]): Promise<Told> {
  return call(["capacity", "load.yaml", "--set", `title=${world}`, "--workers", "1", ...RANGE, ...args], { cwd, workerFile });
}

function documentOf(told: Told): CapacityDocument {
  return JSON.parse(told.stdout) as CapacityDocument;
}

/** A document without what the machine adds. */
function comparable(told: Told): CapacityDocument {
  return stripWallTimes(documentOf(told));
}

const folder = (): string => join(cwd, "reports", "tests", "load");

describe("capacity", () => {
  it("ST3: prints one document and writes the same one whole, and leaves nothing else of the search", async () => {
    const told = await searched("grows", "--json");
    expect(told.code).toBe(0);
    expect(readFileSync(join(folder(), "capacity-fleet-players.json"), "utf8")).toBe(told.stdout);
    expect(readdirSync(folder())).toEqual(["capacity-fleet-players.html", "capacity-fleet-players.json"]);
    expect(documentOf(told)).toMatchObject({
      scenario: "tests/load",
      commit: "c0ffee",
      vary: "fleet.players",
      path: "fleet.players.peak",
      unit: "players",
      seeds: [4, 5],
      largest: 29_850,
      bracket: [29_850, 30_200],
      broke: { at: 30_200, metric: "interruption_ms", expression: "p(99)<=3000" },
      monotone: true,
      result: "ok",
      command: "peerstead capacity load.yaml --vary fleet.players --from 10000 --to 60000 --precision 2% --set title=grows",
    });
  });

  it("keeps of every value its thresholds, metrics, fingerprint and the command that repeats it", async () => {
    const { probes } = documentOf(await searched("grows", "--json", "--seeds", "8..7", "--precision", "0.2"));
    expect(probes.map((probe) => probe.value)).toEqual([10_000, 22_500, 28_000, 31_000, 35_000, 47_500, 60_000]);
    const [first] = probes;
    expect(first).toMatchObject({
      holds: true,
      result: "ok",
      run: "peerstead run load.yaml --seeds 7..8 --set title=grows --set fleet.players.peak=10000",
      thresholds: [
        { metric: "interruption_ms", expression: "p(99)<=3000", ok: true },
        { metric: "interruption_ms", expression: "count>=0", actual: 2, ok: true },
        { metric: "vps_refused", expression: "sum<=0", actual: 0, ok: true },
      ],
    });
    expect([first?.metrics["interruption_ms"]?.max, first?.metrics["players_online"]?.max]).toEqual([1008, 20_113]);
    expect(new Set(probes.map((probe) => probe.fingerprint)).size).toBe(7);
  });

  it("the command of a value leaves what the search saw of it", async () => {
    const [probe] = documentOf(await searched("grows", "--json", "--seeds", "2")).probes;
    const words = probe!.run.split(" ").slice(1);
    const again = await call([...words, "--json"], { cwd, workerFile });
    const { fingerprint, metrics } = JSON.parse(again.stdout) as { fingerprint: string; metrics: unknown };
    expect([fingerprint, metrics]).toEqual([probe!.fingerprint, probe!.metrics]);
  });

  it("DT1: leaves the same document for any number of workers and for seeds in reverse", async () => {
    const one = comparable(await searched("grows", "--json", "--seeds", "1..5"));
    expect(comparable(await searched("grows", "--json", "--seeds", "5..1", "--workers", "3"))).toEqual(one);
  });

  it("runs all seeds of every value, whatever the scenario's time budget, and repeats them so", async () => {
    const { probes } = documentOf(await searched("always", "--json", "--set", "seeds.budget=1us"));
    expect(probes.map((probe) => probe.metrics["interruption_ms"]?.count)).toEqual([2, 2, 2, 2, 2]);
    expect(probes[0]?.run).toContain(" --seeds 4..5 ");
  });

  it("answers people in words, and says on stderr where the report is", async () => {
    const told = await searched("grows");
    expect(told.stdout).toContain("CARRIES 29,850 players. Above, interruption_ms p(99)<=3000 breaks: ");
    expect(told.stdout).toContain("│ is the limit");
    expect(told.stderr).toContain(
      `document: ${join(folder(), "capacity-fleet-players.json")}\nreport: ${join(folder(), "capacity-fleet-players.html")}\n`,
    );
  });

  it("ends with 0 where both ends hold, with 12 where none does", async () => {
    const beyond = await searched("always", "--json");
    expect([beyond.code, documentOf(beyond).largest, documentOf(beyond).beyond, documentOf(beyond).broke]).toEqual([0, 60_000, true, null]);
    const none = await searched("never", "--json");
    expect([none.code, documentOf(none).largest, documentOf(none).broke?.at]).toEqual([12, null, 10_000]);
  });

  it("says when the answer is not monotone, and gives the cautious one", async () => {
    const told = await searched("hole", "--json");
    expect([told.code, documentOf(told).monotone, documentOf(told).exceptions]).toEqual([0, false, [47_500, 60_000]]);
    expect(documentOf(told).largest).toBeLessThanOrEqual(30_000);
    expect((await searched("hole")).stdout).toMatch(/Not monotone +47,500 and 60,000 hold although/);
  });

  it("takes a value without samples for one that holds, and says so", async () => {
    const told = await searched("quiet");
    expect(told.code).toBe(0);
    expect(told.stdout.replaceAll(/\s+/g, " ")).toContain("Not tested at 10,000: no sample of interruption_ms");
  });

  it("ends with the code of a rule that broke, and names it, the seed and how to see it again", async () => {
    const told = await searched("unsafe", "--json");
    const document = documentOf(told);
    expect([told.code, document.result, document.broke?.rule, document.broke?.message]).toEqual([
      10,
      "safety",
      "HO4",
      "two hosts serve field_3",
    ]);
    expect([document.broke?.metric, document.broke?.expression, document.broke?.seed]).toEqual([null, null, 4]);
    expect(document.broke?.replay).toBe(
      `peerstead replay load.yaml --seed 4 --set title=unsafe --set fleet.players.peak=${document.broke!.at}`,
    );
    expect(document.largest).toBeLessThanOrEqual(40_000);
  });

  it("takes a crash and a seed that takes too long for values that break, with that reason", async () => {
    const dead = await searched("dies", "--json");
    expect([dead.code, documentOf(dead).broke?.rule]).toEqual([16, "crash"]);
    const slow = await searched("waits", "--json", "--timeout", "3", "--to", "46000", "--seeds", "1", "--precision", "20%");
    const { broke, largest } = documentOf(slow);
    expect([slow.code, broke?.rule, broke?.message, broke?.at]).toEqual([15, "timeout", "given up after 3 s of wall time", 46_000]);
    expect(largest).toBe(41_000);
  });

  it("searches one point of a sweep, and repeats that one", async () => {
    const sweep = (...args: string[]): Promise<Told> => call(["capacity", "sweep.yaml", ...RANGE, ...args], { cwd, workerFile });
    const many = await sweep();
    expect([many.code, many.stderr]).toEqual([
      1,
      "peerstead: scenario sweep.yaml has a sweep of 4 points over hosts, name; choose one with --point N, counted from 0\n",
    ]);
    expect((await sweep("--point", "4")).stderr).toBe("peerstead: --point 4: the scenario has 4 points, counted from 0\n");
    const one = documentOf(await sweep("--point", "3", "--json", "--precision", "50%"));
    expect(one.size.hosts).toBe(6);
    expect(one.probes[0]?.run).toBe(
      `peerstead run sweep.yaml --set 'sweep.hosts=[6]' --set 'sweep.name=["b"]' --set fleet.players.peak=10000`,
    );
  });
});

describe("capacity, interrupted", () => {
  const kept = (): string => join(folder(), "capacity-fleet-players.progress.json");
  const keptValues = (): number[] => {
    const { probes } = JSON.parse(readFileSync(kept(), "utf8")) as { probes: { value: number }[] };
    return keptFrom(probes);
  };
  const keptFrom = (probes: readonly { readonly value: number }[]): number[] => probes.map((probe) => probe.value).sort((a, b) => a - b);
  /** Calls a search and interrupts it once so many values are kept. */
  const interrupted = async (count: number, ...args: string[]): Promise<Told> => {
    const stop = new AbortController();
    let over = false;
    const told = call(["capacity", "load.yaml", ...RANGE, "--json", ...args], { cwd, workerFile, signal: stop.signal });
    void told.then(() => (over = true));
    while (!over && (!existsSync(kept()) || keptValues().length < count)) await sleep(5);
    stop.abort();
    return told;
  };
  /** Values from 45,000 on never end. */
  const waits = ["--set", "title=waits", "--workers", "2"];

  it("keeps what is done, says so, and goes on from there", async () => {
    const cut = await interrupted(3, ...waits);
    expect(cut.code).toBe(130);
    expect(JSON.parse(cut.stdout)).toEqual({
      error: { message: "interrupted; 3 probes kept; the same command goes on from there", complaints: [] },
    });
    expect(readdirSync(folder())).toEqual(["capacity-fleet-players.progress.json"]);
    expect(keptValues()).toEqual([10_000, 22_500, 35_000]);
    // The same once more: nothing that was kept is run again, and nothing is lost.
    const resumed = await interrupted(3, ...waits);
    expect(resumed.stderr).toMatch(/^resumed: 3 probes of an earlier call are reused\n/);
    expect(keptValues()).toEqual([10_000, 22_500, 35_000]);
  });

  it("warns that a checkout with changes may be another one", async () => {
    checkout.commit = "c0ffee+dirty";
    try {
      await interrupted(1, ...waits);
      expect((await interrupted(1, ...waits)).stderr).toMatch(
        /reused; --fresh runs them anew, should files of Peerstead itself have changed/,
      );
    } finally {
      checkout.commit = "c0ffee";
    }
  });

  it("leaves the same document as a search that was never interrupted, and runs nothing twice", async () => {
    const many = ["--set", "title=grows", "--seeds", "9"];
    expect((await interrupted(2, ...many, "--workers", "1")).code).toBe(130);
    const whole = comparable(await searched("grows", "--json", "--seeds", "9", "--report", "elsewhere"));
    // A mark on what was kept shows that it is taken as it is.
    const { key, probes } = JSON.parse(readFileSync(kept(), "utf8")) as { key: string; probes: CapacityProbe[] };
    const marked = probes.map((probe) => ({ ...probe, fingerprint: `kept ${probe.fingerprint}` }));
    writeFileSync(kept(), keptText(key, marked));
    const resumed = await searched("grows", "--json", "--seeds", "9");
    expect(resumed.stderr).toMatch(/^resumed: \d probes of an earlier call are reused/);
    expect(existsSync(kept())).toBe(false);
    const found = documentOf(resumed).probes.filter((probe) => probe.fingerprint.startsWith("kept "));
    expect(found.map((probe) => probe.value)).toEqual(keptFrom(marked));
    expect(comparable({ ...resumed, stdout: resumed.stdout.replaceAll('"kept ', '"') })).toEqual(whole);
  });

  it("uses nothing of another search, of a damaged file, or with --fresh", async () => {
    await interrupted(3, ...waits);
    const other = await searched("always", "--json");
    expect(other.stderr).toContain("left by another search or another commit, so nothing of it is used; it is replaced\n");
    await interrupted(2, "--set", "title=grows", "--seeds", "9", "--workers", "1");
    const text = readFileSync(kept(), "utf8");
    const whole = comparable(await searched("grows", "--json", "--seeds", "9"));
    for (const [left, args, said] of [
      [text.slice(0, -9), [], "damaged, so nothing of it is used\n"],
      [text, ["--fresh"], ""],
    ] as const) {
      writeFileSync(kept(), left);
      const told = await searched("grows", "--json", "--seeds", "9", ...args);
      expect(told.stderr).not.toContain("resumed");
      expect(told.stderr).toContain(said);
      expect(comparable(told)).toEqual(whole);
      expect(existsSync(kept())).toBe(false);
    }
  });

  it("leaves no folder when nothing was done", async () => {
    const cut = await call(["capacity", "load.yaml", ...RANGE, ...waits, "--json"], { cwd, workerFile, signal: AbortSignal.abort() });
    expect([cut.code, JSON.parse(cut.stdout)]).toEqual([130, { error: { message: "interrupted; no probe was done", complaints: [] } }]);
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });
});

describe("capacity, asked wrongly", () => {
  it.each([
    [
      ["load.yaml", "--vary", "fleet.plyers", "--from", "1", "--to", "2"],
      '--vary fleet.plyers: unknown field "plyers" in fleet; did you mean "players"?',
    ],
    [
      ["load.yaml", "--vary", "title", "--from", "1", "--to", "2"],
      "--vary title: title is no number that could be varied; it takes a text",
    ],
    [["load.yaml", "--vary", "fleet.players", "--from", "1", "--to", "1"], "--from 1 --to 1: expected two values that differ"],
    [
      ["load.yaml", "--vary", "fleet.players", "--from", "x", "--to", "1"],
      "--from x: fleet.players.peak takes a whole number from 0 to 10000000",
    ],
    [["load.yaml", ...RANGE, "--precision", "0"], "--precision 0: expected a share above 0, at most 0.5, such as 2% or 0.02"],
    [["load.yaml", ...RANGE, "--precision", "80%"], "--precision 80%: expected a share above 0, at most 0.5, such as 2% or 0.02"],
    [["load.yaml", ...RANGE, "--precision", "x%"], "--precision x%: expected a share above 0, at most 0.5, such as 2% or 0.02"],
    [
      ["free.yaml", ...RANGE],
      "scenario free.yaml has no thresholds, so nothing says what must hold; give one, for example --set 'thresholds.interruption_ms=[\"p(99)<=3000\"]'",
    ],
    [["load.yaml", ...RANGE.slice(0, 4)], "required option '--to <value>' not specified"],
    [["load.yaml", ...RANGE, "--workers", "0"], "--workers 0: expected a whole number from 1 to 256"],
    [["load.yaml", ...RANGE, "--seeds", "x"], "--seeds x: expected A..B (the seeds from A to B) or a number of seeds from 1 to 1000000"],
  ])("%j ends with 1 and says why; nothing is written", async (args, message) => {
    const told = await call(["capacity", ...args], { cwd, workerFile });
    expect([told.code, told.stdout, told.stderr]).toEqual([1, "", `peerstead: ${message}\n`]);
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });

  it("a value that makes the scenario invalid is found before anything runs, and told apart from a scenario that is", async () => {
    const critical = await call(["capacity", "load.yaml", "--vary", "fleet.maps.critical", "--from", "0", "--to", "400"], {
      cwd,
      workerFile,
    });
    expect([critical.code, critical.stderr]).toEqual([
      1,
      "peerstead: fleet.maps.critical = 200 makes scenario load.yaml invalid\n--vary fleet.maps.critical, at 200: fleet.maps.critical: 200 of 100 maps cannot be critical\n",
    ]);
    const broken = await call(["capacity", "load.yaml", ...RANGE, "--set", "duration=5"], { cwd, workerFile });
    expect(broken.stderr).toMatch(/^peerstead: 1 error in scenario load\.yaml\n--set duration=5: duration: expected a time/);
    expect(existsSync(join(cwd, "reports"))).toBe(false);
  });
});

describe("the simulator behind capacity", () => {
  const world = [
    "--set=duration=2m",
    "--set=fleet.hosts.count=0",
    "--set=fleet.regions={EU: 1}",
    "--set=vps.slots=37",
    '--set=thresholds={vps_refused: ["sum<=0"]}',
    "--seeds=2",
    "--workers=2",
    "--json",
  ];
  const answer = async (...args: string[]): Promise<CapacityDocument> => {
    const told = await call(["capacity", "capacity/five-hundred", ...world, ...args], { cwd });
    expect([told.code, told.stderr.includes("report: ")]).toEqual([0, true]);
    return documentOf(told);
  };

  it("finds that as many maps fit on the VPS as it has slots", async () => {
    const maps = ["--vary", "fleet.maps", "--set=fleet.maps.critical=0", "--set=fleet.players.peak=50"];
    const document = await answer(...maps, "--from", "10", "--to", "150");
    expect([document.largest, document.broke?.at, document.broke?.metric, document.broke?.actual]).toEqual([37, 38, "vps_refused", 2]);
    expect([document.direction, document.monotone, document.unit]).toEqual(["up", true, "maps"]);
  });

  it("finds that as many slots suffice as there are maps", async () => {
    const slots = ["--vary", "vps.slots", "--set=fleet.maps.count=23", "--set=fleet.maps.critical=23", "--set=fleet.players.peak=50"];
    const document = await answer(...slots, "--from", "160", "--to", "0");
    expect([document.direction, document.smallest, document.largest, document.broke?.at, document.to]).toEqual(["down", 23, 23, 22, 1]);
  });

  /** One map of the VPS, and players who are all there at the start and stay. */
  const crowd = (initial: number, admitted: number): string[] => [
    "--set=fleet.maps={count: 1, critical: 1, popularity: zipf(1.1)}",
    `--set=tuning.vpsMapPlayersMax=${admitted}`,
    "--set=fleet.players.executor=ramping-arrival-rate",
    "--set=fleet.players.peak=null",
    `--set=fleet.players.initial=${initial}`,
    "--set=fleet.players.start=0/s",
    "--set=fleet.players.stages=[{for: 2m, to: 0/s}]",
    "--set=fleet.players.session=10h",
    '--set=thresholds={players_refused: ["sum<=0"]}',
  ];

  it("finds how many players a map admits", async () => {
    const document = await answer("--vary", "fleet.players.initial", ...crowd(10, 85), "--from", "10", "--to", "300");
    expect([document.largest, document.broke?.at, document.broke?.metric]).toEqual([85, 86, "players_refused"]);
  });

  it("varies the load of players who come by rates by a factor", async () => {
    const document = await answer("--vary", "fleet.players", ...crowd(40, 100), "--from", "0.5", "--to", "8");
    expect([document.path, document.unit, document.direction]).toEqual(["fleet.players.scale", "times", "up"]);
    // 2.5 times 40 are the hundred that the map admits; from 2.5125 on it is rounded up to one more.
    expect(document.largest).toBeLessThan(2.5125);
    expect(document.broke!.at).toBeGreaterThanOrEqual(2.5125);
    expect(document.broke!.at / document.largest!).toBeLessThanOrEqual(1.02);
  });
});
