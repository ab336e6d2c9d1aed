import { describe, expect, it } from "vitest";
import { legacyEnvelope } from "../../compat/legacy-envelope.ts";
import { Secret } from "../../base/secret.ts";
import type { MainServerAnswer, WriteAsk } from "../../runtime/main-server.ts";
import { HandTime, turns } from "./bench.fixture.ts";
import { LegacyHttp, legacyPlaintext } from "./legacy-http.ts";

/** The seed's vector: bytes 00 … 1f as the key, f0 … ff as the IV. */
const KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const IV = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i);
const PLAINTEXT =
  '{"account_id":1000123,"data":"{}","is_critical":true,"map_name":"moc_fild01","operation_id":"00000000-0000-4000-8000-000000000000","timestamp":1740613200000,"type":0}';
const ENCRYPTED =
  "8PHy8/T19vf4+fr7/P3+/y3p2HWUKAYfgwpTGTKLgeF7aQc/k9RBB7ybntxLsLhNmp/24WSwjMZpvVowdsueVIXzE2zK+EA68N/ZCbLKBStjDkr1px1wbqW/EXxRXYMQPnhqGjM82OBkTeoj4hZr0RyYbObc6pSvJi2PCijowkctAByvYfhZnoypiCaNI0MemNZEdksjjdBqJ1KRKrLI4bVxnG6qtc4vUD6v+zihNIvL2H/l4vfzz4jpeLCwKavW";

const OPERATION = {
  id: "00000000-0000-4000-8000-000000000000",
  type: "MAP_STATE",
  number: 0,
  carried: null,
  player: 1_000_123,
  at: 1_740_613_200_000,
  data: new TextEncoder().encode("{}"),
} as const;
const WRITE: WriteAsk = { verb: "write", map: "moc_fild01", epoch: null, critical: true, operations: [OPERATION] };

type Sent = { url: string; body: unknown; redirect: unknown };

/** The mode over a fetch that answers as told: with a status and a text, with an error, or never. */
function mode(how: { status: number; text: string } | Error | "never"): { port: LegacyHttp; sent: Sent[]; time: HandTime } {
  const sent: Sent[] = [];
  const time = new HandTime();
  const envelope = legacyEnvelope(KEY, "legacy_unauthenticated");
  if (!envelope.ok) throw new Error(envelope.error);
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    sent.push({ url, body: JSON.parse(String(init.body)), redirect: init.redirect });
    if (how instanceof Error) return Promise.reject(how);
    if (how !== "never") return Promise.resolve(new Response(how.text, { status: how.status }));
    return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  };
  const endpoint = new Secret("http://127.0.0.1:9/p2p-sync");
  return { port: new LegacyHttp({ endpoint, envelope: envelope.value, iv: () => IV, fetch, waking: time }), sent, time };
}

const answerOf = (port: LegacyHttp, until = Number.MAX_SAFE_INTEGER): Promise<MainServerAnswer> =>
  new Promise((resolve) => port.ask(WRITE, until, resolve));

describe("the seed's own way", () => {
  it("sends what the seed sends, to the byte", async () => {
    const { port, sent } = mode({ status: 200, text: '{"success":true,"error_message":""}' });
    expect(legacyPlaintext(WRITE, OPERATION)).toBe(PLAINTEXT);
    expect(await answerOf(port)).toEqual({ result: "written", verdicts: ["applied"] });
    expect(sent).toEqual([
      {
        url: "http://127.0.0.1:9/p2p-sync",
        redirect: "error",
        body: { encrypted_data: ENCRYPTED, operation_id: OPERATION.id, is_critical: true },
      },
    ]);
    expect(port.status()).toEqual({ kind: "legacy_http", state: "up", connections: 1, lastEnd: null, keyNumber: null });
  });

  const refused = (code: string): Error => new Error("connect to 10.1.2.3", { cause: Object.assign(new Error("10.1.2.3"), { code }) });

  it.each([
    ["success: false", { status: 200, text: '{"success":false,"error_message":"no"}' }, { result: "written", verdicts: ["refused"] }],
    ["success without error_message", { status: 200, text: '{"success":true}' }, { result: "unknown" }],
    ["error_message alone", { status: 200, text: '{"error_message":"no"}' }, { result: "unknown" }],
    ["null", { status: 200, text: "null" }, { result: "unknown" }],
    ["no JSON", { status: 502, text: "<html>" }, { result: "unknown" }],
    ["far too much", { status: 200, text: `{"success":true,"error_message":"${"x".repeat(70_000)}"}` }, { result: "unknown" }],
    ["a client's error", { status: 404, text: "" }, { result: "failed" }],
    ["nobody there", refused("ECONNREFUSED"), { result: "failed" }],
    ["a line that broke", refused("ECONNRESET"), { result: "unknown" }],
    ["an error without a cause", new Error("x"), { result: "unknown" }],
  ])("takes %s for what it is", async (_, how, expected) => {
    const { port } = mode(how);
    expect(await answerOf(port)).toEqual(expected);
    expect(JSON.stringify(port.status())).not.toContain("10.1.2.3");
  });

  it("gives up at the time given, and at the end; then it may have been heard", async () => {
    const { port, time } = mode("never");
    const late = answerOf(port, time.now() + 500_000);
    await time.pass(500);
    expect(await late).toEqual({ result: "unknown" });
    const open = answerOf(port);
    await turns();
    await port.close();
    expect([await open, await answerOf(port), time.size]).toEqual([{ result: "unknown" }, { result: "failed" }, 0]);
  });

  it("cannot read or search, and says so", async () => {
    const { port, sent } = mode("never");
    const fetch = { verb: "fetch", critical: false, map: "a", type: "MAP_STATE", player: -1 } as const;
    expect(await new Promise((resolve) => port.ask(fetch, 1, resolve))).toEqual({ result: "refused", reason: "not_offered" });
    expect(sent).toEqual([]);
  });
});
