/** An answer that is either a value or an error as a value. Nothing here throws. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** The good answer. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The bad answer. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** A complaint about a text: where it stands and what is wrong. Lines and columns count from 1; line 0: `file` is no file but an argument, named as it was given. */
export type Complaint = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};

/** `file:line:column: message`, as editors and terminals understand it; `argument: message` where there is no file. */
export function complaintText(c: Complaint): string {
  return c.line === 0 ? `${c.file}: ${c.message}` : `${c.file}:${c.line}:${c.column}: ${c.message}`;
}
