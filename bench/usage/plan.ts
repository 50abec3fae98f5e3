import { isrcOf } from '../../src/sample/names';
import { type LinePlan, storyContexts } from '../support/usage-file';

/**
 * `cold`: a table of which 5.5 % of the lines are licensed. `hot`: every line licensed, and nearly each a sum of its own: what a label's own report looks
 * like. `gz`: the cold table packed. `srb`: the record-company profile with all its cells, every line licensed.
 */
export const usageCases = ['cold', 'hot', 'gz', 'srb'] as const;
export type UsageCase = (typeof usageCases)[number];

export const usageMonth = '2026-01';
export const usageContexts = storyContexts();

/** What must come out of a case's lines, whoever adds them up. */
export interface Sums {
  readonly sums: string;
  readonly quantity: string;
  readonly returns: string;
}

const linesPerSum = 2;

/** As many licensed recordings as give two lines a sum, whatever the number of lines. */
const tracksOfReport = (lines: number): number => Math.ceil(lines / (usageContexts.length * linesPerSum));

/** Always the same lines for the same number: two for each recording and sales context. */
export function* reportLines(count: number): Generator<LinePlan> {
  const tracks = tracksOfReport(count);
  for (let at = 0; at < count; at += 1) {
    const context = Math.floor(at / linesPerSum / tracks);
    const quantity = BigInt(1 + ((at * 37) % 900));
    const returns = usageContexts[context]!.use === 'PermanentDownload' ? quantity / 50n : 0n;
    const isrc = isrcOf((Math.floor(at / linesPerSum) % tracks) + 1);
    yield { context, isrc, day: at % 2 === 0 ? 14 : 28, quantity, returns };
  }
}

export function expectedOfReport(count: number): Sums {
  const keys = new Set<string>();
  let [quantity, returns] = [0n, 0n];
  for (const line of reportLines(count)) {
    keys.add(`${line.context} ${line.isrc}`);
    quantity += line.quantity;
    returns += line.returns;
  }
  return { sums: String(keys.size), quantity: String(quantity), returns: String(returns) };
}

/** Places of a table: every territory under two uses. */
export const placesOfTable = 500;

export const tracksFor = (usageCase: UsageCase, lines: number): number =>
  usageCase === 'srb' ? tracksOfReport(lines) : Math.ceil(lines / placesOfTable);
