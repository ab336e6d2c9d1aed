/** Who asks a store in the contracts, what for, and what came of it. */
import { assert } from "../../base/assert.ts";
import { type ActorId, COORDINATOR, hostActor, type MapId } from "../../core/protocol/ids.ts";
import type { Operation, OperationId, OperationVerdict } from "../../core/protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import type { StorePort } from "../../runtime/env.ts";
import type { TakeAnswer } from "../memory/store.ts";

/** How a store can be made to answer: as it should, or with every request failing, every claim refused, every answer lost. */
export type StoreMood = "ok" | "failed" | "refused" | "unknown";

/** One store under test, empty at first. */
export type StoreRig = {
  readonly port: StorePort;
  /** Lets every request under way be answered. */
  settle(): void | Promise<void>;
  /** Starts a new timeline, as a promoted replica does; absent where a test cannot make one. */
  promote?(): void;
  /** Lets go of everything that may vanish; absent where a test cannot make that happen. */
  forgetVolatile?(): void;
  /** Changes the mood; absent where the store has only one. */
  mood?(mood: StoreMood): void;
};

/** Actors that the rig must know as askers, beside the coordinator. */
export const ASKERS: readonly ActorId[] = [hostActor(1), hostActor(2), hostActor(3)];

/** A request and what it was answered. */
type Asked = { readonly self: ActorId; readonly request: number; readonly ask: StoreRequest; readonly answers: StoreAnswer[] };

/** Asks, and keeps every answer with its request. */
export class Clerk {
  readonly rig: StoreRig;
  readonly asked: Asked[] = [];
  private readonly byRequest = new Map<string, Asked>();
  private asking = false;

  constructor(make: MakeStore) {
    this.rig = make((self, request, answer) => {
      assert(!this.asking, "a store never answers from inside ask");
      const asked = this.byRequest.get(`${self} ${request}`);
      assert(asked !== undefined, `${self} asked what request ${request} answers`);
      asked.answers.push(answer);
    });
  }

  /** Asks without waiting. Request numbers are each asker's own, so they are not unique among askers. */
  ask(self: ActorId, ask: StoreRequest): Asked {
    const request = this.asked.filter((a) => a.self === self).length + 1;
    const asked = { self, request, ask, answers: [] };
    this.asked.push(asked);
    this.byRequest.set(`${self} ${request}`, asked);
    this.asking = true;
    this.rig.port.ask(self, request, ask);
    this.asking = false;
    return asked;
  }

  /** Lets everything be answered; each request exactly once. */
  async settle(): Promise<void> {
    await this.rig.settle();
    for (const { answers, ask } of this.asked) assert(answers.length === 1, `${answers.length} answers to ${JSON.stringify(ask)}`);
  }

  async one(ask: StoreRequest, self: ActorId = COORDINATOR): Promise<StoreAnswer> {
    const { answers } = this.ask(self, ask);
    await this.settle();
    return answers[0] as StoreAnswer;
  }

  async row(map: MapId): Promise<OwnershipRow> {
    const answer = await this.one({ verb: "read", map });
    assert(answer.result === "ok" && answer.row !== undefined, `a row is read, not ${answer.result}`);
    return answer.row;
  }
}

/** Makes an empty store that gives its answers to `answer`. */
export type MakeStore = (answer: TakeAnswer) => StoreRig;

/** Asks for a map. */
export const claim = (map: MapId, host: number, epoch: number, expect_: number): StoreRequest => ({
  verb: "claim",
  map,
  host,
  epoch,
  expect: expect_,
});

/** An operation that is none of a map's game. */
export const operation = (id: OperationId): Operation => ({
  id,
  type: "ITEM_DROP",
  number: 0,
  carried: null,
  player: -1,
  at: 0,
  data: new Uint8Array([1, 2]),
});
/** A batch of such operations. */
export const write = (map: MapId, host: number, epoch: number, ids: readonly OperationId[]): StoreRequest => ({
  verb: "operations",
  map,
  host,
  boot: 0,
  epoch,
  operations: ids.map(operation),
});

/** What became of a batch that was applied. */
export const verdictsOf = (answer: StoreAnswer): readonly OperationVerdict[] | undefined =>
  answer.result === "ok" ? answer.verdicts : undefined;
/** What had been applied of a batch that was fenced. */
export const knownOf = (answer: StoreAnswer): readonly boolean[] | undefined => (answer.result === "refused" ? answer.known : undefined);
