/** failure.json as a scenario: the options of a failing seed, just as they were run. */
import type { FailureDocument } from "../../sim/run/fuzz/artefacts.ts";
import type { Expanded } from "../../sim/run/scenario/load.ts";
import { complaintText } from "../base/result.ts";
import { readText } from "../compat/files.ts";
import { Failure } from "./failure.ts";

const SCHEMA = "peerstead-failure/1";

/** Whether a path can only be meant as such a file: scenarios are YAML. */
export function isFailureFile(path: string): boolean {
  return path.endsWith(".json");
}

/** Reads the file. Throws a {@link Failure} that says what it is instead. */
export async function readFailure(path: string): Promise<FailureDocument> {
  const text = readText(path);
  if (!text.ok) throw new Failure(complaintText(text.error));
  const document = parsed(path, text.value);
  if ((document as FailureDocument | null)?.schema !== SCHEMA)
    throw new Failure(`${path}: expected a failure.json (schema ${SCHEMA}), found ${shownSchema(document)}`);
  const { scenarioHash } = await import("../../sim/run/scenario/scenario-hash.ts");
  const { options, seed, scenario_hash } = document;
  if (options === undefined || !Number.isSafeInteger(seed))
    throw new Failure(`${path}: expected the fields seed and options, found a file that was cut off`);
  if (scenarioHash(options) !== scenario_hash)
    throw new Failure(`${path}: its options are not those that were run, by their hash; to try a change, edit the minimal.yaml beside it`);
  return document;
}

function parsed(path: string, text: string): FailureDocument {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`${path}: expected JSON, found ${error instanceof Error ? error.message : String(error)}`);
  }
}

function shownSchema(document: unknown): string {
  const schema = typeof document === "object" && document !== null && "schema" in document ? document.schema : undefined;
  return schema === undefined ? "a file without a schema" : `schema ${JSON.stringify(schema)}`;
}

/** The one point that the file is: its options, its seed. */
export function failurePoint(document: FailureDocument, source: string): Expanded {
  return { options: document.options, seeds: { from: document.seed, count: 1, budgetS: null }, sweepPoint: {}, source };
}
