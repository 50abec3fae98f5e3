import { open } from 'node:fs/promises';
import type { DsrInput } from './dsr-input';
import { heldChunks } from './held-and-faults';
import { type DelimitedInput, scanDelimited } from './read-delimited';
import { readDsrReport } from './read-dsr';
import { wide } from './sums-file';
import { heldWords } from './tally';

/** A line that counts for the sum that is traced. Lines are numbered through all files of a report. */
export interface TracedLine {
  readonly line: number;
  /** Of a file of differences: a line may take away. */
  readonly effect: 'adds' | 'takes-away';
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** What is found: the first lines themselves, and of all of them how many there are and what they come to. */
export class LinesTraced {
  readonly first: TracedLine[] = [];
  count = 0;
  /** Number of the last line; 0 where there is none. */
  last = 0;
  quantity = 0n;
  returns = 0n;

  constructor(private readonly limit: number) {}

  /** Rows as a tally holds them; their numbers count from `firstLine`. Those of one call are in the order of their lines. */
  add(rows: Uint32Array, firstLine: number, effect: TracedLine['effect'] = 'adds'): void {
    const sign = effect === 'adds' ? 1n : -1n;
    for (let at = 0; at < rows.length; at += heldWords) {
      const line = firstLine + rows[at]! - 1;
      const [quantity, returns] = [wide(rows[at + 4]!, rows[at + 5]!), wide(rows[at + 6]!, rows[at + 7]!)];
      this.count += 1;
      this.last = Math.max(this.last, line);
      this.quantity += sign * quantity;
      this.returns += sign * returns;
      this.keep({ line, effect, quantity, returns });
    }
  }

  /** Chunks come in order; within one, what adds comes before what takes away. */
  private keep(traced: TracedLine): void {
    const { first, limit } = this;
    const isLater = first.length > 0 && first.at(-1)!.line < traced.line;
    if (first.length === limit && isLater) return;
    const at = isLater ? first.length : first.findIndex(({ line }) => line > traced.line);
    first.splice(at < 0 ? first.length : at, 0, traced);
    if (first.length > limit) first.pop();
  }
}

/** Finds the lines of a table that count for the sum that the plan says. Reads it once, with memory that does not grow with it. */
export async function traceDelimited(input: Omit<DelimitedInput, 'base'>, traced: LinesTraced): Promise<void> {
  await scanDelimited(input, input.folder, async (chunk, before) => {
    traced.add(chunk.held, before + 1);
    traced.add(chunk.takenHeld, before + 1, 'takes-away');
  });
}

/** As traceDelimited, of a DSR report of any profile: of one with blocks the records that tell the use. Gives how many lines each file has. */
export async function traceDsr(input: DsrInput, traced: LinesTraced): Promise<readonly number[]> {
  const reading = await readDsrReport(input);
  try {
    const held = await open(reading.held.path, 'r');
    try {
      for await (const { rows, firstLine } of heldChunks(held)) traced.add(rows, firstLine);
    } finally {
      await held.close();
    }
  } finally {
    await reading.remove();
  }
  return reading.fileLines;
}
