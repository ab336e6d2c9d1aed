/** What a fault met is counted where it took place: with its mechanism silently broken every kind of fault meets nothing, and else something. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { HostFleet } from "../fleet/hosts.ts";
import { PlayerFleet } from "../fleet/players.ts";
import type { Fault, Options } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { FAULT_KIND_NAMES, FAULT_KINDS } from "../run/scenario/fault-kinds.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import type { World } from "../world/world.ts";

const SECOND = 1_000_000;
const nothing = () => {};
const CALM = { slow: 1, fail: 0, unknown: 0, refuse: 0, timeout: 0, full: 0 };

/** Replaces methods of a part of the world, private ones too. */
function replace(part: object, methods: Readonly<Record<string, unknown>>): void {
  Object.assign(part, methods);
}

type Break = (world: World) => void;
const lines: Break = (world) => {
  replace(world.machines, { reachable: () => true });
  replace(world.heartbeats, { begin: () => -1 });
};
const beats: Break = (world) => replace(world.heartbeats, { begin: () => -1 });
const delays: Break = (world) => {
  beats(world);
  replace(world.network, { delayUs: (from: number, to: number) => world.machines.oneWayUs(from, to) });
};
const clogs: Break = (world) => {
  beats(world);
  replace(world.backlog, { clog: nothing });
};
const pauses: Break = (world) => {
  beats(world);
  replace(world, { stands: () => false });
};
const deaths: Break = (world) => replace(world, { stopHost: nothing });
const store: Break = (world) => void Object.defineProperty(world.store, "weather", { get: () => ({ ...CALM }) });
const silence: Break = (world) => replace(world.network, { send: nothing });

/** How the mechanism behind each kind is broken. */
const BREAKS: Readonly<Record<Fault["kind"], Break>> = {
  crash: deaths,
  leave: deaths,
  churn: deaths,
  "stale-return": (world) => replace(world.files, { keep: nothing }),
  pause: pauses,
  "coordinator-pause": pauses,
  cut: lines,
  "one-way-cut": lines,
  "region-outage": lines,
  isolate: lines,
  "jitter-burst": delays,
  "loss-burst": delays,
  duplicate: (world) => replace(world.network, { repeats: () => false }),
  reorder: (world) => replace(world.network, { heldBackUs: () => 0 }),
  corrupt: (world) => replace(world.network, { damages: () => false }),
  "slow-line": (world) => replace(world.network, { transferUs: () => 0 }),
  clog: clogs,
  "swizzle-clog": clogs,
  "half-open": (world) => replace(world.connections, { closeAtOneEnd: nothing }),
  rebind: (world) => replace(world.connections, { reconnect: nothing }),
  "slow-cpu": (world) => replace(world.backlog, { slow: nothing }),
  "clock-drift": (world) => replace(world.timers, { skew: nothing }),
  "clock-jump": (world) => replace(world.timers, { skew: nothing }),
  "validation-fail": (world) => replace(world, { judge: nothing }),
  "lie-metrics": () => void vi.spyOn(HostFleet.prototype, "lie").mockImplementation(nothing),
  "stale-replay": silence,
  equivocate: silence,
  "store-slow": store,
  "store-fail": store,
  "store-unknown": store,
  "store-refuse": store,
  "store-timeout": store,
  "store-full": store,
  "store-rollback": (world) => replace(world.store, { rollBack: () => [] }),
  "coordinator-restart": (world) => replace(world, { stopCoordinator: nothing }),
  "player-drop": () => void vi.spyOn(PlayerFleet.prototype, "drop").mockImplementation(nothing),
  "flash-crowd": () => void vi.spyOn(PlayerFleet.prototype, "join").mockImplementation(nothing),
};

/** One fault of the kind, met by all hosts, beside machines that crash now and then so that maps move. */
function options(kind: Fault["kind"], over: Partial<Fault>): Options {
  const { amount, target } = FAULT_KINDS[kind];
  const fault: Fault = {
    id: "it",
    kind,
    atUs: 50 * SECOND,
    everyUs: null,
    forUs: 25 * SECOND,
    target: target === "region" ? { pick: "region", region: 0, share: 1 } : { pick: "all" },
    // Commits are rare in a quiet world: the store loses those of half a minute.
    amount: kind === "store-rollback" ? 30_000 : (amount?.usual ?? 1),
    close: true,
    ...over,
  };
  const crash: Fault = { ...fault, id: "beside", kind: "crash", atUs: 30 * SECOND, everyUs: 6 * SECOND, forUs: 5 * SECOND };
  const base = smallOptions();
  const hosts: Options["hosts"] = {
    ...base.hosts,
    uptimeS: null,
    downtimeS: null,
    cpuGhz: { law: "constant", value: 4 },
    uploadMbps: { law: "constant", value: 400 },
  };
  const faults = [fault, { ...crash, target: { pick: "busiest", count: 1 } as const }];
  return { ...base, modes: ["safety"], durationUs: 100 * SECOND, hosts, faults };
}

function effects(given: Options, broken: Break | null): number {
  const outcome = runSeed(given, 1, broken === null ? {} : { begun: broken });
  return outcome.faults[0]?.effects ?? -1;
}

afterEach(() => void vi.restoreAllMocks());

describe("the effect of a fault", () => {
  const shapes = (["vps", "players", "hosts"] as const).map((shape) => ["cut", { shape }] as const);
  const rows = [...FAULT_KIND_NAMES.map((kind) => [kind, {}] as const), ...shapes, ["half-open", { close: false }] as const];

  it.each(rows)("%s %j is counted where it takes place, and nowhere if that is broken", (kind, over) => {
    const given = options(kind, over);
    expect(effects(given, null)).toBeGreaterThan(0);
    expect(effects(given, BREAKS[kind])).toBe(0);
  });

  it.each(FAULT_KIND_NAMES.filter((kind) => FAULT_KINDS[kind].target === "hosts"))(
    "%s meets a host that is named, at the time that is named",
    (kind) => {
      const busiest = { pick: "hosts", indices: Array.from({ length: 20 }, (_, i) => i) } as const;
      const begun: number[] = [];
      const named = runSeed(options(kind, { target: busiest }), 1, {
        watch: { fault: (at, id, what) => void (id === "it" && what === "begin" && begun.push(at)) },
      });
      expect(begun).toEqual([50 * SECOND]);
      // Who is named is who is drawn where all are: the same run.
      expect(named.fingerprint).toBe(runSeed(options(kind, {}), 1).fingerprint);
    },
  );
});
