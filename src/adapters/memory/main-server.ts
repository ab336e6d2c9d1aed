/**
 * A main server of one process without a database. Owns the values that were written and the vectors among them; who owns which map stands in the
 * table, which a coordinator's store may share. Promises: SY1 at the server's end (a host's right is checked by the table, each id is applied once),
 * an operation without a right never changes the state of a map that somebody owns. Keeps nothing over a restart.
 */
import { assert } from "../../base/assert.ts";
import { type HostId, type MapId, NO_HOST } from "../../core/protocol/ids.ts";
import type { Operation, OperationId, SyncType } from "../../core/protocol/operations.ts";
import type {
  FetchAsk,
  LinkStatus,
  MainServerAnswer,
  MainServerAsk,
  MainServerPort,
  SearchAsk,
  TakeMainServerAnswer,
  WriteAsk,
  WriteVerdict,
} from "../../runtime/main-server.ts";
import { ASK_OPERATIONS_MAX, FOUND_TEXT_BYTES_MAX, SAID_ABOUT, SEARCH_COUNT_MAX } from "../../runtime/main-server.ts";
import { readEmbedded } from "../embedding/payload.ts";
import { OwnershipTable } from "./ownership-table.ts";
import { VectorIndex } from "./vector-index.ts";

/** Says whether the server believes an operation of a host: the seed's validation at the server's end. */
export type JudgeOperation = (host: HostId, map: string, operation: Operation) => boolean;

/** What a server is made of. Each has a value for a process of ordinary size. */
export type MainServerParts = {
  readonly table?: OwnershipTable;
  readonly judge?: JudgeOperation;
  readonly mapsMax?: number;
  readonly vectorsMax?: number;
};

/** See the head of this file. */
export class MemoryMainServer {
  private readonly table: OwnershipTable;
  private readonly judge: JudgeOperation;
  private readonly mapsMax: number;
  private readonly numbers = new Map<string, MapId>();
  /** The newest data by what it is known by. Grows with what there is to know, as a table of values does. */
  private readonly values = new Map<string, Uint8Array>();
  private readonly vectors: VectorIndex;

  constructor({ table = new OwnershipTable(), judge = () => true, mapsMax = 65_536, vectorsMax = 10_000 }: MainServerParts = {}) {
    this.table = table;
    this.judge = judge;
    this.mapsMax = mapsMax;
    this.vectors = new VectorIndex(vectorsMax);
  }

  /** The number of a map in the table; undefined when there are as many as may be. */
  mapNumber(map: string): MapId | undefined {
    const known = this.numbers.get(map);
    if (known !== undefined || this.numbers.size >= this.mapsMax) return known;
    this.numbers.set(map, this.numbers.size);
    return this.numbers.size - 1;
  }

  /** Gives the map to a host, away from whoever had it: what a coordinator's claim does. Gives the new epoch. */
  give(map: string, host: HostId): number {
    const number = this.mapNumber(map);
    assert(number !== undefined && map !== "", "there is such a map");
    const { epoch } = this.table.row(number);
    const answer = this.table.apply({ verb: "claim", map: number, host, epoch: epoch + 1, expect: epoch });
    assert(answer.result === "ok", "a claim over what stands is granted");
    return epoch + 1;
  }

  /** Whether an operation was applied. */
  applied(id: OperationId): boolean {
    return this.table.appliedFor(id) !== undefined;
  }

  /** Does what a host asks, at once, and says what came of it. */
  apply(host: HostId, ask: MainServerAsk): MainServerAnswer {
    switch (ask.verb) {
      case "write":
        return this.write(host, ask);
      case "fetch":
        return this.fetch(ask);
      case "search":
        return this.search(ask);
    }
  }

  private fetch(ask: FetchAsk): MainServerAnswer {
    return { result: "fetched", value: this.values.get(keyOf(ask.map, ask.type, ask.player)) ?? null };
  }

  private search(ask: SearchAsk): MainServerAnswer {
    if (ask.count < 1 || ask.count > SEARCH_COUNT_MAX) return { result: "refused", reason: "ask_invalid" };
    const found = this.vectors.search(ask);
    return { result: "found", found: found.map((one) => ({ ...one, text: beginningOf(one.text) })) };
  }

  private write(host: HostId, ask: WriteAsk): MainServerAnswer {
    const map = this.mapNumber(ask.map);
    const { length } = ask.operations;
    if (map === undefined || length === 0 || length > ASK_OPERATIONS_MAX) return { result: "refused", reason: "ask_invalid" };
    return ask.epoch === null ? this.writeFree(host, map, ask) : this.writeOwned(host, map, ask.epoch, ask);
  }

  private writeOwned(host: HostId, map: MapId, epoch: number, ask: WriteAsk): MainServerAnswer {
    const believed = ask.operations.filter((operation) => this.believes(host, ask.map, operation));
    const answer = this.table.apply({ verb: "operations", map, host, boot: 0, epoch, operations: believed });
    if (answer.result === "refused") {
      const { owner, epoch: stands } = answer.row;
      return { result: "fenced", owner, epoch: stands, known: ask.operations.map(({ id }) => this.applied(id)) };
    }
    assert(answer.result === "ok" && answer.verdicts !== undefined, "the table applies or refuses");
    const verdicts = new Map(believed.map(({ id }, i) => [id, answer.verdicts?.[i] as WriteVerdict]));
    return this.written(ask, (operation) => verdicts.get(operation.id) ?? "refused");
  }

  /** Each operation by itself. The right of nobody, at the epoch that no owner ever has, lets the table itself say whether the map is owned. */
  private writeFree(host: HostId, map: MapId, ask: WriteAsk): MainServerAnswer {
    return this.written(ask, (operation) => {
      if (this.applied(operation.id)) return "duplicate";
      if (!this.believes(host, ask.map, operation)) return "refused";
      const of = SAID_ABOUT.includes(operation.type) ? aboutOf(map) : map;
      const answer = this.table.apply({ verb: "operations", map: of, host: NO_HOST, boot: 0, epoch: 0, operations: [operation] });
      return answer.result === "ok" ? "applied" : "refused";
    });
  }

  /** An operation that was applied stays so, whatever is thought of it now. */
  private believes(host: HostId, map: string, operation: Operation): boolean {
    if (this.applied(operation.id)) return true;
    return this.judge(host, map, operation) && !(operation.type === "VECTOR_EMBEDDING" && this.vectors.full);
  }

  private written(ask: WriteAsk, verdictOf: (operation: Operation) => WriteVerdict): MainServerAnswer {
    const verdicts = ask.operations.map((operation) => {
      const verdict = verdictOf(operation);
      if (verdict === "applied") this.keep(ask.map, operation);
      return verdict;
    });
    return { result: "written", verdicts };
  }

  private keep(map: string, { id, type, player, data }: Operation): void {
    this.values.set(keyOf(map, type, player), data);
    const embedded = type === "VECTOR_EMBEDDING" ? readEmbedded(data) : null;
    if (embedded !== null) this.vectors.add({ id, map, player, ...embedded });
  }
}

/** A process's own way to a main server that lives in it: answers in a later turn, in the order of asking. */
export function memoryLink(server: MemoryMainServer, host: HostId, later: (run: () => void) => void): MainServerPort {
  let closed = false;
  return {
    ask(ask: MainServerAsk, _until: number, answer: TakeMainServerAnswer) {
      later(() => answer(closed ? { result: "failed" } : server.apply(host, ask)));
    },
    status: (): LinkStatus => ({
      kind: "memory",
      state: closed ? "closed" : "up",
      connections: 1,
      lastEnd: closed ? "closed" : null,
      keyNumber: null,
    }),
    close() {
      closed = true;
      // What was asked before is answered before.
      return new Promise((resolve) => void later(resolve));
    },
  };
}

/** Where the table keeps what is said about a map: a place that nobody can own. */
function aboutOf(map: MapId): MapId {
  return -1 - map;
}

function keyOf(map: string, type: SyncType, player: number): string {
  return `${map} ${type} ${player}`;
}

/** The beginning of a text, whole characters, in at most {@link FOUND_TEXT_BYTES_MAX} bytes. */
function beginningOf(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  let end = Math.min(bytes.length, FOUND_TEXT_BYTES_MAX);
  // A byte 10xxxxxx goes on with the character before it.
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString("utf8");
}
