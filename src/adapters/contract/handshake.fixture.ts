/** What the handshake promises over any crypto port (SPEC SY10, SY13). */
import { describe, expect, it } from "vitest";
import { type Suite, SUITES } from "../../core/sync/crypto.ts";
import { Initiator, Responder } from "../../core/sync/handshake.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import { BOTH_SUITES, bytesOf, type CryptoRig, EPOCH, flipped, given, HOST, textOf, twoEnds } from "./two-ends.fixture.ts";

const REJECTED = { ok: false, error: "handshake_rejected" };
const LIMITS = sealingLimits();

/** The bit of a public half that X25519 leaves out (RFC 7748 §5): changing it changes no secret, only what was said. */
const IGNORED_BIT = 40 * 8 - 1;

/** Every fifth bit of a message, since each costs real ports two agreements, and the one that agreements leave out. */
function bitsOf(message: Uint8Array): number[] {
  return Array.from({ length: message.length * 8 }, (_, bit) => bit).filter((bit) => bit % 5 === 0 || bit === IGNORED_BIT);
}

/** The suite for a port. */
export function handshakeContract(name: string, rig: CryptoRig): void {
  describe(`handshake: ${name}`, () => {
    describe.each(BOTH_SUITES)("suite %i", (suite) => {
      agreement(rig, suite);
      forgery(rig, suite);
      strangers(rig, suite);
    });
    choices(rig);
  });
}

function agreement(rig: CryptoRig, suite: Suite): void {
  it("gives both ends one session, and leaves no key but theirs", () => {
    const ends = twoEnds(rig);
    const initiator = ends.begin(1, suite);
    const { session: theirs, answer } = given(ends.responder.accept(0, initiator.message, LIMITS));
    const ours = given(initiator.finish(0, answer, LIMITS));
    expect(ours.id).toEqual(theirs.id);
    expect([theirs.host, theirs.epoch]).toEqual([HOST, EPOCH]);
    expect(given(theirs.open(0, given(ours.seal(0, [bytesOf("here")]))[0]!)).map(textOf)).toEqual(["here"]);
    expect(given(ours.open(0, given(theirs.seal(0, [bytesOf("welcome")]))[0]!)).map(textOf)).toEqual(["welcome"]);
    ours.close();
    theirs.close();
    expect([...ends.host.port.held]).toEqual([ends.host.self.secret]);
    expect([...ends.gateway.port.held]).toEqual([ends.gateway.self.secret]);
  });

  it("takes one answer, and none after it was given up", () => {
    const ends = twoEnds(rig);
    const initiator = ends.begin(1, suite);
    const { answer } = given(ends.responder.accept(0, initiator.message, LIMITS));
    given(initiator.finish(0, answer, LIMITS)).close();
    expect(initiator.finish(0, answer, LIMITS)).toEqual(REJECTED);
    const given2 = ends.begin(2, suite);
    given2.giveUp();
    given2.giveUp();
    expect([...ends.host.port.held]).toEqual([ends.host.self.secret]);
  });

  it("SY13: neither message shows who dials: no public half but two that are new each time", () => {
    const ends = twoEnds(rig);
    const [one, other] = [ends.begin(1, suite), ends.begin(2, suite)];
    const { answer } = given(ends.responder.accept(0, one.message, LIMITS));
    for (const message of [one.message, answer].map((each) => Buffer.from(each))) {
      for (const half of [ends.host.self.public, ends.gateway.self.public]) expect(message.includes(Buffer.from(half))).toBe(false);
    }
    expect(Buffer.from(one.message.subarray(8, 40)).equals(other.message.subarray(8, 40))).toBe(false);
  });
}

function forgery(rig: CryptoRig, suite: Suite): void {
  it("SY10: any flipped bit of either message, any cut and any longer one is refused and leaves nothing", () => {
    const ends = twoEnds(rig);
    const initiator = ends.begin(1, suite);
    const held = [ends.host.port.held.size, ends.gateway.port.held.size];
    for (const bit of bitsOf(initiator.message)) {
      expect(ends.responder.accept(0, flipped(initiator.message, bit), LIMITS)).toEqual(REJECTED);
    }
    for (const length of [0, 8, 40, 41, initiator.message.length - 1])
      expect(ends.responder.accept(0, initiator.message.subarray(0, length), LIMITS)).toEqual(REJECTED);
    expect(ends.responder.accept(0, Buffer.concat([initiator.message, Buffer.of(0)]), LIMITS)).toEqual(REJECTED);
    expect(ends.gateway.port.held.size).toBe(held[1]);
    const { session, answer } = given(ends.responder.accept(0, initiator.message, LIMITS));
    for (const bit of bitsOf(answer)) expect(initiator.finish(0, flipped(answer, bit), LIMITS)).toEqual(REJECTED);
    for (const length of [0, 8, 40, 41, answer.length - 1])
      expect(initiator.finish(0, answer.subarray(0, length), LIMITS)).toEqual(REJECTED);
    expect(ends.host.port.held.size).toBe(held[0]);
    expect(given(initiator.finish(0, answer, LIMITS)).id).toEqual(session.id);
  });

  it("SY10: a first message that was answered, or an older one, is not answered again", () => {
    const ends = twoEnds(rig);
    const [older, newer, newest] = [ends.begin(7, suite), ends.begin(8, suite), ends.begin(9, suite)];
    given(ends.responder.accept(0, newer.message, LIMITS));
    expect(ends.responder.accept(1, newer.message, LIMITS)).toEqual(REJECTED);
    expect(ends.responder.accept(1, older.message, LIMITS)).toEqual(REJECTED);
    expect(ends.responder.accept(1, newest.message, LIMITS).ok).toBe(true);
    ends.responder.forgetHost(HOST);
    expect(ends.responder.accept(1, older.message, LIMITS).ok).toBe(true);
  });

  it("SY10: an answer to another first message, swapped halves and messages in each other's place are refused", () => {
    const ends = twoEnds(rig);
    const [one, other] = [ends.begin(1, suite), ends.begin(2, suite)];
    const answers = [one, other].map(({ message }) => given(ends.responder.accept(0, message, LIMITS)).answer);
    expect(one.finish(0, answers[1]!, LIMITS)).toEqual(REJECTED);
    expect(other.finish(0, answers[0]!, LIMITS)).toEqual(REJECTED);
    const swapped = (a: Uint8Array, b: Uint8Array): Uint8Array => Buffer.concat([a.subarray(0, 40), b.subarray(40)]);
    expect(one.finish(0, swapped(answers[0]!, answers[1]!), LIMITS)).toEqual(REJECTED);
    expect(one.finish(0, swapped(answers[1]!, answers[0]!), LIMITS)).toEqual(REJECTED);
    const [third, fourth] = [ends.begin(3, suite).message, ends.begin(4, suite).message];
    expect(ends.responder.accept(0, swapped(third, fourth), LIMITS)).toEqual(REJECTED);
    expect(ends.responder.accept(0, swapped(fourth, third), LIMITS)).toEqual(REJECTED);
    expect(ends.responder.accept(0, answers[0]!, LIMITS)).toEqual(REJECTED);
    expect(one.finish(0, one.message, LIMITS)).toEqual(REJECTED);
    // An answer that carries our own public half back is one that nobody but us could have made.
    expect(one.finish(0, swapped(one.message, answers[0]!).subarray(0, answers[0]!.length), LIMITS)).toEqual(REJECTED);
    expect(one.finish(0, answers[0]!, LIMITS).ok).toBe(true);
  });
}

function strangers(rig: CryptoRig, suite: Suite): void {
  const wish = { suite, host: HOST, epoch: EPOCH, stamp: 1 };

  it("SY10: wrong keys that last are refused: a stranger's, another gateway's, a known key under another host's number", () => {
    const ends = twoEnds(rig);
    const stranger = rig.make("stranger");
    const [self, elsewhere] = [stranger.pair(), stranger.pair()];
    const tries = [
      Initiator.begin(stranger, self, ends.gateway.self.public, wish),
      Initiator.begin(ends.host.port, ends.host.self, elsewhere.public, wish),
      Initiator.begin(ends.host.port, ends.host.self, ends.gateway.self.public, { ...wish, host: HOST + 1 }),
      Initiator.begin(ends.host.port, ends.host.self, ends.gateway.self.public, { ...wish, epoch: EPOCH - 1 }),
      // It knows the host's public half and says so, but has not its secret.
      Initiator.begin(stranger, { ...self, public: ends.host.self.public }, ends.gateway.self.public, wish),
    ];
    const held = ends.gateway.port.held.size;
    for (const begun of tries) expect(ends.responder.accept(0, given(begun).message, LIMITS)).toEqual(REJECTED);
    expect(ends.gateway.port.held.size).toBe(held);
    expect(ends.responder.accept(0, ends.begin(1, suite).message, LIMITS).ok).toBe(true);
  });

  it("SY10: somebody between the two ends, who has not the gateway's secret, can answer nothing", () => {
    const ends = twoEnds(rig);
    const initiator = ends.begin(1, suite);
    const port = rig.make("between");
    const between = new Responder(port, { ...port.pair(), public: ends.gateway.self.public }, () => ends.host.self.public, BOTH_SUITES);
    expect(between.accept(0, initiator.message, LIMITS)).toEqual(REJECTED);
  });

  it("SY10: points of small order are refused wherever they stand", () => {
    const ends = twoEnds(rig);
    const initiator = ends.begin(1, suite);
    const held = [ends.host.port.held.size, ends.gateway.port.held.size];
    const { answer } = given(ends.responder.accept(0, ends.begin(2, suite).message, LIMITS));
    for (const point of rig.smallOrder) {
      const into = (message: Uint8Array): Uint8Array => Buffer.concat([message.subarray(0, 8), point, message.subarray(40)]);
      expect(Initiator.begin(ends.host.port, ends.host.self, point, wish)).toEqual(REJECTED);
      expect(ends.responder.accept(0, into(initiator.message), LIMITS)).toEqual(REJECTED);
      expect(initiator.finish(0, into(answer), LIMITS)).toEqual(REJECTED);
      const asIdentity = given(Initiator.begin(ends.host.port, { ...ends.host.self, public: point }, ends.gateway.self.public, wish));
      expect(ends.responder.accept(0, asIdentity.message, LIMITS)).toEqual(REJECTED);
      asIdentity.giveUp();
    }
    expect(ends.host.port.held.size).toBe(held[0]! + 2);
    expect(ends.gateway.port.held.size).toBe(held[1]! + 4);
  });
}

function choices(rig: CryptoRig): void {
  it("SY10: a suite that the responder does not agree to is refused, and so is another one put into the message", () => {
    const ends = twoEnds(rig);
    const only = new Responder(ends.gateway.port, ends.gateway.self, () => ends.host.self.public, [SUITES.A256CBC_HS512]);
    expect(only.accept(0, ends.begin(1, SUITES.A256GCM).message, LIMITS)).toEqual(REJECTED);
    expect(only.accept(0, ends.begin(1, SUITES.A256CBC_HS512).message, LIMITS).ok).toBe(true);
    for (const suite of [0, 3, 255]) {
      const message = ends.begin(2).message.map((byte, i) => (i === 7 ? suite : byte));
      expect(ends.responder.accept(0, message, LIMITS)).toEqual(REJECTED);
    }
  });
}
