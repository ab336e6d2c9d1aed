/** Skills on a monster: cast time and fixed cast time, then the effect; after it delays of acting and walking; the cooldown begins at the cast's end. */
import { err, ok, type Result } from "../../base/result.ts";
import type { SkillSpec } from "../protocol/game-data.ts";
import { type Cooldown, LIMITS, type Monster, PHASE, type Player } from "./entities.ts";
import { hit } from "./fight.ts";
import { idle, moved, reaches } from "./players.ts";
import type { Play } from "./play.ts";
import type { ProgramRefusal } from "./program.ts";
import { halt, PLAYER_SPEED_MS } from "./walk.ts";

/** rAthena's min_skill_delay_limit: the least time from one cast to the next, ms. */
const ACT_FLOOR_MS = 100;

/** A player begins to cast; what it was doing ends. Without cast time the effect comes at once. */
export function cast(play: Play, one: Player, skill: number, level: number, slot: number): Result<null, ProgramRefusal> {
  const spec = play.world.skills.get(skill);
  if (one.phase === PHASE.casting) return err("casting");
  const monster = play.state.monsters[slot];
  if (spec === undefined || level < 1 || level > spec.maxLevel || monster === undefined || monster.hp === 0) return err("no_such_target");
  if (one.actAt > play.now || cools(one.purse.cooldowns, skill, play.now)) return err("cooling_down");
  if (live(one.purse.cooldowns, play.now).length >= LIMITS.cooldowns) return err("too_many");
  if (!reaches(play, one, monster, rangeOf(spec, level))) return err("too_far");
  const before = one.to;
  halt(play.world.terrain, one, PLAYER_SPEED_MS, play.now);
  idle(one);
  moved(play, one, before);
  const ms = at(spec.castTime, level) + at(spec.fixedCastTime, level);
  play.tellNear(one.to, { news: "casts", player: one.id, skill, level, slot, ms });
  if (ms === 0) {
    finish(play, one, spec, level, monster);
  } else {
    Object.assign(one, { phase: PHASE.casting, due: play.now + ms, target: slot, targetLife: monster.life, skill, skillLevel: level });
    play.touchPlayer(one);
  }
  return ok(null);
}

/** A cast ends. A target that died or went out of reach meanwhile is missed: then nothing happens, and nothing cools down. */
export function castDue(play: Play, one: Player): void {
  const { skill, skillLevel: level, target, targetLife } = one;
  const spec = play.world.skills.get(skill);
  const monster = play.state.monsters[target];
  idle(one);
  const stands = monster !== undefined && monster.hp > 0 && monster.life === targetLife;
  if (spec !== undefined && stands && reaches(play, one, monster, rangeOf(spec, level))) finish(play, one, spec, level, monster);
  else play.touchPlayer(one);
}

function finish(play: Play, one: Player, spec: SkillSpec, level: number, monster: Monster): void {
  const { now } = play;
  one.actAt = now + Math.max(ACT_FLOOR_MS, at(spec.afterCastActDelay, level));
  one.walkAt = now + at(spec.afterCastWalkDelay, level);
  const cooldown = at(spec.cooldown, level);
  if (cooldown > 0) {
    const others = live(one.purse.cooldowns, now).filter(({ skill }) => skill !== spec.id);
    one.purse.cooldowns = [...others, { skill: spec.id, until: now + cooldown }].sort((a, b) => a.skill - b.skill);
    play.touchPurse(one);
  }
  const damage = at(spec.damage, level);
  if (damage > 0) hit(play, one, monster, damage);
  play.touchPlayer(one);
}

function live(cooldowns: readonly Cooldown[], now: number): Cooldown[] {
  return cooldowns.filter(({ until }) => until > now);
}

function cools(cooldowns: readonly Cooldown[], skill: number, now: number): boolean {
  return cooldowns.some((one) => one.skill === skill && one.until > now);
}

/** A skill's figure at a level; the last stands for all higher ones, and an empty list for 0. */
function at(list: readonly number[], level: number): number {
  return list[Math.min(level, list.length) - 1] ?? 0;
}

/** Cells. rAthena writes a negative range for skills that follow the weapon's; here it counts by its size, and touching is the least. */
function rangeOf(spec: SkillSpec, level: number): number {
  return Math.max(1, Math.abs(at(spec.range, level)));
}
