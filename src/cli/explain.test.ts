import { describe, expect, it } from "vitest";
import type { ExplainDocument } from "../../sim/run/explain/document.ts";
import { call, type Told } from "./test-io.fixture.ts";

async function explain(...args: string[]): Promise<Told> {
  return call(["explain", "smoke/calm", "--seed", "1", ...args]);
}

describe("explain", () => {
  it("answers in words: who serves the map and why, at the end of the run", async () => {
    const told = await explain("--map", "moc_fild01");
    expect([told.code, told.stderr]).toEqual([0, ""]);
    const [title, headline] = told.stdout.split("\n");
    expect(title).toBe("moc_fild01 at 0:05:30 of smoke/calm, seed 1");
    expect(headline).toMatch(
      /^moc_fild01 has been on host \d+ \(\w+\) for 5\.5 min\. It scores \d\.\d{3}; none of the \d+ other hosts that$/,
    );
    for (const part of ["Came here", "Players", "Its host", "Standbys", "term by term", "Could take it now", "What would make it move"])
      expect(told.stdout).toContain(part);
    expect(told.stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(told.stdout).not.toContain("\u001b");
  });

  it("answers with one document, of a map by its number, at a time and with as many candidates as asked", async () => {
    const told = await explain("--map", "4", "--at", "90s", "--top", "3", "--json");
    expect([told.code, told.stderr]).toEqual([0, ""]);
    const document = JSON.parse(told.stdout) as ExplainDocument;
    expect(document).toMatchObject({
      scenario: "smoke/calm",
      seed: 1,
      at_s: 90,
      state: "player_host",
      map: { number: 4, name: "moc_fild01" },
    });
    expect(document.candidates).toHaveLength(3);
    expect(document.hosts.could_take).toBeGreaterThan(3);
    expect(told.stdout).not.toContain("\u00a0");
    const sooner = JSON.parse((await explain("--map", "moc_fild01", "--at", "0:00:01.5", "--json")).stdout) as ExplainDocument;
    expect([sooner.at_s, sooner.state]).toEqual([1.5, "starting"]);
  });

  it("takes fields of the scenario from the command line", async () => {
    const told = await explain("--map", "moc_fild01", "--at", "30s", "--set", "conf.general.enable_p2p_maps=false");
    expect(told.stdout).toContain("because enable_p2p_maps is off: no map leaves the VPS.");
  });

  it("is bold on a terminal only, and not with NO_COLOR", async () => {
    const args = ["explain", "smoke/calm", "--seed", "1", "--map", "0", "--at", "5s"];
    expect((await call(args, { isTTY: true })).stdout.split("\n")[0]).toBe("\u001b[1mprontera at 0:00:05 of smoke/calm, seed 1\u001b[22m");
    expect((await call(args, { isTTY: true, env: { NO_COLOR: "1" } })).stdout.split("\n")[0]).toBe(
      "prontera at 0:00:05 of smoke/calm, seed 1",
    );
  });

  it("ends with 130 when interrupted, and says nothing else", async () => {
    const told = await call(["explain", "capacity/evening-peak", "--seed", "1", "--map", "0", "--json"], {
      signal: AbortSignal.timeout(700),
    });
    expect(told.code).toBe(130);
    expect(JSON.parse(told.stdout)).toEqual({ error: { message: "interrupted", complaints: [] } });
  });

  it.each([
    [["--map", "pronterra"], "--map pronterra: the scenario has no such map; did you mean prontera?"],
    [["--map", "qqqqqqqq"], "--map qqqqqqqq: the scenario has no such map; it has 20 maps, such as prontera and fild_0003"],
    [["--map", "20"], "--map 20: the scenario has 20 maps, numbered from 0"],
    [["--map", "0", "--at", "6m"], "--at 6m: the run ends at 0:05:30 of virtual time"],
    [["--map", "0", "--at", "0:05:30.1"], "--at 0:05:30.1: the run ends at 0:05:30 of virtual time"],
    [["--map", "0", "--at", "1h30m"], "--at 1h30m: expected a time such as 90s, 10m, 2h or 2:41:10"],
    [["--map", "0", "--at", "90"], "--at 90: expected a time such as 90s, 10m, 2h or 2:41:10"],
    [["--map", "0", "--top", "0"], "--top 0: expected a whole number from 1 to 10000"],
    [["--map", "0", "--point", "1"], "--point 1: the scenario has 1 point, counted from 0"],
    [["--map", "0", "--seed", "x"], "--seed x: expected a whole number"],
  ])("refuses %j", async (args, message) => {
    const told = await explain(...args);
    expect([told.code, told.stdout, told.stderr]).toEqual([1, "", `peerstead: ${message}\n`]);
  });

  it("wants a map and a seed", async () => {
    expect((await call(["explain", "smoke/calm", "--seed", "1"])).stderr).toContain("required option '--map <map>' not specified");
    expect((await call(["explain", "smoke/calm", "--map", "0"])).code).toBe(1);
  });
});
