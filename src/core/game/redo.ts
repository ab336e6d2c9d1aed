/**
 * Deeds done again on an older state, which has lost what came after it. Owns: what each deed leaves behind, and what is booked where an earlier one is
 * missing. Promises: the sums of entities.ts hold afterwards; no number of an item on the floor is given twice; nothing but what the deed says is made or
 * lost, and refused bytes change nothing. Never: lets map time pass, tells anybody, or throws at bytes from outside.
 *
 * Kills are the only deeds that may be lost while later ones are kept, so bags and zeny come out exactly; what else is missing is booked by guess:
 *
 *     what is taken from a bag that lacks it         as dropped and picked up before
 *     what is picked up and does not lie there       as dropped before
 *     what is picked up and finds no room            as expired
 *     what comes to somebody who is not here         as carried off at once
 *     somebody comes who is here                     it left first, with what it had
 *     somebody leaves who is not here                it came with what it takes along
 *     somebody leaves with more, or less, than here  the rest as dropped and picked up, or thrown down and expired
 */
import { err, ok, type Result } from "../../base/result.ts";
import { readCarried } from "./carried.ts";
import { amountOf, type DeedStory, type Fallen, readDeed } from "./deeds.ts";
import { LIMITS, PHASE, type Player, type Stack } from "./entities.ts";
import { learn } from "./fight.ts";
import { fill, heal, layAs, withLess, withMore } from "./items.ts";
import { bury } from "./monsters.ts";
import type { Play } from "./play.ts";
import { arrive, depart, isPlayer } from "./players.ts";
import type { Deed } from "./program.ts";

/** Numbers that a deed may bring: no map comes so far in ages, and above them as many are left to go on with that fit into a key. */
const ITEM_ID_MAX = 140_737_488_355_328;
const LIFE_MAX = 2_147_483_648;

type Story<D extends DeedStory["deed"]> = Extract<DeedStory, { readonly deed: D }>;

/** What was wrong with a deed; null: it was done. */
type Complaint = string | null;

/** Does a deed again, or says why it is none of this map. */
export function redo(play: Play, { player, data, carried }: Pick<Deed, "player" | "data" | "carried">): Result<null, string> {
  const story = readDeed(data);
  if (story === null || !isPlayer(player)) return err("no deed of this game");
  if ((carried !== null) !== (story.deed === "leave")) return err("what is carried belongs to a leaving");
  const complaint = redone(play, player, story, carried);
  return complaint === null ? ok(null) : err(complaint);
}

function redone(play: Play, player: number, story: DeedStory, carried: Uint8Array | null): Complaint {
  const one = play.state.players.get(player);
  switch (story.deed) {
    case "kill":
      return kill(play, one, story);
    case "pick":
      return pick(play, one, story);
    case "throw":
      return throwDown(play, one, story);
    case "use":
      return use(play, one, story);
    case "zeny":
      return zeny(play, one, story);
    case "enter":
      return enter(play, player, one, story);
    case "leave":
      return leave(play, one, carried as Uint8Array);
  }
}

/** The life and all before it are over. One that the state knows to be over was counted, and paid for. */
function kill(play: Play, player: Player | undefined, story: Story<"kill">): Complaint {
  const { counters, monsters } = play.state;
  const slot = play.world.slots[story.slot];
  const one = monsters[story.slot];
  if (one === undefined || slot === undefined || slot.spec.id !== story.monster) return "no monster of this map";
  if (story.life < 1 || story.life > LIFE_MAX) return "no life that a monster comes to";
  if (!play.world.terrain.walkable(story.cell) || !story.drops.every(({ id }) => isItemId(id))) return "drops where nothing can lie";
  const lives = story.life - one.life;
  if (lives > 0 || (lives === 0 && one.hp > 0)) {
    counters.spawned += lives;
    counters.killed += lives + (one.hp > 0 ? 1 : 0);
    one.life = story.life;
    bury(play, one, slot);
    if (player !== undefined) {
      learn(play, player, story.baseExp, story.jobExp);
      play.touchPurse(player);
    }
  }
  for (const drop of story.drops) fall(play, drop, story.cell);
  return null;
}

/** What has a number that was given lay there before. */
function fall(play: Play, { id, item }: Fallen, cell: number): void {
  const { counters } = play.state;
  if (id <= counters.items) return;
  counters.dropped += 1;
  layAs(play, id, { item, amount: 1 }, cell);
}

function pick(play: Play, player: Player | undefined, { id, item, amount }: Story<"pick">): Complaint {
  const { counters, items } = play.state;
  if (amount === 0 || !isItemId(id)) return "nothing that can be picked up";
  const lying = items.get(id);
  if (lying !== undefined && (lying.item !== item || lying.amount !== amount)) return "something else lies there";
  if (lying === undefined) counters.dropped += amount;
  else play.removeItem(lying);
  counters.items = Math.max(counters.items, id);
  const stacks = player === undefined ? null : withMore(player.bag.stacks, item, amount);
  if (player !== undefined && stacks === null) {
    counters.expired += amount;
    return null;
  }
  counters.picked += amount;
  if (player === undefined || stacks === null) counters.carriedOff += amount;
  else fill(play, player, stacks);
  return null;
}

function throwDown(play: Play, player: Player | undefined, { id, item, amount, cell }: Story<"throw">): Complaint {
  const { counters } = play.state;
  if (amount === 0 || !isItemId(id) || !play.world.terrain.walkable(cell)) return "nothing that can be thrown";
  if (id <= counters.items) return null;
  take(play, player, { item, amount });
  counters.thrown += amount;
  layAs(play, id, { item, amount }, cell);
  return null;
}

function use(play: Play, player: Player | undefined, { item, amount }: Story<"use">): Complaint {
  if (amount === 0) return "nothing that can be used";
  take(play, player, { item, amount });
  play.state.counters.used += amount;
  if (player !== undefined && player.phase !== PHASE.dead) heal(play, player, amount);
  return null;
}

/** Takes something out of a bag, as much as it has. */
function take(play: Play, player: Player | undefined, { item, amount }: Stack): void {
  const { counters } = play.state;
  const has = player?.bag.stacks.find((stack) => stack.item === item)?.amount ?? 0;
  const taken = Math.min(has, amount);
  const stacks = player === undefined || taken === 0 ? null : withLess(player.bag.stacks, item, taken);
  if (player !== undefined && stacks !== null) fill(play, player, stacks);
  counters.dropped += amount - taken;
  counters.picked += amount - taken;
}

/** A purse is set to what the deed says; what it has less than before went somewhere. */
function zeny(play: Play, player: Player | undefined, { by, now }: Story<"zeny">): Complaint {
  const { counters } = play.state;
  const more = player === undefined ? Math.max(0, by) : now - player.purse.zeny;
  counters.zenyMinted += Math.max(0, more);
  counters.zenyCarriedOff += player === undefined ? more : Math.max(0, -more);
  if (player === undefined || more === 0) return null;
  player.purse.zeny = now;
  play.touchPurse(player);
  return null;
}

function enter(play: Play, id: number, standing: Player | undefined, story: Story<"enter">): Complaint {
  const carried = readCarried(story.carried, play.now);
  if (carried === null) return "nobody can come with this";
  if (standing === undefined && play.state.players.size >= LIMITS.players) return "no room for another player";
  if (standing !== undefined) depart(play, standing);
  arrive(play, id, carried);
  return null;
}

function leave(play: Play, player: Player | undefined, bytes: Uint8Array): Complaint {
  const carried = readCarried(bytes, play.now);
  if (carried === null) return "nobody can go with this";
  const { counters } = play.state;
  const items = amountOf(carried.bag.stacks);
  const { zeny: purse } = carried.purse;
  if (player === undefined) {
    counters.entered += 1;
    counters.left += 1;
    counters.brought += items;
    counters.carriedOff += items;
    counters.zenyBrought += purse;
    counters.zenyCarriedOff += purse;
    return null;
  }
  const more = items - amountOf(player.bag.stacks);
  counters.dropped += Math.max(0, more);
  counters.picked += Math.max(0, more);
  counters.thrown += Math.max(0, -more);
  counters.expired += Math.max(0, -more);
  // The bag counts as carried off as it is, so what it lacks, or had too much, is set right here. Zeny knows no other way out.
  depart(play, player);
  counters.carriedOff += more;
  const richer = Math.max(0, purse - player.purse.zeny);
  counters.zenyMinted += richer;
  counters.zenyCarriedOff += richer;
  return null;
}

function isItemId(id: number): boolean {
  return id >= 1 && id <= ITEM_ID_MAX;
}
