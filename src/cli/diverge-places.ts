/**
 * Where the sides of `diverge` run: this checkout, another folder, or a commit that is written into a temporary folder, with this checkout's
 * node_modules linked into it. The repository is only read: no worktree is registered, no index touched.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { commitOf } from "./commit.ts";
import type { Side } from "./diverge-side.ts";
import { Failure } from "./failure.ts";
import { packageRoot } from "./places.ts";

/** Which Node runs TypeScript unbuilt, as package.json asks for it. */
const NODE_MAJOR_MIN = 24;
const NODE_TIMEOUT_MS = 10_000;
/** Large enough for the package-lock.json of any commit. */
const GIT_OUTPUT_MAX = 64 * 1024 * 1024;
/** A checkout answers `diverge` if it has one of these: its sources, or what is built of them. */
const ASKED = ["src/cli/ladder.ts", "dist/src/cli/ladder.js"] as const;

/** A side that can be run: the Node binary with its version, the module of the command, and what code it is. */
export type Place = { readonly node: string; readonly nodeVersion: string; readonly main: string; readonly commit: string };

/** The temporary checkouts of one call; each commit is written out once. */
export class Places {
  readonly #root = packageRoot();
  readonly #cwd: string;
  readonly #trees = new Map<string, string>();
  #folder: string | null = null;

  /** `cwd`: the folder from which paths of sides are seen. */
  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** Removes what was written. */
  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
    this.#trees.clear();
  }

  /** The file with a recorded run that a side names; null for a side that is something else. */
  file(side: Side): string | null {
    const path = resolve(this.#cwd, side.base);
    return side.base !== "." && existsSync(path) && statSync(path).isFile() ? path : null;
  }

  /** Makes a side ready. Throws a {@link Failure} that names the side and says why it cannot be run. */
  place(side: Side): Place {
    const { node, nodeVersion } = this.#nodeOf(side);
    if (side.base === ".") return { node, nodeVersion, main: ownMain(this.#root), commit: commitOf(this.#root) };
    const folder = resolve(this.#cwd, side.base);
    if (existsSync(join(folder, "package.json"))) {
      const main = mainIn(folder);
      if (main === undefined) throw refused(side, `${folder} is no Peerstead that knows diverge: it has no ${ASKED[0]}`);
      return { node, nodeVersion, main, commit: commitOf(folder) };
    }
    const commit = this.commit(side.base);
    if (commit === null)
      throw refused(side, `no commit, folder or file ${side.base}${this.#isRepository() ? "" : "; this Peerstead is no git checkout"}`);
    return { node, nodeVersion, main: join(this.#tree(side, commit), "src", "cli", "main.ts"), commit };
  }

  /** The full name of a commit of this checkout's repository; null for anything else. */
  commit(name: string): string | null {
    if (name.startsWith("-") || !this.#isRepository()) return null;
    return this.#git({}, "rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`)?.trim() ?? null;
  }

  #isRepository(): boolean {
    return existsSync(join(this.#root, ".git"));
  }

  #nodeOf(side: Side): { node: string; nodeVersion: string } {
    if (side.node === null) return { node: process.execPath, nodeVersion: process.version };
    const node = resolve(this.#cwd, side.node);
    const told = spawnSync(node, ["--version"], { encoding: "utf8", timeout: NODE_TIMEOUT_MS, stdio: ["ignore", "pipe", "ignore"] });
    const nodeVersion = told.error === undefined && told.status === 0 ? told.stdout.trim() : "";
    const major = Number(/^v(\d+)\.\d+\.\d+/.exec(nodeVersion)?.[1]);
    if (Number.isNaN(major)) throw refused(side, `${node} is no Node: it answers --version with no version`);
    if (major < NODE_MAJOR_MIN) throw refused(side, `${node} is Node ${nodeVersion.slice(1)}; Node ${NODE_MAJOR_MIN} or newer is needed`);
    return { node, nodeVersion };
  }

  /** The files of a commit in a folder of their own. */
  #tree(side: Side, commit: string): string {
    const known = this.#trees.get(commit);
    if (known !== undefined) return known;
    this.#mustAnswer(side, commit);
    this.#mustShareModules(side, commit);
    this.#folder ??= mkdtempSync(join(tmpdir(), "peerstead-diverge-"));
    const tree = join(this.#folder, commit);
    mkdirSync(tree);
    const env = { GIT_INDEX_FILE: join(this.#folder, `${commit}.index`) };
    const read = this.#git(env, "read-tree", commit);
    const written = read === undefined ? undefined : this.#git(env, "checkout-index", "--all", "--quiet", `--prefix=${tree}/`);
    if (written === undefined) throw refused(side, `git cannot write the files of commit ${commit} into ${tree}`);
    // A junction needs no rights on Windows; elsewhere the word is ignored.
    symlinkSync(join(this.#root, "node_modules"), join(tree, "node_modules"), "junction");
    this.#trees.set(commit, tree);
    return tree;
  }

  #mustAnswer(side: Side, commit: string): void {
    if (this.#git({}, "cat-file", "-e", `${commit}:${ASKED[0]}`) !== undefined) return;
    const first = this.#git({}, "log", "--diff-filter=A", "--format=%H", "--", ASKED[0])?.trim().split("\n").at(-1) ?? "";
    const since = first === "" ? "" : `; ${first} is the first that does`;
    throw refused(side, `commit ${commit} does not know how to answer diverge: it has no ${ASKED[0]}${since}`);
  }

  #mustShareModules(side: Side, commit: string): void {
    const locked = this.#git({}, "show", `${commit}:package-lock.json`);
    if (locked !== undefined && locked === readFileSync(join(this.#root, "package-lock.json"), "utf8")) return;
    throw refused(
      side,
      `commit ${commit} has another package-lock.json, so that it cannot use the node_modules that are here. Check it out into a folder (git worktree add FOLDER ${commit}), run npm ci there, and name the folder as the side`,
    );
  }

  #git(env: Readonly<Record<string, string>>, ...args: readonly string[]): string | undefined {
    try {
      return execFileSync("git", ["-C", this.#root, ...args], {
        encoding: "utf8",
        maxBuffer: GIT_OUTPUT_MAX,
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, ...env },
      });
    } catch {
      return undefined;
    }
  }
}

/** A side that cannot be run. */
function refused({ text }: Side, why: string): Failure {
  return new Failure(`side ${text}: ${why}`);
}

/** The command's module in this package, in the form this module has: TypeScript unbuilt, or JavaScript, whose root is dist. */
function ownMain(root: string): string {
  return join(root, "src", "cli", import.meta.url.endsWith(".ts") ? "main.ts" : "main.js");
}

function mainIn(folder: string): string | undefined {
  const [source, built] = ASKED.map((path) => join(folder, path));
  if (existsSync(source as string)) return join(folder, "src", "cli", "main.ts");
  return existsSync(built as string) ? join(folder, "dist", "src", "cli", "main.js") : undefined;
}
