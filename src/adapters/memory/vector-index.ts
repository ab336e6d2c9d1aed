/** Owns vectors and finds the nearest ones by looking at each: exact, and quick enough for as many as it takes. Never makes a vector. */
import type { Found, SearchAsk } from "../../runtime/main-server.ts";

/** A text with its vector, and where it belongs. */
export type IndexedVector = Omit<Found, "distance"> & { readonly model: string; readonly vector: Float32Array };

/** A bounded set of vectors. */
export class VectorIndex {
  private readonly max: number;
  private readonly kept = new Map<string, IndexedVector>();

  constructor(max: number) {
    this.max = max;
  }

  /** Whether no more are taken. */
  get full(): boolean {
    return this.kept.size >= this.max;
  }

  get size(): number {
    return this.kept.size;
  }

  add(entry: IndexedVector): void {
    this.kept.set(entry.id, entry);
  }

  /** The nearest ones of the same model, nearest first, ties by id. */
  search({ model, vector, count, map }: Omit<SearchAsk, "verb">): Found[] {
    const nearest: Found[] = [];
    for (const { model: theirs, vector: other, ...found } of this.kept.values()) {
      if (theirs !== model || other.length !== vector.length || (map !== null && found.map !== map)) continue;
      nearest.push({ ...found, distance: cosineDistance(vector, other) });
    }
    nearest.sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
    return nearest.slice(0, count);
  }
}

/** Cosine distance: 0 for the same direction, 1 for nothing in common, 2 for the opposite. Both vectors have a direction. */
export function cosineDistance(a: Float32Array, b: Float32Array): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  // Rounding may leave a hair beyond the bounds.
  return Math.min(2, Math.max(0, 1 - dot / Math.sqrt(squaresA * squaresB)));
}
