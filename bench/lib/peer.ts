import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A program that runs beside the bench and answers one line to each line it is sent. */
export class Peer {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  private readonly early: string[] = [];
  private complaint = "";
  private ended = false;

  /** Starts the program. What it prints unasked, such as "ready", is the answer to the first {@link read}. */
  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: "pipe" });
    this.lines = createInterface({ input: this.child.stdout });
    this.lines.on("line", (line) => {
      const next = this.waiting.shift();
      if (next === undefined) this.early.push(line);
      else next.resolve(line);
    });
    this.child.stderr.on("data", (text: Buffer) => {
      this.complaint = (this.complaint + text.toString()).slice(-2_000);
    });
    this.child.stdin.on("error", () => undefined);
    this.child.on("error", (error) => this.end(error.message));
    this.child.on("close", (code) => this.end(`it ended with ${code}`));
  }

  /** The next line the program prints. Rejects, with what it said on stderr, when it ended. */
  read(): Promise<string> {
    const line = this.early.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.ended) return Promise.reject(new Error(this.complaint));
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Sends a line and gives the answer. */
  ask(line: string): Promise<string> {
    this.child.stdin.write(`${line}\n`);
    return this.read();
  }

  /** Ends the program; safe to call at any time, more than once. */
  stop(): void {
    this.lines.close();
    this.child.stdin.end();
    this.child.kill();
  }

  private end(why: string): void {
    this.ended = true;
    this.complaint = `${this.complaint.trim()} (${why})`;
    for (const { reject } of this.waiting.splice(0)) reject(new Error(this.complaint));
  }
}

/** The built program of `bench/peers/<name>.cc`, or why there is none. Built again only when the source is newer. */
export function buildCpp(name: string): { readonly path: string } | { readonly absent: string } {
  const source = fileURLToPath(new URL(`../peers/${name}.cc`, import.meta.url));
  const directory = fileURLToPath(new URL("../peers/bin/", import.meta.url));
  const path = `${directory}${name}`;
  if (existsSync(path) && statSync(path).mtimeMs > statSync(source).mtimeMs) return { path };
  mkdirSync(directory, { recursive: true });
  const built = spawnSync("g++", ["-O3", "-std=c++17", "-o", path, source], { encoding: "utf8" });
  if (built.error !== undefined) return { absent: "g++ is not installed" };
  if (built.status !== 0) return { absent: `g++ could not build ${name}.cc: ${built.stderr.slice(0, 500)}` };
  return { path };
}

/** A Python 3 that can import one of `modules`, or why there is none. The system's own is asked first. */
export function findPython(modules: readonly string[]): { readonly path: string } | { readonly absent: string } {
  for (const path of ["/usr/bin/python3", "python3"]) {
    for (const module of modules) {
      if (spawnSync(path, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0) return { path };
    }
  }
  return { absent: `no python3 here can import ${modules.join(" or ")}` };
}
