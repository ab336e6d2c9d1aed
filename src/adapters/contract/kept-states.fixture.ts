/**
 * The contract of what the store keeps for a map's next owner: images, deeds by number, and who is on which map. Part of the ownership store's.
 */
import { expect, it } from "vitest";
import { COORDINATOR, type MapId } from "../../core/protocol/ids.ts";
import type { Operation, SyncType } from "../../core/protocol/operations.ts";
import type { ImageMark, KeptImage, OwnershipRow, StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import { ASKERS, Clerk, claim, knownOf, type MakeStore, operation } from "./store-clerk.fixture.ts";

const image = (epoch: number, number: number, boot = 0): KeptImage => {
  return { epoch, boot, number, at: number, bytes: new Uint8Array([epoch, number, boot]) };
};
const mark = ({ epoch, boot, number, at }: KeptImage): ImageMark => ({ epoch, boot, number, at });
const checkpoint = (map: MapId, host: number, of: KeptImage): StoreRequest => {
  return { verb: "checkpoint", map, host, boot: of.boot, epoch: of.epoch, image: of };
};
const keep = (map: MapId, host: number, of: KeptImage): StoreRequest => {
  return { verb: "keep", map, host, boot: of.boot, epoch: of.epoch, image: of };
};
let admissions = 0;
/** Each is another one, unless it is told which. */
const admit = (map: MapId, host: number, epoch: number, player: number, id = `comes ${(admissions += 1)}`): StoreRequest => {
  return { verb: "admit", map, host, boot: 0, epoch, player, id };
};
type Recover = Extract<StoreRequest, { verb: "recover" }>;
const recover = (map: MapId, host: number, epoch: number, holds: KeptImage | null = null, more: Partial<Recover> = {}): Recover => {
  return { verb: "recover", map, host, boot: 0, epoch, holds: holds && mark(holds), pending: [], imageless: false, ...more };
};
const batch = (map: MapId, host: number, epoch: number, operations: readonly Operation[], boot = 0): StoreRequest => {
  return { verb: "operations", map, host, boot, epoch, operations };
};
/** A batch of deeds by number, whose ids tell the epoch too. */
const deeds = (map: MapId, host: number, epoch: number, numbers: readonly number[], boot = 0): StoreRequest => {
  const operations = numbers.map((number) => ({ ...operation(`${map}.${epoch}.${number}`), number }));
  return batch(map, host, epoch, operations, boot);
};
/** A player leaves a map with something. */
const parting = (map: MapId, host: number, epoch: number, player: number, carried: Uint8Array): StoreRequest => {
  return batch(map, host, epoch, [{ ...operation(`${map}.${epoch}.${player}.${carried.join()}`), number: 1, player, carried }]);
};
const recoveredOf = (answer: StoreAnswer): unknown => {
  const found = answer.result === "ok" ? answer.recovered : undefined;
  if (found === undefined) return answer;
  const { players, known, operations, ...rest } = found;
  const more = { ...(players.length > 0 ? { players } : {}), ...(known.length > 0 ? { known } : {}) };
  return { ...rest, ...more, operations: operations.map(({ id }) => id) };
};

/** Images, and what comes on top of them. */
export function statesKept(make: MakeStore): void {
  it("HO3: images are kept, a map is taken up and players are let in under the row's owner and epoch alone", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(claim(0, 2, 6, 5));
    const fenced = { result: "refused", row: { map: 0, owner: 2, epoch: 6 } };
    for (const [host, epoch] of [
      [1, 5],
      [1, 6],
      [2, 5],
      [2, 7],
    ] as const) {
      for (const ask of [
        checkpoint(0, host, image(epoch, 9)),
        keep(0, host, image(epoch, 9)),
        recover(0, host, epoch),
        admit(0, host, epoch, 3),
      ])
        expect(await clerk.one(ask), JSON.stringify(ask)).toEqual(fenced);
    }
    expect(await clerk.one({ ...checkpoint(0, 2, image(6, 1)), image: image(5, 9) } as StoreRequest), "another's image").toEqual(fenced);
    expect(recoveredOf(await clerk.one(recover(0, 2, 6)))).toEqual({ from: "beginning", image: null, operations: [], number: 0 });
    expect(await clerk.one(checkpoint(0, 2, image(6, 1)))).toEqual({ result: "ok", row: fenced.row });
    expect(await clerk.one(keep(0, 2, image(6, 1)))).toEqual({ result: "ok", row: fenced.row });
  });

  it("SY1: who takes a map up from the beginning gets every operation that has a number, in the order of their numbers", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(claim(1, 1, 5, 0));
    for (const numbers of [[2, 4], [1], [2, 0], [7]]) await clerk.one(deeds(0, 1, 5, numbers));
    await clerk.one(deeds(1, 1, 5, [9]));
    await clerk.one(claim(0, 2, 6, 5));
    const all = ["0.5.1", "0.5.2", "0.5.4", "0.5.7"];
    expect(recoveredOf(await clerk.one(recover(0, 2, 6)))).toEqual({ from: "beginning", image: null, operations: all, number: 7 });
    expect(recoveredOf(await clerk.one(recover(0, 2, 6))), "again").toMatchObject({ operations: all });
  });

  it("SY1: the freshest image counts, and what it lacks comes with it; where both are equal, the host's own", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(deeds(0, 1, 5, [1, 2, 3, 4, 5]));
    await clerk.one(checkpoint(0, 1, image(5, 2)));
    await clerk.one(keep(0, 1, image(5, 3)));
    await clerk.one(keep(0, 1, image(5, 1)));
    await clerk.one(checkpoint(0, 1, image(5, 1)));
    await clerk.one(claim(0, 2, 6, 5));
    const asked: [KeptImage | null, unknown][] = [
      [image(5, 4), { from: "replica", image: null, operations: ["0.5.5"], number: 5 }],
      [image(5, 3), { from: "replica", image: null, operations: ["0.5.4", "0.5.5"], number: 5 }],
      [image(5, 2), { from: "store", image: image(5, 3), operations: ["0.5.4", "0.5.5"], number: 5 }],
      [image(4, 9), { from: "store", image: image(5, 3), operations: ["0.5.4", "0.5.5"], number: 5 }],
      [null, { from: "store", image: image(5, 3), operations: ["0.5.4", "0.5.5"], number: 5 }],
    ];
    for (const [own, gets] of asked) expect(recoveredOf(await clerk.one(recover(0, 2, 6, own)))).toEqual(gets);
  });
}

/** Images of owners that came one after the other. */
export function statesOverOwners(make: MakeStore): void {
  it("SY1: an operation that comes after the image that has it is known for ever, and not done again", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(checkpoint(0, 1, image(5, 4)));
    expect(await clerk.one(deeds(0, 1, 5, [3, 6]))).toMatchObject({ verdicts: ["applied", "applied"] });
    await clerk.one(claim(0, 2, 6, 5));
    expect(recoveredOf(await clerk.one(recover(0, 2, 6)))).toEqual({ from: "store", image: image(5, 4), operations: ["0.5.6"], number: 6 });
    expect(await clerk.one(checkpoint(0, 2, image(6, 6)))).toMatchObject({ result: "ok" });
    expect(await clerk.one(deeds(0, 2, 6, [7]))).toMatchObject({ verdicts: ["applied"] });
    expect(knownOf(await clerk.one(deeds(0, 1, 5, [3, 6, 7])))).toEqual([true, true, false]);
    await clerk.one(claim(0, 3, 7, 6));
    expect(recoveredOf(await clerk.one(recover(0, 3, 7)))).toEqual({ from: "store", image: image(6, 6), operations: ["0.6.7"], number: 7 });
  });

  it("SY1: a replica does not count that has in it what the map's next owner never had, however fresh", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(deeds(0, 1, 5, [1, 2, 3]));
    await clerk.one(checkpoint(0, 1, image(5, 2)));
    await clerk.one(claim(0, 2, 6, 5));
    // The first owner had come to 9, of which nobody was told. The next one knows nothing of that and goes on from 3.
    await clerk.one(recover(0, 2, 6));
    await clerk.one(deeds(0, 2, 6, [4]));
    await clerk.one(claim(0, 3, 7, 6));
    const store = { from: "store", image: image(5, 2), operations: ["0.5.3", "0.6.4"], number: 4 };
    expect(recoveredOf(await clerk.one(recover(0, 3, 7, image(5, 9))))).toEqual(store);
    expect(recoveredOf(await clerk.one(recover(0, 3, 7, image(5, 2))))).toEqual({ ...store, from: "replica", image: null });
  });

  it("SY1: what an owner between did counts as its replica, and its state as the freshest", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(checkpoint(0, 1, image(5, 2)));
    await clerk.one(claim(0, 2, 6, 5));
    await clerk.one(recover(0, 2, 6));
    await clerk.one(deeds(0, 2, 6, [3, 4]));
    await clerk.one(claim(0, 3, 7, 6));
    expect(recoveredOf(await clerk.one(recover(0, 3, 7, image(6, 3))))).toEqual({
      from: "replica",
      image: null,
      operations: ["0.6.4"],
      number: 4,
    });
  });

  it("SY1: a host that starts anew under its epoch is another owner: no earlier start of it writes, and what that had and nobody was given is dead", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(checkpoint(0, 1, image(5, 1, 7)));
    await clerk.one(deeds(0, 1, 5, [1, 2], 7));
    const found = await clerk.one(recover(0, 1, 5, null, { boot: 8 }));
    expect(recoveredOf(found)).toEqual({ from: "store", image: image(5, 1, 7), operations: ["0.5.2"], number: 2 });
    const stands = { map: 0, owner: 1, epoch: 5 };
    for (const ask of [
      deeds(0, 1, 5, [2, 3], 7),
      checkpoint(0, 1, image(5, 9, 7)),
      keep(0, 1, image(5, 9, 7)),
      recover(0, 1, 5, null, { boot: 7 }),
    ])
      expect(await clerk.one(ask)).toMatchObject({ result: "refused", row: stands });
    expect(await clerk.one(checkpoint(0, 1, { ...image(5, 9, 7), boot: 7 }))).toMatchObject({ result: "refused" });
    await clerk.one(deeds(0, 1, 5, [4], 8));
    await clerk.one(claim(0, 2, 6, 5));
    const store = { from: "store", image: image(5, 1, 7), operations: ["0.5.2", "0.5.4"], number: 4 };
    expect(recoveredOf(await clerk.one(recover(0, 2, 6, image(5, 3, 8))))).toMatchObject({ from: "replica", operations: ["0.5.4"] });
    expect(recoveredOf(await clerk.one(recover(0, 2, 6, image(5, 9, 7))))).toEqual(store);
  });
}

/** What is asked and answered besides. */
export function statesInPart(make: MakeStore): void {
  it("SY1: of deeds under way it says which were applied, be it under another's id, and nobody is told to do again what its image has", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(deeds(0, 1, 5, [1, 2, 4]));
    await clerk.one(keep(0, 1, image(5, 6)));
    await clerk.one(claim(0, 2, 6, 5));
    const pending = [3, 4, 5, 6].map((number) => ({ id: `0.5.${number}`, number }));
    const answer = await clerk.one(recover(0, 2, 6, image(5, 6), { pending }));
    expect(recoveredOf(answer)).toEqual({ from: "replica", image: null, operations: [], number: 6, known: [false, true, false, false] });
    // It writes some of them down for the owner before it, and dies before anybody has a state of its own.
    await clerk.one(deeds(0, 2, 6, [5, 3, 7]));
    await clerk.one(claim(0, 3, 7, 6));
    const again = recoveredOf(await clerk.one(recover(0, 3, 7, image(5, 6), { pending })));
    expect(again).toEqual({ from: "replica", image: null, operations: ["0.6.7"], number: 7, known: [true, true, true, false] });
  });

  it("SY1: who was told of two beginnings may have gone on from either", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(checkpoint(0, 1, image(5, 3)));
    await clerk.one(claim(0, 2, 6, 5));
    // What it asked first arrives last.
    const alone = { imageless: true };
    expect(recoveredOf(await clerk.one(recover(0, 2, 6, image(5, 1), alone)))).toMatchObject({ from: "replica" });
    expect(recoveredOf(await clerk.one(recover(0, 2, 6, image(5, 1))))).toMatchObject({ from: "store" });
    await clerk.one(claim(0, 3, 7, 6));
    expect(recoveredOf(await clerk.one(recover(0, 3, 7, image(5, 2), alone)))).toMatchObject({ from: "beginning" });
    expect(recoveredOf(await clerk.one(recover(0, 3, 7, image(6, 1), alone)))).toMatchObject({ from: "beginning" });
  });

  it("SY1: an image that cannot be read is not given twice, and what is held must do", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(deeds(0, 1, 5, [1, 2]));
    await clerk.one(keep(0, 1, image(5, 2)));
    await clerk.one(claim(0, 2, 6, 5));
    expect(recoveredOf(await clerk.one(recover(0, 2, 6)))).toMatchObject({ from: "store" });
    const own = recover(0, 2, 6, image(5, 1), { imageless: true });
    expect(recoveredOf(await clerk.one(own))).toEqual({ from: "replica", image: null, operations: ["0.5.2"], number: 2 });
    const alone = recover(0, 2, 6, null, { imageless: true });
    expect(recoveredOf(await clerk.one(alone))).toEqual({ from: "beginning", image: null, operations: ["0.5.1", "0.5.2"], number: 2 });
  });

  it.runIf(make(() => {}).forgetVolatile !== undefined)("SY3: what may vanish vanishes, and what lasts is there", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(deeds(0, 1, 5, [1, 2, 3]));
    await clerk.one(checkpoint(0, 1, image(5, 1)));
    await clerk.one(keep(0, 1, image(5, 2)));
    clerk.rig.forgetVolatile?.();
    await clerk.one(claim(0, 2, 6, 5));
    expect(recoveredOf(await clerk.one(recover(0, 2, 6)))).toEqual({
      from: "store",
      image: image(5, 1),
      operations: ["0.5.2", "0.5.3"],
      number: 3,
    });
  });
}

const NOTHING = new Uint8Array(0);

/** Two maps of one host. */
async function twoMaps(make: MakeStore): Promise<Clerk> {
  const clerk = new Clerk(make);
  for (const map of [0, 1]) await clerk.one(claim(map, 1, 5, 0));
  return clerk;
}

/** On which map players are. */
export function playerPlaces(make: MakeStore): void {
  const begin = (): Promise<Clerk> => twoMaps(make);
  const row = (map: MapId): OwnershipRow => ({ map, owner: 1, epoch: 5 });

  it("SY1: a player is on one map at a time, until its stay there has ended; it comes to the next with what it left with", async () => {
    const clerk = await begin();
    expect(await clerk.one(admit(0, 1, 5, 7))).toEqual({ result: "ok", row: row(0), carried: NOTHING });
    expect(await clerk.one(admit(0, 1, 5, 7)), "again").toEqual({ result: "ok", row: row(0), carried: NOTHING });
    expect(await clerk.one(admit(1, 1, 5, 7))).toEqual({ result: "refused", row: row(1), elsewhere: 0 });
    expect(await clerk.one(admit(1, 1, 5, 8)), "another player").toMatchObject({ result: "ok" });
    await clerk.one(parting(0, 1, 5, 7, new Uint8Array([1, 2])));
    for (let i = 0; i < 2; i += 1)
      expect(await clerk.one(admit(1, 1, 5, 7))).toEqual({ result: "ok", row: row(1), carried: new Uint8Array([1, 2]) });
    expect(await clerk.one(admit(0, 1, 5, 7))).toMatchObject({ result: "refused", elsewhere: 1 });
  });

  it("SY1: a stay ends once: by an operation that is applied, on the map where it is, by nobody who is fenced", async () => {
    const clerk = await begin();
    const left = parting(0, 1, 5, 7, new Uint8Array([3]));
    await clerk.one(admit(0, 1, 5, 7));
    await clerk.one(left);
    await clerk.one(admit(0, 1, 5, 7));
    expect(await clerk.one(left)).toMatchObject({ verdicts: ["duplicate"] });
    expect(await clerk.one(parting(1, 1, 5, 7, new Uint8Array([4]))), "of another map").toMatchObject({ verdicts: ["applied"] });
    expect(await clerk.one(parting(0, 2, 6, 7, new Uint8Array([5])))).toMatchObject({ result: "refused" });
    expect(await clerk.one(admit(1, 1, 5, 7))).toMatchObject({ result: "refused", elsewhere: 0 });
    expect(await clerk.one(admit(0, 1, 5, 7))).toMatchObject({ carried: new Uint8Array([3]) });
    await clerk.one(parting(0, 1, 5, 9, new Uint8Array([6])));
    const on = recoveredOf(await clerk.one(recover(0, 1, 5)));
    expect(on).toMatchObject({ players: [{ player: 7, carried: new Uint8Array([3]) }] });
    expect(await clerk.one(admit(0, 1, 5, 9)), "who was never let in has nothing to leave with").toMatchObject({ carried: NOTHING });
  });

  it("SY1: an admission takes effect once: asked for late it brings nobody back, nor whom it was answered that he is elsewhere", async () => {
    const clerk = await begin();
    for (let i = 0; i < 2; i += 1) expect(await clerk.one(admit(0, 1, 5, 7, "a"))).toMatchObject({ result: "ok" });
    expect(await clerk.one(admit(1, 1, 5, 7, "b"))).toMatchObject({ result: "refused", elsewhere: 0 });
    await clerk.one(parting(0, 1, 5, 7, new Uint8Array([1])));
    for (const late of [admit(0, 1, 5, 7, "a"), admit(1, 1, 5, 7, "b")])
      expect(await clerk.one(late)).toEqual({ result: "refused", row: row((late as { map: MapId }).map) });
    expect(await clerk.one(admit(1, 1, 5, 7, "c"))).toMatchObject({ result: "ok", carried: new Uint8Array([1]) });
    expect(await clerk.one(admit(0, 1, 5, 7, "a"))).toMatchObject({ result: "refused", elsewhere: 1 });
    expect(await clerk.one(admit(1, 1, 5, 7, "b")), "who is here by another").toMatchObject({ result: "ok" });
  });

  it("SY1: of maps that ask for a player at once one gets it, and the others learn which", async () => {
    const clerk = new Clerk(make);
    for (const map of [0, 1, 2, 3]) await clerk.one(claim(map, 1, 5, 0));
    const racing = [COORDINATOR, ...ASKERS].map((self, map) => clerk.ask(self, admit(map, 1, 5, 7)));
    await clerk.settle();
    const answers = racing.map((asked) => asked.answers[0] as StoreAnswer);
    const won = answers.findIndex((answer) => answer.result === "ok");
    expect(answers.filter((answer) => answer.result === "ok")).toHaveLength(1);
    answers.forEach((answer, map) => map !== won && expect(answer).toEqual({ result: "refused", row: row(map), elsewhere: won }));
  });
}

/** What was written down last. */
export function lastData(make: MakeStore): void {
  it("gives the data of the operation of a type that was applied last for a player, whoever asks", async () => {
    const clerk = await twoMaps(make);
    const fetch = (map: MapId, player: number, type: SyncType = "ITEM_DROP"): StoreRequest => ({ verb: "fetch", map, type, player });
    expect(await clerk.one(fetch(0, 7))).toEqual({ result: "ok", value: null });
    for (const [id, player, value] of [
      ["a", 7, 1],
      ["b", 7, 2],
      ["c", 8, 3],
      ["a", 7, 4],
    ] as const) {
      const one = { ...operation(id), player, data: new Uint8Array([value]) };
      await clerk.one(batch(0, 1, 5, [one]));
    }
    expect(await clerk.one(fetch(0, 7))).toEqual({ result: "ok", value: new Uint8Array([2]) });
    expect(await clerk.one(fetch(0, 8))).toEqual({ result: "ok", value: new Uint8Array([3]) });
    for (const none of [fetch(0, -1), fetch(1, 7), fetch(0, 7, "CHAT_MESSAGE")])
      expect(await clerk.one(none)).toEqual({ result: "ok", value: null });
  });
}

/** The same from a store that fails. */
export function stateMoods(make: MakeStore): void {
  it("SY1: images and admissions that failed left no trace, and an unknown one may be asked for again", async () => {
    const clerk = new Clerk(make);
    const seen = new Set<string>();
    for (let map = 0; map < 40; map += 1) {
      await clerk.one(claim(map, 1, 5, 0));
      const asks = [admit(map, 1, 5, map), checkpoint(map, 1, image(5, 3)), deeds(map, 1, 5, [4])];
      for (const mood of ["failed", "unknown"] as const) {
        clerk.rig.mood?.(mood);
        for (const ask of asks) expect(await clerk.one(ask)).toEqual({ result: mood });
        expect(await clerk.one(recover(map, 1, 5))).toEqual({ result: mood });
        clerk.rig.mood?.("ok");
        const found = recoveredOf(await clerk.one(recover(map, 1, 5))) as { from: string; operations: readonly string[] };
        if (mood === "failed") expect(found).toMatchObject({ from: "beginning", operations: [] });
        else seen.add(`${found.from} ${found.operations.length}`);
      }
      for (const ask of asks) expect(await clerk.one(ask)).toMatchObject({ result: "ok" });
      expect(recoveredOf(await clerk.one(recover(map, 1, 5)))).toMatchObject({ from: "store", operations: [`${map}.5.4`] });
    }
    expect([...seen].toSorted(), "each of them took effect, or did not").toEqual(["beginning 0", "beginning 1", "store 0", "store 1"]);
  });
}
