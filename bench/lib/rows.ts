/** One line of the bench: a ratio between two things measured in the same run, and the least it should be (null: only told). */
export type BenchRow = { id: string; what: string; ratio: number; aim: number | null; unit: "x" };
