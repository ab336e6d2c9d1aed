/**
 * What must never be lost of a game, as bytes: who was killed and what it left, what changed hands, what a player is worth. Each has one spelling;
 * who keeps the books reads it back with {@link readDeed}.
 */
import type { PlayerId } from "../protocol/ids.ts";
import type { SyncType } from "../protocol/operations.ts";
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { LIMITS, type Stack } from "./entities.ts";
import type { Deed } from "./program.ts";

/** One slot of a kill that fell: `id` is the floor item's. */
export type Fallen = { readonly id: number; readonly item: number };

/** A deed in words. Cells are `x + y * width`. */
export type DeedStory =
  /** A monster died by the player; `slot` and `life` name it for ever, `drops` are in the order of its drop list. */
  | {
      readonly deed: "kill";
      readonly slot: number;
      readonly life: number;
      readonly monster: number;
      readonly cell: number;
      readonly baseExp: number;
      readonly jobExp: number;
      readonly drops: readonly Fallen[];
    }
  | { readonly deed: "pick"; readonly id: number; readonly item: number; readonly amount: number }
  | { readonly deed: "throw"; readonly id: number; readonly item: number; readonly amount: number; readonly cell: number }
  | { readonly deed: "use"; readonly item: number; readonly amount: number }
  /** Zeny came (or went), and what the player has now. */
  | { readonly deed: "zeny"; readonly by: number; readonly now: number }
  /** A player came, with the bytes that `enter` took. */
  | { readonly deed: "enter"; readonly carried: Uint8Array }
  /** A player left from where it stood; what it took along is the deed's `carried`. */
  | { readonly deed: "leave"; readonly cell: number };

const CODES = ["kill", "pick", "throw", "use", "zeny", "leave", "enter"] as const;
const DROPS_MAX = 64;
/** Bytes of the longest thing a player can carry: a full bag, a full purse. */
const CARRIED_BYTES_MAX = 2_048;

/** A deed of a player, ready to be written down; `carried` belongs to "leave" alone. Kills are many and may wait; whatever changes hands may not. */
export function deedOf(player: PlayerId, story: DeedStory, carried: Uint8Array | null = null): Deed {
  return { type: typeOf(story), player, critical: story.deed !== "kill", data: writeDeed(story), carried };
}

function typeOf({ deed }: DeedStory): SyncType {
  if (deed === "kill") return "MONSTER_DATA";
  return deed === "zeny" || deed === "enter" || deed === "leave" ? "CRITICAL_GAME_STATE" : "ITEM_DROP";
}

function writeDeed(story: DeedStory): Uint8Array {
  const out = new ByteWriter();
  out.byte(CODES.indexOf(story.deed) + 1);
  switch (story.deed) {
    case "kill":
      for (const value of [story.slot, story.life, story.monster, story.cell, story.baseExp, story.jobExp, story.drops.length])
        out.whole(value);
      for (const { id, item } of story.drops) {
        out.whole(id);
        out.whole(item);
      }
      break;
    case "pick":
      for (const value of [story.id, story.item, story.amount]) out.whole(value);
      break;
    case "throw":
      for (const value of [story.id, story.item, story.amount, story.cell]) out.whole(value);
      break;
    case "use":
      for (const value of [story.item, story.amount]) out.whole(value);
      break;
    case "zeny":
      out.signed(story.by);
      out.whole(story.now);
      break;
    case "leave":
      out.whole(story.cell);
      break;
    case "enter":
      out.raw(story.carried);
  }
  return out.take();
}

/** Reads a deed's bytes; null for what is none. */
export function readDeed(data: Uint8Array): DeedStory | null {
  const from = new ByteReader(data);
  const story = readStory(from, CODES[from.byte() - 1]);
  return from.done ? story : null;
}

function readStory(from: ByteReader, code: DeedStory["deed"] | undefined): DeedStory | null {
  const number = (): number => from.whole(LIMITS.number);
  const amount = (): number => from.whole(LIMITS.stackAmount);
  const id = (): number => from.whole(LIMITS.counter);
  switch (code) {
    case "kill": {
      const [slot, life, monster, cell, baseExp, jobExp] = [number(), number(), number(), number(), number(), number()] as const;
      const drops: Fallen[] = [];
      for (let left = from.whole(DROPS_MAX); left > 0; left -= 1) drops.push({ id: id(), item: number() });
      return { deed: code, slot, life, monster, cell, baseExp, jobExp, drops };
    }
    case "pick":
      return { deed: code, id: id(), item: number(), amount: amount() };
    case "throw":
      return { deed: code, id: id(), item: number(), amount: amount(), cell: number() };
    case "use":
      return { deed: code, item: number(), amount: amount() };
    case "zeny":
      return { deed: code, by: from.signed(LIMITS.zeny), now: from.whole(LIMITS.zeny) };
    case "leave":
      return { deed: code, cell: number() };
    case "enter":
      return { deed: code, carried: from.raw(Math.min(from.left, CARRIED_BYTES_MAX)) };
    default:
      from.fail();
      return null;
  }
}

/** How many items a bag holds in all. */
export function amountOf(stacks: readonly Stack[]): number {
  return stacks.reduce((sum, stack) => sum + stack.amount, 0);
}
