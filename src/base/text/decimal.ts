const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The number that a text writes in decimal (`12`, `-0.5`, `.5`, `1e3`), or undefined for anything else: empty text, blanks, hexadecimal,
 * digit groups, `NaN`, `Infinity`, and numbers too large for a double.
 */
export function decimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
