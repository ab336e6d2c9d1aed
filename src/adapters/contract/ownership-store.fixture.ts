/**
 * What every ownership store promises, whatever it is made of: one suite, run by each adapter and by the simulation's store.
 * A new adapter writes a rig and nothing else.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ActorId, COORDINATOR, epochOf, hostActor, NO_HOST } from "../../core/protocol/ids.ts";
import type { HostProfile } from "../../core/protocol/host-stats.ts";
import type { OperationId } from "../../core/protocol/operations.ts";
import type { OwnershipRow, StoreAnswer, StoreRequest } from "../../core/protocol/store.ts";
import { lastData, playerPlaces, stateMoods, statesInPart, statesKept, statesOverOwners } from "./kept-states.fixture.ts";
import { ASKERS, Clerk, claim, knownOf, type MakeStore, verdictsOf, write } from "./store-clerk.fixture.ts";

function profile(host: number, uptime_s = 0): HostProfile {
  const unmeasured = { jitter_ms: null, packet_rate: null, frame_time_ms: null };
  const stats = { cpu_ghz: 3, cpu_cores: 4, free_ram_mb: 1, network_speed_mbps: 1, latency_ms: 1, disconnects_per_hour: 0, ...unmeasured };
  return { host, kind: "player", region: 0, upload_kbps: 1, uptime_s, slots: 0, stats, regional_latency_ms: [1.5] };
}

/** Runs the whole suite over one store. */
export function ownershipStoreContract(name: string, make: MakeStore): void {
  describe(`ST1: ownership store, ${name}`, () => {
    claims(make);
    writes(make);
    operations(make);
    statesKept(make);
    statesOverOwners(make);
    statesInPart(make);
    playerPlaces(make);
    lastData(make);
    memory(make);
    concurrency(make);
    operationsAtOnce(make);
    if (make(() => {}).mood === undefined) return;
    moods(make);
    operationMoods(make);
    stateMoods(make);
  });
}

function claims(make: MakeStore): void {
  it("says that nobody owns a map at epoch 0 before the first claim", async () => {
    expect(await new Clerk(make).row(7)).toEqual({ map: 7, owner: NO_HOST, epoch: 0 });
  });

  it("HO2: grants a claim whose expected epoch stands, and answers with the row as it is now", async () => {
    const clerk = new Clerk(make);
    expect(await clerk.one(claim(0, 1, 5, 0))).toEqual({ result: "ok", row: { map: 0, owner: 1, epoch: 5 } });
    expect(await clerk.one(claim(0, 2, 6, 5))).toEqual({ result: "ok", row: { map: 0, owner: 2, epoch: 6 } });
    expect(await clerk.row(0)).toEqual({ map: 0, owner: 2, epoch: 6 });
    expect(await clerk.row(1), "another map").toMatchObject({ owner: NO_HOST, epoch: 0 });
  });

  it("HO2: refuses a claim that expects another epoch, or would not raise it, and says what stands", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    const stands = { map: 0, owner: 1, epoch: 5 };
    for (const lost of [claim(0, 2, 6, 0), claim(0, 2, 6, 4), claim(0, 2, 7, 6), claim(0, 2, 5, 5), claim(0, 2, 4, 5)])
      expect(await clerk.one(lost), JSON.stringify(lost)).toEqual({ result: "refused", row: stands });
    expect(await clerk.row(0)).toEqual(stands);
  });

  it("HO1: of claims that race one is granted, the others learn the winner", async () => {
    const clerk = new Clerk(make);
    const racing = [COORDINATOR, ...ASKERS].map((self, i) => clerk.ask(self, claim(3, i + 1, 9, 0)));
    await clerk.settle();
    const answers = racing.map((asked) => asked.answers[0] as StoreAnswer);
    const row = await clerk.row(3);
    expect(answers.filter((a) => a.result === "ok")).toEqual([{ result: "ok", row }]);
    expect(answers.filter((a) => a.result === "refused")).toEqual(Array(racing.length - 1).fill({ result: "refused", row }));
  });

  it("keeps epochs of every size apart", async () => {
    const clerk = new Clerk(make);
    const large = epochOf(8000, 1);
    await clerk.one(claim(0, 1, large, 0));
    expect(await clerk.one(claim(0, 2, large + 2, large + 1))).toMatchObject({ result: "refused", row: { epoch: large } });
    expect(await clerk.one(claim(0, 2, large + 1, large))).toMatchObject({ result: "ok", row: { owner: 2, epoch: large + 1 } });
  });
}

function writes(make: MakeStore): void {
  it("HO3: a checkpoint passes under the row's owner and epoch alone; else it is fenced and learns what stands", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    const stands = { map: 0, owner: 1, epoch: 5 };
    const [self] = ASKERS;
    const write = (host: number, epoch: number): Promise<StoreAnswer> =>
      clerk.one({ verb: "checkpoint", map: 0, host, boot: 0, epoch, image: null }, self);
    expect(await write(1, 5)).toEqual({ result: "ok", row: stands });
    for (const [host, epoch] of [
      [1, 4],
      [1, 6],
      [2, 5],
    ] as const)
      expect(await write(host, epoch)).toEqual({ result: "refused", row: stands });
    await clerk.one(claim(0, 2, 6, 5));
    expect(await write(1, 5)).toEqual({ result: "refused", row: { map: 0, owner: 2, epoch: 6 } });
  });
}

function operations(make: MakeStore): void {
  it("SY1: operations are applied once each, in the batch's order; what was applied before is a duplicate, in whatever batch", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(claim(1, 1, 5, 0));
    const row = { map: 0, owner: 1, epoch: 5 };
    const [self] = ASKERS;
    expect(await clerk.one(write(0, 1, 5, ["a", "b"]), self)).toEqual({ result: "ok", row, verdicts: ["applied", "applied"] });
    expect(await clerk.one(write(0, 1, 5, ["a", "b"]), self)).toEqual({ result: "ok", row, verdicts: ["duplicate", "duplicate"] });
    expect(await clerk.one(write(0, 1, 5, ["c", "b", "c"]), self)).toMatchObject({ verdicts: ["applied", "duplicate", "duplicate"] });
    expect(await clerk.one(write(1, 1, 5, ["d", "a"]), self), "for another map").toMatchObject({ verdicts: ["applied", "duplicate"] });
    expect(await clerk.one(write(0, 1, 5, []), self)).toEqual({ result: "ok", row, verdicts: [] });
  });

  it("HO3: operations pass under the row's owner and epoch alone; nothing of a fenced batch remains, and it says what had been applied", async () => {
    const clerk = new Clerk(make);
    expect(await clerk.one(write(0, 1, 5, ["a"]))).toEqual({
      result: "refused",
      row: { map: 0, owner: NO_HOST, epoch: 0 },
      known: [false],
    });
    await clerk.one(claim(0, 1, 5, 0));
    await clerk.one(write(0, 1, 5, ["a"]));
    const stands = { map: 0, owner: 1, epoch: 5 };
    for (const [host, epoch] of [
      [1, 4],
      [1, 6],
      [2, 5],
    ] as const)
      expect(await clerk.one(write(0, host, epoch, ["b", "a"]))).toEqual({ result: "refused", row: stands, known: [false, true] });
    await clerk.one(claim(0, 2, 6, 5));
    expect(await clerk.one(write(0, 1, 5, ["b"])), "fenced by a newer claim").toMatchObject({ result: "refused", known: [false] });
    expect(await clerk.one(write(0, 2, 6, ["b", "a"])), "and by its owner").toMatchObject({ verdicts: ["applied", "duplicate"] });
  });

  it.runIf(make(() => {}).promote !== undefined)(
    "SY1: an operation is a duplicate over epochs, owners and a failover of the store",
    async () => {
      const clerk = new Clerk(make);
      await clerk.one(claim(0, 1, 5, 0));
      await clerk.one(write(0, 1, 5, ["a"]));
      clerk.rig.promote?.();
      expect(await clerk.one(write(0, 1, 5, ["a"]))).toMatchObject({ verdicts: ["duplicate"] });
      await clerk.one(claim(0, 2, 6, 5));
      expect(await clerk.one(write(0, 2, 6, ["a", "b"]))).toMatchObject({ verdicts: ["duplicate", "applied"] });
    },
  );
}

function operationsAtOnce(make: MakeStore): void {
  it("SY1: batches that race apply each operation once, whole or not at all", async () => {
    const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 4 });
    const batch = fc.record({ asker: fc.integer({ min: 1, max: ASKERS.length }), epoch: fc.integer({ min: 5, max: 6 }), ids });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
        const clerk = new Clerk(make);
        await clerk.one(claim(0, 1, 5, 0));
        const asked = batches.map((b) => ({ ...b, of: clerk.ask(hostActor(b.asker), write(0, b.asker, b.epoch, b.ids)) }));
        // While the batches are under way the map changes hands.
        clerk.ask(COORDINATOR, claim(0, 2, 6, 5));
        await clerk.settle();
        const applied = new Map<OperationId, number>();
        for (const { asker, epoch, ids: own, of } of asked) {
          const answer = of.answers[0] as StoreAnswer;
          if (answer.result !== "ok") continue;
          expect([1, 2].includes(asker) && epoch === asker + 4, "only who owns it at that epoch").toBe(true);
          expect(verdictsOf(answer)).toHaveLength(own.length);
          own.forEach((id, i) => void (answer.verdicts?.[i] === "applied" && applied.set(id, (applied.get(id) ?? 0) + 1)));
        }
        expect([...applied.values()].every((times) => times === 1)).toBe(true);
        const all = ["a", "b", "c", "d", "e", "f"];
        const seen = await clerk.one(write(0, 9, 9, all));
        expect(knownOf(seen), "what nobody was told of did not happen").toEqual(all.map((id) => applied.has(id)));
      }),
      { numRuns: 40 },
    );
  });
}

function memory(make: MakeStore): void {
  it("restores nothing from an empty store, above epoch 0", async () => {
    const answer = await new Clerk(make).one({ verb: "restore" });
    expect(answer).toMatchObject({ result: "ok", restored: { rows: [], hosts: [] } });
    expect((answer as { restored: { epochFloor: number } }).restored.epochFloor).toBeGreaterThan(0);
  });

  it("restores every owned map and every registered host, in order of ids; the last registration counts", async () => {
    const clerk = new Clerk(make);
    for (const map of [11, 2, 30]) await clerk.one(claim(map, map + 1, 5, 0));
    for (const known of [profile(9), profile(4), profile(6), profile(9, 77)]) await clerk.one({ verb: "register", profile: known });
    await clerk.row(1);
    const rows = [2, 11, 30].map((map) => ({ map, owner: map + 1, epoch: 5 }));
    expect(await clerk.one({ verb: "restore" })).toMatchObject({
      result: "ok",
      restored: { rows, hosts: [profile(4), profile(6), profile(9, 77)] },
    });
  });

  it.runIf(make(() => {}).promote !== undefined)("ST2: a new timeline starts above every epoch granted before", async () => {
    const clerk = new Clerk(make);
    const floor = async (): Promise<number> => {
      const answer = await clerk.one({ verb: "restore" });
      return (answer as { restored: { epochFloor: number } }).restored.epochFloor;
    };
    const before = await floor();
    await clerk.one(claim(0, 1, before + 1_000_000_000, 0));
    clerk.rig.promote?.();
    expect(await floor()).toBeGreaterThan(before + 1_000_000_000);
    expect(await clerk.row(0)).toMatchObject({ owner: 1, epoch: before + 1_000_000_000 });
  });
}

function concurrency(make: MakeStore): void {
  const maps = fc.integer({ min: 0, max: 2 });
  const step = fc.integer({ min: 0, max: 6 });
  const request = fc.record({
    asker: fc.integer({ min: 0, max: ASKERS.length }),
    map: maps,
    expect: step,
    rise: fc.integer({ min: 0, max: 2 }),
  });

  it("HO1, HO2: whatever is asked at once, the grants of a map form one rising chain and each request is answered once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(request, { maxLength: 12 }), { maxLength: 4 }), async (batches) => {
        const clerk = new Clerk(make);
        for (const batch of batches) {
          for (const r of batch)
            clerk.ask([COORDINATOR, ...ASKERS][r.asker] as ActorId, claim(r.map, r.asker + 1, r.expect + r.rise, r.expect));
          await clerk.settle();
        }
        const granted = clerk.asked
          .filter((a) => a.answers[0]?.result === "ok")
          .map((a) => a.ask as Extract<StoreRequest, { verb: "claim" }>);
        for (const map of [0, 1, 2]) {
          const chain = granted.filter((ask) => ask.map === map).sort((a, b) => a.epoch - b.epoch);
          let last: OwnershipRow = { map, owner: NO_HOST, epoch: 0 };
          for (const ask of chain) {
            expect([ask.expect, ask.epoch > ask.expect]).toEqual([last.epoch, true]);
            last = { map, owner: ask.host, epoch: ask.epoch };
          }
          expect(await clerk.row(map)).toEqual(last);
        }
      }),
      { numRuns: 40 },
    );
  });
}

function moods(make: MakeStore): void {
  it("a request that failed left no trace", async () => {
    const clerk = new Clerk(make);
    clerk.rig.mood?.("failed");
    for (const ask of [
      claim(0, 1, 5, 0),
      { verb: "register", profile: profile(1) },
      { verb: "restore" },
      { verb: "read", map: 0 },
    ] as const)
      expect(await clerk.one(ask)).toEqual({ result: "failed" });
    clerk.rig.mood?.("ok");
    expect(await clerk.one({ verb: "restore" })).toMatchObject({ result: "ok", restored: { rows: [], hosts: [] } });
  });

  it("a claim refused without a rival left no trace, and says what stands", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    clerk.rig.mood?.("refused");
    expect(await clerk.one(claim(0, 2, 6, 5))).toEqual({ result: "refused", row: { map: 0, owner: 1, epoch: 5 } });
    expect(await clerk.row(0)).toEqual({ map: 0, owner: 1, epoch: 5 });
  });

  it("unknown means done or not done, and the row tells which", async () => {
    const clerk = new Clerk(make);
    const committed = new Set<boolean>();
    for (let map = 0; map < 40; map++) {
      clerk.rig.mood?.("unknown");
      expect(await clerk.one(claim(map, 1, 5, 0))).toEqual({ result: "unknown" });
      clerk.rig.mood?.("ok");
      const row = await clerk.row(map);
      expect([0, 5]).toContain(row.epoch);
      expect(row.owner).toBe(row.epoch === 5 ? 1 : NO_HOST);
      committed.add(row.epoch === 5);
    }
    expect(committed.size, "both happen").toBe(2);
  });
}

function operationMoods(make: MakeStore): void {
  it("SY1: operations that failed left no trace", async () => {
    const clerk = new Clerk(make);
    await clerk.one(claim(0, 1, 5, 0));
    clerk.rig.mood?.("failed");
    expect(await clerk.one(write(0, 1, 5, ["a"]))).toEqual({ result: "failed" });
    clerk.rig.mood?.("ok");
    expect(await clerk.one(write(0, 1, 5, ["a"]))).toMatchObject({ verdicts: ["applied"] });
  });

  it("SY1: unknown means all of the batch or nothing; asking again applies what is missing, and after a newer claim tells which it was", async () => {
    const clerk = new Clerk(make);
    const seen = new Set<string>();
    for (let map = 0; map < 40; map++) {
      await clerk.one(claim(map, 1, 5, 0));
      clerk.rig.mood?.("unknown");
      expect(await clerk.one(write(map, 1, 5, [`${map}a`, `${map}b`]))).toEqual({ result: "unknown" });
      clerk.rig.mood?.("ok");
      if (map % 2 === 0) {
        const verdicts = verdictsOf(await clerk.one(write(map, 1, 5, [`${map}a`, `${map}b`])));
        expect(new Set(verdicts).size, "one verdict for all").toBe(1);
        seen.add(String(verdicts?.[0]));
      } else {
        await clerk.one(claim(map, 2, 6, 5));
        const known = knownOf(await clerk.one(write(map, 1, 5, [`${map}a`, `${map}b`])));
        expect(new Set(known).size).toBe(1);
        seen.add(String(known?.[0]));
      }
    }
    expect([...seen].toSorted(), "all four happen").toEqual(["applied", "duplicate", "false", "true"]);
  });
}
