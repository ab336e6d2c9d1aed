import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scoreFor } from "../hosting/choose.ts";
import { isCompared } from "../hosting/explain-host.ts";
import { explainMap } from "../hosting/explain.ts";
import { type Hosting, TIMER } from "../hosting/state.ts";
import { type HostId, NO_HOST } from "../protocol/ids.ts";
import type { Effect } from "../protocol/step.ts";
import type { Stage } from "./coordinator.fixture.ts";
import { happen, many, slowMs, type World, worldStage } from "./happenings.fixture.ts";

const TOP = 20;
const scoring = fc.constantFrom<"seed" | "normalized">("seed", "normalized");

/** Where an explanation and the books disagree. */
function disagreements(h: Hosting): string[] {
  return h.maps.flatMap(({ map }) => {
    const why = explainMap(h, map, h.at, TOP);
    const wrong = [...scoreComplaints(h, map, why), ...countComplaints(h, map, why)];
    const held = why.ownWill.holds.length > 0;
    if (held !== (why.ownWill.to === NO_HOST))
      wrong.push(`goes to ${why.ownWill.to}, held by ${why.ownWill.holds.map((x) => x.why).join()}`);
    return wrong.map((text) => `map ${map}: ${text}`);
  });
}

type Explained = ReturnType<typeof explainMap>;

/** Every host the explanation shows has the score it is compared by, made of its terms. */
function scoreComplaints(h: Hosting, map: number, why: Explained): string[] {
  const shown = [why.owner, why.move?.target ?? null, ...why.standbys.map(({ view }) => view), ...why.candidates, ...why.barred];
  return shown.flatMap((view) => {
    if (view === null || view.kind === "vps") return [];
    const slot = h.table.slotOf(view.host);
    const sum = view.terms.reduce((all, { micro }) => all + micro, 0);
    if (sum !== view.micro) return [`host ${view.host}: terms make ${sum}, told ${view.micro}`];
    const compared = scoreFor(h, slot, map);
    return isCompared(h, slot) && compared !== view.micro ? [`host ${view.host}: compared by ${compared}, told ${view.micro}`] : [];
  });
}

/** The index answers with exactly those hosts that nothing is said against, and every host is counted once. */
function countComplaints(h: Hosting, map: number, why: Explained): string[] {
  const { table, index } = h;
  const hosts = [...Array(table.slots).keys()].filter((slot) => table.vps[slot] === 0 && table.slotOf(table.hostOf(slot)) === slot);
  const owner = h.maps[map]?.owner;
  const free = hosts.filter((slot) => table.hostOf(slot) !== owner && index.offers(slot) && table.headroom(slot, h.at) >= why.room);
  const told = Object.values(why.tally.against).reduce((sum, n) => sum + n, 0) + why.tally.couldTake;
  const wrong: string[] = [];
  if (why.tally.couldTake !== free.length) wrong.push(`${why.tally.couldTake} could take it, the index offers ${free.length}`);
  if (told + (why.owner?.kind === "player" ? 1 : 0) !== hosts.length) wrong.push(`${told} of ${hosts.length} hosts are counted`);
  const shown = why.mayLeaveVps ? free.map((slot) => table.hostOf(slot)) : [];
  if (byNumber(why.candidates.map(({ host }) => host)) !== byNumber(shown)) wrong.push("the candidates are not those on offer");
  if (why.barred.some(({ obstacles }) => obstacles.length === 0)) wrong.push("a host is barred by nothing");
  return wrong;
}

function byNumber(hosts: readonly HostId[]): string {
  return hosts.toSorted((a, b) => a - b).join();
}

function watchedStage(world: World): Stage {
  return worldStage(world, ({ coordinator, at }) => {
    const wrong = disagreements(coordinator.hosting);
    if (wrong.length > 0) throw new Error(`at ${at} us: ${wrong.join("; ")}`);
  });
}

describe("an explanation, whatever happened", () => {
  it("HO4, HO7, HO11: agrees with the index, the table and the scores after every step", () => {
    fc.assert(
      fc.property(many, slowMs, scoring, fc.boolean(), (happenings, slow, formula, auto) => {
        happen(watchedStage({ auto, fallback: true, scoring: formula, slowMs: slow }), happenings);
      }),
      { seed: 20_061_107, numRuns: 300 },
    );
  });

  it("HO6: foretells the next round of redistribution", () => {
    let moved = 0;
    fc.assert(
      fc.property(many, slowMs, scoring, (happenings, slow, formula) => {
        const stage = worldStage({ auto: true, fallback: true, scoring: formula, slowMs: slow }, () => {});
        happen(stage, happenings);
        const h = stage.coordinator.hosting;
        const order = h.maps.map((_, i) => (h.nextMap + i) % h.maps.length);
        const foretold = order.flatMap((map) => {
          const { to, cause } = explainMap(h, map, stage.at, 1).ownWill;
          return to === NO_HOST ? [] : [`${cause} ${map}>${to}`];
        });
        const effects: Effect[] = [];
        if (h.started) stage.coordinator.step({ kind: "timer", at: stage.at, timer: TIMER.reassign }, effects);
        const decided = effects.flatMap((effect) =>
          effect.kind === "record" && effect.record.kind === "move/decided"
            ? [`${effect.record.cause} ${effect.record.map}>${effect.record.to}`]
            : [],
        );
        // What one map takes may leave nothing for the next: the first is certain.
        expect(decided[0]).toBe(foretold[0]);
        moved += decided.length;
      }),
      { seed: 20_061_107, numRuns: 600 },
    );
    expect(moved).toBeGreaterThan(20);
  });

  it("changes nothing: the same things happen whether anybody asks or not", () => {
    fc.assert(
      fc.property(many, slowMs, scoring, (happenings, slow, formula) => {
        const world = { auto: true, fallback: true, scoring: formula, slowMs: slow };
        const asked = watchedStage(world);
        happen(asked, happenings);
        const unasked = worldStage(world, () => {});
        happen(unasked, happenings);
        expect(asked.records).toEqual(unasked.records);
        expect(asked.sent).toEqual(unasked.sent);
      }),
      { seed: 20_061_107, numRuns: 60 },
    );
  });
});
