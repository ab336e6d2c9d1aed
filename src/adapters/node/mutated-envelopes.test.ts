/** SY8 in numbers: damaged envelopes by the hundred thousand. `PEERSTEAD_MUTATIONS=1000000` asks for more of them. */
import { expect, it } from "vitest";
import { drawU32, rootStream, stream } from "../../base/random.ts";
import { BOTH_SUITES, bytesOf, given, twoSessions } from "../contract/two-ends.fixture.ts";
import { countedRandom } from "./counted-random.fixture.ts";
import { rehearsalCrypto } from "./crypto.ts";

const MUTATIONS = Number(process.env["PEERSTEAD_MUTATIONS"] ?? 100_000);
const SIZES = [0, 1, 12, 13, 14, 29, 45, 61, 120, 300];
const KINDS = 8;

type Draw = (below: number) => number;

/** Damages an envelope in one of eight ways; `other` is another whole one. The header is met more often than by its share. */
function damaged(envelope: Uint8Array, other: Uint8Array, draw: Draw): Uint8Array {
  const at = draw(2) === 0 ? draw(48) : draw(envelope.length);
  const bytes = Uint8Array.from(envelope);
  switch (draw(KINDS)) {
    case 0:
      bytes[at]! ^= 1 << draw(8);
      return bytes;
    case 1:
      bytes[at] = draw(256);
      return bytes;
    case 2:
      for (let i = draw(6); i >= 0; i--) bytes[draw(bytes.length)] = draw(256);
      return bytes;
    case 3:
      return bytes.subarray(0, draw(bytes.length));
    case 4:
      return Buffer.concat([bytes, other.subarray(0, draw(20))]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
    case 6:
      // Another header over this body: session, number or direction of one, ciphertext of the other.
      return Buffer.concat([other.subarray(0, 48), bytes.subarray(48)]);
    default:
      bytes.copyWithin(at, draw(bytes.length), draw(bytes.length));
      return bytes;
  }
}

it(`SY8: of ${MUTATIONS} damaged envelopes none is accepted, none throws, and nothing changes`, { timeout: 600_000 }, () => {
  const rig = { make: (name: string) => rehearsalCrypto(countedRandom(name)), smallOrder: [] };
  const worlds = BOTH_SUITES.map((suite) => {
    const ends = twoSessions(rig, suite, { rekeyMessages: 12 });
    const opened = Array.from({ length: 3 }, (_, i) => given(ends.ours.seal(0, [bytesOf(`opened before ${i}`)]))[0]!);
    for (const envelope of opened) given(ends.theirs.open(0, envelope));
    const whole = SIZES.map((size) => given(ends.ours.seal(0, [new Uint8Array(size).fill(size)]))[0]!);
    return { ...ends, opened, whole, held: ends.gateway.port.held.size, received: ends.theirs.received };
  });
  const sources = worlds.flatMap(({ opened, whole }) => [...opened, ...whole]);
  const genuine = new Set(sources.map((envelope) => Buffer.from(envelope).toString("latin1")));
  const draws = stream(rootStream(7, 7), "mutations");
  let n = 0;
  const draw: Draw = (below) => drawU32(draws, 0, n++) % below;
  const met = { tried: 0, accepted: 0 };
  while (met.tried < MUTATIONS) {
    const envelope = damaged(sources[draw(sources.length)]!, sources[draw(sources.length)]!, draw);
    if (genuine.has(Buffer.from(envelope).toString("latin1"))) continue;
    met.tried += 1;
    if (worlds[draw(2)]!.theirs.open(0, envelope).ok) met.accepted += 1;
  }
  expect(met).toEqual({ tried: MUTATIONS, accepted: 0 });
  for (const { theirs, gateway, whole, opened, held, received } of worlds) {
    expect([gateway.port.held.size, theirs.received]).toEqual([held, received]);
    whole.forEach((envelope, i) => expect(given(theirs.open(0, envelope))[0]).toEqual(new Uint8Array(SIZES[i]!).fill(SIZES[i]!)));
    for (const envelope of opened) expect(theirs.open(0, envelope).ok).toBe(false);
  }
});
