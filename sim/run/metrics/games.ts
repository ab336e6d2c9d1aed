/**
 * What a run at fidelity game says of states, operations and inputs: what failovers lost of a map's time, how long they took by how the host was lost, and
 * how long writing down and playing takes. At fidelity control it hears nothing and leaves no sample.
 */
import { US_PER_MS } from "../../../src/base/time.ts";
import type { HistoryRecord } from "../../../src/core/protocol/history.ts";
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../../../src/core/protocol/ids.ts";
import type { OperationId } from "../../../src/core/protocol/operations.ts";
import type { HostTruth, Observer } from "../../world/observer.ts";
import type { Tally } from "./tally.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;

/** How a host was lost: its end said so, or nothing was heard of it any more. */
type Loss = "close" | "silence";

/** Who serves a map: since when (us), from which map time on (ms), and when and how it was lost. */
type Service = {
  readonly host: HostId;
  readonly epoch: Epoch;
  readonly since: number;
  readonly fromMs: number;
  frozenMs: number | null;
  lostAt: number | null;
  loss: Loss;
};

/** An input that is not settled. */
type Given = { readonly input: number; readonly at: number };
/** An operation under way. */
type Underway = { readonly at: number; readonly critical: boolean; readonly number: number };

/** See the head of this file. */
export class Games implements Observer {
  readonly #tally: Tally;
  readonly #services = new Map<MapId, Service>();
  readonly #operations = new Map<OperationId, Underway>();
  /** Per map: operations that were answered as done since it was taken up, and their numbers. */
  readonly #done = new Map<MapId, Map<OperationId, number>>();
  readonly #given = new Map<PlayerId, Given[]>();
  #acknowledgedLost = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "state/taken-up":
        return this.#takenUp(at, record);
      case "state/frozen":
        return this.#frozen(record);
      case "state/resumed":
        return this.#resumed(at, record);
      case "operation/submitted":
        this.#operations.set(record.operation, { at, critical: record.critical, number: record.number });
        return;
      case "operation/answered":
        return this.#answered(at, record);
      case "player/entered":
      case "player/left":
        this.#given.delete(record.player);
        return;
      case "input/given":
        return this.#asked(at, record);
      case "input/settled":
        return this.#settled(at, record);
      default:
    }
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    const lost = truth.startsWith("down") || truth === "paused" || truth === "cut";
    for (const service of this.#services.values()) {
      if (service.host !== host) continue;
      if (lost && service.lostAt === null) {
        service.lostAt = at;
        service.loss = truth === "down-close" || truth === "down-polite" ? "close" : "silence";
      } else if (!lost && truth !== "up") service.lostAt = null;
    }
  }

  /** The run is over. */
  finish(): void {
    if (this.#services.size > 0) this.#tally.run("acknowledged_lost", this.#acknowledgedLost);
  }

  /** A host says so in the step in which it begins to serve. */
  #takenUp(at: number, record: Of<"state/taken-up">): void {
    const { host, map, epoch, from, mapMs, number, redone } = record;
    const before = this.#services.get(map);
    if (before !== undefined) {
      this.#lost(before, from, mapMs, at);
      if (before.lostAt !== null && before.host !== host && from !== "handoff") {
        const warm = before.loss === "close" ? "failover_close_ms" : "failover_silence_ms";
        this.#tally.of(from === "replica" ? warm : "failover_cold_ms").add(at - before.lostAt);
      }
    }
    this.#services.set(map, service(host, epoch, at, mapMs));
    const again = new Set(redone);
    const done = this.#done.get(map);
    for (const [operation, its] of done ?? []) {
      if (its > number && again.has(operation)) continue;
      if (its > number) this.#acknowledgedLost += 1;
      // What the state has by now every later one goes on from; what it lacks is counted once.
      done?.delete(operation);
    }
  }

  #lost(before: Service, from: Of<"state/taken-up">["from"], mapMs: number, at: number): void {
    if (from === "handoff") {
      if (before.frozenMs !== null) this.#tally.of("lost_handoff_ms").add(Math.max(0, before.frozenMs - mapMs));
      return;
    }
    const until = before.frozenMs ?? before.fromMs + Math.floor(((before.lostAt ?? at) - before.since) / US_PER_MS);
    const name = from === "replica" ? "lost_warm_ms" : "lost_cold_ms";
    this.#tally.of(name).add(Math.max(0, until - mapMs));
  }

  #frozen({ host, map, epoch, mapMs }: Of<"state/frozen">): void {
    const one = this.#services.get(map);
    if (one?.host === host && one.epoch === epoch) one.frozenMs = mapMs;
  }

  #resumed(at: number, { host, map, epoch }: Of<"state/resumed">): void {
    const one = this.#services.get(map);
    if (one?.host === host && one.epoch === epoch) this.#services.set(map, service(host, epoch, at, one.frozenMs ?? one.fromMs));
  }

  #answered(at: number, { map, operation, result }: Of<"operation/answered">): void {
    const one = this.#operations.get(operation);
    if (one === undefined || result === "unknown") return;
    this.#operations.delete(operation);
    if (result !== "done") return;
    this.#tally.of(one.critical ? "operation_critical_ms" : "operation_ms").add(at - one.at);
    let done = this.#done.get(map);
    if (done === undefined) this.#done.set(map, (done = new Map()));
    done.set(operation, one.number);
  }

  #asked(at: number, { player, input }: Of<"input/given">): void {
    let given = this.#given.get(player);
    if (given === undefined) this.#given.set(player, (given = []));
    given.push({ input, at });
  }

  #settled(at: number, { player, input, result }: Of<"input/settled">): void {
    const given = this.#given.get(player);
    const i = given?.findIndex((one) => one.input === input) ?? -1;
    const [one] = given?.splice(i, i < 0 ? 0 : 1) ?? [];
    if (one !== undefined && result === "taken") this.#tally.of("input_ms").add(at - one.at);
  }
}

function service(host: HostId, epoch: Epoch, since: number, fromMs: number): Service {
  return { host, epoch, since, fromMs, frozenMs: null, lostAt: null, loss: "silence" };
}
