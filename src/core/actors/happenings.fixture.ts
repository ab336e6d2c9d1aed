/** A stage to which anything may happen: hosts, lines, players, verdicts and the store, in arbitrary order, for property tests. */
import fc from "fast-check";
import { Stage, type StoreMood } from "./coordinator.fixture.ts";
import { machine, settingsWith, site } from "./machines.fixture.ts";

const HOSTS = 6;
const MAPS = 5;
const SITES = [91, 92];

/** One thing that happens to the stage; after it `waitMs` pass. */
export type Happening = { readonly what: string; readonly waitMs: number; readonly act: (stage: Stage) => void };

const host = fc.integer({ min: 1, max: HOSTS });
const anyHost = fc.oneof({ weight: 5, arbitrary: host }, { weight: 1, arbitrary: fc.constantFrom(...SITES) });
const player = fc.integer({ min: 1, max: 40 });
const map = fc.integer({ min: 0, max: MAPS - 1 });
/** Steps of a hand-over take milliseconds, time-outs a second, intervals half a minute: waits of all these sizes. */
const waitMs = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 3, arbitrary: fc.integer({ min: 13, max: 1500 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1501, max: 40_000 }) },
);
const mood = fc.constantFrom<StoreMood>("failed", "refused", "lost", "missed");

function act(
  weight: number,
  arbitrary: fc.Arbitrary<readonly [string, (stage: Stage) => void]>,
): fc.WeightedArbitrary<readonly [string, (stage: Stage) => void]> {
  return { weight, arbitrary };
}

const happening: fc.Arbitrary<Happening> = fc
  .tuple(
    waitMs,
    fc.oneof(
      act(
        4,
        host.map((x) => [`join ${x}`, (s) => (s.hosts.has(x) ? s.back(x) : s.join(machine(x, { cpu_cores: 4 + x })))]),
      ),
      act(
        3,
        fc
          .tuple(anyHost, fc.constantFrom("close", "silence"))
          .map(([x, how]) => [`lose ${x} by ${how}`, (s) => s.hosts.has(x) && s.lose(x, how)]),
      ),
      act(
        3,
        anyHost.map((x) => [`back ${x}`, (s) => s.hosts.has(x) && s.back(x)]),
      ),
      act(
        2,
        anyHost.map((x) => [`reboot ${x}`, (s) => s.hosts.has(x) && s.reboot(x)]),
      ),
      act(
        1,
        anyHost.map((x) => [`false silence of ${x}`, (s) => s.silence(x)]),
      ),
      act(
        1,
        anyHost.map((x) => [`connection of ${x} closes`, (s) => s.hosts.has(x) && s.close(x)]),
      ),
      act(
        1,
        host.map((x) => [`leave ${x}`, (s) => s.hosts.has(x) && s.leave(x)]),
      ),
      act(
        2,
        fc
          .tuple(host, fc.constantFrom(8, 40))
          .map(([x, frame]) => [`frame time of ${x}: ${frame}`, (s) => s.hosts.has(x) && s.measure(x, { frame_time_ms: frame })]),
      ),
      act(
        2,
        fc
          .tuple(host, fc.constantFrom(2, 4, 12))
          .map(([x, cores]) => [`cores of ${x}: ${cores}`, (s) => s.hosts.has(x) && s.measure(x, { cpu_cores: cores })]),
      ),
      act(
        1,
        host.map((x) => [`three bad verdicts on ${x}`, (s) => [0, 1, 2].forEach(() => s.verdict(x, false))]),
      ),
      act(
        4,
        fc.tuple(player, map).map(([p, m]) => [`player ${p} goes to ${m}`, (s) => s.go(p, m)]),
      ),
      act(
        1,
        player.map((p) => [`player ${p} quits`, (s) => s.players.has(p) && s.quit(p)]),
      ),
      act(
        4,
        fc.tuple(mood, fc.integer({ min: 1, max: 4 })).map(([m, n]) => [`store: ${n} times ${m}`, (s) => spoil(s, m, n)]),
      ),
      act(
        1,
        fc.integer({ min: 0, max: 3000 }).map((ms) => [`coordinator away for ${ms} ms`, (s) => s.restart(ms * 1000)]),
      ),
    ),
  )
  .map(([wait, [what, perform]]) => ({ what: `${what}; ${wait} ms pass`, waitMs: wait, act: perform }));

/** The next `times` requests are answered badly. */
function spoil(stage: Stage, how: StoreMood, times: number): void {
  let left = times;
  stage.mood = () => (left-- > 0 ? how : "ok");
}

/** How the world is in one run. `slowMs`: what messages of every fourth host, and states, take on their way. */
export type World = {
  readonly auto: boolean;
  readonly fallback: boolean;
  readonly scoring: "seed" | "normalized";
  readonly slowMs: readonly number[];
};

/** A stage of that world after five seconds: three hosts, two sites, everything placed. `watch` looks at it after each step of the coordinator. */
export function worldStage(world: World, watch: (stage: Stage) => void): Stage {
  const settings = settingsWith({
    maps: MAPS - 1,
    critical: 1,
    general: { enable_auto_migration: world.auto, enable_vps_fallback: world.fallback, scoring: world.scoring },
    conf: (conf) => (conf.host_requirements.max_disconnects_per_hour = 100),
    // Restraint in time, made short so that much happens within a run.
    tuning: { cooldownS: 10, returnAfterS: 40, backoffFirstS: 5, blockedS: 60, mapPlayersMax: 30, stormHostsMin: 4 },
  });
  const stage = new Stage(settings);
  stage.travelUs = (message, to, from) => {
    const end = to % 4 === 1 ? Math.floor(to / 4) : Math.floor(from / 4);
    return 1000 * (1 + (world.slowMs[message.kind.startsWith("state/") ? 4 : end % 4] as number));
  };
  stage.afterStep = () => watch(stage);
  for (const x of SITES) stage.join(site(x, MAPS));
  for (const x of [1, 2, 3]) stage.join(machine(x, { cpu_cores: 4 + x }));
  stage.runS(5);
  return stage;
}

/** Lets it happen. */
export function happen(stage: Stage, happenings: readonly Happening[]): void {
  for (const h of happenings) {
    h.act(stage);
    stage.run(h.waitMs * 1000);
  }
}

/** Slow lines, within what lets a freeze end in time: the order to freeze, the last of the state, and the word that it is there. */
const lineMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 120 }));
/** What lines and states of a {@link World} take. */
export const slowMs = fc.tuple(lineMs, lineMs, lineMs, lineMs, fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 })));
/** Up to forty things that happen. */
export const many = fc.array(happening, { minLength: 1, maxLength: 40 });
