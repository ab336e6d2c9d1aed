/**
 * The failure detector of one process: `watch host` → one `host/silent`. Owns: when each watched host was heard last.
 * Promises: silence is said once for each watch and never sooner than the allowance after the host was heard; what a stalled
 * process could not hear in time is not held against the hosts. Never suspects and never judges: that is the coordinator's.
 */
import { assert } from "../../base/assert.ts";
import type { ActorId, HostId } from "../../core/protocol/ids.ts";
import type { DetectorPort, TimerPort } from "../../runtime/env.ts";

/** How long a host may be silent, and how often it should be heard (us). */
export type Patience = { readonly silentAfterUs: number; readonly beatUs: number };

/** Told that nothing was heard of a host for the time it is allowed. */
export type SaySilent = (self: ActorId, host: HostId) => void;

type Watch = { readonly self: ActorId; heardAt: number; lookAt: number };

/** Fed with heartbeats by {@link heard} and woken by its timers through {@link look}. One timer a host, moved only when it rings. */
export class HeartbeatDetector implements DetectorPort {
  private readonly now: () => number;
  private readonly timers: TimerPort;
  private readonly patience: Patience;
  private readonly say: SaySilent;
  private readonly watches = new Map<HostId, Watch>();

  /** `timers` are the detector's own: each is named by its host and rings in {@link look}. One actor watches a host at a time. */
  constructor(now: () => number, timers: TimerPort, patience: Patience, say: SaySilent) {
    assert(patience.silentAfterUs > patience.beatUs && patience.beatUs > 0, "a host is allowed to be silent for longer than a beat");
    this.now = now;
    this.timers = timers;
    this.patience = patience;
    this.say = say;
  }

  /** Listens from now on; the host counts as heard now. */
  watch(self: ActorId, host: HostId): void {
    const now = this.now();
    const watch = { self, heardAt: now, lookAt: 0 };
    this.watches.set(host, watch);
    this.lookLater(host, watch, now + this.patience.silentAfterUs);
  }

  unwatch(self: ActorId, host: HostId): void {
    const watch = this.watches.get(host);
    if (watch === undefined) return;
    assert(watch.self === self, "who watches a host ends the watch");
    this.watches.delete(host);
    this.timers.clear(self, host);
  }

  /** A sign of life came. Costs one look-up however often it comes. */
  heard(host: HostId): void {
    const watch = this.watches.get(host);
    if (watch !== undefined) watch.heardAt = this.now();
  }

  /** A host's timer rings. */
  look(self: ActorId, host: HostId): void {
    const watch = this.watches.get(host);
    if (watch === undefined || watch.self !== self) return;
    const now = this.now();
    const { silentAfterUs, beatUs } = this.patience;
    if (now < watch.heardAt + silentAfterUs) return this.lookLater(host, watch, watch.heardAt + silentAfterUs);
    // A look that comes a beat too late says that this process stood still; what it missed may be waiting to be read.
    if (now > watch.lookAt + beatUs) return this.lookLater(host, watch, now + beatUs);
    this.watches.delete(host);
    this.say(self, host);
  }

  private lookLater(host: HostId, watch: Watch, at: number): void {
    watch.lookAt = at;
    this.timers.set(watch.self, host, at);
  }
}
