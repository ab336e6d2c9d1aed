/** Which Peerstead this is: for `--version` and for reports, which must say what made them. */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

const GIT_TIMEOUT_MS = 5000;

/** The version in a package's package.json. */
export function packageVersion(root: string): string {
  const parsed = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version?: unknown };
  return typeof parsed.version === "string" ? parsed.version : "unknown";
}

/**
 * The commit checked out at `root`, with `+dirty` behind it when files differ from it; the package's version where there is no
 * repository of its own (an installed package inside somebody else's repository counts as none) or no git.
 */
export function commitOf(root: string): string {
  const top = git(root, "rev-parse", "--show-toplevel");
  const head = git(root, "rev-parse", "HEAD");
  if (top === undefined || head === undefined || realpathSync(top) !== realpathSync(root)) return packageVersion(root);
  return git(root, "status", "--porcelain") === "" ? head : `${head}+dirty`;
}

function git(root: string, ...args: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", root, ...args], {
      encoding: "utf8",
      timeout: GIT_TIMEOUT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
