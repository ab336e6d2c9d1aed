/** What a player's client asks of the game, as bytes: a code and a few numbers. Anything else is malformed, to the last byte. */
import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { LIMITS } from "./entities.ts";

/** One input. Cells are `x + y * width`, `slot` is a monster's, `id` a floor item's. `text` is UTF-8 without control characters. */
export type GameInput =
  | { readonly do: "walk"; readonly cell: number }
  | { readonly do: "attack"; readonly slot: number }
  | { readonly do: "pick"; readonly id: number }
  | { readonly do: "cast"; readonly skill: number; readonly level: number; readonly slot: number }
  | { readonly do: "use"; readonly item: number }
  | { readonly do: "throw"; readonly item: number; readonly amount: number }
  | { readonly do: "say"; readonly text: Uint8Array };

const CODES = ["walk", "attack", "pick", "cast", "use", "throw", "say"] as const;

/** The bytes of an input. */
export function writeInput(input: GameInput): Uint8Array {
  const out = new ByteWriter();
  out.byte(CODES.indexOf(input.do) + 1);
  switch (input.do) {
    case "walk":
      out.whole(input.cell);
      break;
    case "attack":
      out.whole(input.slot);
      break;
    case "pick":
      out.whole(input.id);
      break;
    case "cast":
      out.whole(input.skill);
      out.whole(input.level);
      out.whole(input.slot);
      break;
    case "use":
      out.whole(input.item);
      break;
    case "throw":
      out.whole(input.item);
      out.whole(input.amount);
      break;
    case "say":
      out.raw(input.text);
  }
  return out.take();
}

/** Reads an input; null for what is none. */
export function readInput(data: Uint8Array): GameInput | null {
  const from = new ByteReader(data);
  const input = readBody(from, CODES[from.byte() - 1]);
  return from.done ? input : null;
}

function readBody(from: ByteReader, code: GameInput["do"] | undefined): GameInput | null {
  const number = (): number => from.whole(LIMITS.number);
  switch (code) {
    case "walk":
      return { do: code, cell: number() };
    case "attack":
      return { do: code, slot: number() };
    case "pick":
      return { do: code, id: from.whole(LIMITS.counter) };
    case "cast":
      return { do: code, skill: number(), level: from.whole(LIMITS.level), slot: number() };
    case "use":
      return { do: code, item: number() };
    case "throw":
      return { do: code, item: number(), amount: from.whole(LIMITS.stackAmount) };
    case "say": {
      const text = from.raw(Math.min(from.left, LIMITS.sayBytes));
      return isText(text) ? { do: code, text } : null;
    }
    default:
      from.fail();
      return null;
  }
}

/** Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7) of at least one character, none below U+0020. */
function isText(bytes: Uint8Array): boolean {
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i] as number;
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    if (more < 0 || first < 0x20 || i + more >= bytes.length) return false;
    const second = bytes[i + 1] as number;
    // Overlong forms, surrogates and what lies above U+10FFFF show in the second byte.
    if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return false;
    if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return false;
    for (let k = 1; k <= more; k += 1) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return false;
    i += 1 + more;
  }
  return bytes.length > 0;
}
