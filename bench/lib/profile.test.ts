import { describe, expect, it } from "vitest";
import { type CpuProfile, profileShares } from "./profile.ts";

const ROOT = "file:///house/";

/** A profile of one node per frame, each sampled once for so many microseconds. */
function profileOf(frames: readonly (readonly [functionName: string, url: string, us: number])[]): CpuProfile {
  return {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(([, , us]) => us),
  };
}

describe("a profile's shares", () => {
  it("sum by folder, with what is not the project's named apart", () => {
    const { folders } = profileShares(
      profileOf([
        ["place", `${ROOT}src/core/hosting/placement.ts`, 300],
        ["score", `${ROOT}src/core/hosting/score.ts`, 200],
        ["pop", `${ROOT}src/base/wheel.ts`, 250],
        ["compile", `${ROOT}node_modules/ajv/lib/x.js`, 100],
        ["read", "node:fs", 50],
        ["(garbage collector)", "", 60],
        ["set", "", 40],
      ]),
      ROOT,
    );
    expect(folders).toEqual([
      { name: "src/core/hosting", value: 50, unit: "%" },
      { name: "src/base", value: 25, unit: "%" },
      { name: "libraries", value: 10, unit: "%" },
      { name: "(garbage collector)", value: 6, unit: "%" },
      { name: "Node", value: 5, unit: "%" },
      { name: "(built into V8)", value: 4, unit: "%" },
    ]);
  });

  it("leave idle time out, and what is less than half a percent untold", () => {
    const { folders } = profileShares(
      profileOf([
        ["(idle)", "", 9_000],
        ["pop", `${ROOT}src/base/wheel.ts`, 996],
        ["rare", `${ROOT}sim/run/rare.ts`, 4],
      ]),
      ROOT,
    );
    expect(folders).toEqual([{ name: "src/base", value: 99.6, unit: "%" }]);
  });

  it("name the project's functions that take most, over all places they were called from", () => {
    const wheel = `${ROOT}src/base/wheel.ts`;
    const { functions } = profileShares(
      profileOf([
        ["pop", wheel, 100],
        ["", wheel, 300],
        ["pop", wheel, 250],
        ["compile", `${ROOT}node_modules/ajv/lib/x.js`, 350],
      ]),
      ROOT,
    );
    expect(functions).toEqual([
      { name: "pop in src/base/wheel.ts", value: 35, unit: "%" },
      { name: "(unnamed) in src/base/wheel.ts", value: 30, unit: "%" },
    ]);
  });
});
