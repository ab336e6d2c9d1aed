import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { HIDDEN, Secret } from "./secret.ts";

const CANARY = "canary-7f3a";
const secret = new Secret(CANARY);

describe("a secret (SY13)", () => {
  it("is given out by asking for it, and by nothing else", () => {
    expect(secret.reveal()).toBe(CANARY);
    expect(Object.keys(secret)).toEqual([]);
    expect(Reflect.ownKeys(secret)).toEqual([]);
  });

  it.each<[string, string]>([
    ["String", String(secret)],
    ["a template", `${secret}`],
    ["joined to a text", "" + (secret as unknown as string)],
    ["a list", [secret, secret].join()],
    ["JSON", JSON.stringify({ a: { b: [secret] } })],
    ["JSON with blanks", JSON.stringify(secret, null, 2)],
    ["an error", new Error(`no: ${secret}`).message],
    ["a cause", inspect(new Error("no", { cause: { secret } }))],
    ["inspect", inspect({ a: { b: { c: { d: secret } } } }, { depth: null })],
    ["inspect with hidden parts", inspect(secret, { showHidden: true, depth: null })],
    ["inspect without its own printing", inspect(secret, { showHidden: true, customInspect: false })],
    ["%s, %o, %O, %j", format("%s %o %O %j %d", secret, secret, secret, secret, secret)],
    ["a map and a set", inspect([new Map([[secret, secret]]), new Set([secret])])],
  ])("is not seen in %s", (_, text) => {
    expect(text).not.toContain(CANARY);
    expect(text).toMatch(/\(secret\)|Secret|NaN/);
  });

  it("is hidden by the same word everywhere, and lost by copying", () => {
    expect([String(secret), secret.toJSON(), inspect(secret)]).toEqual([HIDDEN, HIDDEN, HIDDEN]);
    expect(inspect([{ ...secret }, structuredClone({ secret })], { showHidden: true })).not.toContain(CANARY);
    expect(new Secret("").toString()).toBe(HIDDEN);
  });
});
