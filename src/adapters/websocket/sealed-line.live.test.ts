import { connect, createServer, type Server, type Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { afterEach, describe, expect, it } from "vitest";
import { operationOf, writeOf } from "../contract/main-server.fixture.ts";
import { MemoryMainServer } from "../memory/main-server.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import type { MainServerAnswer, MainServerAsk, MainServerPort } from "../../runtime/main-server.ts";
import { crypto, gateFor, lineTo, OTHER_KEY, until, waking } from "./sealed-ends.fixture.ts";
import { SEALED_GATE_LIMITS } from "./sealed-gate.ts";
import { SEALED_LINE_LIMITS } from "./sealed-options.ts";

const QUICK = { ...SEALED_LINE_LIMITS, retryMs: 10, retryMaxMs: 40 };
const write = (id: string): MainServerAsk => writeOf([operationOf(id, id)]);
const ask = (port: MainServerPort, what: MainServerAsk, ms = 5_000): Promise<MainServerAnswer> =>
  new Promise((resolve) => port.ask(what, waking.now() + ms * 1_000, resolve));

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function world(gateChange = {}, lineChange = {}) {
  const server = new MemoryMainServer();
  const { gate, refusals } = await gateFor(server, gateChange);
  const line = lineTo(gate.port, lineChange);
  closing.push(
    () => line.close(),
    () => gate.close(),
  );
  return { server, gate, refusals, line };
}

/** A port on which something listens that is no main server. */
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => void sockets.add(socket));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a line that ends", () => {
  it("comes back by itself; what was sent is unknown, what was not is sent on the next", async () => {
    const held: ((answer: MainServerAnswer) => void)[] = [];
    const { gate, line, server } = await world({
      serve: (host: number, what: MainServerAsk, answer: (answer: MainServerAnswer) => void) => {
        const done = server.apply(host, what);
        if (held.length === 0) held.push(answer);
        else answer(done);
      },
    });
    const lost = ask(line, write("a"));
    await until(() => held.length === 1);
    gate.breakLines();
    expect(await lost).toEqual({ result: "unknown" });
    expect(line.status()).toMatchObject({ state: "down", connections: 1, lastEnd: "unreachable" });
    expect(await ask(line, write("a"))).toEqual({ result: "written", verdicts: ["duplicate"] });
    expect(line.status()).toMatchObject({ kind: "sealed_websocket", state: "up", connections: 2, keyNumber: 1 });
    // The gate answers a line that is gone: nobody hears it, and nothing breaks.
    held[0]?.({ result: "failed" });
  });

  it("finds a main server that comes later, and again after it went away", async () => {
    const probe = createServer();
    const port = await listening(probe);
    await closing.pop()?.();
    const line = lineTo(port);
    closing.push(() => line.close());
    const early = ask(line, write("a"));
    expect(await ask(line, write("b"), 60)).toEqual({ result: "failed" });
    expect(line.status()).toMatchObject({ connections: 0, lastEnd: "unreachable" });
    const server = new MemoryMainServer();
    const { gate } = await gateFor(server, { port });
    expect(await early).toEqual({ result: "written", verdicts: ["applied"] });
    await gate.close();
    await until(() => line.status().state !== "up");
    const again = await gateFor(server, { port });
    closing.push(() => again.gate.close());
    expect(await ask(line, write("a"))).toEqual({ result: "written", verdicts: ["duplicate"] });
  });

  it("waits longer and longer between tries, and up to half of that is left off", async () => {
    const tries: number[] = [];
    const port = await listening(
      createServer((socket) => {
        tries.push(performance.now());
        socket.destroy();
      }),
    );
    const line = lineTo(port, { limits: { ...QUICK, retryMs: 40, retryMaxMs: 160 } });
    closing.push(() => line.close());
    await until(() => tries.length === 5);
    const waits = tries.slice(1).map((at, i) => at - tries[i]!);
    [20, 40, 80, 80].forEach((least, i) => expect(waits[i]).toBeGreaterThanOrEqual(least - 2));
  });

  it("gives up a main server that takes the line and says nothing, before and after the handshake", async () => {
    const mute = await listening(createServer());
    const line = lineTo(mute, { limits: { ...QUICK, connectMs: 50 } });
    closing.push(() => line.close());
    await until(() => line.status().lastEnd !== null);
    expect(["idle", "unreachable"]).toContain(line.status().lastEnd);

    const { gate, line: good } = await world({ serve: () => {} });
    const stalled = await frozenProxy(gate.port);
    const through = lineTo(stalled.port, { limits: { ...QUICK, pingMs: 40 } });
    closing.push(() => through.close());
    await until(() => through.status().state === "up");
    stalled.freeze();
    expect(await ask(through, write("a"), 50)).toEqual({ result: "unknown" });
    await until(() => through.status().lastEnd === "idle");
    expect(await ask(good, write("b"), 50)).toEqual({ result: "unknown" });
    // A server that merely thinks long answers pings, and keeps its line.
    expect(good.status()).toMatchObject({ state: "up", connections: 1 });
  });

  /** A way that carries bytes until it is told to carry none, without closing. */
  async function frozenProxy(to: number): Promise<{ readonly port: number; freeze(): void }> {
    let frozen = false;
    const port = await listening(
      createServer((from) => {
        const there = connect(to, "127.0.0.1");
        closing.push(() => void there.destroy());
        for (const [one, other] of [
          [from, there],
          [there, from],
        ] as const) {
          one.on("data", (bytes) => void (frozen || other.write(bytes)));
          one.on("error", () => {});
        }
      }),
    );
    return {
      port,
      freeze: () => {
        frozen = true;
      },
    };
  }

  it("stands as long as nothing is asked, because it gives signs of life", async () => {
    const { line, refusals } = await world({ limits: { ...SEALED_GATE_LIMITS, idleMs: 1_500 } }, { limits: { ...QUICK, pingMs: 500 } });
    await until(() => line.status().state === "up");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([line.status().state, line.status().connections, refusals]).toEqual(["up", 1, []]);
  });

  it("closing answers what is open: sent is unknown, not sent failed", async () => {
    const { line } = await world({ serve: () => {} });
    await until(() => line.status().state === "up");
    const sent = ask(line, write("a"));
    await line.close();
    expect([await sent, await ask(line, write("b"))]).toEqual([{ result: "unknown" }, { result: "failed" }]);
    const never = lineTo(1);
    const unsent = ask(never, write("c"));
    await never.close();
    expect(await unsent).toEqual({ result: "failed" });
  });
});

describe("who may speak", () => {
  it("SY10 another key is refused, with nothing asked; no answer tells why", async () => {
    const { gate, server, refusals } = await world();
    const stranger = lineTo(gate.port, {}, OTHER_KEY);
    closing.push(() => stranger.close());
    expect(await ask(stranger, write("a"), 300)).toEqual({ result: "failed" });
    expect([stranger.status().lastEnd, stranger.status().connections, server.applied("a")]).toEqual(["handshake_rejected", 0, false]);
    expect(new Set(refusals)).toEqual(new Set(["handshake_rejected"]));
  });

  it("SY10 a main server that is not ours is not spoken to", async () => {
    const heard: number[] = [];
    const other = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise((resolve) => void other.once("listening", resolve));
    other.on("connection", (socket) =>
      socket.on("message", (data: Buffer) => {
        heard.push(data.length);
        socket.send(crypto.random(data.length));
      }),
    );
    closing.push(
      () =>
        new Promise<void>((resolve) => {
          for (const socket of other.clients) socket.terminate();
          other.close(() => resolve());
        }),
    );
    const line = lineTo((other.address() as { port: number }).port);
    closing.push(() => line.close());
    expect(await ask(line, write("a"), 200)).toEqual({ result: "failed" });
    expect(line.status().lastEnd).toBe("handshake_rejected");
    expect(new Set(heard).size).toBe(1);
  });

  it("SY12 keys change under load and nothing is lost; a session whose numbers are used up is followed by another", async () => {
    const sealing = { ...sealingLimits(), rekeyMessages: 5, seqMax: 60 };
    const { line } = await world({ sealing }, { sealing });
    const done = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i));
        return ask(line, write(`${i}`));
      }),
    );
    expect(done.every(({ result }) => result === "written")).toBe(true);
    expect([line.status().connections, line.status().keyNumber]).toEqual([1, 10]);
    const more = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(line, write(`more ${i}`.replace(" ", "-")))));
    const again = await ask(line, write("last"));
    expect(more.filter(({ result }) => !["written", "unknown"].includes(result))).toEqual([]);
    expect([again.result, line.status().connections > 1]).toEqual(["written", true]);
  });
});

describe("the gate", () => {
  const socketTo = async (port: number): Promise<{ readonly socket: WebSocket; readonly closed: Promise<number> }> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    socket.on("error", () => {});
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => void socket.on("open", resolve));
    return { socket, closed };
  };

  it.each([
    ["text", (socket: WebSocket) => socket.send("hello"), "message_invalid"],
    ["noise", (socket: WebSocket) => socket.send(crypto.random(200)), "handshake_rejected"],
    ["nothing", () => {}, "hello_missing"],
  ])("ends a line that says %s first", async (_, say, reason) => {
    const { gate, refusals, line } = await world({ limits: { ...SEALED_GATE_LIMITS, helloMs: 50 } });
    await until(() => line.status().state === "up");
    const { socket, closed } = await socketTo(gate.port);
    say(socket);
    expect([await closed, refusals]).toEqual([1008, [reason]]);
    expect((await ask(line, write("a"))).result).toBe("written");
  });

  it("ends a line that is longer than an envelope may be, one too many, and one that asks too much at once", async () => {
    const { gate, refusals, line } = await world({
      serve: () => {},
      limits: { ...SEALED_GATE_LIMITS, linesMax: 2, asksMax: 3 },
    });
    await until(() => line.status().state === "up");
    const long = await socketTo(gate.port);
    long.socket.send(Buffer.alloc(70_000));
    await long.closed;
    const [second, third] = [await socketTo(gate.port), await socketTo(gate.port)];
    expect([await third.closed, refusals]).toEqual([1013, ["lines_limit"]]);
    second.socket.terminate();
    const asked = Array.from({ length: 4 }, (_, i) => ask(line, write(`${i}`)));
    expect(await Promise.all(asked)).toEqual(Array(4).fill({ result: "unknown" }));
    expect(refusals).toContain("line_full");
  });

  it("ends a line that is quiet for longer than a living end is", async () => {
    const { refusals, line } = await world({ limits: { ...SEALED_GATE_LIMITS, idleMs: 50 } });
    await until(() => refusals.length > 0);
    expect(refusals[0]).toBe("line_idle");
    await until(() => line.status().connections > 1);
  });
});
