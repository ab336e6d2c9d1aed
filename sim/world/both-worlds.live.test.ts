import { describe, expect, it } from "vitest";
import { Fleet } from "../../src/adapters/websocket/fleet.fixture.ts";
import { rootStream } from "../../src/base/random.ts";
import type { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import { machine, settingsWith, site } from "../../src/core/actors/machines.fixture.ts";
import { PlayerActor } from "../../src/core/actors/player.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { HostProfile } from "../../src/core/protocol/host-stats.ts";
import { COORDINATOR, type HostId } from "../../src/core/protocol/ids.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import { World } from "./world.ts";

/** Hosts are numbered as the simulator numbers them: sites first. The lower the number the better the machine. */
const SITE = 1;
const PROFILES: readonly HostProfile[] = [site(SITE, 6), ...[2, 3, 4, 5].map((host) => machine(host, { cpu_cores: 20 - host }))];
const PLAYERS = [0, 1, 2];
const FIELD = 0;

const SETTINGS = settingsWith({
  maps: 2,
  critical: 1,
  tuning: { heartbeatMs: 100, probeTimeoutMs: 200, startGraceMs: 800, askAgainMs: 1000, clearedGraceMs: 500 },
});

/** A world as the script sees it. */
type Stage = {
  readonly coordinator: CoordinatorActor;
  readonly players: () => readonly PlayerActor[];
  /** Everything the coordinator recorded so far. */
  readonly records: () => readonly HistoryRecord[];
  boot(profile: HostProfile): void;
  enter(player: number): void;
  /** The line breaks; the coordinator's side sees the close. */
  close(host: HostId): void;
  /** The process stands still; its line stays. */
  silence(host: HostId): void;
  /** Its owner wants the machine back. */
  leave(host: HostId): void;
  until(what: string, done: () => boolean): Promise<void>;
  end(): Promise<void>;
};

/** Virtual time: the simulated world's clock, lines, store and detector. */
function simulated(): Stage {
  const options = smallOptions({
    tuning: SETTINGS.tuning,
    maps: { names: [...SETTINGS.maps], eligible: [...SETTINGS.eligible], popularity: [1, 1, 1] },
  });
  const records: HistoryRecord[] = [];
  const observer = { record: (self: number, _at: number, record: HistoryRecord) => void (self === COORDINATOR && records.push(record)) };
  const world = new World(options, SETTINGS, rootStream(3, 5), observer, PROFILES.length, PLAYERS.length);
  world.attach({ event: () => {}, player: () => {}, moved: () => {}, goodbye: () => {} });
  world.start();
  let now = 0;
  return {
    coordinator: world.coordinator,
    players: () => world.players.flatMap((player) => (player === undefined ? [] : [player])),
    records: () => records,
    boot: (profile) => world.bootHost(profile, 1000 * profile.host),
    enter(player) {
      const actor = new PlayerActor(player, 0, SETTINGS.tuning.askAgainMs * 1000);
      world.startPlayer(player, actor);
      world.deliver(actor, { kind: "wish", at: world.now, wish: { verb: "go", map: FIELD } });
    },
    close: (host) => world.stopHost(host, "down-close"),
    silence: (host) => world.stopHost(host, "down-silent"),
    leave(host) {
      const actor = world.hosts[host];
      if (actor !== undefined) world.deliver(actor, { kind: "wish", at: world.now, wish: { verb: "stop-hosting" } });
    },
    async until(what, done) {
      for (const end = now + 20_000_000; !done(); now += 10_000) {
        if (now > end) throw new Error(`waited in vain until ${what}`);
        world.run(now, () => {});
      }
    },
    end: () => Promise.resolve(),
  };
}

/** Real time: timers of Node, lines over loopback WebSockets, the memory store, heartbeats. */
async function real(): Promise<Stage> {
  const fleet = await Fleet.open(SETTINGS);
  return {
    coordinator: fleet.coordinator,
    players: () => [...fleet.players.values()].map((agent) => agent.actor),
    records: () => fleet.decisions(),
    boot: (profile) => void fleet.host(profile),
    enter: (player) => void fleet.player(player, FIELD),
    close: (host) => fleet.hosts.get(host)?.loseLine(),
    silence: (host) => fleet.hosts.get(host)?.standStill(),
    leave: (host) => fleet.hosts.get(host)?.wish({ verb: "stop-hosting" }),
    until: (what, done) => fleet.until(what, done),
    end: () => fleet.close(),
  };
}

/** Every map is served and has what standbys there are, complete; nothing moves; all players play where they should. */
function settled({ coordinator, players }: Stage): boolean {
  const { maps, suspects } = coordinator.hosting;
  const calm = maps.every((map) => map.serving && map.move === null && map.warm.length === map.standbys.length);
  const home = maps[FIELD];
  const playing = players().every((p) => p.stage === "playing" && p.host === home?.owner && p.epoch === home.epoch);
  return calm && playing && suspects.size === 0;
}

/** One step of the script as the coordinator saw and decided it, map by map: maps do not wait for each other. */
type Told = Record<string, string[]>;

function told(records: readonly HistoryRecord[]): Told {
  const lines: Told = {};
  const say = (about: string, line: string): void => void (lines[about] = [...(lines[about] ?? []), line]);
  for (const r of records) {
    if (r.kind === "move/decided")
      say(`map ${r.map}`, `${r.form} because ${r.cause}, ${r.from} to ${r.to}, epoch ${r.epoch}, ${r.players} players`);
    else if (r.kind === "map/granted") say(`map ${r.map}`, `granted to ${r.host}, epoch ${r.epoch} after ${r.expect}`);
    else if (r.kind === "move/done") say(`map ${r.map}`, `served by ${r.host}, epoch ${r.epoch}, ${r.players} players told`);
    else if (r.kind === "move/failed" || r.kind === "map/unhosted") say(`map ${r.map}`, `${r.kind}: ${r.reason}`);
    else if (r.kind === "standby/chosen") say(`map ${r.map}`, `standbys ${r.hosts.join(" ")}`);
    else if (r.kind === "host/suspected" || r.kind === "host/gone") say(`host ${r.host}`, `${r.kind}: ${r.how}`);
  }
  return lines;
}

/** The script: an evening begins, the field's host breaks off, the next falls silent, the last one's owner goes to bed. */
async function play(stage: Stage): Promise<{ step: string; told: Told }[]> {
  const pages: { step: string; told: Told }[] = [];
  let read = 0;
  const owner = (): HostId => stage.coordinator.hosting.maps[FIELD]?.owner ?? SITE;
  const step = async (name: string, act: () => void, done: () => boolean): Promise<void> => {
    act();
    await stage.until(`${name} is over`, () => done() && settled(stage));
    const records = stage.records();
    pages.push({ step: name, told: told(records.slice(read)) });
    read = records.length;
  };
  const hostGone = (host: HostId) => () => owner() !== host;
  await step(
    "begin",
    () => PROFILES.forEach((profile) => stage.boot(profile)),
    () => stage.coordinator.hosting.started,
  );
  await step(
    "enter",
    () => PLAYERS.forEach((player) => stage.enter(player)),
    () => stage.players().length === PLAYERS.length,
  );
  for (const [name, act] of [
    ["close", stage.close],
    ["silence", stage.silence],
    ["leave", stage.leave],
  ] as const) {
    const host = owner();
    await step(name, () => act(host), hostGone(host));
  }
  return pages;
}

describe("one loop, two worlds", () => {
  it("HO1, HO2: the same script ends in the same decisions under virtual time and over real timers and sockets", async () => {
    const virtual = await play(simulated());
    expect(virtual.map(({ step }) => step)).toEqual(["begin", "enter", "close", "silence", "leave"]);
    const causes = virtual.flatMap((page) => page.told[`map ${FIELD}`] ?? []).filter((line) => line.includes("because"));
    expect(causes.map((line) => line.split(",")[0])).toEqual([
      "placement because placement",
      "failover because lost",
      "failover because lost",
      "handoff because drain",
    ]);
    const stage = await real();
    try {
      expect(await play(stage)).toEqual(virtual);
    } finally {
      await stage.end();
    }
  });
});
