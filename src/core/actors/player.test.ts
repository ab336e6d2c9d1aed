import { describe, expect, it } from "vitest";
import { US_PER_S } from "../../base/time.ts";
import { COORDINATOR, hostActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import { PlayerActor } from "./player.ts";

const ASK_AGAIN_US = 4 * US_PER_S;

/** One player's client and what its last step asked for. */
class Client {
  readonly player = new PlayerActor(5, 2, ASK_AGAIN_US);
  at = 0;

  step(input: Input): Effect[] {
    const effects: Effect[] = [];
    this.player.step(input, effects);
    return effects;
  }

  go(map: number): Effect[] {
    return this.step({ kind: "wish", at: this.at, wish: { verb: "go", map } });
  }

  hear(message: Message, from = COORDINATOR): Effect[] {
    return this.step({ kind: "message", at: this.at, from, message });
  }

  /** Enters map 1 and plays at host 7 under epoch 3. */
  play(): Client {
    this.go(1);
    this.hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 });
    this.hear({ kind: "play/joined", map: 1, epoch: 3, taken: 0 }, hostActor(7));
    return this;
  }
}

const sent = (effects: readonly Effect[]): unknown[] => effects.flatMap((e) => (e.kind === "send" ? [[e.to, e.message.kind]] : []));
const playing = (effects: readonly Effect[]): unknown[] =>
  effects.flatMap((e) =>
    e.kind === "record" && e.record.kind === "player/playing" ? [[e.record.host, e.record.epoch, e.record.moved]] : [],
  );

describe("the way to a map", () => {
  it("asks the coordinator, joins the host it names, and plays when that host says so", () => {
    const client = new Client();
    expect(sent(client.go(1))).toEqual([[COORDINATOR, "play/enter"]]);
    expect(sent(client.hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 }))).toEqual([[hostActor(7), "play/join"]]);
    expect(playing(client.hear({ kind: "play/joined", map: 1, epoch: 3, taken: 0 }, hostActor(7)))).toEqual([[7, 3, false]]);
    expect(client.player.stage).toBe("playing");
  });

  it("HO9: follows a redirect to the new host, and counts it as a move", () => {
    const client = new Client().play();
    expect(sent(client.hear({ kind: "play/redirect", map: 1, host: 8, epoch: 4 }))).toEqual([[hostActor(8), "play/join"]]);
    expect(playing(client.hear({ kind: "play/joined", map: 1, epoch: 4, taken: 0 }, hostActor(8)))).toEqual([[8, 4, true]]);
  });

  it("ST2: drops lower epochs by itself, and what it already does", () => {
    const client = new Client().play();
    expect(client.hear({ kind: "play/redirect", map: 1, host: 9, epoch: 2 })).toEqual([]);
    expect(client.hear({ kind: "play/redirect", map: 1, host: 7, epoch: 3 })).toEqual([]);
    expect(client.hear({ kind: "play/redirect", map: 2, host: 9, epoch: 9 })).toEqual([]);
    expect([client.player.host, client.player.epoch]).toEqual([7, 3]);
  });

  it("a join that is confirmed under another epoch is not the one that was asked for", () => {
    const client = new Client().play();
    client.hear({ kind: "play/redirect", map: 1, host: 8, epoch: 4 });
    expect(client.hear({ kind: "play/joined", map: 1, epoch: 3, taken: 0 }, hostActor(8))).toEqual([]);
    expect(client.player.stage).toBe("joining");
  });

  it("a refusal ends the wish and is recorded by name", () => {
    const client = new Client();
    client.go(1);
    const effects = client.hear({ kind: "play/refused", map: 1, reason: "host_full" });
    expect(effects.flatMap((e) => (e.kind === "record" ? [e.record] : []))).toEqual([
      { kind: "player/refused", player: 5, map: 1, reason: "host_full" },
    ]);
    expect(client.player.stage).toBe("idle");
  });
});

describe("what gets lost is asked for again", () => {
  const timer = (effects: readonly Effect[]): number[] => effects.flatMap((e) => (e.kind === "timer/set" ? [e.at] : []));

  it("an entry after ask-again, as an entry; a join as a resume with the epoch it knows", () => {
    const client = new Client();
    expect(timer(client.go(1))).toEqual([ASK_AGAIN_US]);
    expect(sent(client.step({ kind: "timer", at: ASK_AGAIN_US, timer: 0 }))).toEqual([[COORDINATOR, "play/enter"]]);
    client.hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 });
    const again = client.step({ kind: "timer", at: 2 * ASK_AGAIN_US, timer: 0 });
    expect(again[0]).toMatchObject({ to: COORDINATOR, message: { kind: "play/resume", map: 1, epoch: 3, region: 2 } });
  });

  it("a host that turns it away is not believed for good: the coordinator is asked soon", () => {
    const client = new Client();
    client.go(1);
    client.hear({ kind: "play/assigned", map: 1, host: 7, epoch: 3 });
    const away = client.hear({ kind: "play/turned-away", map: 1, epoch: 3, reason: "not_owner" }, hostActor(7));
    expect(timer(away)).toEqual([ASK_AGAIN_US / 8]);
  });

  it("a new connection resumes where it plays, and nothing is asked for by who wants nothing", () => {
    const client = new Client();
    expect(client.step({ kind: "link/up", at: 0, peer: COORDINATOR })).toEqual([]);
    client.play();
    expect(sent(client.step({ kind: "link/up", at: 9, peer: COORDINATOR }))).toEqual([[COORDINATOR, "play/resume"]]);
  });
});

describe("leaving", () => {
  it("another map is entered through the coordinator, which is an arrival and no move", () => {
    const client = new Client().play();
    expect(sent(client.go(2))).toEqual([[COORDINATOR, "play/enter"]]);
    client.hear({ kind: "play/assigned", map: 2, host: 8, epoch: 1 });
    expect(playing(client.hear({ kind: "play/joined", map: 2, epoch: 1, taken: 0 }, hostActor(8)))).toEqual([[8, 1, false]]);
  });

  it("a quit is told to the coordinator, and late answers call nobody back", () => {
    const client = new Client().play();
    expect(sent(client.step({ kind: "wish", at: 1, wish: { verb: "quit" } }))).toEqual([[COORDINATOR, "play/leave"]]);
    expect(client.hear({ kind: "play/redirect", map: 1, host: 8, epoch: 4 })).toEqual([]);
    expect(client.player.stage).toBe("idle");
  });
});
