/**
 * Who may say what to whom. A line proves which actor speaks on it; a message that names another author, or goes a way that its
 * kind never goes, is refused before any actor hears it. Never looks at epochs: those are the receivers' business.
 */
import { type ActorId, actorKind, actorNumber } from "./ids.ts";
import type { Message } from "./messages.ts";

type Kind = ReturnType<typeof actorKind>;
/** The ends of a message's way. Verdicts are never taken from a line: the validator lives beside the coordinator. */
type Way = readonly [from: Kind, to: Kind] | null;

const UP: Way = ["host", "coordinator"];
const DOWN: Way = ["coordinator", "host"];
const ACROSS: Way = ["host", "host"];
const ASK: Way = ["player", "coordinator"];
const TELL: Way = ["coordinator", "player"];
const PLAY: Way = ["player", "host"];
const SERVE: Way = ["host", "player"];

/** The way of every message. The type leaves none out. */
const WAYS: Readonly<Record<Message["kind"], Way>> = {
  "host/hello": UP,
  "host/metrics": UP,
  "host/leaving": UP,
  "hosting/prepared": UP,
  "hosting/refused": UP,
  "hosting/copied": UP,
  "hosting/frozen": UP,
  "hosting/ready": UP,
  "hosting/active": UP,
  "hosting/warm": UP,
  "hosting/probed": UP,
  "host/welcome": DOWN,
  "host/introduce": DOWN,
  "host/goodbye": DOWN,
  "hosting/prepare": DOWN,
  "hosting/precopy": DOWN,
  "hosting/freeze": DOWN,
  "hosting/resume": DOWN,
  "hosting/promote": DOWN,
  "hosting/release": DOWN,
  "hosting/replicate": DOWN,
  "hosting/probe": DOWN,
  "state/copy": ACROSS,
  "state/copied": ACROSS,
  "state/final": ACROSS,
  "state/replica": ACROSS,
  "state/held": ACROSS,
  "state/lost": ACROSS,
  "probe/ping": ACROSS,
  "probe/pong": ACROSS,
  "play/enter": ASK,
  "play/resume": ASK,
  "play/leave": ASK,
  "play/assigned": TELL,
  "play/redirect": TELL,
  "play/refused": TELL,
  "play/join": PLAY,
  "play/joined": SERVE,
  "play/turned-away": SERVE,
  "play/input": PLAY,
  "play/news": SERVE,
  "play/hold": SERVE,
  "play/exit": PLAY,
  "play/exited": SERVE,
  "validation/verdict": null,
};

/** The account a message says it is from, or undefined where it names no author. */
function authorOf(message: Message, from: Kind): number | undefined {
  if (message.kind === "host/hello") return message.profile.host;
  if (from === "host") return "host" in message ? message.host : "from" in message ? message.from : undefined;
  return from === "player" && "player" in message ? message.player : undefined;
}

/** May `from` send this message to `to`? The way must be its kind's, and the author it names must be the sender. */
export function mayPass(from: ActorId, to: ActorId, message: Message): boolean {
  const way = WAYS[message.kind];
  if (way === null || way[0] !== actorKind(from) || way[1] !== actorKind(to)) return false;
  const author = authorOf(message, way[0]);
  return author === undefined || author === actorNumber(from);
}
