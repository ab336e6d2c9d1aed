import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../base/secret.ts";
import { type EmbeddingService, type Fetch, serviceEmbedding } from "./http.ts";

const KEY = new Secret("sk-canary-0123456789");

/** What the service was asked, and how it answers the next time. */
const asked: { method: string; url: string; headers: IncomingMessage["headers"]; body: unknown }[] = [];
let reply: (response: ServerResponse) => void = () => {};
let server: Server;
let endpoint = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => (body += piece));
    request.on("end", () => {
      asked.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body: JSON.parse(body) });
      reply(response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
});

afterAll(() => {
  server.closeAllConnections();
  return new Promise<void>((resolve) => void server.close(() => resolve()));
});

const numbers = Array.from({ length: 1_536 }, (_, i) => (i === 0 ? 3 : i === 1 ? 4 : 0));
const good = JSON.stringify({
  object: "list",
  data: [{ object: "embedding", index: 0, embedding: numbers }],
  model: "text-embedding-ada-002",
  usage: {},
});
const says =
  (status: number, text: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
const service = (): EmbeddingService => ({ kind: "openai", key: KEY, endpoint });
const plainFetch: Fetch = (url, init) => fetch(url, init);

describe("a provider over HTTP", () => {
  it("asks OpenAI in its form", async () => {
    reply = says(200, good);
    const answer = await serviceEmbedding(service(), plainFetch, 5_000).embed("a text");
    expect(answer.ok && [...answer.value.subarray(0, 3)]).toEqual([Math.fround(0.6), Math.fround(0.8), 0]);
    expect(asked.at(-1)).toMatchObject({
      method: "POST",
      url: "/v1/embeddings",
      headers: { authorization: `Bearer ${KEY.reveal()}`, "content-type": "application/json" },
      body: { model: "text-embedding-ada-002", input: "a text" },
    });
  });

  it("asks Azure in its form, by deployment and api-version", async () => {
    reply = says(200, good);
    const azure = serviceEmbedding({ kind: "azure", key: KEY, endpoint: `${endpoint}/` }, plainFetch, 5_000);
    expect([azure.model, azure.semantic, (await azure.embed("a text")).ok]).toEqual(["azure/text-embedding-ada-002", true, true]);
    expect(asked.at(-1)).toMatchObject({
      url: "/openai/deployments/text-embedding-ada-002/embeddings?api-version=2023-05-15",
      headers: { "api-key": KEY.reveal() },
      body: { input: "a text" },
    });
    expect(asked.at(-1)?.headers.authorization).toBeUndefined();
  });

  it.each([
    ["a wrong key", says(401, `{"error":"key ${KEY.reveal()} is wrong"}`), "provider_unauthorized"],
    ["too many", says(429, "{}"), "provider_busy"],
    ["its own fault", says(500, "oops"), "provider_failed"],
    ["no JSON", says(200, "<html>"), "provider_answer_invalid"],
    ["no vector", says(200, "{}"), "provider_answer_invalid"],
    ["a short one", says(200, JSON.stringify({ data: [{ embedding: [1] }] })), "provider_answer_invalid"],
    ["words for numbers", says(200, JSON.stringify({ data: [{ embedding: numbers.map(String) }] })), "provider_answer_invalid"],
    ["zeros", says(200, JSON.stringify({ data: [{ embedding: numbers.map(() => 0) }] })), "provider_answer_invalid"],
    [
      "numbers whose squares overflow",
      says(200, JSON.stringify({ data: [{ embedding: numbers.map(() => 1e300) }] })),
      "provider_answer_invalid",
    ],
    ["far too much", says(200, `${good.slice(0, -1)},"more":"${"x".repeat(300_000)}"}`), "provider_answer_invalid"],
    ["nothing, and hangs up", (response: ServerResponse) => void response.destroy(), "provider_unreachable"],
    ["half of it, and no more", (response: ServerResponse) => void response.writeHead(200).write("{"), "provider_timeout"],
  ])("SY13 answers %s with a name that repeats nothing", async (_, how, reason) => {
    reply = how;
    const answer = await serviceEmbedding(service(), plainFetch, 300).embed("a text");
    expect(answer).toEqual({ ok: false, error: reason });
  });

  it("SY13 follows nobody elsewhere: the key would go with it", async () => {
    const before = asked.length;
    reply = says(307, "", { location: "/elsewhere" });
    expect(await serviceEmbedding(service(), plainFetch, 5_000).embed("a")).toEqual({ ok: false, error: "provider_unreachable" });
    expect(asked.slice(before).map(({ url }) => url)).toEqual(["/v1/embeddings"]);
  });

  it("is unreachable where nobody listens", async () => {
    const nobody = serviceEmbedding({ kind: "openai", key: KEY, endpoint: "http://127.0.0.1:1" }, plainFetch, 1_000);
    expect(await nobody.embed("a")).toEqual({ ok: false, error: "provider_unreachable" });
  });
});
