/**
 * Owns what the store keeps of maps' states: the freshest image that lasts and the freshest that may vanish, the log of deeds that no lasting image has
 * in it, and from where each owner went on. Promises, with SY1: the state that {@link KeptStates.recover} names and the operations that it gives
 * are together every operation that was ever applied for the map, each once. Never: knows who may ask.
 *
 * Why a number is enough to tell what a state has in it. An owner is a host's process under an epoch, and owners come one after the other.
 *
 *  1. Who takes a map up has every operation of all owners before it: the fence lets no more of theirs in, so the log that it is given is whole.
 *  2. It goes on counting above every number that it was told of. So one number is one deed, and states that grew out of one another have in them the
 *     deeds up to their numbers, whoever wrote them down.
 *  3. States that did not grow out of one another tell nothing about each other: what an owner did and nobody wrote down is lost when the next one goes on
 *     from before it, and other deeds get those numbers. So whoever takes a map up is remembered with where it began (a cut), and what is of an earlier
 *     owner and fresher than that beginning is a dead branch: never used again, whatever its number says. Who is handed a state needs no cut: its source
 *     stands still with it.
 */
import type { Epoch, MapId } from "../../core/protocol/ids.ts";
import type { Operation, OperationId } from "../../core/protocol/operations.ts";
import { BEGINNING, type ImageMark, type KeptImage, type Recovered, type StoreRequest } from "../../core/protocol/store.ts";

/** Of the states of owners before this one, none fresher than `from` counts any more. */
type Cut = Pick<ImageMark, "epoch" | "boot"> & { readonly from: ImageMark };

type Kept = {
  lasting: KeptImage | null;
  volatile: KeptImage | null;
  log: Operation[];
  cuts: Cut[];
  /** Numbers of all operations that were ever applied, and the highest number that was heard of. */
  readonly numbers: Set<number>;
  highest: number;
};

/** What a host asks when it takes a map up. */
type Ask = Extract<StoreRequest, { verb: "recover" }>;

/** What is kept of all maps. */
export class KeptStates {
  private readonly maps = new Map<MapId, Kept>();

  /** An operation was applied. What has no number, or is in the lasting image, need not be done again. */
  applied(map: MapId, operation: Operation): void {
    const { number } = operation;
    if (number === 0) return;
    const kept = this.of(map);
    kept.numbers.add(number);
    kept.highest = Math.max(kept.highest, number);
    if (number > (kept.lasting?.number ?? 0)) kept.log.push(operation);
  }

  /** Takes an image that lasts. An older one than is there came late, and changes nothing. */
  checkpoint(map: MapId, image: KeptImage): void {
    const kept = this.of(map);
    kept.highest = Math.max(kept.highest, image.number);
    if (kept.lasting !== null && compareMarks(image, kept.lasting) <= 0) return;
    kept.lasting = image;
    kept.log = kept.log.filter(({ number }) => number > image.number);
    kept.cuts = kept.cuts.filter((cut) => compareOwners(cut, image) > 0);
  }

  /** Takes an image that may vanish. */
  keep(map: MapId, image: KeptImage): void {
    const kept = this.of(map);
    kept.highest = Math.max(kept.highest, image.number);
    if (kept.volatile === null || compareMarks(image, kept.volatile) > 0) kept.volatile = image;
  }

  /** What an owner goes on from. Asking again gives the same, or what is left of it. `players` are not known here. */
  recover({ map, epoch, boot, holds, pending, imageless }: Ask, isApplied: (id: OperationId) => boolean): Omit<Recovered, "players"> {
    const kept = this.of(map);
    const usable = (mark: ImageMark | null): mark is ImageMark => mark !== null && counts(kept.cuts, mark, { epoch, boot });
    // What lasts is never cut off: it was written by an owner whom everyone since went on from.
    let image = imageless ? null : kept.lasting;
    if (!imageless && usable(kept.volatile) && compareMarks(kept.volatile, image ?? BEGINNING) > 0) image = kept.volatile;
    const own = usable(holds) && compareMarks(holds, image ?? BEGINNING) >= 0;
    const base = own ? holds : (image ?? BEGINNING);
    this.cut(kept, { epoch, boot, from: base });
    kept.highest = Math.max(kept.highest, base.number);
    return {
      from: own ? "replica" : image === null ? "beginning" : "store",
      image: own ? null : image,
      operations: kept.log.filter(({ number }) => number > base.number).sort((a, b) => a.number - b.number),
      number: kept.highest,
      known: pending.map(({ id, number }) => isApplied(id) || (own && kept.numbers.has(number))),
    };
  }

  /** The owner of an epoch goes on although others came after it, up to `undone`, whose claims were lost: what they made of the map is a dead branch. */
  goOn(map: MapId, epoch: Epoch, undone: Epoch): void {
    const kept = this.of(map);
    if (kept.volatile !== null && kept.volatile.epoch > epoch) kept.volatile = null;
    this.cut(kept, { epoch: undone + 1, boot: 0, from: { epoch, boot: Infinity, number: Infinity, at: Infinity } });
  }

  /** Everything that may vanish does. */
  forgetVolatile(): void {
    for (const kept of this.maps.values()) kept.volatile = null;
  }

  /** Of two beginnings of one owner the older counts: it may have gone on from either. */
  private cut(kept: Kept, cut: Cut): void {
    if (compareOwners(cut.from, cut) >= 0) return;
    const before = kept.cuts.find((one) => compareOwners(one, cut) === 0);
    if (before !== undefined && compareMarks(before.from, cut.from) <= 0) return;
    kept.cuts = [...kept.cuts.filter((one) => one !== before), cut];
  }

  private of(map: MapId): Kept {
    let kept = this.maps.get(map);
    if (kept === undefined) {
      kept = { lasting: null, volatile: null, log: [], cuts: [], numbers: new Set(), highest: 0 };
      this.maps.set(map, kept);
    }
    return kept;
  }
}

type Owner = Pick<ImageMark, "epoch" | "boot">;

/** Which of two owners came later, as in a sort. */
function compareOwners(a: Owner, b: Owner): number {
  return a.epoch !== b.epoch ? a.epoch - b.epoch : a.boot === b.boot ? 0 : a.boot < b.boot ? -1 : 1;
}

/** Which of two states of a map is the fresher, as in a sort. */
function compareMarks(a: ImageMark, b: ImageMark): number {
  const owners = compareOwners(a, b);
  if (owners !== 0) return owners;
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.number === b.number ? 0 : a.number < b.number ? -1 : 1;
}

/** Whether a state counts for an owner: it is none of a later one, and all cuts since leave it. */
function counts(cuts: readonly Cut[], mark: ImageMark, asker: Owner): boolean {
  return compareOwners(mark, asker) <= 0 && cuts.every((cut) => compareOwners(cut, mark) <= 0 || compareMarks(mark, cut.from) <= 0);
}
