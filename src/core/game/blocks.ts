/** Who is where, roughly: ids by square blocks of the ground, ascending in each. What is near is what lies in a block or one of its eight neighbours. */

/** Cells along a block's side, as rAthena's BLOCK_SIZE is 8 and its view 14: with blocks of 16 the nine around one hold all that is in view. */
const BLOCK_CELLS = 16;

const NO_IDS: readonly number[] = [];

/** Blocks over one ground. */
export class Blocks {
  private readonly width: number;
  private readonly across: number;
  private readonly down: number;
  private lists: (number[] | undefined)[];

  constructor(width: number, height: number) {
    this.width = width;
    this.across = Math.ceil(width / BLOCK_CELLS);
    this.down = Math.ceil(height / BLOCK_CELLS);
    this.lists = new Array<number[] | undefined>(this.across * this.down).fill(undefined);
  }

  /** The block of a cell. */
  of(cell: number): number {
    const x = Math.floor((cell % this.width) / BLOCK_CELLS);
    return x + Math.floor(cell / this.width / BLOCK_CELLS) * this.across;
  }

  /** Takes an id in at a cell. */
  add(id: number, cell: number): void {
    const block = this.of(cell);
    const list = (this.lists[block] ??= []);
    let i = list.length;
    while (i > 0 && (list[i - 1] as number) > id) i -= 1;
    list.splice(i, 0, id);
  }

  /** Lets go of an id that was taken in at a cell of the same block. */
  remove(id: number, cell: number): void {
    const list = this.lists[this.of(cell)];
    const i = list?.indexOf(id) ?? -1;
    if (i >= 0) list?.splice(i, 1);
  }

  /** Moves an id; says whether its block changed. */
  move(id: number, from: number, to: number): boolean {
    if (this.of(from) === this.of(to)) return false;
    this.remove(id, from);
    this.add(id, to);
    return true;
  }

  /** Whether anybody is near a cell. */
  anyNear(cell: number): boolean {
    const block = this.of(cell);
    return this.visit(block, (list) => list.length > 0);
  }

  /** Ids near a cell, ascending within each block, blocks ascending. */
  near(cell: number): number[] {
    const found: number[] = [];
    this.visit(this.of(cell), (list) => {
      for (const id of list) found.push(id);
      return false;
    });
    return found;
  }

  /** Ids near a cell that are not near another one: what comes into view on the way from `before` to `cell`. */
  nearOnly(cell: number, before: number): number[] {
    const seen = this.of(before);
    const found: number[] = [];
    this.visit(this.of(cell), (list, block) => {
      if (!this.touches(block, seen)) for (const id of list) found.push(id);
      return false;
    });
    return found;
  }

  /** Forgets everything. */
  clear(): void {
    this.lists.fill(undefined);
  }

  private touches(a: number, b: number): boolean {
    const dx = Math.abs((a % this.across) - (b % this.across));
    return dx <= 1 && Math.abs(Math.floor(a / this.across) - Math.floor(b / this.across)) <= 1;
  }

  /** The nine blocks around one, ascending, until `take` says enough; says whether it did. */
  private visit(block: number, take: (list: readonly number[], block: number) => boolean): boolean {
    const x = block % this.across;
    const y = Math.floor(block / this.across);
    for (let row = Math.max(0, y - 1); row <= Math.min(this.down - 1, y + 1); row += 1) {
      for (let column = Math.max(0, x - 1); column <= Math.min(this.across - 1, x + 1); column += 1) {
        const index = column + row * this.across;
        if (take(this.lists[index] ?? NO_IDS, index)) return true;
      }
    }
    return false;
  }
}
