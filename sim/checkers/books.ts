/**
 * HO7 and HO5, from the inside: the coordinator's counts of load, reservations and moves equal a recount, and between its steps something
 * wakes whatever is unfinished, so that what it forgets or leaks shows at once.
 */
import { accountComplaints, restComplaints, type Rings } from "../../src/core/hosting/books.ts";
import type { Hosting } from "../../src/core/hosting/state.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type ActorId, COORDINATOR } from "../../src/core/protocol/ids.ts";
import type { Observer } from "../world/observer.ts";
import { type Checker, OF_PLAYERS_AND_MEASUREMENTS, RuleChecker } from "./checker.ts";

/** A recount walks over every host and map: in worlds of more hosts than this it is made once, at the end. */
const HOSTS_MAX = 64;
/** After these the counts have changed in a way that is easily got wrong. */
const TELLING: ReadonlySet<HistoryRecord["kind"]> = new Set(["move/done", "move/failed", "map/granted", "host/gone", "host/blocked"]);

/** What the books are read from: the coordinator that lives, or null while none does, and which of its timers are set. */
export type BooksView = { readonly hosting: () => Hosting | null; readonly rings: Rings };

/** Recounts the books of the coordinator that lives. */
export class BooksChecker extends RuleChecker implements Checker, Observer {
  readonly ignores = OF_PLAYERS_AND_MEASUREMENTS;
  readonly #view: BooksView;
  readonly #hosts: number;
  #told = false;
  #forgot = false;

  constructor(view: BooksView, hosts: number) {
    super(["HO7", "HO5"]);
    this.#view = view;
    this.#hosts = hosts;
  }

  record(self: ActorId, at: number, record: HistoryRecord): void {
    if (this.#hosts > HOSTS_MAX) return;
    // While another actor speaks the coordinator is between two steps, and nothing is half done.
    if (self !== COORDINATOR) this.#atRest(at);
    else if (TELLING.has(record.kind)) this.#recount(at);
  }

  finish(at: number): void {
    this.#recount(at);
    this.#atRest(at);
  }

  #atRest(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#forgot) return;
    const wrong = restComplaints(hosting, this.#view.rings);
    this.#forgot = wrong.length > 0;
    this.check("HO5", !this.#forgot, at, () => `the coordinator has forgotten something: ${wrong.join("; ")}`);
  }

  /** A wrong count stays wrong: it is told once. */
  #recount(at: number): void {
    const hosting = this.#view.hosting();
    if (hosting === null || this.#told) return;
    const wrong = accountComplaints(hosting);
    this.#told = wrong.length > 0;
    this.check("HO7", !this.#told, at, () => `the coordinator's books are wrong: ${wrong.join("; ")}`);
  }
}
