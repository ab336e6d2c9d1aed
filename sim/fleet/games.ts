/**
 * Owns what people do on maps that run games: who sees a monster hits it, who sees something lying picks it up, others wander. Promises: every draw is
 * keyed by (player, number). A person sees what is there, not what its client was told: that is the client's affair.
 */
import { type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import { drawU32, drawUnit, type Stream, stream } from "../../src/base/random.ts";
import type { PlayerActor } from "../../src/core/actors/player.ts";
import { PHASE } from "../../src/core/game/entities.ts";
import { type GameInput, writeInput } from "../../src/core/game/inputs.ts";
import { ReferenceGame } from "../../src/core/game/reference-game.ts";
import type { Options } from "../options.ts";
import { EVENT } from "../world/queue.ts";
import { SOURCE } from "../world/sources.ts";
import type { World } from "../world/world.ts";

const US_PER_S = 1_000_000;
/** How far a person looks: for what lies there, for monsters, and how far it wanders, cells. */
const LOOK = { item: 6, monster: 12, wander: 11 } as const;
/** Within these an item is picked up and a skill is cast. */
const REACH = { pick: 2, cast: 9 } as const;

/** What a person does who stands there, its `n`-th time; null: it looks on. */
function chosenInput(game: ReferenceGame, player: number, draw: (k: number) => number): GameInput | null {
  const body = game.player(player);
  if (body === undefined || body.phase !== PHASE.idle) return null;
  const { width, height } = game.world.terrain;
  const place = game.placeOf(player);
  const [px, py] = [place % width, Math.floor(place / width)];
  const far = (cell: number): number => Math.max(Math.abs((cell % width) - px), Math.abs(Math.floor(cell / width) - py));
  const item = game.firstItem(({ cell }) => far(cell) <= LOOK.item);
  if (item !== undefined) return far(item.cell) <= REACH.pick ? { do: "pick", id: item.id } : { do: "walk", cell: item.cell };
  let [best, near] = [-1, LOOK.monster - 1];
  for (const { slot, to } of game.monstersNear(place)) {
    const cells = far(to);
    // Of two as near as each other the one with the lower number.
    if (cells > near || (cells === near && best >= 0 && slot > best)) continue;
    [best, near] = [slot, cells];
  }
  if (best >= 0) {
    const [skill] = game.world.skills.keys();
    if (near <= REACH.cast && skill !== undefined && draw(2) % 4 === 0) return { do: "cast", skill, level: 1, slot: best };
    if (near <= 1) return { do: "attack", slot: best };
    const cell = game.placeOfMonster(best);
    return { do: "walk", cell };
  }
  const [stack] = body.bag.stacks;
  if (stack !== undefined && draw(3) % 16 === 0)
    return draw(3) % 32 === 0 ? { do: "throw", item: stack.item, amount: 1 } : { do: "use", item: stack.item };
  const span = 2 * LOOK.wander + 1;
  const x = Math.max(0, Math.min(width - 1, px + (draw(0) % span) - LOOK.wander));
  const y = Math.max(0, Math.min(height - 1, py + (draw(1) % span) - LOOK.wander));
  return { do: "walk", cell: x + y * width };
}

/** What all players of a run do. */
export class GameFleet {
  private readonly world: World;
  private readonly pauses: PreparedLaw;
  private readonly draws: Stream;
  private readonly drawn: Float64Array;
  /** The clients that click, each in a row of clicks of its own. */
  private readonly clicking: (PlayerActor | undefined)[] = [];

  constructor(world: World, options: Options) {
    this.world = world;
    this.pauses = prepareLaw(options.game.clicksS);
    this.draws = stream(world.root, "players/clicks");
    this.drawn = new Float64Array(world.players.length);
  }

  /** A player's client shows the map. */
  plays(player: number): void {
    const actor = this.world.players[player];
    if (actor === undefined || this.clicking[player] === actor) return;
    this.clicking[player] = actor;
    this.plan(player, actor);
  }

  /** A person does something, and will again. */
  click(player: number, client: unknown): void {
    const actor = this.world.players[player];
    if (actor === undefined || actor !== client) return;
    if (actor.stage === "playing" || actor.stage === "joining") {
      const game = this.world.gamesOf(actor.host)?.gameOf(actor.map);
      const n = this.count(player);
      const input = game instanceof ReferenceGame ? chosenInput(game, player, (k) => drawU32(this.draws, player, 8 * n + k)) : null;
      if (input !== null) this.world.deliver(actor, { kind: "wish", at: this.world.now, wish: { verb: "do", data: writeInput(input) } });
    }
    this.plan(player, actor);
  }

  private plan(player: number, actor: PlayerActor): void {
    const n = this.count(player);
    const pauseUs = Math.max(1, Math.round(sampleLaw(this.pauses, drawUnit(this.draws, player, 8 * n + 7)) * US_PER_S));
    this.world.schedule(this.world.now + pauseUs, SOURCE.clicks + player, n, EVENT.click, player, 0, actor);
  }

  private count(player: number): number {
    const n = this.drawn[player] as number;
    this.drawn[player] = n + 1;
    return n;
  }
}
