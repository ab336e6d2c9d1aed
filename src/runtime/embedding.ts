/** The port to whoever turns texts into vectors. */
import type { Result } from "../base/result.ts";

/** Numbers of a vector: what the seed's models and its table have. */
export const EMBEDDING_DIMENSIONS = 1_536;
/** Bytes of a text at most, in UTF-8. */
export const EMBEDDED_TEXT_BYTES_MAX = 16_384;

/** Why there is no vector. Nothing that a provider says of it is repeated: it may hold the key or an address. */
export type EmbeddingRefusal =
  | "provider_unreachable"
  | "provider_timeout"
  | "provider_unauthorized"
  | "provider_busy"
  | "provider_failed"
  | "provider_answer_invalid";

/** See the head of this file. */
export type EmbeddingPort = {
  /** Names who made a vector: those of two models cannot be compared. */
  readonly model: string;
  /** Whether near vectors mean near meanings, or only like letters. */
  readonly semantic: boolean;
  /** A vector of {@link EMBEDDING_DIMENSIONS} finite numbers and length 1. Never rejects. */
  embed(text: string): Promise<Result<Float32Array, EmbeddingRefusal>>;
};
