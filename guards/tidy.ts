/** All tidy rules over one tree. */
import { buggifyFindings } from "./buggify.ts";
import { circleFindings, deadFindings } from "./circles.ts";
import { directionFindings } from "./direction.ts";
import { parseFile } from "./parsed.ts";
import { scenarioFindings, specFindings } from "./promises.ts";
import { docFindings, syntaxFindings } from "./syntax.ts";
import { type Finding, isCode, type TextFile } from "./tree.ts";
import { wordFindings } from "./words.ts";

/** Every broken rule of the tree, in the order of rules. */
export function tidyFindings(files: readonly TextFile[]): Finding[] {
  const code = files.filter((file) => isCode(file.path)).map(parseFile);
  return [
    ...directionFindings(code),
    ...circleFindings(code),
    ...deadFindings(code),
    ...syntaxFindings(code),
    ...docFindings(code),
    ...buggifyFindings(code),
    ...wordFindings(files),
    ...specFindings(files, code),
    ...scenarioFindings(files, code),
  ];
}
