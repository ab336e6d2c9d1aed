/**
 * What the coordinator alone can be judged by, after each of its steps: the HO rules over what it was told and what it does. Knows the messages
 * and the conf, nothing of core/hosting.
 */
import { US_PER_S } from "../../base/time.ts";
import type { HistoryRecord } from "../protocol/history.ts";
import { actorNumber, type HostId, hostActor, type MapId, type PlayerId } from "../protocol/ids.ts";
import type { Message } from "../protocol/messages.ts";
import type { Effect, Input } from "../protocol/step.ts";
import type { HostingSettings } from "../settings.ts";
import { CommandBooks } from "./command-books.fixture.ts";
import { broken, isOwnWord, judgeForeign } from "./command-broken.fixture.ts";
import { DecisionRules } from "./command-decisions.fixture.ts";
import { FrozenSources } from "./command-frozen.fixture.ts";
import { OrderRules, type Scope } from "./command-orders.fixture.ts";
import type { KnownHost } from "./command-reference.fixture.ts";
import type { CommandStore } from "./command-store.fixture.ts";

/** Judges whatever the coordinator does. */
export class CommandRules {
  readonly books: CommandBooks;
  private readonly orders: OrderRules;
  private readonly decisions: DecisionRules;
  private readonly frozen = new FrozenSources();

  constructor(settings: HostingSettings, store: CommandStore) {
    this.books = new CommandBooks(settings);
    this.orders = new OrderRules(this.books, store);
    this.decisions = new DecisionRules(this.books, store);
  }

  /** Another coordinator begins: nothing that was said to the last one is known to it. */
  begin(settings: HostingSettings): void {
    this.books.begin(settings);
    this.orders.begin();
    this.frozen.clear();
  }

  /** Takes in what the coordinator is about to be told. */
  hear(input: Input, opens: boolean): void {
    this.books.hear(input, opens);
    if (input.kind === "message" && isOwnWord(input.from, input.message)) this.frozen.heard(input.from, input.message);
  }

  /** Judges everything a step left. */
  judge(input: Input, effects: readonly Effect[], scope: Scope): void {
    if (input.kind === "message" && !isOwnWord(input.from, input.message)) judgeForeign(effects);
    for (const effect of effects) {
      if (effect.kind === "record") this.recorded(effect.record);
      else if (effect.kind === "store") this.orders.asks(effect.request, effect.ask, scope);
      else if (effect.kind === "send") this.told(actorNumber(effect.to), effect.message, scope);
    }
    if (input.kind === "message" && input.message.kind === "host/hello") this.judgeHello(input.message, effects);
    if (input.kind === "message" && input.message.kind === "play/enter" && this.books.open)
      this.judgeEnter(input.message.player, input.message.map);
    for (const [id, host] of this.books.hosts) this.judgeVerdicts(id, host);
    this.frozen.judge(
      (map) => this.books.moveOf(map) !== undefined,
      (host) => this.books.hosts.get(host)?.online === true,
    );
  }

  private told(to: number, message: Message, scope: Scope): void {
    this.frozen.told(to, message);
    this.orders.sends(to, message, scope);
  }

  /** HO10: who failed validation often enough is blocked at the next data check. */
  private judgeVerdicts(id: HostId, host: KnownHost): void {
    if (host.badVerdicts < this.books.settings.tuning.validationsFailedMax || !this.books.open) return;
    const dueAt = Math.max(this.books.openAt, host.badVerdictAt) + this.books.settings.conf.general.data_check_interval * US_PER_S;
    if (this.books.at > dueAt) broken("HO10", `host ${id} failed validation ${host.badVerdicts} times and is not blocked`);
  }

  /** HO8, HO9: what a host wrongly believes to serve is ended as soon as it says so. */
  private judgeHello(hello: Extract<Message, { kind: "host/hello" }>, effects: readonly Effect[]): void {
    if (!this.books.restored) return;
    const { host } = hello.profile;
    for (const { map, epoch } of hello.holds) {
      const row = this.books.told.get(map);
      if (row?.owner === host && row.epoch === epoch) continue;
      const ended = effects.some(
        (e) =>
          e.kind === "send" &&
          e.to === hostActor(host) &&
          e.message.kind === "hosting/release" &&
          e.message.map === map &&
          e.message.epoch >= epoch,
      );
      if (!ended) broken("HO9", `host ${host} says it holds map ${map} at epoch ${epoch}, which is not its own, and is not told to stop`);
    }
  }

  /** Who comes to a map is answered at once, unless the end of a move under way will be the answer. */
  private judgeEnter(player: PlayerId, map: MapId): void {
    if (!this.books.owed.has(player) || !this.books.fresh || this.books.moveOf(map) !== undefined) return;
    broken("HO5", `player ${player} asked for map ${map} and was not answered`);
  }

  private recorded(record: HistoryRecord): void {
    switch (record.kind) {
      case "host/joined":
        return this.judgeEligible(record.profile.host, record.eligible);
      case "host/measured":
        return this.judgeEligible(record.host, record.eligible);
      case "host/gone":
        return this.books.hosts.get(record.host)?.giveUp(this.books.owns(record.host) > 0, this.books.settings.tuning, this.books.at);
      case "host/cleared":
        if (this.books.hosts.get(record.host)?.online !== true) broken("HO4", `host ${record.host} is cleared and nothing speaks for it`);
        return;
      case "host/degraded":
        return void Object.assign(this.books.hosts.get(record.host) ?? {}, { degraded: record.degraded, clean: false });
      case "host/forgotten":
        return void this.books.hosts.delete(record.host);
      case "host/blocked":
        return this.blocked(record.host, record.untilUs);
      case "move/decided":
        return this.decisions.decided(record);
      case "move/failed":
      case "move/done":
        return this.decisions.ended(record);
      case "map/granted":
        return this.orders.granted(record);
      default:
        return;
    }
  }

  private judgeEligible(id: HostId, says: boolean): void {
    const host = this.books.hosts.get(id);
    if (host !== undefined && !host.everBlocked && host.eligible !== says)
      broken("HO4", `host ${id} is called ${says ? "" : "not "}eligible, and by the conf it is ${host.eligible ? "" : "not"}`);
  }

  private blocked(id: HostId, until: number): void {
    const host = this.books.hosts.get(id);
    if (host === undefined) broken("HO10", `host ${id} is blocked and was never here`);
    if (host.badVerdicts < this.books.settings.tuning.validationsFailedMax)
      broken("HO10", `host ${id} is blocked after ${host.badVerdicts} bad verdicts`);
    Object.assign(host, { blockedUntil: until, everBlocked: true, badVerdicts: 0, clean: false });
  }
}
