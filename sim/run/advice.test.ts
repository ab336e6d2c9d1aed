import { describe, expect, it } from "vitest";
import type { Options } from "../options.ts";
import type { RunOutcome } from "../outcome.ts";
import { type Advice, adviceFor } from "./advice.ts";
import { buildDocument, type DocumentParts, type RunDocument } from "./document.ts";
import { someMetrics, someOptions, someOutcome } from "./document.fixture.ts";
import { runSeed } from "./run-seed.ts";
import { SCENARIOS_DIR } from "./scenario/documents.ts";
import { filesOver } from "./scenario/files.fixture.ts";
import { scenarioDocument } from "./scenario/load.ts";
import { variedField, variedRange } from "./scenario/vary.ts";
import { shipped } from "./shipped.fixture.ts";
import { smallOptions } from "./small-options.fixture.ts";

/** What one says of a document: figures of its one run, and how it was run. */
type Said = {
  readonly figures?: Readonly<Record<string, readonly number[]>>;
  readonly run?: Partial<RunOutcome>;
  readonly options?: Partial<Options>;
  readonly parts?: Partial<DocumentParts>;
};

const HOLDS = [{ metric: "vps_refused", expression: "max<=0" }];
const BREAKS = [{ metric: "unhosted_ms", expression: "max<=1" }];
/** A run with nothing to advise: slots just enough, all heartbeats in time, nearly all maps on player hosts. */
const QUIET = { vps_slots_needed: [850], share_map_hours_p2p: [0.97], unhosted_ms: [0.5] };

function made({ figures = {}, run = {}, options = {}, parts = {} }: Said): RunDocument {
  const command = "peerstead run capacity/evening-peak --seeds 1..4 --timeout 900 --set fleet.hosts.count=500";
  const outcomes = [someOutcome(1, { metrics: someMetrics({ ...QUIET, ...figures }), ...run })];
  return buildDocument({ options: someOptions(options), seeds: [1], outcomes, commit: "", mode: "capacity", command, ...parts });
}

function advice(said: Said): readonly Advice[] {
  return adviceFor(made(said));
}

function commands(said: Said): (string | null)[] {
  return advice(said).map(({ command }) => command);
}

const SAME = "capacity/evening-peak --set fleet.hosts.count=500";

describe("advice on VPS slots", () => {
  it("is to rent what the worst run needed, and the run with as many", () => {
    const [first] = advice({ figures: { vps_slots_needed: [1012] } });
    expect(first?.text).toBe("Rent 1,012 VPS slots instead of 900: that is what the worst run asked for at one instant.");
    expect(first?.command).toBe(
      "peerstead run capacity/evening-peak --seeds 1..4 --timeout 900 --set fleet.hosts.count=500 --set vps.slots=1012",
    );
  });

  it("is to look for how few would do, where all that was promised holds with many to spare", () => {
    const [first] = advice({ figures: { vps_slots_needed: [500] }, options: { thresholds: HOLDS } });
    expect(first?.text).toContain("900 VPS slots are offered and no run needed more than 500.");
    expect(first?.command).toBe(`peerstead capacity ${SAME} --vary vps.slots --from 900 --to 250`);
    const [none] = advice({ figures: { vps_slots_needed: [0] }, options: { thresholds: HOLDS } });
    expect(none?.text).toContain("no run needed any.");
    expect(none?.command).toContain("--from 900 --to 1");
  });

  it("is to run with what was needed, where nothing was promised that a search could go by", () => {
    const [first] = advice({ figures: { vps_slots_needed: [500] } });
    expect(first?.text).toBe("900 VPS slots are offered and no run needed more than 500. Fewer should do.");
    expect(first?.command).toMatch(/^peerstead run .* --set vps\.slots=500$/);
  });

  it("is none where something is broken, or there are few to spare", () => {
    expect(
      commands({ figures: { vps_slots_needed: [500], unhosted_ms: [2], detection_ms: [1] }, options: { thresholds: BREAKS } }),
    ).toEqual([]);
    expect(commands({ figures: { vps_slots_needed: [721] }, options: { thresholds: HOLDS } }).join()).not.toContain("vps.slots");
  });
});

describe("advice on heartbeats", () => {
  const late = { options: { thresholds: BREAKS } };

  it("is to halve them where outages are too long and most of a failover is the wait for missed ones", () => {
    const { heartbeatMs, heartbeatsMissedMax } = someOptions().tuning;
    const [first] = advice({ ...late, figures: { unhosted_ms: [2000], detection_ms: [1000], failover_ms: [1250] } });
    expect(first?.text).toContain(
      `80\u00a0% is the time until the loss is noticed: ${heartbeatsMissedMax} heartbeats of ${heartbeatMs} ms`,
    );
    expect(first?.command).toBe(`peerstead compare ${SAME} --set-b tuning.heartbeatMs=${heartbeatMs / 2}`);
  });

  it("is none where nothing too long was promised to be short", () => {
    expect(commands({ figures: { detection_ms: [1000], failover_ms: [1250] } })).toEqual([]);
    const other = [{ metric: "migrations_per_hour", expression: "max<=1" }];
    expect(commands({ figures: { detection_ms: [1000], failover_ms: [1250] }, options: { thresholds: other } })).toEqual([]);
  });

  it.each([
    ["losses are noticed at once and the move takes long", { detection_ms: [30], failover_ms: [5000] }],
    ["they are noticed late for another reason", { detection_ms: [30_000], failover_ms: [31_000] }],
    ["no map was lost", { detection_ms: [1000], failover_ms: [] }],
    ["no host was lost", { detection_ms: [], failover_ms: [1250] }],
  ])("is none where %s", (_, figures) => {
    expect(commands({ ...late, figures: { unhosted_ms: [2000], ...figures } })).toEqual([]);
  });

  it("is none where they come as often as they may", () => {
    const tuning = { ...someOptions().tuning, heartbeatMs: 50, heartbeatsMissedMax: 20 };
    const figures = { unhosted_ms: [2000], detection_ms: [1000], failover_ms: [1250] };
    expect(commands({ figures, options: { thresholds: BREAKS, tuning } })).toEqual([]);
  });
});

describe("advice on full maps", () => {
  it("is a higher limit where players found them full; it says which limits there are", () => {
    const { mapPlayersMax, vpsMapPlayersMax } = someOptions().tuning;
    const [first] = advice({ figures: { sessions: [91_000] }, run: { refused: { map_full: 1200, vps_full: 3 } } });
    expect(first?.text).toContain(`1,200 times a player found a map full. Maps that players may host admit ${mapPlayersMax}\u00a0players`);
    expect(first?.text).toContain(`those that stay on the VPS 5,000.`);
    expect(vpsMapPlayersMax).toBe(5000);
    expect(first?.command).toBe(`peerstead compare ${SAME} --set-b tuning.mapPlayersMax=${Math.ceil(mapPlayersMax * 1.25)}`);
  });

  it("is none where that hardly happened", () => {
    expect(commands({ figures: { sessions: [91_000] }, run: { refused: { map_full: 90 } } })).toEqual([]);
    expect(commands({ figures: { sessions: [0] }, run: { refused: {} } })).toEqual([]);
  });
});

describe("advice on what is asked of volunteers", () => {
  const few = { share_map_hours_p2p: [0.4] };

  it.each([
    ["network_speed_mbps", "conf.host_requirements.net_min_speed", "are slower than the 100 Mbit/s asked for"],
    ["latency_ms", "conf.host_requirements.net_max_latency", "from the nearest VPS site"],
    ["cpu_ghz", "conf.host_requirements.cpu_min_ghz", "have a clock below"],
    ["cpu_cores", "conf.host_requirements.cpu_min_cores", "have fewer than"],
    ["free_ram_mb", "conf.host_requirements.ram_min_mb", "MB free"],
    ["jitter_ms", "conf.realtime_gaming.max_jitter_ms", "have more jitter than"],
    ["disconnects_per_hour", "conf.host_requirements.max_disconnects_per_hour", "times an hour"],
  ])("eases %s, and says what is asked", (reason, path, words) => {
    const [first] = advice({ figures: few, run: { ineligible: { [reason]: 0.6 } } });
    expect(first?.text).toMatch(/^60\u00a0% of volunteers' hours are no use because they /);
    expect(first?.text).toContain(words);
    const [, set, value] = / --set-b ([^ =]+)=([0-9.]+)$/.exec(first?.command ?? "") ?? [];
    expect(set).toBe(path);
    const asked = path
      .split(".")
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], { conf: someOptions().conf }) as number;
    // A least value is lowered, a greatest one raised.
    expect(/max/.test(path) ? Number(value) > asked : Number(value) < asked).toBe(true);
  });

  it("asks for whole cores, and for nothing where nothing is left to ease", () => {
    const asking = (cores: number) => {
      const { conf } = someOptions();
      const host_requirements = { ...conf.host_requirements, cpu_min_cores: cores };
      return commands({ figures: few, run: { ineligible: { cpu_cores: 0.6 } }, options: { conf: { ...conf, host_requirements } } });
    };
    expect(asking(5)).toEqual([`peerstead compare ${SAME} --set-b conf.host_requirements.cpu_min_cores=2`]);
    expect(asking(0)).toEqual([]);
  });

  it("is about the reason that keeps most of them, as far as a setting stands behind it", () => {
    const [first] = advice({ figures: few, run: { ineligible: { packet_rate: 0.9, cpu_ghz: 0.5, latency_ms: 0.7 } } });
    expect(first?.text).toMatch(/^70\u00a0%/);
  });

  it("is none where reasons are rare, unknown, or nearly all maps are on player hosts as it is", () => {
    expect(commands({ figures: few, run: { ineligible: { cpu_ghz: 0.09 } } })).toEqual([]);
    expect(commands({ figures: few, run: { ineligible: { packet_rate: 0.9 } } })).toEqual([]);
    expect(commands({ figures: { share_map_hours_p2p: [0.96] }, run: { ineligible: { cpu_ghz: 0.9 } } })).toEqual([]);
    expect(commands({ figures: { share_map_hours_p2p: [] }, run: { ineligible: { cpu_ghz: 0.9 } } })).toEqual([]);
  });
});

describe("advice on more players", () => {
  it("is to search from half of those at the peak to three times as many, where all that was promised holds", () => {
    const [first, ...others] = advice({ options: { thresholds: HOLDS }, figures: { players_online: [8_000, 20_113] } });
    expect(others).toEqual([]);
    expect(first?.command).toBe(`peerstead capacity ${SAME} --vary fleet.players --from 10057 --to 60339`);
  });

  it("is to search the factor on arrivals where the scenario gives them as rates", () => {
    const players = { ...someOptions().players, stages: [{ forUs: 60_000_000, toPerS: 4 }] };
    const [first] = advice({ options: { thresholds: HOLDS, players } });
    expect(first?.command).toBe(`peerstead capacity ${SAME} --vary fleet.players.scale --from 0.5 --to 3`);
    expect(first?.text).toContain("1 stands for as many as now");
  });

  it("is none where nothing was promised, something is broken, or nobody played", () => {
    expect(commands({})).toEqual([]);
    expect(commands({ options: { thresholds: BREAKS }, figures: { unhosted_ms: [2], detection_ms: [] } })).toEqual([]);
    expect(commands({ options: { thresholds: HOLDS }, figures: { players_online: [0] } })).toEqual([]);
  });
});

describe("advice", () => {
  it("comes most pressing first: slots, noticing, doors, volunteers", () => {
    const figures = { vps_slots_needed: [950], unhosted_ms: [2000], detection_ms: [1000], failover_ms: [1250], share_map_hours_p2p: [0.4] };
    const run = { refused: { map_full: 9000 }, ineligible: { cpu_ghz: 0.5 } };
    const words = commands({ figures, run, options: { thresholds: BREAKS } }).map((command) => / ([^ ]+)=[^=]*$/.exec(command ?? "")?.[1]);
    expect(words).toEqual(["vps.slots", "tuning.heartbeatMs", "tuning.mapPlayersMax", "conf.host_requirements.cpu_min_ghz"]);
  });

  it("is none of a run whose figures cannot be trusted", () => {
    for (const result of ["safety", "liveness", "nondeterminism", "timeout", "crash"] as const) {
      expect(commands({ figures: { vps_slots_needed: [1012] }, run: { result } })).toEqual([]);
    }
  });

  it("is without commands at a point of a sweep, which sets fields that cannot be set besides", () => {
    const [first] = advice({ figures: { vps_slots_needed: [1012] }, parts: { point: 2 } });
    expect([first?.text.slice(0, 10), first?.command]).toEqual(["Rent 1,012", null]);
  });
});

/** Words of a command as a shell reads them, as far as quotes go. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ""));
}

/** Loads what a command would run, and looks up what it would vary. Throws where it is refused. */
function tried(command: string): string {
  const [program, verb, scenario, ...flags] = wordsOf(command);
  const sets: string[] = [];
  const given = new Map<string, string>();
  for (let i = 0; i < flags.length; i += 2) {
    const [flag, value] = [flags[i] as string, flags[i + 1] as string];
    if (flag === "--set" || flag === "--set-b") sets.push(value);
    else given.set(flag, value);
  }
  const known: Readonly<Record<string, readonly string[]>> = {
    run: ["--seeds", "--timeout"],
    compare: [],
    capacity: ["--vary", "--from", "--to"],
  };
  expect([program, [...given.keys()].filter((flag) => known[verb ?? ""]?.includes(flag) !== true)]).toEqual(["peerstead", []]);
  const vary = given.get("--vary");
  if (vary === undefined) return shipped(scenario as string, ...sets).options.scenario;
  const file = `${SCENARIOS_DIR}/${scenario as string}.yaml`;
  const pairs = sets.map((set) => ({ path: set.slice(0, set.indexOf("=")), value: set.slice(set.indexOf("=") + 1) }));
  const document = scenarioDocument(file, { sets: pairs, readText: filesOver({}) });
  if (!document.ok) throw new Error("the scenario cannot be read");
  const field = variedField(vary, document.value);
  if (!field.ok) throw new Error(field.error);
  const range = variedRange(field.value, given.get("--from") ?? "", given.get("--to") ?? "");
  if (!range.ok) throw new Error(range.error);
  for (const value of [range.value.from, range.value.to]) shipped(scenario as string, ...sets, `${range.value.path}=${value}`);
  return range.value.path;
}

/** A real scenario with changes, and every piece of advice there can be on it. */
function everyCommand(name: string, ...sets: readonly string[]): string[] {
  const { options } = shipped(name, ...sets);
  const quoted = sets.map((set) => ` --set '${set}'`).join("");
  const slots = options.vps.sites.reduce((sum, site) => sum + site.slots, 0);
  const parts = { options, seeds: [1], commit: "", mode: "capacity", command: `peerstead run ${name} --seeds 1..2${quoted}` };
  const reasons = ["network_speed_mbps", "latency_ms", "cpu_ghz", "cpu_cores", "free_ram_mb", "jitter_ms", "disconnects_per_hour"];
  const all = reasons.flatMap((reason) => [
    { thresholds: HOLDS, needed: Math.floor(slots / 2), reason },
    { thresholds: BREAKS, needed: slots + 7, reason },
  ]);
  return all.flatMap(({ thresholds, needed, reason }) => {
    const figures = { vps_slots_needed: [needed], share_map_hours_p2p: [0.4], detection_ms: [1000], failover_ms: [1250] };
    const outcome = someOutcome(1, { metrics: someMetrics(figures), refused: { map_full: 9000 }, ineligible: { [reason]: 0.5 } });
    return adviceFor(buildDocument({ ...parts, options: { ...options, thresholds }, outcomes: [outcome] })).map(
      ({ command }) => command as string,
    );
  });
}

describe("every command that is advised", () => {
  it.each([
    ["as it is", []],
    ["with the sites listed", ["vps.slots=null", "vps.sites=[{region: EU, slots: 50}]"]],
    [
      "with arrivals by rates",
      ["fleet.players.executor=ramping-arrival-rate", "fleet.players.peak=null", "fleet.players.stages=[{for: 1m, to: 4/s}]"],
    ],
  ])("can be read and loads, for a scenario %s", (_, sets) => {
    const all = new Set(everyCommand("capacity/five-hundred", ...sets));
    const paths = new Set([...all].map(tried));
    // Two of slots, heartbeats, doors, seven requirements, players.
    expect(all.size).toBe(12);
    expect(paths).toEqual(
      new Set(["capacity/five-hundred", "vps.slots", sets.length === 3 ? "fleet.players.scale" : "fleet.players.peak"]),
    );
  });

  it("asks for something else than what is, and can be read, of a real run", () => {
    const options = { ...smallOptions(), thresholds: BREAKS };
    const run = runSeed(options, 1);
    const document = buildDocument({ options, seeds: [1], outcomes: [run], commit: "", mode: "", command: "peerstead run smoke/calm" });
    expect(document.result).toBe("threshold");
    for (const { command } of adviceFor(document)) expect(tried(command ?? "")).toBe("smoke/calm");
  });
});
