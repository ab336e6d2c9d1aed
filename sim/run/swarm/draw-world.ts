/**
 * The world of one seed of a swarm: sizes, settings and habits, drawn around those of the base. Bounds and intervals are minutes in production;
 * here they are seconds, so that all of it happens within a minute of virtual time.
 */
import type { MapConf, Tuning } from "../../../src/core/settings.ts";
import type { HostOptions, MapOptions, Options, PlayerOptions } from "../../options.ts";
import { sitesFor } from "../scenario/world.ts";
import type { Dice } from "./dice.ts";

/** A world like the base's, with everything drawn that the occasion of a rule may depend on. */
export function drawWorld(base: Options, dice: (purpose: string) => Dice): Options {
  const maps = drawMaps(base.maps, dice("maps"));
  const conf = drawConf(base.conf, dice("conf"));
  const eligible = Object.fromEntries(maps.names.map((name, map) => [name, maps.eligible[map] === true]));
  const vps = dice("vps");
  // Machines alike in everything, in one run of six, so that ties are broken.
  const alike = dice("alike").chance(1 / 6);
  const core = dice("core");
  return {
    ...base,
    // In two runs of five only a part of the machines is healed when the faults stop: the rest keeps what ails it.
    heal: core.chance(0.4) ? Math.round(core.spread(0.2, 0.9) * 100) / 100 : 1,
    network: { ...drawNetwork(base.network, dice("network")), ...(alike ? { hostAccessMs: same(4) } : {}) },
    conf: { ...conf, p2p_eligible_maps: eligible },
    tuning: drawTuning(base.tuning, dice("tuning")),
    hosts: drawHosts(base.hosts, alike, dice("hosts")),
    players: drawPlayers(base.players, dice("players")),
    maps,
    // Room for every map, as it should be; in one run of five for a part of them, so that the VPS is full.
    vps: { sites: sitesFor(base.regions, vps.chance(0.8) ? maps.names.length : Math.ceil(maps.names.length * (0.4 + 0.5 * vps.unit()))) },
  };
}

function drawMaps({ names, eligible, popularity }: MapOptions, dice: Dice): MapOptions {
  const count = dice.whole(Math.min(4, names.length), names.length);
  const critical = dice.chance(0.15) ? 0 : dice.whole(1, Math.max(1, Math.floor(count / 4)));
  return {
    names: names.slice(0, count),
    eligible: eligible.slice(0, count).map((_, map) => map >= critical),
    popularity: popularity.slice(0, count),
  };
}

function drawConf(base: MapConf, dice: Dice): MapConf {
  const realtime = dice.chance(0.75);
  return {
    ...base,
    general: {
      ...base.general,
      enable_p2p_maps: dice.chance(0.97),
      enable_auto_migration: dice.chance(0.93),
      enable_vps_fallback: dice.chance(0.93),
      persistent_hosts: dice.chance(0.75),
      scoring: dice.of(["seed", "normalized"]),
      data_check_interval: dice.whole(1, 3),
    },
    realtime_gaming: { ...base.realtime_gaming, prioritize_realtime: realtime },
    task_distribution: {
      ...base.task_distribution,
      max_tasks_per_node: dice.whole(1, 4),
      reassignment_interval: dice.whole(2, 6),
    },
    failover: {
      ...base.failover,
      backup_hosts_count: dice.of([0, 1, 2, 2, 3]),
      migration_timeout: dice.of([400, 700, 1000]),
      sync_interval: dice.of([50, 100, 200]),
      always_keep_vps_ready: dice.chance(0.6),
    },
    monitoring: {
      ...base.monitoring,
      health_check_interval: dice.whole(1, 4),
      metrics_interval: dice.whole(1, 4),
      // Steps are told only here; a checker that needs them must see them.
      detailed_logging: true,
    },
  };
}

function drawTuning(base: Tuning, dice: Dice): Tuning {
  return {
    ...base,
    cooldownS: dice.whole(2, 6),
    returnAfterS: dice.whole(3, 10),
    mixMemoryS: dice.of([60, 1800]),
    voluntaryShareMax: dice.of([0.1, 0.3, 0.5]),
    stormShare: dice.of([0.3, 0.3, 0.5]),
    stormHoldMs: dice.whole(1000, 4000),
    stormHostsMin: dice.of([4, 8, 20]),
    backoffFirstS: dice.whole(1, 5),
    backoffMaxS: dice.whole(5, 20),
    loadMs: dice.of([10, 50, 200]),
    vpsColdStartMs: dice.of([200, 800]),
    freezeMaxMs: dice.of([300, 500]),
    precopyMaxMs: dice.of([2000, 4000]),
    failedChecksMax: dice.whole(1, 3),
    validationsFailedMax: dice.whole(1, 3),
    blockedS: dice.whole(4, 30),
    storeRetryMaxMs: dice.of([300, 600]),
    clearedGraceMs: dice.of([600, 1200]),
    startGraceMs: dice.of([800, 1600]),
    forgetAfterS: dice.of([3, 10, 86_400]),
    // Seldom enough, now and then, that nothing but an order stops a host that was replaced.
    checkpointS: dice.of([1, 3, 6, 60]),
    askAgainMs: dice.of([700, 1200]),
    mapPlayersMax: dice.of([6, 20, 200]),
    stateBytesBase: dice.of([2_000, 20_000, 500_000]),
    stateBytesPerPlayer: dice.of([100, 2_000]),
    // Players that need much, in a quarter of the runs: where upload is small too, a handful fill a host.
    uploadKbpsPerPlayer: dice.of([base.uploadKbpsPerPlayer, base.uploadKbpsPerPlayer, base.uploadKbpsPerPlayer, 500]),
  };
}

function drawNetwork(base: Options["network"], dice: Dice): Options["network"] {
  return {
    ...base,
    jitterMs: dice.of([0, 0.5, 2, 4]),
    loss: dice.of([0, 0, 0.001, 0.01]),
    burst: dice.chance(0.25)
      ? { everyUs: Math.round(dice.spread(4, 40) * 1e6), lengthUs: Math.round(dice.spread(0.1, 2) * 1e6), loss: 1 }
      : null,
  };
}

/** A law that always gives the same. */
const same = (value: number) => ({ law: "constant", value }) as const;

function drawHosts(base: HostOptions, alike: boolean, dice: Dice): HostOptions {
  const count = dice.whole(2, base.count);
  const lives = dice.chance(0.3);
  return {
    ...base,
    count,
    // Machines that come and go by themselves, in a third of the runs; elsewhere the plan alone says who is lost.
    uptimeS: lives ? { law: "exponential", mean: Math.round(dice.spread(15, 200)) } : null,
    downtimeS: lives ? { law: "exponential", mean: Math.round(dice.spread(2, 20)) } : null,
    ...(alike
      ? {
          cpuGhz: same(3.5),
          cpuCores: same(8),
          freeRamMb: same(16_000),
          uploadMbps: same(300),
          jitterMs: same(2),
          packetRate: same(1000),
          frameTimeMs: same(8),
          metricsNoise: 0,
        }
      : { metricsNoise: dice.of([0, 0.05, 0.2]) }),
    // Some whose frames take too long.
    ...(!alike && dice.chance(0.25) ? { frameTimeMs: { law: "uniform", min: 8, max: 20 } as const } : {}),
    // Some machines that are not eligible, and some that are only now and then.
    ...(!alike && dice.chance(0.4) ? { freeRamMb: { law: "uniform", min: 6000, max: 24_000 } as const } : {}),
    // Upload that carries few players, so that hosts are full; never so little that a map's state takes longer than a move may.
    ...(!alike && dice.chance(0.3)
      ? { uploadMbps: { law: "uniform", min: 80, max: 200 } as const, uploadShare: dice.of([0.02, 0.1]) }
      : {}),
  };
}

function drawPlayers(base: PlayerOptions, dice: Dice): PlayerOptions {
  const initial = dice.whole(1, base.initial);
  return {
    ...base,
    initial,
    startPerS: dice.of([0, 0.2, 1, 3]),
    stages: [],
    sessionS: { law: "exponential", mean: dice.of([20, 60, 600]) },
    stayS: { law: "exponential", mean: dice.of([4, 15, 60]) },
  };
}
