const TRUE_WORDS = new Set(["1", "true", "yes", "on"]);
const FALSE_WORDS = new Set(["0", "false", "no", "off"]);

/** The truth a text writes: 1/0, true/false, yes/no, on/off in any case; undefined for any other text. */
export function truth(text: string): boolean | undefined {
  const word = text.length <= 5 ? text.toLowerCase() : "";
  return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : undefined;
}
