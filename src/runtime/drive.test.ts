import { describe, expect, it } from "vitest";
import { hostActor, playerActor } from "../core/protocol/ids.ts";
import type { Actor, Effect, Input } from "../core/protocol/step.ts";
import { Drive } from "./drive.ts";
import type { Env } from "./env.ts";

type Told = readonly [port: string, ...rest: unknown[]];

/** Ports that note what they are asked; `onSend` may answer at once, as a fast adapter does. */
function noting(told: Told[], onSend: () => void = () => {}): Env {
  return {
    network: {
      send: (...asked) => {
        told.push(["send", ...asked]);
        onSend();
      },
    },
    timers: { set: (...asked) => told.push(["set", ...asked]), clear: (...asked) => told.push(["clear", ...asked]) },
    store: { ask: (...asked) => told.push(["ask", ...asked]) },
    detector: { watch: (...asked) => told.push(["watch", ...asked]), unwatch: (...asked) => told.push(["unwatch", ...asked]) },
    history: { record: (...asked) => told.push(["record", ...asked]) },
  };
}

/** An actor that answers every input with the effects given, and notes the times of its inputs. */
function scripted(id: number, effects: readonly Effect[], seen: number[] = []): Actor {
  return {
    id,
    step: (input, out) => {
      seen.push(input.at);
      for (const effect of effects) out.push(effect);
    },
  };
}

const start = (at: number): Input => ({ kind: "start", at });
const message = { kind: "host/introduce" } as const;
const alert = { kind: "alert", text: "x", host: 1 } as const;

describe("the loop of both worlds", () => {
  it("performs each effect at its port, in order, in the actor's name and at the input's time", () => {
    const told: Told[] = [];
    const self = hostActor(3);
    const actor = scripted(self, [
      { kind: "send", to: 0, message },
      { kind: "timer/set", timer: 8, at: 99 },
      { kind: "timer/clear", timer: 9 },
      { kind: "store", request: 4, ask: { verb: "restore" } },
      { kind: "detector/watch", host: 5 },
      { kind: "detector/unwatch", host: 6 },
      { kind: "record", record: alert },
    ]);
    expect(new Drive(noting(told)).deliver(actor, start(7))).toBeUndefined();
    expect(told).toEqual([
      ["send", self, 0, message],
      ["set", self, 8, 99],
      ["clear", self, 9],
      ["ask", self, 4, { verb: "restore" }],
      ["watch", self, 5],
      ["unwatch", self, 6],
      ["record", self, 7, alert],
    ]);
  });

  it("never steps an actor while one steps: an input from within waits, in the order offered", () => {
    const told: Told[] = [];
    const seen: number[] = [];
    let sends = 0;
    const env = noting(told, () => {
      sends += 1;
      if (sends > 1) return;
      expect(drive.deliver(actor, start(2))).toBeUndefined();
      expect(drive.deliver(actor, start(3))).toBeUndefined();
      expect(seen).toEqual([1]);
    });
    const actor = scripted(
      playerActor(1),
      [
        { kind: "send", to: 0, message },
        { kind: "record", record: alert },
      ],
      seen,
    );
    const drive = new Drive(env);
    drive.deliver(actor, start(1));
    expect(seen).toEqual([1, 2, 3]);
    expect(told.map(([port, , third]) => (port === "record" ? third : port))).toEqual(["send", 1, "send", 2, "send", 3]);
  });

  it("says inbox_full when no more can wait, and goes on with what does", () => {
    const seen: number[] = [];
    const answers: unknown[] = [];
    const env = noting([], () => {
      if (answers.length === 0) for (const at of [2, 3, 4]) answers.push(drive.deliver(actor, start(at)));
    });
    const actor = scripted(playerActor(1), [{ kind: "send", to: 0, message }], seen);
    const drive = new Drive(env, 2);
    drive.deliver(actor, start(1));
    expect(answers).toEqual([undefined, undefined, "inbox_full"]);
    expect(seen).toEqual([1, 2, 3]);
  });

  it("BUGGIFY: an input may take its turn in the inbox, and a message from elsewhere may find it full", () => {
    const seen: number[] = [];
    const asked: string[] = [];
    const actor = scripted(hostActor(3), [], seen);
    const drive = new Drive(noting([]), 1, (site) => {
      asked.push(site);
      return true;
    });
    const hear = (from: number, at: number): unknown => drive.deliver(actor, { kind: "message", at, from, message });
    expect([drive.deliver(actor, start(1)), hear(0, 2), hear(hostActor(3), 3)]).toEqual([undefined, "inbox_full", undefined]);
    expect(seen).toEqual([1, 3]);
    expect(asked).toEqual(["inbox-turn", "inbox-full", "inbox-turn"]);
  });

  it("a bug in an actor surfaces, and the loop can be entered again", () => {
    const seen: number[] = [];
    const drive = new Drive(noting([]));
    const broken: Actor = {
      id: 1,
      step: () => {
        throw new Error("bug");
      },
    };
    expect(() => drive.deliver(broken, start(1))).toThrow("bug");
    drive.deliver(scripted(1, [], seen), start(2));
    expect(seen).toEqual([2]);
  });
});
