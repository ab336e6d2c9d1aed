/**
 * The step-crash matrix where games run on the maps: beside one owner within the bounds, nothing that was acknowledged is lost or done twice, a hand-over goes
 * on from what was frozen, and inputs come once.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { HostedMap } from "../../src/core/actors/hosted-map.ts";
import { hashText } from "../../src/core/actors/held-states.ts";
import { readImage, writeImage } from "../../src/core/actors/map-image.ts";
import { FAULT_STEPS, type Options } from "../options.ts";
import { type RunHooks, runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import type { World } from "../world/world.ts";
import { booksOfRun } from "./game-books.fixture.ts";
import { type Blow, BLOWS, type Ground, type Step, struckRun } from "./step-crash.fixture.ts";

const SECOND = 1_000_000;
/** One map that stays on the VPS and two that move; a few players who click a lot and wander. */
const GROUND: Ground = {
  hosts: 5,
  maps: [4, 7],
  leavesAtS: 10,
  over: {
    fidelity: "game",
    game: { folder: null, fieldSide: null, clicksS: { law: "exponential", mean: 0.5 } },
    players: { ...smallOptions().players, initial: 8, startPerS: 0.05, stayS: { law: "exponential", mean: 8 } },
    durationUs: 22 * SECOND,
    settleUs: 15 * SECOND,
  },
};

/**
 * A store that loses a grant of the last two seconds and keeps what came before leaves a map with an owner that can write nothing, until it moves for another
 * reason: the coordinator takes rows back only upwards. No log loses so little; at fidelity control it shows in nothing, and is judged there.
 */
const STRIKES = BLOWS.filter(({ fault }) => fault.kind !== "store-rollback");

/** Every other cell is struck at the step itself, the others while what follows it is on its way. */
function struck(step: Step, blow: Blow): Options {
  const afterUs = (FAULT_STEPS.indexOf(step) + STRIKES.indexOf(blow)) % 2 === 0 ? 0 : 40_000;
  return struckRun(GROUND, step, blow, afterUs);
}

function judged(options: Options, seed = 1, tamper: (world: World) => void = () => undefined) {
  const { books, hooks } = booksOfRun();
  const all: RunHooks = { ...hooks, begun: (world) => (hooks.begun?.(world), tamper(world)) };
  const { violations, faults } = runSeed(options, seed, all);
  const rules = violations.filter(({ rule }) => rule !== "vacuous").map(({ rule, message }) => `${rule}: ${message}`);
  return { broken: [...rules, ...books.broken], seen: books.seen, applied: faults.find(({ id }) => id === "blow")?.applied };
}

describe.each(FAULT_STEPS)("a hand-over of a game that is %s", (step) => {
  it.each(STRIKES)("SY1, SY2, SY14, HO5, HO9: one owner, and nothing acknowledged is lost, when $name", (blow) => {
    const { broken, seen, applied } = judged(struck(step, blow));
    expect(broken).toEqual([]);
    expect(applied).toBe(1);
    expect(seen.applied).toBeGreaterThan(30);
    // Placed once each, and the two that leave moved by hand or taken up.
    expect(seen.handoffs + seen.takeUps).toBeGreaterThanOrEqual(4);
  });
});

/** Whether the matrix finds a bug that is planted anew for each run. */
function finds(tamper: (world: World) => void, over: Partial<Options> = {}): boolean {
  return [1, 2, 3].some((seed) =>
    FAULT_STEPS.some((step) => STRIKES.some((blow) => judged({ ...struck(step, blow), ...over }, seed, tamper).broken.length > 0)),
  );
}

describe("the matrix of games", () => {
  afterEach(() => vi.restoreAllMocks());

  it("SY1: finds deeds that are not done again", () => {
    const found = finds(({ store }) => {
      const { tamper } = store;
      store.tamper = (table, ask, real) => {
        const answer = tamper?.(table, ask, real) ?? real();
        if (answer.result !== "ok" || answer.recovered === undefined) return answer;
        return { ...answer, recovered: { ...answer.recovered, operations: [] } };
      };
    });
    expect(found).toBe(true);
  });

  it("SY1: finds an image that forgets what is under way", () => {
    const whole = HostedMap.prototype.image;
    vi.spyOn(HostedMap.prototype, "image").mockImplementation(function (this: HostedMap, base) {
      const image = { ...whole.call(this, base).image, pending: [] };
      return { image, bytes: writeImage(image) };
    });
    // Somebody comes or goes now and then, and the store takes its time.
    expect(finds(() => undefined, { store: { latencyMs: { law: "uniform", min: 150, max: 300 } } })).toBe(true);
  });

  it("SY2: finds a last portion that lacks what changed last", () => {
    const found = finds(({ network }) => {
      const copies = new Map<number, Uint8Array>();
      network.tamper = (_from, _to, message) => {
        if (message.kind === "state/copy" && message.data !== null) copies.set(message.move, message.data);
        const data = "move" in message ? copies.get(message.move) : undefined;
        const copied = data === undefined ? null : readImage(data);
        // Only a whole copy can be sent once more.
        if (data === undefined || copied === null || copied.base !== null) return message;
        if (message.kind === "hosting/frozen") return { ...message, hash: hashText(copied.hash) };
        return message.kind === "state/final" ? { ...message, hash: hashText(copied.hash), data, bytes: data.length } : message;
      };
    });
    expect(found).toBe(true);
  });
});
