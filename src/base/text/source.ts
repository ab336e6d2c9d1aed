/** A text with the means to say where an offset stands. Line ends are LF and there is no byte order mark, see {@link sourceOf}. */
export type Source = {
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
};

/** Where something stands in a text. Both count from 1; columns are UTF-16 units, as editors count them. */
export type Position = { readonly line: number; readonly column: number };

/**
 * Prepares a text for reading: takes a leading byte order mark away and turns CRLF and lone CR into LF.
 * Neither moves a line or a column, so positions are those of the original text.
 */
export function sourceOf(file: string, text: string): Source {
  const plain = normalLineEnds(text);
  const lineStarts = [0];
  for (let at = plain.indexOf("\n"); at >= 0; at = plain.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return { file, text: plain, lineStarts };
}

/** The text without a leading byte order mark, each line end as LF. */
export function normalLineEnds(text: string): string {
  const unmarked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return unmarked.includes("\r") ? unmarked.replace(/\r\n?/g, "\n") : unmarked;
}

/** Line and column of an offset; offsets past the end count as the end. */
export function positionAt(source: Source, offset: number): Position {
  const at = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (source.lineStarts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - source.lineStarts[low]! + 1 };
}

/** How many characters of a foreign text a message repeats. */
const SHOWN_MAX = 40;

/** A piece of foreign text as a message may show it: quoted, shortened, control characters and lone surrogates escaped. */
export function shown(text: string): string {
  const short = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return JSON.stringify(short);
}
