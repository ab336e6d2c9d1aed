/**
 * The one loop of both worlds: take an input, step the actor, perform the effects. It owns a bounded inbox and nothing else.
 * Promises: an actor is never stepped while it steps; inputs are taken in the order offered. Never decides, never waits.
 */
import { Ring } from "../base/ring.ts";
import { type Buggify, NEVER } from "../core/protocol/buggify.ts";
import type { RefusalReason } from "../core/protocol/refusal.ts";
import type { Actor, Effect, Input, Out } from "../core/protocol/step.ts";
import type { Env } from "./env.ts";

type Offered = { readonly actor: Actor; readonly input: Input };

/** The effects of one step. Emptied by its count alone: an array whose length is set to 0 gives its memory back, each time. */
class Effects implements Out {
  count = 0;
  private readonly items: Effect[] = [];

  push(effect: Effect): void {
    this.items[this.count] = effect;
    this.count += 1;
  }

  at(i: number): Effect {
    return this.items[i] as Effect;
  }
}

/** Drives any number of actors over one {@link Env}. */
export class Drive {
  readonly buggify: Buggify;
  private readonly env: Env;
  private readonly inbox: Ring<Offered>;
  private readonly effects = new Effects();
  private running = false;

  /** `inboxMax`: inputs that may wait while an actor steps. */
  constructor(env: Env, inboxMax = 65_536, buggify: Buggify = NEVER) {
    this.env = env;
    this.buggify = buggify;
    this.inbox = new Ring<Offered>(inboxMax);
  }

  /**
   * Hands an input to an actor and runs until nothing waits. Called from inside a step (an adapter that answers at once),
   * the input waits its turn. Gives `inbox_full` when it cannot wait: the caller must slow down or drop the connection.
   */
  deliver(actor: Actor, input: Input): RefusalReason | undefined {
    // What an actor's own side says came over no line that could be closed.
    if (input.kind === "message" && input.from !== actor.id && this.buggify("inbox-full")) return "inbox_full";
    if (this.running) return this.inbox.offer({ actor, input }) ? undefined : "inbox_full";
    this.running = true;
    try {
      if (!this.buggify("inbox-turn") || !this.inbox.offer({ actor, input })) this.stepOnce(actor, input);
      for (let next = this.inbox.take(); next !== undefined; next = this.inbox.take()) this.stepOnce(next.actor, next.input);
    } finally {
      this.running = false;
    }
    return undefined;
  }

  private stepOnce(actor: Actor, input: Input): void {
    const effects = this.effects;
    effects.count = 0;
    actor.step(input, effects);
    for (let i = 0; i < effects.count; i++) this.perform(actor, input.at, effects.at(i));
  }

  private perform(actor: Actor, at: number, effect: Effect): void {
    const env = this.env;
    switch (effect.kind) {
      case "send":
        return env.network.send(actor.id, effect.to, effect.message);
      case "timer/set":
        return env.timers.set(actor.id, effect.timer, effect.at);
      case "timer/clear":
        return env.timers.clear(actor.id, effect.timer);
      case "store":
        return env.store.ask(actor.id, effect.request, effect.ask);
      case "detector/watch":
        return env.detector.watch(actor.id, effect.host);
      case "detector/unwatch":
        return env.detector.unwatch(actor.id, effect.host);
      case "record":
        return env.history.record(actor.id, at, effect.record);
    }
  }
}
