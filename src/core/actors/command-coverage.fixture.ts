/** What runs of commands have seen, by name and how often: a property that never met a thing says nothing about it. */
import type { HistoryRecord } from "../protocol/history.ts";
import type { Effect, Input } from "../protocol/step.ts";
import {
  CHANGES,
  type Command,
  COMMANDS,
  HOLDINGS,
  LIES,
  MACHINES,
  MEASURES,
  ORDER_FATES,
  STORE_ANSWERS,
} from "./command-kinds.fixture.ts";
import type { Told } from "./command-run.fixture.ts";
import type { CommandWorld } from "./command-world.fixture.ts";

const named = (what: string, names: readonly string[]): string[] => names.map((name) => `${what} ${name}`);

/** What has to be seen at least once. */
export const TO_BE_SEEN: readonly string[] = [
  ...named("command", COMMANDS),
  ...named("machine", MACHINES),
  ...named("holds", HOLDINGS),
  ...named("reports", MEASURES),
  ...named("store", STORE_ANSWERS),
  ...named("message", ORDER_FATES),
  ...named("says unasked", LIES),
  ...named("says in another's name", LIES),
  ...named("changed", CHANGES),
  ...named("probe", ["yes", "no", "nothing"]),
  ...named("answer", ["ok", "refused", "failed", "unknown"]),
  ...named("phase", ["prepare", "precopy", "freeze", "claim", "resolve", "promote"]),
  ...named("move for", ["placement", "return", "better", "degraded", "overload", "drain", "lost", "invalid", "policy"]),
  ...named("move by", ["placement", "handoff", "failover", "fallback"]),
  ...named("move failed", ["timeout", "source_lost", "target_lost", "superseded", "freeze_timeout", "store", "host_busy"]),
  ...named("refused", [
    "message_invalid",
    "map_unknown",
    "no_candidate",
    "auto_migration_disabled",
    "storm_hold",
    "vps_full",
    "stale_epoch",
  ]),
  ...named("player refused", ["map_unknown", "map_full", "map_unhosted", "host_full"]),
  ...named("record", [
    "host/gone",
    "host/cleared",
    "host/blocked",
    "host/degraded",
    "host/forgotten",
    "storm/held",
    "storm/released",
    "claim/lost",
  ]),
  ...named("said", [
    "hosting/resume",
    "hosting/release",
    "hosting/probe",
    "host/introduce",
    "host/goodbye",
    "play/assigned",
    "play/redirect",
  ]),
];

/** Counts what is seen. */
export class Coverage {
  readonly counts = new Map<string, number>();

  /** Looks at one run. */
  readonly look = (world: CommandWorld): Told => {
    world.watch = (input, effects) => this.step(input, effects);
    return (_at, command, now) => {
      if (command !== null) this.command(command);
      for (const { phase } of now.coordinator.hosting.moves.values()) this.see(`phase ${phase}`);
    };
  };

  /** What should have been seen and was not. */
  missing(): string[] {
    return TO_BE_SEEN.filter((name) => !this.counts.has(name));
  }

  /** Everything seen, most often first. */
  text(): string {
    const all = [...this.counts].sort((a, b) => b[1] - a[1]);
    return all.map(([name, count]) => `${name} ${count}`).join(", ");
  }

  private see(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  private command(command: Command): void {
    this.see(`command ${command.do}`);
    if (command.do === "join") {
      this.see(`machine ${command.machine}`);
      this.see(`holds ${command.holds}`);
    }
    if (command.do === "measure") this.see(`reports ${command.what}`);
    if (command.do === "store") this.see(`store ${command.answer}`);
    if (command.do === "order") this.see(`message ${command.fate}`);
    if (command.do === "probe") this.see(`probe ${command.answer}`);
    if (command.do === "restart") this.see(`changed ${command.change}`);
    if (command.do === "lie")
      this.see(`says ${command.as === 0 || command.as === command.host ? "unasked" : "in another's name"} ${command.what}`);
  }

  private step(input: Input, effects: readonly Effect[]): void {
    if (input.kind === "store") this.see(`answer ${input.answer.result}`);
    for (const effect of effects) {
      if (effect.kind === "record") this.record(effect.record);
      if (effect.kind !== "send") continue;
      this.see(`said ${effect.message.kind}`);
      if (effect.message.kind === "play/refused") this.see(`player refused ${effect.message.reason}`);
    }
  }

  private record(record: HistoryRecord): void {
    this.see(`record ${record.kind}`);
    if (record.kind === "move/failed") this.see(`move failed ${record.reason}`);
    if (record.kind === "refusal") this.see(`refused ${record.reason}`);
    if (record.kind !== "move/decided") return;
    this.see(`move for ${record.cause}`);
    this.see(`move by ${record.form}`);
  }
}
