import { describe, expect, it } from "vitest";
import type { Options } from "../../options.ts";
import type { Observer } from "../../world/observer.ts";
import { runSeed } from "../run-seed.ts";
import { shipped } from "../shipped.fixture.ts";
import { UNBROKEN } from "../summary-words.ts";
import type { ExplainDocument } from "./document.ts";
import { runLengthUs } from "../../options.ts";
import { explainRun } from "./explain-run.ts";

const S = 1_000_000;
/** The first map of the smoke scenarios that may leave the VPS. */
const FIELD = 4;

function ask(options: Options, map: number, atS: number, top = 8): ExplainDocument {
  return explainRun({ options, seed: 1, map, at: Math.round(atS * S), top }, () => undefined);
}

/** What the coordinator decided about a map, and when machines went down, in one run. */
function seen(
  options: Options,
  map: number,
): { readonly moves: { at: number; cause: string; to: number }[]; readonly down: { at: number; host: number }[] } {
  const moves: { at: number; cause: string; to: number }[] = [];
  const down: { at: number; host: number }[] = [];
  const watch: Observer = {
    record: (_self, at, record) => {
      if (record.kind === "move/decided" && record.map === map) moves.push({ at, cause: record.cause, to: record.to });
    },
    host: (at, host, truth) => {
      if (truth === "down-silent") down.push({ at, host });
    },
  };
  runSeed(options, 1, { watch });
  return { moves, down };
}

describe("a calm run", () => {
  const { options } = shipped("smoke/calm");

  it("a map that players host: who, since when, by which move, and everyone else", () => {
    const told = ask(options, FIELD, runLengthUs(options) / S);
    expect([told.scenario, told.seed, told.at_s, told.state]).toEqual(["smoke/calm", 1, 330, "player_host"]);
    const { owner, arrival, candidates, barred, hosts } = told;
    expect(arrival).toMatchObject({ cause: "placement", form: "placement", from: null, to: owner?.host, epoch: told.epoch, failure: null });
    expect(told.since_s).toBeGreaterThan(arrival?.at_s as number);
    expect(told.served_by?.host).toBe(owner?.host);
    expect(told.moves).toEqual([arrival]);
    expect(candidates.map(({ host }) => host)).not.toContain(owner?.host);
    expect(candidates).toHaveLength(Math.min(8, hosts.could_take));
    for (const host of [owner, ...candidates, ...barred]) {
      const micro = (host?.terms ?? []).reduce((sum, { points }) => sum + Math.round(points * 1e6), 0);
      expect(micro).toBe(Math.round((host?.score ?? 0) * 1e6));
    }
    expect(Object.values(hosts.against).reduce((sum, n) => sum + n, 0) + hosts.could_take + 1).toBe(options.hosts.count);
  });

  it("a critical map", () => {
    const told = ask(options, 0, 100);
    expect(told.headline).toBe("prontera is on VPS site 1 (NA) because it is critical: critical maps never leave the VPS.");
    expect([told.map.critical, told.candidates, told.owner?.score]).toEqual([true, [], null]);
    expect(told.if_host_lost).toMatchObject({ name: "VPS site 2 (EU)" });
  });

  it("before anything is placed", () => {
    expect(ask(options, FIELD, 0)).toMatchObject({
      state: "starting",
      owner: null,
      served_by: null,
      coordinator: { up: true, opens_s: null },
    });
    const grace = ask(options, FIELD, 1.5);
    expect(grace.state).toBe("starting");
    expect(grace.coordinator.opens_s).toBeCloseTo(2, 1);
    expect(grace.hosts.could_take).toBe(options.hosts.count);
  });

  it("DT1: whoever looks changes nothing, and sees the same twice", () => {
    const plain = runSeed(options, 1, { until: 60 * S });
    let looked = 0;
    const watched = runSeed(options, 1, { until: 60 * S, watch: { record: () => (looked += 1) }, ended: () => (looked += 1) });
    expect(looked).toBeGreaterThan(100);
    expect([watched.fingerprint, watched.decisions]).toEqual([plain.fingerprint, plain.decisions]);
    expect(ask(options, FIELD, 60)).toEqual(ask(options, FIELD, 60));
  });
});

describe("a run in which hosts fall silent", () => {
  const { options } = shipped("smoke/crash-silent");

  it("foretells each move to a better host just before it is made", () => {
    const better = seen(options, FIELD).moves.filter(({ cause }) => cause === "better");
    expect(better.length).toBeGreaterThan(0);
    for (const { at, to } of better) {
      const told = ask(options, FIELD, (at - 1) / S);
      expect([told.own_will.to, told.own_will.holds, told.candidates[0]?.host]).toEqual([to, [], to]);
    }
  });

  it("follows the loss of a host from the instant that nobody has noticed to the map's new host", () => {
    const { moves, down } = seen(options, FIELD);
    const first = moves[0] as { to: number };
    const lost = down.find(({ host }) => host === first.to) as { at: number };
    const failover = moves.find(({ cause }) => cause === "lost") as { at: number; to: number };
    const at = (us: number): ExplainDocument => ask(options, FIELD, us / S);
    expect(at(lost.at - 1)).toMatchObject({ state: "player_host", owner: { host: first.to, truth: null } });
    expect(at(lost.at + 300_000)).toMatchObject({
      state: "lost_unnoticed",
      served_by: null,
      owner: { host: first.to, truth: { what: "down-silent", since_s: lost.at / S } },
      if_host_lost: { host: failover.to },
    });
    const suspect = at(failover.at - 1);
    expect([suspect.state, suspect.if_host_lost]).toMatchObject(["suspect", { host: failover.to }]);
    const moving = at(failover.at);
    expect(moving).toMatchObject({
      state: "moving",
      served_by: null,
      move: { cause: "lost", phase: "claim", from: first.to, to: failover.to, stood_by: true },
    });
    expect(moving.headline).toContain("was lost: it fell silent. Right now the store is asked");
    expect(at(failover.at + 2 * S)).toMatchObject({
      state: "player_host",
      owner: { host: failover.to },
      arrival: { cause: "lost", from: first.to },
    });
  });

  it("without auto migration and fallback, names what a lost map waits for", () => {
    const general = { ...options.conf.general, enable_auto_migration: false, enable_vps_fallback: false };
    const alone = { ...options, conf: { ...options.conf, general } };
    const { moves, down } = seen(alone, FIELD);
    const lost = down.find(({ host }) => host === moves[0]?.to) as { at: number };
    const told = ask(alone, FIELD, lost.at / S + 5);
    expect([told.state, told.serving, told.waiting?.since_s]).toEqual(["unhosted", false, lost.at / S]);
    expect(told.waiting?.reasons.map(({ why }) => why)).toEqual(["auto_migration_disabled"]);
    expect(told.headline.replaceAll(UNBROKEN, " ")).toMatch(/^Nobody has served moc_fild01 for 5 s: /);
  });
});

it("a host that has frozen a map, or that is cut off, does not serve it", () => {
  const { options } = shipped("smoke/crash-silent");
  const first = seen(options, FIELD).moves.find(({ cause }) => cause === "better") as { at: number };
  const phases = [50, 250, 400].map((ms) => ask(options, FIELD, (first.at + ms * 1000) / S));
  expect(phases.map(({ move, served_by }) => [move?.phase, served_by?.host])).toEqual([
    ["prepare", phases[0]?.owner?.host],
    ["precopy", phases[0]?.owner?.host],
    ["freeze", undefined],
  ]);
  const cut = ask(shipped("smoke/cut").options, FIELD, 30.2);
  expect([cut.state, cut.owner?.truth?.what, cut.served_by]).toEqual(["lost_unnoticed", "cut", null]);
});

it("a coordinator that is down", () => {
  const { options } = shipped("smoke/coordinator-restart");
  expect(ask(options, FIELD, 70.5)).toMatchObject({
    state: "coordinator_down",
    coordinator: { up: false },
    served_by: { host: expect.any(Number) as number },
  });
  expect(ask(options, FIELD, 73.5)).toMatchObject({ state: "starting", coordinator: { up: true }, serving: false });
});

describe("the formula", () => {
  it.each([
    ["normalized", true, ["0.15", "0.35"]],
    ["normalized", false, ["0.2", "0.3"]],
    ["seed", true, ["0.15", "0.35"]],
    ["seed", false, ["0.2", "0.3"]],
  ] as const)("%s, real time %s: scores are made of its terms", (scoring, realtime, [cpu, latency]) => {
    // Players of one region have one RTT, from which the term can be told.
    const sets = [`conf.general.scoring=${scoring}`, `conf.realtime_gaming.prioritize_realtime=${realtime}`, "fleet.regions={EU: 1}"];
    const { options } = shipped("smoke/calm", ...sets);
    const { formula, owner, own_will } = ask(options, FIELD, 60);
    expect(formula).toMatchObject({ scoring, realtime, weights: { cpu: Number(cpu), latency: Number(latency) } });
    expect(own_will.theta).toBe(realtime ? 1.1 : 1.2);
    const latencyTerm = owner?.terms.find(({ term }) => term === "latency");
    const rtt = owner?.rtt_ms as number;
    const max = options.conf.host_requirements.net_max_latency;
    const value = realtime ? Math.exp(-rtt / max) : scoring === "seed" ? max / (rtt + 1) : 1 / (1 + rtt / max);
    expect(latencyTerm?.value).toBeCloseTo(value, 12);
    const bounded = owner?.terms.every((term) => term.value <= 1);
    expect(bounded).toBe(scoring === "normalized");
  });
});
