/** What commands leave when they fail is a scenario: it loads as it stands, means the same plan, and runs. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { complaintText, err, ok } from "../../src/base/result.ts";
import { FOUND } from "../../src/core/actors/command-found.fixture.ts";
import type { Circumstances, Command } from "../../src/core/actors/command-kinds.fixture.ts";
import { scenarioText } from "../../src/core/actors/command-scenario.fixture.ts";
import { transcriptOf } from "../../src/core/actors/command-words.fixture.ts";
import { loadScenario } from "./scenario/load.ts";
import { runSeed } from "./run-seed.ts";
import type { Options } from "../options.ts";

const USUAL: Circumstances = {
  cold: false,
  crowded: false,
  auto: true,
  fallback: true,
  realtime: true,
  scoring: "normalized",
  persistent: true,
};
/** One of everything that a scenario can say, and some that none can. */
const EVERYTHING: Command[] = [
  { do: "enter", player: 1, map: 0, count: 4 },
  { do: "lose", host: 1, how: "close", dies: true },
  { do: "pass", ms: 2000, well: true, store: "truly" },
  { do: "join", host: 1, machine: "good", holds: "nothing", map: 0 },
  { do: "lose", host: 2, how: "silence", dies: false },
  { do: "pass", ms: 1500, well: true, store: "missed" },
  { do: "join", host: 4, machine: "better", holds: "true", map: 0 },
  { do: "false silence", host: 3 },
  { do: "leave", host: 3 },
  { do: "lie", host: 4, as: 0, what: "ready", map: 0, above: 0, reason: "not_owner" },
  { do: "verdict", host: 4, valid: false, times: 3 },
  { do: "store", pick: 0, answer: "failed" },
  { do: "restart", change: "nothing", map: 0 },
  { do: "store", pick: 0, answer: "truly" },
  { do: "store again", answer: "refused" },
  { do: "quit", player: 2, how: "closes" },
];

/** The options of an exported scenario, read from a file as a user would. */
function loaded(circumstances: Circumstances, commands: readonly Command[]): Options {
  const file = join(mkdtempSync(join(tmpdir(), "peerstead-")), "commands.yaml");
  writeFileSync(file, scenarioText(transcriptOf(circumstances, commands)));
  const readText = (path: string) => {
    try {
      return ok(readFileSync(path, "utf8"));
    } catch (error) {
      return err(String(error));
    }
  };
  const read = loadScenario(file, { sets: [], dataDir: null, readText });
  if (!read.ok) throw new Error(read.error.map(complaintText).join("\n"));
  return read.value[0]?.options as Options;
}

describe("commands exported as a scenario", () => {
  it("are the same hosts, maps, sites and players, and the same happenings at the same times", () => {
    const options = loaded(USUAL, EVERYTHING);
    expect([options.hosts.count, options.maps.eligible, options.vps.sites.map(({ slots }) => slots), options.players.initial]).toEqual([
      5,
      [false, true, true, true, true],
      [3, 3],
      9,
    ]);
    expect([options.conf.general.scoring, options.tuning.cooldownS, options.conf.task_distribution.reassignment_interval]).toEqual([
      "normalized",
      15,
      10,
    ]);
    const plan = options.faults.map(({ kind, atUs, forUs, target, close }) => {
      const host = target.pick === "host" ? ` of ${target.index}` : "";
      return `${kind}${host} at ${atUs / 1e6} for ${forUs / 1e6}${kind === "crash" && close ? ", closed" : ""}`;
    });
    expect(plan).toEqual([
      "crash of 3 at 0 for 8.5, closed",
      "crash of 4 at 0 for 69, closed",
      "crash of 0 at 5 for 2, closed",
      "cut of 1 at 7 for 62",
      "store-unknown at 7 for 1.5",
      "pause of 2 at 8.5 for 1.2",
      "leave of 2 at 8.5 for 0",
      "validation-fail of 3 at 8.5 for 0",
      "store-fail at 8.5 for 0.5",
      "coordinator-restart at 8.5 for 0.1",
      "player-drop at 8.5 for 0",
    ]);
  });

  it("say in comments what no scenario can", () => {
    const comments = scenarioText(transcriptOf(USUAL, EVERYTHING))
      .split("\n")
      .filter((line) => line.startsWith("# Not expressible"));
    expect(comments).toEqual([
      "# Not expressible: 8.5s host 4 says unasked: ready, map 0, 0 above the row's epoch",
      "# Not expressible: 8.5s the last store request is answered a second time: refused",
    ]);
  });

  it("run, and break no rule that the simulator knows", () => {
    for (const { circumstances, commands } of [...FOUND, { circumstances: USUAL, commands: EVERYTHING }]) {
      const { violations, ladder } = runSeed(loaded(circumstances, commands), 1);
      expect(violations.map(({ rule, message }) => `${rule} ${message}`)).toEqual([]);
      expect(ladder.events).toBeGreaterThan(50);
    }
  });
});
