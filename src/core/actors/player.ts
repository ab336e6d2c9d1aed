/**
 * Owns one player's way to the map: entering, following redirects, coming back.
 * Promises: HO9 (after the last redirect it plays at the map's current host), drops lower epochs by itself.
 * Never chooses a map or a host.
 */
import { assert } from "../../base/assert.ts";
import { type Buggify, NEVER } from "../protocol/buggify.ts";
import {
  type ActorId,
  COORDINATOR,
  type Epoch,
  type HostId,
  hostActor,
  type MapId,
  NO_HOST,
  type PlayerId,
  playerActor,
  type RegionId,
} from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Actor, Input, Out, Wish } from "../protocol/step.ts";

const NO_MAP: MapId = -1;
/** The one timer: no answer came, ask again. */
const ASK_AGAIN = 0;

type Stage = "idle" | "entering" | "joining" | "playing";

/** A player's client. `askAgainUs`: how long it waits for an answer before it asks again. */
export class PlayerActor implements Actor {
  readonly id;
  readonly player: PlayerId;
  readonly region: RegionId;
  stage: Stage = "idle";
  map: MapId = NO_MAP;
  host: HostId = NO_HOST;
  epoch: Epoch = 0;
  readonly buggify: Buggify;
  private readonly askAgainUs: number;
  /** It has played on this map before: the next join is a move, not an arrival. */
  private moved = false;

  constructor(player: PlayerId, region: RegionId, askAgainUs: number, buggify: Buggify = NEVER) {
    assert(askAgainUs > 0, "a client that asks again waits first");
    this.id = playerActor(player);
    this.player = player;
    this.region = region;
    this.askAgainUs = askAgainUs;
    this.buggify = buggify;
  }

  step(input: Input, out: Out): void {
    switch (input.kind) {
      case "message":
        return this.hear(input.at, input.from, input.message, out);
      case "wish":
        return this.wish(input.at, input.wish, out);
      case "timer":
        return this.ask(input.at, out);
      case "link/up":
        return this.ask(input.at, out);
      default:
        // A lost connection needs no step: the client plays on, and introduces itself when the link is up again.
        return;
    }
  }

  private hear(at: number, from: ActorId, message: Message, out: Out): void {
    // Where to play is the coordinator's word; whether one plays there is the host's that was named.
    const told = from === COORDINATOR;
    if (!told && from !== hostActor(this.host)) return;
    switch (message.kind) {
      case "play/assigned":
      case "play/redirect":
        if (!told) return;
        // Only while it plays: the answer of the host it is about to join would end its asking.
        if (message.kind === "play/redirect" && this.stage === "playing" && this.buggify("redirect-missed")) return this.askSoon(at, out);
        return this.follow(at, message.map, message.host, message.epoch, out);
      case "play/joined":
        if (told) return;
        return this.joined(message.map, message.epoch, out);
      case "play/turned-away":
        if (!told && this.stage === "joining" && message.map === this.map && message.epoch >= this.epoch) {
          // The host does not serve this epoch (yet): the coordinator knows who does.
          this.askSoon(at, out);
        }
        return;
      case "play/refused":
        if (!told || this.stage !== "entering" || message.map !== this.map) return;
        this.forget(out);
        out.push({ kind: "record", record: { kind: "player/refused", player: this.player, map: message.map, reason: message.reason } });
        return;
      default:
        return;
    }
  }

  private follow(at: number, map: MapId, host: HostId, epoch: Epoch, out: Out): void {
    if (map !== this.map || this.stage === "idle" || epoch < this.epoch) return;
    if (epoch === this.epoch && host === this.host && this.stage === "playing") return;
    this.host = host;
    this.epoch = epoch;
    this.stage = "joining";
    for (let left = this.buggify("join-twice") ? 2 : 1; left > 0; left--)
      out.push({ kind: "send", to: hostActor(host), message: { kind: "play/join", player: this.player, map, epoch, next: 1 } });
    this.askLater(at, out);
  }

  private askLater(at: number, out: Out): void {
    if (this.buggify("ask-early")) return this.askSoon(at, out);
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + this.askAgainUs });
  }

  private askSoon(at: number, out: Out): void {
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + this.askAgainUs / 8 });
  }

  private joined(map: MapId, epoch: Epoch, out: Out): void {
    if (this.stage !== "joining" || map !== this.map || epoch !== this.epoch) return;
    this.stage = "playing";
    out.push({ kind: "timer/clear", timer: ASK_AGAIN });
    out.push({ kind: "record", record: { kind: "player/playing", player: this.player, map, host: this.host, epoch, moved: this.moved } });
    this.moved = true;
  }

  private wish(at: number, wish: Wish, out: Out): void {
    if (wish.verb === "go") {
      this.map = wish.map;
      this.stage = "entering";
      this.moved = false;
      this.host = NO_HOST;
      this.epoch = 0;
      out.push({ kind: "record", record: { kind: "player/entered", player: this.player, region: this.region, map: wish.map } });
      this.ask(at, out);
    } else if (wish.verb === "quit") {
      out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/leave", player: this.player } });
      this.forget(out);
    }
  }

  /** Says again what it still wants: to enter, to be told the current host, or that it plays on after a lost connection. */
  private ask(at: number, out: Out): void {
    if (this.stage === "idle") return;
    const { player, region, map, epoch } = this;
    if (this.stage === "entering") out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/enter", player, region, map } });
    else out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/resume", player, region, map, epoch } });
    if (this.stage !== "playing") this.askLater(at, out);
  }

  private forget(out: Out): void {
    this.stage = "idle";
    this.map = NO_MAP;
    this.host = NO_HOST;
    this.epoch = 0;
    this.moved = false;
    out.push({ kind: "timer/clear", timer: ASK_AGAIN });
  }
}
