/** Who was told to stand still for a move, and has not been told yet how that ends. */
import { actorNumber, type HostId, type MapId } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import { broken } from "./command-broken.fixture.ts";

/** Sources that stand still, by map. */
export class FrozenSources {
  private readonly sources = new Map<MapId, HostId>();

  /** Another coordinator begins: it froze nobody. */
  clear(): void {
    this.sources.clear();
  }

  /** A host says that it does not stand still: it refuses, or serves on, or begins anew. */
  heard(from: number, message: Message): void {
    const host = actorNumber(from);
    for (const [map, source] of this.sources) {
      if (source !== host) continue;
      const refuses = message.kind === "hosting/refused" && message.map === map;
      const denies = message.kind === "host/hello" && !message.holds.some((held) => held.map === map && held.frozen);
      if (refuses || denies) this.sources.delete(map);
    }
  }

  /** The coordinator tells a host something. */
  told(to: HostId, message: Message): void {
    if (message.kind === "hosting/freeze") this.sources.set(message.map, to);
    else if (message.kind === "hosting/resume" || message.kind === "hosting/promote") this.sources.delete(message.map);
    else if (message.kind === "hosting/release" && this.sources.get(message.map) === to) this.sources.delete(message.map);
  }

  /** HO8: once its move is over a source is told how that ended, while it is there to hear it. */
  judge(isMoving: (map: MapId) => boolean, isHere: (host: HostId) => boolean): void {
    for (const [map, source] of this.sources) {
      if (isMoving(map)) continue;
      if (isHere(source)) broken("HO8", `host ${source} stands still for map ${map}, the move is over, and it is not told to go on`);
      this.sources.delete(map);
    }
  }
}
