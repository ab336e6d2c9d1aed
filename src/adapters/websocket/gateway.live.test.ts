import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { encodeFrame, type Frame, FRAME_CHARS_MAX, WIRE_VERSION } from "../../core/protocol/codec.ts";
import { type ActorId, COORDINATOR, hostActor, playerActor } from "../../core/protocol/ids.ts";
import type { Message } from "../../core/protocol/messages.ts";
import type { RefusalReason } from "../../core/protocol/refusal.ts";
import type { Input } from "../../core/protocol/step.ts";
import { NodeClock } from "../node/clock.ts";
import { Gateway, GATEWAY_LIMITS, type GatewayLimits } from "./gateway.ts";

const HOST = hostActor(5);
const PLAYER = playerActor(9);
const JOIN: Message = { kind: "play/join", player: 9, map: 1, epoch: 3, next: 1 };
const JOINED: Message = { kind: "play/joined", map: 1, epoch: 3, taken: 0 };
const LEAVING: Message = { kind: "host/leaving", host: 5 };

/** A frame that is wrong far inside, and what is said of it: more than the 123 bytes that a close frame has room for. */
const LONG = {
  frame: "message",
  peer: 0,
  message: { kind: "host/metrics", host: 5, stats: { cpu_ghz: 1, cpu_cores: 1, free_ram_mb: 1, network_speed_mbps: "x".repeat(99) } },
};
const COMPLAINT = `$.message.stats.network_speed_mbps: expected a number from 0 to 1e12, found "${"x".repeat(40)}"`;

let gateway: Gateway;
let inputs: Input[] = [];
let heard: number[] = [];
let refused: string[] = [];
let answer: (input: Input) => RefusalReason | undefined = () => undefined;
const clients: Client[] = [];

async function listen(limits: Partial<GatewayLimits> = {}, port = 0): Promise<Gateway> {
  const clock = new NodeClock();
  return Gateway.open({
    address: "127.0.0.1",
    port,
    bounds: { maps: 3, regions: 1 },
    limits: { ...GATEWAY_LIMITS, ...limits },
    now: () => clock.now(),
    deliver(input) {
      const full = answer(input);
      if (full === undefined) inputs.push(input);
      return full;
    },
    heard: (host) => heard.push(host),
    refused: (reason, actor, detail) => refused.push(`${reason} ${actor} ${detail}`.trim()),
  });
}

async function until(what: string, done: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!done()) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

/** A client that may say anything. */
class Client {
  readonly socket: WebSocket;
  readonly got: Frame[] = [];
  end = "";

  constructor() {
    this.socket = new WebSocket(`ws://127.0.0.1:${gateway.port}`);
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => this.got.push(JSON.parse(data.toString())));
    this.socket.on("close", (code, reason) => (this.end = `${code} ${reason.toString()}`.trim()));
    clients.push(this);
  }

  static async open(): Promise<Client> {
    const client = new Client();
    await until("the connection stands", () => client.socket.readyState === WebSocket.OPEN);
    return client;
  }

  static async greeted(actor: ActorId): Promise<Client> {
    const client = await Client.open();
    client.say({ frame: "hello", version: WIRE_VERSION, actor });
    const before = gateway.size;
    await until("the greeting is taken", () => gateway.size > before);
    return client;
  }

  say(frame: Frame): void {
    this.socket.send(encodeFrame(frame));
  }

  send(peer: ActorId, message: Message): void {
    this.say({ frame: "message", peer, message });
  }

  async ended(): Promise<string> {
    await until("the connection is over", () => this.end !== "");
    return this.end;
  }
}

const messages = (): Input[] => inputs.filter((input) => input.kind === "message");
const downs = (): ActorId[] => inputs.flatMap((input) => (input.kind === "link/down" ? [input.peer] : []));

beforeEach(async () => {
  inputs = [];
  heard = [];
  refused = [];
  answer = () => undefined;
  gateway = await listen();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await gateway.close();
});

describe("a gateway", () => {
  it("hands to the coordinator what is for it, and relays the rest, naming the sender, in order", async () => {
    const [host, player] = [await Client.greeted(HOST), await Client.greeted(PLAYER)];
    host.send(COORDINATOR, LEAVING);
    for (let epoch = 0; epoch < 300; epoch++) player.send(HOST, { ...JOIN, epoch } as Message);
    await until("everything was relayed", () => host.got.length === 300 && messages().length === 1);
    expect(messages()[0]).toMatchObject({ from: HOST, message: LEAVING });
    expect(host.got).toEqual(Array.from({ length: 300 }, (_, epoch) => ({ frame: "message", peer: PLAYER, message: { ...JOIN, epoch } })));
    host.send(PLAYER, JOINED);
    gateway.send(COORDINATOR, PLAYER, { kind: "play/refused", map: 0, reason: "map_full" });
    await until("the player heard both", () => player.got.length === 2);
    expect(player.got.map((f) => (f.frame === "message" ? f.peer : -1)).sort()).toEqual([COORDINATOR, HOST]);
  });

  it("loses what is for nobody", async () => {
    const player = await Client.greeted(PLAYER);
    player.send(HOST, JOIN);
    gateway.send(COORDINATOR, HOST, { kind: "host/introduce" });
    player.send(COORDINATOR, { kind: "play/leave", player: 9 });
    await until("the next was heard", () => messages().length === 1);
    expect(refused).toEqual([]);
  });

  it("takes heartbeats and every other frame of a host as signs of life, of a host only", async () => {
    const [host, player] = [await Client.greeted(HOST), await Client.greeted(PLAYER)];
    player.say({ frame: "beat" });
    host.say({ frame: "beat" });
    host.send(COORDINATOR, LEAVING);
    await until("both were taken", () => messages().length === 1);
    expect(heard).toEqual([5, 5, 5]);
  });

  it("says link/down once, however a line ends, and nothing of a line that never greeted", async () => {
    const [host, player] = [await Client.greeted(HOST), await Client.greeted(PLAYER)];
    await Client.open().then((silent) => silent.socket.terminate());
    host.socket.terminate();
    player.socket.close(1000);
    await until("both are down", () => downs().length >= 2 && gateway.size === 0);
    await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(downs().sort()).toEqual([HOST, PLAYER].sort());
  });

  it.each<[string, (client: Client) => void, string]>([
    ["what is no JSON", (c) => c.socket.send("{"), '1008 message_invalid $: expected JSON, found "{"'],
    ["bytes", (c) => c.socket.send(Buffer.from("{}")), "1008 message_invalid $: expected text, found bytes"],
    [
      "a map beyond the last",
      (c) => c.send(COORDINATOR, { kind: "play/enter", player: 9, region: 0, map: 3 }),
      "1008 message_invalid $.message.map: expected a map from 0 to 2, found 3",
    ],
    ["another's name", (c) => c.send(COORDINATOR, { kind: "play/leave", player: 8 }), "1008 message_invalid play/leave to 0"],
    ["another's part", (c) => c.send(COORDINATOR, LEAVING), "1008 message_invalid host/leaving to 0"],
    [
      "a second greeting",
      (c) => c.say({ frame: "hello", version: WIRE_VERSION, actor: PLAYER }),
      "1008 message_invalid a line greets once",
    ],
    [
      "characters that a reason cannot carry",
      (c) => c.socket.send("ü".repeat(200)),
      `1008 message_invalid $: expected JSON, found "${"?".repeat(41)}"`,
    ],
    ["more than a reason can carry", (c) => c.socket.send(JSON.stringify(LONG)), `1008 message_invalid ${COMPLAINT}`.slice(0, 5 + 123)],
    ["a frame above the size limit", (c) => c.socket.send("x".repeat(FRAME_CHARS_MAX + 1)), "1009"],
  ])("closes a line for %s", async (_, say, end) => {
    const player = await Client.greeted(PLAYER);
    say(player);
    player.send(COORDINATOR, { kind: "play/leave", player: 9 });
    expect(await player.ended()).toBe(end);
    await until("the coordinator knows", () => downs().length === 1);
    expect([downs(), messages(), gateway.size]).toEqual([[PLAYER], [], 0]);
  });

  it.each<[string, (client: Client) => void, string]>([
    ["a message before the greeting", (c) => c.send(HOST, JOIN), "1008 hello_missing"],
    [
      "another version",
      (c) => c.say({ frame: "hello", version: WIRE_VERSION + 1, actor: PLAYER }),
      `1008 version_unknown expected ${WIRE_VERSION}, found ${WIRE_VERSION + 1}`,
    ],
    [
      "the coordinator's name",
      (c) => c.say({ frame: "hello", version: WIRE_VERSION, actor: COORDINATOR }),
      "1008 message_invalid nobody else is the coordinator",
    ],
  ])("turns a client away for %s", async (_, say, end) => {
    const client = await Client.open();
    say(client);
    expect(await client.ended()).toBe(end);
    expect([inputs, gateway.size]).toEqual([[], 0]);
  });

  it("gives an actor's line to whoever greets last; the line before is down first", async () => {
    const before = await Client.greeted(HOST);
    const after = await Client.open();
    after.say({ frame: "hello", version: WIRE_VERSION, actor: HOST });
    expect(await before.ended()).toBe("1008 line_replaced");
    after.send(COORDINATOR, LEAVING);
    await until("the new line is heard", () => messages().length === 1);
    expect(inputs.map((input) => input.kind)).toEqual(["link/down", "message"]);
    gateway.send(COORDINATOR, HOST, { kind: "host/introduce" });
    await until("the new line hears", () => after.got.length === 1);
    expect([gateway.size, downs(), after.end]).toEqual([1, [HOST], ""]);
  });

  it("closes a line whose actor asks for more than the inbox holds, and says so until it is heard", async () => {
    const player = await Client.greeted(PLAYER);
    let full = 3;
    answer = () => (full-- > 0 ? "inbox_full" : undefined);
    player.send(COORDINATOR, { kind: "play/leave", player: 9 });
    expect(await player.ended()).toBe("1013 inbox_full");
    await until("link/down got through", () => downs().length === 1);
    expect([messages(), full]).toEqual([[], -1]);
  });

  it("gives up a reader that is slower than its buffer, and nobody else", async () => {
    await gateway.close();
    gateway = await listen({ bufferBytesMax: 200_000 });
    const [slow, quick] = [await Client.greeted(HOST), await Client.greeted(PLAYER)];
    slow.socket.pause();
    let sent = 0;
    while (refused.length === 0 && sent < 2_000_000) {
      for (let i = 0; i < 500; i++, sent++) gateway.send(COORDINATOR, HOST, { kind: "host/introduce" });
      gateway.send(COORDINATOR, PLAYER, { kind: "play/refused", map: 0, reason: "map_full" });
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(refused).toEqual([`line_full ${HOST}`]);
    expect([downs(), gateway.size]).toEqual([[HOST], 1]);
    await until("the quick one heard all", () => quick.got.length >= sent / 500);
    expect(quick.end).toBe("");
  });

  it("closes a line that stays quiet too long, and a connection that never greets", async () => {
    await gateway.close();
    gateway = await listen({ helloMs: 60, idleMs: 150 });
    const [nobody, quiet, lively] = [await Client.open(), await Client.greeted(HOST), await Client.greeted(PLAYER)];
    const beating = setInterval(() => lively.say({ frame: "beat" }), 20);
    expect([await nobody.ended(), await quiet.ended()]).toEqual(["1008 hello_missing", "1011 line_idle"]);
    clearInterval(beating);
    expect([lively.end, downs()]).toEqual(["", [HOST]]);
  });

  it("holds no more lines than it may", async () => {
    await gateway.close();
    gateway = await listen({ linesMax: 2 });
    const first = await Client.greeted(HOST);
    await Client.greeted(PLAYER);
    const third = new Client();
    expect(await third.ended()).toBe("1013 lines_limit");
    first.socket.close();
    await until("there is room", () => gateway.size === 1);
    await Client.greeted(hostActor(6));
    expect(gateway.size).toBe(2);
  });

  it("says nothing more once it is closed, and says why it cannot listen", async () => {
    const player = await Client.greeted(PLAYER);
    await expect(listen({}, gateway.port)).rejects.toMatchObject({ code: "EADDRINUSE" });
    await gateway.close();
    expect(await player.ended()).toBe("1006");
    expect(inputs).toEqual([]);
    gateway = await listen();
  });
});
