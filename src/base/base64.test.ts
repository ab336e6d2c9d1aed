import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "./base64.ts";

const text = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));

describe("bytes as text", () => {
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ])("writes %j as RFC 4648 §10 does", (letters, written) => {
    expect(toBase64(text(letters))).toBe(written);
    expect(fromBase64(written)).toEqual(text(letters));
  });

  it("reads back whatever it writes, and nothing else than that", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(200), fc.string({ minLength: 1, maxLength: 1 }), (bytes, at, letter) => {
        const written = toBase64(bytes);
        expect(fromBase64(written)).toEqual(bytes);
        const i = at % (written.length + 1);
        const changed = written.slice(0, i) + letter + written.slice(i + 1);
        const read = fromBase64(changed);
        expect(read === null || toBase64(read) === changed).toBe(true);
      }),
    );
  });

  it.each(["Zg", "Zg=", "Zg===", "Zh==", "=Zg=", "Z===", "====", "Zm9v\n", "Zm-_"])("refuses %j", (written) => {
    expect(fromBase64(written)).toBeNull();
  });
});
