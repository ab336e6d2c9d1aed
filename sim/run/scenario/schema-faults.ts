/** `faults` of a scenario file: the plan, what is drawn besides it, and what is healed in the end. */
import { FAULT_STEPS } from "../../options.ts";
import { FAULT_KINDS, FAULT_KIND_NAMES } from "./fault-kinds.ts";
import type { Schema } from "./schema-words.ts";
import { duration, fields, flag, list, number, text, word } from "./schema-words.ts";

const fault: Schema = fields(
  "One fault.",
  {
    id: text("Name in reports; left out, kind and number.", "^[a-z0-9][a-z0-9-]*$", "a name of [a-z0-9-]"),
    kind: {
      ...word("What happens.", FAULT_KIND_NAMES),
      description: `What happens. ${FAULT_KIND_NAMES.map((k) => `${k}: ${FAULT_KINDS[k].what}`).join(" ")}`,
    },
    at: duration("When, from the start. With `every`, from when on."),
    every: text("Repeated: mean of the Poisson gaps, as poisson(90s) or 90s.", undefined, "poisson(90s) or a time"),
    for: duration("How long; for crash until the machine is back (left out: its own down-time)."),
    target: {
      type: ["string", "integer"],
      description:
        "Whom: all, 5, 10%, hosts[region=EU], hosts[region=EU]|10%, host.busiest, host.7, several as host.3,7,9; with `on` move.source, move.target.",
      minimum: 1,
      "x-expect": "a target such as all, 5, 10%, hosts[region=EU] or host.busiest",
    },
    on: word(
      "Begins not at its time, but with the first move that passes this step from then on. All but decided need conf.monitoring.detailed_logging.",
      FAULT_STEPS,
    ),
    after: duration("With `on`: so long after that step."),
    amount: number("Strength, in the unit of the kind: a factor, a share, a time, a number of them.", "by kind"),
    close: flag(
      "crash, stale-return: the connection closes (else it falls silent). one-way-cut: host to VPS is lost (else VPS to host). half-open: the coordinator sees the close (else the host).",
    ),
    shape: word(
      "cut, one-way-cut: whom it parts the host from: everyone, the VPS sites and the coordinator, players, other player hosts.",
      ["all", "vps", "players", "hosts"],
    ),
  },
  ["kind"],
);

const swarm = fields(
  "Each seed draws its own faults besides the plan; what it drew is explicit and can be written down (peerstead fuzz).",
  {
    subset: word("random (the usual): each kind of fault is in half of the runs. all: every kind is in all of them.", ["random", "all"]),
    world: word("fixed (the usual): the world is as the scenario says. random: sizes, settings and habits are drawn around it.", [
      "fixed",
      "random",
    ]),
  },
);

const buggify: Schema = fields(
  "Sites of the code that do something rare but legal (FoundationDB's BUGGIFY), until the faults stop. Left out or null, none ever does; {} is enough to ask for them.",
  {
    active: number("Share of the sites that are active in a run; left out, 0.25.", "share", { min: 0, max: 1 }),
    fires: number("Share of its askings in which an active site fires; left out, 0.25.", "share", { min: 0, max: 1 }),
  },
);

/** The section. */
export const FAULTS_SCHEMA: Schema = fields("What goes wrong.", {
  plan: list("Faults in any order.", fault),
  swarm,
  buggify,
  heal: number("liveness: share of player hosts that are well once faults stop; what ails the others stays, and some are lost.", "share", {
    min: 0,
    max: 1,
  }),
});
