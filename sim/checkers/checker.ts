/** What a checker is, and the bookkeeping that all of them share. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { HostId, MapId, PlayerId } from "../../src/core/protocol/ids.ts";
import type { Violation } from "../outcome.ts";
import type { Observer } from "../world/observer.ts";
import type { Options } from "../options.ts";

/** The part of a run's options that rules and their bounds are computed from. */
export type CheckerOptions = Pick<Options, "fidelity" | "conf" | "tuning" | "maps" | "vps" | "faults" | "buggify" | "settleUs" | "sealing">;

/** An observer that judges. It never stops the run and never reaches into it. */
export type Checker = Observer & {
  /** The SPEC ids it judges; empty for the helpers that only keep the picture. */
  readonly rules: readonly string[];
  /** The first violations, in the order found, at most {@link VIOLATIONS_KEPT}. */
  violations(): Violation[];
  /** How many violations there were in all. */
  total(): number;
  /** Per rule: how often its condition was truly put to the test (a vacuous "if" does not count). */
  evaluated(): Record<string, number>;
  /** Named counts of what happened: `redistribution.moved`, and `excused.<rule>.<why>` for each exception granted. */
  reached(): Record<string, number>;
  /** What the run reports, as text, once it is over. */
  reported?(at: number, text: string): void;
  /** Per rule with a bound in time: the largest share of it that was used, 1 at the bound itself. */
  used(): Record<string, number>;
};

/** The records of a game that runs on a map: its operations, its state, who is on it and what they ask of it. */
export const OF_GAMES = [
  "operation/submitted",
  "operation/answered",
  "operation/applied",
  "state/frozen",
  "state/taken-up",
  "state/resumed",
  "player/admitted",
  "player/parted",
  "input/given",
  "input/taken",
  "input/settled",
] as const satisfies readonly HistoryRecord["kind"][];
/** The records of players and of games, which come in millions and tell nothing to those who judge hosts and maps. */
export const OF_PLAYERS: ReadonlySet<HistoryRecord["kind"]> = new Set([
  "player/entered",
  "player/playing",
  "player/refused",
  "player/left",
  ...OF_GAMES,
]);
/** The same and hosts' measurements. */
export const OF_PLAYERS_AND_MEASUREMENTS: ReadonlySet<HistoryRecord["kind"]> = new Set([...OF_PLAYERS, "host/measured"]);

/** Violations a checker keeps; later ones are only counted. */
export const VIOLATIONS_KEPT = 100;

/** Counts evaluations and keeps violations. Checkers extend it and add the observer's methods. */
export abstract class RuleChecker {
  readonly rules: readonly string[];
  readonly #kept: Violation[] = [];
  readonly #evaluated: Record<string, number> = {};
  readonly #reached: Record<string, number> = {};
  readonly #used: Record<string, number> = {};
  #total = 0;

  constructor(rules: readonly string[]) {
    this.rules = rules;
    for (const rule of rules) this.#evaluated[rule] = 0;
  }

  violations(): Violation[] {
    return [...this.#kept];
  }

  total(): number {
    return this.#total;
  }

  evaluated(): Record<string, number> {
    return { ...this.#evaluated };
  }

  reached(): Record<string, number> {
    return { ...this.#reached };
  }

  /**
   * Puts `rule` to the test once. The message is built only when it is broken. Map, host and player say whom it is about, -1 nobody; they
   * are numbers side by side because nearly every check holds and an object would be made for nothing. Returns `holds`.
   */
  protected check(
    rule: string,
    holds: boolean,
    at: number,
    message: () => string,
    map: MapId = -1,
    host: HostId = -1,
    player: PlayerId = -1,
  ): boolean {
    this.#evaluated[rule] = (this.#evaluated[rule] ?? 0) + 1;
    if (holds) return true;
    this.#total += 1;
    if (this.#kept.length >= VIOLATIONS_KEPT) return false;
    const about = { ...(map >= 0 ? { map } : {}), ...(host >= 0 ? { host } : {}), ...(player >= 0 ? { player } : {}) };
    this.#kept.push({ rule, at_s: at / 1_000_000, message: message(), ...about });
    return false;
  }

  used(): Record<string, number> {
    return { ...this.#used };
  }

  /** Notes how much of a rule's bound was used, 1 at the bound itself; the most of a run is kept. */
  protected use(rule: string, share: number): void {
    if (share > (this.#used[rule] ?? 0)) this.#used[rule] = share;
  }

  /** Counts something that happened. */
  protected count(name: string): void {
    this.#reached[name] = (this.#reached[name] ?? 0) + 1;
  }
}
