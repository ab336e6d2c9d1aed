import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { example } from "./example.ts";

const STORY = [
  'map state: {"result":"done","verdict":"applied"}',
  "metrics: pending, then done",
  'after a broken line: {"result":"done","verdict":"applied"}',
  'read back: {"result":"done","data":"{\\"quest\\":7,\\"step\\":3}"}',
  'nearest text: "poring drops a jellopy"',
  "line: up, stood 2 times, key 2",
  'operations: {"submitted":5,"completed":5,"failed":0,"rejected":0,"pending":0}',
  'closed: {"unknown":0}',
];

describe("the example", () => {
  it("syncs over a real line, survives its break and a change of keys, and reads back", async () => {
    const lines: string[] = [];
    await example((line) => void lines.push(line));
    expect(lines).toEqual(STORY);
  });

  it("is a program that ends by itself", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "example.ts")], { encoding: "utf8" });
    expect({ status, lines: stdout.trim().split("\n"), stderr }).toEqual({ status: 0, lines: STORY, stderr: "" });
  });
});
