import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosineDistance } from "../memory/vector-index.ts";
import { HASHED_MODEL, hashedEmbedding, hashedVector } from "./hashed.ts";
import { embeddedText, isDirection, readEmbedded } from "./payload.ts";

describe("the offline provider", () => {
  it("says that it is not semantic", async () => {
    const provider = hashedEmbedding();
    expect([provider.model, provider.semantic]).toEqual([HASHED_MODEL, false]);
    expect(await provider.embed("a")).toEqual({ ok: true, value: hashedVector("a") });
  });

  it("gives any text a vector of length 1, always the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const vector = hashedVector(text);
        expect(isDirection(vector)).toBe(true);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
        expect(hashedVector(text)).toEqual(vector);
      }),
    );
  });

  it("the same on every machine and in every version of this model", () => {
    const places = (text: string): [number, number][] =>
      [...hashedVector(text)].flatMap((n, i) => (n === 0 ? [] : [[i, n] as [number, number]]));
    expect(places("poring").map(([i, n]) => [i, Math.sign(n)])).toMatchInlineSnapshot(`
      [
        [
          222,
          -1,
        ],
        [
          487,
          1,
        ],
        [
          496,
          1,
        ],
        [
          887,
          -1,
        ],
        [
          1029,
          1,
        ],
        [
          1177,
          -1,
        ],
      ]
    `);
  });

  it("texts that share letters are nearer than texts that do not; case and blanks do not count", () => {
    const to = (text: string): number => cosineDistance(hashedVector("a poring drops a jellopy"), hashedVector(text));
    expect(to("  A Poring  drops a\njellopy ")).toBeCloseTo(0, 6);
    expect(to("porings dropped jellopies")).toBeLessThan(0.7);
    expect(to("the guild hall is open")).toBeGreaterThan(0.8);
  });
});

describe("what is stored of a text", () => {
  it("comes back as it was, to the last bit of its vector", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        const embedded = { model: HASHED_MODEL, text, vector: hashedVector(text) };
        expect(readEmbedded(new TextEncoder().encode(embeddedText(embedded)))).toEqual(embedded);
      }),
    );
  });

  it("is nothing where it is anything else", () => {
    const good = JSON.parse(embeddedText({ model: "m", text: "t", vector: hashedVector("t") })) as Record<string, unknown>;
    const read = (value: unknown): unknown => readEmbedded(new TextEncoder().encode(JSON.stringify(value)));
    expect(read(good)).not.toBeNull();
    const zeros = Buffer.alloc(1_536 * 4).toString("base64");
    const nan = Buffer.alloc(1_536 * 4, 0xff).toString("base64");
    for (const change of [
      { model: 1 },
      { model: "m".repeat(65) },
      { text: null },
      { vector: "" },
      { vector: "AAAA" },
      { vector: zeros },
      { vector: nan },
      { vector: "*" },
    ])
      expect(read({ ...good, ...change })).toBeNull();
    for (const bad of [null, 1, "text", [], {}]) expect(read(bad)).toBeNull();
    expect(readEmbedded(Uint8Array.of(0xff, 0))).toBeNull();
  });
});
