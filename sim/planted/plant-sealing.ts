/** Bugs in the sealing of messages: in sessions, in their keys and windows, in the end that looks them up, in what is written down of them. */
import { stream } from "../../src/base/random.ts";
import { type ActorId, COORDINATOR } from "../../src/core/protocol/ids.ts";
import type { Frame } from "../../src/core/sync/frame.ts";
import { readHeader } from "../../src/core/sync/header.ts";
import type { ReplayWindow } from "../../src/core/sync/replay-window.ts";
import type { Session } from "../../src/core/sync/session.ts";
import type { Peer } from "../../src/runtime/seal-peer.ts";
import type { SealingBug } from "../options.ts";
import { hexOf, privateHalf } from "../world/canaries.ts";
import type { Plants, World } from "../world/world.ts";

/** What a session's receiving keys do in private, as far as a bug takes hold of it. */
type KeysInside = {
  readonly generations: { retiresAt: number }[];
  follow(at: number, ...rest: unknown[]): void;
};

/** The same of a session. */
type SessionInside = {
  seq: number;
  readonly window: ReplayWindow;
  readonly receiving: KeysInside;
  sealFrame(at: number, frame: Frame): Uint8Array;
};

/** The same of an end. */
type EndInside = {
  readonly options: { readonly self: ActorId };
  readonly peers: ReadonlyMap<ActorId, Peer>;
  open(at: number, peer: Peer, envelope: Uint8Array): string;
  begun(at: number, peer: Peer, message: Uint8Array): string;
  made(peer: Peer, session: Session): void;
};

function inEnd(change: (inside: EndInside, world: World) => void): Plants {
  return { sealing: (end, world) => change(end as unknown as EndInside, world) };
}

/** Takes hold of each session when it is made. */
function inSession(change: (inside: SessionInside, session: Session) => void): Plants {
  return inEnd((inside) => {
    const made = inside.made.bind(inside);
    inside.made = (peer, session) => {
      made(peer, session);
      change(session as unknown as SessionInside, session);
    };
  });
}

/** A refusal behind a header that was right tells by its word what the padding would have been. */
function tellsOfPadding(inside: EndInside): void {
  const open = inside.open.bind(inside);
  inside.open = (at, peer, envelope) => {
    const answer = open(at, peer, envelope);
    const deciphered = answer === "rejected" && readHeader(envelope) !== null && peer.sessionOf(envelope) !== null;
    return deciphered && (envelope.at(-1)! & 1) === 1 ? "padding_rejected" : answer;
  };
}

/** A fresh number counts as received, whatever the tag is. */
function marksFirst(inside: SessionInside, session: Session): void {
  const open = session.open.bind(session);
  session.open = (at, envelope) => {
    const opened = open(at, envelope);
    const header = readHeader(envelope);
    if (!opened.ok && header !== null && inside.window.fresh(header.seq)) inside.window.accept(header.seq);
    return opened;
  };
}

const REUSED_EVERY = 4;

function usesNumbersTwice(inside: SessionInside): void {
  const sealFrame = inside.sealFrame.bind(inside);
  let sealed = 0;
  inside.sealFrame = (at, frame) => {
    sealed += 1;
    if (sealed % REUSED_EVERY === 0) inside.seq -= 1;
    return sealFrame(at, frame);
  };
}

/** Whoever's line it came on, the envelope's own session opens it. */
function opensForAnybody(inside: EndInside): void {
  const open = inside.open.bind(inside);
  inside.open = (at, peer, envelope) => {
    const named = [...inside.peers.values()].find((each) => each.sessionOf(envelope) !== null);
    return open(at, named ?? peer, envelope);
  };
}

function recordsItsSecret(inside: EndInside, world: World): void {
  if (inside.options.self !== COORDINATOR) return;
  const begun = inside.begun.bind(inside);
  inside.begun = (at, peer, message) => {
    const secret = hexOf(privateHalf(stream(world.root, "sealing/secrets"), COORDINATOR));
    world.observer.record?.(COORDINATOR, at, { kind: "alert", text: `handshake with ${peer.id} by ${secret}`, host: 0 });
    return begun(at, peer, message);
  };
}

function keepsKeys({ receiving }: SessionInside): void {
  const follow = receiving.follow.bind(receiving);
  receiving.follow = (at, ...rest) => {
    follow(at, ...rest);
    for (const one of receiving.generations) one.retiresAt = Number.POSITIVE_INFINITY;
  };
}

function forgetsAtOnce({ receiving }: SessionInside): void {
  const follow = receiving.follow.bind(receiving);
  receiving.follow = (at, ...rest) => {
    follow(at, ...rest);
    for (const one of receiving.generations.slice(0, -1)) one.retiresAt = at;
  };
}

/** The plants of sealed lines, by name. */
export const SEALING_PLANTS: Readonly<Record<SealingBug, Plants>> = {
  "mac-after-decrypt": inEnd(tellsOfPadding),
  "window-before-verify": inSession(marksFirst),
  "opened-twice": inSession((inside) => {
    inside.window.fresh = () => true;
  }),
  "iv-reused": inSession(usesNumbersTwice),
  "key-kept-after-retirement": inSession(keepsKeys),
  "envelope-of-other-host-accepted": inEnd(opensForAnybody),
  "secret-in-a-record": inEnd(recordsItsSecret),
  "rekey-drops-what-was-under-way": inSession(forgetsAtOnce),
};
