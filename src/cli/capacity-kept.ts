/** The file in which a search that is not done keeps its probes: read once, written after every probe, removed at the end. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import type { CapacityProbe } from "../../sim/run/capacity/probe.ts";
import { complaintText } from "../base/result.ts";
import { writeWhole } from "../compat/files.ts";
import { counted } from "./failure.ts";
import { say, type Cli } from "./io.ts";

/** Probes of a search by their values. */
export class KeptProbes {
  private readonly file: string;
  private readonly key: string;
  private readonly cli: Cli;
  private readonly text: (key: string, probes: readonly CapacityProbe[]) => string;
  private readonly probes = new Map<number, CapacityProbe>();
  private complained = false;

  private constructor(file: string, key: string, cli: Cli, text: KeptProbes["text"]) {
    this.file = file;
    this.key = key;
    this.cli = cli;
    this.text = text;
  }

  /** Opens the file of a search, whose key holds the commit; `fresh` ignores what it holds. Says on stderr what became of an earlier call's probes. */
  static async open(file: string, key: string, commit: string, fresh: boolean, cli: Cli): Promise<KeptProbes> {
    const { keptText, readKept } = await import("../../sim/run/capacity/kept.ts");
    const kept = new KeptProbes(file, key, cli, keptText);
    if (fresh || !existsSync(file)) return kept;
    const { stderr } = cli.io;
    const found = readKept(readFileSync(file, "utf8"), key);
    if (found.state === "damaged") say(stderr, `${file}: damaged, so nothing of it is used`);
    if (found.state === "other") say(stderr, `${file}: left by another search or another commit, so nothing of it is used; it is replaced`);
    if (found.state === "same" && found.probes.length > 0) {
      for (const probe of found.probes) kept.probes.set(probe.value, probe);
      const verb = found.probes.length === 1 ? "is" : "are";
      // Two checkouts of one commit with changes of their own look alike.
      const unsure = commit.endsWith("+dirty") ? "; --fresh runs them anew, should files of Peerstead itself have changed since" : "";
      say(stderr, `resumed: ${counted(found.probes.length, "probe")} of an earlier call ${verb} reused${unsure}`);
    }
    return kept;
  }

  /** The probe of a value, if there is one. */
  of(value: number): CapacityProbe | undefined {
    return this.probes.get(value);
  }

  get count(): number {
    return this.probes.size;
  }

  /** Keeps one more probe. A disk that refuses costs the resumption, not the search; it is said once. */
  add(probe: CapacityProbe): void {
    this.probes.set(probe.value, probe);
    const written = writeWhole(this.file, this.text(this.key, [...this.probes.values()]));
    if (written.ok || this.complained) return;
    this.complained = true;
    say(this.cli.io.stderr, `the search cannot be resumed: ${complaintText(written.error)}`);
  }

  /** The search is done. */
  remove(): void {
    rmSync(this.file, { force: true });
  }
}
