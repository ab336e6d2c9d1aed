/** A run of commands told to people: one numbered line a command, what the coordinator did because of it, and the rule that broke. */
import { US_PER_S } from "../../base/time.ts";
import { TIMER, TIMER_KINDS } from "../hosting/state.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import { actorKind, actorNumber, hostActor } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import { type Circumstances, type Command, SITES, type StoreMood } from "./command-kinds.fixture.ts";
import { type Ending, runCommands } from "./command-run.fixture.ts";

/** What one line tells of the coordinator's doings at most. */
const DOINGS_MAX = 14;

/** A command that did something: when, what, and what came of it. */
export type Line = { readonly at: number; readonly command: Command | null; readonly doings: readonly string[] };
/** A whole run. */
export type Transcript = {
  readonly circumstances: Circumstances;
  readonly lines: readonly Line[];
  readonly ending: Ending;
  readonly endedAt: number;
};

const seconds = (us: number): string => `${(us / US_PER_S).toFixed(3)} s`;

/** Runs commands again and writes down what happened. Commands that did nothing are left out. */
export function transcriptOf(circumstances: Circumstances, commands: readonly Command[]): Transcript {
  const lines: Line[] = [];
  let doings: string[] = [];
  let next: { readonly at: number; readonly command: Command | null } = { at: 0, command: null };
  let endedAt = 0;
  const ending = runCommands(circumstances, commands, (world) => {
    world.watch = (input, effects) => {
      endedAt = input.at;
      const done = effects.flatMap(doingOf);
      const cause = causeOf(input);
      if (done.length > 0 || cause.startsWith("the store")) doings.push(`${cause}${done.length > 0 ? ` -> ${done.join(", ")}` : ""}`);
    };
    return (at, command) => {
      next = { at, command };
      lines.push({ ...next, doings });
      doings = [];
    };
  });
  if (ending !== null || doings.length > 0) lines.push({ at: ending?.at ?? endedAt, command: null, doings });
  return { circumstances, lines, ending, endedAt };
}

/** The transcript as text. */
export function transcriptText({ circumstances, lines, ending }: Transcript): string {
  const { cold, crowded, auto, fallback, realtime, scoring, persistent } = circumstances;
  const conf = `auto migration ${onOff(auto)}, VPS fallback ${onOff(fallback)}, real time ${onOff(realtime)}, scoring ${scoring}, persistent hosts ${onOff(persistent)}`;
  const start = cold
    ? "the coordinator starts alone"
    : `the coordinator starts; sites 91 and 92 and hosts 1, ${crowded ? "2 (small)" : "2"}, 3 come; all is well for 5 s`;
  const told = lines.flatMap(({ at, command, doings }, i) => {
    const what = i === 0 && command === null ? start : command === null ? "then" : commandText(command);
    // What came before is there to be set up, what came last is what the rule broke on.
    const shown =
      i === 0 && lines.length > 1
        ? []
        : doings.length > DOINGS_MAX
          ? [`… ${doings.length - DOINGS_MAX} more`, ...doings.slice(-DOINGS_MAX)]
          : doings;
    return [`${i}. ${seconds(at)}  ${what}${shown.length > 0 ? `: ${shown.join("; ")}` : ""}`];
  });
  return [conf, ...told, ending === null ? "Every rule held." : `Broken at ${seconds(ending.at)}: ${ending.rule}`].join("\n");
}

const onOff = (flag: boolean): string => (flag ? "on" : "off");

/** A host in words: sites are VPS. */
function hostText(host: number): string {
  return host < 0 ? "nobody" : SITES.includes(host) ? `site ${host}` : `host ${host}`;
}

/** A command in plain words. */
export function commandText(command: Command): string {
  switch (command.do) {
    case "join": {
      const also = {
        true: "what it does",
        nothing: "nothing",
        stale: `also map ${command.map} at an older epoch`,
        invented: `also map ${command.map}`,
      };
      return `${hostText(command.host)} (${command.machine}) introduces itself and says it holds ${also[command.holds]}`;
    }
    case "lose":
      return `${hostText(command.host)} ${command.dies ? "dies" : "is cut off"}, noticed by ${command.how === "close" ? "a closed connection" : "silence"}`;
    case "false silence":
      return `the detector says that ${hostText(command.host)} is silent, wrongly`;
    case "measure":
      return `${hostText(command.host)} reports ${command.what}${command.times > 1 ? `, ${command.times} times` : ""}`;
    case "leave":
      return `${hostText(command.host)} wishes to leave`;
    case "lie": {
      const name = command.as === 0 || command.as === command.host ? "" : ` in the name of ${hostText(command.as)}`;
      return `${hostText(command.host)} says unasked${name}: ${command.what}, map ${command.map}, ${command.above} above the row's epoch`;
    }
    case "order":
      return `message ${command.pick} to a host is ${command.fate}`;
    case "probe":
      return `probe ${command.pick} is answered ${command.answer}`;
    case "store":
      return `store request ${command.pick} is answered: ${command.answer}`;
    case "store again":
      return `the last store request is answered a second time: ${command.answer}`;
    case "store stray":
      return `the store answers what nobody asked: ${command.answer}`;
    case "fence":
      return `${hostText(command.host)} writes its maps down`;
    case "enter":
      return `player ${command.player}${command.count > 1 ? ` and ${command.count - 1} more` : ""} wants onto map ${command.map}`;
    case "ask again":
      return `player ${command.player} says again where it is`;
    case "quit":
      return command.how === "says" ? `player ${command.player} leaves` : `the connection of player ${command.player} closes`;
    case "verdict":
      return `${command.times} verdict(s) on ${hostText(command.host)}: ${command.valid ? "valid" : "invalid"}`;
    case "restart":
      return `the coordinator starts anew; changed: ${command.change === "eligible" ? `map ${command.map}` : command.change}`;
    case "pass":
      return `${command.ms} ms pass, ${command.well ? `and all is answered as it should be${storeText(command.store)}` : "and nothing is answered"}`;
  }
}

const storeText = (mood: StoreMood): string => (mood === "truly" ? "" : `, but the store's requests: ${mood}`);

function causeOf(input: Input): string {
  switch (input.kind) {
    case "timer": {
      const kind = input.timer % TIMER_KINDS;
      const name = Object.entries(TIMER).find(([, number]) => number === kind)?.[0];
      return `(${seconds(input.at)}) timer ${name} ${Math.floor(input.timer / TIMER_KINDS)}`;
    }
    case "store":
      return `(${seconds(input.at)}) the store answers ${input.request} ${input.answer.result}`;
    case "message":
      return `(${seconds(input.at)}) ${actorText(input.from)}: ${messageText(input.message)}`;
    case "link/down":
      return `(${seconds(input.at)}) ${actorText(input.peer)} closed`;
    case "host/silent":
      return `(${seconds(input.at)}) ${hostText(input.host)} silent`;
    default:
      return `(${seconds(input.at)}) ${input.kind}`;
  }
}

function actorText(actor: number): string {
  const kind = actorKind(actor);
  return kind === "host" ? hostText(actorNumber(actor)) : kind === "player" ? `player ${actorNumber(actor)}` : "coordinator";
}

function messageText(message: Message): string {
  const on = "map" in message ? ` map ${message.map}` : "";
  return `${message.kind}${on}${"epoch" in message ? ` at ${message.epoch}` : ""}${"reason" in message ? ` (${message.reason})` : ""}`;
}

/** What an effect is worth telling: nothing of routine. */
function doingOf(effect: Effect): string[] {
  switch (effect.kind) {
    case "send":
      if (["host/welcome", "hosting/replicate"].includes(effect.message.kind)) return [];
      return [`tells ${actorText(effect.to)} ${messageText(effect.message)}`];
    case "store": {
      const { ask } = effect;
      if (ask.verb === "register") return [];
      if (ask.verb !== "claim") return [`asks ${effect.request} ${ask.verb}${"map" in ask ? ` map ${ask.map}` : ""}`];
      return [`asks ${effect.request} claim map ${ask.map} for ${actorText(hostActor(ask.host))} at ${ask.epoch} expecting ${ask.expect}`];
    }
    case "record":
      return recordText(effect.record);
    default:
      return [];
  }
}

function recordText(record: HistoryRecord): string[] {
  switch (record.kind) {
    case "move/decided":
      return [`decides map ${record.map} ${hostText(record.from)} to ${hostText(record.to)} (${record.cause}, ${record.form})`];
    case "move/failed":
      return [`gives up the move of map ${record.map} (${record.reason})`];
    case "move/done":
      return [`map ${record.map} is moved`];
    case "host/gone":
    case "host/suspected":
    case "host/cleared":
    case "host/blocked":
      return [`${hostText(record.host)} ${record.kind.slice(5)}`];
    case "refusal":
      return [`refuses ${record.what} (${record.reason})`];
    default:
      return [];
  }
}
