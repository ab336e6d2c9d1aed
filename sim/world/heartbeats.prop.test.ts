/** The computed form of the detector against the one that sends every beat: the same silences, to the microsecond. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random.ts";
import { Heartbeats, type HeartbeatOptions } from "./heartbeats.ts";
import { root, upAndLinked } from "./parts.fixture.ts";
import { EVENT, EventQueue } from "./queue.ts";

const HOSTS = 3;
const SECOND = 1_000_000;

/** What happens to a host's line at an instant. `begin` names the weather that a later `clear` ends. */
type Happening = { readonly at: number; readonly host: number } & (
  | { readonly do: "watch" }
  | { readonly do: "unwatch" }
  | { readonly do: "begin"; readonly for: number; readonly loss: number; readonly jitter: number }
  | { readonly do: "clear"; readonly which: number }
);

/** The silences that a detector finds: [host, time] in the order of time, and how many events it took. */
function silences(happenings: readonly Happening[], options: HeartbeatOptions, seed: number, until: number) {
  const queue = new EventQueue();
  const beats = new Heartbeats(upAndLinked(HOSTS, 0), queue, stream(root(seed), "beats"), stream(root(seed), "phases"), options);
  const weather: { id: number; host: number }[] = [];
  const found: [host: number, at: number][] = [];
  let events = 0;
  // Before all else of its instant, as faults are in a run.
  happenings.forEach((happening, i) => queue.push(happening.at, 0, i, EVENT.fault, happening.host, i, happening));
  const happen = (happening: Happening): void => {
    const { host } = happening;
    if (happening.do === "watch") beats.watch(host);
    else if (happening.do === "unwatch") beats.unwatch(host);
    else if (happening.do === "begin") {
      weather.push({ id: beats.begin(host, queue.now + happening.for, happening.loss, happening.jitter), host });
    } else if (happening.do === "clear" && weather.length > 0) {
      const { id, host: where } = weather[happening.which % weather.length] as { id: number; host: number };
      beats.clear(where, id);
    }
  };
  while (queue.next() <= until && queue.pop()) {
    events += 1;
    if (queue.kind === EVENT.fault) happen(queue.object as Happening);
    else if (queue.kind === EVENT.beat) beats.beat(queue.target, queue.number);
    else if (queue.kind === EVENT.beatHeard) beats.heard(queue.target, queue.number);
    else if (queue.kind === EVENT.horizon) beats.horizon(queue.target);
    else if (beats.silent(queue.target)) found.push([queue.target, queue.now]);
  }
  return { found, events };
}

const host = fc.integer({ min: 1, max: HOSTS });
const at = fc.integer({ min: 0, max: 120 * SECOND });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("watch" as const), at, host }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unwatch" as const), at, host }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("begin" as const),
      at,
      host,
      for: fc.oneof(fc.integer({ min: 1, max: 10 * SECOND }), fc.constant(Number.POSITIVE_INFINITY)),
      loss: fc.constantFrom(0, 0.05, 0.3, 0.8, 1),
      jitter: fc.constantFrom(1, 5, 40),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("clear" as const), at, host, which: fc.nat(20) }) },
);

const options = (eager: boolean, more: Partial<HeartbeatOptions> = {}): HeartbeatOptions => ({
  periodUs: 250_000,
  missedMax: 3,
  jitterMs: 4,
  loss: 0.001,
  eager,
  ...more,
});

describe("heartbeats computed ahead", () => {
  it("DT1: find every silence that sending each beat finds, and no other, in any weather", () => {
    const inputs = [
      fc.array(happening, { maxLength: 25 }),
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom(0, 0.001, 0.05, 0.3),
      // Without jitter beats arrive in the very instant in which patience ends.
      fc.constantFrom(0, 4),
    ] as const;
    let silent = 0;
    fc.assert(
      fc.property(...inputs, (happenings, seed, loss, jitterMs) => {
        // Everybody is listened to from the start, or nothing would be found in most lists.
        const all = [...[1, 2, 3].map((each): Happening => ({ do: "watch", at: 1, host: each })), ...happenings];
        const lazy = silences(all, options(false, { loss, jitterMs }), seed, 150 * SECOND);
        const plain = silences(all, options(true, { loss, jitterMs }), seed, 150 * SECOND);
        silent += lazy.found.length;
        expect(lazy.found).toEqual(plain.found);
      }),
      { numRuns: 400 },
    );
    // The property was put to the test.
    expect(silent).toBeGreaterThan(300);
  });

  it("DT1: agree over hours with no weather at all, in far fewer events", () => {
    const watch = [1, 2, 3].map((each): Happening => ({ do: "watch", at: each, host: each }));
    const lazy = silences(watch, options(false, { loss: 0.05 }), 5, 7_200 * SECOND);
    const plain = silences(watch, options(true, { loss: 0.05 }), 5, 7_200 * SECOND);
    expect(lazy.found).toEqual(plain.found);
    expect(lazy.found.length).toBeGreaterThan(0);
    expect(plain.events).toBeGreaterThan(20 * lazy.events);
  });

  it("say so once, after three missed beats and what jitter can add", () => {
    const cut: Happening = { do: "begin", at: 10 * SECOND, host: 1, for: Number.POSITIVE_INFINITY, loss: 1, jitter: 1 };
    for (const eager of [false, true]) {
      const { found } = silences([{ do: "watch", at: 1, host: 1 }, cut], options(eager, { loss: 0 }), 3, 60 * SECOND);
      expect(found).toHaveLength(1);
      const [silentHost, when] = found[0] as [number, number];
      // The last beat went out at most a period before the cut and took 20 ms.
      expect(silentHost).toBe(1);
      expect(when).toBeGreaterThan(10 * SECOND - 250_000 + 766_000);
      expect(when).toBeLessThanOrEqual(10 * SECOND + 20_000 + 766_000 + 40_000);
    }
  });
});
