import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import { CUT_IN, CUT_OUT } from "./machines.ts";
import { Wire } from "./parts.fixture.ts";
import { EVENT } from "./queue.ts";

const numbered = (map: number): Message => ({ kind: "hosting/release", map, epoch: 1 });
const state = (bytes: number): Message => ({ kind: "state/copy", map: 0, epoch: 1, move: 1, from: 1, round: 1, bytes, data: null });
const maps = (wire: Wire): number[] => wire.settle().map(({ packet }) => ("map" in packet.message ? packet.message.map : -1));

describe("a message", () => {
  it("takes half the round trip of its path", () => {
    const wire = new Wire(3, 0);
    wire.network.send(COORDINATOR, hostActor(1), numbered(1));
    wire.network.send(COORDINATOR, hostActor(2), numbered(2));
    wire.network.send(hostActor(1), hostActor(3), numbered(3));
    expect(wire.settle().map(({ at, to }) => [at, to])).toEqual([
      [2_000, 2],
      [2_000, 3],
      [20_000, 1],
    ]);
  });

  it("takes never less than half its path, and its jitter is about its scale on average", () => {
    const wire = new Wire(400, 0, 5);
    const delays: number[] = [];
    for (let host = 1; host <= 400; host += 2) wire.network.send(hostActor(host), COORDINATOR, numbered(host));
    for (const { at } of wire.settle()) delays.push(at);
    const off = delays.map((delay) => Math.abs(delay - 20_000)).reduce((sum, each) => sum + each, 0) / delays.length;
    expect(delays).toHaveLength(200);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10_000);
    // The mean distance of a Laplace law from its middle is its scale; the cut at half the path takes a little.
    expect(off).toBeGreaterThan(3_500);
    expect(off).toBeLessThan(6_500);
  });

  it("keeps its place on a connection, both ways, whatever its jitter", () => {
    const wire = new Wire(1, 0, 15);
    for (let n = 0; n < 300; n += 1) wire.network.send(hostActor(1), COORDINATOR, numbered(n));
    const order = Array.from({ length: 300 }, (_, n) => n);
    expect(maps(wire)).toEqual(order);
    for (let n = 0; n < 300; n += 1) wire.network.send(COORDINATOR, hostActor(1), numbered(n));
    expect(maps(wire)).toEqual(order);
  });

  it("is delayed by its sender's own draws: other traffic moves nothing", () => {
    const alone = new Wire(3, 0, 5);
    alone.network.send(hostActor(1), COORDINATOR, numbered(1));
    const [quiet] = alone.settle();
    const busy = new Wire(3, 0, 5);
    for (let n = 0; n < 50; n += 1) busy.network.send(hostActor(3), COORDINATOR, numbered(9));
    busy.network.send(hostActor(1), COORDINATOR, numbered(1));
    expect(busy.settle().find(({ packet }) => packet.from === 1)?.at).toBe(quiet?.at);
  });

  it("is sent again when it is lost on the way, each time later than the time before", () => {
    const wire = new Wire(200, 0);
    wire.network.lossNow.fill(0.5);
    for (let host = 2; host <= 200; host += 2) wire.network.send(hostActor(host), COORDINATOR, numbered(host));
    const delays = wire.settle().map(({ at }) => at - 2_000);
    // 200, 400, 800 … ms of waiting add up: 0, 0.2, 0.6, 1.4 s, each half as often as the one before.
    const share = (us: number) => delays.filter((delay) => delay === us).length / delays.length;
    expect(delays).toHaveLength(100);
    const possible = [0, 200_000, 600_000, 1_400_000, 3_000_000, 6_200_000, 12_600_000];
    expect(delays.filter((delay) => !possible.includes(delay))).toEqual([]);
    expect(share(0)).toBeGreaterThan(0.35);
    expect(share(0)).toBeLessThan(0.65);
    expect(share(200_000)).toBeGreaterThan(0.12);
    expect(share(200_000)).toBeLessThan(0.4);
  });

  it("is not lost again once the line is whole, as it will be at a known time", () => {
    const wire = new Wire(5, 0);
    wire.network.lossNow.fill(1);
    wire.network.lossUntil.fill(500_000);
    wire.network.send(hostActor(2), COORDINATOR, numbered(1));
    // Lost at 0 and 200 ms; sent a third time after 600 ms.
    expect(wire.settle().map(({ at }) => at - 2_000)).toEqual([600_000]);
  });
});

describe("state", () => {
  it("takes the time of the slower line, and queues behind what its sender sends already", () => {
    const wire = new Wire(5, 0);
    // 8,000 kbit/s: a megabyte a second.
    wire.machines.uploadKbps[1] = 8_000;
    wire.machines.uploadKbps[5] = 80_000;
    wire.network.send(hostActor(1), hostActor(3), state(500_000));
    wire.network.send(hostActor(1), hostActor(5), state(500_000));
    wire.network.send(hostActor(5), hostActor(3), state(500_000));
    expect(wire.settle().map(({ at, to }) => [at, to])).toEqual([
      [52_000, 3],
      [502_000, 3],
      [1_002_000, 5],
    ]);
  });

  it("of a connection that was reset waits for nothing sent before", () => {
    const wire = new Wire(3, 0);
    wire.machines.uploadKbps[1] = 8_000;
    wire.network.send(hostActor(1), hostActor(3), state(5_000_000));
    wire.network.reset(1);
    wire.network.send(hostActor(1), hostActor(3), state(1_000_000));
    expect(wire.settle().map(({ at }) => at)).toEqual([1_002_000, 5_002_000]);
  });
});

describe("a troubled line", () => {
  /** Two hundred messages from host 1 to host 3, and as many to the coordinator, with trouble on host 1's line. */
  function sent(trouble: (wire: Wire) => void): { across: number[]; up: number[]; times: number[] } {
    const wire = new Wire(3, 0);
    wire.network.troubled = 1;
    trouble(wire);
    for (let n = 0; n < 200; n += 1) {
      wire.network.send(hostActor(1), hostActor(3), numbered(n));
      wire.network.send(hostActor(1), COORDINATOR, numbered(n));
      wire.wait(5);
    }
    const delivered: { to: number; map: number; at: number }[] = [];
    while (wire.queue.pop()) {
      const { kind, target, object, now } = wire.queue;
      if (kind === EVENT.message) delivered.push({ to: target, map: (object as { message: { map: number } }).message.map, at: now });
    }
    const to = (machine: number) => delivered.filter((each) => each.to === machine);
    return { across: to(3).map(({ map }) => map), up: to(0).map(({ map }) => map), times: to(3).map(({ at }) => at) };
  }
  const ordered = Array.from({ length: 200 }, (_, n) => n);

  it("gives some packets twice, but never on a connection", () => {
    const { across, up } = sent((wire) => wire.network.trouble.duplicate.fill(0.3, 1, 2));
    expect([up, new Set(across).size]).toEqual([ordered, 200]);
    expect(across.length).toBeGreaterThan(240);
    expect(across.length).toBeLessThan(280);
  });

  it("mixes up the order of packets, but never on a connection", () => {
    const { across, up } = sent((wire) => wire.network.trouble.reorderUs.fill(5000, 1, 2));
    expect(up).toEqual(ordered);
    expect(across).not.toEqual(ordered);
    expect(across.toSorted((a, b) => a - b)).toEqual(ordered);
  });

  it("damages some of all packets", () => {
    const { across, up } = sent((wire) => wire.network.trouble.corrupt.fill(0.25, 1, 2));
    for (const { length } of [across, up]) {
      expect(length).toBeGreaterThan(130);
      expect(length).toBeLessThan(170);
    }
  });

  it("takes longer for what carries state, and no other line does", () => {
    const wire = new Wire(5, 0);
    wire.network.troubled = 1;
    wire.network.trouble.slower[1] = 10;
    wire.machines.uploadKbps.fill(8_000);
    wire.network.send(hostActor(1), hostActor(3), state(100_000));
    wire.network.send(hostActor(3), hostActor(5), state(100_000));
    expect(wire.settle().map(({ at, to }) => [at, to])).toEqual([
      [102_000, 5],
      [1_002_000, 3],
    ]);
  });
});

describe("a cut line", () => {
  it.each([
    ["both ways", CUT_IN | CUT_OUT, [] as number[]],
    ["out only: nothing leaves it", CUT_OUT, [1]],
    ["in only: nothing reaches it", CUT_IN, [0]],
  ])("%s", (_name, cut, reached) => {
    const wire = new Wire(1, 0);
    wire.machines.cut[1] = cut;
    wire.network.send(hostActor(1), COORDINATOR, numbered(1));
    wire.network.send(COORDINATOR, hostActor(1), numbered(2));
    expect(wire.settle().map(({ to }) => to)).toEqual(reached);
    expect(wire.dropped).toHaveLength(2 - reached.length);
  });

  it("swallows what is under way when it is cut, and lets through what arrives after it healed", () => {
    const wire = new Wire(1, 0);
    wire.network.send(hostActor(1), COORDINATOR, numbered(1));
    wire.wait(15_000);
    wire.network.send(hostActor(1), COORDINATOR, numbered(2));
    wire.machines.cut[1] = CUT_OUT;
    expect(wire.settle(25_000)).toEqual([]);
    wire.machines.cut[1] = 0;
    expect(maps(wire)).toEqual([2]);
    expect(wire.dropped.map(({ at }) => at)).toEqual([20_000]);
  });

  it("is another matter than the lines of others", () => {
    const wire = new Wire(3, 1);
    wire.machines.cut[1] = CUT_IN | CUT_OUT;
    wire.network.send(hostActor(2), hostActor(3), numbered(1));
    wire.network.send(playerActor(0), hostActor(3), numbered(2));
    expect(wire.settle()).toHaveLength(2);
  });
});

describe("a closed connection", () => {
  it("delivers nothing that was sent before it closed, to either side, even after a new one stands", () => {
    const wire = new Wire(1, 0);
    wire.network.send(hostActor(1), COORDINATOR, numbered(1));
    wire.network.send(COORDINATOR, hostActor(1), numbered(2));
    wire.machines.generation[1] = (wire.machines.generation[1] as number) + 1;
    wire.network.send(hostActor(1), COORDINATOR, numbered(3));
    expect(maps(wire)).toEqual([3]);
    expect(wire.dropped).toHaveLength(2);
  });

  it("takes nothing while none stands, though the line is good; other machines are reached without one", () => {
    const wire = new Wire(3, 0);
    wire.machines.linked[1] = 0;
    wire.network.send(hostActor(1), COORDINATOR, numbered(1));
    wire.network.send(COORDINATOR, hostActor(1), numbered(2));
    wire.network.send(hostActor(1), hostActor(3), numbered(3));
    expect(maps(wire)).toEqual([3]);
    expect(wire.dropped).toHaveLength(2);
  });

  it("is what a machine that is down looks like", () => {
    const wire = new Wire(3, 0);
    wire.network.send(hostActor(1), hostActor(3), numbered(1));
    wire.machines.up[3] = 0;
    expect(wire.settle()).toEqual([]);
  });
});

it("an address nobody has is dropped", () => {
  const wire = new Wire(1, 1);
  wire.network.send(hostActor(1), playerActor(5), numbered(1));
  expect(wire.settle()).toEqual([]);
  expect(wire.dropped).toEqual([{ at: 0, from: hostActor(1), to: playerActor(5) }]);
});
