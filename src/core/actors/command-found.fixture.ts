/** Histories that broke a rule once, as short as they were found. They stay. */
import type { Circumstances, Command } from "./command-kinds.fixture.ts";

/** A history, the rule it broke, and how. */
export type Found = {
  readonly rule: string;
  readonly what: string;
  readonly circumstances: Circumstances;
  readonly commands: readonly Command[];
};

const USUAL: Circumstances = {
  cold: false,
  crowded: false,
  auto: true,
  fallback: true,
  realtime: false,
  scoring: "seed",
  persistent: false,
};

/** What the commands found. */
export const FOUND: readonly Found[] = [
  {
    rule: "HO4",
    what: "a map that must stay on the VPS by another conf was left with its player host",
    circumstances: USUAL,
    commands: [{ do: "restart", change: "eligible", map: 0 }],
  },
  {
    rule: "HO6",
    what: "an owner that was not fit when it came, and held nothing yet, was compared by a score of 0",
    circumstances: USUAL,
    commands: [
      { do: "measure", host: 1, what: "unfit", times: 1 },
      { do: "restart", change: "nothing", map: 0 },
      { do: "store", pick: 0, answer: "missed" },
    ],
  },
  {
    rule: "HO4",
    what: "a site on its way out was given maps",
    circumstances: USUAL,
    commands: [
      { do: "leave", host: 91 },
      { do: "leave", host: 1 },
      { do: "leave", host: 3 },
    ],
  },
  {
    rule: "HO9",
    what: "what a host had said it held was believed after the host was gone",
    circumstances: USUAL,
    commands: [
      { do: "lose", host: 91, how: "close", dies: true },
      { do: "restart", change: "nothing", map: 0 },
      { do: "order", pick: 0, fate: "obeyed" },
      { do: "order", pick: 4, fate: "obeyed" },
      { do: "store", pick: 0, answer: "committed" },
      { do: "lose", host: 2, how: "close", dies: true },
      { do: "pass", ms: 1, well: true, store: "truly" },
    ],
  },
  {
    rule: "HO6",
    what: "a map that a site began to serve only when it came back did not wait there",
    circumstances: USUAL,
    commands: [
      { do: "measure", host: 2, what: "unfit", times: 1 },
      { do: "measure", host: 3, what: "unfit", times: 1 },
      { do: "lose", host: 1, how: "close", dies: true },
      { do: "probe", pick: 0, answer: "no" },
      { do: "store", pick: 0, answer: "truly" },
      { do: "lose", host: 91, how: "close", dies: false },
      { do: "measure", host: 2, what: "as before", times: 1 },
    ],
  },
  {
    rule: "HO9",
    what: "after a failover of the store maps waited for ever where nothing but their own host may serve them",
    circumstances: { ...USUAL, auto: false, fallback: false },
    commands: [{ do: "restart", change: "timeline", map: 0 }],
  },
  {
    rule: "HO9",
    what: "a source stood still for the move of a coordinator that was gone",
    circumstances: USUAL,
    commands: [
      { do: "leave", host: 1 },
      { do: "pass", ms: 3, well: true, store: "truly" },
      { do: "restart", change: "auto", map: 0 },
      { do: "store", pick: 0, answer: "missed" },
    ],
  },
  {
    rule: "HO9",
    what: "a source stood still because the word to go on was lost and another move had begun",
    circumstances: { ...USUAL, fallback: false },
    commands: [
      { do: "leave", host: 1 },
      { do: "pass", ms: 3, well: true, store: "truly" },
      { do: "store", pick: 0, answer: "failed" },
      { do: "store", pick: 0, answer: "truly" },
    ],
  },
];
