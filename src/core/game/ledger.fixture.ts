/** The plainest books of a game's deeds, for tests: who has what after all that was written down, and whether a game's own figures agree. */
import type { PlayerId } from "../protocol/ids.ts";
import { readCarried } from "./carried.ts";
import { amountOf, readDeed } from "./deeds.ts";
import type { Deed } from "./program.ts";
import type { ReferenceGame } from "./reference-game.ts";

type Belongings = { here: boolean; zeny: number; readonly bag: Map<number, number> };

/** Deeds in the order in which they were written down; each player's alone. */
export class Ledger {
  readonly complaints: string[] = [];
  private readonly players = new Map<PlayerId, Belongings>();

  /** The same books, to go on in apart. */
  copy(): Ledger {
    const copy = new Ledger();
    for (const [player, { here, zeny, bag }] of this.players) copy.players.set(player, { here, zeny, bag: new Map(bag) });
    return copy;
  }

  write({ player, data, carried }: Pick<Deed, "player" | "data" | "carried">): void {
    const story = readDeed(data);
    if (story === null) throw new Error("no deed");
    const one = this.of(player);
    switch (story.deed) {
      case "pick":
        return this.put(player, one, story.item, story.amount);
      case "throw":
      case "use":
        return this.put(player, one, story.item, -story.amount);
      case "zeny":
        one.zeny = story.now;
        return;
      case "enter":
        if (one.here) this.complaints.push(`player ${player} comes and is there already`);
        this.carries(player, one, story.carried, "comes");
        one.here = true;
        return;
      case "leave":
        if (!one.here) this.complaints.push(`player ${player} leaves and is not there`);
        this.carries(player, one, carried as Uint8Array, "leaves");
        one.here = false;
        return;
      case "kill":
    }
  }

  /** What the player has, as text; the items by number. */
  has(player: PlayerId): string {
    const { zeny, bag } = this.of(player);
    const items = [...bag].filter(([, amount]) => amount !== 0).sort(([a], [b]) => a - b);
    return `${zeny}z ${items.map(([item, amount]) => `${item}×${amount}`).join(" ")}`;
  }

  /** Everybody who came and has not left. */
  here(): PlayerId[] {
    return [...this.players].filter(([, { here }]) => here).map(([player]) => player);
  }

  private put(player: PlayerId, { here, bag }: Belongings, item: number, amount: number): void {
    if (!here) this.complaints.push(`player ${player} does something where it is not`);
    bag.set(item, (bag.get(item) ?? 0) + amount);
  }

  private carries(player: PlayerId, one: Belongings, bytes: Uint8Array, how: string): void {
    const carried = readCarried(bytes, 0);
    if (carried === null) throw new Error("nothing that can be carried");
    const before = this.has(player);
    one.zeny = carried.purse.zeny;
    one.bag.clear();
    for (const { item, amount } of carried.bag.stacks) one.bag.set(item, amount);
    const now = this.has(player);
    if (now !== before) this.complaints.push(`player ${player} ${how} with ${now}, and has ${before}`);
  }

  private of(player: PlayerId): Belongings {
    let one = this.players.get(player);
    if (one === undefined) this.players.set(player, (one = { here: false, zeny: 0, bag: new Map() }));
    return one;
  }
}

/** What a player of a game has, in the ledger's words. */
export function hasOf(game: ReferenceGame, player: PlayerId): string {
  const one = game.player(player);
  if (one === undefined) return "nothing: it is not here";
  return `${one.purse.zeny}z ${one.bag.stacks.map(({ item, amount }) => `${item}×${amount}`).join(" ")}`;
}

/** Which of a game's sums do not hold: whatever there is came from somewhere. */
export function sumComplaints(game: ReferenceGame): string[] {
  const c = game.counters();
  const players = game.players().map((id) => game.player(id)!);
  const inBags = players.reduce((sum, one) => sum + amountOf(one.bag.stacks), 0);
  const onFloor = amountOf(game.floor());
  const sums: [string, number, number][] = [
    ["items", c.dropped + c.brought, onFloor + inBags + c.expired + c.used + c.carriedOff],
    ["items on the floor", c.dropped + c.thrown, onFloor + c.picked + c.expired],
    ["zeny", c.zenyMinted + c.zenyBrought, players.reduce((sum, one) => sum + one.purse.zeny, 0) + c.zenyCarriedOff],
    ["players", c.entered, c.left + players.length],
    ["lives", c.spawned, game.monsters().reduce((sum, one) => sum + one.life, 0)],
    ["the living", c.spawned - c.killed, game.monsters().filter((one) => one.hp > 0).length],
  ];
  return sums.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what}: ${a} is not ${b}`);
}
