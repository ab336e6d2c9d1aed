/**
 * The public client of data synchronisation, by the names of the seed's `P2PDataSync`. Owns nothing but the order of things: writes, reads, values and
 * vectors have owners of their own. Promises: what is refused is refused at once and by name; what is taken ends, and whoever waits for it is told,
 * also when the client is closed; no answer, status or record holds a secret or the main server's address (SY13). Never throws at what it is given.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { HostId } from "../../core/protocol/ids.ts";
import type { OperationId, SyncType } from "../../core/protocol/operations.ts";
import { Results, Waiters } from "../../core/sync/results.ts";
import { SteadyClock } from "../../core/sync/steady-clock.ts";
import type { SyncLimits } from "../../core/sync-settings.ts";
import { syncTuningOf } from "../../core/sync-settings.ts";
import type { EmbeddingPort } from "../../runtime/embedding.ts";
import { ASK_DATA_BYTES_MAX, ASK_OPERATIONS_MAX, type Found, type MainServerPort, type ValueKey } from "../../runtime/main-server.ts";
import type { Waking } from "../../runtime/waking.ts";
import type {
  CacheRefusal,
  ClientStatus,
  CloseReport,
  DrainReport,
  Embedding,
  EmbedRefusal,
  GrantRefusal,
  NotWaited,
  SearchRefusal,
  SyncEnd,
  SyncRefusal,
  SyncResult,
} from "./answers.ts";
import { Alarm } from "./alarm.ts";
import { Embeddings } from "./embeddings.ts";
import { CACHE_KEY_CHARS_MAX, CACHE_VALUE_BYTES_MAX, isMapName, judgeData, judgeKey, type SyncKey, textBytes } from "./input.ts";
import { type ReadEnd, Reads } from "./reads.ts";
import type { Records } from "./records.ts";
import { Values } from "./values.ts";
import { Writes } from "./writes.ts";

/** What a client is made of: everything it does not decide itself. */
export type ClientParts = {
  /** account_id of the machine's owner. */
  readonly host: HostId;
  readonly limits: SyncLimits;
  /** Maps whose texts may be stored as vectors. */
  readonly vectorMaps: readonly string[];
  /** Records every operation's end. */
  readonly debug: boolean;
  readonly mainServer: MainServerPort;
  readonly embedding: EmbeddingPort;
  readonly waking: Waking;
  /** Milliseconds since 1970, by which operations are dated. */
  readonly wallMs: () => number;
  /** UUIDs of version 4, never the same twice. What is no id at all is a bug of whoever put the client together. */
  readonly uuid: () => string;
  readonly records: Records;
  /** Operations of one batch; fewer where the main server takes them one by one. */
  readonly batchOperationsMax?: number;
  /** How long attempts that fail for certain are worth it (s). */
  readonly giveUpS?: number;
};

/** An operation to be written down. `priority` says whether it is critical; where it is left out, the conf's critical_data_types does. */
export type SyncRequest = SyncKey & { readonly data: string; readonly priority?: boolean };

/** Somebody who waits until nothing is pending, until a time (us). */
type Drain = { readonly until: number; readonly told: (report: DrainReport) => void };

/** Limits that no conf sets. */
const READS_MAX = 1_000;
const READ_ENDS_MAX = 256;
const LEDGERS_MAX = 4_096;
const READ_ATTEMPT_MS = 2_000;
/** The longest wait that timers know. */
const TIMEOUT_MS_MAX = 2_147_483_647;

/** See the head of this file. Made by `init`. */
export class SyncClient {
  readonly #parts: ClientParts;
  readonly #clock = new SteadyClock();
  readonly #values: Values;
  readonly #writes: Writes;
  readonly #reads: Reads;
  readonly #embeddings: Embeddings;
  readonly #alarm: Alarm;
  /** Ends of writes, and of reads: these carry data, so that fewer are kept. */
  readonly #ends: Results<SyncEnd>;
  readonly #readEnds: Results<SyncEnd>;
  readonly #pendingReads = new Set<OperationId>();
  readonly #waiters: Waiters<SyncResult>;
  readonly #waiting = new Map<number, (result: SyncResult) => void>();
  readonly #drains = new Set<Drain>();
  #state: ClientStatus["state"] = "open";
  #closing: Promise<CloseReport> | null = null;
  #waits = 0;

  constructor(parts: ClientParts) {
    const { host, limits, mainServer, waking } = parts;
    const tuning = {
      ...syncTuningOf(limits),
      operationBytesMax: ASK_DATA_BYTES_MAX,
      batchBytesMax: ASK_DATA_BYTES_MAX,
      batchOperationsMax: Math.min(parts.batchOperationsMax ?? ASK_OPERATIONS_MAX, ASK_OPERATIONS_MAX),
    };
    this.#parts = parts;
    this.#values = new Values(limits, limits.queueMax + READS_MAX);
    this.#writes = new Writes(host, { ...tuning, giveUpS: parts.giveUpS ?? tuning.giveUpS }, LEDGERS_MAX, this.#values, {
      now: () => this.#now(),
      ask: (ask, taken) => {
        const until = waking.now() + (ask.critical ? limits.criticalTimeoutMs : limits.timeoutMs) * US_PER_MS;
        mainServer.ask(ask, until, (answer) => this.#do(() => taken(answer)));
      },
      ended: (id, key, end) => this.#ended(id, key, end),
    });
    const attemptMs = Math.min(READ_ATTEMPT_MS, limits.timeoutMs);
    const readLimits = { pendingMax: READS_MAX, attemptMs, retryMs: tuning.retryMs, retryMaxMs: tuning.retryMaxMs };
    this.#reads = new Reads(
      readLimits,
      this.#values,
      () => this.#now(),
      (ask, until, taken) => mainServer.ask(ask, this.#clock.shows(until), (answer) => this.#do(() => taken(answer))),
    );
    this.#embeddings = new Embeddings(parts.embedding, parts.vectorMaps);
    this.#alarm = new Alarm(waking, () => this.#do(() => this.#due()));
    this.#ends = new Results(tuning.resultsKeptS * 1_000 * US_PER_MS, tuning.resultsMax);
    this.#readEnds = new Results(tuning.resultsKeptS * 1_000 * US_PER_MS, READ_ENDS_MAX);
    this.#waiters = new Waiters(tuning.waitersMax);
  }

  /** Says that a map is this host's under that epoch: its state is written under this right from now on. Epochs of a map only rise. */
  grantMap(map_name: string, epoch: number): Result<null, GrantRefusal> {
    if (!isMapName(map_name)) return err("map_name_invalid");
    if (!Number.isSafeInteger(epoch) || epoch < 1) return err("epoch_invalid");
    if (this.#state !== "open") return err(this.#state);
    return this.#do(() => this.#writes.grant(this.#now(), map_name, epoch));
  }

  /** Says that a map is not this host's any more: what was not sent is rejected, what may have taken effect is still found out. False: it never was. */
  revokeMap(map_name: string): boolean {
    return this.#do(() => this.#writes.revoke(this.#now(), map_name));
  }

  /**
   * Writes data down at the main server, exactly once. Gives the operation's id at once; `getSyncResult` and `waitForSyncResult` tell what became of it.
   * What is not critical goes with the next sync_interval_ms.
   */
  syncToMainServer(request: SyncRequest): Result<OperationId, SyncRefusal> {
    const { priority } = (request ?? {}) as SyncRequest;
    return this.#write(request, priority ?? this.#parts.limits.criticalTypes.includes(request?.type));
  }

  /** The same, and critical whatever the conf says: it goes at once, and is answered or known to be late within critical_timeout_ms (SY5). */
  syncCriticalData(request: SyncKey & { readonly data: string }): Result<OperationId, SyncRefusal> {
    return this.#write(request, true);
  }

  /**
   * Reads the latest data of a key. The end holds it, or null where there is none. What this client wrote and was told is done is seen; what others
   * wrote may be missed for cache_expiry_seconds. Critical reads have critical_timeout_ms, others 10 s.
   */
  syncFromMainServer(request: SyncKey & { readonly priority?: boolean }): Result<OperationId, SyncRefusal> {
    const key = judgeKey(request);
    if (!key.ok) return key;
    if (this.#state !== "open") return err(this.#state);
    const { limits } = this.#parts;
    const id = this.#newId();
    if (this.#statusOf(id).result !== "not_known") return err("already_submitted");
    const cached = this.#values.get(this.#now(), key.value);
    if (cached !== null) {
      this.#reads.countCached();
      return this.#do(() => {
        this.#endRead(id, key.value, { ok: true, answer: { result: "fetched", value: cached } });
        return ok(id);
      });
    }
    const critical = request.priority ?? limits.criticalTypes.includes(key.value.type);
    const withinMs = critical ? limits.criticalTimeoutMs : limits.timeoutMs;
    return this.#do(() => {
      this.#pendingReads.add(id);
      if (this.#reads.begin({ verb: "fetch", critical, ...key.value }, withinMs, (end) => this.#endRead(id, key.value, end))) return ok(id);
      this.#pendingReads.delete(id);
      return err("queue_full");
    });
  }

  /** What is known of an operation now. Pending and failed are told apart, and both from what nobody knows of. */
  getSyncResult(id: OperationId): SyncResult {
    return this.#statusOf(id);
  }

  /** Waits for an operation's end, at most `timeoutMs`; 0 waits as long as it takes. Gives the end, or what is known when the time is over. */
  waitForSyncResult(id: OperationId, timeoutMs = 0): Promise<SyncResult | NotWaited> {
    const isTime = Number.isFinite(timeoutMs) && timeoutMs >= 0 && timeoutMs <= TIMEOUT_MS_MAX;
    if (!isTime) return Promise.resolve({ result: "not_waited", reason: "timeout_invalid" });
    const known = this.#statusOf(id);
    const isOpen = known.result === "pending" || known.result === "unknown";
    if (!isOpen || this.#state === "closed") return Promise.resolve(known);
    this.#waits += 1;
    const waiter = this.#waits;
    return this.#do(() => {
      if (!this.#waiters.add(this.#now(), id, waiter, timeoutMs))
        return Promise.resolve({ result: "not_waited", reason: "too_many_waiters" } as const);
      return new Promise((resolve) => void this.#waiting.set(waiter, resolve));
    });
  }

  /** Puts a text aside under a key of the caller's own, for so many seconds and never longer than cache_expiry_seconds. May be gone at any time. */
  cacheData(key: string, value: string, expirySeconds: number = this.#parts.limits.cacheExpiryS): Result<null, CacheRefusal> {
    if (key === "" || !textBytes(key, CACHE_KEY_CHARS_MAX).ok) return err("key_invalid");
    const bytes = textBytes(value, CACHE_VALUE_BYTES_MAX);
    if (!bytes.ok) return err(bytes.error === "invalid" ? "value_invalid" : "value_too_large");
    if (!Number.isSafeInteger(expirySeconds) || expirySeconds < 1) return err("expiry_invalid");
    this.#values.put(this.#now(), key, bytes.value, Math.min(expirySeconds, this.#parts.limits.cacheExpiryS));
    return ok(null);
  }

  /** What was put aside under the key; null: nothing, or not any more. */
  getCachedData(key: string): string | null {
    const bytes = typeof key === "string" ? this.#values.putAside(this.#now(), key) : null;
    return bytes === null ? null : textOf(bytes);
  }

  /** Turns a text into a vector. With `keep` it is also stored under a map of vector_eligible_maps, as an operation that can be waited for. */
  async createEmbedding(text: string, keep?: Omit<SyncKey, "type">): Promise<Result<Embedding, EmbedRefusal>> {
    const key = keep === undefined ? null : judgeKey({ type: "VECTOR_EMBEDDING", ...keep });
    if (key !== null && !key.ok) return key;
    if (key !== null && !this.#embeddings.isEligible(key.value.map)) return err("map_not_vector_eligible");
    if (this.#state !== "open") return err(this.#state);
    const made = await this.#embeddings.create(text);
    if (!made.ok || key === null) return made;
    const { map: map_name, player: account_id } = key.value;
    const stored = this.syncToMainServer({
      type: "VECTOR_EMBEDDING",
      map_name,
      account_id,
      data: this.#embeddings.payload(text, made.value),
    });
    return stored.ok ? ok({ ...made.value, operation: stored.value }) : stored;
  }

  /** The stored texts whose vectors are nearest, nearest first; of one map, or of all. Vectors of other models are not compared. */
  searchSimilarEmbeddings(
    embedding: Pick<Embedding, "model" | "vector">,
    count = 5,
    map_name: string | null = null,
  ): Promise<Result<readonly Found[], SearchRefusal>> {
    const ask = this.#embeddings.search(embedding, count, map_name);
    if (!ask.ok) return Promise.resolve(ask);
    if (this.#state !== "open") return Promise.resolve(err(this.#state));
    return new Promise((resolve) => {
      const begun = this.#do(() =>
        this.#reads.begin(ask.value, this.#parts.limits.timeoutMs, (end) => {
          if (!end.ok) resolve(err(end.reason));
          else resolve(ok(end.answer.result === "found" ? end.answer.found : []));
        }),
      );
      if (!begun) resolve(err("queue_full"));
    });
  }

  /** How things stand. */
  getStatus(): ClientStatus {
    const { host, mainServer, vectorMaps, embedding } = this.#parts;
    return {
      state: this.#state,
      host,
      link: mainServer.status(),
      operations: this.#writes.stats(),
      reads: this.#reads.stats(),
      waiting: this.#waiting.size,
      maps: this.#writes.maps(),
      cache: this.#values.size,
      embedding: { model: embedding.model, semantic: embedding.semantic, eligible_maps: vectorMaps.length },
      records_lost: this.#parts.records.lost,
    };
  }

  /** Takes nothing more, sends what is pending at once, and waits until all of it has ended, at most `withinMs`. */
  drain(withinMs: number = this.#parts.limits.timeoutMs): Promise<DrainReport> {
    if (this.#state === "open") this.#state = "draining";
    const boundedMs = Number.isFinite(withinMs) ? Math.min(Math.max(0, withinMs), TIMEOUT_MS_MAX) : this.#parts.limits.timeoutMs;
    if (this.#state === "closed") return Promise.resolve(this.#left());
    return new Promise((resolve) => {
      this.#do(() => {
        this.#drains.add({ until: this.#now() + boundedMs * US_PER_MS, told: resolve });
        this.#writes.hold(this.#now());
      });
    });
  }

  /** Drains, ends the line and answers whoever still waits. What is then `unknown` stays so. Asked again, gives the same report. */
  close(withinMs: number = this.#parts.limits.timeoutMs): Promise<CloseReport> {
    this.#closing ??= this.#close(withinMs);
    return this.#closing;
  }

  async #close(withinMs: number): Promise<CloseReport> {
    await this.drain(withinMs);
    this.#state = "closed";
    this.#do(() => {
      this.#reads.close();
      this.#writes.abandon(this.#now());
    });
    await this.#parts.mainServer.close();
    // A way that refuses an ask does so a moment after it; by the next turn everything has been said.
    await new Promise<void>((resolve) => void this.#parts.waking.wake(this.#parts.waking.now(), resolve));
    this.#alarm.stop();
    const { pending } = this.#writes.stats();
    for (const resolve of this.#waiting.values()) resolve({ result: "unknown" });
    this.#waiting.clear();
    return { unknown: pending };
  }

  #write(request: SyncKey & { readonly data: string }, critical: boolean): Result<OperationId, SyncRefusal> {
    const key = judgeKey(request);
    if (!key.ok) return key;
    const data = judgeData(request.data);
    if (!data.ok) return data;
    const { type, map } = key.value;
    if (type === "VECTOR_EMBEDDING" && !this.#embeddings.isEligible(map)) return err("map_not_vector_eligible");
    if (this.#state !== "open") return err(this.#state);
    const id = this.#newId();
    if (this.#statusOf(id).result !== "not_known") return err("already_submitted");
    const write = {
      key: key.value,
      data: data.value,
      critical: critical === true,
      madeAtMs: Math.max(0, Math.floor(this.#parts.wallMs())),
    };
    return this.#do(() => {
      const taken = this.#writes.submit(this.#now(), id, write);
      if (taken.ok) return ok(id);
      return err(taken.error === "too_large" ? "data_too_large" : taken.error);
    });
  }

  #newId(): OperationId {
    const id = this.#parts.uuid();
    assert(/^[\w.-]{1,64}$/.test(id), "an id is one that every main server takes");
    return id;
  }

  #now(): number {
    return this.#clock.read(this.#parts.waking.now());
  }

  /** Every change goes through here: afterwards what it left is done, and the alarm is set anew. */
  #do<T>(change: () => T): T {
    const result = change();
    this.#writes.settle();
    if (this.#drains.size > 0 && this.#left().result === "drained") for (const drain of this.#drains) this.#drained(drain);
    if (this.#state !== "closed") this.#arm();
    return result;
  }

  #left(): DrainReport {
    const pending = this.#writes.stats().pending + this.#reads.pending;
    return pending === 0 ? { result: "drained" } : { result: "timeout", pending };
  }

  #drained(drain: Drain): void {
    this.#drains.delete(drain);
    drain.told(this.#left());
  }

  #due(): void {
    const now = this.#now();
    this.#writes.due(now);
    this.#reads.due();
    this.#waiters.due(
      now,
      (id) => this.#statusOf(id),
      (waiter, _, status) => this.#tell(waiter, status),
    );
    for (const drain of this.#drains) if (drain.until <= now) this.#drained(drain);
  }

  #arm(): void {
    let at = Math.min(this.#writes.nextAt(), this.#reads.nextAt(), this.#waiters.nextAt);
    for (const { until } of this.#drains) at = Math.min(at, until);
    this.#alarm.set(this.#clock.shows(at));
  }

  #statusOf(id: OperationId): SyncResult {
    const now = this.#now();
    const open = this.#writes.status(now, id);
    if (open !== undefined) return { result: this.#state === "closed" ? "unknown" : open };
    if (this.#pendingReads.has(id)) return { result: "pending" };
    return this.#ends.get(now, id) ?? this.#readEnds.get(now, id) ?? { result: "not_known" };
  }

  #ended(id: OperationId, key: ValueKey, end: SyncEnd | { readonly result: "unknown" }): void {
    this.#note(id, key, end);
    if (end.result === "unknown") return;
    this.#ends.put(this.#now(), id, end);
    this.#waiters.settle(id, end, (waiter, _, status) => this.#tell(waiter, status));
  }

  #endRead(id: OperationId, key: ValueKey, read: ReadEnd): void {
    const end = syncEndOf(read);
    this.#pendingReads.delete(id);
    this.#note(id, key, end);
    this.#readEnds.put(this.#now(), id, end);
    this.#waiters.settle(id, end, (waiter, _, status) => this.#tell(waiter, status));
  }

  #tell(waiter: number, status: SyncResult): void {
    const resolve = this.#waiting.get(waiter);
    this.#waiting.delete(waiter);
    resolve?.(status);
  }

  #note(
    id: OperationId,
    { type, map }: { readonly type: SyncType; readonly map: string },
    end: SyncEnd | { readonly result: "unknown" },
  ): void {
    if (end.result === "done" && !this.#parts.debug) return;
    const reason = "reason" in end ? end.reason : "";
    this.#parts.records.take({ kind: "operation", id, type, map_name: map, result: end.result, reason });
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function syncEndOf(read: ReadEnd): SyncEnd {
  if (!read.ok) return { result: "failed", reason: read.reason };
  const bytes = read.answer.result === "fetched" ? read.answer.value : null;
  const data = bytes === null ? null : textOf(bytes);
  return bytes !== null && data === null ? { result: "failed", reason: "value_not_text" } : { result: "done", data };
}
