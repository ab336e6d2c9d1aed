/** What ails hosts, lines and clocks, and since when: what the rules about games excuse by name is looked up here. */
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Fault } from "../options.ts";
import type { HostTruth, Observer } from "../world/observer.ts";
import { type Checker, type CheckerOptions, RuleChecker } from "./checker.ts";

/** Faults of whom nobody is told where they meet, by what they excuse. Where a line is cut, clogged or half open the host's truth says so. */
const KINDS = {
  line: ["jitter-burst", "loss-burst", "duplicate", "reorder", "corrupt", "slow-line", "rebind"],
  slow: ["slow-cpu"],
  clock: ["clock-drift", "clock-jump"],
} as const satisfies Record<string, readonly Fault["kind"][]>;

/** A group of faults. */
export type Ailment = keyof typeof KINDS;

type Spell = { open: number; lastAt: number };
/** `illSince`: Infinity while it is well. `wellSince`: when it last became so. `pausedAt`: the last instant at which its process stood still. */
type Health = { paused: boolean; cut: boolean; down: boolean; illSince: number; wellSince: number; pausedAt: number };

/** Keeps who is ill. An observer without rules; it comes before the checkers that ask it. */
export class Ailments extends RuleChecker implements Checker, Observer {
  readonly #groupOf = new Map<string, Ailment>();
  readonly #spells: Record<Ailment, Spell> = {
    line: { open: 0, lastAt: Number.NEGATIVE_INFINITY },
    slow: { open: 0, lastAt: Number.NEGATIVE_INFINITY },
    clock: { open: 0, lastAt: Number.NEGATIVE_INFINITY },
  };
  readonly #hosts = new Map<HostId, Health>();

  constructor({ faults }: Pick<CheckerOptions, "faults">) {
    super([]);
    for (const group of Object.keys(KINDS) as Ailment[]) {
      const kinds: ReadonlySet<string> = new Set(KINDS[group]);
      for (const { id, kind } of faults) if (kinds.has(kind)) this.#groupOf.set(id, group);
    }
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect"): void {
    const group = this.#groupOf.get(id);
    if (group === undefined) return;
    const spell = this.#spells[group];
    spell.lastAt = at;
    if (what === "begin") spell.open += 1;
    else if (what === "end") spell.open = Math.max(0, spell.open - 1);
  }

  host(at: number, host: HostId, truth: HostTruth): void {
    const health = this.#healthOf(host);
    if (truth === "up") health.down = health.paused = false;
    else if (truth === "paused") health.paused = true;
    else if (truth === "resumed") health.paused = false;
    else if (truth === "healed") health.cut = false;
    else if (truth === "cut" || truth === "cut-one-way" || truth === "cut-in-part") health.cut = true;
    else {
      health.down = true;
      health.paused = false;
    }
    if (truth === "paused" || truth === "resumed") health.pausedAt = at;
    const ill = health.down || health.paused || health.cut;
    if (ill) health.illSince = Math.min(health.illSince, at);
    else {
      health.illSince = Number.POSITIVE_INFINITY;
      health.wellSince = at;
    }
  }

  /** A fault of the group is on, or was at `since` or later. */
  since(group: Ailment, since: number): boolean {
    const { open, lastAt } = this.#spells[group];
    return open > 0 || lastAt >= since;
  }

  /** When the present trouble of a host's machine or line began; Infinity: there is none. */
  illSince(host: HostId): number {
    return this.#hosts.get(host)?.illSince ?? Number.POSITIVE_INFINITY;
  }

  /** Since when the host is well, without a break up to its present trouble, if it has any. */
  wellSince(host: HostId): number {
    return this.#hosts.get(host)?.wellSince ?? 0;
  }

  /** The host's process stands still, or did so at `since` or later. */
  pausedSince(host: HostId, since: number): boolean {
    const health = this.#hosts.get(host);
    return health !== undefined && (health.paused || health.pausedAt >= since);
  }

  #healthOf(host: HostId): Health {
    let health = this.#hosts.get(host);
    if (health === undefined) {
      const illSince = Number.POSITIVE_INFINITY;
      health = { paused: false, cut: false, down: false, illSince, wellSince: 0, pausedAt: Number.NEGATIVE_INFINITY };
      this.#hosts.set(host, health);
    }
    return health;
  }
}
