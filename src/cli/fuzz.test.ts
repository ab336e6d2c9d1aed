/** `fuzz`, as somebody meets it who has broken something: what is printed, what is written, and that all of it runs again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FailureDocument } from "../../sim/run/fuzz/artefacts.ts";
import type { FuzzDocument } from "../../sim/run/fuzz/document.ts";
import type { PlantedDocument } from "../../sim/run/fuzz/planted.ts";
import type { RunOutcome } from "../../sim/outcome.ts";
import { call, type Told } from "./test-io.fixture.ts";

const MINUTE = 60_000;
let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-fuzz-"));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const peerstead = (...args: string[]): Promise<Told> => call(args, { cwd });
const read = (...parts: string[]): string => readFileSync(join(cwd, ...parts), "utf8");

describe("fuzz of a core that is broken", () => {
  let told: Told;
  let document: FuzzDocument;
  let folder: string;
  beforeAll(async () => {
    told = await peerstead(
      "fuzz",
      "--seeds",
      "1..24",
      "--once",
      "--workers",
      "2",
      "--set",
      "planted=[release-lost]",
      "--report",
      "out",
      "--json",
    );
    document = JSON.parse(told.stdout) as FuzzDocument;
    folder = join("out", "chaos", "swarm", document.failures[0]?.folder ?? "");
  }, MINUTE);

  it("ends with the code of the broken rule, prints one document and writes the same one whole", () => {
    expect(told.code).toBe(11);
    expect(read("out", "chaos", "swarm", "fuzz.json")).toBe(told.stdout);
    expect(document.result).toBe("liveness");
    expect(document.canary).toEqual({ seeds: 1, caught: true });
    expect(document.seeds).toMatchObject({ first: 1, last: 24, ran: 24, asked: 24, twice: false });
  });

  it("leaves one folder for failures of one signature, with everything that explains it", () => {
    const rules = document.failures.map((failure) => failure.signature.rule);
    expect(rules).toContain("HO9");
    expect(readdirSync(join(cwd, folder)).sort()).toEqual(["failure.json", "minimal.yaml", "timeline.html", "trace.jsonl"]);
    for (const failure of document.failures) {
      expect(failure.minimal?.verified).toBe(true);
      expect(failure.minimal?.faults).toBeLessThanOrEqual(5);
      expect(failure.minimal?.hosts).toBeLessThanOrEqual(4);
    }
    expect(read(folder, "timeline.html")).toContain(`${document.failures[0]?.signature.rule} broken`);
    const [header, ...steps] = read(folder, "trace.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(header).toMatchObject({ schema: "peerstead-trace/1", rule: document.failures[0]?.signature.rule });
    expect(steps.length).toBeGreaterThan(2);
    expect(existsSync(join(cwd, "out", "chaos", "swarm", "fuzz.html"))).toBe(true);
  });

  it("DT1: its failure.json replays the very run, and says so", async () => {
    const failure = JSON.parse(read(folder, "failure.json")) as FailureDocument;
    const again = await peerstead("replay", join(folder, "failure.json"), "--json");
    const outcome = JSON.parse(again.stdout) as RunOutcome;
    expect([outcome.fingerprint, outcome.decisions, outcome.seed]).toEqual([failure.fingerprint, failure.decisions, failure.seed]);
    expect(again.code).toBe(11);
    expect(again.stderr).toContain("the same run to the bit");
  });

  it("DT1: its minimal.yaml runs as any scenario and breaks the same rule in the same run", async () => {
    const failure = JSON.parse(read(folder, "failure.json")) as FailureDocument;
    const again = await peerstead("run", join(folder, "minimal.yaml"), "--json", "--report", "again");
    const { runs } = JSON.parse(again.stdout) as { runs: { seed: number; fingerprint: string; violations: { rule: string }[] }[] };
    expect(runs.map((run) => [run.seed, run.fingerprint])).toEqual([[failure.seed, failure.minimal?.fingerprint]]);
    expect(runs[0]?.violations.map((violation) => violation.rule)).toContain(failure.rule);
  });

  it("refuses a failure.json that was edited, that is none, and fields set on one", async () => {
    const edited = JSON.parse(read(folder, "failure.json")) as { options: { durationUs: number } };
    edited.options.durationUs += 1;
    writeFileSync(join(cwd, "edited.json"), JSON.stringify(edited));
    writeFileSync(join(cwd, "other.json"), '{"schema": "something/1"}');
    writeFileSync(join(cwd, "cut.json"), '{"schema": ');
    const failing = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await peerstead("replay", ...args);
      expect(code).toBe(1);
      return stderr;
    };
    expect(await failing("edited.json")).toContain("not those that were run, by their hash");
    expect(await failing("other.json")).toContain('expected a failure.json (schema peerstead-failure/1), found schema "something/1"');
    expect(await failing("cut.json")).toContain("expected JSON");
    expect(await failing(join(folder, "failure.json"), "--set", "duration=5s")).toContain("edit the minimal.yaml beside it");
  });
});

describe("fuzz of a sound core", () => {
  it(
    "is green only as far as it has seen: in words, with what it rests on",
    async () => {
      const { code, stdout, stderr } = await peerstead("fuzz", "--seeds", "5", "--workers", "2", "--report", "sound");
      expect(stdout).toMatch(/^chaos\/swarm\nNO RULE WAS BROKEN\. 5 seeds, each run twice, put \d+ rules to the test/);
      for (const label of ["Seeds", "Faults", "Rules", "Reached", "At most", "Canary"])
        expect(stdout).toMatch(new RegExp(`^${label} +\\S`, "m"));
      expect(code).toBe(0);
      expect(stderr).toContain(join("sound", "chaos", "swarm", "fuzz.html"));
    },
    MINUTE,
  );

  it(
    "stops when its time is over, and says which seeds ran so that they can be run again",
    async () => {
      const told = await peerstead("fuzz", "--budget", "2s", "--once", "--json", "--report", "timed");
      const document = JSON.parse(told.stdout) as FuzzDocument;
      expect(document.seeds.asked).toBeNull();
      expect(document.seeds.ran).toBeGreaterThan(0);
      expect(document.command).toBe(`peerstead fuzz chaos/swarm --seeds 1..${document.seeds.last} --once`);
    },
    MINUTE,
  );

  it(
    "takes any scenario, whose world it leaves alone, and asks no goals of it",
    async () => {
      const told = await peerstead(
        "fuzz",
        "smoke/calm",
        "--seeds",
        "2",
        "--once",
        "--set",
        "duration=30s",
        "--set",
        "settle=40s",
        "--json",
        "--report",
        "own",
      );
      const document = JSON.parse(told.stdout) as FuzzDocument;
      expect([document.scenario, document.seeds.ran]).toEqual(["smoke/calm", 2]);
      expect(new Set(document.goals.filter((goal) => goal.times === 0).map((goal) => goal.state))).toEqual(new Set(["not asked"]));
      expect(document.faults.some((fault) => fault.effects > 0)).toBe(true);
    },
    MINUTE,
  );
});

describe("fuzz --planted", () => {
  it(
    "says for each bug how soon it was found, by which rule",
    async () => {
      const told = await peerstead("fuzz", "--planted", "canary,no-fence,redirect-lost", "--workers", "2", "--json");
      const document = JSON.parse(told.stdout) as PlantedDocument;
      expect(told.code).toBe(0);
      expect([document.result, document.found]).toEqual(["ok", 3]);
      for (const bug of document.bugs) expect(bug.expected).toContain(bug.rule);
      const text = await peerstead("fuzz", "--planted", "canary", "--workers", "1");
      expect(text.stdout).toMatch(/^All 1 planted bug found, half of them within 1 seed\.\n\nbug +seeds +found by\ncanary +1 +HO1/);
    },
    MINUTE,
  );

  it("knows its bugs by name", async () => {
    const { code, stderr } = await peerstead("fuzz", "--planted", "no-fenc");
    expect([code, stderr]).toEqual([1, "peerstead: --planted no-fenc: no such bug; did you mean no-fence?\n"]);
  });

  it("refuses times and seeds that are none", async () => {
    expect((await peerstead("fuzz", "--budget", "soon")).stderr).toContain("--budget soon: expected a time such as 60s or 5m");
    expect((await peerstead("fuzz", "--seeds", "1..x")).code).toBe(1);
    expect((await peerstead("fuzz", "chaos/swarn")).stderr).toContain("did you mean chaos/swarm?");
  });
});
