/** `data.game` and `game.folder`: the folder of rAthena's databases whose maps are played. */
import { resolve } from "node:path";
import { gameDataOf } from "../games.ts";
import type { Section } from "./section.ts";

/** Complains at a field about what is wrong with its folder; null stands for the shipped one. */
export function checkGameFolder(section: Section, key: string, folder: string | null): void {
  const data = gameDataOf(folder);
  if (data.ok) return;
  for (const { file, line, column, message } of data.error) section.complain(key, `${file}:${line}:${column}: ${message}`);
}

/** The folder that `data.game` names below the data folder. */
export function gameFolder(section: Section, key: string, dir: string): string {
  const folder = resolve(dir, section.text(key));
  checkGameFolder(section, key, folder);
  return folder;
}
