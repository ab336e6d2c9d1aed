/** The page to look into one run: lanes of maps and machines over time, and every move's steps. */
import { CAUSES } from "../summary-paragraphs.ts";
import { count, counted } from "../summary-words.ts";
import type { RunStory, StoryMove } from "../../outcome.ts";
import { LOOK_SCRIPT } from "./browser/look.ts";
import { html, type Html } from "./html.ts";
import { again, pageText } from "./page.ts";

/** What the page needs besides the story. `maps` and `regions` are names by number; `command` runs the seed alone again. */
export type LookParts = {
  readonly scenario: string;
  readonly seed: number;
  readonly story: RunStory;
  readonly maps: readonly string[];
  readonly regions: readonly string[];
  readonly command: string;
  /** Back to the run's page, where there is one. */
  readonly back: string | null;
};

/** The whole page. */
export function lookPage(parts: LookParts): string {
  const { scenario, seed, story, back } = parts;
  return pageText({
    title: `${scenario}, seed ${seed}: who served which map when`,
    lead: html`${sampleText(story)} ${back === null ? null : html`<a href="${back}">Back to the report</a>`}`,
    links: [],
    body: bodyOf(parts),
    scripts: [LOOK_SCRIPT],
    style: STYLE,
    data: { story: packed(parts) },
  });
}

const STYLE = `
.look{display:grid;grid-template-columns:minmax(0,1fr);gap:10px}
.look .bar{margin:0}
.look input,.look select{font:inherit;font-size:.85rem;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:6px;padding:3px 8px}
.look button[aria-pressed=true]{background:var(--text);color:var(--card)}
#overview{width:100%;height:56px;display:block;cursor:crosshair;touch-action:none;background:var(--soft);border-radius:6px}
#clock{width:100%;padding:0}
#stage{position:relative;height:min(62vh,720px);overflow-y:auto;border:1px solid var(--line);border-radius:6px;background:var(--card)}
#spacer{position:absolute;inset:0 0 auto 0;width:1px}
#lanes{position:sticky;top:0;display:block;width:100%;height:100%;cursor:crosshair}
.frame{position:relative}
#tip{position:absolute;z-index:3;pointer-events:none;max-width:260px;background:var(--text);color:var(--card);font-size:.8rem;padding:4px 8px;border-radius:5px}
.told{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 28px}
.told p{font-size:.88rem;margin:3px 0}
.told button{padding:0 6px;margin-right:4px;font-size:.8rem}
.key{display:inline-block;width:22px;margin-right:5px;vertical-align:middle}
@media (max-width:760px){.told{grid-template-columns:minmax(0,1fr)}}
@media print{#stage{height:620px;overflow:hidden}}
`;

function bodyOf({ command }: LookParts): Html {
  const key = (color: string, height: number, text: string): Html =>
    html`<li><span class="key" style="height:${height}px;background:var(--${color})"></span>${text}</li>`;
  return html`<noscript><div class="verdict warn"><p class="sentence">This page draws its lanes with a script, and scripts are switched off.</p><p>The report beside it needs none.</p></div></noscript>
<section class="look" aria-label="History of the run">
<div class="bar"><button type="button" id="maps" aria-pressed="true">Maps</button><button type="button" id="machines" aria-pressed="false">Machines</button>
<label class="small">Order <select id="order"><option value="away">longest without a host</option><option value="changes">most changes</option><option value="id">by number</option></select></label>
<label class="small">Find <input id="filter" type="search" placeholder="a name"></label><span id="count" class="quiet small"></span>
<button type="button" id="closer">Closer</button><button type="button" id="wider">Wider</button><button type="button" id="all">All</button></div>
<ul class="legend">${key("blue", 12, "machine of a player")}${key("sky", 12, "another one")}${key("orange", 6, "VPS")}${key("red", 14, "nobody")}</ul>
<canvas id="overview" aria-label="Moves over the whole run; drag to move in time"></canvas>
<label><span class="skip">Time</span><input type="range" id="clock" min="0" value="0"></label>
<p id="now" aria-live="polite"></p>
<div class="frame"><div id="stage" tabindex="0" role="application" aria-label="Lanes; left and right move in time, up and down choose a row, plus and minus change the scale"><div id="spacer"></div><canvas id="lanes"></canvas></div><div id="tip" hidden></div></div>
<p class="quiet small">A click chooses a row and an instant. Arrow keys move, + and − change the scale, as does the wheel with Shift or Ctrl.</p>
<div class="told"><div><h2>Moves around the cursor</h2><div id="list"></div></div><div><h2>The chosen row</h2><div id="detail" aria-live="polite"></div></div></div>
${again(command, "This run again")}
</section>`;
}

function sampleText({ lanes, maps_in_all, hosts }: RunStory): string {
  const sample =
    lanes.length < maps_in_all
      ? `a sample of ${count(lanes.length)} of ${counted(maps_in_all, "map")}`
      : `all ${counted(maps_in_all, "map")}`;
  return `Here are ${sample} and the ${counted(hosts.length, "machine")} that served them.`;
}

/** The story as short lists: words by number, moves without names of fields. The script of the page gives them back. */
function packed({ story, maps, regions }: LookParts): unknown {
  const words: string[] = [];
  const numbers = new Map<string, number>();
  const word = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, words.length);
    return words.push(text) - 1;
  };
  const moveOf = (m: StoryMove): unknown[] => [
    m.at_ms,
    word(m.cause === "placement" ? "first placement" : CAUSES[m.cause]),
    word(m.form),
    m.from,
    m.to,
    m.players,
    m.away_ms,
    m.noticed_ms,
    m.total_ms,
    m.failure === null ? -1 : word(m.failure),
    m.steps.flatMap(([step, ms]) => [word(step), ms]),
  ];
  return {
    end: story.end_ms,
    regions,
    maps: story.lanes.map(({ map, changes, moves }) => [map, maps[map] ?? `map ${map}`, changes, moves.map(moveOf)]),
    hosts: story.hosts.map(({ host, region, vps, changes }) => [host, region, Number(vps), changes]),
    marks: story.marks.map(({ at_ms, kind, text }) => [at_ms, kind, text]),
    words,
  };
}
