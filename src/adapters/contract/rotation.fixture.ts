/** SY12 over any crypto port: two ends under load, with keys and epochs that change, over a line that delays, reorders, repeats and loses. */
import { describe, expect, it } from "vitest";
import { drawUnit, rootStream, stream } from "../../base/random.ts";
import { HEADER_BYTES } from "../../core/sync/header.ts";
import type { Session } from "../../core/sync/session.ts";
import { BOTH_SUITES, bytesOf, type CryptoRig, EPOCH, given, textOf, twoSessions } from "./two-ends.fixture.ts";

const MS = 1_000;
const SECOND = 1_000_000;

/** What happens at an instant. Events of one instant happen in the order in which they were planned. */
type Event = { readonly at: number; readonly happen: (at: number) => void };

type Load = { readonly seed: number; readonly messages: number; readonly everyUs: number; readonly delayUs: number; readonly loss: number };

/** One direction: who seals, who opens, and what became of each message. */
type Lane = {
  readonly name: string;
  readonly from: Session;
  readonly to: Session;
  readonly delivered: Set<string>;
  readonly opened: string[];
};

/** The suite for a port. */
export function rotationContract(name: string, rig: CryptoRig): void {
  describe(`rotation under load: ${name}`, () => {
    it.each(BOTH_SUITES)("SY12: suite %i: whatever arrives within 60 s is opened once, whichever key it is under", (suite) => {
      const { ours, theirs, host, gateway } = twoSessions(rig, suite, { rekeyMessages: 150, rekeyUs: 2 * SECOND, kidsAhead: 8 });
      const load = { seed: suite, messages: 3_000, everyUs: 5 * MS, delayUs: 3 * SECOND, loss: 0.1 };
      const lanes = [ours, theirs].map((from, i): Lane => {
        return { name: `${i}`, from, to: i === 0 ? theirs : ours, delivered: new Set(), opened: [] };
      });
      play([...lanes.flatMap((lane) => traffic(lane, load)), ...epochs(ours, theirs)]);
      for (const { delivered, opened, from } of lanes) {
        expect(delivered.size).toBeGreaterThan(2_500);
        expect(opened.toSorted()).toEqual([...delivered].toSorted());
        expect(from.kid).toBeGreaterThan(20);
        expect(from.epoch).toBe(EPOCH + 5);
      }
      // A minute of silence later each end holds: its lasting secret, a link and a key to send by, a link and a key to receive by.
      for (const session of [ours, theirs]) session.tend(120 * SECOND);
      expect([host.port.held.size, gateway.port.held.size]).toEqual([5, 5]);
    });

    it.each(BOTH_SUITES)("SY12: suite %i: keys that were passed over, because all of their messages are late, open them", (suite) => {
      const { ours, theirs } = twoSessions(rig, suite, { rekeyMessages: 10, kidsAhead: 8 });
      const envelopes = Array.from({ length: 80 }, (_, i) => {
        if (i === 35) ours.changeEpoch(0, EPOCH + 1);
        return given(ours.seal(0, [bytesOf(`${i}`)]))[0]!;
      });
      const opened = envelopes.toReversed().map((envelope) => textOf(given(theirs.open(59 * SECOND, envelope))[0]!));
      expect(opened.toReversed()).toEqual(Array.from({ length: 80 }, (_, i) => `${i}`));
    });

    it("SY12: kids rise with 2^20 messages, 10 minutes and each epoch, as RULES say, unless a test says otherwise", () => {
      const { ours } = twoSessions(rig, BOTH_SUITES[1]!);
      const kidOf = (at: number): number => new DataView(Uint8Array.from(given(ours.seal(at, [bytesOf("x")]))[0]!).buffer).getUint32(8);
      expect(HEADER_BYTES).toBe(48);
      expect([kidOf(0), kidOf(600 * SECOND - 1), kidOf(600 * SECOND), kidOf(1_199 * SECOND)]).toEqual([1, 1, 2, 2]);
      ours.changeEpoch(1_199 * SECOND, EPOCH + 1);
      expect(kidOf(1_199 * SECOND)).toBe(3);
      expect(kidOf(1_799 * SECOND)).toBe(4);
    });
  });
}

function play(events: readonly Event[]): void {
  for (const { at, happen } of events.toSorted((a, b) => a.at - b.at)) happen(at);
}

/** Messages at an even pace, each sealed when its time comes, lost or delivered later, some of them twice. */
function traffic(lane: Lane, { seed, messages, everyUs, delayUs, loss }: Load): Event[] {
  const draws = stream(rootStream(seed, 0), `traffic/${lane.name}`);
  return Array.from({ length: messages }, (_, i): Event[] => {
    const text = `${lane.name} says ${i}`;
    let envelope = new Uint8Array(0);
    const arrives = i * everyUs + Math.floor(drawUnit(draws, i, 0) * delayUs);
    const seal = {
      at: i * everyUs,
      happen: (at: number) => void (envelope = Uint8Array.from(given(lane.from.seal(at, [bytesOf(text)]))[0]!)),
    };
    if (drawUnit(draws, i, 1) < loss) return [seal];
    const arrive: Event = {
      at: arrives,
      happen(at) {
        lane.delivered.add(text);
        const opened = lane.to.open(at, envelope);
        if (opened.ok) lane.opened.push(...opened.value.map(textOf));
      },
    };
    const again = { at: arrives + Math.floor(drawUnit(draws, i, 2) * SECOND), happen: arrive.happen };
    return drawUnit(draws, i, 3) < 0.2 ? [seal, arrive, again] : [seal, arrive];
  }).flat();
}

/** Five new epochs; each end is told at another time, the gateway first or the host. */
function epochs(ours: Session, theirs: Session): Event[] {
  return Array.from({ length: 5 }, (_, i): Event[] => {
    const [first, second] = i % 2 === 0 ? [theirs, ours] : [ours, theirs];
    const at = (2 * i + 2) * SECOND;
    return [
      { at, happen: (now) => first.changeEpoch(now, EPOCH + i + 1) },
      { at: at + 700 * MS, happen: (now) => second.changeEpoch(now, EPOCH + i + 1) },
    ];
  }).flat();
}
