/**
 * The seed's own way to its main server, for servers that know nothing else: one POST an operation, under a bare envelope that proves nothing. A named
 * mode, off unless an option asks for it. Promises: the operation's id is the same over all attempts, and only `success: true` is success. It cannot
 * promise what the sealed line does: that an operation takes effect once is up to that server, a refusal that follows a lost answer may hide an effect,
 * and nothing can be read or searched.
 */
import { assert } from "../../base/assert.ts";
import type { Secret } from "../../base/secret.ts";
import { US_PER_MS } from "../../base/time.ts";
import { type Operation, SYNC_TYPES } from "../../core/protocol/operations.ts";
import type { LegacyEnvelope } from "../../compat/legacy-envelope.ts";
import type {
  LineEnd,
  LinkStatus,
  MainServerAnswer,
  MainServerAsk,
  MainServerPort,
  TakeMainServerAnswer,
  WriteAsk,
} from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";
import { boundedText } from "../../adapters/node/bounded-text.ts";

/** As much of `fetch` as is used. */
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What the mode is given. */
export type LegacyHttpOptions = {
  /** main_server_endpoint. */
  readonly endpoint: Secret;
  readonly envelope: LegacyEnvelope;
  /** 16 bytes that were never used before. */
  readonly iv: () => Uint8Array;
  readonly fetch: Fetch;
  readonly waking: Waking;
};

/** Operations that one request holds: the old form has no batches. */
export const LEGACY_BATCH_OPERATIONS = 1;
const ANSWER_BYTES_MAX = 65_536;
/** Errors of a connection that never stood: nobody can have heard anything. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** See the head of this file. */
export class LegacyHttp implements MainServerPort {
  readonly #options: LegacyHttpOptions;
  readonly #open = new Set<AbortController>();
  #answers: Promise<unknown> = Promise.resolve();
  #closed = false;
  #heard = 0;
  #lastEnd: LineEnd | null = null;

  constructor(options: LegacyHttpOptions) {
    this.#options = options;
  }

  ask(ask: MainServerAsk, until: number, answer: TakeMainServerAnswer): void {
    const answered = this.#answerTo(ask, until).then(answer);
    // Whoever takes an answer must not break the way for the others: a bug in him surfaces by itself.
    this.#answers = Promise.allSettled([this.#answers, answered]);
  }

  status(): LinkStatus {
    const state = this.#closed ? "closed" : this.#lastEnd === null ? "up" : "down";
    return { kind: "legacy_http", state, connections: this.#heard, lastEnd: this.#lastEnd, keyNumber: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const request of this.#open) request.abort();
    await this.#answers;
  }

  async #answerTo(ask: MainServerAsk, until: number): Promise<MainServerAnswer> {
    if (ask.verb !== "write") return { result: "refused", reason: "not_offered" };
    if (this.#closed) return { result: "failed" };
    assert(ask.operations.length === LEGACY_BATCH_OPERATIONS, "the old form takes operations one by one");
    const answer = await this.#post(ask, ask.operations[0] as Operation, until);
    if (answer.result === "written") this.#heard += 1;
    this.#lastEnd = answer.result === "written" ? null : "unreachable";
    return answer;
  }

  async #post(ask: WriteAsk, operation: Operation, until: number): Promise<MainServerAnswer> {
    const { waking, fetch, endpoint } = this.#options;
    const request = new AbortController();
    this.#open.add(request);
    const takeBack = waking.wake(Math.max(until, waking.now() + US_PER_MS), () => request.abort());
    try {
      const response = await fetch(endpoint.reveal(), {
        method: "POST",
        redirect: "error",
        headers: { "content-type": "application/json" },
        body: this.#body(ask, operation),
        signal: request.signal,
      });
      return judged(response.status, await boundedText(response, ANSWER_BYTES_MAX));
    } catch (problem) {
      // What fetch says of itself names the address, so that only its kind is looked at.
      return { result: NEVER_SENT.has(codeOf(problem)) ? "failed" : "unknown" };
    } finally {
      takeBack();
      this.#open.delete(request);
    }
  }

  #body(ask: WriteAsk, operation: Operation): string {
    const encrypted_data = this.#options.envelope.seal(this.#options.iv(), Buffer.from(legacyPlaintext(ask, operation), "utf8"));
    assert(encrypted_data !== null, "an IV has its size");
    return JSON.stringify({ encrypted_data, operation_id: operation.id, is_critical: ask.critical });
  }
}

/** The text under the envelope: the seed's fields, sorted by name. */
export function legacyPlaintext({ map, critical }: Pick<WriteAsk, "map" | "critical">, { id, type, player, at, data }: Operation): string {
  return JSON.stringify({
    account_id: player,
    data: Buffer.from(data).toString("utf8"),
    is_critical: critical,
    map_name: map,
    operation_id: id,
    timestamp: at,
    type: SYNC_TYPES.indexOf(type),
  });
}

/** Only an answer with both fields is one. `error_message` is a stranger's text and goes nowhere. */
function judged(status: number, text: string | null): MainServerAnswer {
  if (status >= 400 && status < 500) return { result: "failed" };
  const { success, error_message } = fieldsOf(text);
  if (typeof success !== "boolean" || typeof error_message !== "string") return { result: "unknown" };
  return { result: "written", verdicts: [success ? "applied" : "refused"] };
}

function fieldsOf(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function codeOf(problem: unknown): string {
  const cause: unknown = problem instanceof Error ? problem.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
