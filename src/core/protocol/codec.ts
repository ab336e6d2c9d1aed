/**
 * Messages as JSON text, for lines between machines. Owns: the form of a frame and the shape of every message in it.
 * Promises: what {@link encodeFrame} writes {@link decodeFrame} reads back as it was; a text from outside becomes a message only
 * if every field is there, known and within bounds, else a complaint that says where. Never throws at a foreign text, never guesses.
 */
import { fromBase64, toBase64 } from "../../base/base64.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { shown } from "../../base/text/source.ts";
import type { HostProfile, HostStats } from "./host-stats.ts";
import { type ActorId, actorKind, COORDINATOR } from "./ids.ts";
import type { Holding, InputRefused, Message } from "./messages.ts";
import type { RefusalReason } from "./refusal.ts";

/** The form of frames and messages. Ends that differ in it do not talk. */
export const WIRE_VERSION = 3;

/** Characters of the longest frame. The longest message is a map's whole image in base64. */
export const FRAME_CHARS_MAX = 2_097_152;

/** The largest account id: with the kinds of timers or of actors in its lowest bits it is still a safe integer. */
export const ACCOUNT_MAX = 281_474_976_710_655;
/** The largest figure a host may report of itself, in whatever unit; no measure of a machine comes near. */
export const FIGURE_MAX = 1e12;
/** Bytes of a map's image, of an input and of a piece of news, at most. */
export const IMAGE_BYTES_MAX = 1_048_576;
export const PIECE_BYTES_MAX = 4_096;
/** Pieces of news, and refused inputs, that one message brings at most. */
export const NEWS_MAX = 1_024;
/** Maps that one host holds at most, in `slots`. */
export const SLOTS_MAX = 1_000_000;
/** A replica goes to a handful of standbys; a list longer than this is a mistake. */
export const STANDBYS_MAX = 64;
/** How much of a foreign name a complaint's place repeats. */
const NAME_SHOWN_MAX = 40;

/** What travels on a line, one frame at a time. */
export type Frame =
  /** The first frame of a connection, from the client: who speaks on this line from now on. */
  | { readonly frame: "hello"; readonly version: number; readonly actor: ActorId }
  /** A heartbeat: the process behind the line runs. */
  | { readonly frame: "beat" }
  /** A message: towards the gateway `peer` is whom it is for, from the gateway it is who sent it. */
  | { readonly frame: "message"; readonly peer: ActorId; readonly message: Message };

/** How many maps and regions both ends know. Their numbers in messages lie below. */
export type WireBounds = { readonly maps: number; readonly regions: number };

/** Why a text is no frame. `path` is the place within the JSON, as in `$.message.holds[2].epoch`. */
export type WireComplaint = { readonly path: string; readonly message: string };

/** `path: message`, for logs and for the reason of a closing connection. */
export function wireComplaintText(c: WireComplaint): string {
  return `${c.path}: ${c.message}`;
}

/** The text of a frame. Figures that JSON has no word for (the NaN of a region never measured) travel as null, bytes as base64. */
export function encodeFrame(frame: Frame): string {
  return JSON.stringify(frame, (_, value: unknown) => (value instanceof Uint8Array ? toBase64(value) : value));
}

/** Reads a text that came from outside. The frame it gives shares nothing with the text. */
export function decodeFrame(text: string, bounds: WireBounds): Result<Frame, WireComplaint> {
  if (text.length > FRAME_CHARS_MAX)
    return err({ path: "$", message: `expected at most ${FRAME_CHARS_MAX} characters, found ${text.length}` });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err({ path: "$", message: `expected JSON, found ${shown(text)}` });
  }
  const frame = readFrame(value, bounds);
  return frame instanceof Wrong ? err({ path: `$${frame.place}`, message: frame.message }) : ok(frame);
}

/** What a reader says instead of a value. `place` grows from the inside out. */
class Wrong {
  readonly place: string;
  readonly message: string;

  constructor(place: string, message: string) {
    this.place = place;
    this.message = message;
  }

  within(outer: string): Wrong {
    return new Wrong(outer + this.place, this.message);
  }
}

/** Takes one value of the parsed text, or says what is wrong with it. */
type Reader<T> = (value: unknown, bounds: WireBounds) => T | Wrong;

/** What stands there, in a few words however large it is. */
function found(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? shown(value) : String(value);
}

function wrong(expected: string, value: unknown): Wrong {
  return new Wrong("", `expected ${expected}, found ${found(value)}`);
}

function whole(what: string, max: number): Reader<number> {
  return (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max ? (value as number) : wrong(what, value);
}

/** A figure of at least 0. JSON knows no infinities and no NaN. */
const figure: Reader<number> = (value) =>
  typeof value === "number" && value >= 0 && value <= FIGURE_MAX ? value : wrong("a number from 0 to 1e12", value);
const figureOrNull: Reader<number | null> = (value, bounds) => (value === null ? null : figure(value, bounds));
/** The RTT to a region's relay; null where it was never measured. */
const regionalMs: Reader<number> = (value, bounds) => (value === null ? Number.NaN : figure(value, bounds));
const hash: Reader<string> = (value) =>
  typeof value === "string" && /^[0-9a-f]{16}$/.test(value) ? value : wrong("16 hexadecimal digits", value);
const hashOrNull: Reader<string | null> = (value, bounds) => (value === null ? null : hash(value, bounds));
/** Bytes in base64, at most so many. */
function bytesUpTo(max: number): Reader<Uint8Array> {
  return (value) => {
    const read = typeof value === "string" && value.length <= 4 * Math.ceil(max / 3) ? fromBase64(value) : null;
    return read === null || read.length > max ? wrong(`at most ${max} bytes in base64`, value) : read;
  };
}
const image = bytesUpTo(IMAGE_BYTES_MAX);
const imageOrNull: Reader<Uint8Array | null> = (value, bounds) => (value === null ? null : image(value, bounds));
const piece = bytesUpTo(PIECE_BYTES_MAX);
const flag: Reader<boolean> = (value) => (typeof value === "boolean" ? value : wrong("true or false", value));

const count = whole("a whole number from 0", Number.MAX_SAFE_INTEGER);
/** A count, or -1 for none. */
const countOrNone: Reader<number> = (value, bounds) => (value === -1 ? -1 : count(value, bounds));
const epoch = whole("an epoch", Number.MAX_SAFE_INTEGER);
const account = whole("an account id", ACCOUNT_MAX);
/** The coordinator's address is 0; the other numbers that carry neither kind belong to nobody. */
const address: Reader<ActorId> = (value, bounds) => {
  const read = whole("an actor's address", ACCOUNT_MAX * 4 + 3)(value, bounds);
  return read instanceof Wrong || read === COORDINATOR || actorKind(read) !== "coordinator" ? read : wrong("an actor's address", value);
};
const mapId: Reader<number> = (value, bounds) => whole(`a map from 0 to ${bounds.maps - 1}`, bounds.maps - 1)(value, bounds);
const regionId: Reader<number> = (value, bounds) => whole(`a region from 0 to ${bounds.regions - 1}`, bounds.regions - 1)(value, bounds);

/** One of the names a table holds; the table's type sees to it that none is missing. */
function oneOf<T extends string>(what: string, names: Readonly<Record<T, true>>): Reader<T> {
  return (value) => (typeof value === "string" && Object.hasOwn(names, value) ? (value as T) : wrong(what, value));
}

/** A list of at most `max` items. */
function list<T>(item: Reader<T>, max: (bounds: WireBounds) => number): Reader<T[]> {
  return (value, bounds) => {
    if (!Array.isArray(value)) return wrong("a list", value);
    if (value.length > max(bounds)) return new Wrong("", `expected at most ${max(bounds)} items, found ${value.length}`);
    const items: T[] = [];
    for (let i = 0; i < value.length; i++) {
      const read = item(value[i], bounds);
      if (read instanceof Wrong) return read.within(`[${i}]`);
      items.push(read);
    }
    return items;
  };
}

type Fields<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/** An object with exactly these fields. */
function object<T extends object>(fields: Fields<T>): Reader<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, bounds) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("an object", value);
    const stranger = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
    if (stranger !== undefined) return new Wrong(`.${stranger.slice(0, NAME_SHOWN_MAX)}`, "is not a field that is known here");
    const read: Partial<T> = {};
    for (const name of names) {
      const field = fields[name]((value as T)[name], bounds);
      if (field instanceof Wrong) return field.within(`.${name}`);
      read[name] = field;
    }
    return read as T;
  };
}

const stats = object<HostStats>({
  cpu_ghz: figure,
  cpu_cores: figure,
  free_ram_mb: figure,
  network_speed_mbps: figure,
  latency_ms: figure,
  disconnects_per_hour: figure,
  jitter_ms: figureOrNull,
  packet_rate: figureOrNull,
  frame_time_ms: figureOrNull,
});
const regional = list(regionalMs, (bounds) => bounds.regions);
const profile = object<HostProfile>({
  host: account,
  kind: oneOf("player or vps", { player: true, vps: true }),
  region: regionId,
  upload_kbps: figure,
  uptime_s: figure,
  slots: whole("a number of maps", SLOTS_MAX),
  stats,
  regional_latency_ms: regional,
});
const reason = oneOf<RefusalReason>("a reason for a refusal", {
  stale_epoch: true,
  grant_lost: true,
  not_owner: true,
  not_prepared: true,
  map_unknown: true,
  map_full: true,
  map_unhosted: true,
  host_full: true,
  host_busy: true,
  host_leaving: true,
  host_unknown: true,
  host_blocked: true,
  hosts_limit: true,
  vps_full: true,
  p2p_disabled: true,
  auto_migration_disabled: true,
  no_candidate: true,
  cooldown: true,
  moves_limit: true,
  storm_hold: true,
  inbox_full: true,
  message_invalid: true,
  player_elsewhere: true,
  player_unknown: true,
  inputs_limit: true,
});
const standbys = list(account, () => STANDBYS_MAX);
const holds = list(object<Holding>({ map: mapId, epoch, frozen: flag }), (bounds) => bounds.maps);

/** A game's own word for why it does not obey. */
const gameWord: Reader<string> = (value) =>
  typeof value === "string" && /^[a-z_]{1,40}$/.test(value) ? value : wrong("a word of small letters", value);
const refusedInputs = list(object<InputRefused>({ seq: count, reason: gameWord }), () => NEWS_MAX);
const news = list(piece, () => NEWS_MAX);

type OfKind<K extends Message["kind"]> = Extract<Message, { readonly kind: K }>;
type MessageFields = { readonly [K in Message["kind"]]: Fields<Omit<OfKind<K>, "kind">> };

/** The fields of every message besides its kind. The type leaves none out. */
const MESSAGES: MessageFields = {
  "host/hello": { profile, holds },
  "host/metrics": { host: account, stats, regional_latency_ms: regional },
  "host/leaving": { host: account },
  "hosting/prepared": { host: account, map: mapId, epoch, move: count },
  "hosting/refused": { host: account, map: mapId, epoch, reason },
  "hosting/copied": { host: account, map: mapId, epoch, move: count },
  "hosting/frozen": { host: account, map: mapId, epoch, move: count, hash },
  "hosting/ready": { host: account, map: mapId, epoch, move: count, hash },
  "hosting/active": { host: account, map: mapId, epoch },
  "hosting/warm": { host: account, map: mapId, epoch },
  "hosting/probed": { host: account, suspect: account, alive: flag },
  "host/welcome": { metricsIntervalS: figure },
  "host/introduce": {},
  "host/goodbye": {},
  "hosting/prepare": { map: mapId, epoch, move: count, from: account },
  "hosting/precopy": { map: mapId, epoch, move: count, to: account, bytes: count, dirtyBytesS: figure, roundMs: figure },
  "hosting/freeze": { map: mapId, epoch, move: count, to: account },
  "hosting/resume": { map: mapId, epoch },
  "hosting/promote": { map: mapId, epoch, loadUs: figure, bytes: count, hash: hashOrNull },
  "hosting/release": { map: mapId, epoch },
  "hosting/replicate": { map: mapId, epoch, to: standbys, bytes: count, intervalMs: figure },
  "hosting/probe": { suspect: account, withinMs: figure },
  "state/copy": { map: mapId, epoch, move: count, from: account, round: count, bytes: count, data: imageOrNull },
  "state/copied": { map: mapId, epoch, move: count, round: count },
  "state/final": { map: mapId, epoch, move: count, from: account, bytes: count, hash, data: imageOrNull },
  "state/replica": { map: mapId, epoch, from: account, seq: count, bytes: count, data: imageOrNull },
  "state/held": { map: mapId, epoch, seq: count },
  "state/lost": { map: mapId, epoch, seq: count },
  "probe/ping": { from: account },
  "probe/pong": { from: account },
  "play/enter": { player: account, region: regionId, map: mapId },
  "play/resume": { player: account, region: regionId, map: mapId, epoch },
  "play/leave": { player: account },
  "play/assigned": { map: mapId, host: account, epoch },
  "play/redirect": { map: mapId, host: account, epoch },
  "play/refused": { map: mapId, reason },
  "play/join": { player: account, map: mapId, epoch, next: count },
  "play/joined": { map: mapId, epoch, taken: count },
  "play/turned-away": { map: mapId, epoch, reason },
  "play/input": { player: account, map: mapId, epoch, seq: count, after: count, data: piece },
  "play/news": { map: mapId, epoch, taken: count, refused: refusedInputs, news },
  "play/hold": { map: mapId, epoch },
  "play/exit": { player: account, map: mapId, epoch },
  "play/exited": { map: mapId, epoch, taken: countOrNone },
  "validation/verdict": { host: account, valid: flag },
};

/** A reader of objects told apart by the text in field `tag`. */
function union<T extends object>(tag: string, what: string, readers: ReadonlyMap<string, Reader<T>>): Reader<T> {
  return (value, bounds) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("an object", value);
    const name = Object.hasOwn(value, tag) ? (value as Record<string, unknown>)[tag] : undefined;
    const reader = typeof name === "string" ? readers.get(name) : undefined;
    return reader === undefined ? wrong(what, name).within(`.${tag}`) : reader(value, bounds);
  };
}

/** The tag itself; which it is was decided before. */
const tagged: Reader<string> = (value) => value as string;

const readMessage = union<Message>(
  "kind",
  "the kind of a message",
  new Map(Object.entries(MESSAGES).map(([kind, fields]) => [kind, object({ kind: tagged, ...fields }) as unknown as Reader<Message>])),
);

const readFrame = union<Frame>(
  "frame",
  "hello, beat or message",
  new Map<string, Reader<Frame>>([
    ["hello", object({ frame: tagged, version: count, actor: address }) as Reader<Frame>],
    ["beat", object({ frame: tagged }) as Reader<Frame>],
    ["message", object({ frame: tagged, peer: address, message: readMessage }) as Reader<Frame>],
  ]),
);
