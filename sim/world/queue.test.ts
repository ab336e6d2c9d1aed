import { describe, expect, it } from "vitest";
import { Bug } from "../../src/base/assert.ts";
import { EVENT, EventQueue } from "./queue.ts";

/** Pops everything and gives [time, kind, target, number, object]. */
function drain(queue: EventQueue): unknown[][] {
  const events: unknown[][] = [];
  while (queue.pop()) events.push([queue.now, queue.kind, queue.target, queue.number, queue.object]);
  return events;
}

describe("the event queue", () => {
  it("DT1: orders by time, source and the source's own sequence, never by who asked first", () => {
    const events = [
      [10, 3, 0],
      [10, 1, 1],
      [5, 9, 9],
      [10, 1, 0],
      [11, 0, 0],
    ] as const;
    const orders = [events, [...events].reverse()].map((order) => {
      const queue = new EventQueue();
      for (const [time, source, seq] of order) queue.push(time, source, seq, EVENT.timer, source, seq, undefined);
      return drain(queue);
    });
    expect(orders[0]).toEqual([
      [5, EVENT.timer, 9, 9, undefined],
      [10, EVENT.timer, 1, 0, undefined],
      [10, EVENT.timer, 1, 1, undefined],
      [10, EVENT.timer, 3, 0, undefined],
      [11, EVENT.timer, 0, 0, undefined],
    ]);
    expect(orders[1]).toEqual(orders[0]);
  });

  it("keeps each event's own kind, target, number and object while others come and go", () => {
    const queue = new EventQueue();
    const first = { name: "first" };
    queue.push(1, 0, 0, EVENT.message, -5, 1.5e15, first);
    const cancelled = queue.push(2, 0, 1, EVENT.store, 1, 1, { name: "cancelled" });
    queue.push(3, 0, 2, EVENT.beat, 2, -1, undefined);
    queue.cancel(cancelled);
    queue.push(2, 0, 3, EVENT.fault, 3, 0, "reused");
    expect(queue.pending).toBe(3);
    expect(drain(queue)).toEqual([
      [1, EVENT.message, -5, 1.5e15, first],
      [2, EVENT.fault, 3, 0, "reused"],
      [3, EVENT.beat, 2, -1, undefined],
    ]);
    expect([queue.next(), queue.pop(), queue.now]).toEqual([Number.POSITIVE_INFINITY, false, 3]);
  });

  it("grows beyond its first size without losing what an event carries", () => {
    const queue = new EventQueue();
    const many = 70_000;
    for (let i = 0; i < many; i += 1) queue.push(many - i, 0, i, EVENT.habit, i, 2 * i, i % 7 === 0 ? i : undefined);
    let seen = 0;
    while (queue.pop()) {
      seen += 1;
      const i = many - queue.now;
      if (queue.target !== i || queue.number !== 2 * i || queue.object !== (i % 7 === 0 ? i : undefined))
        throw new Error(`event ${i} was changed`);
    }
    expect(seen).toBe(many);
  });

  it("tells with each event the step in which it was scheduled, once it is asked to, and nothing before", () => {
    const plan = (queue: EventQueue): number[] => {
      queue.step = 1;
      const gone = queue.push(10, 0, 0, EVENT.timer, 0, 0, undefined);
      queue.step = 2;
      queue.push(30, 0, 1, EVENT.timer, 0, 0, undefined);
      queue.step = 3;
      queue.push(20, 0, 2, EVENT.timer, 0, 0, undefined);
      queue.cancel(gone);
      queue.step = 0;
      queue.push(40, 0, 3, EVENT.timer, 0, 0, undefined);
      const steps: number[] = [];
      while (queue.pop()) steps.push(queue.step);
      return steps;
    };
    const traced = new EventQueue();
    traced.traceCauses();
    expect(plan(traced)).toEqual([3, 2, 0]);
    expect(plan(new EventQueue())).toEqual([0, 0, 0]);
  });

  it("takes whole microseconds only", () => {
    expect(() => new EventQueue().push(1.5, 0, 0, EVENT.timer, 0, 0, undefined)).toThrow(Bug);
  });
});
