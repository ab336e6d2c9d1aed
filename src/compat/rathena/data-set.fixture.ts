import type { Complaint, Result } from "../../base/result.ts";
import { complaintText, err, ok } from "../../base/result.ts";
import type { Ground } from "../../core/protocol/game-data.ts";
import type { Files } from "./folder.ts";
import { writeMapCache } from "./map-cache.fixture.ts";

/** Files that stand in memory only. */
export function filesOf(contents: Readonly<Record<string, string | Uint8Array>>): Files {
  return {
    root: "",
    paths: Object.keys(contents),
    read: (path): Result<Uint8Array, Complaint> => {
      const content = contents[path];
      if (content === undefined) return err({ file: path, line: 1, column: 1, message: "cannot be read: there is no such file or folder" });
      return ok(typeof content === "string" ? new TextEncoder().encode(content) : content);
    },
  };
}

/** A ground of one kind of cell. */
export function groundOf(width: number, height: number, cell = 0): Ground {
  return { width, height, cells: new Uint8Array(width * height).fill(cell) };
}

/** A database file with these lines as its body. */
export function databaseText(type: string, body: string): string {
  return `Header:\n  Type: ${type}\n  Version: 1\n\nBody:\n${body}`;
}

/** A small data set in rAthena's own layout; a test replaces what it is about. */
export const SMALL: Readonly<Record<string, string | Uint8Array>> = {
  "db/map_cache.dat": writeMapCache(
    new Map([
      ["field", groundOf(30, 20)],
      ["cave", groundOf(10, 10)],
    ]),
  ),
  "db/re/mob_db.yml": databaseText(
    "MOB_DB",
    "  - Id: 1002\n    AegisName: PORING\n    Name: Poring\n    Attack: 10\n    Drops:\n      - Item: Jellopy\n        Rate: 7000\n",
  ),
  "db/re/item_db_etc.yml": databaseText("ITEM_DB", "  - Id: 909\n    AegisName: Jellopy\n    Name: Jellopy\n"),
  "db/re/skill_db.yml": databaseText("SKILL_DB", "  - Id: 5\n    Name: SM_BASH\n    MaxLevel: 10\n    TargetType: Attack\n"),
  "npc/re/mobs/field.txt": "field,0,0\tmonster\tPoring\t1002,5\n",
};

/** The value of a reading that must succeed. */
export function must<T>(read: Result<T, Complaint | readonly Complaint[]>): T {
  if (read.ok) return read.value;
  throw new Error([read.error].flat().map(complaintText).join("\n"));
}

/** The complaints of a reading that must fail, as an operator sees them. */
export function complaintsOf(read: Result<unknown, Complaint | readonly Complaint[]>): string[] {
  return read.ok ? [] : [read.error].flat().map(complaintText);
}
