import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Coverage } from "./command-coverage.fixture.ts";
import { FOUND } from "./command-found.fixture.ts";
import {
  CHANGES,
  type Circumstances,
  type Command,
  HOLDINGS,
  HOSTS,
  LIES,
  MACHINES,
  MAPS,
  MEASURES,
  ORDER_FATES,
  PLAYERS,
  SITES,
  STORE_ANSWERS,
} from "./command-kinds.fixture.ts";
import { runCommands } from "./command-run.fixture.ts";
import { scenarioText } from "./command-scenario.fixture.ts";
import { transcriptOf, transcriptText } from "./command-words.fixture.ts";

/** The same histories at each run of the tests; COMMAND_RUNS and COMMAND_SEED ask for more and for others. */
const RUNS = Number(process.env["COMMAND_RUNS"] ?? 1000);
const SEED = Number(process.env["COMMAND_SEED"] ?? 20_061_107);
const COMMANDS_MAX = 60;

const CALM: Circumstances = { cold: false, crowded: false, auto: true, fallback: true, realtime: true, scoring: "seed", persistent: true };
/** A host that several maps outgrow: too rare to wait for. */
const OUTGROWN: Command[] = [
  { do: "pass", ms: 45_000, well: true, store: "truly" },
  { do: "enter", player: 1, map: 0, count: 4 },
  ...[1, 2, 3].map((map): Command => ({ do: "enter", player: 4 + map, map, count: 1 })),
];

const host = fc.constantFrom(...HOSTS);
const anyHost = fc.oneof({ weight: 4, arbitrary: host }, { weight: 1, arbitrary: fc.constantFrom(...SITES) });
const map = fc.constantFrom(...MAPS);
const player = fc.integer({ min: 1, max: PLAYERS });
const pick = fc.nat(5);
const storeAnswer = fc.constantFrom(...STORE_ANSWERS);
/** Steps of a hand-over take milliseconds, time-outs a second, intervals half a minute: waits of all these sizes. */
const ms = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 8 }) },
  { weight: 3, arbitrary: fc.integer({ min: 9, max: 2500 }) },
  { weight: 2, arbitrary: fc.integer({ min: 2501, max: 45_000 }) },
);

type Parts<K extends Command["do"]> = {
  readonly [F in keyof Omit<Extract<Command, { do: K }>, "do">]: fc.Arbitrary<Extract<Command, { do: K }>[F]>;
};

/** One kind of command, drawn so often among the others. */
function of<K extends Command["do"]>(weight: number, kind: K, parts: Parts<K>): fc.WeightedArbitrary<Command> {
  return { weight, arbitrary: fc.record({ do: fc.constant(kind), ...parts }) as unknown as fc.Arbitrary<Command> };
}

/** Any command. */
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  of(9, "pass", {
    ms,
    well: fc.boolean(),
    store: fc.oneof({ weight: 4, arbitrary: fc.constant("truly") }, { weight: 1, arbitrary: storeAnswer }),
  }),
  of(5, "join", { host: anyHost, machine: fc.constantFrom(...MACHINES), holds: fc.constantFrom(...HOLDINGS), map }),
  of(4, "lose", { host: anyHost, how: fc.constantFrom("close", "silence"), dies: fc.boolean() }),
  of(1, "false silence", { host: anyHost }),
  of(3, "measure", { host, what: fc.constantFrom(...MEASURES), times: fc.constantFrom(1, 3) }),
  of(2, "leave", { host: anyHost }),
  // Sites are the operator's own, and do not lie.
  of(3, "lie", {
    host,
    as: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: anyHost }),
    what: fc.constantFrom(...LIES),
    map: fc.oneof({ weight: 9, arbitrary: map }, { weight: 1, arbitrary: fc.constant(9) }),
    above: fc.integer({ min: -1, max: 2 }),
    reason: fc.constantFrom("stale_epoch", "grant_lost", "not_owner", "host_busy"),
  }),
  of(9, "order", { pick, fate: fc.constantFrom(...ORDER_FATES) }),
  of(3, "probe", { pick, answer: fc.constantFrom("yes", "no", "nothing") }),
  of(9, "store", { pick, answer: storeAnswer }),
  of(1, "store again", { answer: storeAnswer }),
  of(1, "store stray", { answer: storeAnswer }),
  of(2, "fence", { host }),
  of(5, "enter", {
    player,
    map: fc.oneof({ weight: 9, arbitrary: map }, { weight: 1, arbitrary: fc.constant(10) }),
    count: fc.constantFrom(1, 4),
  }),
  of(1, "ask again", { player }),
  of(2, "quit", { player, how: fc.constantFrom("says", "closes") }),
  of(2, "verdict", { host, valid: fc.boolean(), times: fc.constantFrom(1, 3) }),
  of(2, "restart", { change: fc.constantFrom(...CHANGES), map }),
);

/** Up to so many commands, one after another. */
function commandsUpTo(maxLength: number): fc.Arbitrary<Command[]> {
  return fc.array(anyCommand, { minLength: 1, maxLength, size: "max" });
}

/** Any circumstances; mostly the usual ones. */
const anyCircumstances: fc.Arbitrary<Circumstances> = fc.record({
  cold: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  crowded: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  auto: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  fallback: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  realtime: fc.boolean(),
  scoring: fc.constantFrom("seed", "normalized"),
  persistent: fc.boolean(),
});

/** Why a run fails, as people read it: the shortest history found, and a file with it as a scenario. */
function failure(circumstances: Circumstances, commands: readonly Command[], how: string): Error {
  const transcript = transcriptOf(circumstances, commands);
  const path = join(mkdtempSync(join(tmpdir(), "peerstead-")), "commands.yaml");
  writeFileSync(path, scenarioText(transcript));
  return new Error(`${how}\n${transcriptText(transcript)}\nAs a scenario: ${path}`);
}

describe("the coordinator alone, whatever it is told", () => {
  it("HO1, HO2, HO4, HO6, HO7, HO8, HO10, HO11, ST2: keeps its rules after each step, and heals (HO5, HO9, LV2, LV4)", () => {
    const coverage = new Coverage();
    const details = fc.check(
      fc.property(anyCircumstances, commandsUpTo(COMMANDS_MAX), (circumstances, commands) => {
        const ending = runCommands(circumstances, commands, coverage.look);
        if (ending !== null) throw new Error(ending.rule);
      }),
      {
        numRuns: RUNS,
        seed: SEED,
        examples: [
          [{ ...CALM, crowded: true }, OUTGROWN],
          ...FOUND.map((found): [Circumstances, Command[]] => [found.circumstances, [...found.commands]]),
        ],
      },
    );
    if (details.counterexample !== null) {
      const [circumstances, commands] = details.counterexample as [Circumstances, Command[]];
      throw failure(circumstances, commands, `found after ${details.numRuns} runs of seed ${SEED}; seen: ${coverage.text()}`);
    }
    expect(coverage.missing(), `seen: ${coverage.text()}`).toEqual([]);
  }, 600_000);

  it.each(FOUND)("$rule: holds where it once broke, $what", ({ circumstances, commands }) => {
    const held = runCommands(circumstances, commands) === null;
    expect(held ? "" : failure(circumstances, commands, "It broke again.").message).toBe("");
  });
});

describe("the transcript of commands", () => {
  const commands: Command[] = [
    { do: "enter", player: 4, map: 1, count: 1 },
    { do: "lose", host: 1, how: "close", dies: true },
    { do: "quit", player: 9, how: "says" },
    { do: "pass", ms: 1500, well: true, store: "truly" },
    { do: "store again", answer: "truly" },
  ];

  it("tells each command that did something in one numbered line, with what the coordinator did, and ends with the rule", () => {
    const transcript = transcriptOf(CALM, commands);
    const lines = transcriptText(transcript).split("\n");
    expect(lines.slice(0, 5).map((line) => line.slice(0, 60))).toEqual([
      "auto migration on, VPS fallback on, real time on, scoring se",
      "0. 5.000 s  the coordinator starts; sites 91 and 92 and host",
      "1. 5.000 s  player 4 wants onto map 1: (5.000 s) player 4: p",
      "2. 5.000 s  host 1 dies, noticed by a closed connection: (5.",
      "3. 5.000 s  1500 ms pass, and all is answered as it should b",
    ]);
    expect(lines[4]).toContain("decides map 1 host 1 to host 2 (lost, failover)");
    expect(lines.at(-1)).toBe("Every rule held.");
    const broken = transcriptText({ ...transcript, ending: { rule: "HO1: two hosts", at: 6_500_000 } });
    expect(broken.split("\n").at(-1)).toBe("Broken at 6.500 s: HO1: two hosts");
  });

  it("is written to a file as a scenario, and the failure names the file", () => {
    const { message } = failure(CALM, commands, "Example.");
    const path = /As a scenario: (.*)$/.exec(message)?.[1] as string;
    const text = readFileSync(path, "utf8");
    expect(text).toContain("- {id: n3, kind: crash, at: 5s, target: host.0, for: 62.000s, close: true}");
    expect(text).toContain("# Not expressible: 6.5s the last store request is answered a second time: truly");
  });
});
