/** `data.pings`: jitter and loss of lines, fitted to a ping series. */
import { US_PER_MS, US_PER_S } from "../../../src/base/time.ts";
import { readPings } from "../../../src/compat/traces/pings.ts";
import type { NetworkOptions } from "../../options.ts";
import type { DataFolder } from "./data-file.ts";
import { fileOf, taken, unitMs } from "./data-file.ts";
import { fitLoss, jitterScaleMs, pingIntervalS } from "./line-quality.ts";
import type { Section } from "./section.ts";

/** What lines are like. */
type Lines = Pick<NetworkOptions, "jitterMs" | "loss" | "burst">;

/** The quality of lines as the series shows it, or undefined after complaints. */
export function linesFrom(section: Section, folder: DataFolder): Lines | undefined {
  const file = fileOf(section, "file", folder);
  if (file === undefined) return undefined;
  const columns = {
    rtt: section.text("rtt"),
    ...(section.has("series") ? { series: section.text("series") } : {}),
    ...(section.has("time") ? { time: section.text("time") } : {}),
    rtt_unit_ms: unitMs(section, "rttUnit", US_PER_MS),
    time_unit_s: unitMs(section, "timeUnit", US_PER_S) / 1000,
  };
  if (section.has("timeUnit") && !section.has("time")) section.complain("timeUnit", "has no effect without the column `time`");
  const series = taken(section, readPings(file.text, file.name, columns));
  if (series === undefined) return undefined;
  const jitterMs = jitterScaleMs(series);
  if (jitterMs === undefined) {
    section.complain("file", "every ping of the series was lost; nothing is known about jitter");
    return undefined;
  }
  const intervalS = section.has("interval") ? unitMs(section, "interval", US_PER_S) / 1000 : pingIntervalS(series);
  const { outside, spells } = fitLoss(series, intervalS);
  const ways = section.number("ways", 1);
  // Two independent Laplace deviations of one scale add up to a mean absolute deviation of 3/2 of it; two chances of loss p to 1 - (1 - p)².
  const shared = ways === 2 ? { jitterMs: (jitterMs * 2) / 3, loss: 1 - Math.sqrt(1 - outside) } : { jitterMs, loss: outside };
  if (spells === null) return { ...shared, burst: null };
  if (intervalS === undefined) {
    section.complain("file", "the losses come in spells; their length needs the column `time`, or the `interval` between two pings");
    return undefined;
  }
  const intervalUs = intervalS * US_PER_S;
  const us = (pings: number) => Math.max(1, Math.round(pings * intervalUs));
  return { ...shared, burst: { everyUs: us(spells.everyPings), lengthUs: us(spells.lengthPings), loss: 1 } };
}
