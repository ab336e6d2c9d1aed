import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OwnershipTable } from "./ownership-table.ts";
import { writeInput } from "../../core/game/inputs.ts";
import { hostActor, playerActor } from "../../core/protocol/ids.ts";
import type { Message } from "../../core/protocol/messages.ts";
import { type Fate, GameStage } from "../../core/actors/game-stage.fixture.ts";

const MAP = 0;
const SAY = writeInput({ do: "say", text: Uint8Array.of(72) });

/** Host 1 serves maps 0 and 1; player 5 is nobody's client: tests speak for it, and read what it is told. */
class Door {
  readonly stage = new GameStage(new OwnershipTable(), 1, 0);

  constructor() {
    this.stage.grant(MAP, 1);
    this.stage.grant(1, 1);
    this.stage.run(100);
  }

  says(message: Message): void {
    this.stage.step(hostActor(1), { kind: "message", at: this.stage.at, from: playerActor(5), message });
  }

  joins(next = 1, map = MAP): void {
    this.says({ kind: "play/join", player: 5, map, epoch: 1, next });
  }

  exits(map = MAP): void {
    this.says({ kind: "play/exit", player: 5, map, epoch: 1 });
  }

  /** What the player was told since it was asked last, but for news. */
  told(): string[] {
    const { letters } = this.stage;
    const said = letters.filter(({ to, message }) => to === playerActor(5) && message.kind !== "play/news").map(({ message }) => message);
    this.stage.letters = [];
    return said.map((one) => `${one.kind.slice(5)} ${"taken" in one ? one.taken : "reason" in one ? one.reason : ""}`.trim());
  }

  answers(verb: string, fate: Fate = "ok"): void {
    const index = this.stage.requests.findIndex(({ ask }) => ask.verb === verb);
    if (index < 0) throw new Error(`nobody asks for ${verb}`);
    this.stage.answer(index, fate);
  }

  asks(): string[] {
    return this.stage.requests.map(({ ask }) => ask.verb).filter((verb) => verb !== "keep");
  }

  get here(): boolean {
    return this.stage.served(1, MAP)!.has(5);
  }

  /** In, and all of it written down. */
  in(next = 1): Door {
    this.joins(next);
    this.stage.run(300);
    this.stage.letters = [];
    return this;
  }
}

describe("coming", () => {
  it("the store is asked first; who comes is told when its coming is written down", () => {
    const door = new Door();
    door.joins();
    expect([door.asks(), door.told(), door.here]).toEqual([["admit"], [], false]);
    door.answers("admit");
    expect([door.asks(), door.told(), door.here]).toEqual([["operations"], [], true]);
    door.answers("operations");
    expect(door.told()).toEqual(["joined 0"]);
  });

  it("asked twice while the store is: once, with the newer word of where it has come to", () => {
    const door = new Door();
    door.joins(1);
    door.joins(9);
    expect(door.asks()).toEqual(["admit"]);
    door.answers("admit");
    door.joins(11);
    expect(door.told()).toEqual([]);
    door.answers("operations");
    expect(door.told()).toEqual(["joined 10"]);
    door.joins(11);
    expect(door.told()).toEqual(["joined 10"]);
  });

  it("GA3: the store does not say whether it let it in: it is asked until it does, and a failure afterwards says nothing of it", () => {
    const door = new Door();
    door.joins();
    door.answers("admit", "lost");
    door.answers("admit", "undone");
    expect(door.asks()).toEqual(["admit"]);
    for (let i = 0; i < 3; i += 1) {
      door.answers("admit", "failed");
      expect([door.asks(), door.told(), door.here]).toEqual([[], [], false]);
      // Whoever asks meanwhile waits for the same answer.
      door.joins();
      expect(door.asks()).toEqual([]);
      door.stage.wait(60);
      expect(door.asks()).toEqual(["admit"]);
    }
    door.stage.run(300);
    expect(door.here).toBe(true);
  });

  it("the store failed: the player asks", () => {
    const door = new Door();
    door.joins();
    door.answers("admit", "failed");
    door.stage.wait(100);
    expect([door.asks(), door.told(), door.here]).toEqual([[], [], false]);
    door.joins();
    door.stage.run(300);
    expect(door.here).toBe(true);
  });

  it("who is on another map is turned away, until its stay there has ended", () => {
    const door = new Door().in();
    door.joins(1, 1);
    door.answers("admit");
    expect(door.told()).toEqual(["turned-away player_elsewhere"]);
    door.exits();
    door.joins(1, 1);
    door.answers("admit");
    expect(door.told()).toEqual(["turned-away player_elsewhere"]);
    door.answers("operations");
    expect(door.told()).toEqual(["exited 0"]);
    door.joins(1, 1);
    door.stage.run(200);
    expect([door.here, door.stage.served(1, 1)!.has(5)]).toEqual([false, true]);
  });

  it("an answer that comes while the map stands still lets it in, and the freeze waits for that", () => {
    const door = new Door();
    door.joins();
    door.stage.freeze(MAP, 2, 1);
    door.stage.deliver();
    door.stage.wait(100);
    expect(door.stage.of("state/frozen")).toEqual([]);
    door.answers("admit");
    door.stage.wait(10);
    expect(door.stage.of("state/frozen")).toEqual([]);
    door.answers("operations");
    expect(door.stage.of("state/frozen")).toHaveLength(1);
    expect([door.here, door.told()]).toEqual([true, []]);
    door.stage.resume(MAP);
    door.stage.deliver();
    expect(door.told()).toEqual(["joined 0"]);
  });
});

describe("going", () => {
  it("SY1: is answered when it is written down, however often it is asked for", () => {
    const door = new Door().in(7);
    door.exits();
    door.exits();
    expect([door.told(), door.here]).toEqual([[], false]);
    door.answers("operations", "undone");
    door.exits();
    expect(door.told()).toEqual([]);
    door.stage.wait(150);
    door.answers("operations");
    expect(door.told()).toEqual(["exited 6"]);
    door.exits();
    expect(door.told()).toEqual(["exited -1"]);
  });

  it("SY1: before its coming is written down: neither is forgotten, and who comes again meanwhile waits", () => {
    const door = new Door();
    door.joins();
    door.answers("admit");
    door.exits();
    door.exits();
    door.joins();
    expect(door.told()).toEqual(["turned-away player_unknown"]);
    door.answers("operations");
    expect(door.told()).toEqual([]);
    door.answers("operations");
    expect(door.told()).toEqual(["exited 0"]);
    door.joins();
    door.stage.run(200);
    expect(door.here).toBe(true);
  });

  it.each([
    [["undone", "ok"], "exited 0"],
    [["undone", "failed", "failed", "ok"], "exited 0"],
    [["failed"], "exited -1"],
  ] as const)("while the store is asked whether it may come: waits for that (%s)", (fates, end) => {
    const door = new Door();
    door.joins();
    door.exits();
    expect(door.told()).toEqual([]);
    for (const fate of fates) {
      door.answers("admit", fate);
      door.stage.wait(60);
    }
    while (door.asks().length > 0) door.stage.answer();
    expect(door.told()).toEqual([end]);
    expect(door.here).toBe(false);
  });

  it("is put off while the map stands still", () => {
    const door = new Door().in();
    door.stage.freeze(MAP, 2, 1);
    door.stage.deliver();
    door.told();
    door.exits();
    expect([door.told(), door.here]).toEqual([[], true]);
  });

  it("who says nothing is led out, untold, and comes again with what it has", () => {
    const door = new Door().in();
    for (let seq = 1; seq <= 3; seq += 1) {
      door.says({ kind: "play/input", player: 5, map: MAP, epoch: 1, seq, after: seq - 1, data: SAY });
      door.stage.run(5_000);
    }
    expect(door.here).toBe(true);
    door.told();
    door.stage.run(4_000);
    expect([door.here, door.told()]).toEqual([false, []]);
    door.says({ kind: "play/input", player: 5, map: MAP, epoch: 1, seq: 4, after: 3, data: SAY });
    expect(door.told()).toEqual(["turned-away player_unknown"]);
    door.joins(4);
    door.stage.run(300);
    expect(door.stage.served(1, MAP)!.takenOf(5)).toBe(3);
    expect(door.stage.judge([MAP, 1])).toEqual([]);
  });
});

describe("coming and going in any order, with any answers", () => {
  it("SY1: nobody is on two maps, and who was told that it is off a map carries nothing there any more", () => {
    const doing = fc.oneof(
      fc.record({ what: fc.constantFrom("join", "exit"), map: fc.nat(1) }),
      fc.record({ what: fc.constant("answer"), map: fc.nat(5), fate: fc.constantFrom<Fate>("ok", "ok", "lost", "undone", "failed") }),
      fc.record({ what: fc.constantFrom("wait", "freeze", "resume"), map: fc.nat(1) }),
    );
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 60 }), (all) => {
        const door = new Door();
        const { stage } = door;
        for (const one of all) {
          if (one.what === "join") door.joins(1, one.map);
          else if (one.what === "exit") door.exits(one.map);
          else if (one.what === "wait") stage.wait(120);
          else if (one.what === "freeze") stage.freeze(one.map, 2, 1);
          else if (one.what === "resume") stage.resume(one.map);
          else stage.answer(one.map % Math.max(1, stage.requests.length), "fate" in one ? one.fate : "ok");
          // Orders arrive at once; what the player is told is looked at on its way.
          for (const { to, message } of stage.letters.splice(0)) {
            if (to === hostActor(1)) stage.step(to, { kind: "message", at: stage.at, from: 0, message });
            else if (message.kind === "play/exited") expect(stage.served(1, message.map)!.has(5)).toBe(false);
          }
          expect([0, 1].filter((map) => stage.served(1, map)!.has(5)).length).toBeLessThanOrEqual(1);
        }
        for (const map of [0, 1]) stage.resume(map);
        stage.run(1_000);
        expect(stage.judge([0, 1])).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
