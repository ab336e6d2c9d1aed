import { describe, expect, it } from "vitest";
import { defaultMapConf } from "../core/settings.ts";
import { defaultSyncSettings } from "../core/sync-settings.ts";
import { checkConf } from "./conf-check.ts";
import { readHosts } from "./hosts-file.ts";
import { SEED_CRITICAL_MAPS, SEED_ELIGIBLE_MAPS } from "./map-conf/known-maps.ts";
import { readMapConf } from "./map-conf-read.ts";
import { readMapIndex } from "./map-index.ts";
import { SYNC_CONF_KEYS } from "./sync-conf/keys.ts";
import type { SecretSources } from "./sync-conf/secrets.ts";
import { readSyncConf } from "./sync-conf-read.ts";
import { sharedData, sharedText } from "./shared-data.fixture.ts";
import { readAvailability } from "./traces/availability.ts";
import { readPings } from "./traces/pings.ts";
import { readQuantiles } from "./traces/quantiles.ts";
import { readColumn, readRttMatrix } from "./traces/rtt-matrix.ts";

/** The files are no part of the project; the other tests hold the same formats by hand-made texts. */
const absent = sharedData === undefined;

/** Every block of the seed's text that is fenced and begins as asked. */
function seedBlock(begins: RegExp): string {
  const text = sharedText("../seeds/000_3c1f5a2b508cf9eb.txt");
  const block = [...text.matchAll(/```\w*\n([^`]*)```/g)].map((m) => m[1]!).find((b) => begins.test(b));
  if (block === undefined) throw new Error("the seed has no such block");
  return block;
}

function mustBe<T>(read: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }): T {
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

describe.skipIf(absent)("confs in use elsewhere (skipped where the shared data are absent)", () => {
  it("the fork's brace form", () => {
    const read = readMapConf(sharedText("p2p-conf/p2p_map_config.conf"), "f");
    expect(read.errors).toEqual([]);
    expect(read.warnings.every((w) => w.key.startsWith("task_distribution.priorities."))).toBe(true);
    const maps = [...SEED_ELIGIBLE_MAPS.map((m) => [m, true]), ...SEED_CRITICAL_MAPS.map((m) => [m, false])];
    expect(read.settings).toEqual({ ...defaultMapConf(), p2p_eligible_maps: Object.fromEntries(maps) });
  });

  it("the seed's own text", () => {
    const read = readMapConf(seedBlock(/^\/\/=+/), "f");
    expect([read.errors, read.warnings]).toEqual([[], []]);
    expect(Object.values(read.settings.p2p_eligible_maps).filter(Boolean)).toHaveLength(13);
  });

  it("the flat dialect", () => {
    const read = readMapConf(sharedText("p2p-conf/p2p_map_config.flat.conf"), "f");
    expect(read.errors).toEqual([]);
    const { settings } = read;
    expect(settings.host_requirements).toMatchObject({ cpu_min_ghz: 3.5, ram_min_mb: 8192 });
    expect(
      Object.entries(settings.p2p_eligible_maps)
        .filter(([, eligible]) => eligible)
        .map(([map]) => map),
    ).toEqual(SEED_ELIGIBLE_MAPS);
    expect(settings.assistance_levels).toEqual({ prontera: 1, geffen: 1, aldebaran: 1, payon: 1, morocc: 1 });
    expect(Object.keys(settings.relays)).toEqual(["NA", "EU", "ASIA", "SA", "AFRICA", "OCEANIA"]);
  });

  it("the eligibility levels", () => {
    const read = readMapConf(sharedText("p2p-conf/p2p_map_eligibility.conf"), "f");
    expect(read.errors).toEqual([]);
    expect(read.warnings.every((w) => w.message.includes("accepted without effect"))).toBe(true);
    expect(read.settings.host_requirements).toMatchObject({
      cpu_min_ghz: 3,
      cpu_min_cores: 4,
      ram_min_mb: 8192,
      net_min_speed: 100,
      net_max_latency: 100,
    });
  });

  it("a conf of something else: no errors, every key warned about", () => {
    const read = readMapConf(sharedText("p2p-conf/p2p_data_sync.conf"), "f");
    expect(read.errors).toEqual([]);
    expect(read.warnings).toHaveLength(19);
  });

  it("the fork's data sync conf: the seed's values, with a password that everybody knows and without a key", () => {
    const sources: SecretSources = { environment: () => undefined, file: () => ({ ok: false, error: "does not exist" }) };
    const read = (text: string, production: boolean) => readSyncConf(text, "f", { production, sources });
    const text = sharedText("p2p-conf/p2p_data_sync.conf");
    const { settings, positions, warnings, errors } = read(text, false);
    expect(settings).toEqual({ ...defaultSyncSettings(), vectorMaps: [...SEED_ELIGIBLE_MAPS].sort() });
    expect([...positions.keys()].filter((key) => !key.includes(".")).sort()).toEqual(SYNC_CONF_KEYS.map((spec) => spec.key).sort());
    expect([errors, warnings.map((w) => [w.key, w.line])]).toEqual([
      [],
      [
        ["pg_connection_string", 22],
        ["encryption_key", 37],
      ],
    ]);
    expect(read(text, true).errors.map((e) => e.line)).toEqual([10, 22, 37]);
    const example = sharedText("../seeds/001_99a330f76b1e8638.txt").match(/```ini\n([^`]*)```/)?.[1] ?? "";
    expect(read(example, false)).toMatchObject({ settings: defaultSyncSettings(), errors: [] });
    const unchanged = [settings, read(example, false).settings].map(({ links }) => links.postgres?.reveal());
    expect(unchanged).toEqual([defaultSyncSettings().links.postgres?.reveal(), unchanged[0]]);
  });

  it("five of the seed's eligible maps are not in the map index", () => {
    const text = sharedText("rathena/db/map_index.txt");
    expect(mustBe(readMapIndex(text, "i")).size).toBe(1295);
    const { warnings } = checkConf({ file: "f", text: seedBlock(/^\/\/=+/) }, { file: "i", text });
    const missing = warnings.map((w) => w.key.split(".")[1]!);
    for (const map of ["custom_housing", "player_base", "job_quest_room", "test_room", "morocc_fild12"]) expect(missing).toContain(map);
  });

  it("the seed's hosts", () => {
    const [host] = mustBe(readHosts(seedBlock(/^hosts:/), "f"));
    expect(host).toMatchObject({ account_id: 1000123, cpu_ghz: 3.8, frame_time_ms: 12, assigned_maps: ["moc_fild01", "pay_dun01"] });
    expect(host!.regional_latencies.map((r) => r.region)).toEqual(["NA", "EU"]);
  });
});

describe.skipIf(absent)("traces of real machines (skipped where the shared data are absent)", () => {
  it("Skype 2006: 2,081 nodes, 29,217 sessions, 26,851 in the cleaned form", () => {
    const sessions = (path: string): number[] => mustBe(readAvailability(sharedText(path), path)).map((n) => n.times.length / 2);
    const raw = sessions("traces/churn/skype06.avt.gz");
    expect(raw).toHaveLength(2081);
    expect(raw.reduce((a, b) => a + b)).toBe(29_217);
    expect(sessions("traces/churn/skype06-clean.avt.gz").reduce((a, b) => a + b)).toBe(26_851);
  });

  it("213 cities, symmetric, 0 on the diagonal", () => {
    const labels = mustBe(readColumn(sharedText("traces/rtt/wonder213-cities.csv"), "c", "title"));
    const matrix = mustBe(readRttMatrix(sharedText("traces/rtt/wonder213.csv.gz"), "f", { labels }));
    expect([matrix.size, matrix.labels?.[1]]).toEqual([213, "Toronto"]);
    for (let i = 0; i < 213; i += 1) expect(matrix.ms[i * 213 + i]).toBe(0);
  });

  it("M-Lab: nine points of four metrics for 238 countries", () => {
    const rows = mustBe(readQuantiles(sharedText("traces/access/mlab-country-2025-10.csv"), "f"));
    expect(rows).toHaveLength(238);
    expect([...rows[0]!.metrics.keys()]).toEqual(["up", "down", "rtt", "loss"]);
    expect(rows.every((row) => [...row.metrics.values()].every((q) => q.values.length === 9))).toBe(true);
  });

  it("Irish mobile pings: 3,272 probes, 64 of them wholly lost", () => {
    const series = mustBe(readPings(sharedText("traces/jitter/irish-5g-ping.csv.gz"), "f", { rtt: "avg_ms", series: "session" }));
    const all = series.flatMap((s) => [...s.rtt_ms]);
    expect([all.length, all.filter(Number.isNaN).length]).toEqual([3272, 64]);
  });
});
