/** Owns what a host process wrote beside itself and finds when it starts again: the maps it served, true then, perhaps not any more. */
import type { GameStates } from "../../src/core/actors/game-states.ts";
import type { HostActor } from "../../src/core/actors/host.ts";
import type { HostId, MapId } from "../../src/core/protocol/ids.ts";
import type { Holding } from "../../src/core/protocol/messages.ts";
import { METER, type Meters } from "./meters.ts";

/** What a file says of a map: that it was served, and its game's image where there is one. */
type Noted = Holding & { readonly image: Uint8Array | null };

/** The files of hosts that died with one that will be believed. */
export class HostFiles {
  private readonly meters: Meters;
  private readonly files = new Map<HostId, readonly Noted[]>();

  constructor(meters: Meters) {
    this.meters = meters;
  }

  /** The file says what the process serves now, and the next process of this machine believes it. */
  keep(host: HostId, actor: HostActor | undefined): void {
    const active = [...(actor?.serving ?? [])].filter(([, { stage }]) => stage === "active");
    const image = (map: MapId): Uint8Array | null => actor?.states.image(map)?.bytes ?? null;
    this.files.set(
      host,
      active.map(([map, { epoch }]) => ({ map, epoch, frozen: false, image: image(map) })),
    );
  }

  /**
   * A new process takes up what its file says, as if nothing had happened. Gives what that is; the file is believed once. Of a game it remembers the
   * state alone: who may serve it the store says, and so nobody serves one without having asked.
   */
  believe(host: HostId, actor: HostActor, games: GameStates | undefined): readonly Holding[] {
    const holdings = this.files.get(host) ?? [];
    this.files.delete(host);
    if (holdings.length > 0) this.meters.hit(METER.remembered, host, holdings.length);
    for (const { map, epoch, image } of holdings) {
      if (games === undefined) actor.serving.set(map, { epoch, stage: "active", copy: null, replicas: [], timeUp: true, fetched: true });
      else if (image !== null) games.remember(map, image);
    }
    return games === undefined ? holdings : [];
  }
}
