/** Hits and kills: damage, drops, experience, zeny. Every drop slot is an independent roll of its rate in 10,000, keyed by the monster's slot and life. */
import { drawU32 } from "../../base/random.ts";
import { deedOf, type Fallen } from "./deeds.ts";
import { KIND, keyOf, LIMITS, type Monster, PHASE, type Player } from "./entities.ts";
import { grown, maxHp, strength } from "./growth.ts";
import { lay } from "./items.ts";
import { anger, bury } from "./monsters.ts";
import type { Play } from "./play.ts";
import type { Slot } from "./world.ts";

const TWO_32 = 4_294_967_296;
/** Rolls that one life has numbers for. */
const ROLLS = 64;
const RATE_WHOLE = 10_000;
/** Chance in a hit: up to a quarter on top. */
const CHANCE_PART = 4;

/**
 * A player hits a living monster with `percent` of an ordinary hit. Damage is strength with chance, lowered by defense as in rAthena's renewal formula
 * (4000 + def) / (4000 + 10 def), at least 1. Drawn by player and time: nobody hits twice in one millisecond.
 */
export function hit(play: Play, player: Player, monster: Monster, percent: number): void {
  const slot = play.world.slots[monster.slot] as Slot;
  const { defense } = slot.spec;
  const plain = strength(player.purse.level);
  const chance = drawU32(play.world.draws.hit, player.id, play.now) % (Math.floor(plain / CHANCE_PART) + 1);
  const power = Math.floor(((plain + chance) * percent) / 100);
  const damage = Math.min(LIMITS.number, Math.max(1, Math.floor((power * (4_000 + defense)) / (4_000 + 10 * defense))));
  monster.hp = Math.max(0, monster.hp - damage);
  const [by, on] = [keyOf(KIND.player, player.id), keyOf(KIND.monster, monster.slot)];
  play.tellNear(monster.to, { news: "hit", by, on, damage, hp: monster.hp });
  if (monster.hp === 0) kill(play, player, monster, slot);
  else anger(play, monster, player.id);
}

function kill(play: Play, player: Player, monster: Monster, slot: Slot): void {
  const { spec } = slot;
  const { counters } = play.state;
  const { life } = monster;
  const cell = play.placeOfMonster(monster);
  counters.killed += 1;
  bury(play, monster, slot);
  const drops: Fallen[] = [];
  spec.drops.forEach(({ item, rate, of }, i) => {
    if (!falls(drawU32(play.world.draws.drop, monster.slot, ROLLS * life + i), rate, of ?? RATE_WHOLE)) return;
    counters.dropped += 1;
    drops.push({ id: lay(play, item, 1, cell).id, item });
  });
  const { baseExp, jobExp } = spec;
  play.deed(deedOf(player.id, { deed: "kill", slot: monster.slot, life, monster: spec.id, cell, baseExp, jobExp, drops }));
  reward(play, player, slot);
}

/** Whether a draw falls below a rate in `of`; exact, without the unevenness of a remainder. */
function falls(draw: number, rate: number, of: number): boolean {
  return draw * of < rate * TWO_32;
}

/** Experience, and whole levels with full health; who lies dead gets that when it rises. The purse is yet to be touched. */
export function learn(play: Play, player: Player, baseExp: number, jobExp: number): void {
  const { purse } = player;
  const after = grown(purse, baseExp, jobExp);
  const rises = after.level > purse.level;
  Object.assign(purse, after);
  if (!rises || player.phase === PHASE.dead) return;
  player.hp = maxHp(after.level);
  play.touchPlayer(player);
}

/** Experience, and as much zeny as the monster has levels, up to what a purse holds. */
function reward(play: Play, player: Player, slot: Slot): void {
  const { purse } = player;
  learn(play, player, slot.spec.baseExp, slot.spec.jobExp);
  const zeny = Math.min(LIMITS.zeny - purse.zeny, slot.spec.level);
  purse.zeny += zeny;
  play.state.counters.zenyMinted += zeny;
  play.touchPurse(player);
  if (zeny > 0) play.deed(deedOf(player.id, { deed: "zeny", by: zeny, now: purse.zeny }));
}
