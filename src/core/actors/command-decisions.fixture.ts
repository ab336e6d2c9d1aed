/** What the coordinator decides, held against what it was told: HO4, HO6, HO7, HO8, HO11. */
import { US_PER_S } from "../../base/time.ts";
import { type HistoryRecord, isVoluntary } from "../protocol/history.ts";
import type { HostId, MapId } from "../protocol/ids.ts";
import type { CommandBooks, Decided } from "./command-books.fixture.ts";
import { broken } from "./command-broken.fixture.ts";
import type { KnownHost } from "./command-reference.fixture.ts";
import type { CommandStore } from "./command-store.fixture.ts";

/** Judges decisions, and keeps the moves under way in the books. */
export class DecisionRules {
  private readonly books: CommandBooks;
  private readonly store: CommandStore;

  constructor(books: CommandBooks, store: CommandStore) {
    this.books = books;
    this.store = store;
  }

  /** A move is decided: its target may have the map. */
  decided(move: Decided): void {
    const { map, to, cause } = move;
    const what = `map ${map} to host ${to} (${cause})`;
    if (this.books.moveOf(map) !== undefined) broken("HO8", `${what}: the map is on its way already`);
    const host = this.books.hosts.get(to);
    if (host === undefined) broken("HO4", `${what}: it never introduced itself`);
    const objection = host.objection(this.books.at);
    if (objection !== "") broken("HO4", `${what}: it ${objection}`);
    const mayLeave = this.books.settings.conf.general.enable_p2p_maps && this.books.settings.eligible[map] === true;
    if (!mayLeave && !host.isVps) broken("HO4", `${what}: the map must stay on the VPS`);
    this.judgeRoom(what, map, to, host);
    if (isVoluntary(cause)) this.judgeRestraint(what, move, host);
    if (!host.isVps && (cause === "placement" || isVoluntary(cause))) this.judgeTie(what, move, host);
    this.books.moves.set(move.move, { ...move, placed: false });
  }

  /** HO7: by what the store said and the moves under way. */
  private judgeRoom(what: string, map: MapId, to: HostId, host: KnownHost): void {
    const { conf, tuning } = this.books.settings;
    const coming = [...this.books.moves.values()].filter((move) => move.to === to && !move.placed);
    // A row's owner that came too late, when its map was on its way to another already, holds it no more.
    const held = this.books
      .ownedBy(to)
      .filter((own) => ![...this.books.moves.values()].some((open) => open.map === own && open.from !== to));
    const maps = held.length + coming.length + 1;
    const mapsMax = host.isVps ? host.profile.slots : conf.task_distribution.max_tasks_per_node;
    if (maps > mapsMax) broken("HO7", `${what}: with it the host has ${maps} maps of ${mapsMax}`);
    const here = new Set([map, ...coming.map((move) => move.map), ...held]);
    const players = [...this.books.seats.values()].filter((seat) => here.has(seat)).length;
    const playersMax = host.isVps ? Infinity : Math.floor(host.profile.upload_kbps / tuning.uploadKbpsPerPlayer);
    if (players > playersMax) broken("HO7", `${what}: with it the host has ${players} players of ${playersMax}`);
  }

  /** HO6: threshold, cool-down, share, and the wait on the VPS. */
  private judgeRestraint(what: string, move: Decided, host: KnownHost): void {
    const { conf, tuning } = this.books.settings;
    const open = [...this.books.moves.values()].filter(({ cause }) => isVoluntary(cause)).length + 1;
    const limit = Math.max(1, Math.floor(tuning.voluntaryShareMax * this.books.settings.maps.length));
    if (open > limit) broken("HO6", `${what}: ${open} maps in voluntary moves at once`);
    const movedAt = this.books.movedAt.get(move.map);
    if (movedAt !== undefined && this.books.at - movedAt < tuning.cooldownS * US_PER_S)
      broken("HO6", `${what}: it moved ${(this.books.at - movedAt) / US_PER_S} s ago`);
    if (move.cause === "return") {
      // What was written behind the coordinator's back it cannot know.
      const writtenAt = this.store.row(move.map).owner === move.from ? this.store.writtenAt.get(move.map) : undefined;
      const since = Math.max(this.books.restoredAt, writtenAt ?? 0);
      if (this.books.at - since < tuning.returnAfterS * US_PER_S)
        broken("HO6", `${what}: it is on the VPS for ${(this.books.at - since) / US_PER_S} s only`);
      return;
    }
    const from = this.books.hosts.get(move.from);
    if (from === undefined || from.isVps) return broken("HO6", `${what}: better than no player host`);
    const theta = conf.realtime_gaming.prioritize_realtime ? tuning.betterRealtime : tuning.betterOtherwise;
    // Each of the two may be rounded by half a micro-point.
    if (host.score + 1 <= theta * (from.score - 1)) broken("HO6", `${what}: ${host.score} is not ${theta} times ${from.score}`);
  }

  /** HO11: of two hosts that nothing tells apart the lower id is taken. */
  private judgeTie(what: string, move: Decided, host: KnownHost): void {
    if (!host.clean || this.books.load(move.to) !== "0,0") return;
    for (const [id, other] of this.books.hosts) {
      if (id >= move.to || id === move.from || !other.clean || other.isVps || other.objection(this.books.at) !== "") continue;
      const alike = JSON.stringify([other.stats, other.profile.upload_kbps]) === JSON.stringify([host.stats, host.profile.upload_kbps]);
      if (alike && this.books.load(id) === "0,0") broken("HO11", `${what}: host ${id} is its equal and has the lower id`);
    }
  }

  /** HO8: only what is under way ends. */
  ended(record: Extract<HistoryRecord, { kind: "move/failed" | "move/done" }>): void {
    const move = this.books.moves.get(record.move);
    if (move === undefined) broken("HO8", `move ${record.move} ends and was not under way`);
    this.books.moves.delete(record.move);
    const target = this.books.hosts.get(move.to);
    if (record.kind === "move/failed" && target !== undefined) target.clean = false;
    if (record.kind === "move/done") this.books.movedAt.set(record.map, this.books.at);
  }
}
