/**
 * Owns nothing: a map's state is how many bytes it would be, as the coordinator reckons them. For runs that ask how many players can be carried.
 * Promises: what is sent takes as long as a state of that size would. Never loses anything, because there is nothing.
 */
import { RollingHash } from "../../base/hash.ts";
import { US_PER_S } from "../../base/time.ts";
import { type ActorId, type HostId, hostActor, type MapId, type PlayerId } from "../protocol/ids.ts";
import type { Message, StateHash } from "../protocol/messages.ts";
import type { Out } from "../protocol/step.ts";
import type { Copy, Freeze, Portion, Received, States, StatesDesk } from "./states.ts";

/** The hash of whatever is no last portion: nobody asks for it. */
const NO_HASH: StateHash = "0".repeat(16);

/** What a host holds whose maps run no game. */
export class SizedStates implements States {
  private readonly host: HostId;
  private readonly desk: StatesDesk;

  constructor(host: HostId, desk: StatesDesk) {
    this.host = host;
    this.desk = desk;
  }

  take(): boolean {
    return true;
  }

  portion(at: number, map: MapId, copy: Copy): Portion {
    return { bytes: copy.round === 1 ? copy.bytes : this.waiting(at, map, copy), data: null };
  }

  /** Bytes that changed since the last round began; none by a clock that was set back. */
  waiting(at: number, _map: MapId, copy: Copy): number {
    return Math.ceil((copy.dirtyBytesS * Math.max(0, at - copy.sentAt)) / US_PER_S);
  }

  freeze(at: number, freeze: Freeze, copy: Copy | null, out: Out): void {
    const bytes = copy === null ? 0 : this.waiting(at, freeze.map, copy);
    this.desk.frozen(freeze, sizeHash(this.host, freeze), { bytes, data: null }, out);
  }

  receive(message: Received): StateHash {
    return message.kind === "state/final" ? message.hash : NO_HASH;
  }

  replicate(
    _at: number,
    { map, epoch, to, bytes }: Extract<Message, { kind: "hosting/replicate" }>,
    before: readonly HostId[],
    out: Out,
  ): void {
    for (const standby of to) {
      if (before.includes(standby)) continue;
      out.push({
        kind: "send",
        to: hostActor(standby),
        message: { kind: "state/replica", map, epoch, from: this.host, seq: 0, bytes, data: null },
      });
    }
  }

  join(_at: number, from: ActorId, _player: PlayerId, map: MapId, epoch: number, _next: number, out: Out): void {
    out.push({ kind: "send", to: from, message: { kind: "play/joined", map, epoch, taken: 0 } });
  }

  image(): null {
    return null;
  }

  answered(): boolean {
    return false;
  }

  open(): void {}
  close(): void {}
  resume(): void {}
  forget(): void {}
  hear(): void {}
  wake(): void {}
}

/** Stands for the hash of a state that is a size alone: nobody but its source can tell it, and each freeze has another. */
function sizeHash(host: HostId, { map, epoch, move }: Freeze): StateHash {
  const hash = new RollingHash();
  for (const part of [host, map, epoch, move]) hash.mix(part);
  return hash.digest();
}
