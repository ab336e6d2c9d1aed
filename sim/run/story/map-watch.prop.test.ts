import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostTruth } from "../../world/observer.ts";
import { MapWatch, NONE } from "./map-watch.ts";
import { serving, stopped } from "./records.fixture.ts";

const MAPS = 3;
const HOSTS = 3;
const TRUTHS: readonly HostTruth[] = ["up", "down-silent", "down-close", "paused", "resumed", "cut", "cut-one-way", "healed"];

const happening = fc.record({
  what: fc.constantFrom("serve" as const, "again" as const, "stale" as const, "stop" as const, "truth" as const),
  map: fc.nat({ max: MAPS - 1 }),
  host: fc.nat({ max: HOSTS - 1 }),
  truth: fc.constantFrom(...TRUTHS),
});

type Happening = typeof happening extends fc.Arbitrary<infer H> ? H : never;
type Claim = { host: number; epoch: number; boot: number; serves: boolean };
type Machine = { boot: number; down: boolean; paused: boolean; cut: boolean };

/** The plainest account there can be: what every host last said and what is true of every machine, looked at anew each time. */
class Reference {
  readonly claims: (Claim | undefined)[] = Array.from({ length: MAPS });
  readonly machines: Machine[] = Array.from({ length: HOSTS }, () => ({ boot: 0, down: false, paused: false, cut: false }));

  serve(map: number, host: number, epoch: number): void {
    if (epoch < (this.claims[map]?.epoch ?? 0)) return;
    this.claims[map] = { host, epoch, boot: this.machine(host).boot, serves: true };
  }

  stop(map: number, host: number, epoch: number): void {
    const claim = this.claims[map];
    if (claim?.host === host && claim.epoch === epoch) claim.serves = false;
  }

  truth(host: number, truth: HostTruth): void {
    const machine = this.machine(host);
    if (truth === "up") machine.down = machine.paused = false;
    else if (truth === "paused") machine.paused = true;
    else if (truth === "resumed") machine.paused = false;
    else if (truth === "cut") machine.cut = true;
    else if (truth === "healed") machine.cut = false;
    else if (truth !== "cut-one-way") {
      machine.down = true;
      machine.paused = false;
      machine.boot++;
    }
  }

  hostOf(map: number): number {
    const claim = this.claims[map];
    if (claim === undefined || !claim.serves) return NONE;
    const machine = this.machine(claim.host);
    return machine.boot !== claim.boot || machine.down || machine.paused || machine.cut ? NONE : claim.host;
  }

  machine(host: number): Machine {
    return this.machines[host] as Machine;
  }
}

/** Tells both the same; what no process could say is left out. */
function tell(watch: MapWatch, reference: Reference, h: Happening, at: number): void {
  const { down, paused } = reference.machine(h.host);
  const claim = reference.claims[h.map];
  const epoch = claim?.epoch ?? 0;
  const serve = (under: number): void => {
    watch.record(0, at, serving(h.host, h.map, under));
    reference.serve(h.map, h.host, under);
  };
  if (h.what === "truth") {
    watch.host(at, h.host, h.truth);
    reference.truth(h.host, h.truth);
  } else if (down || paused) {
    return;
  } else if (h.what === "serve") {
    serve(epoch + 1);
  } else if (h.what === "again" && claim?.host === h.host) {
    serve(epoch);
  } else if (h.what === "stale" && claim !== undefined) {
    serve(epoch - 1);
  } else if (h.what === "stop") {
    watch.record(0, at, stopped(h.host, h.map, epoch));
    reference.stop(h.map, h.host, epoch);
  }
}

describe("who serves each map under any history", () => {
  it("is what a plain account of hosts' words and machines' truths gives, and is told once for each change", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const reference = new Reference();
        const told = new Array<number>(MAPS).fill(NONE);
        const left = new Array<number>(MAPS).fill(NONE);
        const since = new Array<number>(MAPS).fill(NONE);
        const watch = new MapWatch((_at, map, host) => {
          expect(host).not.toBe(told[map]);
          told[map] = host;
        });
        happenings.forEach((h, at) => {
          const before = [...told];
          tell(watch, reference, h, at);
          for (let map = 0; map < MAPS; map++) {
            const now = reference.hostOf(map);
            if (now === NONE && before[map] !== NONE) left[map] = at;
            since[map] = now === NONE ? NONE : before[map] === NONE ? at : (since[map] as number);
            expect([told[map], watch.servedSince(map), watch.lastLeft(map)]).toEqual([now, since[map], left[map]]);
          }
          reference.machines.forEach(({ down, paused, cut }, host) => expect(watch.isAway(host)).toBe(down || paused || cut));
        });
      }),
      { numRuns: 500 },
    );
  });
});
