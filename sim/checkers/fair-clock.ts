/**
 * A clock that stands still while nothing can be asked of the system: while the store is under a fault, while the
 * coordinator is away (and until its hosts have found the new one), and while the storm guard holds. Bounds run on it.
 */
import { US_PER_MS } from "../../src/base/time.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { boundsOf } from "./bounds.ts";
import { type Checker, type CheckerOptions, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";

/** Faults under which the store does not answer as it should. */
export const STORE_FAULTS = ["store-slow", "store-fail", "store-unknown", "store-refuse", "store-timeout", "store-full"] as const;
const IS_STORE_FAULT: ReadonlySet<string> = new Set(STORE_FAULTS);
/** The coordinator is not there, or does not come to anything. */
const AWAY_FAULTS: ReadonlySet<string> = new Set(["coordinator-restart", "coordinator-pause"]);

/** Keeps fair time. It is an observer without rules and comes before the checkers that ask it. */
export class FairClock extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #kinds = new Map<string, string>();
  readonly #stormUs: number;
  readonly #storeUs: number;
  readonly #restartUs: number;
  /** Store faults that are on, by id; a fault that begins twice must end twice. */
  readonly #storeFaults = new Map<string, number>();
  #coordinatorAway = true;
  #storm = false;
  #stoppedAt = 0;
  #stopped = true;
  #holdUntil = 0;
  #idle = 0;

  constructor(options: CheckerOptions) {
    super([]);
    for (const fault of options.faults) this.#kinds.set(fault.id, fault.kind);
    this.#stormUs = options.tuning.stormHoldMs * US_PER_MS;
    const bounds = boundsOf(options);
    this.#storeUs = bounds.storeUs;
    this.#restartUs = bounds.restartUs;
  }

  /** Fair microseconds since the run's start. `at` never goes back. */
  now(at: number): number {
    if (!this.#stopped) return at - this.#idle;
    if (this.#coordinatorAway || this.#storeFaults.size > 0 || at < this.#holdUntil) return this.#stoppedAt - this.#idle;
    // The hold ended at a known instant, perhaps between two observations.
    this.#idle += Math.max(this.#holdUntil, this.#stoppedAt) - this.#stoppedAt;
    this.#stopped = false;
    return at - this.#idle;
  }

  record(_self: ActorId, at: number, record: HistoryRecord): void {
    switch (record.kind) {
      case "coordinator/started":
        this.#stop(at, "coordinator");
        this.#coordinatorAway = false;
        this.#holdUntil = Math.max(this.#holdUntil, at + this.#restartUs);
        return;
      case "storm/held":
        // A guard that never lets go is no excuse: only the first hold of a storm counts, and only for its set length.
        if (this.#storm) return;
        this.#storm = true;
        this.#stop(at, "storm_hold");
        this.#holdUntil = Math.max(this.#holdUntil, at + this.#stormUs);
        return;
      case "storm/released":
        this.#storm = false;
        return;
      default:
    }
  }

  fault(at: number, id: string, what: "begin" | "end" | "effect"): void {
    if (what === "effect") return;
    const kind = this.#kinds.get(id) ?? "";
    if (AWAY_FAULTS.has(kind)) {
      this.#stop(at, "coordinator");
      this.#coordinatorAway = what === "begin";
      this.#holdUntil = Math.max(this.#holdUntil, at + this.#restartUs);
    } else if (kind === "store-rollback" && what === "begin") {
      // What was granted last is asked for anew, map by map.
      this.#stop(at, "store_fault");
      this.#holdUntil = Math.max(this.#holdUntil, at + this.#storeUs);
    } else if (IS_STORE_FAULT.has(kind)) {
      this.#storeFault(at, id, what);
    }
  }

  #storeFault(at: number, id: string, what: "begin" | "end"): void {
    const open = this.#storeFaults.get(id) ?? 0;
    if (what === "begin") {
      this.#stop(at, "store_fault");
      this.#storeFaults.set(id, open + 1);
      return;
    }
    if (open > 1) this.#storeFaults.set(id, open - 1);
    else this.#storeFaults.delete(id);
    // What failed during the fault is asked again after its back-off.
    this.#holdUntil = Math.max(this.#holdUntil, at + this.#storeUs);
  }

  #stop(at: number, why: string): void {
    this.count(`excused.clock.${why}`);
    this.now(at);
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stoppedAt = at;
  }
}
