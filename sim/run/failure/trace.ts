/** A run noted step by step: what each actor took in, what caused it, what it said, and which rule was found broken in it. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId } from "../../../src/core/protocol/ids.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import type { Input } from "../../../src/core/protocol/step.ts";
import type { StoreAnswer, StoreRequest } from "../../../src/core/protocol/store.ts";
import { assert } from "../../../src/base/assert.ts";
import type { Checker } from "../../checkers/checker.ts";
import type { Fault, Options } from "../../options.ts";
import type { RunOutcome, Violation } from "../../outcome.ts";
import type { HostTruth } from "../../world/observer.ts";
import { EVENT, type EventQueue } from "../../world/queue.ts";
import type { LostWhy } from "../../world/tracing.ts";
import { runSeed, type StepNotes } from "../run-seed.ts";
import { drawSwarm } from "../swarm/draw.ts";
import { actorName, type TraceActor, type TraceEvent, type TraceHost, type TraceInput, type TraceNames } from "./events.ts";

/** Events kept where the caller says nothing. */
const EVENTS_MAX = 1_000_000;

/**
 * How much is kept. `eventsMax`: the newest so many events (a million). `rule`: nothing that comes after the first violation of this rule is
 * kept. `untilUs`: the run itself stops there. Only the last changes the outcome.
 */
export type TraceLimits = { readonly eventsMax?: number; readonly rule?: string; readonly untilUs?: number };

/**
 * A traced run. `options` are those it was run with: of a swarm, what the seed drew. `truncated`: how many events before the first of `events`
 * are gone because of `eventsMax`.
 */
export type TracedRun = {
  readonly options: Options;
  readonly outcome: RunOutcome;
  readonly events: readonly TraceEvent[];
  readonly truncated: number;
  readonly names: TraceNames;
};

/** Runs one seed with every step noted. The run is the one that `runSeed` gives, with the same fingerprint. */
export function traceRun(given: Options, seed: number, limits: TraceLimits = {}): TracedRun {
  const options = drawSwarm(given, seed);
  const notes = new Notes(limits.eventsMax ?? EVENTS_MAX, limits.rule ?? null, options.faults);
  const until = limits.untilUs === undefined ? {} : { until: limits.untilUs };
  const outcome = runSeed(given, seed, { steps: notes, ...until });
  const events = notes.kept();
  const names = { maps: options.maps.names, regions: options.regions.map((region) => region.name), hosts: notes.hosts() };
  return { options, outcome, events, truncated: (events[0]?.n ?? 1) - 1, names };
}

/** An event while it is going on. */
type Open = TraceEvent & { input: TraceInput; readonly records: HistoryRecord[]; readonly violations: Violation[] };

/** A checker, and how many of its violations have been noted. */
type Judge = { readonly checker: Checker; seen: number; kept: number };

/** Takes the notes. Steps do not nest: an actor's step ends before another begins. */
class Notes implements StepNotes {
  readonly #max: number;
  readonly #rule: string | null;
  #events: Open[] = [];
  #count = 0;
  #closed = false;
  #judges: Judge[] = [];
  #queue: EventQueue | undefined;
  /** The step of an actor or the store that is going on, and what `queue.step` was before it. */
  #open: Open | null = null;
  #outer = 0;
  /** The step that whatever happens outside of steps is put down to: the cause of the queue's event, or the fault that began in it. */
  #base = 0;
  /** An event of the queue has been taken up: what is done before that, the scenario did. */
  #running = false;
  /** What was noted last; a violation found outside of any step belongs to it. */
  #last: Open | null = null;
  /** The event of the latest beginning, by fault. */
  readonly #begun = new Map<string, number>();
  readonly #kinds: ReadonlyMap<string, Fault["kind"]>;
  readonly #hosts = new Map<number, TraceHost>();

  constructor(max: number, rule: string | null, faults: readonly Fault[]) {
    assert(max > 0, "a trace keeps at least one event");
    this.#max = max;
    this.#rule = rule;
    this.#kinds = new Map(faults.map(({ id, kind }) => [id, kind]));
  }

  kept(): readonly TraceEvent[] {
    return this.#events.slice(-this.#max);
  }

  hosts(): readonly TraceHost[] {
    return [...this.#hosts.values()].sort((a, b) => a.host - b.host);
  }

  // What the world tells.

  judges(checkers: readonly Checker[]): void {
    this.#judges = checkers.map((checker) => ({ checker, seen: 0, kept: 0 }));
  }

  begin(queue: EventQueue): void {
    this.#queue = queue;
    queue.traceCauses();
  }

  event(kind: number, object: unknown): void {
    const queue = this.#at();
    this.#running = true;
    if (kind === 0) queue.step = 0;
    // A fault ends because it began, whatever was done last when its end was planned.
    else if (kind === EVENT.faultEnd) queue.step = this.#begun.get((object as Fault).id) ?? queue.step;
    this.#base = queue.step;
  }

  enter(actor: ActorId, input: Input): void {
    this.#enter(actorName(actor), this.#inputOf(input));
  }

  leave(): void {
    assert(this.#open !== null, "a step that ends has begun");
    this.#open = null;
    this.#at().step = this.#outer;
  }

  lost(from: ActorId, to: ActorId, message: Message, why: LostWhy): void {
    this.#note(actorName(to), { kind: "lost", from: actorName(from), message, why }, this.#at().step);
  }

  applies(asker: ActorId, ask: StoreRequest): void {
    const answer = { result: "failed" } as const;
    this.#enter("store", { kind: "commit", from: actorName(asker), ask, committed: false, did: null, answer });
  }

  applied(answer: StoreAnswer, real: StoreAnswer | null): void {
    const open = this.#open;
    assert(open !== null && open.input.kind === "commit", "the store answers what it was asked");
    open.input = { ...open.input, committed: real !== null, did: real, answer };
    // The answer is sent within this step: it ends when the queue's event does.
    this.#open = null;
    this.#last = open;
  }

  // What the run's observers are told.

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (record.kind === "host/joined") {
      const { host, kind, region } = record.profile;
      this.#hosts.set(host, { host, vps: kind === "vps", region });
    }
    const into = this.#open ?? this.#note(actorName(self), { kind: "seen" }, this.#base, at);
    into.records.push(record);
    this.#judge(into);
  }

  host(at: number, host: number, truth: HostTruth): void {
    if (!this.#hosts.has(host)) this.#hosts.set(host, { host, vps: false, region: -1 });
    const noted = this.#note(`host ${host}`, { kind: "truth", host, truth }, this.#base, at);
    if (this.#running) this.#at().step = noted.n;
    this.#judge(noted);
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect"): void {
    const fault = this.#kinds.get(id);
    if (what !== "effect" && fault !== undefined) {
      const noted = this.#note("faults", { kind: "fault", id, fault, what }, this.#base, at);
      if (what === "begin") this.#begun.set(id, noted.n);
      this.#base = this.#at().step = noted.n;
    }
    if (this.#last !== null) this.#judge(this.#last);
  }

  dropped(): void {
    if (this.#last !== null) this.#judge(this.#open ?? this.#last);
  }

  committed(): void {
    this.dropped();
  }

  coordinator(): void {
    this.dropped();
  }

  settling(at: number): void {
    this.#judge(this.#note("run", { kind: "settling" }, 0, at));
  }

  finish(at: number): void {
    this.#judge(this.#note("run", { kind: "finish" }, 0, at));
  }

  #at(): EventQueue {
    assert(this.#queue !== undefined, "a trace begins with its world");
    return this.#queue;
  }

  #enter(actor: TraceActor, input: TraceInput): void {
    assert(this.#open === null, "steps do not nest");
    const queue = this.#at();
    this.#outer = queue.step;
    // What was under way came of the step that sent, set or asked it, whatever has befallen the machine since this event was taken up.
    const underWay = input.kind === "message" || input.kind === "timer" || input.kind === "store";
    this.#open = this.#note(actor, input, underWay ? this.#base : queue.step);
    queue.step = this.#open.n;
  }

  #note(actor: TraceActor, input: TraceInput, cause: number, at = this.#at().now): Open {
    this.#count += 1;
    const noted: Open = { n: this.#count, at_us: at, cause, actor, input, records: [], violations: [] };
    this.#last = noted;
    if (this.#closed) return noted;
    this.#events.push(noted);
    if (this.#events.length >= 2 * this.#max) this.#events = this.#events.slice(-this.#max);
    return noted;
  }

  /** Puts violations that were found since the last look into the event that was going on. A checker keeps its first hundred. */
  #judge(into: Open): void {
    for (const judge of this.#judges) {
      const total = judge.checker.total();
      if (total === judge.seen) continue;
      judge.seen = total;
      const kept = judge.checker.violations();
      for (const violation of kept.slice(judge.kept)) {
        into.violations.push(violation);
        if (violation.rule === this.#rule) this.#closed = true;
      }
      judge.kept = kept.length;
    }
  }

  #inputOf(input: Input): TraceInput {
    switch (input.kind) {
      case "message":
        return { kind: "message", from: actorName(input.from), message: input.message };
      case "timer":
        return { kind: "timer", timer: input.timer };
      case "store":
        return { kind: "store", ask: this.#asked(), answer: input.answer };
      case "link/up":
      case "link/down":
        return { kind: input.kind, peer: actorName(input.peer) };
      case "host/silent":
        return { kind: "host/silent", host: input.host };
      case "wish":
        return { kind: "wish", wish: input.wish };
      default:
        return { kind: input.kind };
    }
  }

  /** What the answer that has come back was asked: its cause is what the store did. */
  #asked(): StoreRequest | null {
    const first = this.#events[0]?.n ?? 1;
    const cause = this.#events[this.#base - first];
    return cause?.input.kind === "commit" ? cause.input.ask : null;
  }
}
