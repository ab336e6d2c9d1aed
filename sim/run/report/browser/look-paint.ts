/** Draws lanes and the strip above them, row by row as they come into view. Its functions run in the browser from their text. */
import { type Look, type Row, type View } from "./look-story.ts";

/** Height of a row, pixels. */
export function rowHeight(): number {
  return 16;
}

/** Room for names at the left of the lanes, pixels. */
export function nameWidth(width: number): number {
  return width < 600 ? 84 : 130;
}

function sized(canvas: HTMLCanvasElement, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  return context;
}

function paletteOf(): Record<string, string> {
  const style = getComputedStyle(document.documentElement);
  const names = ["text", "quiet", "line", "soft", "blue", "sky", "orange", "red", "green", "purple", "card", "bad"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** The rows in view. A map's lane is tall and blue on machines of players, lower and orange on the VPS, empty with a red line where nobody serves. */
export function paintLanes(look: Look): void {
  const { story, view, parts } = look;
  const { canvas, stage } = parts;
  const height = stage.clientHeight;
  const context = sized(canvas, height);
  const paint = paletteOf();
  const width = canvas.clientWidth;
  const left = nameWidth(width);
  const x = (at: number): number => left + ((at - view.from) / (view.to - view.from)) * (width - left);
  const brush: Brush = { context, paint, left, width, x };
  const row = rowHeight();
  const first = Math.floor(stage.scrollTop / row);
  const last = Math.min(view.rows.length, first + Math.ceil(height / row) + 1);
  context.strokeStyle = paint["text"] ?? "";
  for (const { at, kind } of story.marks) {
    if (at < view.from || at > view.to) continue;
    context.fillStyle = paint[kind === "fault-end" ? "soft" : "purple"] ?? "";
    context.fillRect(x(at), 0, 1, height);
  }
  for (let i = first; i < last; i++) {
    const one = view.rows[i] as Row;
    const top = i * row - stage.scrollTop;
    if (one === view.chosen) {
      context.fillStyle = paint["soft"] ?? "";
      context.fillRect(0, top, width, row);
    }
    if (view.kind === "maps") paintMap(brush, look, one, top);
    else paintMachine(brush, look, one, top);
    context.fillStyle = paint["text"] ?? "";
    if (one === view.chosen) context.strokeRect(0.5, top + 0.5, width - 1, row - 1);
    context.fillText(one.name, 4, top + row / 2, left - 8);
  }
  context.fillStyle = paint["text"] ?? "";
  if (view.at >= view.from && view.at <= view.to) context.fillRect(x(view.at), 0, 1.5, height);
}

/** What lanes are painted with: colours by name, and where an instant lies between the left end of the lanes and the right. */
type Brush = {
  readonly context: CanvasRenderingContext2D;
  readonly paint: Record<string, string>;
  readonly left: number;
  readonly width: number;
  readonly x: (at: number) => number;
};

/** A stretch of a lane, if any of it is in view: a bar of a colour, `top` and `height` in pixels, at least `least` wide. */
function paintBar(brush: Brush, view: View, from: number, to: number, color: string, top: number, height: number, least = 1): void {
  if (to < view.from || from > view.to) return;
  const { context, paint, left, width, x } = brush;
  const start = Math.max(left, x(from));
  context.fillStyle = paint[color] ?? "";
  context.fillRect(start, top, Math.max(least, Math.min(width, x(to)) - start), height);
}

function paintMap(brush: Brush, { story, view }: Look, { changes }: Row, top: number): void {
  // Neighbouring hosts of one lane differ in shade, so that a change of hands is seen.
  let shade = false;
  for (let i = 0; i + 1 < changes.length; i += 2) {
    const from = changes[i] as number;
    const to = changes[i + 2] ?? story.end;
    const host = changes[i + 1] as number;
    if (host >= 0) shade = !shade;
    if (host < 0) paintBar(brush, view, from, to, "red", top + 1, 14, 2);
    else if (story.hosts.get(host)?.vps === true) paintBar(brush, view, from, to, "orange", top + 8, 6);
    else paintBar(brush, view, from, to, shade ? "blue" : "sky", top + 2, 12);
  }
}

function paintMachine(brush: Brush, { story, view }: Look, { id, changes }: Row, top: number): void {
  const color = story.hosts.get(id)?.vps === true ? "orange" : "green";
  for (let i = 0; i < changes.length; i += 2) paintBar(brush, view, changes[i] as number, changes[i + 1] ?? story.end, color, top + 3, 10);
}

/** The whole run in a strip: moves as bars, losses of play as red ones, and the window that the lanes show. */
export function paintOverview({ story, view, parts }: Look): void {
  const HEIGHT = 56;
  const c = sized(parts.overview, HEIGHT);
  const paint = paletteOf();
  const width = parts.overview.clientWidth;
  const bins = Math.max(1, Math.floor(width / 3));
  const moves = new Array<number>(bins).fill(0);
  const away = new Array<number>(bins).fill(0);
  for (const { move } of story.moves) {
    // All maps get their first host at once; beside that nothing else could be seen.
    if (move.form === "placement") continue;
    const bin = Math.min(bins - 1, Math.floor((move.at / story.end) * bins));
    moves[bin] = (moves[bin] ?? 0) + 1;
    if (move.cause === "lost" || move.failure !== null) away[bin] = (away[bin] ?? 0) + 1;
  }
  const top = Math.max(1, ...moves);
  for (let bin = 0; bin < bins; bin++) {
    const x = (bin / bins) * width;
    c.fillStyle = paint["blue"] ?? "";
    c.fillRect(x, HEIGHT - ((moves[bin] as number) / top) * (HEIGHT - 6), 2, HEIGHT);
    c.fillStyle = paint["red"] ?? "";
    c.fillRect(x, HEIGHT - ((away[bin] as number) / top) * (HEIGHT - 6), 2, HEIGHT);
  }
  for (const mark of story.marks) {
    c.fillStyle = paint["purple"] ?? "";
    c.fillRect((mark.at / story.end) * width, 0, 1, 8);
  }
  c.strokeStyle = paint["text"] ?? "";
  c.strokeRect((view.from / story.end) * width + 0.5, 0.5, Math.max(2, ((view.to - view.from) / story.end) * width - 1), HEIGHT - 1);
  c.fillStyle = paint["text"] ?? "";
  c.fillRect((view.at / story.end) * width, 0, 1.5, HEIGHT);
}

const FUNCTIONS = [rowHeight, nameWidth, sized, paletteOf, paintLanes, paintBar, paintMap, paintMachine, paintOverview];

/** The source of these functions. */
export const LOOK_PAINT_SOURCE = FUNCTIONS.map(String).join("\n");
