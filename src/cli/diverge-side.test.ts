import { describe, expect, it } from "vitest";
import { parseSide } from "./diverge-side.ts";
import { call } from "./test-io.fixture.ts";

const side = (text: string) => {
  const parsed = parseSide(text);
  return parsed.ok ? [parsed.value.base, parsed.value.node, parsed.value.sets] : parsed.error;
};

describe("a side of diverge", () => {
  it.each([
    [".", [".", null, []]],
    ["HEAD~3", ["HEAD~3", null, []]],
    ["v1.0+node:/opt/node-26/bin/node", ["v1.0", "/opt/node-26/bin/node", []]],
    ["node:../node", [".", "../node", []]],
    ["set:heartbeats=eager", [".", null, ["heartbeats=eager"]]],
    ["set:a.b=1,c=2+node:n+set:d=3", [".", "n", ["a.b=1", "c=2", "d=3"]]],
    [
      "main+set:fleet.hosts.uptime=weibull(0.59, 41.9m),duration=1m",
      ["main", null, ["fleet.hosts.uptime=weibull(0.59, 41.9m)", "duration=1m"]],
    ],
    ["feature/c++", ["feature/c++", null, []]],
    ["c+node", ["c+node", null, []]],
    ["set:title=a=b", [".", null, ["title=a=b"]]],
  ])("%s", (text, expected) => expect(side(text)).toEqual(expected));

  it.each([
    ["", "expected ., a commit, a folder, a file, node:PATH or set:path=value before the first +"],
    ["+node:x", "expected ., a commit, a folder, a file, node:PATH or set:path=value before the first +"],
    ["node:", "expected something behind node:"],
    ["HEAD+set:", "expected something behind set:"],
    ["node:a+node:b", "expected one node: at most"],
    ["set:heartbeats", "set:heartbeats: expected path=value, for example set:heartbeats=eager"],
    ["set:=1", "set:=1: expected path=value, for example set:heartbeats=eager"],
  ])("%j is refused", (text, message) => expect(side(text)).toBe(message));

  it("is what the help shows as one", async () => {
    const { stdout } = await call(["diverge", "--help"]);
    const lines = [...stdout.matchAll(/^ {2}peerstead diverge (.*?) --/gm)].map(([, words = ""]) => words.split(" "));
    expect(lines.length).toBe(5);
    expect(lines.flat().map(side)).toEqual([
      ["HEAD~1", null, []],
      [".", null, []],
      ["v1.0", "/opt/node-26/bin/node", []],
      ["HEAD", null, []],
      [".", null, []],
      [".", null, ["heartbeats=eager"]],
      [".", null, ["tuning.loadMs=60", "tuning.heartbeatMs=300"]],
      ["reports/smoke/calm/run.json", null, []],
    ]);
  });
});
