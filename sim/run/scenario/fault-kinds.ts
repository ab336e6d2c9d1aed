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
  cut: { target: "hosts", lasts: "required", amount: null, close: null, what: "The host's line carries nothing in either direction." },
  "one-way-cut": {
    target: "hosts",
    lasts: "required",
    amount: null,
    close: true,
    what: "One direction is lost: host to VPS (close: true) or VPS to host.",
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
  "coordinator-restart": {
    target: "none",
    lasts: "optional",
    amount: null,
    close: null,
    what: "The coordinator stops and starts again with what was written down.",
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
};

/** The kinds' names, in the table's order. */
export const FAULT_KIND_NAMES = Object.keys(FAULT_KINDS) as readonly Fault["kind"][];
