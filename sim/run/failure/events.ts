/** What a trace is made of: one event for each step of an actor and for each happening around them. Plain data. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import { type ActorId, actorKind, actorNumber, type HostId, type MapId, type RegionId } from "../../../src/core/protocol/ids.ts";
import type { Message } from "../../../src/core/protocol/messages.ts";
import type { Wish } from "../../../src/core/protocol/step.ts";
import type { StoreAnswer, StoreRequest } from "../../../src/core/protocol/store.ts";
import type { Fault } from "../../options.ts";
import type { Violation } from "../../outcome.ts";
import type { HostTruth } from "../../world/observer.ts";
import type { LostWhy } from "../../world/tracing.ts";

/** Where something happened. `run` is the end of the faults and the end of the run, where checkers judge what must have come true. */
export type TraceActor = "coordinator" | "store" | "faults" | "run" | `host ${number}` | `player ${number}`;

/** What happened there. */
export type TraceInput =
  | { readonly kind: "start" }
  | { readonly kind: "message"; readonly from: TraceActor; readonly message: Message }
  /** A message that its receiver never got; the event stands at the receiver. */
  | { readonly kind: "lost"; readonly from: TraceActor; readonly message: Message; readonly why: LostWhy }
  | { readonly kind: "timer"; readonly timer: number }
  /** The store's answer has come back; `ask` is what was asked. */
  | { readonly kind: "store"; readonly ask: StoreRequest | null; readonly answer: StoreAnswer }
  /** A request has reached the store. `committed`: the table saw it and gave `did`; `answer` is what goes back, which a fault may have changed. */
  | {
      readonly kind: "commit";
      readonly from: TraceActor;
      readonly ask: StoreRequest;
      readonly committed: boolean;
      readonly did: StoreAnswer | null;
      readonly answer: StoreAnswer;
    }
  | { readonly kind: "link/up" | "link/down"; readonly peer: TraceActor }
  | { readonly kind: "host/silent"; readonly host: HostId }
  | { readonly kind: "measured" }
  | { readonly kind: "wish"; readonly wish: Wish }
  /** The truth about a host's machine or line, which no actor knows. */
  | { readonly kind: "truth"; readonly host: HostId; readonly truth: HostTruth }
  | { readonly kind: "fault"; readonly id: string; readonly fault: Fault["kind"]; readonly what: "begin" | "end" }
  /** Something was recorded outside of any step: what a person did, as seen from outside. */
  | { readonly kind: "seen" }
  | { readonly kind: "settling" | "finish" };

/** One step or happening. */
export type TraceEvent = {
  /** From 1, in the order of the run. */
  readonly n: number;
  readonly at_us: number;
  /** The event within which it was sent, set, asked or done; 0: the scenario's own (arrivals, the fault plan, the lives of machines). */
  readonly cause: number;
  readonly actor: TraceActor;
  readonly input: TraceInput;
  /** What was recorded within it. */
  readonly records: readonly HistoryRecord[];
  /** What checkers found broken within it. */
  readonly violations: readonly Violation[];
};

/** A host as a trace names it; `region` -1: it never introduced itself. */
export type TraceHost = { readonly host: HostId; readonly vps: boolean; readonly region: RegionId };

/** Names behind the numbers of a trace. */
export type TraceNames = { readonly maps: readonly string[]; readonly regions: readonly string[]; readonly hosts: readonly TraceHost[] };

/** An address in words. */
export function actorName(actor: ActorId): TraceActor {
  const kind = actorKind(actor);
  return kind === "coordinator" ? kind : `${kind} ${actorNumber(actor)}`;
}

/** The host behind an actor's name, or -1. */
export function hostOf(actor: TraceActor): HostId {
  return actor.startsWith("host ") ? Number(actor.slice("host ".length)) : -1;
}

/** The map a message, request or record is about, or -1. */
export function mapOf(thing: object): MapId {
  return "map" in thing && typeof thing.map === "number" ? thing.map : -1;
}
