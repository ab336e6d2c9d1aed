import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { encodeFrame, type Frame, WIRE_VERSION } from "../../core/protocol/codec.ts";
import { type ActorId, COORDINATOR, hostActor } from "../../core/protocol/ids.ts";
import type { Message } from "../../core/protocol/messages.ts";
import type { RefusalReason } from "../../core/protocol/refusal.ts";
import type { Input } from "../../core/protocol/step.ts";
import { NodeClock } from "../node/clock.ts";
import { Line, type LineOptions } from "./line.ts";
import { BUFFER_BYTES_MAX } from "./socket.ts";

const HOST = hostActor(5);
const LEAVING: Message = { kind: "host/leaving", host: 5 };
const INTRODUCE: Message = { kind: "host/introduce" };

/** A gateway that does what a test tells it. */
let server: WebSocketServer;
let sockets: WebSocket[] = [];
let got: Frame[] = [];
let inputs: Input[] = [];
let ends: string[] = [];
let answer: (input: Input) => RefusalReason | undefined = () => undefined;
let line: Line;

async function until(what: string, done: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!done()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

function serve(autoPong = true): Promise<void> {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, autoPong });
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("message", (data) => got.push(JSON.parse(data.toString())));
  });
  return new Promise((resolve) => void server.once("listening", resolve));
}

function stopServing(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.terminate();
  return new Promise((resolve) => void server.close(() => resolve()));
}

function lineTo(over: Partial<LineOptions> = {}): Line {
  // A line of an earlier test may end late; it writes into that test's lists.
  const [myInputs, myEnds] = [inputs, ends];
  const clock = new NodeClock();
  const { port } = server.address() as { port: number };
  return new Line({
    url: `ws://127.0.0.1:${port}`,
    actor: HOST,
    bounds: { maps: 3, regions: 1 },
    bufferBytesMax: BUFFER_BYTES_MAX,
    idleMs: 5000,
    now: () => clock.now(),
    deliver(input) {
      const full = answer(input);
      if (full === undefined) myInputs.push(input);
      return full;
    },
    ended: (code, reason) => myEnds.push(`${code} ${reason}`.trim()),
    ...over,
  });
}

const kinds = (): string[] => inputs.map((input) => input.kind);
const say = (peer: ActorId, message: Message): void => sockets.at(-1)?.send(encodeFrame({ frame: "message", peer, message }));

async function open(): Promise<void> {
  line.open();
  await until("the line stands", () => kinds().at(-1) === "link/up");
}

beforeEach(async () => {
  [sockets, got, inputs, ends] = [[], [], [], []];
  answer = () => undefined;
  await serve();
  line = lineTo();
});
afterEach(async () => {
  line.destroy();
  await stopServing();
});

describe("a line", () => {
  it("greets first, then says link/up, then carries messages both ways", async () => {
    line.send(HOST, COORDINATOR, LEAVING);
    await open();
    line.send(HOST, COORDINATOR, LEAVING);
    line.beat();
    say(COORDINATOR, INTRODUCE);
    await until("all have come", () => got.length === 3 && inputs.length === 2);
    expect(got).toEqual([
      { frame: "hello", version: WIRE_VERSION, actor: HOST },
      { frame: "message", peer: COORDINATOR, message: LEAVING },
      { frame: "beat" },
    ]);
    expect(inputs).toMatchObject([
      { kind: "link/up", peer: COORDINATOR },
      { kind: "message", from: COORDINATOR, message: INTRODUCE },
    ]);
  });

  it("says link/down once and that it ended, whoever closes it, and may be opened again", async () => {
    await open();
    sockets[0]?.close(1013, "inbox_full");
    await until("it ended", () => ends.length === 1);
    await open();
    line.destroy();
    line.send(HOST, COORDINATOR, LEAVING);
    await until("it ended again", () => ends.length === 2);
    await open();
    line.close();
    await until("and again", () => ends.length === 3);
    expect(kinds()).toEqual(["link/up", "link/down", "link/up", "link/down", "link/up", "link/down"]);
    expect(ends).toEqual(["1013 inbox_full", "1006", "1000"]);
    expect(got.map((frame) => frame.frame)).toEqual(["hello", "hello", "hello"]);
  });

  it("ends without a word to the actor when nobody answers the call", async () => {
    await stopServing();
    line.open();
    await until("it ended", () => ends.length === 1);
    expect([ends, inputs]).toEqual([["1006"], []]);
    await serve();
  });

  it.each<[string, () => void]>([
    ["what is no message", () => sockets[0]?.send("{}")],
    ["a heartbeat", () => sockets[0]?.send(encodeFrame({ frame: "beat" }))],
    ["a message on the wrong way", () => say(COORDINATOR, { kind: "play/redirect", map: 0, host: 5, epoch: 1 })],
    ["a message in another's name", () => say(hostActor(6), { kind: "probe/ping", from: 7 })],
  ])("closes for %s", async (_, wrong) => {
    await open();
    wrong();
    say(COORDINATOR, INTRODUCE);
    await until("it ended", () => ends.length === 1);
    expect(kinds()).toEqual(["link/up", "link/down"]);
    expect(ends[0]).toMatch(/^1008 message_invalid/);
  });

  it("closes when the actor cannot take more, and its link/down is not lost", async () => {
    await open();
    let full = 3;
    answer = () => (full-- > 0 ? "inbox_full" : undefined);
    say(COORDINATOR, INTRODUCE);
    await until("link/down got through", () => kinds().at(-1) === "link/down");
    await until("it ended", () => ends.length === 1);
    expect([kinds(), ends]).toEqual([["link/up", "link/down"], ["1013 inbox_full"]]);
  });

  it("ends when more waits to be sent than may", async () => {
    line = lineTo({ bufferBytesMax: 100_000 });
    await open();
    sockets[0]?.pause();
    for (let sent = 0; kinds().length === 1 && sent < 2_000_000; ) {
      for (let i = 0; i < 200; i++, sent++) line.send(HOST, COORDINATOR, LEAVING);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(kinds()).toEqual(["link/up", "link/down"]);
    await until("it ended", () => ends.length === 1);
  });

  it("ends when the gateway answers no heartbeat any more, and stands while it does", async () => {
    line = lineTo({ idleMs: 500 });
    await open();
    const beating = setInterval(() => line.beat(), 10);
    await new Promise((resolve) => void setTimeout(resolve, 1000));
    expect(kinds()).toEqual(["link/up"]);
    clearInterval(beating);
    line.destroy();
    await stopServing();

    await serve(false);
    [inputs, ends] = [[], []];
    line = lineTo({ idleMs: 500 });
    await open();
    const unheard = setInterval(() => line.beat(), 10);
    await until("it ended", () => ends.length === 1);
    clearInterval(unheard);
    expect(kinds()).toEqual(["link/up", "link/down"]);
  });
});
