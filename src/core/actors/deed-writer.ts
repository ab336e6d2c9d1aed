/**
 * Owns the writing down of deeds: the host's queue of operations, and what the history is told of it. Promises: SY1, SY4 to SY6 at the host's end (the
 * queue's), and that nobody is called while the queue is at work: what comes of its answers is done when it is done.
 */
import type { Epoch, HostId, MapId } from "../protocol/ids.ts";
import type { OperationId } from "../protocol/operations.ts";
import type { Out } from "../protocol/step.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";
import { OperationQueue, type QueueOut } from "../sync/operation-queue.ts";
import type { SyncTuning } from "../sync-settings.ts";
import type { HostedMap } from "./hosted-map.ts";
import { PENDING_MAX } from "./map-image.ts";
import { HOST_TIMER } from "./states.ts";

/** What the writer tells, when the queue is done. */
export type DeedEvents = {
  /** A deed is written down; it was among `hosted.pending` until now. */
  written(at: number, map: MapId, operation: OperationId, out: Out): void;
  /** A held map has nothing under way any more. */
  drained(at: number, map: MapId, out: Out): void;
  /** The store refused, because its row is another: a newer one, or one so old that our grant was lost. */
  fenced(at: number, map: MapId, epoch: Epoch, row: OwnershipRow, out: Out): void;
};

/** Places of the queue that a map's game never counts on: with fewer left it stands still, and what one moment brings has room. */
const ROOM_SPARE = 256;
/** What is in the state is asked for until the store has it: giving it up would leave a state that the store knows nothing of. */
const NEVER_S = 1_000_000_000;

/** The writer of one host. */
export class DeedWriter {
  private readonly host: HostId;
  private readonly queue: OperationQueue;
  private readonly events: DeedEvents;
  private readonly ask: (ask: StoreRequest, out: Out) => number;
  private readonly spare: number;
  private later: ((at: number, out: Out) => void)[] = [];
  /** Maps for which the store takes nothing from this host: what their games still do is not given to the queue. */
  private readonly closed = new Set<MapId>();
  private timerAt = Number.POSITIVE_INFINITY;

  constructor(host: HostId, boot: number, tuning: SyncTuning, ask: (ask: StoreRequest, out: Out) => number, events: DeedEvents) {
    this.host = host;
    const pendingMax = Math.min(tuning.pendingMax, PENDING_MAX);
    const pendingCriticalMin = Math.min(tuning.pendingCriticalMin, Math.floor(pendingMax / 2));
    this.queue = new OperationQueue(host, { ...tuning, pendingMax, pendingCriticalMin, giveUpS: NEVER_S }, boot);
    this.ask = ask;
    this.events = events;
    this.spare = Math.min(ROOM_SPARE, Math.floor(pendingMax / 4));
  }

  /** Whether games may go on: the queue has room for what they do. */
  get roomy(): boolean {
    return this.queue.room(false) > this.spare;
  }

  /** The queue's sums (SY4). */
  stats(): ReturnType<OperationQueue["stats"]> {
    return this.queue.stats();
  }

  grant(at: number, { map, epoch }: HostedMap, out: Out): void {
    this.closed.delete(map);
    this.during(at, out, (queueOut) => this.queue.grant(at, map, epoch, queueOut));
  }

  revoke(at: number, map: MapId, out: Out): void {
    this.closed.delete(map);
    this.during(at, out, (queueOut) => this.queue.revoke(at, map, queueOut));
  }

  hold(at: number, map: MapId, out: Out): void {
    this.during(at, out, (queueOut) => this.queue.hold(at, map, queueOut));
  }

  release(map: MapId): void {
    this.queue.release(map);
  }

  /** Submits a map's deeds, in order, as far as there is room; gives whether none is left. */
  submit(at: number, hosted: HostedMap, out: Out): boolean {
    const { map, epoch } = hosted;
    if (this.closed.has(map)) return false;
    if (!hosted.hasMade) return true;
    return this.during(at, out, (queueOut) =>
      hosted.submitMade(({ operation, critical }) => {
        if (this.queue.room(critical) === 0) return false;
        const about = { host: this.host, map, epoch, operation: operation.id };
        out.push({ kind: "record", record: { kind: "operation/submitted", ...about, critical, number: operation.number } });
        const taken = this.queue.submit(at, map, operation, critical, queueOut);
        if (!taken.ok) {
          const record = { kind: "operation/answered", ...about, result: "rejected", reason: taken.error } as const;
          out.push({ kind: "record", record });
        }
        return taken.ok;
      }),
    );
  }

  answered(at: number, request: number, answer: StoreAnswer, out: Out): boolean {
    return this.during(at, out, (queueOut) => this.queue.answered(at, request, answer, queueOut));
  }

  /** The queue's timer rang. */
  due(at: number, out: Out): void {
    this.timerAt = Number.POSITIVE_INFINITY;
    this.during(at, out, (queueOut) => this.queue.due(at, queueOut));
  }

  private during<T>(at: number, out: Out, what: (queueOut: QueueOut) => T): T {
    const result = what(this.queueOut(out));
    const { later } = this;
    if (later.length > 0) {
      this.later = [];
      for (const each of later) each(at, out);
    }
    this.arm(out);
    return result;
  }

  private arm(out: Out): void {
    const next = this.queue.nextAt();
    if (next === this.timerAt) return;
    this.timerAt = next;
    if (next === Number.POSITIVE_INFINITY) out.push({ kind: "timer/clear", timer: HOST_TIMER.queue });
    else out.push({ kind: "timer/set", timer: HOST_TIMER.queue, at: next });
  }

  private queueOut(out: Out): QueueOut {
    const { host, events } = this;
    return {
      ask: (ask) => this.ask(ask, out),
      answered: (map, epoch, operation, answer) => {
        const reason = "reason" in answer ? answer.reason : "";
        const record = { kind: "operation/answered", host, map, epoch, operation, result: answer.result, reason } as const;
        out.push({ kind: "record", record });
        if (answer.result === "done") this.later.push((at, into) => events.written(at, map, operation, into));
      },
      drained: (map) => this.later.push((at, into) => events.drained(at, map, into)),
      fenced: (map, epoch, row) => {
        this.closed.add(map);
        this.later.push((at, into) => events.fenced(at, map, epoch, row, into));
      },
      grantLost: (map, epoch, row) => this.later.push((at, into) => events.fenced(at, map, epoch, row, into)),
      waited: () => undefined,
    };
  }
}
