import { err, ok } from "../../base/result.ts";
import type { SecretSources } from "./secrets.ts";

/** Sources that are told: variables of the environment, and files by path (null: a file that may not be read). */
export function toldSources(
  variables: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string | null>> = {},
): SecretSources {
  return {
    environment: (name) => variables[name],
    file: (path, seenFrom) => {
      const text = files[`${seenFrom}:${path}`] ?? files[path];
      if (text === undefined) return err("does not exist");
      return text === null ? err("may not be read") : ok(text);
    },
  };
}
