import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buggifyFindings } from "./buggify.ts";
import { parseFile } from "./parsed.ts";
import { findingText, isCode, readTree } from "./tree.ts";

const tree = readTree(join(import.meta.dirname, ".."))
  .filter((file) => isCode(file.path) && file.path.startsWith("src/"))
  .map(parseFile);

/** The tree's findings after `from` became `to` in one file; a file that is not there yet is added. */
function planted(path: string, from: string, to: string): string[] {
  const there = tree.find((file) => file.path === path);
  if (there !== undefined) expect(there.text.split(from).length).toBe(2);
  const changed = { path, text: there === undefined ? to : there.text.replace(from, () => to) };
  const files = [...tree.filter((file) => file.path !== path), parseFile(changed)];
  return buggifyFindings(files).map((found) => `${found.path}: ${found.message}`);
}

const FLEET = "src/adapters/websocket/fleet.fixture.ts";

describe("BUGGIFY outside simulation", () => {
  it("cannot fire: every actor and the loop are made without it, and what they have then is the word false", () => {
    expect(buggifyFindings(tree).map(findingText)).toEqual([]);
    // The look was at something: production's own composition makes all four.
    const fleet = tree.find((file) => file.path === FLEET)?.text ?? "";
    for (const name of ["CoordinatorActor", "HostActor", "PlayerActor", "Drive"]) expect(fleet).toContain(`new ${name}(`);
  });

  it.each([
    ["NEVER says yes", "src/core/protocol/buggify.ts", "= () => false;", "= () => true;", "NEVER is () => false"],
    ["NEVER looks at the site", "src/core/protocol/buggify.ts", "= () => false;", '= (s) => s === "ask-early";', "NEVER is () => false"],
    ["an actor has another default", "src/core/actors/host.ts", "= NEVER", "= () => true", "HostActor has NEVER where nothing is given"],
    [
      "a composition passes one",
      FLEET,
      "new CoordinatorActor(settings)",
      "new CoordinatorActor(settings, () => true)",
      "CoordinatorActor is made",
    ],
    [
      "a composition spreads its arguments",
      FLEET,
      "new CoordinatorActor(settings)",
      "new CoordinatorActor(...a)",
      "CoordinatorActor is made",
    ],
    ["a site is asked at no more", "src/core/actors/host.ts", 'this.buggify("prepare-busy")', "false", null],
    ["the room is made apart", "src/app/x.ts", "", 'import { Hosting } from "y.ts";\nnew Hosting(a, b, c);\n', "Hosting is made without"],
    ["a class is handed around", "src/app/x.ts", "", "const A = HostActor;\nnew A(p, l, f);\n", "HostActor is made under its own name"],
    ["a class is extended", "src/app/x.ts", "", "class A extends PlayerActor {}\n", "PlayerActor is made under its own name"],
    ["the loop is given one", "src/app/x.ts", "", "new Drive(env, 5, f);\n", "Drive is made without"],
    ["the field is written", "src/app/x.ts", "", "actor.buggify = () => true;\n", "buggify is set by a constructor"],
  ])("is found when %s", (_, path, from, to, message) => {
    const found = planted(path, from, to).join("\n");
    expect(found).toContain(message === null ? "src/core/protocol/buggify.ts: nobody asks at prepare-busy" : `${path}: ${message}`);
  });
});
