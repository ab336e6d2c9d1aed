/** Makes the document: the room's own explanation and what was seen of the map, with names, in seconds and points, and in words. */
import { US_PER_S } from "../../../src/base/time.ts";
import type { HostView } from "../../../src/core/hosting/explain-host.ts";
import type { Hold, MapExplanation, Wait } from "../../../src/core/hosting/explain.ts";
import type { Target } from "../../../src/core/hosting/rescue.ts";
import { seedWeights } from "../../../src/core/hosting/score.ts";
import { type HostId, NO_HOST } from "../../../src/core/protocol/ids.ts";
import type { Options } from "../../options.ts";
import type { Destination, ExplainDocument, ExplainedHost, ExplainedMove, Ground } from "./document.ts";
import { headlineOf, stateOf, type Told } from "./headline.ts";
import type { Fate, MapHistory, MoveStory } from "./map-history.ts";
import {
  causeText,
  choiceText,
  holdText,
  type NameOf,
  obstacleText,
  phaseText,
  refusalText,
  type Setting,
  truthText,
  waitText,
} from "./words.ts";

/** What the document is made of. */
export type Material = {
  readonly options: Options;
  readonly seed: number;
  readonly view: MapExplanation;
  readonly history: MapHistory;
  readonly name: NameOf;
  readonly coordinatorUp: boolean;
  /** The host that truly serves the map, NO_HOST for none. */
  readonly servedBy: HostId;
};

/** Puts the document together. */
export function explainDocument(material: Material): ExplainDocument {
  const told = toldOf(material, settingOf(material));
  const state = stateOf(told);
  return { ...told, state, headline: headlineOf(told, state) };
}

function settingOf({ options: { conf, tuning }, view, name }: Material): Setting {
  return {
    at: view.at,
    name,
    failedChecksMax: tuning.failedChecksMax,
    returnAfterS: tuning.returnAfterS,
    voluntaryShareMax: tuning.voluntaryShareMax,
    timeoutMs: conf.failover.migration_timeout,
  };
}

function toldOf(material: Material, setting: Setting): Told {
  const { options, view, history } = material;
  const { general, realtime_gaming, task_distribution } = options.conf;
  const { tuning } = options;
  const host = (each: HostView): ExplainedHost => hostOf(each, history, setting);
  const move = (story: MoveStory): ExplainedMove => moveOf(story, setting);
  const arrival = history.arrival(view.epoch);
  const { known, connected, couldTake, better, against, conditions } = view.tally;
  return {
    scenario: options.scenario,
    seed: material.seed,
    at_s: seconds(view.at),
    map: mapOf(material),
    coordinator: coordinatorOf(material),
    formula: {
      scoring: general.scoring,
      realtime: realtime_gaming.prioritize_realtime,
      prefer_low_latency: general.prefer_low_latency,
      weights: seedWeights(options.conf),
    },
    owner: view.owner === null ? null : host(view.owner),
    epoch: view.epoch,
    serving: view.serving,
    since_s: view.owner === null ? null : orNull(history.servedSince(view.owner.host, view.epoch)),
    served_by: material.servedBy === NO_HOST ? null : { host: material.servedBy, name: setting.name(material.servedBy) },
    arrival: arrival === null ? null : move(arrival),
    move: currentMove(view, history, setting),
    waiting: waitingOf(view, history, setting),
    standbys: view.standbys.map((each) => ({ ...host(each.view), warm: each.warm })),
    candidates: view.candidates.map(host),
    barred: view.barred.map(host),
    barred_all: view.barredAll,
    hosts: { known, connected, could_take: couldTake, better, against, conditions },
    own_will: { ...ownWillOf(view, setting), every_s: task_distribution.reassignment_interval },
    limits: { bad_measurements: tuning.failedChecksMax, failed_validations: tuning.validationsFailedMax },
    if_host_lost: destinationOf(view.ifLost, view, setting),
    if_handed_over: destinationOf(view.ifHanded, view, setting),
    vps: vpsOf(view, setting),
    moves: history.stories.map(move),
    moves_all: history.moves,
  };
}

function seconds(us: number): number {
  return us / US_PER_S;
}

function orNull(us: number | null): number | null {
  return us === null ? null : seconds(us);
}

/** Whole micro-points are six decimals. */
function pointsOf(micro: number): number {
  return micro / 1_000_000;
}

function mapOf({ options, view }: Material): ExplainDocument["map"] {
  const named = (values: readonly number[], scale: number): Record<string, number> =>
    Object.fromEntries(
      values.flatMap((value, region) => (value > 0 ? [[options.regions[region]?.name ?? String(region), value / scale]] : [])),
    );
  const all = view.mix.reduce((sum, value) => sum + value, 0);
  return {
    number: view.map,
    name: options.maps.names[view.map] as string,
    critical: options.maps.eligible[view.map] !== true,
    may_leave_vps: view.mayLeaveVps,
    players: view.players,
    players_max: view.playersMax,
    room_asked: view.room,
    players_by_region: named(view.byRegion, 1),
    mix: named(view.mix, all),
  };
}

function coordinatorOf({ view, history, coordinatorUp }: Material): ExplainDocument["coordinator"] {
  const grace = view.waits.find((wait) => wait.why === "start_grace");
  return {
    up: coordinatorUp,
    started_s: history.startedAt < 0 ? null : seconds(history.startedAt),
    opens_s: grace?.why === "start_grace" ? orNull(grace.until) : null,
  };
}

function hostOf(view: HostView, history: MapHistory, setting: Setting): ExplainedHost {
  const truth = history.truthOf(view.host);
  return {
    host: view.host,
    name: setting.name(view.host),
    kind: view.kind,
    connected: view.online,
    score: view.micro === null ? null : pointsOf(view.micro),
    terms: view.terms.map(({ term, value, weight, micro }) => ({ term, value, weight, points: pointsOf(micro) })),
    rtt_ms: view.rttMs,
    uptime_s: view.uptimeS,
    maps: view.maps,
    maps_max: view.mapsMax,
    players: view.players,
    players_max: view.playersMax,
    upload_kbps: view.uploadKbps,
    bad_measurements: view.badChecks,
    stats: view.stats,
    against: view.obstacles.map((each) => suspectSince(ground(each, obstacleText(each, setting)), history.fates.get(view.host))),
    truth: truth === null ? null : { what: truth.truth, since_s: seconds(truth.at), text: truthText(truth.truth) },
  };
}

/** When a suspicion began is not in the books; it was recorded. */
function suspectSince(each: Ground, fate: Fate | undefined): Ground {
  return each.why === "suspect" && fate?.what === "suspected" ? { ...each, since_s: seconds(fate.at) } : each;
}

/** A ground with its figures: times in seconds, scores in points. */
function ground(each: HostView["obstacles"][number] | Hold | Wait, text: string): Ground {
  const figures = Object.entries(each).map(([key, value]: [string, string | number | null]): [string, string | number | null] => {
    if ((key === "until" || key === "since") && typeof value !== "string") return [`${key}_s`, orNull(value)];
    return [key, each.why === "not_better" && typeof value === "number" ? pointsOf(value) : value];
  });
  return { ...Object.fromEntries(figures), why: each.why, text };
}

function moveOf(story: MoveStory, setting: Setting): ExplainedMove {
  const { decided, end } = story;
  const scored = (micro: number, host: number): number | null => (host === NO_HOST || micro === 0 ? null : pointsOf(micro));
  return {
    at_s: seconds(story.at),
    cause: decided.cause,
    form: decided.form,
    from: decided.from === NO_HOST ? null : decided.from,
    from_name: decided.from === NO_HOST ? null : setting.name(decided.from),
    to: decided.to,
    to_name: setting.name(decided.to),
    epoch: decided.epoch,
    score_from: scored(decided.scoreFrom, decided.from),
    score_to: scored(decided.scoreTo, decided.to),
    theta: decided.theta === 0 ? null : decided.theta / 1000,
    players: decided.players,
    stood_by: story.stoodBy,
    steps: story.steps.map(({ step, at }) => ({ step, at_s: seconds(at) })),
    ended_s: end === null ? null : seconds(end.at),
    failure: end?.failure ?? null,
    why: causeText(story, setting),
    choice: choiceText(story, setting),
  };
}

function currentMove(view: MapExplanation, history: MapHistory, setting: Setting): ExplainDocument["move"] {
  if (view.move === null) return null;
  const { id, phase, target } = view.move;
  const story = history.stories.findLast(({ decided }) => decided.move === id);
  if (story === undefined) return null;
  return { ...moveOf(story, setting), phase, phase_text: phaseText(view.move, setting), target: hostOf(target, history, setting) };
}

function waitingOf(view: MapExplanation, history: MapHistory, setting: Setting): ExplainDocument["waiting"] {
  if (view.serving || view.move !== null) return null;
  const reasons = view.waits.map((each) => ground(each, waitText(each, setting)));
  // Once it may be given to somebody, only a refusal keeps it waiting.
  if (reasons.length === 0 && typeof view.ifLost === "string") reasons.push({ why: view.ifLost, text: refusalText(view.ifLost) });
  return { since_s: orNull(history.unservedSince()), reasons };
}

function ownWillOf(view: MapExplanation, setting: Setting): Omit<ExplainDocument["own_will"], "every_s"> {
  const { cause, to, holds, theta, moves, movesMax } = view.ownWill;
  const micro = view.owner?.micro ?? null;
  return {
    cause,
    to: to === NO_HOST ? null : to,
    holds: holds.map((each) => ground(each, holdText(each, setting))),
    theta: theta / 1000,
    score_asked: micro === null ? null : pointsOf(Math.floor((micro * theta) / 1000)),
    cooldown_left_s: seconds(Math.max(0, view.quietUntil - view.at)),
    moves,
    moves_max: movesMax,
  };
}

function destinationOf(target: Target, view: MapExplanation, setting: Setting): Destination {
  if (typeof target === "string") return { refusal: target, text: refusalText(target) };
  const name = setting.name(target);
  const standby = view.standbys.find((each) => each.view.host === target);
  const as = standby === undefined ? "" : standby.warm ? ", its warm standby" : ", its standby";
  return { host: target, name, text: `${name}${as}` };
}

function vpsOf(view: MapExplanation, setting: Setting): ExplainDocument["vps"] {
  const total = (of: (site: MapExplanation["sites"][number]) => number): number => view.sites.reduce((sum, site) => sum + of(site), 0);
  return {
    slots: total((site) => site.mapsMax),
    slots_used: total((site) => site.maps),
    slots_kept: view.slotsKept,
    sites: view.sites.map(({ host, online, maps, mapsMax, rttMs }) => ({
      host,
      name: setting.name(host),
      connected: online,
      slots: mapsMax,
      slots_used: maps,
      rtt_ms: rttMs,
    })),
  };
}
