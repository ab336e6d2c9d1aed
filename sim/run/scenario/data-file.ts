/** Files of the data folder, as the readers of the `data` section take them: read, or complained about at the line that names them. */
import { resolve } from "node:path";
import type { Complaint, Result } from "../../../src/base/result.ts";
import { US_PER_MS } from "../../../src/base/time.ts";
import type { ReadText } from "./documents.ts";
import { shownPath } from "./documents.ts";
import type { Section } from "./section.ts";

/** Where data files lie and how they are read. */
export type DataFolder = { readonly dir: string; readonly readText: ReadText };

/** The file that a field names, relative to the folder; a complaint at the field and undefined when it cannot be read. */
export function fileOf(section: Section, key: string, folder: DataFolder): { readonly name: string; readonly text: string } | undefined {
  const path = resolve(folder.dir, section.text(key));
  const read = folder.readText(path);
  if (read.ok) return { name: shownPath(path), text: read.value };
  section.complain(key, `cannot read ${shownPath(path)}: ${read.error}`);
  return undefined;
}

/** What a reader gives; its complaints go to the section's. */
export function taken<T>(section: Section, read: Result<T, Complaint[]>): T | undefined {
  if (read.ok) return read.value;
  section.complaints.push(...read.error);
  return undefined;
}

/** The length in milliseconds of a file's unit of time; `usualUs` when the field is left out. Complains about a unit of no length. */
export function unitMs(section: Section, key: string, usualUs: number): number {
  const us = section.us(key, usualUs);
  if (us > 0) return us / US_PER_MS;
  section.complain(key, "a unit of time is longer than 0");
  return usualUs / US_PER_MS;
}
