import { describe, expect, it } from "vitest";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { COORDINATOR, hostActor, playerActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import { HostActor } from "./host.ts";
import { machine } from "./machines.fixture.ts";

/** One host with its line to the coordinator up, at a standing clock that tests move. */
class Desk {
  readonly host = new HostActor(machine(7), { boot: 0, checkpointUs: 60 * US_PER_S });
  at = 0;

  constructor() {
    this.step({ kind: "link/up", at: 0, peer: COORDINATOR });
  }

  step(input: Input): Effect[] {
    const effects: Effect[] = [];
    this.host.step(input, effects);
    return effects;
  }

  hear(message: Message, from = COORDINATOR): Effect[] {
    return this.step({ kind: "message", at: this.at, from, message });
  }

  /** Fires the timers these effects set, in order. */
  fire(effects: readonly Effect[]): Effect[] {
    return effects.flatMap((e) => {
      if (e.kind !== "timer/set") return [];
      this.at = Math.max(this.at, e.at);
      return this.step({ kind: "timer", at: this.at, timer: e.timer });
    });
  }

  serve(map: number, epoch: number): Effect[] {
    const told = this.hear({ kind: "hosting/promote", map, epoch, loadUs: 50 * US_PER_MS, bytes: 0, hash: null });
    return [...told, ...this.fire(told)];
  }
}

const messages = (effects: readonly Effect[]): Message[] => effects.flatMap((e) => (e.kind === "send" ? [e.message] : []));
const records = (effects: readonly Effect[]): string[] => effects.flatMap((e) => (e.kind === "record" ? [e.record.kind] : []));
const reasons = (effects: readonly Effect[]): unknown[] => messages(effects).map((m) => ("reason" in m ? m.reason : m.kind));

describe("HO1, HO3: what a host serves", () => {
  it("is loaded first and served then, and says so once", () => {
    const desk = new Desk();
    const loading = desk.hear({ kind: "hosting/promote", map: 3, epoch: 5, loadUs: 50 * US_PER_MS, bytes: 0, hash: null });
    expect([messages(loading), records(loading)]).toEqual([[], []]);
    const loaded = desk.fire(loading);
    expect(records(loaded)).toEqual(["host/serving"]);
    expect(messages(loaded)).toEqual([{ kind: "hosting/active", host: 7, map: 3, epoch: 5 }]);
    expect(desk.host.serving.get(3)?.stage).toBe("active");
  });

  it("a promote asked again is answered again; one of an older epoch, or one released, is refused as stale_epoch", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    expect(messages(desk.serve(3, 5)).map((m) => m.kind)).toEqual(["hosting/active"]);
    expect(reasons(desk.serve(3, 4))).toEqual(["stale_epoch"]);
    desk.hear({ kind: "hosting/release", map: 3, epoch: 6 });
    expect(desk.host.serving.has(3)).toBe(false);
    expect(reasons(desk.serve(3, 6))).toEqual(["stale_epoch"]);
    expect(records(desk.serve(3, 7))).toEqual(["host/serving"]);
  });

  it("a higher epoch of a map it serves replaces the lower one, which is recorded as stale", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    const again = desk.hear({ kind: "hosting/promote", map: 3, epoch: 8, loadUs: 1, bytes: 0, hash: null });
    expect(again.flatMap((e) => (e.kind === "record" ? [e.record] : []))).toEqual([
      { kind: "host/stopped", host: 7, map: 3, epoch: 5, why: "stale" },
    ]);
  });

  it("a release of an older epoch leaves the newer alone, and HO8: leaves the other maps alone", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    desk.serve(4, 1);
    desk.hear({ kind: "hosting/release", map: 3, epoch: 4 });
    expect([...desk.host.serving.keys()]).toEqual([3, 4]);
    desk.hear({ kind: "hosting/release", map: 3, epoch: 5 });
    expect([...desk.host.serving.keys()]).toEqual([4]);
  });

  it("a release while it loads ends the loading", () => {
    const desk = new Desk();
    const loading = desk.hear({ kind: "hosting/promote", map: 3, epoch: 5, loadUs: 50, bytes: 0, hash: null });
    desk.hear({ kind: "hosting/release", map: 3, epoch: 5 });
    expect(messages(desk.fire(loading))).toEqual([]);
  });

  it("a checkpoint that the store fences ends the serving, and the coordinator is told", () => {
    const desk = new Desk();
    const serving = desk.serve(3, 5);
    const checkpoint = desk.fire(serving);
    const request = checkpoint.flatMap((e) => (e.kind === "store" ? [e] : []));
    expect(request.map((e) => e.ask)).toEqual([{ verb: "checkpoint", map: 3, host: 7, boot: 0, epoch: 5, image: null }]);
    const row = { map: 3, owner: 9, epoch: 6 };
    const fenced = desk.step({ kind: "store", at: desk.at, request: request[0]?.request ?? 0, answer: { result: "refused", row } });
    expect(reasons(fenced)).toEqual(["stale_epoch"]);
    expect(desk.host.serving.size).toBe(0);
  });

  it("a checkpoint that finds only an older grant ends nothing: the coordinator is told that the grant was lost", () => {
    const desk = new Desk();
    const checkpoint = desk.fire(desk.serve(3, 5));
    const request = checkpoint.flatMap((e) => (e.kind === "store" ? [e.request] : []))[0] ?? 0;
    const row = { map: 3, owner: 9, epoch: 4 };
    const told = desk.step({ kind: "store", at: desk.at, request, answer: { result: "refused", row } });
    expect(reasons(told)).toEqual(["grant_lost"]);
    expect([...desk.host.serving.keys()]).toEqual([3]);
  });

  it("an unknown or failed checkpoint ends nothing, and checkpoints go on", () => {
    const desk = new Desk();
    let next = desk.fire(desk.serve(3, 5));
    for (const result of ["unknown", "failed"] as const) {
      const asked = next.find((e) => e.kind === "store");
      desk.step({ kind: "store", at: desk.at, request: asked?.kind === "store" ? asked.request : 0, answer: { result } });
      next = desk.fire(next);
      expect(next.some((e) => e.kind === "store")).toBe(true);
    }
    expect(desk.host.serving.size).toBe(1);
  });
});

describe("a frozen map", () => {
  it("is served no more, admits nobody, and thaws under the same epoch", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    const frozen = desk.hear({ kind: "hosting/freeze", map: 3, epoch: 5, move: 1, to: 9 });
    expect(records(frozen)).toEqual(["host/stopped"]);
    expect(messages(frozen).map((m) => m.kind)).toEqual(["hosting/frozen", "state/final"]);
    const join: Message = { kind: "play/join", player: 1, map: 3, epoch: 5, next: 1 };
    expect(reasons(desk.hear(join, playerActor(1)))).toEqual(["not_owner"]);
    expect(records(desk.hear({ kind: "hosting/resume", map: 3, epoch: 5 }))).toEqual(["host/serving"]);
    expect(reasons(desk.hear(join, playerActor(1)))).toEqual(["play/joined"]);
  });

  it("cannot be frozen twice, nor under another epoch", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    expect(reasons(desk.hear({ kind: "hosting/freeze", map: 3, epoch: 4, move: 1, to: 9 }))).toEqual(["not_owner"]);
    desk.hear({ kind: "hosting/freeze", map: 3, epoch: 5, move: 1, to: 9 });
    expect(reasons(desk.hear({ kind: "hosting/freeze", map: 3, epoch: 5, move: 1, to: 9 }))).toEqual(["not_owner"]);
  });

  it("by a clock that was set back sends no less than nothing", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    desk.at = 10 * US_PER_S;
    desk.hear({ kind: "hosting/precopy", map: 3, epoch: 5, move: 1, to: 8, bytes: 1000, dirtyBytesS: 500, roundMs: 50 });
    desk.at = 4 * US_PER_S;
    const frozen = messages(desk.hear({ kind: "hosting/freeze", map: 3, epoch: 5, move: 1, to: 8 }));
    expect(frozen).toMatchObject([
      { kind: "hosting/frozen", map: 3, epoch: 5, move: 1 },
      { kind: "state/final", map: 3, epoch: 5, from: 7, bytes: 0 },
    ]);
    expect(new Set(frozen.map((m) => ("hash" in m ? m.hash : ""))).size).toBe(1);
  });

  it("a resume of another epoch thaws nothing", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    desk.hear({ kind: "hosting/freeze", map: 3, epoch: 5, move: 1, to: 9 });
    desk.hear({ kind: "hosting/resume", map: 3, epoch: 4 });
    expect(desk.host.serving.get(3)?.stage).toBe("frozen");
  });
});

describe("what a host refuses", () => {
  it("players by name: under an older epoch stale_epoch, of a map it does not serve not_owner", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    const join = (map: number, epoch: number): unknown[] =>
      reasons(desk.hear({ kind: "play/join", player: 1, map, epoch, next: 1 }, playerActor(1)));
    expect([join(3, 4), join(3, 5), join(3, 6), join(4, 1)]).toEqual([["stale_epoch"], ["play/joined"], ["not_owner"], ["not_owner"]]);
  });

  it("room for a map: while it leaves host_leaving, for a void epoch stale_epoch", () => {
    const desk = new Desk();
    const prepare = (epoch: number): unknown[] => reasons(desk.hear({ kind: "hosting/prepare", map: 3, epoch, move: 1, from: 9 }));
    expect(prepare(5)).toEqual(["hosting/prepared"]);
    desk.hear({ kind: "hosting/release", map: 3, epoch: 5 });
    expect(prepare(5)).toEqual(["stale_epoch"]);
    desk.step({ kind: "wish", at: 1, wish: { verb: "stop-hosting" } });
    expect(prepare(6)).toEqual(["host_leaving"]);
  });

  it("HO1: the last of the state from a move that was given up is not the one that the next move waits for", () => {
    const desk = new Desk();
    for (const move of [1, 2]) desk.hear({ kind: "hosting/prepare", map: 3, epoch: 6, move, from: 9 });
    const final = (move: number): unknown[] =>
      messages(
        desk.hear({ kind: "state/final", map: 3, epoch: 5, move, from: 9, bytes: 10, hash: "00000000000000aa", data: null }, hostActor(9)),
      ).map((m) => m.kind);
    expect(final(1)).toEqual([]);
    expect(final(2)).toEqual(["hosting/ready"]);
  });

  it("copies of what it does not serve: not_owner", () => {
    const precopy = { kind: "hosting/precopy", map: 3, epoch: 5, move: 1, to: 9, bytes: 1, dirtyBytesS: 0, roundMs: 100 } as const;
    expect(reasons(new Desk().hear(precopy))).toEqual(["not_owner"]);
  });
});

describe("a host's word to the coordinator", () => {
  it("introduces itself anew when it is sent away and does not leave", () => {
    const desk = new Desk();
    expect(messages(desk.hear({ kind: "host/goodbye" })).map((m) => m.kind)).toEqual(["host/hello"]);
    desk.step({ kind: "wish", at: 1, wish: { verb: "stop-hosting" } });
    expect(messages(desk.hear({ kind: "host/goodbye" }))).toEqual([]);
  });

  it("introduces itself at each connection with what it holds, by map, and says again that it leaves", () => {
    const desk = new Desk();
    desk.serve(4, 2);
    desk.serve(3, 5);
    desk.hear({ kind: "hosting/freeze", map: 4, epoch: 2, move: 1, to: 9 });
    desk.step({ kind: "wish", at: 1, wish: { verb: "stop-hosting" } });
    desk.step({ kind: "link/down", at: 2, peer: COORDINATOR });
    const said = messages(desk.step({ kind: "link/up", at: 3, peer: COORDINATOR }));
    expect(said.map((m) => m.kind)).toEqual(["host/hello", "host/leaving"]);
    expect(said[0]).toMatchObject({
      holds: [
        { map: 3, epoch: 5, frozen: false },
        { map: 4, epoch: 2, frozen: true },
      ],
    });
  });

  it("keeps measurements to itself while the line is down, and introduces itself with the newest", () => {
    const desk = new Desk();
    desk.step({ kind: "link/down", at: 1, peer: COORDINATOR });
    const stats = { ...machine(7).stats, cpu_cores: 2 };
    expect(desk.step({ kind: "measured", at: 2, stats, regional_latency_ms: [9] })).toEqual([]);
    const [hello] = messages(desk.step({ kind: "link/up", at: 3, peer: COORDINATOR }));
    expect(hello).toMatchObject({ profile: { stats, regional_latency_ms: [9] } });
  });

  it("answers a probe once: yes when the suspect answers, no when the time is over", () => {
    const desk = new Desk();
    const alive = (effects: readonly Effect[]): unknown[] => messages(effects).map((m) => ("alive" in m ? m.alive : m.kind));
    const asked = desk.hear({ kind: "hosting/probe", suspect: 2, withinMs: 300 });
    expect(alive(asked)).toEqual(["probe/ping"]);
    expect(alive(desk.hear({ kind: "probe/pong", from: 2 }, hostActor(3)))).toEqual([]);
    expect(alive(desk.hear({ kind: "probe/pong", from: 2 }, hostActor(2)))).toEqual([true]);
    expect(alive(desk.fire(asked))).toEqual([]);
    expect(alive(desk.fire(desk.hear({ kind: "hosting/probe", suspect: 2, withinMs: 300 })))).toEqual([false]);
  });

  it("sends a replica to each new standby only", () => {
    const desk = new Desk();
    desk.serve(3, 5);
    const to = (hosts: number[], epoch = 5): unknown[] =>
      desk
        .hear({ kind: "hosting/replicate", map: 3, epoch, to: hosts, bytes: 9, intervalMs: 50 })
        .flatMap((e) => (e.kind === "send" ? [e.to] : []));
    expect(to([1, 2])).toEqual([hostActor(1), hostActor(2)]);
    expect(to([2, 4])).toEqual([hostActor(4)]);
    expect(to([1], 4)).toEqual([]);
  });
});

describe("HO3: what a host takes up from a file", () => {
  it("is written down from its introduction on, at intervals, as what it was promoted to is", () => {
    const desk = new Desk();
    desk.host.serving.set(3, { epoch: 5, stage: "active", copy: null, replicas: [], timeUp: true, fetched: true });
    const introduced = desk.step({ kind: "link/up", at: 0, peer: COORDINATOR });
    const writes = (effects: readonly Effect[]): unknown[] => effects.flatMap((e) => (e.kind === "store" ? [e.ask] : []));
    const first = desk.fire(introduced);
    expect([desk.at, writes(first)]).toEqual([60 * US_PER_S, [{ verb: "checkpoint", map: 3, host: 7, boot: 0, epoch: 5, image: null }]]);
    expect(desk.step({ kind: "link/up", at: desk.at, peer: COORDINATOR }).filter((e) => e.kind === "timer/set")).toEqual([]);
    expect(writes(desk.fire(first))).toHaveLength(1);
  });
});
