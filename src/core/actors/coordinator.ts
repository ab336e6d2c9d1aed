/**
 * The coordinator: the hallway to the rooms it needs; today hosting alone. One step machine, no clock, no I/O.
 * Owns: nothing but its rooms. Promises: each input is answered by the room it concerns. Never decides.
 */
import { answered, hear, linkDown, settle, silent, start, wake } from "../hosting/hosting.ts";
import { Hosting } from "../hosting/state.ts";
import { type Buggify, NEVER } from "../protocol/buggify.ts";
import { COORDINATOR } from "../protocol/ids.ts";
import type { Actor, Input, Out } from "../protocol/step.ts";
import type { HostingSettings } from "../settings.ts";

const NOWHERE: Out = { push: () => {} };

/** The actor that decides who hosts what. One of it acts at a time; another takes over from the store. */
export class CoordinatorActor implements Actor {
  readonly id = COORDINATOR;
  readonly hosting: Hosting;

  constructor(settings: HostingSettings, buggify: Buggify = NEVER) {
    this.hosting = new Hosting(settings, NOWHERE, buggify);
  }

  step(input: Input, out: Out): void {
    const h = this.hosting;
    h.at = input.at;
    h.out = out;
    switch (input.kind) {
      case "start":
        start(h);
        break;
      case "message":
        hear(h, input.from, input.message);
        break;
      case "timer":
        wake(h, input.timer);
        break;
      case "store":
        answered(h, input.request, input.answer);
        break;
      case "link/down":
        linkDown(h, input.peer);
        break;
      case "host/silent":
        silent(h, input.host);
        break;
      default:
        break;
    }
    settle(h);
    h.out = NOWHERE;
  }
}
