import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { SUITES } from "../../core/sync/crypto.ts";
import { Initiator, Responder } from "../../core/sync/handshake.ts";
import { sealingLimits } from "../../core/sync/limits.ts";
import { BOTH_SUITES, bytesOf, EPOCH, given, HOST } from "../contract/two-ends.fixture.ts";
import { countedRandom } from "./counted-random.fixture.ts";
import { productionCrypto, type RandomSource, rehearsalCrypto, systemRandom } from "./crypto.ts";

describe("the random source", () => {
  it("DT2: production refuses a seeded one, whatever it says of itself, and takes the system's", () => {
    const seeded = countedRandom("seed");
    const pretends: RandomSource = { ...seeded, seeded: false };
    const refusal = { ok: false, error: { reason: "random_seeded" } };
    expect(productionCrypto(seeded)).toEqual(refusal);
    expect(productionCrypto(pretends)).toEqual(refusal);
    expect(productionCrypto({ ...systemRandom })).toEqual(refusal);
    expect(given(productionCrypto(systemRandom)).randomness).toBe("system");
    expect(given(productionCrypto()).randomness).toBe("system");
  });

  it("DT2: two ports of production draw nothing alike; a rehearsal draws what its source gives, and says that it is seeded", () => {
    const [one, other] = [given(productionCrypto()), given(productionCrypto())];
    expect(one.random(32)).not.toEqual(other.random(32));
    expect(one.pair().public).not.toEqual(other.pair().public);
    const [a, b] = [rehearsalCrypto(countedRandom("same")), rehearsalCrypto(countedRandom("same"))];
    expect(a.randomness).toBe("seeded");
    expect(a.pair().public).toEqual(b.pair().public);
    expect(a.random(5_000)).toEqual(b.random(5_000));
  });

  it("gives each byte of it once", () => {
    const filled: Buffer[] = [];
    const port = rehearsalCrypto(countedRandom("once", (bytes) => void filled.push(Buffer.from(bytes))));
    const all = () => Buffer.concat(filled);
    const places = [16, 32, 100, 4_000, 16, 4_096, 16, 5_000].map((length) => {
      const drawn = Buffer.from(port.random(length));
      return { from: all().indexOf(drawn), to: all().indexOf(drawn) + length };
    });
    places.sort((a, b) => a.from - b.from);
    for (let i = 1; i < places.length; i++) expect(places[i]!.from).toBeGreaterThanOrEqual(places[i - 1]!.to);
    expect(places[0]!.from).toBeGreaterThanOrEqual(0);
  });
});

/** Whether any so long part of `secrets` stands in `said`. */
function leaks(said: Buffer, secrets: Buffer, length: number): boolean {
  for (let at = 0; at + length <= secrets.length; at++) if (said.includes(secrets.subarray(at, at + length))) return true;
  return false;
}

describe("SY13: secrets", () => {
  it.each(BOTH_SUITES)("suite %i: stand in no byte that leaves, from the handshake to the last message", (suite) => {
    const drawn: Buffer[] = [];
    const source = (name: string) => countedRandom(name, (bytes) => void drawn.push(Buffer.from(bytes)));
    const [host, gateway] = [rehearsalCrypto(source("host")), rehearsalCrypto(source("gateway"))];
    const lasting = [Buffer.alloc(32, "the host's secret, not guessable"), Buffer.alloc(32, "the gateway's, that nobody knows")];
    const [us, them] = [host.pairFrom(lasting[0]!)!, gateway.pairFrom(lasting[1]!)!];
    const wish = { suite, host: HOST, epoch: EPOCH, stamp: 1 };
    const initiator = given(Initiator.begin(host, us, them.public, wish));
    const responder = new Responder(gateway, them, () => us.public, BOTH_SUITES);
    const { session: theirs, answer } = given(responder.accept(0, initiator.message, sealingLimits()));
    const ours = given(initiator.finish(0, answer, sealingLimits()));
    const sealed = [ours, theirs].flatMap((session) => given(session.seal(0, [bytesOf("hello"), bytesOf("again")])));
    const said = Buffer.concat([initiator.message, answer, ...sealed]);
    // IVs are drawn and sent: 16 bytes together. Whatever is longer would be a part of a key.
    expect(leaks(said, Buffer.concat(drawn), 17)).toBe(false);
    for (const secret of lasting) expect(leaks(said, secret, 8)).toBe(false);
  });

  it("do not show when a port, a pair or a session is printed or written as JSON", () => {
    const drawn: Buffer[] = [];
    const port = rehearsalCrypto(countedRandom("printed", (bytes) => void drawn.push(Buffer.from(bytes))));
    const self = port.pair();
    const initiator = given(Initiator.begin(port, self, port.pair().public, { suite: SUITES.A256GCM, host: 1, epoch: 1, stamp: 1 }));
    const key = port.keyFrom(Buffer.from("a key from outside, 32 bytes long"));
    const printed = [port, self, initiator, key]
      .map((it) => inspect(it, { depth: null, showHidden: true }) + JSON.stringify(it))
      .join("\n");
    const pool = Buffer.concat(drawn);
    expect(pool.length).toBeGreaterThan(0);
    for (let at = 0; at + 4 <= pool.length; at += 4) {
      const numbers = [...pool.subarray(at, at + 4)];
      for (const form of [numbers.join(","), numbers.join(", "), numbers.map((n) => n.toString(16).padStart(2, "0")).join(" ")])
        expect(printed.includes(form)).toBe(false);
    }
    expect(printed).not.toContain("from outside");
  });
});
