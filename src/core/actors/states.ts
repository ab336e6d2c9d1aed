/**
 * What stands between a host's hallway, which knows when a map's state is got, sent, frozen and let go, and who holds the states, which knows what
 * they are: sizes alone (`sized-states.ts`), or games that run (`game-states.ts`).
 */
import type { ActorId, Epoch, HostId, MapId, PlayerId } from "../protocol/ids.ts";
import type { Message, StateHash } from "../protocol/messages.ts";
import type { Out } from "../protocol/step.ts";
import type { KeptImage, OwnershipRow, StoreAnswer, StoreRequest } from "../protocol/store.ts";

/** Timers of a host: the kind in the lowest bits, the map or suspect above (timer = subject · {@link HOST_TIMER_KINDS} + kind). */
export const HOST_TIMER = { loaded: 0, round: 1, probe: 2, checkpoint: 3, play: 4, queue: 5, recover: 6 } as const;
export const HOST_TIMER_KINDS = 8;

/** A portion of a state that is sent: how many bytes, and the bytes themselves where there are any. */
export type Portion = { readonly bytes: number; readonly data: Uint8Array | null };

/** A running precopy: whither, what was sent in the last round and when (us of the host's clock). */
export type Copy = {
  readonly move: number;
  readonly to: HostId;
  /** By what a state that is a size alone is reckoned: bytes of the whole, and that change in a second. */
  readonly bytes: number;
  readonly dirtyBytesS: number;
  readonly roundUs: number;
  round: number;
  sentAt: number;
};

/** The end of a planned move at its source. */
export type Freeze = { readonly map: MapId; readonly epoch: Epoch; readonly move: number; readonly to: HostId };

/** What holders of states ask of the host they are in. `out` is that of the step that goes on. */
export type StatesDesk = {
  /** Asks the store; the answer comes to {@link States.answered}. */
  ask(ask: StoreRequest, out: Out): number;
  /** A state that had to be got first is at hand. */
  fetched(at: number, map: MapId, out: Out): void;
  /** A frozen map's state will not change any more: `final` is the last of it. */
  frozen(freeze: Freeze, hash: StateHash, final: Portion, out: Out): void;
  /** The store says that the map is not this host's any more. */
  fenced(at: number, map: MapId, epoch: Epoch, row: OwnershipRow, out: Out): void;
};

/** A portion that came from another host. */
export type Received = Extract<Message, { kind: "state/copy" | "state/final" | "state/replica" }>;

/** What a standby or the target of a move says of a portion, or a player to the map's game. */
export type StateMessage = Extract<Message, { kind: "state/held" | "state/lost" | "play/input" | "play/exit" }>;

/** Who holds the states of a host's maps. Each `at` is what the host's clock shows (us). */
export type States = {
  /** Gets the state with which a map is to be served under an epoch; `hash` names the one that a hand-over left. True: it is at hand already. */
  take(at: number, map: MapId, epoch: Epoch, hash: StateHash | null, out: Out): boolean;
  /** The map is served from now on. */
  open(at: number, map: MapId, out: Out): void;
  /** It is not served here any more, nor will be. */
  close(at: number, map: MapId, out: Out): void;
  /** The next portion for the target of a precopy; the first of them is the whole unless the target holds it. */
  portion(at: number, map: MapId, copy: Copy): Portion;
  /** How many bytes the next portion would be. */
  waiting(at: number, map: MapId, copy: Copy): number;
  /** Stands still: nothing durable is begun any more, and when all that was is written down the desk is told (`frozen`), once. */
  freeze(at: number, freeze: Freeze, copy: Copy | null, out: Out): void;
  /** The move came to nothing: goes on. */
  resume(at: number, map: MapId, out: Out): void;
  /** A standby or the target of a move takes a portion in. Gives the hash of the state it holds then; null: it cannot make anything of it. */
  receive(message: Received): StateHash | null;
  /** Whatever is held of a map besides what is served is void up to this epoch. */
  forget(map: MapId, epoch: Epoch): void;
  /** The map's standbys from now on; `before` are those it had. */
  replicate(at: number, message: Extract<Message, { kind: "hosting/replicate" }>, before: readonly HostId[], out: Out): void;
  /** A served map's whole state, for the store; null: it is a size alone. */
  image(map: MapId): KeptImage | null;
  /** A player is let in, or is here already: answered at once or when what it carries is known. */
  join(at: number, from: ActorId, player: PlayerId, map: MapId, epoch: Epoch, next: number, out: Out): void;
  hear(at: number, from: ActorId, message: StateMessage, out: Out): void;
  /** A timer of the kinds `play`, `queue` and `recover`. */
  wake(at: number, timer: number, out: Out): void;
  /** Takes the store's answer to what was asked through the desk; false: it was not. */
  answered(at: number, request: number, answer: StoreAnswer, out: Out): boolean;
};
