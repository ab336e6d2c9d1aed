import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import { INPUTS_MAX } from "./input-window.ts";
import { PlayerActor } from "./player.ts";

const ASK_AGAIN_US = 4_000_000;
const DATA = Uint8Array.of(1);
const HOST = hostActor(7);

/** A client on maps that run games; what it sent and what it recorded since it was looked at last. */
class Client {
  readonly player = new PlayerActor(5, 2, ASK_AGAIN_US, true);
  at = 0;
  ring = Number.POSITIVE_INFINITY;
  private sent: { readonly to: number; readonly message: Message }[] = [];
  readonly settled: string[] = [];
  given = 0;

  step(input: Input): void {
    const effects: Effect[] = [];
    this.player.step(input, effects);
    for (const effect of effects) {
      if (effect.kind === "send") this.sent.push(effect);
      else if (effect.kind === "timer/set") this.ring = effect.at;
      else if (effect.kind === "timer/clear") this.ring = Number.POSITIVE_INFINITY;
      else if (effect.kind === "record" && effect.record.kind === "input/given") this.given += 1;
      else if (effect.kind === "record" && effect.record.kind === "input/settled") {
        const { input: seq, result, reason } = effect.record;
        this.settled.push(`${seq} ${result} ${reason}`.trim());
      }
    }
  }

  hear(message: Message, from = HOST): this {
    this.step({ kind: "message", at: this.at, from, message });
    return this;
  }

  go(map: number): this {
    this.step({ kind: "wish", at: this.at, wish: { verb: "go", map } });
    return this;
  }

  does(times = 1): this {
    for (let i = 0; i < times; i += 1) this.step({ kind: "wish", at: this.at, wish: { verb: "do", data: DATA } });
    return this;
  }

  /** Its timer rings; gives after how many milliseconds. */
  rings(): number {
    const ms = (this.ring - this.at) / 1_000;
    this.at = this.ring;
    this.ring = Number.POSITIVE_INFINITY;
    this.step({ kind: "timer", at: this.at, timer: 0 });
    return ms;
  }

  /** What it has sent since: to whom (C, or the host), and what. */
  says(): string[] {
    const all = this.sent.map(({ to, message }) => {
      const number = message.kind === "play/input" ? message.seq : message.kind === "play/join" ? message.next : "";
      return `${to === COORDINATOR ? "C" : (to - 1) / 4} ${message.kind.slice(5)} ${number}`.trim();
    });
    this.sent = [];
    return all;
  }

  joined(taken: number, epoch = 3): this {
    return this.hear({ kind: "play/joined", map: 1, epoch, taken });
  }

  news(taken: number, refused: readonly { readonly seq: number; readonly reason: string }[] = []): this {
    return this.hear({ kind: "play/news", map: 1, epoch: 3, taken, refused, news: [] });
  }

  away(reason: "not_owner" | "player_unknown", epoch = 3): this {
    return this.hear({ kind: "play/turned-away", map: 1, epoch, reason });
  }

  /** Plays on map 1 at host 7 under epoch 3. */
  plays(): this {
    this.go(1).hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 }, COORDINATOR).joined(0);
    this.says();
    return this;
  }
}

describe("SY14: what a person does", () => {
  it("is said at once, and again until the host has taken it or refused it", () => {
    const client = new Client().plays().does(3);
    expect(client.says()).toEqual(["7 input 1", "7 input 2", "7 input 3"]);
    client.news(2, [{ seq: 2, reason: "dead" }]);
    expect(client.settled).toEqual(["1 taken", "2 refused dead"]);
    expect(client.rings()).toBe(500);
    expect(client.says()).toEqual(["7 input 3", "C resume"]);
    client.news(3).news(3).news(1);
    expect(client.settled).toEqual(["1 taken", "2 refused dead", "3 taken"]);
  });

  it("waits while its map stands still, and is said when it plays on; where that word never comes it is asked for", () => {
    const client = new Client().plays().does();
    client.hear({ kind: "play/hold", map: 1, epoch: 3 }).does(2);
    expect(client.says()).toEqual(["7 input 1"]);
    expect(client.rings()).toBe(1_000);
    expect(client.says()).toEqual(["7 join 1", "C resume"]);
    client.joined(1);
    expect(client.says()).toEqual(["7 input 2", "7 input 3"]);
  });

  it("goes with it to the map's next host, which says how far it was taken", () => {
    const client = new Client().plays().does(3);
    client.says();
    client.hear({ kind: "play/redirect", map: 1, host: 8, epoch: 4 }, COORDINATOR).does();
    expect(client.says()).toEqual(["8 join 1"]);
    client.hear({ kind: "play/joined", map: 1, epoch: 4, taken: 2 }, hostActor(8));
    expect([client.settled, client.says()]).toEqual([
      ["1 taken", "2 taken"],
      ["8 input 3", "8 input 4"],
    ]);
    // The old host's words are void.
    client.news(9).joined(9);
    expect(client.settled.length).toBe(2);
  });

  it("is not said to a host that means an earlier stay: that is asked again", () => {
    const client = new Client();
    client.at = 900_000;
    client.go(1).hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 }, COORDINATOR).does();
    client.says();
    client.joined(12);
    expect([client.says(), client.player.stage]).toEqual([["7 join 901"], "joining"]);
    client.joined(900);
    expect([client.says(), client.player.stage]).toEqual([["7 input 901"], "playing"]);
  });

  it("is refused where too much waits already", () => {
    const client = new Client().plays().does(INPUTS_MAX + 2);
    expect(client.settled).toEqual([`${INPUTS_MAX + 1} refused inputs_limit`, `${INPUTS_MAX + 2} refused inputs_limit`]);
    client.news(INPUTS_MAX).does();
    expect(client.settled.length).toBe(INPUTS_MAX + 2);
  });

  it("is kept when the host does not know the player any more, who asks where to play, soon", () => {
    const client = new Client().plays().does();
    client.says();
    client.away("player_unknown");
    expect([client.player.stage, client.rings()]).toEqual(["joining", 500]);
    expect(client.says()).toEqual(["C resume"]);
    client.hear({ kind: "play/redirect", map: 1, host: 7, epoch: 3 }, COORDINATOR);
    expect(client.says()).toEqual(["7 join 1"]);
    client.joined(0);
    expect(client.says()).toEqual(["7 input 1"]);
    client.away("not_owner", 2);
    expect(client.player.stage).toBe("playing");
  });
});

it("where states are sizes nothing is counted: whoever is let in plays, however late it came", () => {
  const player = new PlayerActor(5, 2, ASK_AGAIN_US);
  const at = 900_000;
  for (const input of [
    { kind: "wish", at, wish: { verb: "go", map: 1 } },
    { kind: "message", at, from: COORDINATOR, message: { kind: "play/assigned", map: 1, host: 7, epoch: 3 } },
    { kind: "message", at, from: HOST, message: { kind: "play/joined", map: 1, epoch: 3, taken: 0 } },
  ] as const)
    player.step(input, []);
  expect(player.stage).toBe("playing");
});

describe("who has nothing to say", () => {
  it("says that it is there, before its host leads it out", () => {
    const client = new Client().plays();
    for (let i = 0; i < 3; i += 1) {
      expect(client.rings()).toBeLessThan(4_000);
      expect(client.says()).toEqual(["7 join 1"]);
    }
    client.joined(0).does();
    expect(client.says()).toEqual(["7 input 1"]);
  });
});

describe("leaving", () => {
  it("SY1: waits until what it carries off is written down; only then it enters elsewhere", () => {
    const client = new Client().plays().does(3).go(2);
    expect(client.says()).toEqual(["7 input 1", "7 input 2", "7 input 3", "7 exit"]);
    client.does();
    expect(client.rings()).toBe(4_000);
    expect(client.says()).toEqual(["C resume", "7 exit"]);
    client.hear({ kind: "play/redirect", map: 1, host: 8, epoch: 4 }, COORDINATOR).go(3);
    expect(client.says()).toEqual(["8 exit"]);
    client.hear({ kind: "play/exited", map: 1, epoch: 4, taken: 2 }, hostActor(8));
    expect(client.settled).toEqual(["1 taken", "2 taken", "3 refused left"]);
    expect([client.says(), client.player.map]).toEqual([["C enter"], 3]);
  });

  it("a word that it plays, come late, does not bring it back", () => {
    const client = new Client().plays().does().go(2);
    client.says();
    client.joined(1).joined(0);
    expect([client.says(), client.player.stage, client.settled]).toEqual([[], "leaving", ["1 taken"]]);
  });

  it("what a host that knows nothing of the stay was told will not be taken; who quits waits for nothing any more", () => {
    const client = new Client().plays().does(2).go(2).hear({ kind: "play/exited", map: 1, epoch: 3, taken: -1 });
    expect(client.settled).toEqual(["1 refused stay_unknown", "2 refused stay_unknown"]);
    const other = new Client().plays().does();
    other.says();
    other.step({ kind: "wish", at: other.at, wish: { verb: "quit" } });
    expect([other.says(), other.settled, other.player.stage]).toEqual([["7 exit", "C leave"], [], "idle"]);
  });
});

describe("whatever hosts and the coordinator say", () => {
  const numbers = fc.record({
    epoch: fc.integer({ min: 2, max: 5 }),
    n: fc.integer({ min: -1, max: 12 }),
    host: fc.integer({ min: 7, max: 8 }),
  });
  const words: Record<string, (client: Client, one: { epoch: number; n: number; host: number }) => void> = {
    does: (client) => void client.does(),
    rings: (client) => void (client.ring < Number.POSITIVE_INFINITY && client.rings()),
    go: (client, { n }) => void client.go(1 + (Math.abs(n) % 2)),
    joined: (client, { epoch, n, host }) =>
      void client.hear({ kind: "play/joined", map: 1, epoch, taken: Math.max(0, n) }, hostActor(host)),
    news: (client, { epoch, n, host }) =>
      void client.hear(
        { kind: "play/news", map: 1, epoch, taken: Math.max(0, n), refused: [{ seq: n, reason: "dead" }], news: [] },
        hostActor(host),
      ),
    hold: (client, { epoch, host }) => void client.hear({ kind: "play/hold", map: 1, epoch }, hostActor(host)),
    away: (client, { epoch, host }) => void client.hear({ kind: "play/turned-away", map: 1, epoch, reason: "not_owner" }, hostActor(host)),
    exited: (client, { epoch, n, host }) => void client.hear({ kind: "play/exited", map: 1, epoch, taken: n }, hostActor(host)),
    assigned: (client, { epoch, host }) => void client.hear({ kind: "play/assigned", map: 1, host, epoch }, COORDINATOR),
    redirect: (client, { epoch, host }) => void client.hear({ kind: "play/redirect", map: 1, host, epoch }, COORDINATOR),
  };

  it("SY14: each input is settled once, in order, and the client never waits for nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...Object.keys(words)), numbers), { maxLength: 80 }), (all) => {
        const client = new Client().plays();
        for (const [word, one] of all) {
          words[word]!(client, one);
          // Whoever wants something will ask for it.
          expect(client.ring).toBeLessThan(Number.POSITIVE_INFINITY);
        }
        const waiting = client.given - client.settled.length;
        const before = client.settled.length;
        client.step({ kind: "wish", at: client.at, wish: { verb: "quit" } });
        expect([client.settled.length, waiting <= INPUTS_MAX]).toEqual([before, true]);
        const kept = client.settled.filter((one) => !one.endsWith("inputs_limit")).map((one) => Number(one.split(" ")[0]));
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        expect(new Set(kept).size).toBe(kept.length);
      }),
      { numRuns: 300 },
    );
  });
});
