/**
 * Owns one player's way to the map: entering, following redirects, coming back.
 * Promises: HO9 (after the last redirect it plays at the map's current host), drops lower epochs by itself.
 * Never chooses a map or a host.
 */
import { assert } from "../../base/assert.ts";
import { US_PER_MS } from "../../base/time.ts";
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
import { InputWindow, type Said, type Settled } from "./input-window.ts";

const NO_MAP: MapId = -1;
/** The one timer: no answer came, ask again. */
const ASK_AGAIN = 0;
/** An input that is not known to be taken is said again after this. */
const SAY_AGAIN_US = 500_000;
/** Who has nothing to say where a game runs says so this often: its host leads out whom it does not hear (game-states.ts). */
const STILL_HERE_US = 2_500_000;

/** `leaving`: it waits until what it carries off is written down, where its map runs a game. */
type Stage = "idle" | "entering" | "joining" | "playing" | "leaving";

/** A player's client. `askAgainUs`: how long it waits for an answer before it asks again; `games`: its maps run games. */
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
  private readonly games: boolean;
  private readonly inputs = new InputWindow();
  /** Its map is about to move: what it has to say waits. */
  private held = false;
  /** It plays, and asks where all the same. */
  private missed = false;
  /** Where it goes once it has left. */
  private bound: MapId = NO_MAP;

  constructor(player: PlayerId, region: RegionId, askAgainUs: number, games = false, buggify: Buggify = NEVER) {
    assert(askAgainUs > 0, "a client that asks again waits first");
    this.id = playerActor(player);
    this.player = player;
    this.region = region;
    this.askAgainUs = askAgainUs;
    this.buggify = buggify;
    this.games = games;
  }

  step(input: Input, out: Out): void {
    switch (input.kind) {
      case "message":
        return this.hear(input.at, input.from, input.message, out);
      case "wish":
        return this.wish(input.at, input.wish, out);
      case "timer":
        return this.wake(input.at, out);
      case "link/up":
        return this.ask(input.at, out);
      default:
        // A lost connection needs no step: the client plays on, and introduces itself when the link is up again.
        return;
    }
  }

  private wake(at: number, out: Out): void {
    if (this.stage === "playing") {
      if (this.held) this.stillHeld(at, out);
      else if (this.games && !this.missed && this.inputs.kept.length === 0) return this.stillHere(at, out);
      else this.sayAgain(at, out);
      this.missed = false;
    }
    // A host that does not answer what is said again and again may not be the map's any more: the coordinator knows.
    this.ask(at, out);
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
        if (message.kind === "play/redirect" && this.stage === "playing" && this.buggify("redirect-missed")) return this.miss(at, out);
        return this.follow(at, message.map, message.host, message.epoch, out);
      case "play/joined":
        if (told) return;
        return this.joined(at, message.map, message.epoch, message.taken, out);
      case "play/turned-away":
        if (told || message.map !== this.map || message.epoch < this.epoch) return;
        // The host does not serve this epoch (yet), or does not know the player any more: the coordinator knows who serves.
        if (this.stage === "playing" && this.games) this.stage = "joining";
        if (this.stage === "joining" || this.stage === "leaving") this.askSoon(at, out);
        return;
      case "play/news":
        if (!told && this.plays(message)) this.settle(at, this.inputs.settle(message.taken, message.refused), out);
        return;
      case "play/hold":
        if (!told && this.plays(message)) this.hold(at, out);
        return;
      case "play/exited":
        if (!told && this.stage === "leaving" && message.map === this.map) this.left(at, message.taken, out);
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
    if (this.stage === "leaving") this.exit(out);
    else {
      this.stage = "joining";
      for (let left = this.buggify("join-twice") ? 2 : 1; left > 0; left--) this.join(out);
    }
    this.askLater(at, out);
  }

  private askLater(at: number, out: Out): void {
    if (this.buggify("ask-early")) return this.askSoon(at, out);
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + this.askAgainUs });
  }

  private miss(at: number, out: Out): void {
    this.missed = true;
    this.askSoon(at, out);
  }

  private askSoon(at: number, out: Out): void {
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + this.askAgainUs / 8 });
  }

  private plays({ map, epoch }: { readonly map: MapId; readonly epoch: Epoch }): boolean {
    return (this.stage === "playing" || this.stage === "leaving") && map === this.map && epoch === this.epoch;
  }

  private joined(at: number, map: MapId, epoch: Epoch, taken: number, out: Out): void {
    const plays = this.plays({ map, epoch });
    if (!plays && (this.stage !== "joining" || map !== this.map || epoch !== this.epoch)) return;
    // The host means a stay before this one, or does not know how far this one is: what it was said would wait for what comes before it.
    if (this.stage !== "leaving" && taken < this.inputs.next - 1) return this.join(out);
    this.held = false;
    this.settle(at, this.inputs.settle(taken, []), out);
    if (this.stage === "leaving") return;
    this.stage = "playing";
    this.rest(at, out);
    if (!plays) {
      out.push({ kind: "record", record: { kind: "player/playing", player: this.player, map, host: this.host, epoch, moved: this.moved } });
      this.moved = true;
    }
    this.sayAgain(at, out);
  }

  /** What it has to say waits. The word that ends that may be lost, or was overtaken by this one. */
  private hold(at: number, out: Out): void {
    this.held = true;
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + this.askAgainUs / 4 });
  }

  /** No move takes so long: the host that asked it to wait is asked whether it goes on. */
  private stillHeld(at: number, out: Out): void {
    this.join(out);
    this.hold(at, out);
  }

  private stillHere(at: number, out: Out): void {
    this.join(out);
    this.rest(at, out);
  }

  /** It plays, and has nothing to ask or to say. */
  private rest(at: number, out: Out): void {
    if (this.games) out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + STILL_HERE_US });
    else out.push({ kind: "timer/clear", timer: ASK_AGAIN });
  }

  private join(out: Out): void {
    const { player, map, epoch, inputs } = this;
    out.push({ kind: "send", to: hostActor(this.host), message: { kind: "play/join", player, map, epoch, next: inputs.next } });
  }

  /** Says all that is not known to be taken, in order; if nothing comes of it, again. */
  private sayAgain(at: number, out: Out): void {
    const { kept } = this.inputs;
    if (kept.length === 0) return;
    for (const one of kept) this.say(one, out);
    out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + SAY_AGAIN_US });
  }

  private say({ seq, after, data }: Said, out: Out): void {
    const { player, map, epoch } = this;
    out.push({ kind: "send", to: hostActor(this.host), message: { kind: "play/input", player, map, epoch, seq, after, data } });
  }

  /** The person does something. */
  private act(at: number, data: Uint8Array, out: Out): void {
    const { player, map } = this;
    if (this.stage !== "playing" && this.stage !== "joining") return;
    const { seq, kept } = this.inputs.add(data);
    out.push({ kind: "record", record: { kind: "input/given", player, map, input: seq } });
    if (kept === null) return this.settle(at, [{ seq, result: "refused", reason: "inputs_limit" }], out);
    if (this.stage !== "playing" || this.held) return;
    this.say(kept, out);
    if (this.inputs.kept.length === 1) out.push({ kind: "timer/set", timer: ASK_AGAIN, at: at + SAY_AGAIN_US });
  }

  private settle(at: number, ended: readonly Settled[], out: Out): void {
    const { player, map } = this;
    for (const { seq, result, reason } of ended)
      out.push({ kind: "record", record: { kind: "input/settled", player, map, input: seq, result, reason } });
    if (this.stage === "playing" && ended.length > 0 && this.inputs.kept.length === 0) this.rest(at, out);
  }

  private wish(at: number, wish: Wish, out: Out): void {
    switch (wish.verb) {
      case "do":
        return this.act(at, wish.data, out);
      case "go":
        if (this.games && (this.stage === "playing" || this.stage === "joining" || this.stage === "leaving"))
          return this.leaveFor(at, wish.map, out);
        return this.enter(at, wish.map, out);
      case "quit":
        if (this.games && this.host !== NO_HOST) this.exit(out);
        out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/leave", player: this.player } });
        return this.forget(out);
      default:
    }
  }

  private enter(at: number, map: MapId, out: Out): void {
    this.map = map;
    this.stage = "entering";
    this.moved = false;
    this.held = false;
    this.host = NO_HOST;
    this.epoch = 0;
    this.inputs.begin(Math.max(0, Math.floor(at / US_PER_MS)));
    out.push({ kind: "record", record: { kind: "player/entered", player: this.player, region: this.region, map } });
    this.ask(at, out);
  }

  /** What it carries has to be written down before it may carry it elsewhere. */
  private leaveFor(at: number, map: MapId, out: Out): void {
    this.bound = map;
    if (this.stage === "leaving") return;
    this.stage = "leaving";
    this.exit(out);
    this.askLater(at, out);
  }

  private exit(out: Out): void {
    const { player, map, epoch } = this;
    out.push({ kind: "send", to: hostActor(this.host), message: { kind: "play/exit", player, map, epoch } });
  }

  /** It is off the map; the host knows how far its inputs were taken, or nothing of its stay any more. */
  private left(at: number, taken: number, out: Out): void {
    const { inputs } = this;
    this.settle(at, inputs.settle(taken, []), out);
    this.settle(at, inputs.giveUp(taken < 0 ? "stay_unknown" : "left"), out);
    out.push({ kind: "timer/clear", timer: ASK_AGAIN });
    this.enter(at, this.bound, out);
  }

  /** Says again what it still wants: to enter, to be told the current host, or that it plays on after a lost connection. */
  private ask(at: number, out: Out): void {
    if (this.stage === "idle") return;
    const { player, region, map, epoch } = this;
    if (this.stage === "entering") out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/enter", player, region, map } });
    else out.push({ kind: "send", to: COORDINATOR, message: { kind: "play/resume", player, region, map, epoch } });
    if (this.stage === "leaving") this.exit(out);
    if (this.stage !== "playing") this.askLater(at, out);
  }

  private forget(out: Out): void {
    this.inputs.giveUp("quit");
    this.held = false;
    this.stage = "idle";
    this.map = NO_MAP;
    this.host = NO_HOST;
    this.epoch = 0;
    this.moved = false;
    out.push({ kind: "timer/clear", timer: ASK_AGAIN });
  }
}
