import { describe, expect, it } from "vitest";
import { COORDINATOR, type ActorId, hostActor, playerActor } from "../core/protocol/ids.ts";
import type { Message } from "../core/protocol/messages.ts";
import type { CryptoPort, KeyHandle } from "../core/sync/crypto.ts";
import type { Identity } from "../core/sync/handshake.ts";
import type { SealingLimits } from "../core/sync/limits.ts";
import { SealedEnd, sealedLimits } from "./seal.ts";

/** A port that hides nothing: a key is its number, what is sealed is told by key, nonce and length. Enough to see which session opens what. */
function openPort(): CryptoPort {
  const numbers = new WeakMap<KeyHandle, number>();
  const key = (n: number): KeyHandle => {
    const handle: KeyHandle = Object.freeze({ kind: "key" as const });
    numbers.set(handle, n >>> 0);
    return handle;
  };
  const hash = (parts: readonly Uint8Array[], from = 7): number => {
    let h = from;
    for (const part of parts) for (const byte of part) h = Math.imul(h ^ byte, 0x01000193) + 0x9e37;
    return h >>> 0;
  };
  const u32 = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
  const of = (handle: KeyHandle): number => numbers.get(handle)!;
  let drawn = 0;
  return {
    randomness: "seeded",
    random: (length) => new Uint8Array(length).fill(++drawn),
    seal(_suite, handle, iv, aad, plain, headroom = 0) {
      const bytes = plain instanceof Uint8Array ? plain : Uint8Array.from(plain.flatMap((piece) => [...piece]));
      const sealed = new Uint8Array(headroom + bytes.length + 16);
      sealed.set(bytes, headroom);
      sealed.set(u32(hash([iv, aad, bytes], of(handle))), headroom + bytes.length);
      return sealed;
    },
    open(_suite, handle, iv, aad, sealed) {
      if (sealed.length < 16) return null;
      const bytes = sealed.slice(0, -16);
      const tag = [...u32(hash([iv, aad, bytes], of(handle))), ...new Uint8Array(12)];
      return tag.every((byte, i) => byte === sealed[bytes.length + i]) ? bytes : null;
    },
    pair() {
      const half = new Uint8Array(32).fill(0);
      half.set(u32(++drawn * 2_654_435_761), 0);
      return { secret: key(hash([half])), public: half };
    },
    // Both ends know both halves' numbers: the sum of them is the same for either.
    agree: (secret, other) => key(of(secret) + hash([other])),
    derive: (secrets, salt, info) => key(hash([...secrets.map((each) => u32(of(each))), salt, info])),
    mac: () => new Uint8Array(64),
    verify: () => true,
    digest: (data) => new Uint8Array(64).fill(0).map((_, i) => hash([data], i) & 255),
    forget: (handle) => void numbers.delete(handle),
  };
}

/** Ends on lines that hold what is sent until a test lets it go. */
class Lines {
  now = 0;
  readonly heard: string[] = [];
  readonly lost: string[] = [];
  readonly under: { from: ActorId; to: ActorId; bytes: Uint8Array }[] = [];
  readonly ends = new Map<ActorId, SealedEnd>();
  private readonly owners = new Map<ActorId, { port: CryptoPort; identity: Identity }>();
  private stamp = 0;

  start(self: ActorId, change: Partial<SealingLimits> = {}): SealedEnd {
    const { port, identity } = this.ownerOf(self);
    const end = new SealedEnd({
      self,
      identity,
      crypto: port,
      bounds: { maps: 50, regions: 2 },
      limits: sealedLimits(change),
      publicHalfOf: (actor) => (actor % 4 === 3 ? null : this.ownerOf(actor).identity.public),
      stamp: () => ++this.stamp,
      carry: (to, bytes) => this.under.push({ from: self, to, bytes }),
      heard: (from, message) => this.heard.push(`${from}>${self} ${said(message)}`),
      lost: (to, message) => this.lost.push(`${self}>${to} ${said(message)}`),
    });
    this.ends.set(self, end);
    return end;
  }

  private ownerOf(actor: ActorId): { port: CryptoPort; identity: Identity } {
    const port = this.owners.get(actor)?.port ?? openPort();
    const owner = this.owners.get(actor) ?? { port, identity: port.pair() };
    this.owners.set(actor, owner);
    return owner;
  }

  say(from: ActorId, to: ActorId, message: Message): void {
    this.ends.get(from)!.send(this.now, to, message);
    this.ends.get(from)!.flush(this.now);
  }

  /** Lets everything arrive, and what follows from it. */
  settle(): void {
    for (let next = this.under.shift(); next !== undefined; next = this.under.shift()) this.arrive(next);
  }

  arrive({ from, to, bytes }: { from: ActorId; to: ActorId; bytes: Uint8Array }): string {
    const end = this.ends.get(to)!;
    const received = end.receive(this.now, from, bytes);
    end.flush(this.now);
    return received;
  }

  pass(us: number): void {
    this.now += us;
    for (const end of this.ends.values()) if (end.wakeAt <= this.now) end.tick(this.now);
  }
}

const said = (message: Message): string => `${message.kind}${"epoch" in message ? `@${message.epoch}` : ""}`;
const [A, B] = [hostActor(1), hostActor(2)];
const ping = (host: ActorId): Message => ({ kind: "probe/ping", from: (host - 1) / 4 });
const held = (epoch: number, seq = 1): Message => ({ kind: "state/held", map: 3, epoch, seq });

/** Two ends that have spoken. */
function acquainted(change: Partial<SealingLimits> = {}): Lines {
  const lines = new Lines();
  lines.start(A, change);
  lines.start(B, change);
  lines.say(A, B, ping(A));
  lines.settle();
  lines.heard.length = 0;
  return lines;
}

describe("a sealed end", () => {
  it("shakes hands once, keeps what is said meanwhile, and then seals in both directions", () => {
    const lines = new Lines();
    lines.start(A);
    lines.start(B);
    lines.say(A, B, ping(A));
    lines.say(A, B, held(7));
    expect(lines.under).toHaveLength(1);
    lines.settle();
    expect(lines.heard).toEqual(["5>9 probe/ping", "5>9 state/held@7"]);
    lines.say(B, A, held(8));
    expect(lines.under).toHaveLength(1);
    lines.settle();
    expect(lines.heard.at(-1)).toBe("9>5 state/held@8");
  });

  it("puts what one step says to a peer into one envelope, and a long message into several that come in any order", () => {
    const lines = acquainted();
    for (let i = 0; i < 20; i++) lines.ends.get(A)!.send(0, B, held(7, i));
    lines.ends.get(A)!.flush(0);
    expect(lines.under).toHaveLength(1);
    lines.settle();
    expect(lines.heard).toHaveLength(20);
    lines.say(A, B, { kind: "state/replica", map: 1, epoch: 7, from: 1, seq: 1, bytes: 0, data: new Uint8Array(300_000) });
    expect(lines.under.length).toBeGreaterThan(4);
    lines.under.reverse();
    lines.settle();
    expect(lines.heard.at(-1)).toBe("5>9 state/replica@7");
  });

  it("SY8, SY9, SY10: refuses with one word what was changed, came before, is another's, or was said in another's name", () => {
    const lines = acquainted();
    const other = hostActor(9);
    lines.start(other);
    lines.say(A, B, held(7));
    const sent = lines.under.shift()!;
    const before = lines.ends.get(B)!.standing(A);
    for (let i = 0; i < sent.bytes.length; i++) {
      const bytes = sent.bytes.map((byte, k) => (k === i ? byte ^ 1 : byte));
      expect(lines.arrive({ ...sent, bytes })).toBe("rejected");
    }
    expect(lines.arrive({ ...sent, from: other })).toBe("rejected");
    expect(lines.ends.get(B)!.standing(A)).toBe(before);
    expect([lines.arrive(sent), lines.arrive(sent)]).toEqual(["opened", "rejected"]);
    lines.say(A, B, { kind: "probe/ping", from: 77 });
    lines.settle();
    expect(lines.heard).toEqual(["5>9 state/held@7"]);
  });

  it("repeats a handshake that is lost, answers it again where the answer was, and gives up in the end", () => {
    const lines = new Lines();
    lines.start(A);
    lines.start(B);
    lines.say(A, B, ping(A));
    lines.under.length = 0;
    lines.pass(500_000);
    expect(lines.under).toHaveLength(1);
    lines.arrive(lines.under.shift()!);
    lines.under.length = 0;
    lines.pass(1_000_000);
    lines.settle();
    expect(lines.heard).toEqual(["5>9 probe/ping"]);
    const alone = new Lines();
    alone.start(A);
    alone.say(A, B, ping(A));
    for (let i = 0; i < 20; i++) alone.pass(1_000_000);
    expect(alone.under).toHaveLength(4);
    expect(alone.lost).toEqual(["5>9 probe/ping"]);
  });

  it("settles handshakes that cross: one session, whoever's came first", () => {
    for (const reversed of [false, true]) {
      const lines = new Lines();
      lines.start(A);
      lines.start(B);
      lines.say(A, B, ping(A));
      lines.say(B, A, ping(B));
      if (reversed) lines.under.reverse();
      lines.settle();
      expect(lines.heard.toSorted()).toEqual(["5>9 probe/ping", "9>5 probe/ping"]);
      expect(lines.ends.get(A)!.standing(B).split(",")[0]).toBe(lines.ends.get(B)!.standing(A).split(",")[0]);
    }
  });

  it("finds together again after either end began anew, whoever speaks first", () => {
    for (const [again, speaks, hears] of [
      [A, A, B],
      [A, B, A],
      [B, A, B],
      [B, B, A],
    ] as const) {
      const lines = acquainted();
      lines.ends.get(again)!.close();
      lines.start(again);
      lines.now += 5_000_000;
      lines.say(speaks, hears, held(7));
      lines.settle();
      lines.say(speaks, hears, held(8));
      lines.settle();
      expect(lines.heard.at(-1), `${again} began anew, ${speaks} spoke`).toBe(`${speaks}>${hears} state/held@8`);
    }
  });

  it("keeps the older session until the new one's first envelope opens", () => {
    const lines = acquainted();
    lines.ends.get(A)!.drop(0, B);
    lines.say(B, A, held(7));
    const old = lines.under.shift()!;
    lines.say(A, B, ping(A));
    lines.arrive(lines.under.shift()!);
    lines.under.length = 0;
    expect(lines.arrive(old)).toBe("opened");
    expect(lines.heard).toEqual(["9>5 state/held@7"]);
  });

  it("takes a new key for a higher epoch, and after so many envelopes; nothing is lost by it", () => {
    const lines = acquainted({ rekeyMessages: 2 });
    const kids = new Set<number>();
    for (let epoch = 7; epoch < 20; epoch++) {
      lines.say(A, B, held(epoch));
      kids.add(lines.under[0]!.bytes[11]!);
      lines.settle();
    }
    expect(kids.size).toBeGreaterThan(6);
    expect(lines.heard).toHaveLength(13);
  });

  it("knows nobody who is not registered, and says so of what was for them; what waits is bounded", () => {
    const lines = new Lines();
    lines.start(playerActor(1));
    lines.say(playerActor(1), 3, { kind: "play/leave", player: 1 });
    expect(lines.lost).toHaveLength(1);
    for (let i = 0; i < 300; i++) lines.say(playerActor(1), COORDINATOR, { kind: "play/leave", player: 1 });
    expect(lines.lost).toHaveLength(1 + 300 - 256);
    lines.ends.get(playerActor(1))!.close();
    expect(lines.lost).toHaveLength(301);
  });

  it("forgets a peer that was quiet for long", () => {
    const lines = acquainted();
    for (let i = 0; i < 100; i++) lines.pass(60_000_000);
    expect(lines.ends.get(B)!.standing(A)).toBe("- - -");
    lines.say(A, B, held(7));
    lines.settle();
    expect(lines.heard).toEqual(["5>9 state/held@7"]);
  });
});
