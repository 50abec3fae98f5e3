import { sortedRows } from './sorted-rows';

/** Counts that leave the numbers that a double holds exactly are kept beside, as whole numbers of any size. */
export interface LargeSum {
  quantity: bigint;
  returns: bigint;
}

export function addLarge(sums: Map<number, LargeSum>, key: number, { quantity, returns }: LargeSum): void {
  const before = sums.get(key);
  sums.set(key, { quantity: quantity + (before?.quantity ?? 0n), returns: returns + (before?.returns ?? 0n) });
}

/** Rows of three doubles each: key, quantity, returns; sorted by key, each key once. */
export type SortedRun = Float64Array;

const emptyKey = -1;
const slotsAtFirst = 1 << 14;

/**
 * Sums by key in flat arrays: open addressing, at most half full. A key is a whole number from 0 to 2^53 - 1. Once `slotsMax` slots are
 * half full the table says so; its owner takes a sorted run out and goes on with an empty one, so memory does not grow.
 */
export class SumTable {
  /** Key, quantity and returns of a slot lie side by side: one look into memory finds all three. */
  private cells = emptyCells(slotsAtFirst);
  private mask = slotsAtFirst - 1;
  private size = 0;
  readonly large = new Map<number, LargeSum>();

  constructor(private readonly slotsMax: number) {}

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** True once a run should be taken out. */
  get isFull(): boolean {
    return this.size * 2 >= this.slotsMax;
  }

  /** Whole numbers from 0 to 2^53 - 1. */
  add(key: number, quantity: number, returns: number): void {
    const at = this.find(key);
    const { cells } = this;
    if (cells[at] === emptyKey) {
      cells[at] = key;
      cells[at + 1] = quantity;
      cells[at + 2] = returns;
      this.size += 1;
      if (this.size * 2 > this.mask) this.grow();
      return;
    }
    const both = cells[at + 1]! + quantity;
    const back = cells[at + 2]! + returns;
    if (both > Number.MAX_SAFE_INTEGER || back > Number.MAX_SAFE_INTEGER) {
      this.addLarge(key, BigInt(quantity), BigInt(returns));
      return;
    }
    cells[at + 1] = both;
    cells[at + 2] = back;
  }

  /** For counts above 2^53 - 1: the key has a row all the same, so that the run names it. */
  addLarge(key: number, quantity: bigint, returns: bigint): void {
    const sum = this.large.get(key);
    if (sum === undefined) {
      this.large.set(key, { quantity, returns });
      this.add(key, 0, 0);
    } else {
      sum.quantity += quantity;
      sum.returns += returns;
    }
  }

  /** What was added so far, sorted; the table is empty afterwards. What is large stays with the table. */
  takeRun(): SortedRun {
    const { cells, size } = this;
    let end = 0;
    for (let at = 0; end < size * 3; at += 3) {
      if (cells[at] === emptyKey) continue;
      cells[end] = cells[at]!;
      cells[end + 1] = cells[at + 1]!;
      cells[end + 2] = cells[at + 2]!;
      end += 3;
    }
    const run = sortedRows(cells.subarray(0, end), new Float64Array(end));
    cells.fill(emptyKey);
    this.size = 0;
    return run;
  }

  /** Where the key's cells are, or the empty ones where they belong. */
  private find(key: number): number {
    const { cells, mask } = this;
    let slot = hashOf(key) & mask;
    for (;;) {
      const found = cells[slot * 3];
      if (found === key || found === emptyKey) return slot * 3;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const { cells, mask } = this;
    this.cells = emptyCells((mask + 1) * 2);
    this.mask = mask * 2 + 1;
    for (let old = 0; old < cells.length; old += 3) {
      if (cells[old] === emptyKey) continue;
      const at = this.find(cells[old]!);
      this.cells[at] = cells[old]!;
      this.cells[at + 1] = cells[old + 1]!;
      this.cells[at + 2] = cells[old + 2]!;
    }
  }
}

const emptyCells = (slots: number): Float64Array<ArrayBuffer> => new Float64Array(slots * 3).fill(emptyKey);

/** The low and the high part of a whole number below 2^53, mixed. */
function hashOf(key: number): number {
  const high = Math.floor(key / 0x1_0000_0000);
  const mixed = Math.imul((key | 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
