import type { Complaint } from "../../base/result.ts";
import type { Position, Source } from "../../base/text/source.ts";
import { positionAt } from "../../base/text/source.ts";

/** A remark about one place of a file. `key` is the dotted path of the key it is about, as the file writes it; empty when it is about none. */
export type Note = { readonly key: string } & Complaint;

/** After this many notes of one kind the rest is only counted: a foreign file must not decide how much memory its complaints take. */
const NOTES_MAX = 200;

/** Collects notes about one source, up to a limit, and gives them in the order of the text. */
export class NoteList {
  readonly #source: Source;
  readonly #notes: Note[] = [];
  #unlisted = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Adds a note about an offset of the source. */
  add(key: string, offset: number, message: string): void {
    if (this.full) this.#unlisted += 1;
    else this.#notes.push({ key, file: this.#source.file, ...positionAt(this.#source, offset), message });
  }

  /** Whether further notes are only counted. Asked before a costly message is put together. */
  get full(): boolean {
    return this.#notes.length >= NOTES_MAX;
  }

  get empty(): boolean {
    return this.#notes.length === 0;
  }

  /** The notes by line and column; a last one says how many more there were. */
  list(): Note[] {
    const sorted = [...this.#notes].sort(byPlace);
    if (this.#unlisted === 0) return sorted;
    const end = positionAt(this.#source, this.#source.text.length);
    return [...sorted, { key: "", file: this.#source.file, ...end, message: `${this.#unlisted} more are not listed` }];
  }
}

function byPlace(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}
