/**
 * The page to look into: lanes of maps and machines over time, a cursor in time, and in words what is under it. Runs in the browser, from the text of
 * its functions: Node keeps names as they are written here, so what one file takes from another is found there under the same name.
 */
import { LOOK_PAINT_SOURCE, nameWidth, paintLanes, paintOverview, rowHeight } from "./look-paint.ts";
import {
  clockText,
  detailOf,
  hostAt,
  hostText,
  line,
  LOOK_STORY_SOURCE,
  moveLine,
  unpack,
  type Look,
  type Packed,
  type Parts,
  type Row,
  type View,
} from "./look-story.ts";

/** Starts when the page is read. */
function startLook(): void {
  const packed = JSON.parse(document.getElementById("data")?.textContent ?? "{}") as { story: Packed };
  const story = unpack(packed.story);
  const part = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
  const parts: Parts = {
    stage: part("stage"),
    canvas: part("lanes") as HTMLCanvasElement,
    overview: part("overview") as HTMLCanvasElement,
    clock: part("clock") as HTMLInputElement,
    now: part("now"),
    list: part("list"),
    detail: part("detail"),
    tip: part("tip"),
    spacer: part("spacer"),
  };
  const view: View = {
    kind: "maps",
    rows: story.maps,
    from: 0,
    to: story.end,
    at: Math.round(story.end / 2),
    chosen: null,
    painted: false,
  };
  const look: Look = { story, view, parts };
  parts.clock.max = String(story.end);
  parts.clock.step = String(Math.max(1, Math.round(story.end / 2000)));
  chooseRows(look);
  wire(look);
  repaint(look);
}

/** Rows in the order and with the words asked for. */
function chooseRows({ story, view, parts }: Look): void {
  const words = (document.getElementById("filter") as HTMLInputElement).value.trim().toLowerCase();
  const order = (document.getElementById("order") as HTMLSelectElement).value;
  const rows = (view.kind === "maps" ? story.maps : story.machines).filter(
    (row) => words === "" || `${row.name} ${row.note}`.toLowerCase().includes(words),
  );
  const by: Record<string, (row: Row) => number> = { away: (row) => -row.away, changes: (row) => -row.changes.length, id: (row) => row.id };
  const give = by[order] ?? ((row: Row) => row.id);
  view.rows = rows.toSorted((a, b) => give(a) - give(b) || a.id - b.id);
  parts.spacer.style.height = `${view.rows.length * rowHeight()}px`;
  const count = document.getElementById("count") as HTMLElement;
  count.textContent = `${view.rows.length} ${view.kind === "maps" ? "maps" : "machines"}`;
}

/** At most once a frame. */
function repaint(look: Look): void {
  if (look.view.painted) return;
  look.view.painted = true;
  requestAnimationFrame(() => {
    look.view.painted = false;
    paintLanes(look);
    paintOverview(look);
    tell(look);
  });
}

/** What stands at the cursor, in words: for all, and in particular for the chosen row. */
function tell({ story, view, parts }: Look): void {
  const { at } = view;
  let players = 0;
  let vps = 0;
  for (const row of story.maps) {
    const { host } = hostAt(row.changes, at);
    if (host < 0) continue;
    if (story.hosts.get(host)?.vps === true) vps++;
    else players++;
  }
  const nobody = story.maps.length - players - vps;
  parts.clock.value = String(at);
  parts.clock.setAttribute("aria-valuetext", clockText(at));
  parts.now.textContent = `${clockText(at)}: ${players} maps on machines of players, ${vps} on the VPS, ${nobody} with nobody.`;
  const near = story.moves.filter(({ move }) => move.at >= view.from && move.at <= view.to);
  let place = near.findIndex(({ move }) => move.at >= at);
  if (place < 0) place = near.length;
  const shown = near.slice(Math.max(0, place - 6), place + 6);
  const marks = story.marks.filter((mark) => Math.abs(mark.at - at) < (view.to - view.from) / 40).slice(0, 6);
  parts.list.replaceChildren(
    ...marks.map((mark) => line(`${clockText(mark.at)} ${mark.kind.replace("-", " ")}: ${mark.text}`)),
    ...shown.map(({ row, move }) => moveLine(story, row, move)),
  );
  if (shown.length === 0) parts.list.append(line("No map moved in this stretch of time."));
  parts.detail.replaceChildren(...detailOf(story, view));
}

/** Moves the window so that the cursor is in it. */
function goTo(look: Look, at: number): void {
  const { story, view } = look;
  view.at = Math.min(story.end, Math.max(0, Math.round(at)));
  const width = view.to - view.from;
  if (view.at < view.from || view.at > view.to) showFrom(look, view.at - width / 2, width);
  repaint(look);
}

function showFrom({ story, view }: Look, from: number, width: number): void {
  const wide = Math.min(story.end, Math.max(2000, width));
  view.from = Math.min(story.end - wide, Math.max(0, from));
  view.to = view.from + wide;
}

/** Wider or closer by a factor, the instant at `share` of the window staying where it is. */
function zoom(look: Look, factor: number, share: number): void {
  const { from, to } = look.view;
  const width = (to - from) * factor;
  showFrom(look, from + (to - from) * share - width * share, width);
  repaint(look);
}

/** Pointer, wheel, keys and buttons. */
function wire(look: Look): void {
  const { parts, view, story } = look;
  const on = (id: string, event: string, act: () => void): void => document.getElementById(id)?.addEventListener(event, act);
  const share = (event: MouseEvent, canvas: HTMLElement, left: number): number => {
    const box = canvas.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left - left) / (box.width - left)));
  };
  const left = (): number => nameWidth(parts.canvas.clientWidth);
  on("order", "change", () => (chooseRows(look), repaint(look)));
  on("filter", "input", () => (chooseRows(look), repaint(look)));
  for (const kind of ["maps", "machines"] as const) {
    on(kind, "click", () => {
      Object.assign(view, { kind, chosen: null });
      for (const each of ["maps", "machines"]) document.getElementById(each)?.setAttribute("aria-pressed", String(each === kind));
      parts.stage.scrollTop = 0;
      chooseRows(look);
      repaint(look);
    });
  }
  on("closer", "click", () => zoom(look, 0.5, (view.at - view.from) / (view.to - view.from)));
  on("wider", "click", () => zoom(look, 2, (view.at - view.from) / (view.to - view.from)));
  on("all", "click", () => (showFrom(look, 0, story.end), repaint(look)));
  parts.clock.addEventListener("input", () => goTo(look, Number(parts.clock.value)));
  parts.stage.addEventListener("scroll", () => repaint(look));
  parts.stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    zoom(look, event.deltaY > 0 ? 1.25 : 0.8, share(event, parts.canvas, left()));
  });
  parts.canvas.addEventListener("click", (event) => {
    const row = Math.floor((event.clientY - parts.canvas.getBoundingClientRect().top + parts.stage.scrollTop) / rowHeight());
    view.chosen = view.rows[row] ?? null;
    goTo(look, view.from + share(event, parts.canvas, left()) * (view.to - view.from));
  });
  parts.canvas.addEventListener("mousemove", (event) => showTip(look, event, share(event, parts.canvas, left())));
  parts.canvas.addEventListener("mouseleave", () => (parts.tip.hidden = true));
  const scrub = (event: PointerEvent): void => {
    if (event.buttons === 1) goTo(look, share(event, parts.overview, 0) * story.end);
  };
  parts.overview.addEventListener("pointerdown", scrub);
  parts.overview.addEventListener("pointermove", scrub);
  parts.stage.addEventListener("keydown", (event) => keyed(look, event));
  for (const place of [parts.list, parts.detail]) {
    place.addEventListener("click", (event) => {
      const { at, map } = (event.target as HTMLElement).dataset;
      if (at === undefined) return;
      if (view.kind === "maps") view.chosen = story.maps.find((row) => String(row.id) === map) ?? view.chosen;
      goTo(look, Number(at));
    });
  }
  document.addEventListener("theme", () => repaint(look));
  new ResizeObserver(() => repaint(look)).observe(parts.stage);
}

function keyed(look: Look, event: KeyboardEvent): void {
  const { view } = look;
  const step = (view.to - view.from) / 50;
  const place = view.chosen === null ? -1 : view.rows.indexOf(view.chosen);
  const acts: Record<string, () => void> = {
    ArrowLeft: () => goTo(look, view.at - step),
    ArrowRight: () => goTo(look, view.at + step),
    ArrowUp: () => choose(look, Math.max(0, place - 1)),
    ArrowDown: () => choose(look, Math.min(view.rows.length - 1, place + 1)),
    "+": () => zoom(look, 0.5, 0.5),
    "-": () => zoom(look, 2, 0.5),
  };
  const act = acts[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function choose(look: Look, place: number): void {
  const { view, parts } = look;
  view.chosen = view.rows[place] ?? null;
  const top = place * rowHeight();
  if (top < parts.stage.scrollTop) parts.stage.scrollTop = top;
  else if (top + rowHeight() > parts.stage.scrollTop + parts.stage.clientHeight)
    parts.stage.scrollTop = top + rowHeight() - parts.stage.clientHeight;
  repaint(look);
}

function showTip({ story, view, parts }: Look, event: MouseEvent, share: number): void {
  const box = parts.canvas.getBoundingClientRect();
  const row = view.rows[Math.floor((event.clientY - box.top + parts.stage.scrollTop) / rowHeight())];
  parts.tip.hidden = row === undefined;
  if (row === undefined) return;
  const at = view.from + share * (view.to - view.from);
  const { host, since } = hostAt(row.changes, at);
  parts.tip.textContent =
    view.kind === "maps"
      ? `${clockText(at)} ${row.name}: ${hostText(story, host)} since ${clockText(since)}`
      : `${clockText(at)} ${row.name}, ${row.note}`;
  parts.tip.style.left = `${Math.min(box.width - 260, Math.max(0, event.clientX - box.left + 12))}px`;
  parts.tip.style.top = `${event.clientY - box.top + 14}px`;
}

const FUNCTIONS = [startLook, chooseRows, repaint, tell, goTo, showFrom, zoom, wire, keyed, choose, showTip];

/** The script as text. */
export const LOOK_SCRIPT = `"use strict";\n(() => {\n${LOOK_STORY_SOURCE}\n${LOOK_PAINT_SOURCE}\n${FUNCTIONS.map(String).join("\n")}\nstartLook();\n})();`;
