/** Owns what a host process wrote beside itself and finds when it starts again: the maps it served, true then, perhaps not any more. */
import type { HostActor } from "../../src/core/actors/host.ts";
import type { HostId } from "../../src/core/protocol/ids.ts";
import type { Holding } from "../../src/core/protocol/messages.ts";
import { METER, type Meters } from "./meters.ts";

/** The files of hosts that died with one that will be believed. */
export class HostFiles {
  private readonly meters: Meters;
  private readonly files = new Map<HostId, readonly Holding[]>();

  constructor(meters: Meters) {
    this.meters = meters;
  }

  /** The file says what the process serves now, and the next process of this machine believes it. */
  keep(host: HostId, actor: HostActor | undefined): void {
    const active = [...(actor?.serving ?? [])].filter(([, { stage }]) => stage === "active");
    this.files.set(
      host,
      active.map(([map, { epoch }]) => ({ map, epoch, frozen: false })),
    );
  }

  /** A new process takes up what its file says, as if nothing had happened. Gives what that is; the file is believed once. */
  believe(host: HostId, actor: HostActor): readonly Holding[] {
    const holdings = this.files.get(host) ?? [];
    this.files.delete(host);
    for (const { map, epoch } of holdings)
      actor.serving.set(map, { epoch, stage: "active", copy: null, replicas: [], timeUp: true, fetched: true });
    if (holdings.length > 0) this.meters.hit(METER.remembered, host, holdings.length);
    return holdings;
  }
}
