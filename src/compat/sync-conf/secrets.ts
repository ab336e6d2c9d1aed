import type { Result } from "../../base/result.ts";
import { Secret } from "../../base/secret.ts";
import { fileKey, type SecretKey, variableOf } from "./keys.ts";
import { lineOf, type Place, type Reading, remark } from "./reading.ts";

/** Where secrets may come from besides the conf. Tests give their own. */
export type SecretSources = {
  /** A variable of the environment. */
  environment(name: string): string | undefined;
  /** The whole text of a file, or why there is none, in words that repeat nothing of it. A path without root is seen from the conf's folder or from the process's. */
  file(path: string, seenFrom: "conf" | "process"): Result<string, string>;
};

/** A secret as given, and where complaints about it belong. The text never stands in one. */
export type GivenSecret = { readonly text: string; readonly place: Place };

/** One way in which a place gives a secret. */
type Way = { readonly value: string; readonly place: Place; readonly name: string };
/** A place where a secret may stand by itself or as the path of a file. */
type Source = { readonly from: "conf" | "process"; readonly plain: Way | null; readonly file: Way | null };

/**
 * Finds a secret: in the environment (`PEERSTEAD_<KEY>` or `PEERSTEAD_<KEY>_FILE`), which goes first, or in the conf (`<key>` or `<key>_file`). What is
 * empty is not given. Both by itself and as a file is an error. Null: given nowhere, or refused; `undefined`: the conf does not name it at all.
 */
export function findSecret(reading: Reading, sources: SecretSources, key: SecretKey): GivenSecret | null | undefined {
  const conf = confSource(reading, key);
  const environment = environmentSource(sources, key);
  const confIsSet = conf.plain !== null || conf.file !== null;
  const environmentIsSet = environment.plain !== null || environment.file !== null;
  for (const { plain, file } of [conf, environment])
    if (plain !== null && file !== null) remark(reading, "error", file.place, `expected ${plain.name} or ${file.name}, found both`);
  if (environmentIsSet && confIsSet) {
    const name = (environment.plain ?? environment.file)!.name;
    remark(reading, "warning", (conf.plain ?? conf.file)!.place, `${name} in the environment goes first; what stands here is ignored`);
  }
  if (environmentIsSet) return taken(reading, sources, environment);
  if (confIsSet) return taken(reading, sources, conf);
  return reading.lines.has(key) || reading.lines.has(fileKey(key)) ? null : undefined;
}

function confSource(reading: Reading, key: SecretKey): Source {
  const wayOf = (name: string): Way | null => {
    const line = lineOf(reading, name);
    return line === undefined || line.value === ""
      ? null
      : { value: line.value, place: { key: name, at: line.valueAt }, name: `"${name}"` };
  };
  return { from: "conf", plain: wayOf(key), file: wayOf(fileKey(key)) };
}

function environmentSource(sources: SecretSources, key: SecretKey): Source {
  const wayOf = (name: string): Way | null => {
    const value = sources.environment(name) ?? "";
    return value === "" ? null : { value, place: { key, variable: name }, name };
  };
  return { from: "process", plain: wayOf(variableOf(key)), file: wayOf(`${variableOf(key)}_FILE`) };
}

function taken(reading: Reading, sources: SecretSources, { from, plain, file }: Source): GivenSecret | null {
  if (plain !== null && file !== null) return null;
  if (plain !== null) return cleaned(reading, plain.value, plain, "");
  return file === null ? null : takenFromFile(reading, sources, file, from);
}

const PATH_CHARS_MAX = 4096;

function takenFromFile(reading: Reading, sources: SecretSources, way: Way, from: "conf" | "process"): GivenSecret | null {
  const { value: path, place, name } = way;
  if (path.length > PATH_CHARS_MAX || isSecretItself(path)) {
    remark(
      reading,
      "error",
      place,
      `expected the path of a file for ${name}, found what may be the secret itself; write ./name for a file of such a name`,
    );
    return null;
  }
  const where = JSON.stringify(path);
  const read = sources.file(path, from);
  if (!read.ok) {
    remark(reading, "error", place, `expected a file with the secret at ${where}, but it ${read.error}`);
    return null;
  }
  const text = read.value.charCodeAt(0) === 0xfeff ? read.value.slice(1) : read.value;
  return cleaned(reading, text, way, ` in ${where}`);
}

/** The text without the line end that editors and `echo` leave behind it. Nothing left, or more lines, is an error. */
function cleaned(reading: Reading, text: string, { place, name }: Way, where: string): GivenSecret | null {
  const line = text.replace(/\r?\n$/, "");
  if (line === "") remark(reading, "error", place, `expected a secret${where} for ${name}, found nothing`);
  else if (hasControls(line))
    remark(reading, "error", place, `expected one line of text${where} for ${name}, found more lines or control characters`);
  else return { text: line, place };
  return null;
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/** A secret written where its file's path belongs must not be repeated as a path. Keys of services are long words without a slash or a dot. */
function isSecretItself(path: string): boolean {
  return path.includes("://") || path.startsWith("sk-") || /^[A-Za-z0-9_+=-]{24,}$/.test(path) || keyHex(path) !== undefined;
}

/** A key for a service that takes it in a header: printable ASCII without blanks. */
export function apiKey(reading: Reading, given: GivenSecret | null | undefined): Secret | null {
  if (given === null || given === undefined) return null;
  if (/^[!-~]+$/.test(given.text)) return new Secret(given.text);
  remark(reading, "error", given.place, "expected a key of printable ASCII characters without blanks, found others in it");
  return null;
}

/** The key under which data are sealed, as 64 lower-case hexadecimal digits. None is made up where it is missing: what it sealed could never be opened again. */
export function encryptionKey(reading: Reading, given: GivenSecret | null | undefined, missing: Place): Secret | null {
  const expected = "32 random bytes as 64 hexadecimal digits or base64";
  if (given === undefined || given === null) {
    remark(reading, "unready", missing, `no key, so sealed synchronisation cannot start; expected ${expected}`);
    return null;
  }
  const hex = keyHex(given.text);
  if (hex === undefined) {
    remark(reading, "error", given.place, `expected ${expected}, found a text of ${given.text.length} characters that is neither`);
    return null;
  }
  if (new Set(hex.match(/../g)).size <= DISTINCT_MIN)
    remark(reading, "unready", given.place, `expected ${expected}, found the same few bytes again and again`);
  return new Secret(hex);
}

/** Of 32 random bytes about 30 differ; that no more than 8 do happens less than once in 10^30 keys. */
const DISTINCT_MIN = 8;
const KEY_BYTES = 32;

/** The hexadecimal digits of a key written in them or in base64 (either alphabet, padding optional). */
function keyHex(text: string): string | undefined {
  if (/^[0-9A-Fa-f]{64}$/.test(text)) return text.toLowerCase();
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  // The last sign carries two bits that belong to no byte; where they are set, something was torn off or mistyped.
  const plain = text
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .slice(0, KEY_BYTES + 11);
  return bytes.length === KEY_BYTES && bytes.toString("base64").startsWith(plain) ? bytes.toString("hex") : undefined;
}
