/** What an operation of type VECTOR_EMBEDDING carries: the text, its vector, and which model made it. As JSON, the vector as base64 of its 32-bit numbers. */
import { EMBEDDING_DIMENSIONS } from "../../runtime/embedding.ts";

/** A text with its vector. */
export type Embedded = { readonly model: string; readonly text: string; readonly vector: Float32Array };

const BYTES = 4;
/** Names of models are short; what is longer is none. */
const MODEL_CHARS_MAX = 64;
const BASE64 = /^[A-Za-z0-9+/]{1,8192}$/;

/** The text of the payload. */
export function embeddedText({ model, text, vector }: Embedded): string {
  return JSON.stringify({ model, text, vector: vectorBytes(vector).toString("base64") });
}

/** Reads a payload; null for anything that is none: whoever syncs this type by hand may write what he likes, and it is not found by search. */
export function readEmbedded(data: Uint8Array): Embedded | null {
  const value = parsed(Buffer.from(data.buffer, data.byteOffset, data.length).toString("utf8"));
  if (typeof value !== "object" || value === null) return null;
  const { model, text, vector } = value as Record<string, unknown>;
  if (typeof model !== "string" || model.length > MODEL_CHARS_MAX || typeof text !== "string") return null;
  const numbers = typeof vector === "string" && BASE64.test(vector) ? readVector(Buffer.from(vector, "base64")) : null;
  return numbers === null ? null : { model, text, vector: numbers };
}

/** A vector as bytes, each number little-endian whatever the machine. */
export function vectorBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * BYTES);
  vector.forEach((number, i) => bytes.writeFloatLE(number, i * BYTES));
  return bytes;
}

/** Reads a vector; null unless it has its size, every number is finite and not all are 0: such a one has no direction. */
export function readVector(bytes: Buffer): Float32Array | null {
  if (bytes.length !== EMBEDDING_DIMENSIONS * BYTES) return null;
  const vector = Float32Array.from({ length: EMBEDDING_DIMENSIONS }, (_, i) => bytes.readFloatLE(i * BYTES));
  return isDirection(vector) ? vector : null;
}

/** Whether numbers point somewhere: as many as a vector has, finite, and not all 0. */
export function isDirection(vector: ArrayLike<number>): boolean {
  if (vector.length !== EMBEDDING_DIMENSIONS) return false;
  let any = false;
  for (let i = 0; i < vector.length; i++) {
    const number: unknown = vector[i];
    if (typeof number !== "number" || !Number.isFinite(number)) return false;
    any ||= number !== 0;
  }
  return any;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
