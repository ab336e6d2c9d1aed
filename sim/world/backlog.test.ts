import { describe, expect, it } from "vitest";
import { Backlog } from "./backlog.ts";
import { METER, Meters } from "./meters.ts";
import { EVENT, EventQueue } from "./queue.ts";

/** Two hosts and whoever else; what is done is kept with its time. */
class Desk {
  readonly queue = new EventQueue();
  readonly meters = new Meters(2);
  readonly done: string[] = [];
  readonly backlog: Backlog = new Backlog(this.queue, this.meters, 2, (_kind, target, number) => this.note(target, number));

  private note(target: number, number: number): void {
    this.done.push(`${this.queue.now} ${target}:${number}`);
  }

  come(target: number, from: number, number: number, kind: number = EVENT.message): void {
    if (!this.backlog.holds(kind, target, from, number, undefined)) this.note(target, number);
  }

  settle(): void {
    while (this.queue.pop()) this.backlog.turn(this.queue.target);
  }
}

describe("a clogged line", () => {
  it("carries nothing in either direction, and then everything in order", () => {
    const desk = new Desk();
    desk.backlog.clog(1);
    expect([desk.backlog.any, desk.backlog.isClogged(1), desk.backlog.isClogged(2)]).toEqual([true, true, false]);
    desk.come(1, 0, 1);
    desk.come(0, 1, 2);
    desk.come(1, -1, 3, EVENT.store);
    desk.come(2, 0, 4);
    expect(desk.done).toEqual(["0 2:4"]);
    desk.backlog.unclog(1);
    expect(desk.done).toEqual(["0 2:4", "0 1:1", "0 0:2", "0 1:3"]);
    expect([desk.backlog.any, desk.meters.of(METER.clogged, 1), desk.meters.of(METER.clogged, 2)]).toEqual([false, 3, 0]);
  });

  it("lets go what then waits on the line of the other end", () => {
    const desk = new Desk();
    desk.backlog.clog(1);
    desk.backlog.clog(2);
    desk.come(2, 1, 1);
    desk.backlog.unclog(1);
    desk.backlog.unclog(2);
    desk.come(1, 2, 2);
    expect(desk.done).toEqual(["0 2:1", "0 1:2"]);
  });
});

describe("a slow process", () => {
  it("comes to one thing after the other, each as much later", () => {
    const desk = new Desk();
    desk.backlog.slow(1, 1000);
    for (const number of [1, 2, 3]) desk.come(1, 0, number);
    desk.come(0, 1, 4);
    desk.settle();
    expect(desk.done).toEqual(["0 0:4", "1000 1:1", "2000 1:2", "3000 1:3"]);
    expect(desk.meters.of(METER.late, 1)).toBe(3);
  });

  it("does at once what waits when it is quick again", () => {
    const desk = new Desk();
    desk.backlog.slow(1, 1000);
    for (const number of [1, 2]) desk.come(1, 0, number);
    desk.backlog.slow(1, 0);
    desk.come(1, 0, 3);
    desk.settle();
    expect(desk.done).toEqual(["0 1:1", "0 1:2", "0 1:3"]);
  });
});
