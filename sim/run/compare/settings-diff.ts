/** In which settings two sides differ, whatever made them differ. */

/** A setting that is not the same on both sides, by its path in the expanded options; null where a side does not have it. */
export type SettingDifference = { readonly path: string; readonly a: unknown; readonly b: unknown };

/** The differences of two plain values, in the order of A's fields, then those that only B has. Lists of unlike length differ as a whole. */
export function settingDifferences(a: unknown, b: unknown, path = ""): SettingDifference[] {
  if (Object.is(a, b)) return [];
  const alike = isGroup(a) && isGroup(b) && (!Array.isArray(a) || !Array.isArray(b) || a.length === b.length);
  if (!alike || Array.isArray(a) !== Array.isArray(b)) return [{ path, a, b }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => settingDifferences(fieldOf(a, key), fieldOf(b, key), path === "" ? key : `${path}.${key}`));
}

type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null;
}

function fieldOf(group: Group, key: string): unknown {
  return Object.hasOwn(group, key) ? group[key] : null;
}
