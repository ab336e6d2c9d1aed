/** What a session of two ends promises over any crypto port (SPEC SY8 to SY11). Rotation has a suite of its own. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sealedBytes, type Suite, SUITES } from "../../core/sync/crypto.ts";
import { HEADER_BYTES } from "../../core/sync/header.ts";
import { ENVELOPE_BYTES_MAX, type Session } from "../../core/sync/session.ts";
import { BOTH_SUITES, bytesOf, type CryptoRig, EPOCH, flipped, given, HOST, textOf, twoSessions } from "./two-ends.fixture.ts";

const REJECTED = { ok: false, error: "envelope_rejected" };
const SECOND = 1_000_000;

/** The one envelope of a message. */
function one(session: Session, at: number, text: string): Uint8Array {
  const envelopes = given(session.seal(at, [bytesOf(text)]));
  expect(envelopes).toHaveLength(1);
  return envelopes[0]!;
}

/** What an envelope held, or the refusal. */
function read(session: Session, at: number, envelope: Uint8Array): string[] | string {
  const opened = session.open(at, envelope);
  return opened.ok ? opened.value.map(textOf) : opened.error;
}

/** The suite for a port. */
export function sealedSessionContract(name: string, rig: CryptoRig): void {
  describe(`sealed session: ${name}`, () => {
    describe.each(BOTH_SUITES)("suite %i", (suite) => {
      roundTrips(rig, suite);
      forgeries(rig, suite);
      misplaced(rig, suite);
      keysInForce(rig, suite);
    });
    ends(rig);
  });
}

function roundTrips(rig: CryptoRig, suite: Suite): void {
  it("gives both ends what the other sealed, in any order, and each envelope the size the suite says", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 8 }), fc.boolean(), (messages, back) => {
        const [from, to] = back ? [theirs, ours] : [ours, theirs];
        const envelopes = messages.map((message) => given(from.seal(0, [message]))[0]!);
        const ivBytes = suite === SUITES.A256CBC_HS512 ? 16 : 0;
        envelopes.forEach((envelope, i) =>
          expect(envelope).toHaveLength(HEADER_BYTES + ivBytes + sealedBytes(suite, messages[i]!.length + 3)),
        );
        const opened = envelopes.toReversed().map((envelope) => given(to.open(0, envelope))[0]!);
        expect(opened.toReversed()).toEqual(messages);
      }),
      { numRuns: 40 },
    );
  });

  it("puts the messages of a tick into one envelope, and the longest message into one of its own", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    const small = Array.from({ length: 128 }, (_, i) => new Uint8Array(200).fill(i));
    const envelopes = given(ours.seal(0, small));
    expect(envelopes).toHaveLength(1);
    expect(given(theirs.open(0, envelopes[0]!))).toEqual(small);
    const longest = given(ours.seal(0, [new Uint8Array(65_536)]))[0]!;
    expect(longest.length).toBeLessThanOrEqual(ENVELOPE_BYTES_MAX);
    expect(given(theirs.open(0, longest))[0]).toHaveLength(65_536);
    expect(ours.seal(0, [new Uint8Array(65_537)])).toEqual({ ok: false, error: "message_too_long" });
    expect(given(ours.seal(0, []))).toEqual([]);
    expect(theirs.open(0, new Uint8Array(ENVELOPE_BYTES_MAX + 1))).toEqual(REJECTED);
  });

  it("SY13: shows neither the messages nor which session's keys they are under", () => {
    const { ours } = twoSessions(rig, suite);
    const envelope = Buffer.from(one(ours, 0, "the word nobody else reads, and again: the word nobody else reads"));
    for (const part of ["the word", "nobody", "reads"]) expect(envelope.includes(part)).toBe(false);
  });

  it("SY11: never seals twice under the same key and nonce: the same message is another envelope each time", () => {
    const { ours, theirs, host } = twoSessions(rig, suite, { rekeyMessages: 40 });
    const before = host.port.pairs();
    const envelopes = Array.from({ length: 300 }, () =>
      Buffer.from(one(ours, 0, "same"))
        .subarray(HEADER_BYTES)
        .toString("hex"),
    );
    expect(new Set(envelopes).size).toBe(300);
    expect(host.port.pairs() - before).toBe(300);
    expect(read(ours, 0, one(theirs, 0, "same"))).toEqual(["same"]);
  });
}

function forgeries(rig: CryptoRig, suite: Suite): void {
  it("SY8: any flipped bit is refused, and changes neither window nor keys", () => {
    const { ours, theirs, gateway } = twoSessions(rig, suite);
    expect(read(theirs, 0, one(ours, 0, "first"))).toEqual(["first"]);
    const envelope = one(ours, 0, "the second message, of more than one block");
    const [held, received] = [[...gateway.port.held], theirs.received];
    for (let bit = 0; bit < envelope.length * 8; bit++) expect(theirs.open(0, flipped(envelope, bit))).toEqual(REJECTED);
    for (let cut = 0; cut < envelope.length; cut++) expect(theirs.open(0, envelope.subarray(0, cut))).toEqual(REJECTED);
    expect(theirs.open(0, Buffer.concat([envelope, Buffer.of(0)]))).toEqual(REJECTED);
    expect([...gateway.port.held]).toEqual(held);
    expect(theirs.received).toBe(received);
    expect(read(theirs, 0, envelope)).toEqual(["the second message, of more than one block"]);
  });

  it("SY8: a forged number far ahead does not move the window past what is under way", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    const envelope = one(ours, 0, "under way");
    for (const high of [0, 1, 0x1f]) {
      const forged = Uint8Array.from(envelope);
      forged.set([0, high, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe], 36);
      expect(theirs.open(0, forged)).toEqual(REJECTED);
    }
    expect(theirs.received).toBe(0);
    expect(read(theirs, 0, envelope)).toEqual(["under way"]);
  });

  it("SY9: an envelope is opened once, at any later time and under any later key", () => {
    const { ours, theirs } = twoSessions(rig, suite, { rekeyMessages: 3 });
    const seen: Uint8Array[] = [];
    for (let i = 0; i < 20; i++) {
      const envelope = one(ours, i, `message ${i}`);
      expect(read(theirs, i, envelope)).toEqual([`message ${i}`]);
      seen.push(envelope);
      for (const again of seen) expect(theirs.open(i, again)).toEqual(REJECTED);
    }
    expect(theirs.open(600 * SECOND, seen[0]!)).toEqual(REJECTED);
  });

  it("SY9: what is more than 1,024 numbers late is refused", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    const envelopes = Array.from({ length: 1_026 }, (_, i) => one(ours, 0, `${i}`));
    expect(read(theirs, 0, envelopes[1_025]!)).toEqual(["1025"]);
    expect(theirs.open(0, envelopes[0]!)).toEqual(REJECTED);
    expect(theirs.open(0, envelopes[1]!)).toEqual(REJECTED);
    expect(read(theirs, 0, envelopes[2]!)).toEqual(["2"]);
  });
}

function misplaced(rig: CryptoRig, suite: Suite): void {
  it("SY10: another session's, another suite's, another direction's envelope is refused with the one error", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    const otherSuite = twoSessions(rig, suite === SUITES.A256GCM ? SUITES.A256CBC_HS512 : SUITES.A256GCM);
    const another = twoSessions({ ...rig, make: (name) => rig.make(`another ${name}`) }, suite);
    const envelope = one(ours, 0, "for them");
    expect(ours.open(0, envelope)).toEqual(REJECTED);
    expect(another.theirs.open(0, envelope)).toEqual(REJECTED);
    expect(otherSuite.theirs.open(0, envelope)).toEqual(REJECTED);
    expect(read(theirs, 0, envelope)).toEqual(["for them"]);
  });

  it("SY10: wrong host, epoch or direction in the header is refused, also where session and key are right", () => {
    const { ours, theirs } = twoSessions(rig, suite);
    const envelope = one(ours, 0, "for them");
    const wrong = (at: number, byte: number): Uint8Array => envelope.map((each, i) => (i === at ? byte : each));
    for (const changed of [wrong(7, 2), wrong(19, HOST & 0x7f), wrong(35, EPOCH & 0x7e), wrong(35, 2), wrong(20, envelope[20]! ^ 1)]) {
      expect(theirs.open(0, changed)).toEqual(REJECTED);
    }
    expect(read(theirs, 0, envelope)).toEqual(["for them"]);
  });
}

function keysInForce(rig: CryptoRig, suite: Suite): void {
  it("SY10: a replaced key is received for 60 s and not a microsecond longer, and is then forgotten", () => {
    const { ours, theirs, gateway } = twoSessions(rig, suite);
    const held = gateway.port.held.size;
    const [early, late] = [one(ours, 0, "early"), one(ours, 0, "late")];
    const began = 600 * SECOND;
    expect(read(theirs, began, one(ours, began, "under the next key"))).toEqual(["under the next key"]);
    expect(ours.kid).toBe(2);
    expect(gateway.port.held.size).toBe(held + 1);
    expect(read(theirs, began + 60 * SECOND - 1, early)).toEqual(["early"]);
    expect(theirs.tendAt).toBe(began + 60 * SECOND);
    expect(theirs.open(began + 60 * SECOND, late)).toEqual(REJECTED);
    theirs.tend(began + 60 * SECOND);
    expect(gateway.port.held.size).toBe(held);
    expect(theirs.tendAt).toBe(Number.POSITIVE_INFINITY);
  });

  it("SY10: a key too far ahead is not yet valid, and trying it leaves no key behind", () => {
    const { ours, theirs, gateway } = twoSessions(rig, suite, { rekeyMessages: 1, kidsAhead: 4 });
    const envelopes = Array.from({ length: 6 }, (_, i) => one(ours, 0, `${i + 1}`));
    const held = gateway.port.held.size;
    expect(theirs.open(0, envelopes[5]!)).toEqual(REJECTED);
    expect(theirs.open(0, flipped(envelopes[4]!, 50 * 8))).toEqual(REJECTED);
    expect(gateway.port.held.size).toBe(held);
    expect(read(theirs, 0, envelopes[4]!)).toEqual(["5"]);
    expect([3, 1, 0, 2].map((i) => read(theirs, 0, envelopes[i]!))).toEqual([["4"], ["2"], ["1"], ["3"]]);
    expect(read(theirs, 0, envelopes[5]!)).toEqual(["6"]);
    theirs.tend(60 * SECOND);
    expect(gateway.port.held.size).toBe(held);
  });

  it("SY10: a new epoch takes a new key, the older one ends after 60 s, and its key is forgotten with it", () => {
    const { ours, theirs, gateway } = twoSessions(rig, suite);
    const held = gateway.port.held.size;
    const before = one(ours, 0, "before");
    theirs.changeEpoch(SECOND, EPOCH + 5);
    expect(read(ours, SECOND, one(theirs, SECOND, "you are granted it"))).toEqual(["you are granted it"]);
    expect(read(theirs, 2 * SECOND, before)).toEqual(["before"]);
    const stale = one(ours, 2 * SECOND, "not told yet");
    expect(theirs.tendAt).toBe(61 * SECOND);
    expect(theirs.open(61 * SECOND, stale)).toEqual(REJECTED);
    theirs.tend(61 * SECOND);
    expect(gateway.port.held.size).toBe(held - 1);
    ours.changeEpoch(62 * SECOND, EPOCH + 5);
    ours.changeEpoch(62 * SECOND, EPOCH + 4);
    expect([ours.epoch, ours.kid]).toEqual([EPOCH + 5, 2]);
    expect(read(theirs, 62 * SECOND, one(ours, 62 * SECOND, "told"))).toEqual(["told"]);
  });

  it("SY10: who was told a new epoch receives none below it after 60 s, under no key, however new", () => {
    const { ours, theirs } = twoSessions(rig, suite, { rekeyMessages: 2 });
    theirs.changeEpoch(0, EPOCH + 5);
    ours.changeEpoch(0, EPOCH + 4);
    const late = [one(ours, 0, "1"), one(ours, 0, "2"), one(ours, 0, "3"), one(ours, 0, "4"), one(ours, 0, "5")];
    expect(read(theirs, 60 * SECOND - 1, late[0]!)).toEqual(["1"]);
    expect(read(theirs, 60 * SECOND - 1, late[4]!)).toEqual(["5"]);
    for (const each of [...late, one(ours, 60 * SECOND, "6"), one(ours, 60 * SECOND, "7")])
      expect(theirs.open(60 * SECOND, each)).toEqual(REJECTED);
    ours.changeEpoch(60 * SECOND, EPOCH + 5);
    expect(read(theirs, 60 * SECOND, one(ours, 60 * SECOND, "8"))).toEqual(["8"]);
  });
}

function ends(rig: CryptoRig): void {
  it("SY11: seals nothing after its last number, and refuses a batch that would pass it as a whole", () => {
    const { ours, theirs } = twoSessions(rig, SUITES.A256GCM, { seqMax: 3 });
    expect(read(theirs, 0, one(ours, 0, "1"))).toEqual(["1"]);
    const halves = [new Uint8Array(40_000), new Uint8Array(40_000), new Uint8Array(40_000)];
    expect(ours.seal(0, halves)).toEqual({ ok: false, error: "session_exhausted" });
    expect(ours.sent).toBe(1);
    expect(given(ours.seal(0, halves.slice(1)))).toHaveLength(2);
    expect(ours.seal(0, [bytesOf("4")])).toEqual({ ok: false, error: "session_exhausted" });
  });

  it("holds no key after it was closed", () => {
    const { ours, theirs, host, gateway } = twoSessions(rig, SUITES.A256CBC_HS512, { rekeyMessages: 1, kidsAhead: 8 });
    const envelopes = Array.from({ length: 5 }, (_, i) => one(ours, 0, `${i}`));
    expect(read(theirs, 0, envelopes[4]!)).toEqual(["4"]);
    expect(read(theirs, 0, envelopes[2]!)).toEqual(["2"]);
    for (const session of [ours, theirs, ours]) session.close();
    expect([...host.port.held, ...gateway.port.held]).toEqual([host.self.secret, gateway.self.secret]);
    expect(ours.seal(0, [bytesOf("x")])).toEqual({ ok: false, error: "session_closed" });
    expect(theirs.open(0, envelopes[3]!)).toEqual(REJECTED);
    ours.changeEpoch(0, EPOCH + 1);
    ours.tend(0);
  });
}
