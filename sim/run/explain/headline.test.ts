import { describe, expect, it } from "vitest";
import { UNBROKEN } from "../summary-words.ts";
import type { ExplainDocument } from "./document.ts";
import { explained, explainedHost, explainedMove, explainedSite } from "./explain.fixture.ts";
import { headlineOf, stateOf } from "./headline.ts";

/** State and headline of the map that {@link explained} is about, with this much changed. */
function headed(over: Partial<ExplainDocument> = {}): [string, string] {
  const told = explained(over);
  const state = stateOf(told);
  return [state, headlineOf(told, state).replaceAll(UNBROKEN, " ")];
}

const held = (why: string, text: string) => ({ ...explained().own_will, holds: [{ why, text }] });

describe("a map on a player host", () => {
  it("stays because nobody scores more", () => {
    const hosts = { ...explained().hosts, could_take: 35 };
    expect(headed({ hosts })).toEqual([
      "player_host",
      "moc_fild01 has been on host 7 (EU) for 3.3 min. It scores 0.900; none of the 35 other hosts that could take it scores more.",
    ]);
    expect(headed()[1]).toContain("It scores 0.900; the one other host that could take it scores no more.");
  });

  it("stays because who scores more does not score enough more", () => {
    const hosts = { ...explained().hosts, could_take: 35, better: 2 };
    expect(headed({ hosts, candidates: [explainedHost(8, { score: 0.95 })] })[1]).toBe(
      "moc_fild01 has been on host 7 (EU) for 3.3 min. 2 of the 35 other hosts that could take it score more than its 0.900, but the first choice scores 0.850, and a move asks for more than 0.990.",
    );
  });

  it("stays though everybody scores more, if only a little", () => {
    const hosts = { ...explained().hosts, could_take: 2, better: 2 };
    expect(headed({ hosts })[1]).toContain("All 2 other hosts that could take it score more than its 0.900, but the first choice");
  });

  it("shows as many decimals as tell the two scores apart", () => {
    const hosts = { ...explained().hosts, could_take: 35, better: 1 };
    expect(headed({ hosts, candidates: [explainedHost(8, { score: 0.90004 })] })[1]).toContain(
      "1 of the 35 other hosts that could take it scores more than its 0.90000,",
    );
  });

  it("stays though somebody scores enough more, for what holds it", () => {
    const hosts = { ...explained().hosts, better: 1 };
    const own_will = held("cooldown", "it rests until 0:21:00 (60 s more)");
    expect(headed({ hosts, own_will, candidates: [explainedHost(8, { score: 1 })] })[1]).toContain(
      "The one other host that could take it scores more than its 0.900, and host 8 (EU) more than 1.1 times as much, but it stays for now: it rests until 0:21:00 (60 s more).",
    );
  });

  it("is about to move", () => {
    const own_will = { ...explained().own_will, holds: [], to: 8 };
    const hosts = { ...explained().hosts, better: 1 };
    expect(headed({ hosts, own_will, candidates: [explainedHost(8, { score: 0.999 })] })[1]).toContain(
      "At the next look, within 30 s, it moves to host 8 (EU): 0.999 is more than 1.1 times its 0.900, unless another map takes that room first.",
    );
  });

  it("stays because nobody else could take it, and says why of those that are there", () => {
    const hosts = { ...explained().hosts, could_take: 0, against: { away: 40, maps_full: 9, ineligible: 50 } };
    expect(headed({ hosts, candidates: [] })[1]).toContain(
      "It scores 0.900, and no other player host could take the map now (of the 60 that are connected: 50 not eligible and 9 full of maps).",
    );
    expect(headed({ hosts: { ...hosts, against: { away: 40 } }, candidates: [] })[1]).toContain("(no other player host is connected)");
  });
});

describe("a map on the VPS", () => {
  const owner = explainedSite(1);

  it("that is critical", () => {
    const map = { ...explained().map, name: "prontera", critical: true, may_leave_vps: false };
    expect(headed({ owner, map })).toEqual([
      "kept_on_vps",
      "prontera is on VPS site 1 (EU) because it is critical: critical maps never leave the VPS.",
    ]);
  });

  it("while P2P is off", () => {
    const map = { ...explained().map, may_leave_vps: false };
    expect(headed({ owner, map })).toEqual([
      "kept_on_vps",
      "moc_fild01 is on VPS site 1 (EU) because enable_p2p_maps is off: no map leaves the VPS.",
    ]);
  });

  it("that fell back, and why it does not return yet", () => {
    const own_will = { ...held("return_later", "a map that fell back stays on the VPS for 5 min"), cause: "return" as const };
    expect(headed({ owner, own_will })).toEqual([
      "fallen_back",
      "moc_fild01 has been on VPS site 1 (EU) for 3.3 min although players may host it: host 3 (NA) was lost: it fell silent, and no standby could take over. It does not go back now: a map that fell back stays on the VPS for 5 min.",
    ]);
    expect(
      headed({ owner, own_will, arrival: explainedMove({ cause: "drain", why: "the owner of host 3 (NA) wanted the machine back" }) })[1],
    ).toContain("players may host it: the owner of host 3 (NA) wanted the machine back, and no player host could take it then.");
    expect(headed({ owner, own_will: held("auto_migration_disabled", "enable_auto_migration is off") })[1]).toContain(
      "and without enable_auto_migration only the VPS takes over. It does not go back now: enable_auto_migration is off.",
    );
    expect(headed({ owner, own_will, arrival: null, since_s: null })[1]).toMatch(
      /^moc_fild01 is on VPS site 1 \(EU\) although players may host it: it was found there/,
    );
  });

  it("that returns at the next look", () => {
    const own_will = { ...explained().own_will, cause: "return" as const, holds: [], to: 8 };
    expect(headed({ owner, own_will })[1]).toContain(
      "It goes back to host 8 (EU) at the next look, within 30 s, unless another map takes that room first.",
    );
  });
});

describe("a map that is not well", () => {
  const suspect = { why: "suspect", text: "under suspicion: its heartbeats stopped; host 9 (EU) was asked to look", since_s: 1199.8 };

  it("whose host is under suspicion: in truth it is dead, or serves on", () => {
    const truth = { what: "down-silent", since_s: 1199, text: "its machine died or lost its line without a word" };
    const dead = headed({ owner: explainedHost(7, { against: [suspect], truth }), since_s: null, served_by: null });
    expect(dead).toEqual([
      "suspect",
      "moc_fild01 is on host 7 (EU), which has been under suspicion for 200 ms: its heartbeats stopped; host 9 (EU) was asked to look. In truth its machine died or lost its line without a word 1 s ago. If it is given up, the map goes to host 8 (EU), its warm standby.",
    ]);
    expect(headed({ owner: explainedHost(7, { against: [suspect] }) })[1]).toContain("In truth it serves on.");
    expect(headed({ owner: explainedHost(7, { against: [suspect] }), served_by: null })[1]).toContain(
      "In truth it is up, but does not serve the map.",
    );
  });

  it("whose host is under suspicion in a storm, or with nobody to take over", () => {
    const owner = explainedHost(7, { against: [suspect] });
    const own_will = held("storm_hold", "nothing is judged or moved until 0:20:03.000");
    expect(headed({ owner, own_will })[1]).toMatch(
      /goes to host 8 \(EU\), its warm standby\. But nothing is judged or moved until 0:20:03\.000\.$/,
    );
    expect(headed({ owner, if_host_lost: { refusal: "vps_full", text: "no VPS site has a slot for it" } })[1]).toMatch(
      /If it is given up, nobody serves the map: no VPS site has a slot for it\.$/,
    );
  });

  it("whose host died, which nobody has noticed", () => {
    const truth = { what: "down-close", since_s: 1199.7, text: "its machine died and its connection closed" };
    expect(headed({ owner: explainedHost(7, { truth }), since_s: null })).toEqual([
      "lost_unnoticed",
      "moc_fild01 is on host 7 (EU) by the coordinator's books, but its machine died and its connection closed 300 ms ago and the coordinator has not noticed yet. Once it has, the map goes to host 8 (EU), its warm standby.",
    ]);
  });

  it("that moves: from where, why, and who serves it meanwhile", () => {
    const move = {
      ...explainedMove({
        at_s: 1199.5,
        from: 7,
        from_name: "host 7 (EU)",
        to: 8,
        to_name: "host 8 (EU)",
        why: "host 7 (EU) had no room for one more player",
      }),
      phase: "freeze",
      phase_text: "host 7 (EU) has stopped: nobody serves the map at this instant",
      target: explainedHost(8),
    };
    expect(headed({ move, served_by: null })).toEqual([
      "moving",
      "moc_fild01 has been moving from host 7 (EU) to host 8 (EU) for 500 ms, because host 7 (EU) had no room for one more player. Right now host 7 (EU) has stopped: nobody serves the map at this instant.",
    ]);
    expect(headed({ move })[1]).toMatch(/In truth host 7 \(EU\) serves it still\.$/);
    expect(headed({ move, served_by: { host: 8, name: "host 8 (EU)" } })[1]).toMatch(
      /In truth host 8 \(EU\) serves it already, and its word is on the way\.$/,
    );
    const first = { ...move, from: null, from_name: null, why: "it had no host yet" };
    expect(headed({ move: first, owner: null, served_by: null })[1]).toContain(
      "has been on its way to host 8 (EU) for 500 ms, because it had no host yet.",
    );
  });

  it("that nobody serves, and what it waits for", () => {
    const waiting = { since_s: 1190, reasons: [{ why: "vps_full", text: "no VPS site has a slot for it" }] };
    const hosts = { ...explained().hosts, could_take: 0, against: { away: 40, ineligible: 59 } };
    expect(headed({ serving: false, waiting, hosts })).toEqual([
      "unhosted",
      "Nobody has served moc_fild01 for 10 s: no VPS site has a slot for it (of the 60 that are connected: 59 not eligible).",
    ]);
    expect(headed({ serving: false, waiting: { since_s: 1190, reasons: [] } })[1]).toBe(
      "Nobody has served moc_fild01 for 10 s. Host 8 (EU), its warm standby is asked at the next try, within a second.",
    );
  });

  it("that waits for the coordinator to open, with and without an owner by the store", () => {
    const waiting = { since_s: null, reasons: [{ why: "start_grace", text: "the coordinator has just started" }] };
    expect(headed({ owner: null, serving: false, epoch: 0, waiting })).toEqual([
      "starting",
      "Nobody serves moc_fild01 yet: the coordinator has just started.",
    ]);
    expect(headed({ serving: false, waiting })).toEqual([
      "starting",
      "moc_fild01 belongs to host 7 (EU) by the store, which serves on. The coordinator waits for a word of it: the coordinator has just started.",
    ]);
  });

  it("while the coordinator is down", () => {
    const coordinator = { up: false, started_s: 0, opens_s: null };
    expect(headed({ coordinator })).toEqual([
      "coordinator_down",
      "The coordinator is down and decides nothing. When it stopped, moc_fild01 was on host 7 (EU), which serves on.",
    ]);
    expect(headed({ coordinator, owner: null })[1]).toBe(
      "The coordinator is down and decides nothing. When it stopped, nobody served moc_fild01.",
    );
  });
});
