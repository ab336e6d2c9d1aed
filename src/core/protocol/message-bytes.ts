/**
 * Messages as bytes, for sealed envelopes. Owns the compact form of every message: version, kind, then its fields in the order of the table, whole
 * numbers in as many bytes as they need. Promises: what {@link encodeMessage} writes {@link decodeMessage} reads back as it was; bytes from outside
 * become a message only if every field is there and within the bounds that codec.ts sets, else null. Never throws at foreign bytes, never guesses.
 */
import { assert } from "../../base/assert.ts";
import { ByteWriter } from "../../base/bytes.ts";
import { ACCOUNT_MAX, FIGURE_MAX, IMAGE_BYTES_MAX, NEWS_MAX, PIECE_BYTES_MAX, SLOTS_MAX, STANDBYS_MAX, type WireBounds } from "./codec.ts";
import type { HostProfile, HostStats } from "./host-stats.ts";
import type { Holding, InputRefused, Message } from "./messages.ts";
import type { RefusalReason } from "./refusal.ts";
import {
  below,
  bytesField,
  type Field,
  type FieldsOf,
  figureOr,
  figureUpTo,
  flagField,
  hashField,
  listField,
  nameField,
  objectField,
  orNull,
  WireReader,
  wholeUpTo,
  wordField,
} from "./wire-bytes.ts";

/** The form of messages. Ends that differ in it do not understand each other, and say so by refusing. */
const MESSAGE_VERSION = 1;

/** Bytes of a message at most: an image with what stands around it, or the introduction of a site that holds tens of thousands of maps. */
export const MESSAGE_BYTES_WHOLE_MAX = IMAGE_BYTES_MAX + 65_536;

const figure = figureUpTo(FIGURE_MAX);
const figureOrNull = figureOr(FIGURE_MAX, null);
/** The RTT to a region's relay; NaN where it was never measured. */
const regionalMs = figureOr(FIGURE_MAX, Number.NaN);
const count = wholeUpTo(Number.MAX_SAFE_INTEGER);
const countOrNull = orNull(count);
/** A count, or -1 for none. */
const countOrNone: Field<number> = {
  put: (w, value) => countOrNull.put(w, value < 0 ? null : value),
  take: (r) => countOrNull.take(r) ?? -1,
};
const epoch = count;
const account = wholeUpTo(ACCOUNT_MAX);
const map = below((r) => r.maps);
const region = below((r) => r.regions);
const hash = hashField;
const image = orNull(bytesField(IMAGE_BYTES_MAX));
const piece = bytesField(PIECE_BYTES_MAX);

const stats = objectField<HostStats>({
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
const regional = listField(regionalMs, (r) => r.regions);
const profile = objectField<HostProfile>({
  host: account,
  kind: nameField({ player: true, vps: true }),
  region,
  upload_kbps: figure,
  uptime_s: figure,
  slots: wholeUpTo(SLOTS_MAX),
  stats,
  regional_latency_ms: regional,
});
const reason = nameField<RefusalReason>({
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
const standbys = listField(account, () => STANDBYS_MAX);
const holds = listField(objectField<Holding>({ map, epoch, frozen: flagField }), (r) => r.maps);
/** Characters of a game's own word, as codec.ts takes it. */
const WORD_MAX = 40;
const refused = listField(objectField<InputRefused>({ seq: count, reason: wordField(WORD_MAX) }), () => NEWS_MAX);
const news = listField(piece, () => NEWS_MAX);

type OfKind<K extends Message["kind"]> = Extract<Message, { readonly kind: K }>;
type MessageFields = { readonly [K in Message["kind"]]: FieldsOf<Omit<OfKind<K>, "kind">> };

/** The fields of every message besides its kind. The type leaves none out; a kind's number is its place here: new ones go to the end. */
const MESSAGES: MessageFields = {
  "host/hello": { profile, holds },
  "host/metrics": { host: account, stats, regional_latency_ms: regional },
  "host/leaving": { host: account },
  "hosting/prepared": { host: account, map, epoch, move: count },
  "hosting/refused": { host: account, map, epoch, reason },
  "hosting/copied": { host: account, map, epoch, move: count },
  "hosting/frozen": { host: account, map, epoch, move: count, hash },
  "hosting/ready": { host: account, map, epoch, move: count, hash },
  "hosting/active": { host: account, map, epoch },
  "hosting/warm": { host: account, map, epoch },
  "hosting/probed": { host: account, suspect: account, alive: flagField },
  "host/welcome": { metricsIntervalS: figure },
  "host/introduce": {},
  "host/goodbye": {},
  "hosting/prepare": { map, epoch, move: count, from: account },
  "hosting/precopy": { map, epoch, move: count, to: account, bytes: count, dirtyBytesS: figure, roundMs: figure },
  "hosting/freeze": { map, epoch, move: count, to: account },
  "hosting/resume": { map, epoch },
  "hosting/promote": { map, epoch, loadUs: figure, bytes: count, hash: orNull(hash) },
  "hosting/release": { map, epoch },
  "hosting/replicate": { map, epoch, to: standbys, bytes: count, intervalMs: figure },
  "hosting/probe": { suspect: account, withinMs: figure },
  "state/copy": { map, epoch, move: count, from: account, round: count, bytes: count, data: image },
  "state/copied": { map, epoch, move: count, round: count },
  "state/final": { map, epoch, move: count, from: account, bytes: count, hash, data: image },
  "state/replica": { map, epoch, from: account, seq: count, bytes: count, data: image },
  "state/held": { map, epoch, seq: count },
  "state/lost": { map, epoch, seq: count },
  "probe/ping": { from: account },
  "probe/pong": { from: account },
  "play/enter": { player: account, region, map },
  "play/resume": { player: account, region, map, epoch },
  "play/leave": { player: account },
  "play/assigned": { map, host: account, epoch },
  "play/redirect": { map, host: account, epoch },
  "play/refused": { map, reason },
  "play/join": { player: account, map, epoch, next: count },
  "play/joined": { map, epoch, taken: count },
  "play/turned-away": { map, epoch, reason },
  "play/input": { player: account, map, epoch, seq: count, after: count, data: piece },
  "play/news": { map, epoch, taken: count, refused, news },
  "play/hold": { map, epoch },
  "play/exit": { player: account, map, epoch },
  "play/exited": { map, epoch, taken: countOrNone },
  "validation/verdict": { host: account, valid: flagField },
};

const KINDS = Object.keys(MESSAGES) as Message["kind"][];
const FORMS = KINDS.map((kind) => objectField(MESSAGES[kind] as FieldsOf<object>, { kind }) as unknown as Field<Message>);
const NUMBERS = new Map(KINDS.map((kind, i) => [kind, i]));

/** Writes a message behind what the writer holds already. */
export function writeMessage(w: ByteWriter, message: Message): void {
  const kind = NUMBERS.get(message.kind);
  assert(kind !== undefined, "every kind of message has a number");
  w.byte(MESSAGE_VERSION);
  w.byte(kind);
  FORMS[kind]!.put(w, message);
}

/** The bytes of a message. */
export function encodeMessage(message: Message): Uint8Array {
  const w = new ByteWriter();
  writeMessage(w, message);
  return w.take();
}

/** Reads bytes that came from outside; null for whatever is no message. What it gives shares nothing with the bytes. */
export function decodeMessage(bytes: Uint8Array, bounds: WireBounds): Message | null {
  if (bytes.length > MESSAGE_BYTES_WHOLE_MAX) return null;
  const r = new WireReader(bytes, bounds);
  if (r.byte() !== MESSAGE_VERSION) return null;
  const form = FORMS[r.byte()];
  const message = form === undefined || r.failed ? null : form.take(r);
  return message !== null && r.done ? message : null;
}
