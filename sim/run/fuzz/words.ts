/** A campaign in words: its verdict, what it rests on, what failed. */
import { count, counted, duration, large, listed, percent } from "../summary-words.ts";
import type { FuzzDocument, GoalLine } from "./document.ts";
import type { FuzzFailure } from "./failures.ts";

/** The verdict in a sentence, more of it, and how it is meant. */
export type FuzzVerdict = { readonly head: string; readonly text: string; readonly tone: "good" | "bad" | "warn" };

/** What the campaign came to. */
export function verdictOf(document: FuzzDocument): FuzzVerdict {
  const { failures, inconclusive, seeds, rules } = document;
  const ran = `${counted(seeds.ran, "seed")}${seeds.twice ? ", each run twice," : ""}`;
  if (failures.length > 0) {
    const failed = failures.reduce((sum, failure) => sum + failure.seeds.length, 0);
    const names = [...new Set(failures.map((failure) => failure.signature.rule))];
    return {
      head: `${names.length === 1 ? `${names[0]} was` : `${listed(names)} were`} broken in ${failed} of ${counted(seeds.ran, "seed")}.`,
      text: `${counted(failures.length, "failure")} to look at; the smallest run of each stands in its folder.`,
      tone: "bad",
    };
  }
  if (document.result !== "ok" && document.result !== "inconclusive")
    return { head: `The campaign ended with ${document.result}.`, text: `${ran} and not all of them left a result.`, tone: "bad" };
  const evaluated = rules.reduce((sum, rule) => sum + rule.evaluated, 0);
  if (inconclusive.length > 0)
    return {
      head: "Inconclusive.",
      text: `No rule was broken in ${ran} but that says less than it seems: ${inconclusive.join("; ")}.`,
      tone: "warn",
    };
  return { head: "No rule was broken.", text: `${ran} put ${rules.length} rules to the test ${large(evaluated)} times.`, tone: "good" };
}

/** What the verdict rests on, as labelled paragraphs. */
export function evidenceOf(document: FuzzDocument): [label: string, text: string][] {
  const { seeds, faults, goals, most, rules, canary } = document;
  const effective = faults.filter((fault) => fault.effects > 0);
  const least = rules.filter((rule) => rule.evaluated > 0).sort((a, b) => a.evaluated - b.evaluated)[0];
  const reached = goals.filter((goal) => goal.state === "reached").length;
  const open = goals.filter((goal) => goal.state === "not yet");
  const out: [string, string][] = [
    ["Seeds", `${seeds.first} to ${seeds.last}: ${duration(document.virtual_s * 1000)} of virtual time, ${large(document.events)} events`],
    ["Faults", faultsText(faults.length, effective, faults)],
    [
      "Rules",
      least === undefined ? "none was put to the test" : `${rules.length}; least often ${least.rule}, ${count(least.evaluated)} times`,
    ],
  ];
  if (goals.some((goal) => goal.state !== "not asked"))
    out.push(["Reached", `${reached} of ${goals.length} goals${open.length > 0 ? `; not yet: ${openText(open)}` : ""}`]);
  const near = rules.flatMap(({ rule, used }) => (used === null ? [] : [`${rule} ${percent(used.share)}`]));
  if (near.length > 0) out.push(["Bounds", `used at most: ${near.join(", ")}`]);
  const far = Object.entries(most).map(([name, { value }]) => `${name} ${count(value)}`);
  if (far.length > 0) out.push(["At most", far.join(", ")]);
  out.push(["Canary", canary.caught ? `caught in ${counted(canary.seeds, "seed")}` : "not caught"]);
  return out;
}

function faultsText(kinds: number, effective: FuzzDocument["faults"], all: FuzzDocument["faults"]): string {
  const idle = all.filter((fault) => fault.planned > 0 && fault.effects === 0).map((fault) => fault.kind);
  const fired = effective.reduce((sum, fault) => sum + fault.applied, 0);
  return `${effective.length} of ${kinds} kinds met something, in ${count(fired)} occurrences${idle.length > 0 ? `; without effect: ${idle.join(", ")}` : ""}`;
}

const OPEN_SHOWN = 4;

function openText(open: readonly GoalLine[]): string {
  const shown = open.slice(0, OPEN_SHOWN).map((goal) => `${goal.name} (by ${count(goal.within)} seeds)`);
  return `${shown.join(", ")}${open.length > OPEN_SHOWN ? ` and ${open.length - OPEN_SHOWN} more` : ""}`;
}

/** One failure in a sentence: what, where first, how small. */
export function failureText({ signature, seeds, message, minimal }: FuzzFailure): string {
  const small =
    minimal === null
      ? "It did not fail again when it was cut down."
      : `Smallest run: ${counted(minimal.faults, "fault")}, ${counted(minimal.hosts, "host")}, ${counted(minimal.players, "player")}, ${counted(minimal.maps, "map")}, ${Math.round(minimal.duration_s * 10) / 10} s${minimal.verified ? ", verified twice" : ", NOT the same each time"}.`;
  const which = seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds, first ${seeds[0]}`;
  return `${signature.rule} (${which}): ${shortened(minimal?.message ?? message)} ${small}`;
}

/** A message without the trail behind it. */
export function shortened(message: string): string {
  const text = message.replace(/; before: .*/s, "").trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
