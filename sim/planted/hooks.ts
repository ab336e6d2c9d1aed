/** The few ways in which a planted bug takes hold of the coordinator: what it believes, what reaches it, what it asks of the world. */
import type { CoordinatorActor } from "../../src/core/actors/coordinator.ts";
import { TIMER_KINDS } from "../../src/core/hosting/state.ts";
import type { Hosting } from "../../src/core/hosting/state.ts";
import type { Message } from "../../src/core/protocol/messages.ts";
import type { Effect, Input } from "../../src/core/protocol/step.ts";
import type { MapConf, Tuning } from "../../src/core/settings.ts";
import type { Plants } from "../world/world.ts";

/** The coordinator believes another tuning. */
export function withTuning(over: Partial<Tuning> | ((tuning: Tuning) => Partial<Tuning>)): Plants {
  return { settings: (s) => ({ ...s, tuning: { ...s.tuning, ...(typeof over === "function" ? over(s.tuning) : over) } }) };
}

/** The coordinator believes another conf. */
export function withConf(change: (conf: MapConf) => MapConf): Plants {
  return { settings: (s) => ({ ...s, conf: change(s.conf) }) };
}

/** Loses every message of these kinds. */
export function losing(...kinds: Message["kind"][]): Plants {
  return { message: (_world, _from, _to, message) => (kinds.includes(message.kind) ? null : message) };
}

/** Takes hold of the hosting room of each coordinator. */
export function inHosting(change: (h: Hosting, coordinator: CoordinatorActor) => void): Plants {
  return { coordinator: (coordinator) => change(coordinator.hosting, coordinator) };
}

/** Each input of the coordinator as `change` gives it; null: it is not heard. */
export function hearing(change: (h: Hosting, input: Input) => Input | null): Plants {
  return inHosting((h, coordinator) => {
    const step = coordinator.step.bind(coordinator);
    coordinator.step = (input, out) => {
      const heard = change(h, input);
      if (heard !== null) step(heard, out);
    };
  });
}

/** Each effect of the coordinator as `change` gives it, while the step is under way; null: it is not asked. */
export function asking(change: (h: Hosting, effect: Effect) => Effect | null): Plants {
  return inHosting((h, coordinator) => {
    const step = coordinator.step.bind(coordinator);
    coordinator.step = (input, out) =>
      step(input, {
        push: (effect) => {
          const asked = change(h, effect);
          if (asked !== null) out.push(asked);
        },
      });
  });
}

/** Timers of one kind are never set, where `when` says so of their subject. */
export function withoutTimer(kind: number, when: (h: Hosting, subject: number) => boolean = () => true): Plants {
  return asking((h, effect) =>
    effect.kind === "timer/set" && effect.timer % TIMER_KINDS === kind && when(h, Math.floor(effect.timer / TIMER_KINDS)) ? null : effect,
  );
}
