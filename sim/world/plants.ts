/** The hooks of planted bugs (sim/planted): what of a world they may change. */
import type { OwnershipTable } from "../../src/adapters/memory/ownership-table.ts";
import type { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import type { HostActor } from "../../src/core/actors/host.ts";
import type { PlayerActor } from "../../src/core/actors/player.ts";
import type { ActorId } from "../../src/core/protocol/ids.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { StoreAnswer, StoreRequest } from "../../src/core/protocol/store.ts";
import type { HostingSettings } from "../../src/core/settings.ts";
import type { SealedEnd } from "../../src/runtime/seal.ts";
import type { Heartbeats } from "./heartbeats.ts";

/** Where a planted bug may take hold. Tests of the checkers alone use it; empty in every other run. `W`: the world that a message leaves. */
export type PlantsOf<W> = {
  /** Settings as the coordinator believes them. */
  settings?(settings: HostingSettings): HostingSettings;
  /** A coordinator just made. */
  coordinator?(coordinator: CoordinatorActor): void;
  /** A host agent or a client just made. */
  host?(actor: HostActor): void;
  player?(actor: PlayerActor): void;
  /** The end of an actor's sealed channels just made. */
  sealing?(end: SealedEnd, world: W): void;
  /** The failure detector just made; `eager`: it schedules each heartbeat. */
  heartbeats?(heartbeats: Heartbeats, eager: boolean): void;
  /** A message about to leave: as it is, changed, or null to lose it. */
  message?(world: W, from: ActorId, to: ActorId, message: Message): Message | null;
  /** A store request: `real` does what the store does. */
  store?(table: OwnershipTable, ask: StoreRequest, real: () => StoreAnswer): StoreAnswer;
};
