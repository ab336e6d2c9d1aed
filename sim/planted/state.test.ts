/** The bugs of what runs on maps, each put into a store or a line by hand, and found by a rule of its own. */
import { describe, expect, it } from "vitest";
import { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { Operation } from "../../src/core/protocol/operations.ts";
import type { StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import { defaultSyncTuning } from "../../src/core/sync-settings.ts";
import { OperationQueue, type QueueOut } from "../../src/core/sync/operation-queue.ts";
import { BAG, brokenIn, idOf, MadeGame, MAP, NOTHING, OTHER_BAG, PLAYER, SOURCE, TARGET } from "../checkers/made-game.fixture.ts";
import type { PlantedName } from "../options.ts";
import type { World } from "../world/world.ts";
import { plantsOf } from "./plant.ts";

const operation = (number: number, carried: Uint8Array | null = null): Operation => {
  const [type, data] = ["ITEM_DROP" as const, new Uint8Array(1)];
  return { id: idOf(number), type, number, carried, player: PLAYER, at: 10 * number, data };
};

/** A host's queue over a store with a bug; what it does is told to the checkers as the world would tell it. */
class Rig implements QueueOut {
  readonly history = new MadeGame().playing1().after(1000);
  private readonly table = new OwnershipTable();
  private readonly queue = new OperationQueue(SOURCE, defaultSyncTuning());
  private readonly plants;
  private requests = 0;
  private asked: { request: number; ask: StoreRequest }[] = [];

  constructor(name: PlantedName) {
    this.plants = plantsOf([name]);
    this.table.apply({ verb: "claim", map: MAP, host: SOURCE, epoch: 1, expect: 0 });
    this.queue.grant(this.history.now, MAP, 1, this);
  }

  ask(ask: StoreRequest): number {
    this.asked.push({ request: ++this.requests, ask });
    return this.requests;
  }

  answered(_map: number, _epoch: number, id: string, { result }: { readonly result: "done" | "failed" | "rejected" | "unknown" }): void {
    this.history.answered(Number(id.split(".")[2]), result);
  }

  drained(): void {}
  fenced(): void {}
  grantLost(): void {}
  waited(): void {}

  submit(...numbers: number[]): this {
    for (const number of numbers) {
      this.history.submitted(number);
      this.queue.submit(this.history.now, MAP, operation(number), false, this);
    }
    return this.wait(1100);
  }

  wait(ms: number): this {
    this.history.after(ms);
    this.queue.due(this.history.now, this);
    return this;
  }

  /** The store does what it was asked; its answer comes, or is lost. */
  serve(lost = false): this {
    const { asked } = this;
    this.asked = [];
    for (const { request, ask } of asked) {
      const answer = this.plants.store?.(this.table, ask, () => this.table.apply(ask)) ?? this.table.apply(ask);
      this.tell(ask, answer);
      this.queue.answered(this.history.now, request, lost ? { result: "unknown" } : answer, this);
    }
    return this;
  }

  private tell(ask: StoreRequest, answer: StoreAnswer): void {
    if (ask.verb !== "operations" || answer.result !== "ok") return;
    const applied = ask.operations.filter((_, i) => answer.verdicts?.[i] === "applied");
    if (applied.length > 0) this.history.applied(applied.map(({ number }) => number));
  }

  broken(): string[] {
    return brokenIn(this.history.finish());
  }
}

describe("bugs of the store", () => {
  it("SY1: duplicate-operation-applied is found when a lost answer is asked for again", () => {
    expect(new Rig("redo-twice").submit(1, 2).serve(true).wait(500).serve().broken()).toEqual([]);
    expect(new Rig("duplicate-operation-applied").submit(1, 2).serve(true).wait(500).serve().broken()).toEqual(["SY1"]);
  });

  it("SY1: acknowledged-before-commit is found at once, though all is written in the end", () => {
    const rig = new Rig("acknowledged-before-commit").submit(1).serve().submit(2).serve();
    expect(rig.broken()).toEqual(["SY1"]);
  });

  it("LV5: unknown-never-resolved is found at the end", () => {
    const rig = new Rig("unknown-never-resolved").submit(1).serve(true);
    rig.history.settling();
    for (let i = 0; i < 10; i += 1) rig.wait(2100).serve();
    expect(rig.broken()).toEqual(["LV5"]);
    expect(new Rig("unknown-never-resolved").submit(1).serve().broken()).toEqual([]);
  });

  it("SY6: batch-reversed is found by the first batch of two", () => {
    expect(new Rig("batch-reversed").submit(1).serve().broken()).toEqual([]);
    expect(new Rig("batch-reversed").submit(1, 2).serve().broken()).toEqual(["SY6"]);
  });
});

describe("bugs of what a map's next owner is given", () => {
  const image = (number: number) => ({ epoch: 1, boot: 1, number, at: 100 * number, bytes: new Uint8Array(1) });
  const recover = { verb: "recover", map: MAP, host: TARGET, boot: 1, epoch: 2, holds: null, pending: [], imageless: false } as const;
  const rest = { from: "store", number: 4, known: [], players: [] } as const;
  const recovered = (name: PlantedName, operations: readonly Operation[]): readonly Operation[] => {
    const real = (): StoreAnswer => ({ result: "ok", recovered: { ...rest, image: image(2), operations } });
    const answer = plantsOf([name]).store?.(new OwnershipTable(), recover, real);
    return answer?.result === "ok" ? (answer.recovered?.operations ?? []) : [];
  };
  const failedOver = (name: PlantedName): string[] => {
    const redone = recovered(name, [operation(3), operation(4, new Uint8Array(1))]).map(({ id }) => id);
    const history = new MadeGame().playing1().idle(5).did(1, 2, 3, 4).sourceLost();
    return brokenIn(history.takenUp({ from: "store", number: 2, mapMs: 5_000, redone }).finish());
  };

  it("SY1: redo-forgotten, redo-twice and ghost-kept are found by what was done again", () => {
    for (const name of ["redo-forgotten", "redo-twice", "ghost-kept"] as const) expect(failedOver(name), name).toEqual(["SY1"]);
    expect(failedOver("batch-reversed")).toEqual([]);
  });

  it("SY3: stale-image-promoted is found by the time that it loses, and nothing else is wrong", () => {
    const { store } = plantsOf(["stale-image-promoted"]);
    const table = new OwnershipTable();
    const tell = (ask: StoreRequest, answer: StoreAnswer): StoreAnswer | undefined => store?.(table, ask, () => answer);
    const row = { map: MAP, owner: SOURCE, epoch: 1 };
    tell({ verb: "keep", map: MAP, host: SOURCE, boot: 1, epoch: 1, image: image(1) }, { result: "ok", row });
    const operations = [operation(2), operation(3)];
    tell(
      { verb: "operations", map: MAP, host: SOURCE, boot: 1, epoch: 1, operations },
      { result: "ok", row, verdicts: ["applied", "applied"] },
    );
    tell({ verb: "keep", map: MAP, host: SOURCE, boot: 1, epoch: 1, image: image(3) }, { result: "ok", row });
    const answer = tell(recover, { result: "ok", recovered: { ...rest, image: image(3), operations: [] } });
    expect(answer).toEqual({ result: "ok", recovered: { ...rest, image: image(1), operations } });

    const history = new MadeGame().playing1().did(1).idle(8).did(2, 3).sourceLost();
    const redone = operations.map(({ id }) => id);
    expect(brokenIn(history.takenUp({ from: "store", number: 1, mapMs: 100, redone }).finish())).toEqual(["SY3"]);
  });
});

describe("bugs of a hand-over", () => {
  const about = { map: MAP, epoch: 1, move: 4 };
  const from = SOURCE;
  const [first, last] = [new Uint8Array([1]), new Uint8Array([2])];
  const passed = (name: PlantedName): (Message | null | undefined)[] => {
    const { message } = plantsOf([name]);
    const world = {} as World;
    const [source, target] = [hostActor(SOURCE), hostActor(TARGET)];
    message?.(world, source, target, { kind: "state/copy", ...about, from, round: 1, bytes: 1, data: first });
    message?.(world, source, target, { kind: "state/copy", ...about, from, round: 2, bytes: 1, data: last });
    return [
      message?.(world, source, target, { kind: "state/final", ...about, from, bytes: 1, hash: "now", data: last }),
      message?.(world, source, COORDINATOR, { kind: "hosting/frozen", ...about, host: SOURCE, hash: "now" }),
      message?.(world, target, COORDINATOR, { kind: "hosting/ready", ...about, host: TARGET, hash: "old" }),
      message?.(world, COORDINATOR, target, { kind: "hosting/promote", map: MAP, epoch: 2, loadUs: 1, bytes: 0, hash: "now" }),
    ];
  };

  it.each(["delta-dropped-at-freeze", "hash-unchecked"] as const)("SY2: %s brings an old image past the comparison of hashes", (name) => {
    const [final, frozen, ready, promote] = passed(name);
    expect(final).toMatchObject({ data: first });
    expect((frozen as { hash: string }).hash).toBe((ready as { hash: string }).hash);
    expect(promote).toMatchObject({ hash: "old" });
    const history = new MadeGame().playing1().idle(5).handingOver(9, 5_000, "now");
    expect(brokenIn(history.takenUp({ from: "handoff", number: 9, mapMs: 5_000, hash: "old" }).finish())).toEqual(["SY2"]);
  });

  it("leave a map whose state is a size alone as it is", () => {
    const { message } = plantsOf(["delta-dropped-at-freeze"]);
    const final: Message = { kind: "state/final", ...about, from, bytes: 1, hash: "now", data: null };
    expect(message?.({} as World, hostActor(SOURCE), hostActor(TARGET), final)).toEqual(final);
  });
});

describe("bugs between a host and its players", () => {
  it("SY14 LV6: taken-overstated and news-lost change what a player learns of its inputs", () => {
    const news: Message = { kind: "play/news", map: MAP, epoch: 1, taken: 3, refused: [], news: [] };
    const told = (name: PlantedName): Message | null | undefined =>
      plantsOf([name]).message?.({} as World, hostActor(SOURCE), playerActor(PLAYER), news);
    expect(told("taken-overstated")).toEqual({ ...news, taken: 4 });
    expect(told("news-lost")).toBeNull();
    const begin = (): MadeGame => new MadeGame().playing1().entered(PLAYER, MAP).playing(PLAYER, MAP, SOURCE, 1);
    expect(brokenIn(begin().given(1, 2, 3, 4).took([1, 2, 3]).settled("taken", 1, 2, 3, 4).finish())).toEqual(["SY14"]);
    expect(brokenIn(begin().settling().given(1).took([1]).idle(20).finish())).toEqual(["LV6"]);
  });

  it("GA3: ghost-kept is found where the player is on its next map already", () => {
    const history = new MadeGame().playing1().admitted(NOTHING).parted(BAG).admitted(BAG, { map: 2 }).admitted(OTHER_BAG);
    expect(brokenIn(history.finish())).toEqual(["GA3"]);
  });
});
