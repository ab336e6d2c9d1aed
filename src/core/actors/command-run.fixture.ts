/** Runs commands over a coordinator alone, then lets everything heal, and says what rule broke, when, and after what. */
import { assert } from "../../base/assert.ts";
import { US_PER_MS, US_PER_S } from "../../base/time.ts";
import { COORDINATOR, hostActor, NO_HOST } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { HostingSettings } from "../settings.ts";
import { type Circumstances, type Command, HOSTS, MAPS, PLAYERS, SITES } from "./command-kinds.fixture.ts";
import { Machine, measuredStats, profileOf } from "./command-machines.fixture.ts";
import { BrokenRule } from "./command-broken.fixture.ts";
import { CommandWorld, type Pending } from "./command-world.fixture.ts";
import { settingsWith } from "./machines.fixture.ts";

/** What a player on the coordinator's side of things watches for: a command that did something, before it does. */
export type Told = (at: number, command: Command | null, world: CommandWorld) => void;

/** The first epoch of the store's second timeline, its third, and so on. */
const TIMELINE = 1_099_511_627_776;
/** How long all is well at the end, and how long the last of it must be without a move. */
const QUIET_S = 200;
const REST_S = 30;
const RESTED_BY_S = 600;

/** The settings of a run: restraint in time made short, so that much happens within one. */
export function settingsOf(circumstances: Circumstances): HostingSettings {
  return settingsWith({
    maps: MAPS.length - 1,
    critical: 1,
    general: {
      enable_auto_migration: circumstances.auto,
      enable_vps_fallback: circumstances.fallback,
      scoring: circumstances.scoring,
      persistent_hosts: circumstances.persistent,
    },
    conf: (conf) => {
      conf.host_requirements.max_disconnects_per_hour = 4;
      conf.realtime_gaming.prioritize_realtime = circumstances.realtime;
      conf.task_distribution.reassignment_interval = 10;
    },
    tuning: {
      cooldownS: 15,
      returnAfterS: 40,
      backoffFirstS: 5,
      backoffMaxS: 20,
      blockedS: 60,
      mapPlayersMax: 4,
      stormHostsMin: 4,
      forgetAfterS: 90,
    },
  });
}

/** The settings of the next coordinator. */
function changed(world: CommandWorld, change: Extract<Command, { do: "restart" }>): HostingSettings {
  const { conf } = world.settings;
  const general = { ...conf.general };
  const realtime = { ...conf.realtime_gaming };
  const tasks = { ...conf.task_distribution };
  let { eligible } = world.settings;
  switch (change.change) {
    case "auto":
      general.enable_auto_migration = !general.enable_auto_migration;
      break;
    case "fallback":
      general.enable_vps_fallback = !general.enable_vps_fallback;
      break;
    case "p2p":
      general.enable_p2p_maps = !general.enable_p2p_maps;
      break;
    case "realtime":
      realtime.prioritize_realtime = !realtime.prioritize_realtime;
      break;
    case "scoring":
      general.scoring = general.scoring === "seed" ? "normalized" : "seed";
      break;
    case "tasks":
      tasks.max_tasks_per_node = tasks.max_tasks_per_node === 3 ? 1 : 3;
      break;
    case "eligible":
      eligible = eligible.map((may, map) => (map === change.map ? !may : may));
      break;
    case "timeline":
      world.store.floor += TIMELINE;
      break;
    case "nothing":
      break;
  }
  return { ...world.settings, conf: { ...conf, general, realtime_gaming: realtime, task_distribution: tasks }, eligible };
}

/** The item of the pending ones that a command picks, taken out; undefined when there is none of the kind. */
function take<W extends Pending["what"]>(
  world: CommandWorld,
  pick: number,
  fits: (item: Pending) => boolean,
): Extract<Pending, { what: W }> | undefined {
  const all = world.pending.filter(fits);
  const item = all[pick % Math.max(1, all.length)];
  if (item !== undefined) world.pending.splice(world.pending.indexOf(item), 1);
  return item as Extract<Pending, { what: W }> | undefined;
}

/** Does what a command says; false when there is nothing that it could be about. */
function perform(world: CommandWorld, command: Command): boolean {
  switch (command.do) {
    case "join":
      return join(world, command);
    case "lose":
      return lose(world, command);
    case "false silence":
      return world.lose(command.host, "silence");
    case "measure":
      return measure(world, command);
    case "leave":
      return leave(world, command.host);
    case "lie":
      return lie(world, command);
    case "order": {
      const item = take<"order">(world, command.pick, (p) => p.what === "order" && p.message.kind !== "hosting/probe");
      if (item === undefined) return false;
      if (command.fate === "obeyed") world.obey(item.host, item.message);
      const machine = world.machines.get(item.host);
      if (command.fate === "refused" && machine !== undefined) world.hear(machine.refuse(item.message));
      return true;
    }
    case "probe":
      return probe(world, command);
    case "store":
      return answerStore(world, command);
    case "store again":
      if (world.answered === null) return false;
      world.answerStray(world.answered.request, world.answered.ask, command.answer);
      return true;
    case "store stray":
      world.answerStray(1_000_000, { verb: "read", map: 0 }, command.answer);
      return true;
    case "fence":
      return fence(world, command.host);
    case "verdict":
      for (let i = 0; i < command.times; i++)
        world.say(COORDINATOR, { kind: "validation/verdict", host: command.host, valid: command.valid });
      return true;
    case "restart":
      world.restart(changed(world, command));
      return true;
    case "pass":
      world.pass(command.ms * US_PER_MS, command.well, command.store);
      return true;
    default:
      return play(world, command);
  }
}

function play(world: CommandWorld, command: Extract<Command, { do: "enter" | "ask again" | "quit" }>): boolean {
  if (command.do !== "enter" && !world.players.has(command.player)) return false;
  if (command.do === "enter") for (let i = 0; i < command.count; i++) world.enter(1 + ((command.player - 1 + i) % PLAYERS), command.map);
  else if (command.do === "quit") world.quit(command.player, command.how);
  else world.askAgain(command.player);
  return true;
}

function answerStore(world: CommandWorld, command: Extract<Command, { do: "store" }>): boolean {
  const item = take<"request" | "commit">(world, command.pick, (p) => p.what === "request" || p.what === "commit");
  if (item === undefined) return false;
  if (item.what === "commit") world.store.apply(item.ask, world.at);
  else world.answer(item, command.answer);
  return true;
}

function join(world: CommandWorld, command: Extract<Command, { do: "join" }>): boolean {
  const profile = profileOf(command.host, command.machine);
  const machine = world.machines.get(command.host) ?? new Machine(profile);
  world.machines.set(command.host, machine);
  // A machine that only connects anew is the machine it was.
  if (!machine.alive || command.holds === "nothing") {
    machine.profile = profile;
    machine.stats = profile.stats;
  }
  machine.alive = machine.linked = true;
  machine.leaving = false;
  world.say(hostActor(command.host), machine.hello(command.holds, command.map, world.store.row(command.map).epoch));
  return true;
}

function lose(world: CommandWorld, command: Extract<Command, { do: "lose" }>): boolean {
  const machine = world.machines.get(command.host);
  if (machine === undefined || !machine.alive || !machine.linked) return false;
  machine.linked = false;
  if (command.dies) machine.die();
  else world.introduceLater(command.host);
  return world.lose(command.host, command.how);
}

function measure(world: CommandWorld, command: Extract<Command, { do: "measure" }>): boolean {
  const machine = world.machines.get(command.host);
  if (machine === undefined || !machine.alive || !machine.linked) return false;
  machine.stats = measuredStats(machine.profile, command.what);
  const said: Message = {
    kind: "host/metrics",
    host: command.host,
    stats: machine.stats,
    regional_latency_ms: [machine.stats.latency_ms],
  };
  for (let i = 0; i < command.times; i++) world.say(hostActor(command.host), said);
  return true;
}

function leave(world: CommandWorld, host: number): boolean {
  const machine = world.machines.get(host);
  if (machine === undefined || !machine.alive || !machine.linked) return false;
  machine.leaving = true;
  world.say(hostActor(host), { kind: "host/leaving", host });
  return true;
}

function lie(world: CommandWorld, command: Extract<Command, { do: "lie" }>): boolean {
  const machine = world.machines.get(command.host);
  if (machine === undefined || !machine.alive || !machine.linked) return false;
  const { map } = command;
  const host = command.as === 0 ? command.host : command.as;
  const epoch = Math.max(0, world.store.row(map).epoch + command.above);
  // The move under way, if there is one: else nobody would listen.
  const move = [...world.rules.books.moves].find(([, open]) => open.map === map)?.[0] ?? 1;
  const words: Readonly<Record<typeof command.what, Message>> = {
    prepared: { kind: "hosting/prepared", host, map, epoch, move },
    copied: { kind: "hosting/copied", host, map, epoch, move },
    ready: { kind: "hosting/ready", host, map, epoch, move, hash: "0".repeat(16) },
    active: { kind: "hosting/active", host, map, epoch },
    warm: { kind: "hosting/warm", host, map, epoch },
    refused: { kind: "hosting/refused", host, map, epoch, reason: command.reason },
    alive: { kind: "hosting/probed", host, suspect: 1 + map, alive: true },
    dead: { kind: "hosting/probed", host, suspect: 1 + map, alive: false },
    leaving: { kind: "host/leaving", host },
    verdict: { kind: "validation/verdict", host, valid: false },
  };
  machine.lied = true;
  world.say(hostActor(command.host), words[command.what]);
  return true;
}

function probe(world: CommandWorld, command: Extract<Command, { do: "probe" }>): boolean {
  const item = take<"order">(world, command.pick, (p) => p.what === "order" && p.message.kind === "hosting/probe");
  if (item?.message.kind !== "hosting/probe") return false;
  const { suspect } = item.message;
  if (command.answer !== "nothing")
    world.hear([[item.host, { kind: "hosting/probed", host: item.host, suspect, alive: command.answer === "yes" }]]);
  return true;
}

function fence(world: CommandWorld, host: number): boolean {
  const machine = world.machines.get(host);
  if (machine === undefined || !machine.alive || !machine.linked) return false;
  for (const map of [...machine.serves.keys()]) world.hear(machine.fence(map, world.store.row(map).epoch));
  return true;
}

/** Everything is answered well from now on, everyone comes back or stays away for good, and after some time all must be in order. */
function heal(world: CommandWorld): void {
  const { general } = world.settings.conf;
  // Without the VPS, or without another host to go to, maps wait for their own: then all are well again.
  const all = !general.enable_auto_migration || !general.enable_vps_fallback;
  for (const host of all ? [...SITES, ...HOSTS] : SITES)
    if (!world.machines.has(host)) world.machines.set(host, new Machine(profileOf(host, "good")));
  for (const machine of world.machines.values()) {
    // Who said it serves an epoch above its own was told to serve nothing up to there: where no other host may help, it must start anew.
    if (all && machine.lied) machine.die();
    if (all || SITES.includes(machine.host)) {
      machine.alive = true;
      machine.leaving = false;
    }
    if (all) {
      machine.profile = profileOf(machine.host, "better");
      machine.stats = machine.profile.stats;
    }
    if (machine.alive) world.introduceLater(machine.host);
  }
  for (let s = 0; s < QUIET_S; s += 50) {
    for (const player of [...world.players.keys()]) if (world.rules.books.owed.has(player)) world.askAgain(player);
    for (const machine of world.machines.values()) fence(world, machine.host);
    for (let i = 0; i < 10; i++) {
      world.detect();
      world.pass(5 * US_PER_S, true);
    }
  }
  const until = world.at + RESTED_BY_S * US_PER_S;
  let restedAt = world.at;
  while (world.at - restedAt < REST_S * US_PER_S) {
    if (world.at > until) throw new BrokenRule("LV4: redistribution does not come to rest");
    world.pass(US_PER_S, true);
    if (world.rules.books.moves.size > 0) restedAt = world.at;
  }
}

/** HO9, HO4, LV2: each map is served by one machine, the one the store names, and its players are there. */
function judgeRest(world: CommandWorld): void {
  const { settings, rules, store } = world;
  const complain = (rule: string, what: string): never => {
    throw new BrokenRule(`${rule}: ${what}`);
  };
  for (const map of MAPS) {
    const row = store.row(map);
    const serving = [...world.machines.values()].filter((m) => m.alive && m.linked && m.isActive(map, m.serves.get(map)?.epoch ?? -1));
    const servers = serving.map((m) => `host ${m.host} at epoch ${m.serves.get(map)?.epoch}`).join(" and ") || "nobody";
    const named = row.owner === NO_HOST ? "nobody" : `host ${row.owner} at epoch ${row.epoch}`;
    if (servers !== named || row.owner === NO_HOST) complain("HO9", `map ${map} is served by ${servers}, and the store names ${named}`);
    const told = rules.books.told.get(map);
    if (told?.owner !== row.owner || told.epoch !== row.epoch)
      complain("HO9", `the coordinator was last told of map ${map}: ${JSON.stringify(told)}`);
    const mayLeave = settings.conf.general.enable_p2p_maps && settings.eligible[map] === true;
    if (!mayLeave && !SITES.includes(row.owner)) complain("HO4", `map ${map} must stay on the VPS and rests on host ${row.owner}`);
    const owner = rules.books.hosts.get(row.owner);
    if (owner !== undefined && world.at < owner.blockedUntil) complain("HO10", `map ${map} rests on host ${row.owner}, which is blocked`);
  }
  for (const [player, seat] of world.players) {
    if (rules.books.owed.has(player)) complain("HO5", `player ${player} asked for map ${seat.map} and was never answered`);
    const row = store.row(seat.map);
    if (seat.host !== row.owner || seat.epoch !== row.epoch)
      complain(
        "LV2",
        `player ${player} is at host ${seat.host}, epoch ${seat.epoch}, and map ${seat.map} at host ${row.owner}, epoch ${row.epoch}`,
      );
  }
}

/** How a run ended: null when every rule held, else what broke and at which command (null: while all healed). */
export type Ending = { readonly rule: string; readonly at: number } | null;

/** Runs commands and heals. `told` hears of each command that is about something, right before and right after it. */
export function runCommands(
  circumstances: Circumstances,
  commands: readonly Command[],
  look: (world: CommandWorld) => Told = () => () => {},
): Ending {
  const world = new CommandWorld(settingsOf(circumstances));
  const told = look(world);
  try {
    if (!circumstances.cold) {
      for (const host of [...SITES, 1, 2, 3])
        join(world, { do: "join", host, machine: circumstances.crowded && host === 2 ? "small" : "good", holds: "true", map: 0 });
      world.pass(5 * US_PER_S, true);
    }
    told(world.at, null, world);
    for (const command of commands) {
      const at = world.at;
      if (perform(world, command)) told(at, command, world);
    }
    heal(world);
    judgeRest(world);
    return null;
  } catch (error) {
    assert(error instanceof Error, "what is thrown says what it is");
    return { rule: error instanceof BrokenRule ? error.message : `a bug stopped the coordinator: ${error.message}`, at: world.at };
  }
}
