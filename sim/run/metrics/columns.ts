/** Typed columns that grow: one number for each host, player or service, without an object for each. */

type Column = Int32Array | Float64Array | Uint8Array;

/** The same column with room for `index`, old numbers kept, new ones set to `fill`. Doubles, so that growing costs O(1) each. */
export function roomFor<C extends Column>(column: C, index: number, fill: number): C {
  if (index < column.length) return column;
  const wider = new (column.constructor as new (length: number) => C)(Math.max(index + 1, column.length * 2, 64));
  wider.fill(fill);
  wider.set(column);
  return wider;
}
