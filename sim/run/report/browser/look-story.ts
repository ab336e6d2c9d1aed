/** The story of a run in the browser: what it is made of, who served what when, and how that is said. Its functions run there from their text. */

/** One move, milliseconds. */
export type Move = {
  at: number;
  cause: string;
  form: string;
  from: number;
  to: number;
  players: number;
  away: number;
  noticed: number;
  total: number;
  failure: string | null;
  steps: [string, number][];
};
/** A row: `changes` holds time and host in turns for a map (-1: nobody), comings and goings in turns for a machine. */
export type Row = { id: number; name: string; note: string; changes: number[]; moves: Move[]; away: number };
/** A machine as the page knows it. */
export type Host = { region: string; vps: boolean };
/** Something that happened to the whole run. */
export type Mark = { at: number; kind: string; text: string };
/** The story with its names. */
export type Story = {
  end: number;
  maps: Row[];
  machines: Row[];
  hosts: Map<number, Host>;
  marks: Mark[];
  moves: { row: Row; move: Move }[];
};
/** The story as the page carries it. */
export type Packed = {
  end: number;
  words: string[];
  regions: string[];
  maps: [number, string, number[], (number | number[])[][]][];
  hosts: [number, number, number, number[]][];
  marks: [number, string, string][];
};
/** What is shown: rows of which kind, in which order and window of time, and where the cursor stands. */
export type View = { kind: "maps" | "machines"; rows: Row[]; from: number; to: number; at: number; chosen: Row | null; painted: boolean };
/** The elements of the page that the script works on. */
export type Parts = {
  stage: HTMLElement;
  canvas: HTMLCanvasElement;
  overview: HTMLCanvasElement;
  clock: HTMLInputElement;
  now: HTMLElement;
  list: HTMLElement;
  detail: HTMLElement;
  tip: HTMLElement;
  spacer: HTMLElement;
};
/** All of it together. */
export type Look = { story: Story; view: View; parts: Parts };

/** The page carries the story as short lists; here they get their names back. */
export function unpack({ end, words, regions, maps, hosts, marks }: Packed): Story {
  const word = (index: number | number[] | undefined): string => words[index as number] ?? "";
  const moveOf = (m: (number | number[])[]): Move => {
    const steps: [string, number][] = [];
    const flat = m[10] as number[];
    for (let i = 0; i + 1 < flat.length; i += 2) steps.push([word(flat[i]), flat[i + 1] as number]);
    const failure = m[9] as number;
    return {
      at: m[0] as number,
      cause: word(m[1]),
      form: word(m[2]),
      from: m[3] as number,
      to: m[4] as number,
      players: m[5] as number,
      away: m[6] as number,
      noticed: m[7] as number,
      total: m[8] as number,
      failure: failure < 0 ? null : word(failure),
      steps,
    };
  };
  const about = new Map<number, Host>();
  for (const [id, region, vps] of hosts) about.set(id, { region: regions[region] ?? "", vps: vps === 1 });
  const rows = maps.map(
    ([id, name, changes, moves]): Row => ({ id, name, note: "", changes, moves: moves.map(moveOf), away: awayOf(changes, end) }),
  );
  const machines = hosts.map(
    ([id, region, vps, changes]): Row => ({
      id,
      name: vps === 1 ? `VPS ${id}` : `host ${id}`,
      note: regions[region] ?? "",
      changes,
      moves: [],
      away: 0,
    }),
  );
  const all = rows.flatMap((row) => row.moves.map((move) => ({ row, move }))).sort((a, b) => a.move.at - b.move.at);
  return { end, maps: rows, machines, hosts: about, marks: marks.map(([at, kind, text]) => ({ at, kind, text })), moves: all };
}

/** Time in which nobody served, after the first host came. */
function awayOf(changes: number[], end: number): number {
  // The wait for the first host is no outage, unless there never was one.
  if (changes.length <= 2) return end;
  let sum = 0;
  for (let i = 2; i + 1 < changes.length; i += 2) if (changes[i + 1] === -1) sum += (changes[i + 2] ?? end) - (changes[i] as number);
  return sum;
}

/** Whoever serves the map at an instant; -1 for nobody, and before the first host. */
export function hostAt(changes: number[], at: number): { host: number; since: number } {
  let low = 0;
  let high = changes.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle * 2] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? { host: -1, since: 0 } : { host: changes[low * 2 - 1] as number, since: changes[low * 2 - 2] as number };
}

/** A move in a line; its button goes there. */
export function moveLine(story: Story, row: Row, move: Move): HTMLElement {
  const item = line("");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${clockText(move.at)} ${row.name}`;
  button.dataset["at"] = String(move.at);
  button.dataset["map"] = String(row.id);
  const noticed = move.noticed > 0 ? `noticed after ${spanText(move.noticed)}, ` : "";
  let before = 0;
  const steps: string[] = [];
  for (const [step, ms] of move.steps) {
    if (ms > before) steps.push(`${step} ${spanText(ms - before)}`);
    before = Math.max(before, ms);
  }
  const end = move.failure === null ? `took ${spanText(move.total)}` : `given up: ${move.failure.replaceAll("_", " ")}`;
  const words = ` ${move.cause} (${move.form}): ${hostText(story, move.from)} → ${hostText(story, move.to)}, ${move.players} players; ${noticed}${steps.join(", ")}; ${end}${move.away > 0 ? `, map away ${spanText(move.away)}` : ""}`;
  item.append(button, words);
  return item;
}

/** A machine in words. */
export function hostText(story: Story, host: number): string {
  const known = story.hosts.get(host);
  if (host < 0) return "nobody";
  if (known === undefined) return `host ${host}`;
  return `${known.vps ? "VPS" : "host"} ${host}${known.region === "" ? "" : ` (${known.region})`}`;
}

/** A paragraph. */
export function line(text: string): HTMLElement {
  const item = document.createElement("p");
  item.textContent = text;
  return item;
}

/** A heading. */
function heading(text: string): HTMLElement {
  const item = document.createElement("h3");
  item.textContent = text;
  return item;
}

/** Virtual time as h:mm:ss. */
export function clockText(ms: number): string {
  const s = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** A span of time in words. */
function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 6000) / 10} min`;
}

/** What there is to say of the chosen row. */
export function detailOf(story: Story, view: View): HTMLElement[] {
  const row = view.chosen;
  if (row === null) return [line("Choose a row to read its own story.")];
  if (view.kind === "machines") {
    const served = story.maps.filter((map) => hostAt(map.changes, view.at).host === row.id).map((map) => map.name);
    return [
      heading(`${row.name}, ${row.note}`),
      line(served.length === 0 ? "It serves no map now." : `It serves ${served.join(", ")}.`),
      line(`It came and went ${Math.ceil(row.changes.length / 2)} times.`),
    ];
  }
  const { host, since } = hostAt(row.changes, view.at);
  const now = host < 0 ? `Nobody serves it since ${clockText(since)}.` : `Served by ${hostText(story, host)} since ${clockText(since)}.`;
  const about = `${row.moves.length} moves; without a host for ${spanText(row.away)} in all.`;
  return [
    heading(row.name),
    line(now),
    line(about),
    ...row.moves
      .toSorted((a, b) => Math.abs(a.at - view.at) - Math.abs(b.at - view.at))
      .slice(0, 8)
      .sort((a, b) => a.at - b.at)
      .map((move) => moveLine(story, row, move)),
  ];
}

const FUNCTIONS = [unpack, awayOf, hostAt, moveLine, hostText, line, heading, clockText, spanText, detailOf];

/** The source of these functions. */
export const LOOK_STORY_SOURCE = FUNCTIONS.map(String).join("\n");
