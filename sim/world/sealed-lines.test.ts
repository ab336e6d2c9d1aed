import { describe, expect, it } from "vitest";
import type { Fault, Options } from "../options.ts";
import { runSeed } from "../run/run-seed.ts";
import { smallOptions } from "../run/small-options.fixture.ts";
import { ENCRYPTION_KEY, leaksIn, leaksInText, MAIN_SERVER, privateHalf } from "./canaries.ts";
import { changed } from "./line-hand.ts";

const S = 1_000_000;

function fault(kind: Fault["kind"], atS: number, forS: number, amount: number, more: Partial<Fault> = {}): Fault {
  return {
    id: kind,
    kind,
    atUs: atS * S,
    everyUs: null,
    forUs: forS * S,
    target: { pick: "all" },
    amount,
    close: true,
    ...more,
  };
}

const some = { target: { pick: "count", count: 3 } } as const;
const SCENES: Readonly<Record<string, Partial<Options>>> = {
  calm: {},
  restarts: { faults: [fault("coordinator-restart", 40, 5, 0), fault("crash", 60, 20, 0, some), fault("leave", 90, 20, 0, some)] },
  "damaged, doubled and mixed lines": {
    faults: [fault("corrupt", 5, 170, 0.06), fault("duplicate", 5, 170, 0.3), fault("reorder", 5, 170, 300)],
    rekey: { messages: 8, us: 5 * S },
  },
};

function sealed(sealing: Options["sealing"], over: Partial<Options>): Options {
  return smallOptions({ sealing, durationUs: 200 * S, settleUs: 60 * S, ...over });
}

describe("sealed lines", () => {
  it.each(Object.entries(SCENES))(
    "%s: ciphers and their fake give the same run, and nothing is broken in it",
    (_, over) => {
      const counted = runSeed(sealed("counted", over), 1);
      const real = runSeed(sealed("real", over), 1);
      expect(counted.violations).toEqual([]);
      expect([real.fingerprint, real.events, real.evaluated]).toEqual([counted.fingerprint, counted.events, counted.evaluated]);
      for (const rule of ["SY9", "SY11", "SY13"]) expect(counted.evaluated[rule], rule).toBeGreaterThan(1_000);
      if (over.rekey !== undefined) for (const rule of ["SY8", "SY10", "SY12"]) expect(counted.evaluated[rule], rule).toBeGreaterThan(10);
    },
    120_000,
  );

  it("are another run than plain ones, each the same again", () => {
    const [off, on, again] = (["off", "counted", "counted"] as const).map((sealing) => runSeed(sealed(sealing, {}), 2));
    expect(on?.fingerprint).toBe(again?.fingerprint);
    expect(off?.fingerprint).not.toBe(on?.fingerprint);
    expect(off?.evaluated["SY9"]).toBeUndefined();
  }, 60_000);
});

describe("whoever sits on a line", () => {
  it("changes one bit, cuts, or puts another one's envelope there; where there is none he changes a bit", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    for (let damage = 1; damage < 400; damage++) {
      const { what, bytes: came } = changed(bytes, damage);
      expect(["flipped", "cut"]).toContain(what);
      if (what === "cut") expect(came.length).toBeLessThan(40);
      else expect(came.filter((byte, i) => byte !== bytes[i])).toHaveLength(1);
    }
    expect(changed(bytes, 5, { other: Uint8Array.of(1) })).toEqual({ what: "other", bytes: Uint8Array.of(1) });
  });
});

describe("canaries", () => {
  it("SY13: are found raw, in hexadecimal, in base64, in a list of numbers, and nowhere else", () => {
    const half = privateHalf({ k0: 1, k1: 2 }, 5);
    const inside = new Uint8Array(100);
    inside.set(half, 41);
    expect([leaksIn(inside), leaksIn(inside.subarray(42))]).toEqual([true, false]);
    const forms = [
      Buffer.from(half).toString("hex"),
      Buffer.from(half).toString("base64"),
      Buffer.from(half).toString("latin1"),
      JSON.stringify([...half]),
    ];
    for (const text of [...forms, MAIN_SERVER, ENCRYPTION_KEY]) expect(leaksInText(`{"a":"${text}"}`), text).toBe(true);
    for (const text of [forms[0]!, MAIN_SERVER, ENCRYPTION_KEY]) expect(leaksIn(new TextEncoder().encode(`x ${text}`)), text).toBe(true);
    expect(leaksInText("main-server, c53a97")).toBe(false);
  });
});
