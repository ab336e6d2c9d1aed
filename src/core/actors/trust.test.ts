import { describe, expect, it } from "vitest";
import { COORDINATOR, hostActor, playerActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import { decisions, expectSettled, fill, nth, ownerOf, refusals, smallStage } from "./small-stage.fixture.ts";

describe("nobody speaks in another's name", () => {
  const forged: readonly (readonly [string, Message])[] = [
    ["a leave", { kind: "host/leaving", host: 1 }],
    ["a measurement", { kind: "host/metrics", host: 1, stats: nth(1, { cpu_cores: 1 }).stats, regional_latency_ms: [] }],
    ["an introduction", { kind: "host/hello", profile: nth(1), holds: [] }],
    ["a refusal", { kind: "hosting/refused", host: 1, map: 0, epoch: 1, reason: "stale_epoch" }],
    ["an active", { kind: "hosting/active", host: 1, map: 0, epoch: 1 }],
    ["a probe", { kind: "hosting/probed", host: 2, suspect: 1, alive: false }],
    ["a player's leave", { kind: "play/leave", player: 1 }],
    ["a player's entry", { kind: "play/enter", player: 1, region: 0, map: 0 }],
    ["a verdict", { kind: "validation/verdict", host: 1, valid: false }],
    ["an order", { kind: "hosting/release", map: 0, epoch: 5 }],
  ];

  it.each(forged)("%s sent by another host is refused as message_invalid and changes nothing", (_, message) => {
    const stage = smallStage();
    fill(stage, 1);
    stage.forget();
    for (let i = 0; i < 3; i++) stage.say(hostActor(3), message);
    stage.runS(8);
    expect(refusals(stage)).toEqual(["message_invalid"]);
    expect(decisions(stage)).toEqual([]);
    expect(stage.coordinator.hosting.roster.count(0)).toBe(1);
    expectSettled(stage);
  });

  it.each(forged.slice(0, -1))("%s sent by a player is refused too", (_, message) => {
    const stage = smallStage();
    for (let i = 0; i < 3; i++) stage.say(playerActor(77), message);
    stage.runS(8);
    expect(refusals(stage)).toEqual(["message_invalid"]);
    expect(decisions(stage)).toEqual([]);
  });
});

describe("no message stops the coordinator", () => {
  it.each<Message>([
    { kind: "hosting/active", host: 1, map: 999, epoch: 1 },
    { kind: "hosting/warm", host: 1, map: -1, epoch: 1 },
    { kind: "hosting/refused", host: 1, map: 0.5, epoch: 1, reason: "host_busy" },
    { kind: "hosting/ready", host: 1, map: 7, epoch: 1, move: 1, hash: "0000000000000000" },
  ])("$kind of a map that does not exist ($map) is refused as map_unknown", (message) => {
    const stage = smallStage();
    stage.say(hostActor(1), message);
    expect(refusals(stage)).toEqual(["map_unknown"]);
  });

  it.each([-1, 0.5, 99])("a player on no map who asks for map %d is told map_unknown", (map) => {
    const stage = smallStage();
    stage.go(1, map);
    stage.run(10_000);
    expect(stage.of("player/refused").map((r) => r.reason)).toEqual(["map_unknown"]);
  });

  it.each([-1, 1, Number.NaN])("a player from region %d of one is told message_invalid, on entering and on resuming", (region) => {
    const stage = smallStage();
    stage.go(1, 0, region);
    stage.run(10_000);
    expect(stage.of("player/refused").map((r) => r.reason)).toEqual(["message_invalid"]);
    stage.say(playerActor(1), { kind: "play/resume", player: 1, region, map: 0, epoch: 1 });
    expect(stage.coordinator.hosting.roster.size).toBe(0);
  });
});

describe("what a host claims", () => {
  it("HO5: an epoch that nobody was granted ends nothing that it or another serves", () => {
    const stage = smallStage({ maps: 2, critical: 0 });
    const before = [stage.row(0), stage.row(1)];
    stage.forget();
    for (const host of [1, 2, 3])
      for (const map of [0, 1]) stage.say(hostActor(host), { kind: "hosting/active", host, map, epoch: (before[map]?.epoch ?? 0) + 1 });
    stage.runS(2);
    expect([stage.row(0), stage.row(1)]).toEqual(before);
    expect(stage.said("hosting/release")).toEqual([]);
    expect(stage.of("refusal").map(({ what, reason }) => `${what} ${reason}`)).toEqual(Array(6).fill("hosting/active message_invalid"));
    expectSettled(stage);
  });
});

describe("hosts and players obey the coordinator alone", () => {
  it("HO1: another host's orders end and begin nothing", () => {
    const stage = smallStage();
    fill(stage, 1);
    const order = (message: Message): void => stage.hosts.get(1)?.step({ kind: "message", at: stage.at, from: hostActor(3), message }, []);
    order({ kind: "hosting/release", map: 0, epoch: 9 });
    order({ kind: "hosting/freeze", map: 0, epoch: 1, move: 1, to: 3 });
    order({ kind: "hosting/promote", map: 5, epoch: 9, loadUs: 1, bytes: 0, hash: null });
    expect([...(stage.hosts.get(1)?.serving.keys() ?? [])]).toEqual([0]);
    expectSettled(stage);
  });

  it("a state that comes from somebody else than the source is not the awaited one", () => {
    const stage = smallStage();
    stage.passage = (message) => (message.kind === "state/final" ? "drop" : "pass");
    stage.leave(1);
    stage.runUntil(() => stage.said("state/final").length > 0);
    const message = stage.said("state/final")[0]?.message as Message;
    stage.forget();
    const said: unknown[] = [];

    stage.hosts.get(2)?.step({ kind: "message", at: stage.at, from: hostActor(3), message }, { push: (effect) => said.push(effect) });
    expect(said).toEqual([]);
    stage.hosts.get(2)?.step({ kind: "message", at: stage.at, from: hostActor(1), message }, { push: (effect) => said.push(effect) });
    expect(said).toHaveLength(1);
  });

  it("HO9: a player goes nowhere at a host's word, and plays only where the named host lets it in", () => {
    const stage = smallStage();
    fill(stage, 1);
    const player = stage.players.get(1);
    const hear = (from: number, message: Message): void => player?.step({ kind: "message", at: stage.at, from, message }, []);
    hear(hostActor(1), { kind: "play/redirect", map: 0, host: 3, epoch: 9 });
    hear(hostActor(3), { kind: "play/assigned", map: 0, host: 3, epoch: 9 });
    expect([player?.host, player?.epoch]).toEqual([1, 1]);
    hear(COORDINATOR, { kind: "play/redirect", map: 0, host: 2, epoch: 2 });
    expect(player?.stage).toBe("joining");
    hear(hostActor(1), { kind: "play/joined", map: 0, epoch: 2, taken: 0 });
    expect(player?.stage).toBe("joining");
    hear(hostActor(2), { kind: "play/joined", map: 0, epoch: 2, taken: 0 });
    expect(player?.stage).toBe("playing");
    expect(ownerOf(stage)).toBe(1);
  });
});
