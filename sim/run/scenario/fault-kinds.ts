/** What each kind of fault understands: its target, its length, its strength. One table for the schema, the reader and the docs. */
import type { Fault } from "../../options.ts";

type Strength = { readonly min: number; readonly max: number; readonly usual: number; readonly meaning: string };
/** How one kind of fault is written. `null` strength: the kind has none. */
export type FaultKind = {
  readonly target: "hosts" | "region" | "none";
  readonly lasts: "required" | "optional" | "none";
  readonly amount: Strength | null;
  /** Whether `close` tells two forms apart, and its usual value. */
  readonly close: boolean | null;
  /** Whether `shape` says whom it concerns. */
  readonly shape?: true;
  readonly what: string;
};

const SHARE_OF_REQUESTS: Strength = { min: 0, max: 1, usual: 1, meaning: "share of requests" };

/** All kinds. */
export const FAULT_KINDS: Readonly<Record<Fault["kind"], FaultKind>> = {
  crash: {
    target: "hosts",
    lasts: "optional",
    amount: null,
    close: true,
    what: "The machine dies; its connection closes (close: true) or falls silent.",
  },
  leave: {
    target: "hosts",
    lasts: "none",
    amount: null,
    close: null,
    what: "The owner stops hosting politely: maps are drained first, and the machine is back by its own down-time.",
  },
  pause: { target: "hosts", lasts: "required", amount: null, close: null, what: "The process stands still and then goes on." },
  cut: {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: null,
    shape: true,
    what: "The host's line carries nothing in either direction, to anybody or to those that `shape` names.",
  },
  "one-way-cut": {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: true,
    shape: true,
    what: "One direction is lost: host to VPS (close: true) or VPS to host; and so with players and other hosts, unless `shape` says who alone.",
  },
  isolate: {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: null,
    what: "The hosts it meets reach each other, and nobody else: no VPS, no coordinator, no player, no other host.",
  },
  "region-outage": {
    target: "region",
    lasts: "required",
    amount: null,
    close: null,
    what: "A whole region falls off the net: its player hosts and its players (a part of its hosts: cut with hosts[region=EU]|40%).",
  },
  "jitter-burst": {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 1000, usual: 10, meaning: "factor on the jitter" },
    close: null,
    what: "Delays spread out.",
  },
  "loss-burst": {
    target: "hosts",
    lasts: "required",
    amount: { min: 0, max: 1, usual: 0.5, meaning: "probability of loss" },
    close: null,
    what: "Packets are lost.",
  },
  duplicate: {
    target: "hosts",
    lasts: "required",
    amount: { min: 0, max: 1, usual: 0.3, meaning: "share of packets" },
    close: null,
    what: "Packets from and to players and other hosts come twice. (A connection to the coordinator gives each message once, in order.)",
  },
  reorder: {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 10_000, usual: 300, meaning: "ms held back" },
    close: null,
    what: "Every other packet from and to players and other hosts is held back, so that later ones overtake it.",
  },
  corrupt: {
    target: "hosts",
    lasts: "required",
    amount: { min: 0, max: 1, usual: 0.1, meaning: "share of packets" },
    close: null,
    what: "Packets are damaged and refused: the connection to the coordinator ends and is made anew, others are lost.",
  },
  "slow-line": {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 10_000, usual: 20, meaning: "divisor of the upload" },
    close: null,
    what: "What the host uploads takes longer; it reports the upload it had.",
  },
  clog: {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: null,
    what: "The host's line carries nothing until the end; then everything held comes at once, in order. Nothing is lost.",
  },
  "swizzle-clog": {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: null,
    what: "Lines clog one after another within the first half of the time, and come free one after another, in another order, within the second.",
  },
  "half-open": {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: true,
    what: "The connection breaks and one end does not see it: the host (close: true) or the coordinator. At the end the host makes a new one.",
  },
  rebind: {
    target: "hosts",
    lasts: "none",
    amount: null,
    close: null,
    what: "The host's address changes under it: its connection breaks, and it makes a new one at once.",
  },
  "slow-cpu": {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 1000, usual: 40, meaning: "ms for each message" },
    close: null,
    what: "The host comes to what it is told late, one after the other.",
  },
  "clock-drift": {
    target: "hosts",
    lasts: "required",
    amount: { min: -500_000, max: 500_000, usual: 200, meaning: "ppm gained" },
    close: null,
    what: "The host's clock runs fast, or slow below 0; what it has gained it keeps.",
  },
  "clock-jump": {
    target: "hosts",
    lasts: "none",
    amount: { min: -3_600_000, max: 3_600_000, usual: 60_000, meaning: "ms forward" },
    close: null,
    what: "The host's clock is set forward, or back below 0.",
  },
  "stale-return": {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: true,
    what: "The machine dies as in a crash, comes back, and serves what it served then, for so its file says, until it is told otherwise.",
  },
  churn: {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 3600, usual: 10, meaning: "s up or down, in the mean" },
    close: null,
    what: "Each machine dies and comes back again and again, at drawn times.",
  },
  "lie-metrics": {
    target: "hosts",
    lasts: "required",
    amount: { min: 1, max: 1000, usual: 3, meaning: "times better" },
    close: null,
    what: "The host reports better measurements than it has.",
  },
  "stale-replay": {
    target: "hosts",
    lasts: "none",
    amount: { min: 1, max: 64, usual: 16, meaning: "messages" },
    close: null,
    what: "The host says again what it said before, oldest first.",
  },
  equivocate: {
    target: "hosts",
    lasts: "none",
    amount: { min: 1, max: 64, usual: 4, meaning: "maps" },
    close: null,
    what: "The host says that it is prepared, ready and active for maps it was not asked about, and that it serves them.",
  },
  "store-slow": {
    target: "none",
    lasts: "required",
    amount: { min: 1, max: 100_000, usual: 20, meaning: "factor on the latency" },
    close: null,
    what: "The store answers late.",
  },
  "store-fail": {
    target: "none",
    lasts: "required",
    amount: SHARE_OF_REQUESTS,
    close: null,
    what: "The store fails without having committed.",
  },
  "store-unknown": {
    target: "none",
    lasts: "required",
    amount: SHARE_OF_REQUESTS,
    close: null,
    what: "The store's answer is lost, committed or not.",
  },
  "store-refuse": { target: "none", lasts: "required", amount: SHARE_OF_REQUESTS, close: null, what: "The store refuses." },
  "store-timeout": {
    target: "none",
    lasts: "required",
    amount: SHARE_OF_REQUESTS,
    close: null,
    what: "Clients give up waiting for the store and know nothing; it does what they asked all the same, sometimes only then.",
  },
  "store-full": {
    target: "none",
    lasts: "required",
    amount: { ...SHARE_OF_REQUESTS, meaning: "share of writes" },
    close: null,
    what: "The store's disk is full: what writes fails, what reads is served.",
  },
  "store-rollback": {
    target: "none",
    lasts: "none",
    amount: { min: 1, max: 600_000, usual: 5000, meaning: "ms of commits lost" },
    close: null,
    what: "The store fails over to a replica that lacks the last commits; the replica begins a new timeline.",
  },
  "coordinator-restart": {
    target: "none",
    lasts: "optional",
    amount: null,
    close: null,
    what: "The coordinator stops and starts again with what was written down; with `every`, a rolling restart.",
  },
  "coordinator-pause": {
    target: "none",
    lasts: "required",
    amount: null,
    close: null,
    what: "The coordinator stands still and goes on with all it believed. Whoever waits for it longer than 5 s makes a new connection.",
  },
  "validation-fail": {
    target: "hosts",
    lasts: "none",
    amount: null,
    close: null,
    what: "What the host reports fails validation as often as it takes to be blocked.",
  },
  "player-drop": {
    target: "none",
    lasts: "none",
    amount: { min: 0, max: 1, usual: 0.5, meaning: "share of players" },
    close: null,
    what: "Players lose their connection and log in again after fleet.players.reconnect.",
  },
  "flash-crowd": {
    target: "none",
    lasts: "optional",
    amount: { min: 1, max: 1_000_000, usual: 50, meaning: "players" },
    close: null,
    what: "Players come who would not have come.",
  },
};

/** The kinds' names, in the table's order. */
export const FAULT_KIND_NAMES = Object.keys(FAULT_KINDS) as readonly Fault["kind"][];
