/** `peerstead score`: which hosts of a hosts file may host, why the others may not, and how good each is. */
import { Option, type Command } from "commander";
import { readHosts, type HostRecord } from "../compat/hosts-file.ts";
import { readMapConf } from "../compat/map-conf-read.ts";
import { ineligibilities } from "../core/hosting/eligibility.ts";
import { normalizedScore, seedScore } from "../core/hosting/score.ts";
import type { MapConf } from "../core/settings.ts";
import { complaintText } from "../base/result.ts";
import { counted, Failure } from "./failure.ts";
import { say, sayJson, type Cli } from "./io.ts";
import { tableText } from "./table.ts";
import { openText } from "./text-file.ts";

type Flags = {
  readonly conf: string;
  readonly hosts: string;
  readonly strategy?: "seed" | "normalized";
  readonly realtime?: "on" | "off";
  readonly json?: boolean;
};

/** One host's verdict. `score` is not rounded; it is given for hosts that are not eligible, too. */
export type ScoreRow = {
  readonly account_id: number;
  readonly eligible: boolean;
  readonly reasons: readonly string[];
  readonly score: number;
};

const SCORE_DIGITS = 6;

/** Adds the command to the program. */
export function addScore(program: Command, cli: Cli): void {
  program
    .command("score")
    .description("judge the hosts of a p2p_hosts.yml by a p2p_map_config.conf")
    .requiredOption("--conf <file>", "the map conf, in any dialect")
    .requiredOption("--hosts <file>", "the hosts")
    .addOption(new Option("--strategy <name>", "scoring formula; the conf's own when not given").choices(["seed", "normalized"]))
    .addOption(new Option("--realtime <switch>", "instead of the conf's prioritize_realtime").choices(["on", "off"]))
    .option("--json", "answer with one JSON document: [{account_id, eligible, reasons, score}]")
    .addHelpText("after", "\nExample:\n  peerstead score --conf conf/p2p_map_config.conf --hosts db/p2p_hosts.yml --realtime off")
    .action((flags: Flags) => score(flags, cli));
}

function score(flags: Flags, cli: Cli): void {
  const { io } = cli;
  const conf = readMapConf(openText(flags.conf, io.cwd), flags.conf);
  if (conf.errors.length > 0) throw new Failure(`${counted(conf.errors.length, "error")} in ${flags.conf}`, conf.errors);
  for (const warning of conf.warnings) say(io.stderr, `warning: ${complaintText(warning)}`);
  const hosts = readHosts(openText(flags.hosts, io.cwd), flags.hosts);
  if (!hosts.ok) throw new Failure(`${counted(hosts.error.length, "error")} in ${flags.hosts}`, hosts.error);
  const settings = overridden(conf.settings, flags);
  const rows = hosts.value.map((host) => scoreRow(host, settings));
  if (flags.json === true) return sayJson(io, rows);
  const eligible = rows.filter((row) => row.eligible).length;
  const { scoring } = settings.general;
  const realtime = settings.realtime_gaming.prioritize_realtime ? "on" : "off";
  if (rows.length > 0) say(io.stdout, scoreTable(rows, cli));
  say(io.stdout, `${eligible} of ${counted(rows.length, "host")} eligible (scoring ${scoring}, realtime ${realtime})`);
}

/** The settings with what the command line puts in their place. */
function overridden(settings: MapConf, flags: Flags): MapConf {
  const { general, realtime_gaming } = settings;
  return {
    ...settings,
    general: { ...general, scoring: flags.strategy ?? general.scoring },
    realtime_gaming: {
      ...realtime_gaming,
      prioritize_realtime: flags.realtime === undefined ? realtime_gaming.prioritize_realtime : flags.realtime === "on",
    },
  };
}

/**
 * The verdict on one host of a hosts file. Such a file knows no players and no uptime, so `normalized` takes the host's own latency
 * for the players' and nothing off for a short uptime; and it knows no failed validations, so security counts as valid.
 */
function scoreRow(host: HostRecord, conf: MapConf): ScoreRow {
  const reasons = ineligibilities(host, conf, true);
  const normalized = conf.general.scoring === "normalized";
  const value = normalized ? normalizedScore(host, conf, host.latency_ms, null) : seedScore(host, conf);
  return { account_id: host.account_id, eligible: reasons.length === 0, reasons, score: value };
}

function scoreTable(rows: readonly ScoreRow[], cli: Cli): string {
  const best = rows.toSorted((a, b) => Number(b.eligible) - Number(a.eligible) || b.score - a.score || a.account_id - b.account_id);
  return tableText(
    cli.io,
    [
      { head: "account_id", align: "right" },
      { head: "score", align: "right" },
      { head: "eligible", align: "left" },
      { head: "reasons", align: "left" },
    ],
    best.map((row) => [String(row.account_id), row.score.toFixed(SCORE_DIGITS), row.eligible ? "yes" : "no", row.reasons.join(", ")]),
  );
}
