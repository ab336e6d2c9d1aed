/**
 * Owns what a run's BUGGIFY sites answer (src/core/protocol/buggify.ts): a part of the sites is active in a run, and an active site
 * fires in a part of its askings. Promises: the draws are keyed by run, site, actor and number of the asking, so that no site moves
 * another's draws nor any other; once faults have stopped nothing fires any more. Never knows what a site does.
 */
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import { type Buggify, BUGGIFY_SITES, type BuggifySite } from "../../src/core/protocol/buggify.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { BuggifyOptions } from "../options.ts";

/** Sites that are asked at every message fire this many times more seldom: what they do costs a connection. */
const SELDOM: Partial<Record<BuggifySite, number>> = { "inbox-full": 200 };

type Site = { readonly draws: Stream; readonly fires: number; readonly asked: Map<ActorId, number>; fired: number };

/** All sites of one run. */
export class BuggifySites {
  /** The active ones. */
  private readonly active = new Map<BuggifySite, Site>();
  private stopped = false;

  /** `root` is the run's; the shares are probabilities. */
  constructor(root: Stream, options: BuggifyOptions) {
    for (const name of Object.keys(BUGGIFY_SITES) as BuggifySite[]) {
      const draws = stream(stream(root, "buggify"), name);
      if (drawUnit(stream(draws, "active"), 0, 0) >= options.active) continue;
      this.active.set(name, { draws, fires: options.fires / (SELDOM[name] ?? 1), asked: new Map(), fired: 0 });
    }
  }

  /** What an actor is given. An actor that starts anew goes on where the one before it stopped. */
  of(actor: ActorId): Buggify {
    return (name) => {
      const site = this.active.get(name);
      if (site === undefined || this.stopped) return false;
      const n = site.asked.get(actor) ?? 0;
      site.asked.set(actor, n + 1);
      if (drawUnit(site.draws, actor, n) >= site.fires) return false;
      site.fired += 1;
      return true;
    };
  }

  /** Faults are over. */
  heal(): void {
    this.stopped = true;
  }

  /** `buggify.<site>` for every site there is: how often it fired. */
  reached(): Record<string, number> {
    return Object.fromEntries(
      (Object.keys(BUGGIFY_SITES) as BuggifySite[]).map((name) => [`buggify.${name}`, this.active.get(name)?.fired ?? 0]),
    );
  }
}
