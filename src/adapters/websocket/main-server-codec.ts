/**
 * What a client and the main server say to each other inside a sealed message: a header of JSON that describes, and behind it the bytes it describes.
 *
 *     length of the header u32 · header, UTF-8 · data of the operations, a value, a vector or texts, one after the other
 *
 * Whatever does not read as exactly this is refused; nothing is guessed and nothing throws.
 */
import { err, ok, type Result } from "../../base/result.ts";
import { type Operation, SYNC_TYPES, type SyncType } from "../../core/protocol/operations.ts";
import { MESSAGE_BYTES_MAX } from "../../core/sync/frame.ts";
import {
  ASK_DATA_BYTES_MAX,
  ASK_OPERATIONS_MAX,
  FOUND_TEXT_BYTES_MAX,
  type Found,
  type MainServerAnswer,
  type MainServerAsk,
  OPERATION_ID_CHARS_MAX,
  SEARCH_COUNT_MAX,
  type WriteAsk,
  type WriteVerdict,
} from "../../runtime/main-server.ts";
import { readVector, vectorBytes } from "../embedding/payload.ts";

/** The version of this language, in every ask. */
const VERSION = 1;
const HEAD_BYTES = 4;
const VERDICTS: readonly WriteVerdict[] = ["applied", "duplicate", "refused"];
const REASONS = ["ask_invalid", "not_offered"] as const;
const MAP_NAME = /^[a-z0-9_@#-]{0,24}$/;
const MODEL = /^[\w./-]{1,64}$/;
const ID = /^[\w.-]{1,64}$/;

/** Something that is not of this language. */
export type MessageRefusal = "message_invalid";
const INVALID = err<MessageRefusal>("message_invalid");

/** An ask as bytes; null where it is longer than a message may be. `number` comes back with the answer. */
export function encodeAsk(number: number, ask: MainServerAsk): Uint8Array | null {
  const head = { v: VERSION, n: number, verb: ask.verb };
  if (ask.verb === "fetch") {
    const { map, type, player, critical } = ask;
    return message({ ...head, map, type: SYNC_TYPES.indexOf(type), player, critical }, []);
  }
  if (ask.verb === "search") {
    const { model, count, map } = ask;
    return message({ ...head, model, count, map }, [vectorBytes(ask.vector)]);
  }
  const { map, epoch, critical, operations } = ask;
  const ops = operations.map(({ id, type, player, at, data }) => [id, SYNC_TYPES.indexOf(type), player, at, data.length]);
  return message(
    { ...head, map, epoch, critical, ops },
    operations.map(({ data }) => data),
  );
}

/** Reads an ask. */
export function decodeAsk(bytes: Uint8Array): Result<{ readonly number: number; readonly ask: MainServerAsk }, MessageRefusal> {
  const read = parts(bytes);
  if (read === null) return INVALID;
  const { head, tail } = read;
  const ask = head.v === VERSION ? askOf(head, tail) : null;
  return ask === null || !isWhole(head.n, 0) ? INVALID : ok({ number: head.n, ask });
}

/** An answer as bytes; null where it is longer than a message may be. */
export function encodeAnswer(number: number, answer: MainServerAnswer): Uint8Array | null {
  const head = { n: number, result: answer.result };
  switch (answer.result) {
    case "written":
      return message({ ...head, verdicts: answer.verdicts.map((verdict) => VERDICTS.indexOf(verdict)) }, []);
    case "fetched":
      return message({ ...head, some: answer.value !== null }, answer.value === null ? [] : [answer.value]);
    case "found": {
      const texts = answer.found.map(({ text }) => Buffer.from(text, "utf8"));
      const found = answer.found.map(({ id, map, player, distance }, i) => [id, map, player, distance, texts[i]!.length]);
      return message({ ...head, found }, texts);
    }
    case "fenced":
      return message({ ...head, owner: answer.owner, epoch: answer.epoch, known: answer.known }, []);
    case "refused":
      return message({ ...head, reason: answer.reason }, []);
    case "failed":
    case "unknown":
      return message(head, []);
  }
}

/** The number of an answer, before it is known which ask it is for. */
export function answerNumber(bytes: Uint8Array): number | null {
  const head = parts(bytes)?.head;
  return head !== undefined && isWhole(head.n, 0) ? head.n : null;
}

/** Reads the answer to that very ask: one that does not fit it is refused. */
export function decodeAnswer(bytes: Uint8Array, ask: MainServerAsk): Result<MainServerAnswer, MessageRefusal> {
  const read = parts(bytes);
  const answer = read === null ? null : answerOf(read.head, read.tail, ask);
  return answer === null ? INVALID : ok(answer);
}

type Head = Readonly<Record<string, unknown>>;
type Parts = { readonly head: Head; readonly tail: Buffer };

function message(head: object, tail: readonly Uint8Array[]): Uint8Array | null {
  const header = Buffer.from(JSON.stringify(head), "utf8");
  const length = Buffer.alloc(HEAD_BYTES);
  length.writeUInt32BE(header.length);
  const bytes = Buffer.concat([length, header, ...tail]);
  return bytes.length > MESSAGE_BYTES_MAX ? null : bytes;
}

function parts(bytes: Uint8Array): Parts | null {
  if (bytes.length < HEAD_BYTES || bytes.length > MESSAGE_BYTES_MAX) return null;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = HEAD_BYTES + all.readUInt32BE();
  if (end > all.length) return null;
  try {
    const head: unknown = JSON.parse(all.toString("utf8", HEAD_BYTES, end));
    return typeof head === "object" && head !== null && !Array.isArray(head) ? { head: head as Head, tail: all.subarray(end) } : null;
  } catch {
    return null;
  }
}

function askOf(head: Head, tail: Buffer): MainServerAsk | null {
  switch (head.verb) {
    case "write":
      return writeOf(head, tail);
    case "fetch": {
      const { map, player, critical } = head;
      const type = typeOf(head.type);
      const fits = isMap(map) && type !== null && isWhole(player, -1) && typeof critical === "boolean" && tail.length === 0;
      return fits ? { verb: "fetch", map, type, player, critical } : null;
    }
    case "search": {
      const { model, count, map } = head;
      const vector = readVector(tail);
      if (vector === null || typeof model !== "string" || !MODEL.test(model) || !isWhole(count, 1, SEARCH_COUNT_MAX)) return null;
      return map === null || isMap(map) ? { verb: "search", model, vector, count, map } : null;
    }
    default:
      return null;
  }
}

function writeOf(head: Head, tail: Buffer): WriteAsk | null {
  const { map, epoch, critical, ops } = head;
  if (!isMap(map) || typeof critical !== "boolean" || !(epoch === null || isWhole(epoch, 1))) return null;
  if (!Array.isArray(ops) || ops.length === 0 || ops.length > ASK_OPERATIONS_MAX) return null;
  const pieces = cut(tail, ops, ASK_DATA_BYTES_MAX);
  if (pieces === null) return null;
  const operations = ops.map((op, i) => operationOf(op, pieces[i]!));
  return operations.includes(null) ? null : { verb: "write", map, epoch, critical, operations: operations as Operation[] };
}

function operationOf(op: unknown, data: Uint8Array): Operation | null {
  const [id, kind, player, at] = op as unknown[];
  const type = typeOf(kind);
  return isId(id) && type !== null && isWhole(player, -1) && isWhole(at, 0)
    ? { id, type, number: 0, carried: null, player, at, data }
    : null;
}

/** Cuts a tail into the lengths that stand last in each of the lists; null unless each is a list and nothing is left or missing. */
function cut(tail: Buffer, lists: readonly unknown[], bytesMax: number): Uint8Array[] | null {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const list of lists) {
    const length: unknown = Array.isArray(list) && list.length === 5 ? list[4] : null;
    if (!isWhole(length, 0, bytesMax) || at + length > tail.length) return null;
    pieces.push(new Uint8Array(tail.subarray(at, at + length)));
    at += length;
  }
  return at === tail.length ? pieces : null;
}

function answerOf(head: Head, tail: Buffer, ask: MainServerAsk): MainServerAnswer | null {
  if (head.result === "refused") return refusedOf(head.reason);
  if (head.result === "failed") return { result: "failed" };
  if (head.result === "unknown") return { result: "unknown" };
  if (ask.verb === "write") return writtenOf(head, ask.operations.length);
  if (ask.verb === "fetch") {
    if (head.result !== "fetched" || typeof head.some !== "boolean" || (!head.some && tail.length > 0)) return null;
    return { result: "fetched", value: head.some ? new Uint8Array(tail) : null };
  }
  return head.result === "found" ? foundOf(head.found, tail, ask.count) : null;
}

function refusedOf(reason: unknown): MainServerAnswer | null {
  const known = REASONS.find((one) => one === reason);
  return known === undefined ? null : { result: "refused", reason: known };
}

function writtenOf(head: Head, count: number): MainServerAnswer | null {
  if (head.result === "written") {
    const { verdicts } = head;
    if (!Array.isArray(verdicts) || verdicts.length !== count) return null;
    const read = verdicts.map((verdict) => (isWhole(verdict, 0, VERDICTS.length - 1) ? VERDICTS[verdict] : undefined));
    return read.includes(undefined) ? null : { result: "written", verdicts: read as WriteVerdict[] };
  }
  const { owner, epoch, known } = head;
  if (head.result !== "fenced" || !isWhole(owner, -1) || !isWhole(epoch, 0)) return null;
  if (!Array.isArray(known) || known.length !== count || !known.every((one) => typeof one === "boolean")) return null;
  return { result: "fenced", owner, epoch, known };
}

function foundOf(lists: unknown, tail: Buffer, count: number): MainServerAnswer | null {
  if (!Array.isArray(lists) || lists.length > count) return null;
  const texts = cut(tail, lists, FOUND_TEXT_BYTES_MAX);
  if (texts === null) return null;
  const found = lists.map((list: unknown[], i): Found | null => {
    const [id, map, player, distance] = list;
    const fits = isId(id) && isMap(map) && isWhole(player, -1) && typeof distance === "number" && distance >= 0 && distance <= 2;
    return fits ? { id, map, player, distance, text: Buffer.from(texts[i]!).toString("utf8") } : null;
  });
  return found.includes(null) ? null : { result: "found", found: found as Found[] };
}

function typeOf(number: unknown): SyncType | null {
  return isWhole(number, 0, SYNC_TYPES.length - 1) ? (SYNC_TYPES[number] ?? null) : null;
}

function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max;
}

function isMap(value: unknown): value is string {
  return typeof value === "string" && MAP_NAME.test(value);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length <= OPERATION_ID_CHARS_MAX && ID.test(value);
}
