import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { machine, settingsWith, site } from "../../core/actors/machines.fixture.ts";
import type { HostProfile } from "../../core/protocol/host-stats.ts";
import { hostActor, type HostId } from "../../core/protocol/ids.ts";
import { Fleet } from "./fleet.fixture.ts";

const SITE = 1;
const HOSTS = [11, 12, 13];
const PLAYERS = [101, 102, 103, 104];
const FIELD = 0;
const TOWN = 1;

/** Short waits, so that a hand-over is seen in a second or two; none is shorter than a busy machine may stall. */
const SETTINGS = settingsWith({
  maps: 1,
  critical: 1,
  tuning: { heartbeatMs: 100, probeTimeoutMs: 200, probeCloseTimeoutMs: 100, startGraceMs: 300, askAgainMs: 800, vpsColdStartMs: 50 },
});

let fleet: Fleet;
beforeEach(async () => {
  fleet = await Fleet.open(SETTINGS);
});
afterEach(() => fleet.close());

/** Of several good machines the first is the best. */
const profileOf = (host: HostId): HostProfile => machine(host, { cpu_cores: 20 - host });

/** Who owns the field by the store's row. */
const field = (): { owner: HostId; epoch: number } => fleet.table.row(FIELD);

/** Is everybody on the field playing at its owner, under its epoch? */
function allPlayAt(owner: HostId, epoch: number): boolean {
  return [...fleet.players.values()].every(({ actor }) => actor.stage === "playing" && actor.host === owner && actor.epoch === epoch);
}

/** Hosts and a VPS site come, the field gets a player host and what standbys there are, players enter. Gives the field's host. */
async function evening(hosts: readonly HostId[]): Promise<HostId> {
  fleet.host(site(SITE, 4));
  for (const host of hosts) fleet.host(profileOf(host));
  await fleet.until("both maps are served", () => fleet.of("host/serving").length === 2);
  for (const player of PLAYERS) fleet.player(player, FIELD);
  const { owner, epoch } = field();
  await fleet.until("everybody plays", () => allPlayAt(owner, epoch));
  if (hosts.length > 1)
    await fleet.until("standbys are chosen", () => fleet.of("standby/chosen").some((r) => r.map === FIELD && r.hosts.length > 0));
  expect(hosts).toContain(owner);
  expect(fleet.table.row(TOWN).owner).toBe(SITE);
  return owner;
}

/** The field was handed on once, to whom the coordinator said, for a higher epoch, and everybody plays there. */
async function handedOn(lost: HostId, before: number): Promise<void> {
  await fleet.until("another host owns the field", () => field().owner !== lost);
  const { owner, epoch } = field();
  await fleet.until("everybody plays there", () => allPlayAt(owner, epoch));
  expect(epoch).toBeGreaterThan(before);
  const grants = fleet.of("map/granted").filter((r) => r.map === FIELD);
  expect(grants.map((r) => [r.host, r.epoch, r.expect])).toEqual([
    [lost, before, 0],
    [owner, epoch, before],
  ]);
  const decided = fleet.of("move/decided").filter((r) => r.map === FIELD && r.cause === "lost");
  expect(decided).toMatchObject([{ from: lost, to: owner, form: owner === SITE ? "fallback" : "failover", epoch }]);
  const standbys = fleet.of("standby/chosen").filter((r) => r.map === FIELD && r.at < (decided[0]?.at ?? 0));
  expect(standbys.at(-1)?.hosts ?? [SITE], "a standby takes over, or the site where there is none").toContain(owner);
  for (const player of PLAYERS) {
    const seen = fleet.of("player/playing").filter((r) => r.player === player);
    expect(seen.map((r) => [r.host, r.epoch, r.moved])).toEqual([
      [lost, before, false],
      [owner, epoch, true],
    ]);
  }
}

/** The lost host's write was refused with the row that stands, and it served no more from then on. */
async function fenced(lost: HostId): Promise<void> {
  const row = { map: FIELD, ...field() };
  await fleet.until("the lost host's write is refused", () =>
    fleet.answers.some((a) => a.self === hostActor(lost) && a.answer.result === "refused"),
  );
  const refused = fleet.answers.filter((a) => a.self === hostActor(lost) && a.answer.result === "refused");
  expect(refused[0]?.answer).toEqual({ result: "refused", row });
  await fleet.until("it stops serving", () => fleet.hosts.get(lost)?.actor.serving.size === 0);
}

/** The lost host is known again, serves nothing, and nothing moved because of it. */
async function backWithNothing(lost: HostId): Promise<void> {
  const joins = (): number => fleet.of("host/joined").filter((r) => r.profile.host === lost).length;
  await fleet.until("it is known again", () => joins() === 2);
  expect(fleet.of("map/granted").filter((r) => r.map === FIELD)).toHaveLength(2);
  expect(fleet.hosts.get(lost)?.actor.serving.size).toBe(0);
  expect(allPlayAt(field().owner, field().epoch)).toBe(true);
}

describe("the actors of the simulation over real timers and WebSockets", () => {
  it("HO1, HO3, HO5, ST2: a host whose line breaks loses its map to a standby, and its later write is refused", async () => {
    const lost = await evening(HOSTS);
    const { epoch } = field();
    fleet.hosts.get(lost)?.loseLine();
    await handedOn(lost, epoch);
    expect(fleet.of("host/gone")).toMatchObject([{ host: lost, how: "close" }]);
    // The host itself noticed nothing: it serves on under its old epoch until the store says no.
    await fenced(lost);
    expect(fleet.of("host/stopped").filter((r) => r.host === lost)).toMatchObject([{ map: FIELD, epoch, why: "stale" }]);
    fleet.hosts.get(lost)?.line.open();
    await backWithNothing(lost);
    expect(fleet.refused).toEqual([]);
  });

  it("HO1, HO3, HO5, ST2: so does a host that falls silent while its line stands", async () => {
    const lost = await evening(HOSTS);
    const { epoch } = field();
    const agent = fleet.hosts.get(lost);
    agent?.standStill();
    await handedOn(lost, epoch);
    expect(fleet.of("host/suspected")).toMatchObject([{ host: lost, how: "silence" }]);
    expect(fleet.of("host/gone")).toMatchObject([{ host: lost, how: "silence" }]);
    expect(agent?.ends, "the line stood all the time").toEqual([]);
    // Its checkpoint has come due while it stood still; it is written before anything else is read.
    await new Promise((resolve) => void setTimeout(resolve, 1000));
    agent?.goOn();
    await fenced(lost);
    // Its next report is a stranger's to the coordinator, who asks it to introduce itself.
    agent?.measure(profileOf(lost));
    await backWithNothing(lost);
    expect([agent?.ends, fleet.refused]).toEqual([[], []]);
  });

  it("HO5: where no other player's machine is left, the VPS takes over", async () => {
    const lost = await evening([11]);
    const { epoch } = field();
    fleet.hosts.get(lost)?.loseLine();
    await handedOn(lost, epoch);
    expect(field().owner).toBe(SITE);
    await fenced(lost);
  });
});
