/**
 * Owns the people who play: when they come, where they go, how long they stay, what drives them away.
 * Promises: every draw is keyed by (purpose, player, number); player numbers are used again when free. Its columns hold all who
 * can have come by the end. Never knows where a map is hosted.
 */
import { type PreparedLaw, prepareLaw, sampleLaw } from "../../src/base/laws.ts";
import { drawUnit, type Stream, stream } from "../../src/base/random.ts";
import { PlayerActor } from "../../src/core/actors/player.ts";
import type { HistoryRecord } from "../../src/core/protocol/history.ts";
import { type HostId, playerActor } from "../../src/core/protocol/ids.ts";
import type { Options } from "../options.ts";
import { EVENT } from "../world/queue.ts";
import { SOURCE } from "../world/sources.ts";
import type { World } from "../world/world.ts";
import { cumulate, pick, placesByRegion, relayRttMs } from "./places.ts";
import { stationary } from "./stationary.ts";

const US_PER_S = 1_000_000;
/** Those who are online at the start enter within this time, once the coordinator is open. */
const SEATING_US = 20 * US_PER_S;
/** Somebody who was refused looks at another map after this, at least, and twice at most; after so many refusals only every ten times as long. */
const TRY_AGAIN_US = 1_500_000;
const TRIES_QUICK = 5;
/** Badness 1, the units of the weights that Chen et al. (INFOCOM'06) give: RTT 100 ms, jitter 20 ms, loss 1 %, an outage of 1 s a minute. */
const RTT_BAD_US = 100_000;
const JITTER_BAD_MS = 20;
const LOSS_BAD = 0.01;
const OUTAGE_BAD_US = 1_000_000;
/** The minute over which an outage is felt. */
const OUTAGE_FELT_H = 1 / 60;

/** What a person will do next. */
const WILL = { end: 0, wander: 1, leaveForQuality: 2, tryAgain: 3, seat: 4, logIn: 5 } as const;

/** All people of a run: when they come, where they go, how long they stay, and what makes them leave. */
export class PlayerFleet {
  readonly capacity: number;
  private readonly world: World;
  private readonly options: Options;
  private readonly coming: Stream;
  private readonly life: Stream;
  private readonly session: PreparedLaw;
  private readonly stay: PreparedLaw;
  private readonly access: PreparedLaw;
  private readonly popularity: number[];
  private readonly shares: number[];
  private readonly places: number[][];
  private readonly free: number[] = [];
  private used = 0;
  private arrivals = 0;
  private clock = 0;
  /** Per player: draws made, when the session ends, what comes next and its event, refusals in a row, when its map stopped. */
  private readonly drawn: Float64Array;
  private readonly endsAt: Float64Array;
  /** When what a person has in mind comes due (us). */
  private readonly dueAt: Float64Array;
  private readonly next: Int32Array;
  private readonly will: Uint8Array;
  private readonly refusals: Uint8Array;
  /** Region and chosen map of each player (-1: none), and players by map and region. */
  private readonly regionOf: Uint16Array;
  private readonly chosen: Int32Array;
  private readonly onMap: Int32Array;
  private readonly relays: Float64Array;
  private readonly stages: readonly { from: number; to: number; startUs: number; endUs: number }[];

  constructor(world: World, options: Options, capacity: number) {
    this.world = world;
    this.options = options;
    this.capacity = capacity;
    this.coming = stream(world.root, "players/arrivals");
    this.life = stream(world.root, "players/life");
    this.session = prepareLaw(options.players.sessionS);
    this.stay = prepareLaw(options.players.stayS);
    this.access = prepareLaw(options.network.playerAccessMs);
    this.popularity = cumulate(options.maps.popularity);
    this.shares = cumulate(options.regions.map((r) => r.players));
    this.places = placesByRegion(options.network, options.regions.length);
    this.drawn = new Float64Array(capacity);
    this.endsAt = new Float64Array(capacity);
    this.dueAt = new Float64Array(capacity);
    this.next = new Int32Array(capacity).fill(-1);
    this.will = new Uint8Array(capacity);
    this.refusals = new Uint8Array(capacity);
    this.regionOf = new Uint16Array(capacity);
    this.chosen = new Int32Array(capacity).fill(-1);
    this.onMap = new Int32Array(options.maps.names.length * options.regions.length);
    this.relays = relayRttMs(options.network, options.regions.length);
    let at = 0;
    let rate = options.players.startPerS;
    this.stages = options.players.stages.map((stage) => {
      const row = { from: rate, to: stage.toPerS, startUs: at, endUs: at + stage.forUs };
      at = row.endUs;
      rate = stage.toPerS;
      return row;
    });
  }

  /** Seats those who are online at the start and begins the arrivals. */
  start(opensAtUs: number): void {
    for (let i = 0; i < this.options.players.initial; i++) {
      const player = this.take();
      if (player < 0) break;
      const { residual } = stationary(this.options.players.sessionS, this.draw(player), this.draw(player));
      const seat = opensAtUs + this.draw(player) * SEATING_US;
      this.endsAt[player] = seat + Math.max(1, residual) * US_PER_S;
      this.plan(player, seat, WILL.seat);
    }
    this.scheduleArrival();
  }

  private draw(player: number): number {
    const n = this.drawn[player] as number;
    this.drawn[player] = n + 1;
    return drawUnit(this.life, player, n);
  }

  private take(): number {
    const player = this.free.pop();
    if (player !== undefined) return player;
    return this.used < this.capacity ? this.used++ : -1;
  }

  /** Arrivals a second at an instant. */
  private rateAt(us: number): number {
    for (const s of this.stages) if (us < s.endUs) return s.from + ((s.to - s.from) * (us - s.startUs)) / (s.endUs - s.startUs);
    return this.stages.length === 0 ? this.options.players.startPerS : (this.stages[this.stages.length - 1] as { to: number }).to;
  }

  /** The next arrival of a Poisson process with the stages' rate, by thinning against the highest rate. */
  private scheduleArrival(): void {
    const top = Math.max(this.options.players.startPerS, ...this.stages.map((s) => s.to));
    if (top <= 0) return;
    const horizon = this.options.durationUs + this.options.settleUs;
    while (this.clock < horizon) {
      const n = this.arrivals;
      this.arrivals += 1;
      this.clock += Math.max(1, Math.round((-Math.log(drawUnit(this.coming, 0, 2 * n)) / top) * US_PER_S));
      if (drawUnit(this.coming, 0, 2 * n + 1) * top > this.rateAt(this.clock)) continue;
      this.world.schedule(this.clock, SOURCE.arrivals, n, EVENT.arrival, 0, 0, undefined);
      return;
    }
  }

  /** Somebody comes online, and the next one is on the way. */
  arrive(): void {
    this.scheduleArrival();
    this.join();
  }

  /** Somebody comes online, if there is room. */
  join(): void {
    const player = this.take();
    if (player < 0) return;
    this.endsAt[player] = this.world.now + Math.max(1, sampleLaw(this.session, this.draw(player))) * US_PER_S;
    this.sit(player);
  }

  private sit(player: number): void {
    const region = pick(this.shares, this.draw(player));
    const list = this.places[region] as number[];
    const dense = this.world.machines.hosts + 1 + player;
    this.world.machines.place[dense] = list[Math.floor(this.draw(player) * list.length)] as number;
    this.world.machines.accessUs[dense] = Math.round(sampleLaw(this.access, this.draw(player)) * 500);
    this.regionOf[player] = region;
    this.logIn(player);
  }

  /** A client starts at the person's place. */
  private logIn(player: number): void {
    this.refusals[player] = 0;
    const region = this.regionOf[player] as number;
    this.world.startPlayer(
      player,
      new PlayerActor(
        player,
        region,
        this.options.tuning.askAgainMs * 1000,
        this.options.fidelity === "game",
        this.world.buggifyOf(playerActor(player)),
      ),
    );
    this.go(player);
  }

  /** Chooses a map by popularity, goes there, and means to stay a while: unless the session ends, or play is so bad that it is not borne. */
  private go(player: number): void {
    const actor = this.world.players[player];
    if (actor === undefined) return;
    const map = pick(this.popularity, this.draw(player));
    this.settleOn(player, map);
    const end = this.endsAt[player] as number;
    const wanderAt = this.world.now + Math.max(1, sampleLaw(this.stay, this.draw(player))) * US_PER_S;
    if (end <= wanderAt) this.plan(player, end, WILL.end);
    else this.plan(player, wanderAt, WILL.wander);
    this.world.deliver(actor, { kind: "wish", at: this.world.now, wish: { verb: "go", map } });
  }

  private plan(player: number, at: number, will: number): void {
    const node = this.next[player] as number;
    if (node >= 0) this.world.queue.cancel(node);
    this.will[player] = will;
    this.dueAt[player] = at;
    const n = this.drawn[player] as number;
    this.drawn[player] = n + 1;
    this.next[player] = this.world.schedule(Math.round(at), SOURCE.people + player, n, EVENT.habit, player, 0, undefined);
  }

  /** What a person had in mind comes due. */
  act(player: number): void {
    this.next[player] = -1;
    switch (this.will[player]) {
      case WILL.seat:
        return this.sit(player);
      case WILL.logIn:
        return this.logIn(player);
      case WILL.wander:
      case WILL.tryAgain:
        return this.go(player);
      case WILL.leaveForQuality:
        return this.quit(player, "quality");
      default:
        return this.quit(player, "session");
    }
  }

  /** Ends a session. */
  quit(player: number, why: "session" | "quality"): void {
    if (this.end(player, why)) this.free.push(player);
  }

  /** A client loses its connections and closes; the person logs in again after `awayUs` and stays for what was left of the session. */
  drop(player: number, awayUs: number): void {
    if (!this.end(player, "session")) return;
    this.endsAt[player] = (this.endsAt[player] as number) + awayUs;
    this.plan(player, this.world.now + Math.max(1, awayUs), WILL.logIn);
  }

  private end(player: number, why: "session" | "quality"): boolean {
    const actor = this.world.players[player];
    if (actor === undefined) return false;
    const { map } = actor;
    this.world.observer.record?.(actor.id, this.world.now, { kind: "player/left", player, map, why });
    this.world.deliver(actor, { kind: "wish", at: this.world.now, wish: { verb: "quit" } });
    const node = this.next[player] as number;
    if (node >= 0) this.world.queue.cancel(node);
    this.next[player] = -1;
    this.settleOn(player, -1);
    this.world.stopPlayer(player);
    return true;
  }

  /** The client showed that play goes on (`moved`: on another host) or that the map was refused. */
  see(player: number, record: HistoryRecord): void {
    if (record.kind === "player/refused") return this.refused(player);
    if (record.kind !== "player/playing") return;
    this.refusals[player] = 0;
    const actor = this.world.players[player];
    if (actor === undefined) return;
    this.measureJoin(player, actor);
    if (record.moved) return this.feelOutage(player);
    const quitAt = this.world.now + this.patienceUs(player, record.host);
    if (quitAt < (this.dueAt[player] as number)) this.plan(player, quitAt, WILL.leaveForQuality);
  }

  private refused(player: number): void {
    const refusals = Math.min(255, (this.refusals[player] as number) + 1);
    this.refusals[player] = refusals;
    const wait = TRY_AGAIN_US * (1 + this.draw(player)) * (refusals > TRIES_QUICK ? 10 : 1);
    const at = this.world.now + wait;
    if (at < (this.endsAt[player] as number)) this.plan(player, at, WILL.tryAgain);
  }

  /** The RTT to the host, and what it would be with every map on the VPS: at the site that is best for the map's players together. */
  private measureJoin(player: number, actor: PlayerActor): void {
    const m = this.world.machines;
    const dense = m.hosts + 1 + player;
    const sites = this.options.vps.sites.length;
    const { host } = actor;
    this.world.observer.joined?.(
      this.world.now,
      player,
      host,
      host <= sites,
      2 * m.oneWayUs(dense, host),
      2 * m.oneWayUs(dense, this.siteFor(actor.map)),
    );
  }

  /** The VPS site with the lowest mean path to the players who chose a map, ties by number. */
  private siteFor(map: number): HostId {
    const sites = this.options.vps.sites.length;
    const regions = this.options.regions.length;
    let best = 1;
    let bestSum = Number.POSITIVE_INFINITY;
    for (let site = 1; site <= sites; site++) {
      const place = this.world.machines.place[site] as number;
      let sum = 0;
      for (let r = 0; r < regions; r++) {
        const count = this.onMap[map * regions + r] as number;
        if (count > 0) sum += count * (this.relays[place * regions + r] as number);
      }
      if (sum >= bestSum) continue;
      best = site;
      bestSum = sum;
    }
    return best;
  }

  /** Keeps count of who is on which map, for {@link siteFor}. */
  private settleOn(player: number, map: number): void {
    const regions = this.options.regions.length;
    const before = this.chosen[player] as number;
    const region = this.regionOf[player] as number;
    if (before >= 0) this.onMap[before * regions + region] = (this.onMap[before * regions + region] as number) - 1;
    if (map >= 0) this.onMap[map * regions + region] = (this.onMap[map * regions + region] as number) + 1;
    this.chosen[player] = map;
  }

  /** Time until quality alone makes this person quit: exponential with Chen et al.'s relative weights. Infinite where nothing is bad. */
  private patienceUs(player: number, host: HostId): number {
    const { quit } = this.options.players;
    const { machines, network } = this.world;
    const dense = machines.hosts + 1 + player;
    const rtt = (2 * machines.oneWayUs(dense, host)) / RTT_BAD_US;
    const jitter = (this.options.network.jitterMs * (network.jitterFactor[host] as number)) / JITTER_BAD_MS;
    const loss = (this.options.network.loss + (network.lossNow[host] as number)) / LOSS_BAD;
    const perHour = quit.perHour * (quit.rtt * rtt + quit.jitter * jitter + quit.loss * loss);
    if (!(perHour > 0)) return Number.POSITIVE_INFINITY;
    return (-Math.log(this.draw(player)) / perHour) * 3600 * US_PER_S;
  }

  /** A move interrupted play: with the outage weight's hazard over the minute it is felt, some quit. */
  private feelOutage(player: number): void {
    const { quit } = this.options.players;
    const actor = this.world.players[player];
    if (actor === undefined || quit.outage <= 0) return;
    const outageUs = this.world.now - (this.world.stoppedAt[actor.map] as number);
    const chance = 1 - Math.exp(-quit.perHour * quit.outage * (outageUs / OUTAGE_BAD_US) * OUTAGE_FELT_H);
    if (this.draw(player) < chance) this.plan(player, this.world.now + 1, WILL.leaveForQuality);
  }
}
