/** A real shell on a terminal of its own, as somebody at the keyboard has it: what is typed, then Tab, and what the line is after it. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";

/** How each shell is started without anybody's settings, and how it is told to show its line at Ctrl-G. */
const SHELLS = {
  bash: {
    start: "bash --norc --noprofile -i",
    tellLine: `bind -x '"\\C-g": printf "<<%s>>" "$READLINE_LINE"'; bind 'set enable-bracketed-paste off'`,
  },
  zsh: {
    start: "zsh -f -i",
    // zsh takes the keys of vi where EDITOR names it, as npm sets it for its scripts.
    tellLine: `bindkey -e; autoload -Uz compinit; compinit -u -D; tell() { printf "<<%s>>" "$BUFFER" }; zle -N tell; bindkey "^G" tell`,
  },
  fish: { start: "fish --no-config -i", tellLine: `bind \\cg 'printf "<<%s>>" (commandline)'` },
} as const;

/** Shells that completion is written for. */
export type ShellName = keyof typeof SHELLS;

const KEY_TAB = "\t";
const KEY_TELL = "\x07";
/** Empties the line. */
const KEY_KILL = "\x15";
const PATIENCE_MS = 30_000;

/** Whether a program is installed here. */
export function installed(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0;
}

/** One shell, from `open` to `close`. */
export class ShellSession {
  private readonly child: ChildProcessWithoutNullStreams;
  private heard = "";

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.heard += text));
  }

  /** Starts a shell in a folder and has it carry out `setup`, line by line. Needs `script` of util-linux, which gives it a terminal. */
  static async open(shell: ShellName, cwd: string, env: Readonly<Record<string, string>>, setup: readonly string[]): Promise<ShellSession> {
    for (const program of [shell, "script"]) if (!installed(program)) throw new Error(`${program} is not installed`);
    const { start, tellLine } = SHELLS[shell];
    const child = spawn("script", ["-qefc", start, "/dev/null"], { cwd, env: { ...process.env, TERM: "xterm", ...env } });
    const session = new ShellSession(child);
    for (const [index, line] of [tellLine, ...setup].entries()) {
      // The words of the answer are not those of the question, so that the echo is not taken for it.
      session.type(` ${line}\n echo set"up"${index}.\n`);
      await session.hear(new RegExp(`setup${index}\\.`));
    }
    return session;
  }

  /** What the line is after `typed` and Tab. */
  async completed(typed: string): Promise<string> {
    this.heard = "";
    this.type(`${KEY_KILL}${typed}${KEY_TAB}${KEY_TELL}`);
    const line = (await this.hear(/<<([^]*?)>>/))[1] ?? "";
    this.type(KEY_KILL);
    return line;
  }

  /** What the terminal shows after `typed` and two Tabs, until `wanted` is among it. */
  async shown(typed: string, wanted: RegExp): Promise<string> {
    this.heard = "";
    this.type(`${KEY_KILL}${typed}${KEY_TAB}${KEY_TAB}`);
    const [text] = await this.hear(wanted);
    this.type(KEY_KILL);
    return text;
  }

  /** Ends the shell. */
  close(): void {
    this.child.kill();
  }

  private type(text: string): void {
    this.child.stdin.write(text);
  }

  private async hear(wanted: RegExp): Promise<RegExpExecArray> {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = wanted.exec(this.heard);
      if (found !== null) return found;
      if (performance.now() > until) throw new Error(`the terminal never showed ${wanted}; it showed ${JSON.stringify(this.heard)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
