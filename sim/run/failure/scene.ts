/** What a timeline draws, worked out from a cone: who held the map when, what was true of the hosts, which faults lasted how long. */
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { Epoch, HostId } from "../../../src/core/protocol/ids.ts";
import { epochText } from "../../checkers/words.ts";
import type { Fault } from "../../options.ts";
import type { HostTruth } from "../../world/observer.ts";
import { FAULT_KINDS } from "../scenario/fault-kinds.ts";
import type { Cone } from "./cone.ts";
import { hostOf, mapOf, type TraceActor, type TraceEvent } from "./events.ts";

/** From one step to another; `n` of a step and its time (us). What is still going on ends with the violating step, `open`. */
export type Span = {
  readonly from: { readonly n: number; readonly at_us: number };
  to: { readonly n: number; readonly at_us: number };
  open: boolean;
};

/** A host had a map, by the grant or by its own account. */
export type Held = Span & { readonly host: HostId; readonly epoch: Epoch };
/** A host was not well: which part of it, and in a word how. */
export type Bad = Span & { readonly host: HostId; readonly part: "machine" | "process" | "line"; readonly how: string };
/** A move of the map; `end` tells how it ended. */
export type MoveSpan = Span & { readonly move: number; readonly cause: string; readonly to_host: HostId; end: "open" | "done" | "failed" };
/** A fault of the plan. */
export type FaultSpan = Span & { readonly id: string };

/** All that is drawn. Steps are those of the cone, oldest first. */
export type Scene = {
  readonly steps: readonly TraceEvent[];
  readonly violating: TraceEvent;
  /** When the story begins (us). */
  readonly from_us: number;
  readonly granted: readonly Held[];
  readonly serving: readonly Held[];
  readonly bad: readonly Bad[];
  readonly moves: readonly MoveSpan[];
  readonly faults: readonly FaultSpan[];
  /** Hosts of the story, in the order in which they come into it. */
  readonly hosts: readonly HostId[];
};

/** Works a scene out; null for an empty cone. `events` are the run's, numbered without gaps. */
export function sceneOf(events: readonly TraceEvent[], cone: Cone): Scene | null {
  const first = events[0]?.n ?? 1;
  const steps = cone.steps.flatMap((n) => events[n - first] ?? []);
  const violating = events[cone.violating - first];
  if (violating === undefined || steps.length === 0) return null;
  const spans = new Spans(cone, violating);
  const inCone = new Set(cone.steps);
  for (const event of events) if (event.n <= cone.violating) spans.take(event, inCone.has(event.n));
  const faults = faultsOf(events, cone);
  const from_us = events[cone.from - first]?.at_us ?? (steps[0] as TraceEvent).at_us;
  const { granted, serving, bad, moves } = spans;
  const met = new Set([...granted, ...serving].map(({ host }) => host));
  for (const { actor } of steps) if (hostOf(actor) >= 0 && cone.hosts.includes(hostOf(actor))) met.add(hostOf(actor));
  return { steps, violating, from_us, granted, serving, bad, moves, faults, hosts: [...met] };
}

/** What is said in a step about the story: of the map, and of the hosts that take part; `others` counts the rest. */
export function saidOf(step: TraceEvent, cone: Cone): { readonly records: readonly HistoryRecord[]; readonly others: number } {
  const records = step.records.filter((record) => {
    if (record.kind.startsWith("player/")) return "player" in record && record.player === cone.player;
    const map = mapOf(record);
    if (map >= 0) return map === cone.map || cone.map < 0;
    if (record.kind === "host/joined") return cone.hosts.includes(record.profile.host);
    return !("host" in record) || cone.hosts.includes(record.host);
  });
  return { records, others: step.records.length - records.length };
}

/** The actors that have a line of their own, in the order of drawing: coordinator, store, hosts, players. */
export function actorsOf(scene: Scene, steps: readonly TraceEvent[]): TraceActor[] {
  const seen = new Set<TraceActor>();
  for (const { actor, input } of steps) {
    seen.add(actor);
    if (input.kind === "message" || input.kind === "lost" || input.kind === "commit") seen.add(input.from);
  }
  const hosts: TraceActor[] = scene.hosts.map((host) => `host ${host}` as const).filter((actor) => seen.has(actor));
  const others = [...seen].filter((actor) => actor.startsWith("host ") && !hosts.includes(actor));
  const players = [...seen].filter((actor) => actor.startsWith("player "));
  const fixed = (["coordinator", "store"] as const).filter((actor) => seen.has(actor));
  return [...fixed, ...hosts, ...others, ...players];
}

/** Takes steps in order and keeps what begins and ends in them. */
class Spans {
  readonly granted: Held[] = [];
  readonly serving: Held[] = [];
  readonly bad: Bad[] = [];
  readonly moves: MoveSpan[] = [];
  readonly #cone: Cone;
  readonly #end: TraceEvent;

  constructor(cone: Cone, end: TraceEvent) {
    this.#cone = cone;
    this.#end = end;
  }

  /** What begins in a step counts only if the step is in the cone; what ends does so wherever that happened. */
  take(step: TraceEvent, begins: boolean): void {
    const { input } = step;
    if (input.kind === "truth" && this.#cone.hosts.includes(input.host)) this.#truth(step, input.host, input.truth, begins);
    if (!begins) return;
    for (const record of step.records) if (mapOf(record) === this.#cone.map) this.#record(step, record);
  }

  #from(step: TraceEvent): Pick<Span, "from" | "to" | "open"> {
    return { from: step, to: this.#end, open: true };
  }

  #record(step: TraceEvent, record: HistoryRecord): void {
    switch (record.kind) {
      case "map/granted":
        close(this.granted, step, () => true);
        this.granted.push({ ...this.#from(step), host: record.host, epoch: record.epoch });
        return;
      case "host/serving":
        this.serving.push({ ...this.#from(step), host: record.host, epoch: record.epoch });
        return;
      case "host/stopped":
        close(this.serving, step, ({ host, epoch }) => host === record.host && epoch === record.epoch);
        return;
      case "move/decided": {
        close(this.moves, step, () => true);
        const { move, cause, to } = record;
        this.moves.push({ ...this.#from(step), move, cause, to_host: to, end: "open" });
        return;
      }
      case "move/done":
      case "move/failed":
        for (const move of this.moves)
          if (move.open && move.move === record.move) move.end = record.kind === "move/done" ? "done" : "failed";
        close(this.moves, step, ({ move }) => move === record.move);
        return;
      default:
    }
  }

  #truth(step: TraceEvent, host: HostId, truth: HostTruth, begins: boolean): void {
    const over = (...parts: readonly Bad["part"][]): void => close(this.bad, step, (bad) => bad.host === host && parts.includes(bad.part));
    const begin = (part: Bad["part"], how: string): void => {
      if (begins) this.bad.push({ ...this.#from(step), host, part, how });
    };
    switch (truth) {
      case "up":
        return over("machine", "process");
      case "resumed":
        return over("process");
      case "healed":
        return over("line");
      case "paused":
        return begin("process", "stands still");
      case "cut":
        return begin("line", "cut off");
      case "cut-one-way":
        return begin("line", "cut one way");
      default:
        // A stopped process serves nothing any more.
        close(this.serving, step, (held) => held.host === host);
        over("process");
        begin("machine", "down");
    }
  }
}

/** The faults whose beginning or end is in the cone, whole: the other end of each is looked up in the run. */
function faultsOf(events: readonly TraceEvent[], cone: Cone): FaultSpan[] {
  const inCone = new Set(cone.steps);
  const end = events.find(({ n }) => n === cone.violating) as TraceEvent;
  const spans: FaultSpan[] = [];
  for (const step of events) {
    const { input, n } = step;
    if (n > cone.violating) break;
    if (input.kind === "settling") close(spans, step, () => true);
    if (input.kind !== "fault") continue;
    if (input.what === "end") close(spans, step, ({ id }) => id === input.id);
    else if (isBrief(input.fault)) spans.push({ from: step, to: step, open: false, id: input.id });
    else spans.push({ from: step, to: end, open: true, id: input.id });
  }
  return spans.filter(({ from, to, open }) => inCone.has(from.n) || (!open && inCone.has(to.n)));
}

/** Done in an instant: what follows from it lasts, the fault itself does not. */
function isBrief(kind: Fault["kind"]): boolean {
  return kind === "crash" || FAULT_KINDS[kind].lasts === "none";
}

/** Ends all open spans of a kind. */
function close<S extends Span>(spans: readonly S[], at: TraceEvent, such: (span: S) => boolean): void {
  for (const span of spans) {
    if (!span.open || !such(span)) continue;
    span.to = at;
    span.open = false;
  }
}

/** Wordings for the bar of a grant or of serving, the longest first; the last is the number of the step in which it began. */
export function heldTexts({ host, epoch, from }: Held, kind: "granted" | "serves"): string[] {
  const e = epochText(epoch);
  return kind === "granted" ? [`host ${host}, epoch ${e}`, `${host} at ${e}`, e, `#${from.n}`] : [`serves epoch ${e}`, e, `#${from.n}`];
}

/** Wordings for the bar of a move, the longest first. */
export function moveTexts({ cause, to_host, end, from }: MoveSpan): string[] {
  const failed = end === "failed" ? " failed" : "";
  return [`${cause} → host ${to_host}${failed}`, `→ ${to_host}${failed}`, `#${from.n}`];
}
