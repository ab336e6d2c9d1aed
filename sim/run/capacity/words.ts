/** A search's answer in sentences, for terminal and page alike. */
import { count, figure, listed, percent, UNBROKEN } from "../summary-words.ts";
import type { CapacityDocument } from "./document.ts";
import type { Breach, CapacityProbe } from "./probe.ts";

/** Units that add nothing to the number beside the name of what is varied. */
const UNSPOKEN = ["", "share", "probability", "ratio", "weight"];
/** More load, in words that say what is carried. */
const CARRIED = ["fleet.players.peak", "fleet.players.scale", "fleet.maps.count"];
/** What an operator provides and would like to have less of. */
const PROVIDED = ["vps.slots", "fleet.hosts.count"];
const VALUES_NAMED = 4;
const MESSAGE_MAX = 200;

/** The answer as a short sentence, with the word of it that says most, then what goes with it. `tone`: good with an answer, bad without. */
export type Verdict = { readonly head: string; readonly key: string; readonly text: string; readonly tone: "good" | "bad" };

/** A value with its unit, as exact as it is: `31,500 players`, `1 slot`, `18.5m`. */
export function valueText({ unit, suffix }: Pick<CapacityDocument, "unit" | "suffix">, value: number): string {
  return suffix === "" ? withUnit(value, numberText(value), unit) : `${numberText(value)}${suffix}`;
}

/** A number with thousands separated and every decimal it has. */
export function numberText(value: number): string {
  const [whole = "", decimals] = String(value).split(".");
  if (/e/.test(whole + (decimals ?? ""))) return String(value);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** What a search found, in one sentence or two. */
export function verdictOf(document: CapacityDocument): Verdict {
  const { largest, broke, from, to } = document;
  if (largest === null) {
    const mild = valueText(document, document.direction === "up" ? Math.min(from, to) : Math.max(from, to));
    const text = broke === null ? "" : `There ${breachText(broke, broke.others.length > 0)}.`;
    return { head: `Not even ${mild}.`, key: "Not even", text, tone: "bad" };
  }
  const head = headOf(document, valueText(document, largest));
  if (broke === null) {
    return { ...head, text: "All thresholds hold up to that end of the range: the limit lies beyond it.", tone: "good" };
  }
  const side = document.direction === "up" ? "Above" : "Below";
  return { ...head, text: `${side}, ${breachText(broke, broke.others.length > 0)}, at ${valueText(document, broke.at)}.`, tone: "good" };
}

function headOf({ path, direction, beyond, vary, largest }: CapacityDocument, value: string): Pick<Verdict, "head" | "key"> {
  if (direction === "up" && CARRIED.includes(path)) return { head: `Carries ${value}${beyond ? " and more" : ""}.`, key: "Carries" };
  if (direction === "down" && PROVIDED.includes(path)) {
    const key = largest === 1 ? "suffices" : "suffice";
    return { head: `${value} ${key}${beyond ? ", and maybe fewer" : ""}.`, key };
  }
  return { head: `Holds ${direction === "up" ? "up to" : "down to"} ${vary} = ${value}${beyond ? " and beyond" : ""}.`, key: "Holds" };
}

/** A breach in words: `interruption_ms p(99)<=3000 breaks: 3,412 ms, 14 % too much`. `first`: there are others. */
export function breachText(breach: Breach, first = false): string {
  const { metric, expression, rule, message, seed } = breach;
  const verb = first ? "breaks first" : "breaks";
  if (metric !== null && expression !== null) return `${metric} ${expression} ${verb}: ${actualText(breach)}${excessText(breach)}`;
  const what = (message ?? "").length > MESSAGE_MAX ? `${(message ?? "").slice(0, MESSAGE_MAX - 1)}…` : (message ?? "");
  if (rule === "timeout" || rule === "crash") return `seed ${seed} ends with a ${rule}: ${what}`;
  if (rule !== null) return `rule ${rule} ${verb} on seed ${seed}: ${what}`;
  return `nothing is shown: ${what}`;
}

/** The actual value of a broken threshold with its unit, written so that it differs from the limit as it is written. */
function actualText({ actual, limit, unit }: Breach): string {
  if (actual === null) return "unknown";
  const alike = limit !== null && actual !== limit && figure(actual) === figure(limit);
  return withUnit(actual, alike ? numberText(actual) : figure(actual), unit ?? "");
}

/** A metric's value with its unit. */
export function measured(actual: number | null, unit: string): string {
  return actual === null ? "no sample" : withUnit(actual, figure(actual), unit);
}

/** A number as it is written, with its unit behind it where that says something. */
function withUnit(value: number, text: string, unit: string): string {
  if (UNSPOKEN.includes(unit)) return text;
  const one = value === 1 && /^[a-z]{3,}s$/.test(unit);
  return `${text}${UNBROKEN}${one ? unit.slice(0, -1) : unit}`;
}

/** How far beyond its limit; nothing where the limit is 0, for then the value says it all. */
function excessText(breach: Breach): string {
  const text = excessWords(breach);
  return text === "" ? "" : `, ${text}`;
}

/** `14 % too much`, `2.4 times the limit`, `25 % too little`; empty where the limit is 0. */
export function excessWords({ excess, expression }: Breach): string {
  if (excess === null) return "";
  const way = /[<>]/.exec(expression ?? "")?.[0];
  if (way === "<" && excess >= 1) return `${figure(Math.round((1 + excess) * 10) / 10)} times the limit`;
  return `${percent(excess)} ${way === "<" ? "too much" : way === ">" ? "too little" : "off"}`;
}

/** Why the answer is the cautious one; null where the answer is monotone. */
export function notMonotoneText(document: CapacityDocument): string | null {
  const { exceptions, bracket, largest } = document;
  if (document.monotone || bracket[1] === null) return null;
  const named = exceptions.slice(0, VALUES_NAMED).map((value) => numberText(value));
  const rest = exceptions.length > VALUES_NAMED ? [`${exceptions.length - VALUES_NAMED} more`] : [];
  const which = `${listed([...named, ...rest])} ${exceptions.length === 1 ? "holds" : "hold"} although ${valueText(document, bracket[1])} ${document.unit.endsWith("s") ? "do" : "does"} not`;
  return largest === null
    ? `${which}.`
    : `${which}. The answer is the cautious one: on its side of the break every value that was tried holds.`;
}

/** What could not be put to the test, and where; null where everything was. */
export function untestedText(document: CapacityDocument): string | null {
  const reasons = new Map<string, number[]>();
  for (const probe of document.probes.filter((each) => each.holds)) {
    for (const reason of probe.inconclusive) reasons.set(reason, [...(reasons.get(reason) ?? []), probe.value]);
  }
  if (reasons.size === 0) return null;
  const texts = [...reasons].map(([reason, values]) => {
    const named = values.slice(0, VALUES_NAMED).map(numberText);
    return `at ${listed([...named, ...(values.length > VALUES_NAMED ? [`${values.length - VALUES_NAMED} more`] : [])])}: ${reason}`;
  });
  return `${texts.join("; ")}. Nothing broke it there.`;
}

/** Whether a probe holds, in a word. */
export function stateText(probe: CapacityProbe): string {
  if (probe.holds) return "holds";
  const [first] = probe.breaches;
  return first?.metric === null && first.rule === null ? "not shown" : (first?.rule ?? "breaks");
}

/** How sure the answer is: from where to where was searched, and how narrow the bracket became. */
export function searchedText(document: CapacityDocument): string {
  const { vary, path, from, to, probes, seeds, bracket, precision } = document;
  const name = vary === path ? vary : `${vary} (${path})`;
  const range = `${name} from ${numberText(from)} to ${valueText(document, to)}, ${count(probes.length)} values on ${seedsText(seeds)} each.`;
  if (bracket[0] === null || bracket[1] === null) return range;
  const neighbours = Math.abs(bracket[0] - bracket[1]) === 1 && (precision.reached ?? 1) > precision.asked;
  const width =
    neighbours || precision.reached === null ? "neighbours" : `${percent(precision.reached)} apart (asked: ${percent(precision.asked)})`;
  return `${range} Last that holds ${numberText(bracket[0])}, first that does not ${numberText(bracket[1])}: ${width}.`;
}

function seedsText(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const sorted = seeds.toSorted((a, b) => a - b);
  return `seeds ${sorted[0]}..${sorted.at(-1)}`;
}
