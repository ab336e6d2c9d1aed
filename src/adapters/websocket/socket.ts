/** What both ends of a line share: its limits, its named refusals, and how a frame enters and leaves a socket. */
import type { RawData, WebSocket } from "ws";
import { err, type Result } from "../../base/result.ts";
import { decodeFrame, encodeFrame, type Frame, FRAME_CHARS_MAX, type WireBounds, type WireComplaint } from "../../core/protocol/codec.ts";

/** Why an end closes a line, by name. It stands in the reason of the close, before what else is said. */
export type LineRefusal =
  /** A frame that is none, a message on the wrong way, or one in another's name. */
  | "message_invalid"
  /** The actor behind the line cannot take more. */
  | "inbox_full"
  /** The other end reads more slowly than it is written to, and the buffer has reached its limit. */
  | "line_full"
  /** The gateway holds as many lines as it may. */
  | "lines_limit"
  /** The first frame was no greeting, or none came in time. */
  | "hello_missing"
  | "version_unknown"
  /** The same actor greeted on a newer line. */
  | "line_replaced"
  /** Nothing came for longer than a living end stays quiet. */
  | "line_idle";

/** The codes of RFC 6455 §7.4.1 and its registry: 1008 policy, 1011 unable to go on, 1013 try again later. */
const CODES: Readonly<Record<LineRefusal, number>> = {
  message_invalid: 1008,
  inbox_full: 1013,
  line_full: 1013,
  lines_limit: 1013,
  hello_missing: 1008,
  version_unknown: 1008,
  line_replaced: 1008,
  line_idle: 1011,
};

/** A close frame carries a reason of 123 bytes at most (RFC 6455 §5.5). */
const REASON_BYTES_MAX = 123;

/** Options of `ws` for both ends: no frame above the codec's limit is read, and nothing is compressed (frames are small). */
export const SOCKET_OPTIONS = { maxPayload: FRAME_CHARS_MAX, perMessageDeflate: false } as const;

/** Bytes that may wait for a slow reader: room for some of the longest frames. */
export const BUFFER_BYTES_MAX = 4 * FRAME_CHARS_MAX;

/** Closes a socket with a reason. One that is full is destroyed: the close frame would wait behind all the rest. */
export function closeFor(socket: WebSocket, refusal: LineRefusal, detail = ""): void {
  if (refusal === "line_full") return socket.terminate();
  const text = detail === "" ? refusal : `${refusal} ${detail}`;
  socket.close(CODES[refusal], text.replace(/[^\x20-\x7e]/g, "?").slice(0, REASON_BYTES_MAX));
}

/** Writes a frame; false, and nothing is written, when as much waits as may. */
export function write(socket: WebSocket, frame: Frame, bufferBytesMax: number): boolean {
  if (socket.bufferedAmount > bufferBytesMax) return false;
  socket.send(encodeFrame(frame));
  return true;
}

/** Reads what a socket received. */
export function read(data: RawData, isBinary: boolean, bounds: WireBounds): Result<Frame, WireComplaint> {
  if (isBinary) return err({ path: "$", message: "expected text, found bytes" });
  return decodeFrame(data.toString(), bounds);
}
