/** Every word a person can misspell is answered with the one that was probably meant. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everyCommand, testProgram } from "./program-tree.fixture.ts";
import { call } from "./test-io.fixture.ts";

let cwd = "";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "peerstead-suggestions-"));
  writeFileSync(join(cwd, "own.yaml"), "schema: peerstead-scenario/1\nfleet: {players: {peak: 50}}\n");
  writeFileSync(join(cwd, "own.conf"), "general: {\n  enable_p2p_maps: 1\n}\n");
  writeFileSync(join(cwd, "hosts.yml"), "hosts:\n  - account_id: 1\n    cpu_gz: 3.5\n");
  writeFileSync(join(cwd, "index"), "prontera 1\n");
});

afterAll(() => rmSync(cwd, { recursive: true }));

/** The one suggestion in what the command said; it refused. */
async function suggestion(args: readonly string[]): Promise<string> {
  const told = await call(args, { cwd });
  expect([told.code, told.stdout]).toEqual([1, ""]);
  const found = [...told.stderr.matchAll(/; did you mean "?([^"?]*)"?\?/g)].map(([, word = ""]) => word);
  expect([told.stderr, found.length]).toEqual([told.stderr, 1]);
  return found[0] ?? "";
}

/** A word as a finger leaves it that is held too long. */
function slip(word: string): string {
  return word + word.slice(-1);
}

describe("commands, options and choices, whatever there are", () => {
  const commands = everyCommand(testProgram()).filter(({ words, hidden }) => words.length > 0 && !hidden);

  it.each(commands.map(({ words }) => words))("command %s %s", async (...words: (string | undefined)[]) => {
    const path = words.filter((word) => word !== undefined);
    const last = path.at(-1) ?? "";
    expect(await suggestion([...path.slice(0, -1), slip(last)])).toBe(last);
    expect(await suggestion(["help", ...path.slice(0, -1), slip(last)])).toBe(path.join(" "));
  });

  const options = commands.flatMap(({ words, command }) =>
    command.options.map((option) => ({ words, option: option.long ?? "", choices: option.argChoices })),
  );

  it.each(options.filter(({ option }) => option.length > 4))("option $option of $words", async ({ words, option }) => {
    // Two options may be one slip away from each other (--set-a, --set-b); either is a good answer then.
    const told = await suggestion([...words, "x", slip(option)]);
    expect(told.split(", ").some((each) => each.replace(/^one of /, "") === option)).toBe(true);
  });

  it.each(options.filter(({ choices }) => choices !== undefined))("choices of $option of $words", async ({ words, option, choices }) => {
    for (const choice of choices ?? []) expect(await suggestion([...words, option, slip(choice)])).toBe(choice);
  });

  const shells = commands.flatMap(({ words, command }) =>
    command.registeredArguments.map((argument) => ({ words, name: argument.name(), choices: argument.argChoices ?? [] })),
  );
  it.each(shells.filter(({ choices }) => choices.length > 0))("choices of the $name of $words", async ({ words, choices }) => {
    for (const choice of choices) expect(await suggestion([...words, slip(choice)])).toBe(choice);
  });
});

describe("words of a scenario", () => {
  it.each([
    ["run smoke/clam", "smoke/calm"],
    ["replay evning-peak --seed 1", "capacity/evening-peak"],
    ["scenario check capacity/evening_peak", "capacity/evening-peak"],
    ["scenario check own.yaml --set fleet.player.peak=3", "players"],
    ["scenario check own.yaml --set fleet.players.paek=3", "peak"],
    ["run own.yaml --set conf.genral.scoring=seed", "general"],
    ["run own.yaml --set conf.general.scoring=normalised", "normalized"],
    ["run own.yaml --set fleet.players.executor=daly-curve", "daily-curve"],
    ["run own.yaml --set heartbeats=eagre", "eager"],
    ["run own.yaml --set mode=capcity", "capacity"],
    ["run own.yaml --set mode=[safty]", "safety"],
    ["run own.yaml --set fleet.regions=wrld", "world"],
    ["run own.yaml --set fleet.hosts.hardware=steam-206", "steam-2026"],
    ["run own.yaml --set fleet.hosts.hardware.preset=stong", "strong"],
    ["run own.yaml --set fleet.regions={EU:{playrs:1,hosts:1}}", "players"],
    ["run own.yaml --set store.latency=unifrm(1ms,2ms)", "uniform"],
    ["run own.yaml --set faults.plan=[{kind:crahs,at:1m,target:all}]", "crash"],
    ["run own.yaml --set faults.plan=[{kind:cut,at:1m,for:1m,target:'hosts[region=EUU]'}]", "EU"],
    ["run own.yaml --set vps.sites=[{region:OCEANA,slots:30}]", "OCEANIA"],
    ["run own.yaml --set require.faultsEffective=nnoe", "none"],
    ["run own.yaml --set require.sometimes=[migration.failover]", "migration.failedOver"],
    ["run own.yaml --set thresholds.vps_slot_needed=['max<=3']", "vps_slots_needed"],
    ["run own.yaml --set thresholds.vps_slots_needed=['mxa<=3']", "max"],
    ["run own.yaml --set tuning.heartbeatMS=3", "heartbeatMs"],
    ["run own.yaml --set data.availability={file:x,format:csw,from:0s}", "csv"],
  ])("%s", async (line, meant) => {
    const words = line.split(" ").map((word) => word.replaceAll(/([,:])(?=\S)/g, "$1 "));
    expect(await suggestion(words)).toBe(meant);
  });

  it.each([
    ["extends: presets/capacty", "presets/capacity"],
    ["extends: [chaos/region-outge]", "chaos/region-outage"],
    ["sweep: {machines: [1]}\nvps: {slots: $machine}", "$machines"],
    ["conf: {realtime_gaming: {latency_wieght: 1}}", "latency_weight"],
    ["durations: 5m", "duration"],
  ])("%s", async (lines, meant) => {
    writeFileSync(join(cwd, "wrong.yaml"), `schema: peerstead-scenario/1\n${lines}\n`);
    expect(await suggestion(["scenario", "check", "wrong.yaml"])).toBe(meant);
  });
});

describe("words of other files", () => {
  it.each([
    ["scoring: normalised", "normalized"],
    ["scoring: sede", "seed"],
  ])("value %s of a conf", async (line, meant) => {
    writeFileSync(join(cwd, "wrong.conf"), `general: {\n  ${line}\n}\n`);
    const told = await call(["conf", "check", "wrong.conf"], { cwd });
    expect([told.code, told.stderr.trimEnd()]).toEqual([1, expect.stringMatching(new RegExp(`; did you mean "${meant}"\\?$`)) as string]);
  });

  it.each([
    ["general: {\n  enable_p2p_map: 1\n}", "enable_p2p_maps"],
    ["failovr: {\n}", "failover"],
    ["realtime_gaming: {\n  max_jiter_ms: 3\n}", "max_jitter_ms"],
    ["p2p_eligible_maps: {\n  prontra: 1\n}", "prontera"],
  ])("name in a conf: %s", async (text, meant) => {
    writeFileSync(join(cwd, "wrong.conf"), `${text}\n`);
    const told = await call(["conf", "check", "wrong.conf", "--map-index", "index"], { cwd });
    expect([told.code, told.stderr]).toEqual([0, expect.stringContaining(`did you mean "${meant}"?`) as string]);
  });

  it("field of a hosts file", async () => {
    const told = await call(["score", "--conf", "own.conf", "--hosts", "hosts.yml"], { cwd });
    expect(told.stderr).toContain(
      'hosts.yml:2:5: expected the field "cpu_ghz", found none but an unknown "cpu_gz"; did you mean "cpu_ghz"?\n',
    );
    expect(told.stderr).toContain('expected the field "cpu_cores", found none\n');
  });
});
