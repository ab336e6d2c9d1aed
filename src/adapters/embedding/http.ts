/**
 * Vectors from a service that speaks OpenAI's or Azure's form. Promises: never called without a key; the key and the address go to `fetch` and
 * nowhere else; no redirect is followed; an answer is bounded in time and size, and judged as a stranger's.
 */
import { err, ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { EmbeddingPort, EmbeddingRefusal } from "../../runtime/embedding.ts";
import { isDirection } from "./payload.ts";
import { boundedText } from "../node/bounded-text.ts";

/** As much of `fetch` as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A service, and how it is asked. */
export type EmbeddingService =
  | { readonly kind: "openai"; readonly key: Secret; readonly endpoint?: string }
  | { readonly kind: "azure"; readonly key: Secret; readonly endpoint: string };

/** The model of the seed, of 1536 numbers; with Azure the deployment bears its name. */
const SERVICE_MODEL = "text-embedding-ada-002";
const OPENAI_ENDPOINT = "https://api.openai.com";
/** Azure tells its forms apart by date. */
const AZURE_API_VERSION = "2023-05-15";
/** 1536 numbers take 35 KB as text. */
const ANSWER_BYTES_MAX = 262_144;

/** A provider over HTTP. `timeoutMs`: for the whole answer. */
export function serviceEmbedding(service: EmbeddingService, fetch: Fetch, timeoutMs: number): EmbeddingPort {
  return {
    model: `${service.kind}/${SERVICE_MODEL}`,
    semantic: true,
    embed: (text) => asked(service, text, fetch, timeoutMs),
  };
}

function requestOf(service: EmbeddingService, text: string): { readonly url: string; readonly init: RequestInit } {
  const base = (service.endpoint ?? OPENAI_ENDPOINT).replace(/\/+$/, "");
  const key = service.key.reveal();
  const openai = service.kind === "openai";
  const url = openai ? `${base}/v1/embeddings` : `${base}/openai/deployments/${SERVICE_MODEL}/embeddings?api-version=${AZURE_API_VERSION}`;
  const authority: Record<string, string> = openai ? { authorization: `Bearer ${key}` } : { "api-key": key };
  const body = JSON.stringify(openai ? { model: SERVICE_MODEL, input: text } : { input: text });
  return { url, init: { method: "POST", redirect: "error", headers: { "content-type": "application/json", ...authority }, body } };
}

async function asked(
  service: EmbeddingService,
  text: string,
  fetch: Fetch,
  timeoutMs: number,
): Promise<Result<Float32Array, EmbeddingRefusal>> {
  const { url, init } = requestOf(service, text);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { ...init, signal });
    const refusal = refusalOf(response.status);
    if (refusal === null) return vectorIn(await boundedText(response, ANSWER_BYTES_MAX));
    await response.body?.cancel();
    return err(refusal);
  } catch {
    // What fetch says of itself names the address.
    return err(signal.aborted ? "provider_timeout" : "provider_unreachable");
  }
}

function refusalOf(status: number): EmbeddingRefusal | null {
  if (status === 200) return null;
  if (status === 401 || status === 403) return "provider_unauthorized";
  return status === 429 ? "provider_busy" : "provider_failed";
}

function vectorIn(text: string | null): Result<Float32Array, EmbeddingRefusal> {
  const numbers = numbersIn(text);
  if (numbers === null || !isDirection(numbers)) return err("provider_answer_invalid");
  // Lengths are made 1, so that distances do not depend on who made the vectors.
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
  const vector = Float32Array.from(numbers, (number) => number / length);
  return isDirection(vector) ? ok(vector) : err("provider_answer_invalid");
}

function numbersIn(text: string | null): readonly number[] | null {
  if (text === null) return null;
  try {
    const numbers: unknown = JSON.parse(text)?.data?.[0]?.embedding;
    return Array.isArray(numbers) ? numbers : null;
  } catch {
    return null;
  }
}
