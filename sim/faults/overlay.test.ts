import { describe, expect, it } from "vitest";
import { Overlay } from "./overlay.ts";

describe("overlapping faults of one kind", () => {
  it("let the strongest count, and each ends without ending the others", () => {
    const overlay = new Overlay();
    let level = 0;
    const set = (now: number): void => {
      level = now;
    };
    const weak = overlay.raise("loss/1", 0, 0.2, set);
    const strong = overlay.raise("loss/1", 0, 0.8, set);
    const weakToo = overlay.raise("loss/1", 0, 0.2, set);
    const levels = [level];
    for (const end of [strong, weak, weakToo]) {
      end();
      levels.push(level);
    }
    expect(levels).toEqual([0.8, 0.2, 0.2, 0]);
  });

  it("never bring a value under its calm level, and keep apart what has other names", () => {
    const overlay = new Overlay();
    const seen: [string, number][] = [];
    const end = overlay.raise("a", 1, 0.5, (now) => seen.push(["a", now]));
    overlay.raise("b", 1, 3, (now) => seen.push(["b", now]));
    end();
    expect(seen).toEqual([
      ["a", 1],
      ["b", 3],
      ["a", 1],
    ]);
  });
});
