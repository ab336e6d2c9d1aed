/** HO7, from the inside: the coordinator's counts of load, reservations and moves equal a recount, so that what it forgets or leaks shows at once. */
import { accountComplaints } from "../../src/core/hosting/books.ts";
import type { Hosting } from "../../src/core/hosting/state.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";

/** A recount walks over every host and map: in worlds of more hosts than this it is made once, at the end. */
const HOSTS_MAX = 64;
/** After these the counts have changed in a way that is easily got wrong. */
const TELLING: ReadonlySet<HistoryRecord["kind"]> = new Set(["move/done", "move/failed", "map/granted", "host/gone", "host/blocked"]);

/** Recounts the books of the coordinator that lives. `hosting` gives it, or null while none does. */
export class BooksChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #hosting: () => Hosting | null;
  readonly #hosts: number;
  #told = false;

  constructor(hosting: () => Hosting | null, hosts: number) {
    super(["HO7"]);
    this.#hosting = hosting;
    this.#hosts = hosts;
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (self === COORDINATOR && this.#hosts <= HOSTS_MAX && TELLING.has(record.kind)) this.#recount(at);
  }

  finish(at: number): void {
    this.#recount(at);
  }

  /** A wrong count stays wrong: it is told once. */
  #recount(at: number): void {
    const hosting = this.#hosting();
    if (hosting === null || this.#told) return;
    const wrong = accountComplaints(hosting);
    this.#told = wrong.length > 0;
    this.check("HO7", !this.#told, at, () => `the coordinator's books are wrong: ${wrong.join("; ")}`);
  }
}
