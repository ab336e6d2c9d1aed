/**
 * Books that tests keep while maps play games, and what they judge: whatever was acknowledged is in the state that is served, once (SY1), a hand-over goes
 * on from the very state that was frozen (SY2), inputs come once and in order (SY14), everybody is on one map.
 */
import { readDeed } from "../game/deeds.ts";
import { Ledger, hasOf, sumComplaints } from "../game/ledger.fixture.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import type { MapId, PlayerId } from "../protocol/ids.ts";
import type { Operation, OperationId } from "../protocol/operations.ts";
import type { HostedMap } from "./hosted-map.ts";

type Rec<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;
/** What is known of one client's inputs since it came to its map. */
type Stay = { settled: number; readonly open: Set<number>; readonly taken: Map<number, string> };

/** The books of one run; `broken` says what was broken, the rule first. */
export class GameBooks {
  readonly broken: string[] = [];
  /** How often what is judged here happened. */
  readonly seen = { applied: 0, handoffs: 0, takeUps: 0, redone: 0, inputs: 0 };
  private readonly ledger = new Ledger();
  private readonly applied = new Map<OperationId, MapId>();
  private readonly byMap = new Map<MapId, Operation[]>();
  private readonly done = new Set<OperationId>();
  private readonly undone = new Set<OperationId>();
  private readonly frozen = new Map<string, Rec<"state/frozen">>();
  private readonly stays = new Map<PlayerId, Stay>();

  /** The store applied an operation. It alone is asked what that holds. */
  apply(map: MapId, operation: Operation): void {
    this.seen.applied += 1;
    this.applied.set(operation.id, map);
    const all = this.byMap.get(map) ?? [];
    if (all.some(({ number }) => number === operation.number)) this.broken.push(`SY1: number ${operation.number} of map ${map} twice`);
    this.byMap.set(map, [...all, operation]);
    this.ledger.write(operation);
  }

  /** An actor recorded something. */
  note(record: HistoryRecord): void {
    switch (record.kind) {
      case "operation/answered":
        if (record.result === "done") this.done.add(record.operation);
        else if (record.result !== "unknown") this.undone.add(record.operation);
        return;
      case "state/frozen":
        this.frozen.set(`${record.map} ${record.hash}`, record);
        return;
      case "state/taken-up":
        return this.takenUp(record);
      case "player/entered":
        this.stays.set(record.player, { settled: 0, open: new Set(), taken: new Map() });
        return;
      case "input/given":
        this.stayOf(record.player).open.add(record.input);
        return;
      case "input/taken":
        return this.taken(record);
      case "input/settled":
        return this.settled(record);
      default:
    }
  }

  private takenUp(record: Rec<"state/taken-up">): void {
    const { map, number, mapMs, hash, redone, from } = record;
    const above = (this.byMap.get(map) ?? []).filter((one) => one.number > number).sort((a, b) => a.number - b.number);
    const wanted = above.map(({ id }) => id).join(" ");
    if (redone.join(" ") !== wanted) this.broken.push(`SY1: map ${map} from ${from} does ${redone.length} deeds again, of ${above.length}`);
    this.seen.redone += redone.length;
    if (from !== "handoff") {
      this.seen.takeUps += 1;
      return;
    }
    this.seen.handoffs += 1;
    const left = this.frozen.get(`${map} ${hash}`);
    if (left?.number !== number || left.mapMs !== mapMs) this.broken.push(`SY2: map ${map} goes on from what nobody froze`);
  }

  private stayOf(player: PlayerId): Stay {
    let stay = this.stays.get(player);
    if (stay === undefined) this.stays.set(player, (stay = { settled: 0, open: new Set(), taken: new Map() }));
    return stay;
  }

  private taken({ map, epoch, player, input }: Rec<"input/taken">): void {
    this.seen.inputs += 1;
    const { taken } = this.stayOf(player);
    const owner = `map ${map}, epoch ${epoch}`;
    if (taken.get(input) === owner) this.broken.push(`SY14: input ${input} of player ${player} is taken again (${owner})`);
    taken.set(input, owner);
  }

  private settled({ player, input, result, reason }: Rec<"input/settled">): void {
    const stay = this.stayOf(player);
    if (!stay.open.delete(input))
      this.broken.push(`SY14: input ${input} of player ${player} is settled and was not asked for, or was settled before`);
    if (reason === "inputs_limit") return;
    if (input <= stay.settled) this.broken.push(`SY14: input ${input} of player ${player} is settled out of its turn`);
    stay.settled = input;
    const said = result === "taken" || (result === "refused" && reason !== "left" && reason !== "stay_unknown");
    if (said && !stay.taken.has(input)) this.broken.push(`SY14: input ${input} of player ${player} is ${result}, and no host took it`);
  }

  /** Players of whose inputs nothing more is known than that they were given. */
  unsettled(): PlayerId[] {
    return [...this.stays].filter(([, { open }]) => open.size > 0).map(([player]) => player);
  }

  /**
   * At the end: what each map's owner serves, or undefined where nobody does, is what was written down, with what it has under way on top. Everybody is on one
   * map at most.
   */
  close(served: readonly (readonly [MapId, HostedMap | undefined])[]): readonly string[] {
    const { broken, applied } = this;
    for (const operation of this.done) if (!applied.has(operation)) broken.push(`SY1: ${operation} is done and was never applied`);
    for (const operation of this.undone) if (applied.has(operation)) broken.push(`SY1: ${operation} is not done and was applied`);
    broken.push(...this.ledger.complaints.map((one) => `SY1: ${one}`));
    const places = new Map<PlayerId, MapId>();
    for (const [map, hosted] of served) {
      if (hosted === undefined) broken.push(`HO9: map ${map} is not served by its owner`);
      else this.judge(hosted, places);
    }
    return broken;
  }

  private judge({ map, program, pending }: HostedMap, places: Map<PlayerId, MapId>): void {
    if (!(program instanceof ReferenceGame)) throw new Error("the books know the reference game alone");
    const ledger = this.ledger.copy();
    for (const [id, { operation }] of pending) if (!this.applied.has(id)) ledger.write(operation);
    this.broken.push(...ledger.complaints.map((one) => `SY1: ${one}, by what is under way`));
    const here = new Set(ledger.here());
    for (const player of program.players()) {
      if (!here.has(player)) this.broken.push(`SY1: player ${player} is on map ${map}, and has not come by what was written down`);
      if (places.has(player)) this.broken.push(`SY1: player ${player} is on maps ${places.get(player)} and ${map}`);
      places.set(player, map);
      if (hasOf(program, player) !== ledger.has(player))
        this.broken.push(`SY1: player ${player} of map ${map} has ${hasOf(program, player)}, and ${ledger.has(player)} was written down`);
    }
    this.judgeLives(map, program, [...(this.byMap.get(map) ?? []), ...[...pending.values()].map(({ operation }) => operation)]);
    this.broken.push(...sumComplaints(program).map((one) => `SY1: map ${map}: ${one}`));
  }

  /** Every life that is over in the state was ended by a deed that is written down or under way, and the other way round. */
  private judgeLives(map: MapId, game: ReferenceGame, operations: readonly Operation[]): void {
    const over = new Map<number, number>();
    for (const { data } of operations) {
      const story = readDeed(data);
      if (story?.deed === "kill") over.set(story.slot, Math.max(story.life, over.get(story.slot) ?? 0));
    }
    for (const { slot, life, hp } of game.monsters()) {
      const [ended, written] = [hp > 0 ? life - 1 : life, over.get(slot) ?? 0];
      if (ended !== written)
        this.broken.push(`SY1: map ${map}: ${ended} lives of monster ${slot} are over, and ${written} by what was written down`);
    }
  }
}
