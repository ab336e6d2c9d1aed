/** Owns how texts become vectors and which may be stored. Never stores one: a stored vector is an operation like any other. */
import { err, ok, type Result } from "../../base/result.ts";
import { embeddedText, isDirection } from "../../adapters/embedding/payload.ts";
import { EMBEDDED_TEXT_BYTES_MAX, type EmbeddingPort } from "../../runtime/embedding.ts";
import { SEARCH_COUNT_MAX, type SearchAsk } from "../../runtime/main-server.ts";
import type { Embedding, EmbedRefusal, SearchRefusal } from "./answers.ts";
import { isMapName, textBytes } from "./input.ts";

/** Vectors that may be in the making at once. */
const MAKING_MAX = 64;

/** See the head of this file. */
export class Embeddings {
  private readonly port: EmbeddingPort;
  private readonly eligible: ReadonlySet<string>;
  private making = 0;

  constructor(port: EmbeddingPort, vectorMaps: readonly string[]) {
    this.port = port;
    this.eligible = new Set(vectorMaps);
  }

  isEligible(map: string): boolean {
    return this.eligible.has(map);
  }

  /** Makes a vector. */
  async create(text: string): Promise<Result<Embedding, EmbedRefusal>> {
    const bytes = textBytes(text, EMBEDDED_TEXT_BYTES_MAX);
    if (!bytes.ok) return err(bytes.error === "invalid" ? "data_invalid" : "data_too_large");
    if (this.making >= MAKING_MAX) return err("queue_full");
    this.making += 1;
    const vector = await this.port.embed(text);
    this.making -= 1;
    const { model, semantic } = this.port;
    return vector.ok ? ok({ model, semantic, vector: vector.value, operation: null }) : vector;
  }

  /** What an operation of type VECTOR_EMBEDDING carries. */
  payload(text: string, { model, vector }: Embedding): string {
    return embeddedText({ model, text, vector });
  }

  /** Judges a search. */
  search(embedding: Pick<Embedding, "model" | "vector">, count: number, map: string | null): Result<SearchAsk, SearchRefusal> {
    const { model, vector } = embedding ?? {};
    if (typeof model !== "string" || !(vector instanceof Float32Array) || !isDirection(vector)) return err("vector_invalid");
    if (!Number.isSafeInteger(count) || count < 1 || count > SEARCH_COUNT_MAX) return err("count_invalid");
    if (map !== null && map !== "" && !isMapName(map)) return err("map_name_invalid");
    return ok({ verb: "search", model, vector, count, map });
  }
}
