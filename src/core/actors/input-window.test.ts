import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUTS_MAX, InputWindow } from "./input-window.ts";

const DATA = Uint8Array.of(1);

describe("SY14: what a client has said and does not know the end of", () => {
  it("each is settled once, in order, whatever the host says and however late", () => {
    const word = fc.oneof(
      { weight: 4, arbitrary: fc.constant("add" as const) },
      { weight: 3, arbitrary: fc.record({ behind: fc.nat(6), refused: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.constant("gone" as const) },
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 80 }), (words) => {
        const inputs = new InputWindow();
        const settled: number[] = [];
        let given = 0;
        for (const one of words) {
          if (one === "add") {
            const before = inputs.kept.at(-1)?.seq;
            const { seq, kept } = inputs.add(DATA);
            expect(seq).toBe((given += 1));
            if (kept === null) settled.push(seq);
            else if (before !== undefined) expect(kept.after).toBe(before);
          } else if (typeof one === "string") settled.push(...inputs.giveUp(one).map(({ seq }) => seq));
          else {
            const refused = [{ seq: given - one.refused, reason: "dead" }];
            for (const { seq, result, reason } of inputs.settle(given - one.behind, refused)) {
              expect([result, reason]).toEqual(seq === given - one.refused ? ["refused", "dead"] : ["taken", ""]);
              settled.push(seq);
            }
          }
          expect(inputs.next).toBe(inputs.kept[0]?.seq ?? given + 1);
        }
        settled.push(...inputs.giveUp("quit").map(({ seq }) => seq));
        expect(settled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: given }, (_, i) => i + 1));
      }),
    );
  });

  it("is bounded: what is beyond is not kept, and what is said next comes after the last that was", () => {
    const inputs = new InputWindow();
    for (let seq = 1; seq <= INPUTS_MAX; seq += 1) expect(inputs.add(DATA)).toEqual({ seq, kept: { seq, after: seq - 1, data: DATA } });
    expect(inputs.add(DATA)).toEqual({ seq: INPUTS_MAX + 1, kept: null });
    inputs.settle(1, []);
    const seq = INPUTS_MAX + 2;
    expect(inputs.add(DATA)).toEqual({ seq, kept: { seq, after: INPUTS_MAX, data: DATA } });
  });

  it("a stay's numbers are above those of the stays before, and above what is asked", () => {
    const inputs = new InputWindow();
    inputs.begin(40);
    expect([inputs.next, inputs.add(DATA).seq]).toEqual([41, 41]);
    inputs.settle(41, []);
    inputs.begin(0);
    expect(inputs.add(DATA).seq).toBe(42);
    expect(() => inputs.begin(90)).toThrow("a stay ends with its inputs");
  });
});
