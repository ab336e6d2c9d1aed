import { describe, expect, it } from "vitest";
import { operationOf, writeOf } from "../contract/main-server.fixture.ts";
import { embeddedText } from "../embedding/payload.ts";
import { hashedVector } from "../embedding/hashed.ts";
import { MemoryMainServer } from "./main-server.ts";
import { cosineDistance } from "./vector-index.ts";

const stored = (id: string) =>
  operationOf(id, embeddedText({ model: "m", text: id, vector: hashedVector(id) }), { type: "VECTOR_EMBEDDING" });

describe("a main server in memory is bounded", () => {
  it("takes so many maps, and one more is refused", () => {
    const server = new MemoryMainServer({ mapsMax: 1 });
    expect(server.apply(1, writeOf([operationOf("a", "1")])).result).toBe("written");
    expect(server.apply(1, writeOf([operationOf("b", "1")], { map: "prontera" }))).toEqual({ result: "refused", reason: "ask_invalid" });
  });

  it("takes so many vectors; one that was stored stays a duplicate", () => {
    const server = new MemoryMainServer({ vectorsMax: 1 });
    expect(server.apply(1, writeOf([stored("a")]))).toEqual({ result: "written", verdicts: ["applied"] });
    expect(server.apply(1, writeOf([stored("b"), stored("a")]))).toEqual({ result: "written", verdicts: ["refused", "duplicate"] });
  });

  it("refuses a batch of none, one that is too long, and a search for too much", () => {
    const server = new MemoryMainServer();
    const many = Array.from({ length: 129 }, (_, i) => operationOf(`${i}`, ""));
    for (const operations of [[], many]) expect(server.apply(1, writeOf(operations))).toEqual({ result: "refused", reason: "ask_invalid" });
    const search = { verb: "search", model: "m", vector: hashedVector("a"), map: null } as const;
    for (const count of [0, 21]) expect(server.apply(1, { ...search, count })).toEqual({ result: "refused", reason: "ask_invalid" });
  });
});

describe("cosine distance", () => {
  it("is 0 for one direction, 1 for nothing in common, 2 for the opposite, whatever the lengths", () => {
    const vector = (...numbers: number[]): Float32Array => Float32Array.from(numbers);
    expect(cosineDistance(vector(1, 2), vector(3, 6))).toBeCloseTo(0, 6);
    expect(cosineDistance(vector(1, 0), vector(0, 5))).toBe(1);
    expect(cosineDistance(vector(1, 1), vector(-2, -2))).toBeCloseTo(2, 6);
    // pgvector 0.8: SELECT '[1,2,3]'::vector <=> '[3,2,1]'::vector gives 0.2857142857142857.
    expect(cosineDistance(vector(1, 2, 3), vector(3, 2, 1))).toBeCloseTo(0.285714, 5);
  });
});
