import { describe, expect, it } from "vitest";
import { Kept, playTurns, testGame, testWorld, turnOf } from "../game/game.fixture.ts";
import { ReferenceGame } from "../game/reference-game.ts";
import { HeldStates, hashText } from "./held-states.ts";
import { type MapImage, writeImage } from "./map-image.ts";
import type { Received } from "./states.ts";

const WORLD = testWorld();
const MAP = 3;

/** A game that plays, and the images of it. */
class Source {
  readonly game: ReferenceGame;
  private readonly kept: Kept;
  private turns = 0;
  epoch: number;
  boot: number;

  constructor(epoch = 1, boot = 1) {
    ({ game: this.game, kept: this.kept } = testGame(WORLD));
    this.epoch = epoch;
    this.boot = boot;
    this.play();
  }

  play(): bigint {
    playTurns(
      this.game,
      this.kept,
      Array.from({ length: 12 }, () => turnOf(7 * (this.turns += 1))),
    );
    return this.game.hash();
  }

  image(base: bigint | null, over: Partial<MapImage> = {}): Uint8Array {
    const delta = base === null ? null : this.game.delta(base);
    return writeImage({
      epoch: this.epoch,
      boot: this.boot,
      number: this.kept.deeds.length,
      mapMs: this.game.at,
      hash: this.game.hash(),
      base: delta === null ? null : base,
      program: delta ?? this.game.snapshot(),
      taken: [],
      pending: [],
      ...over,
    });
  }
}

function copy(data: Uint8Array | null, epoch = 1, from = 1): Received {
  return { kind: "state/copy", map: MAP, epoch, move: 1, from, round: 1, bytes: 0, data };
}

function replica(data: Uint8Array | null, seq: number, epoch = 1, from = 1): Received {
  return { kind: "state/replica", map: MAP, epoch, from, seq, bytes: 0, data };
}

const held = () => new HeldStates(() => new ReferenceGame(WORLD));

describe("SY2: what a host holds of a map it does not serve", () => {
  it("is the whole, and what changed on top of it, by the source's own hash", () => {
    const [source, states] = [new Source(), held()];
    const first = source.game.hash();
    expect(states.receive(copy(source.image(null)))).toBe(hashText(first));
    const second = source.play();
    expect(states.receive(copy(source.image(first)))).toBe(hashText(second));
    expect(states.moved(MAP, hashText(second))?.program.snapshot()).toEqual(source.game.snapshot());
    expect(states.moved(MAP, hashText(first))).toBeNull();
  });

  it("is nothing where the base is not the one that is held, and what is held stays", () => {
    const [source, states] = [new Source(), held()];
    const first = source.game.hash();
    const second = source.play();
    const delta = source.image(first);
    expect(states.receive(copy(delta))).toBeNull();
    states.receive(copy(source.image(null)));
    expect(states.receive(copy(delta))).toBeNull();
    expect(states.moved(MAP, hashText(second))).not.toBeNull();
  });

  it("is nothing where the hash lies, not even what was held before a change that lied", () => {
    const [source, states] = [new Source(), held()];
    expect(states.receive(copy(source.image(null, { hash: 7n })))).toBeNull();
    const first = source.game.hash();
    states.receive(copy(source.image(null)));
    source.play();
    expect(states.receive(copy(source.image(first, { hash: 7n })))).toBeNull();
    expect(states.freshest(MAP)).toBeNull();
  });

  it.each([
    ["no bytes", null],
    ["bytes that are no image", Uint8Array.of(1, 2, 3)],
  ])("is nothing of %s", (_, data) => {
    expect(held().receive(copy(data))).toBeNull();
  });

  it("is nothing of another epoch than its message's", () => {
    expect(held().receive(copy(new Source(2).image(null), 1))).toBeNull();
  });
});

describe("SY3: what comes late sets nothing back", () => {
  it("a standby's copy with a lower number, and what a move brought before", () => {
    const [source, states] = [new Source(), held()];
    const early = source.image(null);
    const fresh = hashText(source.play());
    states.receive(replica(source.image(null), 5));
    expect(states.receive(replica(early, 4))).toBe(fresh);
    states.receive(copy(source.image(null)));
    expect(states.receive(copy(early))).toBe(fresh);
    expect(hashText(states.freshest(MAP)!.image.hash)).toBe(fresh);
  });

  it("one of an earlier owner, from whomever", () => {
    const [old, now, states] = [new Source(1), new Source(2), held()];
    states.receive(replica(now.image(null), 1, 2, 2));
    old.play();
    expect(states.receive(replica(old.image(null), 900, 1, 1))).toBe(hashText(now.game.hash()));
    expect(states.freshest(MAP)?.image.epoch).toBe(2);
  });

  it("but who starts anew numbers anew", () => {
    const [old, now, states] = [new Source(1, 1), new Source(2, 2), held()];
    states.receive(replica(old.image(null), 500));
    now.play();
    expect(states.receive(replica(now.image(null), 1, 2))).toBe(hashText(now.game.hash()));
    expect(states.freshest(MAP)?.image).toMatchObject({ epoch: 2, boot: 2 });
  });

  it("and another host's numbers are its own", () => {
    const [one, other, states] = [new Source(), new Source(), held()];
    states.receive(replica(one.image(null), 500));
    other.play();
    expect(states.receive(replica(other.image(null), 1, 1, 2))).toBe(hashText(other.game.hash()));
  });
});

describe("what a move brings and what a standby keeps", () => {
  it("stand apart: each goes on from what its own source sent", () => {
    const [source, states] = [new Source(), held()];
    const first = source.game.hash();
    states.receive(replica(source.image(null), 1));
    const second = source.play();
    states.receive(copy(source.image(null)));
    source.play();
    expect(states.receive(replica(source.image(first), 2))).toBe(hashText(source.game.hash()));
    expect(states.moved(MAP, hashText(second))).not.toBeNull();
    expect(hashText(states.freshest(MAP)!.image.hash)).toBe(hashText(source.game.hash()));
  });

  it("SY3: the fresher is that of the later owner, then of the later start, then of the later time", () => {
    for (const [a, b] of [
      [new Source(1, 9), new Source(2, 1)],
      [new Source(1, 1), new Source(1, 2)],
      [new Source(), new Source()],
    ] as const) {
      const states = held();
      if (a.epoch === b.epoch && a.boot === b.boot) b.play();
      else a.play();
      states.receive(replica(b.image(null), 1, b.epoch, 2));
      states.receive(copy(a.image(null), a.epoch));
      expect(states.freshest(MAP)?.image.hash).toBe(b.game.hash());
    }
  });

  it("are void up to an epoch, both, and gone when the map is taken up", () => {
    const states = held();
    states.receive(copy(new Source(1).image(null)));
    states.receive(replica(new Source(2).image(null), 1, 2));
    states.forget(MAP, 1);
    expect(states.freshest(MAP)?.image.epoch).toBe(2);
    states.forget(MAP, 2);
    expect(states.freshest(MAP)).toBeNull();
    states.receive(copy(new Source(3).image(null), 3));
    states.release(MAP);
    expect(states.freshest(MAP)).toBeNull();
  });
});

describe("an image from a file or the store", () => {
  it("is read where it is whole and true, and kept as a standby's", () => {
    const [source, states] = [new Source(), held()];
    const first = source.game.hash();
    expect(states.read(MAP, source.image(null, { hash: 1n }))).toBeNull();
    expect(states.read(MAP, Uint8Array.of(9))).toBeNull();
    const read = states.read(MAP, source.image(null))!;
    source.play();
    expect(states.read(MAP, source.image(first))).toBeNull();
    states.keep(MAP, read);
    expect(states.freshest(MAP)?.image.hash).toBe(first);
    expect(states.moved(MAP, hashText(first))).toBeNull();
  });
});
