/** Hand-made histories of a map's game: short words for its operations, states, players and inputs. Nothing here decides anything. */
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type HostId, hostActor, type MapId, type PlayerId, playerActor } from "../../src/core/protocol/ids.ts";
import type { CheckerOptions } from "./checker.ts";
import type { Program } from "./game.ts";
import { type Found, MadeHistory, madeOptions } from "./made-history.fixture.ts";

type Of<K extends HistoryRecord["kind"]> = Extract<HistoryRecord, { kind: K }>;
type TakenUp = Of<"state/taken-up">;

/** The map, hosts and player that most histories are about. The source serves from the beginning, the others may take over. */
export const MAP: MapId = 1;
export const SOURCE: HostId = 10;
export const TARGET: HostId = 20;
export const PLAYER: PlayerId = 7;
/** What a player carries that is new, and two bags that it may have later. */
export const NOTHING = "0".repeat(16);
export const BAG = "b".repeat(16);
export const OTHER_BAG = "c".repeat(16);

/** Options of the made world where a game runs. */
export function gameOptions(): CheckerOptions {
  return { ...madeOptions(), fidelity: "game" };
}

/** Writes the history of a world in which games run. */
export class MadeGame extends MadeHistory {
  private readonly programs: Program[];

  constructor(options: CheckerOptions = gameOptions()) {
    const programs: Program[] = [];
    super(options, { programs: () => programs });
    this.programs = programs;
  }

  /** From now on this game runs. */
  runs(...programs: readonly Program[]): this {
    this.programs.push(...programs);
    return this;
  }

  /** The usual beginning, and the source's game at its own. */
  playing1(): this {
    return this.begun().takenUp({ host: SOURCE, epoch: 1, from: "beginning", of: 0, number: 0, mapMs: 0, hash: "start" });
  }

  takenUp(over: Partial<TakenUp> & Pick<TakenUp, "from" | "number" | "mapMs">): this {
    const record = { map: MAP, host: TARGET, epoch: 2, of: 1, hash: "h", redone: [], ...over };
    return this.say({ kind: "state/taken-up", ...record }, hostActor(record.host));
  }

  frozen(number: number, mapMs: number, hash = "h", host = SOURCE, epoch = 1): this {
    return this.say({ kind: "state/frozen", host, map: MAP, epoch, hash, number, mapMs }, hostActor(host));
  }

  resumed(hash = "h", host = SOURCE, epoch = 1): this {
    return this.say({ kind: "state/resumed", host, map: MAP, epoch, hash }, hostActor(host));
  }

  /** Operation `<host>.1.<number>`, as the host's agent would call it. */
  submitted(number: number, over: Partial<Of<"operation/submitted">> = {}): this {
    const host = over.host ?? SOURCE;
    const record = { host, map: MAP, epoch: host === SOURCE ? 1 : 2, operation: idOf(number, host), critical: false, number, ...over };
    return this.say({ kind: "operation/submitted", ...record }, hostActor(host));
  }

  applied(numbers: readonly number[], over: Partial<Of<"operation/applied">> = {}): this {
    const host = over.host ?? SOURCE;
    const epoch = over.epoch ?? (host === SOURCE ? 1 : 2);
    const operations = numbers.map((number) => idOf(number, host));
    return this.say({ kind: "operation/applied", host, map: MAP, epoch, rowEpoch: epoch, operations, ...over }, hostActor(host));
  }

  answered(number: number, result: Of<"operation/answered">["result"] = "done", over: Partial<Of<"operation/answered">> = {}): this {
    const host = over.host ?? SOURCE;
    const reason = result === "failed" || result === "rejected" ? "fenced" : "";
    const record = { host, map: MAP, epoch: host === SOURCE ? 1 : 2, operation: idOf(number, host), result, reason, ...over };
    return this.say({ kind: "operation/answered", ...record }, hostActor(host));
  }

  /** Submitted, applied and done, one after the other. */
  did(...numbers: readonly number[]): this {
    for (const number of numbers) this.submitted(number).after(5).applied([number]).after(5).answered(number);
    return this;
  }

  /** The source dies, and the store gives the map to the target. */
  sourceLost(): this {
    return this.truth(SOURCE, "down-close").after(300).gone(SOURCE).committed(MAP, TARGET, 2).granted(MAP, TARGET, 2).after(50);
  }

  /** The source stops, and the store gives the map to the target. */
  handingOver(number: number, mapMs: number, hash = "h"): this {
    this.stopped(MAP, SOURCE, 1, "freeze").frozen(number, mapMs, hash).after(100);
    return this.committed(MAP, TARGET, 2).granted(MAP, TARGET, 2).after(20);
  }

  admitted(carried: string, over: Partial<Of<"player/admitted" | "player/parted">> = {}): this {
    return this.comesOrGoes("player/admitted", carried, over);
  }

  parted(carried: string, over: Partial<Of<"player/admitted" | "player/parted">> = {}): this {
    return this.comesOrGoes("player/parted", carried, over);
  }

  private comesOrGoes(
    kind: "player/admitted" | "player/parted",
    carried: string,
    over: Partial<Of<"player/admitted" | "player/parted">>,
  ): this {
    const host = over.host ?? SOURCE;
    const record = { host, map: MAP, epoch: host === SOURCE ? 1 : 2, player: PLAYER, carried, ...over, kind };
    return this.say(record, hostActor(host));
  }

  given(...inputs: readonly number[]): this {
    for (const input of inputs) this.say({ kind: "input/given", player: PLAYER, map: MAP, input }, playerActor(PLAYER));
    return this;
  }

  took(inputs: readonly number[], host = SOURCE, epoch = host === SOURCE ? 1 : 2): this {
    for (const input of inputs) this.say({ kind: "input/taken", host, map: MAP, epoch, player: PLAYER, input }, hostActor(host));
    return this;
  }

  settled(result: Of<"input/settled">["result"], ...inputs: readonly number[]): this {
    const reason = result === "refused" ? "too_far" : "";
    for (const input of inputs) this.say({ kind: "input/settled", player: PLAYER, map: MAP, input, result, reason }, playerActor(PLAYER));
    return this;
  }
}

/** The id of the n-th operation of a host's process. */
export function idOf(number: number, host: HostId = SOURCE): string {
  return `${host}.1.${number}`;
}

/** The rules of games that a history breaks. */
export function brokenIn(found: Found): string[] {
  return found.rules.filter((rule) => !rule.startsWith("HO") && !/^LV[1-4]$/.test(rule));
}
