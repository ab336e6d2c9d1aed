/** The last cuts: settings that need not differ from the usual, and what only makes a run harder to read. */
import type { MapConf, Tuning } from "../../../src/core/settings.ts";
import { defaultMapConf, defaultTuning } from "../../../src/core/settings.ts";
import type { Attempts } from "./attempts.ts";

/** Sets every setting back to its default that the failure does not need: all at once, or section by section, or one by one. */
export function cutSettings(a: Attempts): void {
  const usual = defaultMapConf();
  const conf = { ...usual, p2p_eligible_maps: a.options.conf.p2p_eligible_maps };
  if (!a.still({ conf })) for (const section of sectionsOf(usual)) cutSection(a, section, usual);
  if (!a.still({ tuning: defaultTuning() })) cutTuning(a);
}

function sectionsOf(conf: MapConf): (keyof MapConf)[] {
  return (Object.keys(conf) as (keyof MapConf)[]).filter((section) => section !== "p2p_eligible_maps");
}

function cutSection(a: Attempts, section: keyof MapConf, usual: MapConf): void {
  if (equal(a.options.conf[section], usual[section]) || a.still({ conf: { ...a.options.conf, [section]: usual[section] } })) return;
  const values = usual[section] as Record<string, unknown>;
  for (const [key, value] of Object.entries(values)) {
    const now = a.options.conf[section] as Record<string, unknown>;
    if (!equal(now[key], value)) a.still({ conf: { ...a.options.conf, [section]: { ...now, [key]: value } } });
  }
}

function cutTuning(a: Attempts): void {
  const usual: Tuning = defaultTuning();
  for (const key of Object.keys(usual) as (keyof Tuning)[]) {
    if (a.options.tuning[key] !== usual[key]) a.still({ tuning: { ...a.options.tuning, [key]: usual[key] } });
  }
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Takes away what makes a run noisy: jitter, loss, measurements that waver, store answers that take their time. */
export function quieten(a: Attempts): void {
  const { network, hosts } = a.options;
  if (network.jitterMs > 0 || network.loss > 0 || network.burst !== null) {
    if (!a.still({ network: { ...network, jitterMs: 0, loss: 0, burst: null } })) {
      a.still({ network: { ...a.options.network, burst: null } });
      a.still({ network: { ...a.options.network, loss: 0 } });
      a.still({ network: { ...a.options.network, jitterMs: 0 } });
    }
  }
  const list = a.options.hosts.list?.map((host) => ({ ...host, upS: 0 })) ?? null;
  if (list !== null) a.still({ hosts: { ...a.options.hosts, list } });
  if (hosts.metricsNoise > 0) a.still({ hosts: { ...a.options.hosts, metricsNoise: 0 } });
  a.still({ store: { latencyMs: { law: "constant", value: 1 } } });
  a.still({ players: { ...a.options.players, quit: { ...a.options.players.quit, perHour: 0 } } });
}
