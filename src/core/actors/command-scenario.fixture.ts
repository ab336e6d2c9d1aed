/**
 * A transcript as a scenario for the simulator: as many hosts, sites, maps and players, the same conf, and the same happenings at the same
 * times as an explicit plan. What no scenario can say stands in comments.
 */
import { US_PER_S } from "../../base/time.ts";
import { type Command, HOSTS, MAPS, PLAYERS, SITE_SLOTS, SITES } from "./command-kinds.fixture.ts";
import { settingsOf } from "./command-run.fixture.ts";
import { commandText, type Line, type Transcript } from "./command-words.fixture.ts";

/** How long a fault of the store lasts that stands for one answer: requests come at other times there. */
const STORE_FAULT_S = 0.5;
/** A false alarm: the process stands still for longer than heartbeats may be missing. */
const PAUSE_S = 1.2;
/** What stands after the last happening. */
const TAIL_S = 30;

/** The scenario's text, of schema peerstead-scenario/1. */
export function scenarioText(transcript: Transcript, name = "regress/commands"): string {
  const { circumstances, lines, endedAt } = transcript;
  const { conf, tuning, eligible } = settingsOf(circumstances);
  const lastS = Math.max(0, ...lines.filter(({ command }) => command !== null).map(({ at }) => at / US_PER_S));
  const durationS = Math.ceil(Math.max(lastS, Math.min(endedAt / US_PER_S, lastS + TAIL_S)) + TAIL_S);
  const { faults, unsaid } = planOf(lines, circumstances.cold, durationS);
  const general = `{enable_auto_migration: ${conf.general.enable_auto_migration}, enable_vps_fallback: ${conf.general.enable_vps_fallback}, scoring: ${conf.general.scoring}, persistent_hosts: ${conf.general.persistent_hosts}}`;
  return [
    "schema: peerstead-scenario/1",
    `name: ${name}`,
    "title: Exported from commands",
    `description: ${JSON.stringify(transcript.ending?.rule ?? "Every rule held.")}`,
    "# Host n of the transcript is host.(n - 1) here: all are machines alike, as a scenario draws machines and cannot name them one by one.",
    ...unsaid.map((text) => `# Not expressible: ${text}`),
    "mode: [safety, liveness]",
    `duration: ${durationS}s`,
    "settle: 120s",
    "seeds: {from: 1, count: 1}",
    "conf:",
    `  general: ${general}`,
    `  host_requirements: {max_disconnects_per_hour: ${conf.host_requirements.max_disconnects_per_hour}}`,
    `  realtime_gaming: {prioritize_realtime: ${conf.realtime_gaming.prioritize_realtime}}`,
    `  task_distribution: {reassignment_interval: ${conf.task_distribution.reassignment_interval}}`,
    "tuning:",
    ...(
      ["cooldownS", "returnAfterS", "backoffFirstS", "backoffMaxS", "blockedS", "mapPlayersMax", "stormHostsMin", "forgetAfterS"] as const
    ).map((field) => `  ${field}: ${tuning[field]}`),
    "fleet:",
    "  regions: {EU: 1}",
    "  hosts:",
    `    count: ${HOSTS.length}`,
    "    hardware: strong",
    "    upload: fibre",
    "    jitter: calm",
    "    uptime: exponential(1000h)",
    "    downtime: exponential(1m)",
    `  players: {peak: ${PLAYERS}, session: exponential(20m), stay: exponential(2m)}`,
    `  maps: {count: ${MAPS.length}, critical: ${eligible.filter((may) => !may).length}}`,
    "network: {playerAccess: near, hostAccess: near, jitter: laplace(500us), loss: 0, burst: null}",
    "vps:",
    "  sites:",
    ...SITES.map(() => `    - {region: EU, slots: ${SITE_SLOTS}}`),
    faults.length > 0 ? "faults:\n  plan:" : "faults: {plan: []}",
    ...faults.map((fault, i) => `    - {id: n${i + 1}, ${fault}}`),
    "require: {faultsEffective: none}",
    "",
  ].join("\n");
}

type Plan = { readonly faults: string[]; readonly unsaid: string[] };

function planOf(lines: readonly Line[], cold: boolean, durationS: number): Plan {
  const faults: string[] = [];
  const unsaid: string[] = [];
  const told = lines.filter((line): line is Line & { command: Command } => line.command !== null);
  for (const host of HOSTS) faults.push(...absence(told, host, cold, durationS));
  told.forEach((line, i) => {
    const fault = faultOf(line, told.slice(i + 1), durationS);
    if (fault === null) unsaid.push(`${seconds(line.at)} ${commandText(line.command)}`);
    else if (fault !== "") faults.push(fault);
  });
  return { faults, unsaid };
}

/** A machine that comes later is dead until then. */
function absence(told: readonly (Line & { command: Command })[], host: number, cold: boolean, durationS: number): string[] {
  if (!cold && host <= 3) return [];
  const first = told.find(({ command }) => command.do === "join" && command.host === host);
  const forS = first === undefined ? durationS : first.at / US_PER_S;
  return forS > 0 ? [`kind: crash, at: 0s, target: host.${host - 1}, for: ${forS}s`] : [];
}

const seconds = (us: number): string => `${us / US_PER_S}s`;

/** A command as a fault of the plan; empty when the plan says it otherwise, null when none can. */
function faultOf(
  { at, command }: Line & { command: Command },
  later: readonly (Line & { command: Command })[],
  durationS: number,
): string | null {
  const when = `at: ${seconds(at)}`;
  switch (command.do) {
    case "lose": {
      if (SITES.includes(command.host)) return null;
      const back = later.find((next) => next.command.do === "join" && next.command.host === command.host);
      const forS = Math.max(0.1, (back?.at ?? durationS * US_PER_S) / US_PER_S - at / US_PER_S);
      const target = `target: host.${command.host - 1}, for: ${forS.toFixed(3)}s`;
      return command.dies ? `kind: crash, ${when}, ${target}, close: ${command.how === "close"}` : `kind: cut, ${when}, ${target}`;
    }
    case "false silence":
      return SITES.includes(command.host) ? null : `kind: pause, ${when}, target: host.${command.host - 1}, for: ${PAUSE_S}s`;
    case "leave":
      return `kind: leave, ${when}, target: host.${command.host - 1}`;
    case "verdict":
      return command.valid ? null : `kind: validation-fail, ${when}, target: host.${command.host - 1}`;
    case "restart":
      return command.change === "nothing" ? `kind: coordinator-restart, ${when}, for: 100ms` : null;
    case "store":
      return storeFault(command.answer, when, STORE_FAULT_S);
    case "quit":
      return `kind: player-drop, ${when}, amount: ${(1 / PLAYERS).toFixed(3)}`;
    case "join":
      return command.holds === "true" || command.holds === "nothing" ? "" : null;
    case "pass":
      return command.well ? storeFault(command.store, when, Math.max(STORE_FAULT_S, command.ms / 1000)) : "";
    case "enter":
    case "ask again":
    case "fence":
      return "";
    case "order":
    case "probe":
      return (command.do === "order" ? command.fate === "obeyed" : command.answer === "yes") ? "" : null;
    default:
      return null;
  }
}

function storeFault(answer: Extract<Command, { do: "store" }>["answer"], when: string, forS: number): string {
  const kinds = {
    truly: "",
    refused: "store-refuse",
    failed: "store-fail",
    committed: "store-unknown",
    missed: "store-unknown",
    delayed: "store-unknown",
  };
  return kinds[answer] === "" ? "" : `kind: ${kinds[answer]}, ${when}, for: ${forS}s, amount: 1`;
}
