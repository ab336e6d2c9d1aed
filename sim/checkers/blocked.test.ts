import { describe, expect, it } from "vitest";
import { boundsOf } from "./bounds.ts";
import { madeFault, MadeHistory, madeOptions, VPS } from "./made-history.fixture.ts";

const BOUND_S = boundsOf(madeOptions()).moveUs / 1e6;
const block = (history: MadeHistory, forS = 3600): MadeHistory =>
  history.say({ kind: "host/blocked", host: 10, untilUs: history.now + forS * 1e6 });

describe("HO10: a host that failed validation holds no map after its bound", () => {
  it("HO10 names a blocked host that keeps its maps", () => {
    const found = block(new MadeHistory().begun())
      .idle(BOUND_S + 8)
      .finish();
    expect(found.rules).toContain("HO10");
    expect(found.violations.find((violation) => violation.rule === "HO10")?.message).toContain(
      "still holds map 1 (moc_fild01), map 2 (pay_dun01)",
    );
  });

  it("HO10 accepts a host that is emptied in time, and one whose block ends first", () => {
    const emptied = block(new MadeHistory().begun())
      .idle(20)
      .handedOff(1, "invalid", 10, VPS, 2)
      .handedOff(2, "invalid", 10, 20, 2)
      .idle(BOUND_S);
    expect(emptied.finish().rules).toEqual([]);
    expect(
      block(new MadeHistory().begun(), 20)
        .idle(2 * BOUND_S)
        .finish().rules,
    ).not.toContain("HO10");
  });

  it("HO10 names a grant to a host long blocked", () => {
    const history = block(new MadeHistory().begun()).handedOff(1, "invalid", 10, VPS, 2).handedOff(2, "invalid", 10, VPS, 2).idle(60);
    expect(history.decided(1, "return", "handoff", VPS, 10).granted(1, 10, 3).finish().rules).toContain("HO10");
  });

  it("HO10 waits while the store is away, and while there is nowhere to go", () => {
    const options = { ...madeOptions(), faults: [madeFault("s", "store-slow")] };
    const away = block(new MadeHistory(options).begun().idle(5))
      .fault("s", "begin")
      .idle(2 * BOUND_S)
      .finish();
    expect(away.rules).not.toContain("HO10");
    const full = block(new MadeHistory().begun())
      .say({ kind: "refusal", what: "move", reason: "vps_full", map: 1, host: 10 })
      .idle(2 * BOUND_S)
      .finish();
    expect(full.rules).not.toContain("HO10");
    expect(full.reached["excused.HO10.vps_full"]).toBeGreaterThan(0);
  });
});
