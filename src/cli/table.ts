/** Tables for people, the same everywhere: a quiet frame, right-aligned figures. */
import Table from "cli-table3";
import { styleText } from "node:util";
import { mayColor, type Io } from "./io.ts";

/** One column. */
export type Column = { readonly head: string; readonly align: "left" | "right" };

/** The table as text, for stdout. The head is bold where colours are allowed. */
export function tableText(io: Io, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const bold = mayColor(io, io.stdout);
  const table = new Table({
    head: columns.map((c) => (bold ? styleText("bold", c.head, { validateStream: false }) : c.head)),
    colAligns: columns.map((c) => c.align),
    // cli-table3 colours by itself otherwise, whatever the terminal and NO_COLOR say.
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return table.toString();
}
