/** The page of a campaign: the verdict, the failures, and the table of what was reached. */
import type { FuzzDocument, GoalLine } from "./document.ts";
import type { FuzzFailure } from "./failures.ts";
import { evidenceOf, failureText, shortened, verdictOf } from "./words.ts";
import { count, duration, large, percent } from "../summary-words.ts";
import { html, type Html, type HtmlPart } from "../report/html.ts";
import { again, bigFigures, pageText, section, table, verdict, type BigFigure } from "../report/page.ts";

type Part = { readonly id: string; readonly name: string; readonly title: string; readonly body: HtmlPart };

/** The whole page. Wall time is the one thing it does not speak of, so that equal campaigns give equal bytes. */
export function fuzzPage(document: FuzzDocument): string {
  const { head, text, tone } = verdictOf(document);
  const parts: (Part | null)[] = [
    document.failures.length === 0
      ? null
      : { id: "failures", name: "Failures", title: "What failed", body: document.failures.map(failureHtml) },
    { id: "rules", name: "Rules", title: "Rules put to the test", body: rulesTable(document) },
    { id: "faults", name: "Faults", title: "Faults, and what they truly met", body: faultsTable(document) },
    { id: "goals", name: "Goals", title: "What must have happened", body: goalsTable(document) },
    { id: "reached", name: "Reached", title: "Everything that was counted", body: reachedTable(document) },
  ];
  const shown = parts.filter((part): part is Part => part !== null);
  return pageText({
    title: `Campaign: ${document.scenario}`,
    lead: evidenceOf(document)[0]?.[1] ?? "",
    links: shown.map(({ id, name }) => ({ id, name })),
    body: [
      verdict(tone, head, html`<p>${text}</p>${again(document.command, "The same campaign again")}`),
      bigFigures(figures(document)),
      shown.map(({ id, title, body }) => section(id, title, body)),
    ],
  });
}

function figures(document: FuzzDocument): BigFigure[] {
  const { seeds, faults, goals, failures } = document;
  const met = faults.filter((fault) => fault.effects > 0).length;
  const reached = goals.filter((goal) => goal.state === "reached").length;
  return [
    { name: "seeds", value: count(seeds.ran), meaning: seeds.twice ? "each run twice, to the same bit" : "each run once" },
    { name: "virtual time", value: duration(document.virtual_s * 1000), meaning: `${large(document.events)} events` },
    {
      name: "kinds of faults",
      value: `${met} of ${faults.length}`,
      meaning: "met something",
      tone: met === faults.length ? "good" : "warn",
    },
    { name: "goals", value: `${reached} of ${goals.length}`, meaning: "reached", tone: reached === goals.length ? "good" : "warn" },
    { name: "failures", value: count(failures.length), meaning: "of different kinds", tone: failures.length === 0 ? "good" : "bad" },
  ];
}

function failureHtml(failure: FuzzFailure): Html {
  const { signature, folder, minimal } = failure;
  return html`<article><h3>${signature.rule}: ${shortened(minimal?.message ?? failure.message)}</h3>
<p>${failureText(failure)}</p>
<p><a href="${folder}/timeline.html">Timeline</a> · <a href="${folder}/minimal.yaml">minimal.yaml</a> · <a href="${folder}/failure.json">failure.json</a> · <a href="${folder}/trace.jsonl">trace.jsonl</a></p>
${again(`peerstead replay ${folder}/failure.json`, "See it again, from the folder of this page")}</article>
`;
}

function rulesTable({ rules }: FuzzDocument): Html {
  return table(
    "Rules: how often each was evaluated, in how many seeds it was broken, and how much of its bound in time was used at most",
    [
      { head: "rule" },
      { head: "evaluated", figures: true },
      { head: "broken in seeds", figures: true },
      { head: "of its bound", figures: true },
      { head: "nearest in seed", figures: true },
    ],
    rules.map(({ rule, evaluated, broken, used }) => [
      rule,
      count(evaluated),
      count(broken),
      used === null ? "" : percent(used.share),
      used === null ? "" : count(used.seed),
    ]),
  );
}

function faultsTable({ faults }: FuzzDocument): Html {
  return table(
    "Faults: seeds that had them, occurrences, and what they met where it took place",
    [
      { head: "fault" },
      { head: "seeds", figures: true },
      { head: "planned", figures: true },
      { head: "began", figures: true },
      { head: "effects", figures: true },
    ],
    faults.map((fault) => [fault.kind, count(fault.seeds), count(fault.planned), count(fault.applied), count(fault.effects)]),
  );
}

function goalsTable({ goals }: FuzzDocument): Html {
  const state = (goal: GoalLine): string => (goal.state === "not yet" ? `not yet; by ${count(goal.within)} seeds` : goal.state);
  return table(
    "Goals: things that must happen now and then in a campaign of this length",
    [{ head: "goal" }, { head: "what it means" }, { head: "seeds", figures: true }, { head: "times", figures: true }, { head: "state" }],
    goals.map((goal) => [goal.name, goal.what, count(goal.seeds), count(goal.times), state(goal)]),
  );
}

function reachedTable({ reached, most }: FuzzDocument): HtmlPart {
  return [
    table(
      "Everything counted by name",
      [{ head: "name" }, { head: "seeds", figures: true }, { head: "times", figures: true }],
      Object.entries(reached).map(([name, line]) => [name, count(line.seeds), count(line.times)]),
    ),
    table(
      "How far things went at most",
      [{ head: "what" }, { head: "most", figures: true }, { head: "first in seed", figures: true }],
      Object.entries(most).map(([name, line]) => [name, count(line.value), count(line.seed)]),
    ),
  ];
}
