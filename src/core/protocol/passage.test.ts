import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor, playerActor } from "./ids.ts";
import type { Message } from "./messages.ts";
import { mayPass } from "./passage.ts";

const alive: Message = { kind: "hosting/active", host: 5, map: 0, epoch: 1 };
const ping: Message = { kind: "probe/ping", from: 5 };
const join: Message = { kind: "play/join", player: 9, map: 0, epoch: 1, next: 1 };
const joined: Message = { kind: "play/joined", map: 0, epoch: 1, taken: 0 };

describe("mayPass", () => {
  it("lets each end say its own", () => {
    expect(mayPass(hostActor(5), COORDINATOR, alive)).toBe(true);
    expect(mayPass(hostActor(5), hostActor(6), ping)).toBe(true);
    expect(mayPass(playerActor(9), hostActor(6), join)).toBe(true);
    expect(mayPass(hostActor(6), playerActor(9), joined)).toBe(true);
    expect(mayPass(COORDINATOR, playerActor(9), { kind: "play/redirect", map: 0, host: 6, epoch: 2 })).toBe(true);
    expect(mayPass(COORDINATOR, hostActor(6), { kind: "hosting/prepare", map: 0, epoch: 2, move: 1, from: 5 })).toBe(true);
  });

  it("refuses another's name", () => {
    expect(mayPass(hostActor(6), COORDINATOR, alive)).toBe(false);
    expect(mayPass(hostActor(6), hostActor(5), ping)).toBe(false);
    expect(mayPass(playerActor(5), hostActor(6), join)).toBe(false);
    const suspectNamed: Message = { kind: "hosting/probed", host: 6, suspect: 5, alive: false };
    expect([mayPass(hostActor(6), COORDINATOR, suspectNamed), mayPass(hostActor(5), COORDINATOR, suspectNamed)]).toEqual([true, false]);
  });

  it("refuses what only another kind says, and verdicts from every line", () => {
    expect(mayPass(playerActor(5), COORDINATOR, alive)).toBe(false);
    expect(mayPass(hostActor(5), playerActor(9), { kind: "play/redirect", map: 0, host: 5, epoch: 2 })).toBe(false);
    expect(mayPass(hostActor(5), hostActor(6), { kind: "hosting/promote", map: 0, epoch: 2, loadUs: 1, bytes: 0, hash: null })).toBe(false);
    for (const from of [COORDINATOR, hostActor(5), playerActor(5)])
      expect(mayPass(from, COORDINATOR, { kind: "validation/verdict", host: 5, valid: true })).toBe(false);
  });
});
