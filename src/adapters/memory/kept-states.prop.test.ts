/**
 * Owners of one map that come and go, do deeds, write down some of them, leave images about and take the map up again. What the table gives them is
 * held against a model that keeps every state's whole descent and knows neither epochs nor numbers nor clocks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assert } from "../../base/assert.ts";
import type { Operation, OperationId } from "../../core/protocol/operations.ts";
import type { ImageMark, KeptImage, OwnershipRow, Recovered, StoreAnswer } from "../../core/protocol/store.ts";
import { OwnershipTable } from "./ownership-table.ts";

const MAP = 3;
const HOSTS = 3;

/** A state: what it grew out of, and the deed that was done then; null: only time passed, or another owner has it. */
type State = { readonly parent: State | null; readonly deed: Deed | null };
/** A deed is itself, under whatever ids it is written down. */
type Deed = { readonly number: number };
type Pending = { readonly id: OperationId; readonly deed: Deed };
/** A state as it is sent about. */
type Image = { readonly mark: ImageMark; readonly state: State; readonly owner: Owner; readonly pending: readonly Pending[] };

/** A host's process under an epoch. */
type Owner = {
  readonly host: number;
  readonly boot: number;
  readonly epoch: number;
  /** What it goes on from by the store's word, the oldest it was told; null: it was told nothing yet, or was handed its state. */
  base: State | null;
  /** What it plays on; null: it has not taken the map up yet. */
  state: State | null;
  number: number;
  at: number;
  pending: Pending[];
  stopped: boolean;
  undone: boolean;
  /** Who handed its state over; it goes on if that came to nothing. */
  readonly source: Owner | null;
};

const BEGIN: State = { parent: null, deed: null };

function deedsOf(state: State | null): Deed[] {
  const deeds: Deed[] = [];
  for (let one = state; one !== null; one = one.parent) if (one.deed !== null) deeds.push(one.deed);
  return deeds.reverse();
}

function grewOutOf(state: State, older: State): boolean {
  for (let one: State | null = state; one !== null; one = one.parent) if (one === older) return true;
  return false;
}

function same(found: unknown, wanted: unknown): void {
  expect(found).toEqual(wanted);
}

/** The evening of a map. */
class Evening {
  readonly table = new OwnershipTable();
  readonly reached = { takenUp: 0, replica: 0, store: 0, beginning: 0, dead: 0, redone: 0, resent: 0, undone: 0, restarted: 0, handed: 0 };
  private readonly owners: Owner[] = [];
  private readonly standbys = new Map<number, Image>();
  private readonly boots = new Map<number, number>();
  /** What the store has applied, by id, and who was told. */
  private readonly applied = new Map<OperationId, Deed>();
  private readonly claims: { readonly before: OwnershipRow; readonly owner: Owner }[] = [];
  private lasting: Image | null = null;
  private volatile: Image | null = null;
  private epochs = 0;
  private ids = 0;

  /** One thing that happens, chosen by a number. */
  step(choice: number): void {
    const [what, who, how] = [choice % 16, Math.floor(choice / 16), Math.floor(choice / 256)];
    const owner = this.owners.filter(({ stopped }) => !stopped)[who % 4] ?? this.owners.at(-1);
    if (owner === undefined || what === 0) return void this.claim(1 + (how % HOSTS));
    if (what === 1) return this.restart();
    if (what === 2) return this.flush();
    if (what === 3) return this.rollBack(how);
    if (owner.stopped) return void this.claim(1 + (how % HOSTS));
    if (owner.state === null) return this.takeUp(owner, how);
    this.play(owner, owner.state, what, how);
  }

  private play(owner: Owner, state: State, what: number, how: number): void {
    switch (what) {
      case 4:
        return void this.keep(owner, state, "checkpoint", how);
      case 5:
        return void this.keep(owner, state, "keep", how);
      case 6:
      case 7:
        return this.replicate(owner, state, 1 + (how % HOSTS));
      case 8:
        return this.handOff(owner, 1 + (how % HOSTS));
      case 9:
      case 10:
      case 11:
        return this.write(owner, how);
      default:
        owner.at += how % 2;
        if (how % 2 === 1) owner.state = { parent: state, deed: null };
        for (let left = how % 3; left > 0; left -= 1) this.deed(owner);
    }
  }

  private deed(owner: Owner): void {
    owner.number += 1;
    const deed = { number: owner.number };
    owner.state = { parent: owner.state, deed };
    owner.pending.push({ id: this.makeId(owner), deed });
  }

  private makeId({ host, boot }: Owner): OperationId {
    this.ids += 1;
    return `${host}.${boot}.${this.ids}`;
  }

  private claim(host: number, state: State | null = null, from?: Owner): Owner {
    const before = this.table.row(MAP);
    this.epochs += 1;
    const epoch = this.epochs;
    const answer = this.table.apply({ verb: "claim", map: MAP, host, epoch, expect: before.epoch });
    assert(answer.result === "ok", "nobody else claims");
    const owner: Owner = {
      ...{ host, boot: this.boots.get(host) ?? 1, epoch, base: null, state },
      ...{ number: from?.number ?? 0, at: from?.at ?? 0, pending: [], stopped: false, undone: false },
      source: from ?? null,
    };
    this.boots.set(host, owner.boot);
    this.owners.push(owner);
    this.claims.push({ before, owner });
    return owner;
  }

  /** The owner's process dies and begins again under the same epoch; what it had sent may still arrive. */
  private restart(): void {
    const { owner: host, epoch } = this.table.row(MAP);
    if (epoch === 0) return;
    const boot = (this.boots.get(host) ?? 0) + 1;
    this.boots.set(host, boot);
    const fresh = { base: null, state: null, number: 0, at: 0, pending: [], stopped: false, undone: false, source: null };
    this.owners.push({ host, boot, epoch, ...fresh });
    this.reached.restarted += 1;
  }

  /** All that is under way is written down, and the map goes over with its state. */
  private handOff(owner: Owner, host: number): void {
    if (!this.owns(owner)) return;
    this.write(owner, 0, owner.pending.length);
    if (owner.stopped || owner.pending.length > 0) return;
    owner.stopped = true;
    this.claim(host, { parent: owner.state, deed: null }, owner);
    this.reached.handed += 1;
  }

  private owns({ host, epoch }: Owner): boolean {
    const row = this.table.row(MAP);
    return row.owner === host && row.epoch === epoch;
  }

  private flush(): void {
    this.table.forgetVolatile();
    this.volatile = null;
  }

  /** The last claim is lost, unless something was written down under it. */
  private rollBack(how: number): void {
    const last = this.claims.pop();
    if (last === undefined) return;
    if (!this.table.undoClaim(last.before)) return void (this.claims.length = 0);
    this.table.promote();
    this.reached.undone += 1;
    const { source } = last.owner;
    if (source === null || how % 2 === 0) return;
    // Who handed its state over stands still since, and is let go on. It asks the store before it plays.
    source.stopped = false;
    this.write(source, 0, 0);
  }

  private imageOf(owner: Owner, state: State): Image {
    const { epoch, boot, number, at } = owner;
    return { mark: { epoch, boot, number, at }, state, owner, pending: [...owner.pending] };
  }

  private keep(owner: Owner, state: State, verb: "checkpoint" | "keep", how: number): void {
    const image = this.imageOf(owner, state);
    const { host, boot, epoch } = owner;
    const bytes = new Uint8Array(1);
    const answer = this.table.apply({ verb, map: MAP, host, boot, epoch, image: { ...image.mark, bytes } });
    this.told(owner, answer);
    if (answer.result !== "ok") return;
    if (verb === "checkpoint") this.lasting = image;
    else this.volatile = image;
    // Late and double: an older one changes nothing.
    const older = { ...image.mark, at: image.mark.at - 1 - (how % 3), bytes };
    same(this.table.apply({ verb, map: MAP, host, boot, epoch, image: older }).result, "ok");
  }

  private replicate(owner: Owner, state: State, to: number): void {
    const image = this.imageOf(owner, state);
    const held = this.standbys.get(to);
    if (held === undefined || held.mark.epoch <= owner.epoch) this.standbys.set(to, image);
  }

  /** Some of what is pending is written down, in some order. */
  private write(owner: Owner, how: number, count = 1 + (how % 4)): void {
    const from = how % Math.max(1, owner.pending.length);
    const some = [...owner.pending.slice(from), ...owner.pending.slice(0, from)].slice(0, count);
    const operations = some.map(({ id, deed }) => operationOf(id, deed));
    const { host, boot, epoch } = owner;
    const answer = this.table.apply({ verb: "operations", map: MAP, host, boot, epoch, operations });
    this.told(owner, answer);
    if (answer.result !== "ok") return;
    for (const { id, deed } of some) this.applied.set(id, deed);
    owner.pending = owner.pending.filter((one) => !some.includes(one));
  }

  /** Who is fenced stops, and only who does not own is. */
  private told(owner: Owner, answer: StoreAnswer): void {
    const heard = this.owners.some((one) => one.host === owner.host && one.boot > owner.boot && one.base !== null);
    if (answer.result === "ok") same([this.owns(owner), heard], [true, false]);
    else owner.stopped = true;
    if (answer.result !== "ok") return;
    // Who goes on although others came after it: their claims were lost, and what they made of the map is nobody's.
    for (const one of this.owners) if (one.epoch > owner.epoch) one.undone = true;
    if (this.volatile?.owner.undone === true) this.volatile = null;
  }

  /** Whether somebody went on from a state that this one is not part of; whose claims never were is nobody. */
  private isDead({ state, owner }: Image): boolean {
    const later = this.owners.slice(this.owners.indexOf(owner) + 1);
    return owner.undone || later.some(({ base }) => base !== null && !grewOutOf(base, state));
  }

  /** Asks until nothing fresher comes. An answer may be lost, what may vanish may do so in between, and it may die over it. */
  private takeUp(owner: Owner, how: number): void {
    const own = this.standbys.get(owner.host) ?? null;
    let held = own;
    for (let lost = how % 4; ; lost -= 1) {
      const found = this.recover(owner, held);
      if (found === null) return;
      const image = found.from === "store" ? this.imageFor(found.image) : null;
      if (how % 5 === 0) this.flush();
      if (lost > 0 && how % 7 === 0) return void (owner.stopped = true);
      if (lost > 0) continue;
      if (image === null) {
        this.reached[found.from === "replica" && held !== own ? "store" : found.from] += 1;
        return this.begin(owner, found, found.from === "replica" ? held : null);
      }
      held = image;
    }
  }

  private imageFor(image: KeptImage | null): Image {
    const { bytes: _, ...mark } = image as KeptImage;
    const found = [this.lasting, this.volatile].find((one) => one !== null && JSON.stringify(one.mark) === JSON.stringify(mark));
    assert(found !== null && found !== undefined, "an image that is given is kept");
    return found;
  }

  /** Asks, and holds the answer against what the model says. */
  private recover(owner: Owner, own: Image | null): Recovered | null {
    const { host, boot, epoch } = owner;
    const pending = (own?.pending ?? []).map(({ id, deed }) => ({ id, number: deed.number }));
    const holds = own?.mark ?? null;
    const answer = this.table.apply({ verb: "recover", map: MAP, host, boot, epoch, holds, pending, imageless: false });
    this.told(owner, answer);
    if (answer.result !== "ok" || answer.recovered === undefined) return null;
    const found = answer.recovered;
    const best = this.freshest(own);
    if (own !== null && this.isDead(own)) this.reached.dead += 1;
    same(found.from, best === null ? "beginning" : best === own ? "replica" : "store");
    const { bytes: _, ...mark } = found.image ?? { bytes: null };
    if (found.from === "store") same(mark, best?.mark);
    const base = best?.state ?? BEGIN;
    const has = new Set(deedsOf(base));
    const lacking = [...this.applied].filter(([, deed]) => !has.has(deed));
    same(
      found.operations.map(({ id }) => id),
      lacking.sort(([, a], [, b]) => a.number - b.number).map(([id]) => id),
    );
    const written = new Set(this.applied.values());
    if (found.from === "replica")
      same(
        found.known,
        (own?.pending ?? []).map(({ deed }) => written.has(deed)),
      );
    for (const { number } of [...written, ...has]) assert(number <= found.number, "it counts on above all that was");
    if (owner.base === null || grewOutOf(owner.base, base)) owner.base = base;
    return found;
  }

  /** The youngest of the states that are not dead. What is equally young is the host's own, then what lasts. */
  private freshest(own: Image | null): Image | null {
    let best: Image | null = null;
    for (const one of [own, this.lasting, this.volatile]) {
      if (one === null || this.isDead(one)) continue;
      if (best === null || (one.state !== best.state && grewOutOf(one.state, best.state))) best = one;
      else assert(grewOutOf(best.state, one.state), "what is alive is of one descent");
    }
    return best;
  }

  private begin(owner: Owner, found: Recovered, image: Image | null): void {
    // Even if nothing is done again, what an owner has is a state of its own.
    let state: State = { parent: image?.state ?? BEGIN, deed: null };
    const had = deedsOf(state);
    for (const { id } of found.operations) state = { parent: state, deed: this.applied.get(id) as Deed };
    const deeds = deedsOf(state);
    assert(new Set(deeds).size === deeds.length, "nothing twice");
    assert(new Set(deeds.map(({ number }) => number)).size === deeds.length, "one number, one deed");
    for (const deed of this.applied.values()) assert(deeds.includes(deed), "nothing lost");
    owner.state = state;
    owner.number = found.number;
    owner.at = image?.mark.at ?? 0;
    owner.pending = (image?.pending ?? []).filter((_, i) => found.known[i] !== true).map(({ deed }) => ({ id: this.makeId(owner), deed }));
    this.standbys.delete(owner.host);
    this.reached.takenUp += 1;
    this.reached.redone += deeds.length - had.length;
    this.reached.resent += owner.pending.length;
  }
}

function operationOf(id: OperationId, { number }: Deed): Operation {
  return { id, type: "ITEM_DROP", number, carried: null, player: -1, at: 0, data: new Uint8Array(1) };
}

describe("SY1: who takes a map up", () => {
  it("gets the freshest state that counts and all that was applied since, each once, whoever wrote it down, whatever was lost", () => {
    const sums: Record<string, number> = {};
    fc.assert(
      fc.property(fc.array(fc.nat(65_535), { minLength: 60, maxLength: 250, size: "max" }), (choices) => {
        const evening = new Evening();
        for (const choice of choices) evening.step(choice);
        for (const [what, count] of Object.entries(evening.reached)) sums[what] = (sums[what] ?? 0) + count;
      }),
      { numRuns: 100 },
    );
    for (const [what, count] of Object.entries(sums)) expect(count, what).toBeGreaterThan(50);
  });

  it("goes on from what an owner made of the map whose claim was lost, unless the one before it has gone on itself", () => {
    for (const goesOn of [false, true]) {
      const table = new OwnershipTable();
      const of = (epoch: number, number: number): KeptImage => ({ epoch, boot: 0, number, at: number, bytes: new Uint8Array(1) });
      const claim = (host: number, epoch: number, before: number): void =>
        void table.apply({ verb: "claim", map: MAP, host, epoch, expect: before });
      claim(1, 1, 0);
      const row = table.row(MAP);
      claim(2, 2, 1);
      expect(table.undoClaim(row)).toBe(true);
      if (goesOn) table.apply({ verb: "checkpoint", map: MAP, host: 1, boot: 0, epoch: 1, image: of(1, 5) });
      claim(3, 3, 1);
      const holds = of(2, 9);
      const answer = table.apply({ verb: "recover", map: MAP, host: 3, boot: 0, epoch: 3, holds, pending: [], imageless: false });
      expect(answer).toMatchObject({ recovered: goesOn ? { from: "store", number: 5 } : { from: "replica", number: 9 } });
    }
  });
});
