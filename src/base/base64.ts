/** Bytes as text (RFC 4648 §4, with padding), for forms that hold text only. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter.charCodeAt(0), value]));
const PAD = "=";

/** The text of the bytes: four letters for each three of them, the last ones padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1], bytes[i + 2]];
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += ALPHABET.charAt(bits >>> 18) + ALPHABET.charAt((bits >>> 12) & 63);
    text += (b === undefined ? PAD : ALPHABET.charAt((bits >>> 6) & 63)) + (c === undefined ? PAD : ALPHABET.charAt(bits & 63));
  }
  return text;
}

/** The bytes of a text that {@link toBase64} can have written; null for any other, so that each has one spelling. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const pads = text.endsWith(PAD + PAD) ? 2 : text.endsWith(PAD) ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - pads);
  let left = text.length - pads;
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    let bits = 0;
    for (let k = 0; k < 4; k += 1, left -= 1) {
      const value = left > 0 ? VALUES.get(text.charCodeAt(i + k)) : 0;
      if (value === undefined) return null;
      bits = (bits << 6) | value;
    }
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (bits >>> shift) & 255;
      if (at < bytes.length) bytes[at] = byte;
      else if (byte !== 0) return null;
      at += 1;
    }
  }
  return bytes;
}
