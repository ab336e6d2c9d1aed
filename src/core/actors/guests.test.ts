/** Who comes and goes while the store has not yet written it down, on one host and over a failover. */
import { describe, expect, it } from "vitest";
import { testWorld } from "../game/game.fixture.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import type { PlayerHost } from "../protocol/messages.ts";
import type { OperationId } from "../protocol/operations.ts";
import type { Out } from "../protocol/step.ts";
import type { Recovered, StoreRequest } from "../protocol/store.ts";
import { Guests } from "./guests.ts";
import { HeldStates } from "./held-states.ts";
import { HostedMap } from "./hosted-map.ts";
import { TakeUp } from "./take-up.ts";

const MAP = 3;
const NOTHING = new Uint8Array(0);
const world = testWorld();
const programOf = (): ReferenceGame => new ReferenceGame(world);

/** One map with its guests; its store answers when it is told to. */
class House {
  readonly hosted: HostedMap;
  readonly guests: Guests;
  readonly asked: StoreRequest[] = [];
  readonly told: PlayerHost[] = [];
  readonly out: Out = { push: (effect) => void (effect.kind === "send" && this.told.push(effect.message as PlayerHost)) };
  private ids = 0;

  constructor(hosted?: HostedMap) {
    this.hosted = hosted ?? new HostedMap(MAP, 5, 1, programOf(), { number: 0, taken: [], pending: [] }, () => this.makeId());
    this.guests = new Guests({
      host: 1,
      boot: 1,
      served: () => this.hosted,
      ask: (ask) => this.asked.push(ask),
      makeId: () => this.makeId(),
      write: () => undefined,
    });
    this.hosted.start(0);
  }

  makeId(): OperationId {
    this.ids += 1;
    return `1.1.${this.ids}`;
  }

  join(player: number): void {
    this.guests.join(0, this.hosted, player, 1, this.out);
  }

  exit(player: number): void {
    this.guests.exit(0, 0, this.hosted, player, this.out);
  }

  admitted(request: number, carried = NOTHING): void {
    this.guests.answered(0, 0, request, { result: "ok", carried }, this.out);
  }

  /** What is under way is written down. */
  writtenDown(): void {
    for (const id of [...this.hosted.pending.keys()]) {
      this.hosted.pending.delete(id);
      this.guests.written(this.hosted, id, this.out);
    }
  }

  kinds(): string[] {
    return this.told.splice(0).map(({ kind }) => kind);
  }
}

describe("SY1: who goes before its coming is written down", () => {
  it("is told that it is gone when its leaving is, and is not let in again before", () => {
    const house = new House();
    house.join(7);
    house.admitted(1);
    house.exit(7);
    expect(house.kinds()).toEqual([]);
    house.join(7);
    expect([house.kinds(), house.asked.length]).toEqual([["play/turned-away"], 1]);
    house.exit(7);
    expect(house.kinds()).toEqual([]);
    house.writtenDown();
    expect(house.kinds()).toEqual(["play/exited"]);
    house.join(7);
    expect(house.asked).toHaveLength(2);
  });

  it("is asked for under one id until it is known what came of it", () => {
    const house = new House();
    house.join(7);
    house.guests.answered(0, 0, 1, { result: "unknown" }, house.out);
    const ids = house.asked.map((ask) => ask.verb === "admit" && ask.id);
    expect(ids).toEqual([ids[0], ids[0]]);
    house.guests.answered(0, 0, 2, { result: "failed" }, house.out);
    house.join(7);
    expect(house.asked.map((ask) => ask.verb === "admit" && ask.id)[2]).not.toBe(ids[0]);
  });
});

describe("SY1: who had left in the state that a map is taken up from, while the store did not know it yet", () => {
  it("is not put back with what it came with; its leaving is written down, and until then it is not let in", () => {
    const before = new House();
    before.join(7);
    before.admitted(1);
    before.writtenDown();
    before.exit(7);
    const { image } = before.hosted.image(null);
    const held = new HeldStates(programOf).read(MAP, before.hosted.image(null).bytes);
    expect(image.pending.map(({ operation }) => operation.carried !== null)).toEqual([true]);
    const takeUp = new TakeUp(2, 1, MAP, 6, held);
    const players = [
      { player: 7, carried: NOTHING },
      { player: 8, carried: NOTHING },
    ];
    const recovered: Recovered = { from: "replica", image: null, operations: [], number: image.number, known: [false], players };
    const ready = takeUp.take(recovered, new HeldStates(programOf), programOf, () => "2.1.1");
    expect(ready?.players.map(({ player }) => player)).toEqual([8]);
    expect(ready?.pending.map(({ operation }) => [operation.id, operation.player])).toEqual([["2.1.1", 7]]);
    const { number, pending, program } = ready!;
    const after = new House(new HostedMap(MAP, 6, 1, program, { number, taken: [], pending }, () => "2.1.2"));
    after.guests.takeOver(after.hosted);
    after.join(7);
    expect([after.kinds(), after.asked]).toEqual([["play/turned-away"], []]);
    after.writtenDown();
    after.join(7);
    expect(after.asked).toMatchObject([{ verb: "admit", player: 7 }]);
  });
});
