/** Figures as people read them. The same text everywhere: no locale decides anything. */

/** Stands between a figure and its unit, so that no line ends between them; printed as a space. */
export const UNBROKEN = "\u00a0";

/** A count with thousands separated: `12,345`; one decimal below 10 unless it is whole. */
export function count(value: number): string {
  if (Math.abs(value) < 10 && !Number.isInteger(value)) return trimmed(value, Math.abs(value) < 1 ? 2 : 1);
  const text = String(Math.round(Math.abs(value)));
  const grouped = text.replace(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 && text !== "0" ? `-${grouped}` : grouped;
}

/** A metric's value beside a threshold, as exact as that needs: `0.0213`, `98.25`, `3,412`. */
export function figure(value: number): string {
  if (Math.abs(value) < 1) return String(Math.round(value * 10_000) / 10_000);
  return Math.abs(value) < 100 ? String(Math.round(value * 100) / 100) : count(value);
}

/** A large count in short: `12.3 million`, `410 thousand`. */
export function large(value: number): string {
  if (value >= 1e9) return `${trimmed(value / 1e9, 1)}${UNBROKEN}billion`;
  if (value >= 1e6) return `${trimmed(value / 1e6, 1)}${UNBROKEN}million`;
  return value >= 1e4 ? `${Math.round(value / 1000)}${UNBROKEN}thousand` : count(value);
}

/** A share in percent: `61 %`, `0.4 %`, `99.8 %`; never 0 % or 100 % for what is not. */
export function percent(share: number): string {
  const hundred = share * 100;
  const nearEnd = (hundred > 0 && hundred < 10) || (hundred > 90 && hundred < 100);
  const text = trimmed(hundred, nearEnd ? 1 : 0);
  if (text === "0" && share > 0) return `<${UNBROKEN}0.1${UNBROKEN}%`;
  return text === "100" && share < 1 ? `>${UNBROKEN}99.9${UNBROKEN}%` : `${text}${UNBROKEN}%`;
}

/** A duration given in milliseconds: `85 ms`, `1.9 s`, `4.5 min`, `2.1 h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${ms < 10 ? trimmed(ms, 1) : Math.round(ms)}${UNBROKEN}ms`;
  const s = ms / 1000;
  if (s < 119.5) return `${trimmed(s, s < 10 ? 1 : 0)}${UNBROKEN}s`;
  const minutes = s / 60;
  return minutes < 119.5 ? `${trimmed(minutes, minutes < 10 ? 1 : 0)}${UNBROKEN}min` : `${trimmed(minutes / 60, 1)}${UNBROKEN}h`;
}

/** `1 seed`, `2 seeds`; `plural` where adding an s is not enough. */
export function counted(n: number, word: string, plural = `${word}s`): string {
  return `${count(n)}${UNBROKEN}${n === 1 ? word : plural}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}

/** Breaks a text into lines of at most `width` characters, between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return line === "" ? lines : [...lines, line];
}

function trimmed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
