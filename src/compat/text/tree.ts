import { shown } from "../../base/text/source.ts";

/**
 * What every dialect is read into before anyone asks what the keys mean: keys, texts, lists and sections, each with its offset in the source.
 * Scalars stay text here, because `1`, `yes` and `3.0` mean different things to different keys.
 */

/** A value as written. `quoted` tells `"1"` from `1`; an empty unquoted text is a missing value. */
export type Scalar = { readonly kind: "scalar"; readonly text: string; readonly quoted: boolean; readonly at: number };
/** `[a, b]`, `{ a b }`, or a YAML sequence. */
export type List = { readonly kind: "list"; readonly items: readonly Value[]; readonly at: number };
/** Keys in the order of the text, each once. */
export type Section = { readonly kind: "section"; readonly entries: readonly Entry[]; readonly at: number };
/** What may stand behind a key. */
export type Value = Scalar | List | Section;
/** One key with its value. `at` is where the key begins. */
export type Entry = { readonly key: string; readonly at: number; readonly value: Value };

/** Sections and lists may stand inside each other this deep. */
export const DEPTH_MAX = 32;
/** Keys and list items one file may hold; rAthena's index knows about 1,300 maps. */
export const ENTRIES_MAX = 16_384;

/** What stands where something else was expected, in words. */
export function describe(value: Value): string {
  if (value.kind === "section") return "a section";
  if (value.kind === "list") return "a list";
  return value.text === "" && !value.quoted ? "nothing" : shown(value.text);
}
