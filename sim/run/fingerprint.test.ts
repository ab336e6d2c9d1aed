import { describe, expect, it } from "vitest";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { COORDINATOR, hostActor, playerActor } from "../../src/core/protocol/ids.ts";
import { Fingerprint, isDecision } from "./fingerprint.ts";

const at = { host: 4, map: 1, epoch: 2 };

/** Each lasting record of a game, and the same once more for each thing that tells it from another. */
const LASTING: readonly (readonly [record: HistoryRecord, ...others: Readonly<Record<string, unknown>>[]])[] = [
  [
    { kind: "operation/submitted", ...at, operation: "4.1.1", critical: false, number: 1 },
    ...[{ operation: "4.1.2" }, { critical: true }, { number: 2 }, { host: 5 }, { map: 2 }, { epoch: 3 }],
  ],
  [
    { kind: "operation/answered", ...at, operation: "4.1.1", result: "failed", reason: "fenced" },
    ...[{ operation: "4.1.2" }, { result: "rejected" }, { reason: "revoked" }],
  ],
  [
    { kind: "operation/applied", ...at, rowEpoch: 2, operations: ["4.1.1", "4.1.2"] },
    ...[{ operations: ["4.1.2", "4.1.1"] }, { operations: ["4.1.1"] }, { rowEpoch: 3 }],
  ],
  [{ kind: "state/frozen", ...at, hash: "a", number: 3, mapMs: 50 }, { hash: "b" }, { number: 4 }, { mapMs: 51 }],
  [
    { kind: "state/taken-up", ...at, from: "replica", of: 1, hash: "a", number: 3, mapMs: 50, redone: ["4.1.1"] },
    ...[{ from: "store" }, { of: 0 }, { hash: "b" }, { number: 4 }, { mapMs: 51 }, { redone: [] }],
  ],
  [{ kind: "state/resumed", ...at, hash: "a" }, { hash: "b" }, { epoch: 3 }],
  [{ kind: "player/admitted", ...at, player: 7, carried: "a" }, { player: 8 }, { carried: "b" }],
  [{ kind: "player/parted", ...at, player: 7, carried: "a" }, { player: 8 }, { carried: "b" }],
];

function digests(record: HistoryRecord, self = hostActor(4)): [string, string] {
  const print = new Fingerprint();
  print.record(COORDINATOR, 0, { kind: "coordinator/started", maps: 1, hosts: 1 });
  print.record(self, 5, record);
  return [print.decisions().digest, print.digest("")];
}

describe("DT1: the fingerprint of a game", () => {
  it.each(LASTING.map(([record, ...others]) => ({ kind: record.kind, record, others })))(
    "takes in each part of $kind with the decisions",
    ({ record, others }) => {
      const all = [record, ...others.map((other) => ({ ...record, ...other }) as HistoryRecord)].map((one) => digests(one)[0]);
      expect(new Set(all).size).toBe(all.length);
      expect(isDecision(hostActor(4), record)).toBe(true);
    },
  );

  it("takes in players' inputs, and leaves the decisions as they are", () => {
    const inputs: readonly HistoryRecord[] = [
      { kind: "input/given", player: 7, map: 1, input: 1 },
      { kind: "input/given", player: 7, map: 1, input: 2 },
      { kind: "input/taken", ...at, player: 7, input: 1 },
      { kind: "input/settled", player: 7, map: 1, input: 1, result: "taken", reason: "" },
    ];
    const all = inputs.map((record) => digests(record, playerActor(7)));
    expect(new Set(all.map(([decisions]) => decisions)).size).toBe(1);
    expect(new Set(all.map(([, whole]) => whole)).size).toBe(4);
    expect(inputs.some((record) => isDecision(playerActor(7), record))).toBe(false);
  });
});
