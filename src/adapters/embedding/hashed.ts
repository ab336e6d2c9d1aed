/**
 * The offline provider: a text's letters, three at a time, hashed into a vector. Near vectors mean texts that share letters, not texts that mean
 * the same: it is NOT semantic, and says so. Promises: the same text gives the same vector on every machine; nothing leaves the process.
 */
import { assert } from "../../base/assert.ts";
import { ok } from "../../base/result.ts";
import { EMBEDDING_DIMENSIONS, type EmbeddingPort } from "../../runtime/embedding.ts";

/** The name by which its vectors are known. It changes with anything that changes a vector. */
export const HASHED_MODEL = "hashed-ngrams-1";

const GRAM = 3;

/** See the head of this file. */
export function hashedEmbedding(): EmbeddingPort {
  return { model: HASHED_MODEL, semantic: false, embed: (text) => Promise.resolve(ok(hashedVector(text))) };
}

/** The vector of a text, of length 1. Case and runs of blanks do not count. An empty text has one too: that of nothing but its borders. */
export function hashedVector(text: string): Float32Array {
  const marked = `\u0002${text.toLowerCase().trim().replace(/\s+/g, " ")}\u0003`;
  const sums = new Float64Array(EMBEDDING_DIMENSIONS);
  // One more than the last full gram: two borders alone are shorter than a gram.
  for (let i = 0; i <= Math.max(0, marked.length - GRAM); i++) {
    const hash = gramHash(marked, i);
    // A bit of its own decides the sign, so that two grams in one place cancel as often as they add up (Weinberger et al. 2009).
    const place = (hash >>> 1) % EMBEDDING_DIMENSIONS;
    sums[place] = sums[place]! + ((hash & 1) === 0 ? 1 : -1);
  }
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  // Every gram may be cancelled by another one; such a text is nothing but its borders.
  if (squares === 0) return hashedVector("");
  const length = Math.sqrt(squares);
  const vector = Float32Array.from(sums, (sum) => sum / length);
  assert(vector.length === EMBEDDING_DIMENSIONS, "a vector has its size");
  return vector;
}

/** FNV-1a over the code units, and a last mixing so that the low bits depend on all of them. */
function gramHash(text: string, from: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < Math.min(from + GRAM, text.length); i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
