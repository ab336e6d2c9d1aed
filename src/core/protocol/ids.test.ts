import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actorKind, actorNumber, COORDINATOR, epochOf, hostActor, playerActor } from "./ids.ts";

const account = fc.integer({ min: 0, max: 2 ** 40 });

describe("addresses", () => {
  it("carry kind and account, and no two actors share one", () => {
    fc.assert(
      fc.property(account, account, (host, player) => {
        expect([actorKind(hostActor(host)), actorNumber(hostActor(host))]).toEqual(["host", host]);
        expect([actorKind(playerActor(player)), actorNumber(playerActor(player))]).toEqual(["player", player]);
        expect(hostActor(host)).not.toBe(playerActor(player));
        expect(hostActor(host)).not.toBe(COORDINATOR);
        expect(playerActor(player)).not.toBe(COORDINATOR);
      }),
    );
    expect(actorKind(COORDINATOR)).toBe("coordinator");
  });
});

describe("epochs", () => {
  it("ST2: any epoch of a later timeline lies above every epoch of an earlier one, and all are exact numbers", () => {
    const counter = fc.integer({ min: 0, max: 2 ** 40 - 1 });
    const timeline = fc.integer({ min: 0, max: 2 ** 13 - 2 });
    fc.assert(
      fc.property(timeline, counter, counter, (line, a, b) => {
        expect(epochOf(line + 1, a)).toBeGreaterThan(epochOf(line, b));
        expect(Number.isSafeInteger(epochOf(line + 1, a))).toBe(true);
        expect(epochOf(line, a) < epochOf(line, b)).toBe(a < b);
      }),
    );
  });
});
