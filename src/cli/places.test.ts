import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitOf, packageVersion } from "./commit.ts";
import { heldFolder, packageRoot, reportFolder, scenarioPath, shippedScenarios } from "./places.ts";

let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "peerstead-places-"));
  for (const folder of ["capacity", "presets", "mine"]) mkdirSync(join(root, "scenarios", folder), { recursive: true });
  writeFileSync(join(root, "package.json"), '{"version": "9.8.7"}');
  for (const file of ["capacity/evening-peak.yaml", "presets/eu.yaml", "mine/short.yml", "mine/notes.md"])
    writeFileSync(join(root, "scenarios", file), "");
});

afterAll(() => rmSync(root, { recursive: true }));

describe("scenarios", () => {
  it("are listed by name, presets left out", () => {
    expect(shippedScenarios(root)).toEqual(["capacity/evening-peak", "mine/short"]);
  });

  it("are found by name from any folder, with or without folder and suffix, and by path", () => {
    const peak = join(root, "scenarios", "capacity", "evening-peak.yaml");
    for (const name of ["capacity/evening-peak", "capacity/evening-peak.yaml", "scenarios/capacity/evening-peak.yaml"])
      expect(scenarioPath(name, tmpdir(), root)).toBe(peak);
    expect(scenarioPath("mine/short", tmpdir(), root)).toBe(join(root, "scenarios", "mine", "short.yml"));
    expect(scenarioPath("evening-peak.yaml", join(root, "scenarios", "capacity"), root)).toBe(peak);
  });

  it("are suggested when nearly named, and listed otherwise", () => {
    expect(() => scenarioPath("capacity/evening-peek", root, root)).toThrow("did you mean capacity/evening-peak?");
    expect(() => scenarioPath("evening-peak", root, root)).toThrow("did you mean capacity/evening-peak?");
    expect(() => scenarioPath("winter", root, root)).toThrow("neither a file nor one of capacity/evening-peak, mine/short");
  });
});

describe("reports", () => {
  it("stay inside their base folder, whatever a scenario calls itself", () => {
    expect(reportFolder("reports", "capacity/evening-peak")).toBe(join("reports", "capacity", "evening-peak"));
    expect(reportFolder("reports", "../../etc/x y")).toBe(join("reports", "etc", "x-y"));
    expect(reportFolder("reports", "..")).toBe(join("reports", "scenario"));
  });
});

describe("a folder held for a report", () => {
  it("is gone again when nothing came, with those above it that were made for it", () => {
    heldFolder(join(root, "held", "a", "b")).release();
    expect(existsSync(join(root, "held"))).toBe(false);
    mkdirSync(join(root, "kept"));
    heldFolder(join(root, "kept", "a", "b")).release();
    expect(readdirSync(join(root, "kept"))).toEqual([]);
  });

  it("stays with what is in it, and where it stood before", () => {
    const held = heldFolder(join(root, "used", "a", "b"));
    writeFileSync(join(root, "used", "a", "other.txt"), "");
    held.release();
    expect(readdirSync(join(root, "used", "a"))).toEqual(["other.txt"]);
    heldFolder(join(root, "kept")).release();
    expect(existsSync(join(root, "kept"))).toBe(true);
  });
});

describe("the commit", () => {
  it("is the package's version where there is no repository of its own", () => {
    expect(commitOf(root)).toBe("9.8.7");
  });

  it("is a commit or a version here", () => {
    expect(commitOf(packageRoot())).toMatch(new RegExp(`^([0-9a-f]{40,64}(\\+dirty)?|${packageVersion(packageRoot())})$`));
  });
});
