/** Keeps the books of games (src/core/actors/game-books.fixture.ts) over a simulated run. */
import { GameBooks } from "../../src/core/actors/game-books.fixture.ts";
import type { HostedMap } from "../../src/core/actors/hosted-map.ts";
import type { MapId } from "../../src/core/protocol/ids.ts";
import type { RunHooks } from "../run/run-seed.ts";
import type { World } from "../world/world.ts";

/** The books and how a run lets them look on. What was broken stands in them when the run is over. */
export function booksOfRun(): { readonly books: GameBooks; readonly hooks: RunHooks } {
  const books = new GameBooks();
  const hooks: RunHooks = {
    begun: (world) => listen(world, books),
    watch: { record: (_self, _at, record) => books.note(record) },
    ended: (world) => void books.close(world.options.maps.names.map((_, map) => [map, servedOf(world, map)])),
  };
  return { books, hooks };
}

/** The store alone knows what an operation holds. */
function listen(world: World, books: GameBooks): void {
  const { tamper } = world.store;
  world.store.tamper = (table, ask, real) => {
    const answer = tamper === undefined ? real() : tamper(table, ask, real);
    if (ask.verb === "operations" && answer.result === "ok")
      ask.operations.forEach((operation, i) => {
        if (answer.verdicts?.[i] === "applied") books.apply(ask.map, operation);
      });
    return answer;
  };
}

/** The map as the one host serves it that is to; undefined where another does, or more than one. */
function servedOf(world: World, map: MapId): HostedMap | undefined {
  const { owner, epoch } = world.store.table.row(map);
  if (world.hosts.filter((host) => host?.serving.get(map)?.stage === "active").length !== 1) return undefined;
  const served = [...(world.gamesOf(owner)?.served() ?? [])];
  return served.find((one) => one.map === map && one.epoch === epoch);
}
