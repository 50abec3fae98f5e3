import { isrcOf } from '../../src/sample/names';
import { type LinePlan, storyContexts } from '../support/usage-file';

/**
 * `story`: lines as in the reference story, every one of them licensed, two for each recording and context: what a label's own report looks like.
 * `cold`: 5.5 % of the lines are licensed, the rest is of recordings that no agreement names.
 */
export type UsageCase = 'story' | 'cold';

export const usageMonth = '2026-01';
export const usageContexts = storyContexts();

const linesPerSum = 2;
const partsLicensed = { story: 1000, cold: 55 } as const;

/** As many licensed recordings as give two lines a sum, whatever the number of lines. */
export const tracksFor = (lines: number): number => Math.ceil(lines / (usageContexts.length * linesPerSum));

/** Always the same lines for the same case and number. */
export function* usageLines(usageCase: UsageCase, count: number): Generator<LinePlan> {
  const tracks = tracksFor(count);
  for (let at = 0; at < count; at += 1) {
    const context = Math.floor(at / linesPerSum / tracks);
    const licensed = (at * 7919) % 1000 < partsLicensed[usageCase];
    const isrc = licensed
      ? isrcOf((Math.floor(at / linesPerSum) % tracks) + 1)
      : `ZZX9926${String((at * 7919) % 99_991).padStart(5, '0')}`;
    const quantity = BigInt(1 + ((at * 37) % 900));
    const returns = usageContexts[context]!.use === 'PermanentDownload' ? quantity / 50n : 0n;
    yield { context, isrc, day: at % 2 === 0 ? 14 : 28, quantity, returns };
  }
}

/** What must come out of a case's lines, whoever adds them up. */
export interface Sums {
  readonly sums: string;
  readonly quantity: string;
  readonly returns: string;
}

export function expectedSums(usageCase: UsageCase, count: number): Sums {
  const keys = new Set<string>();
  let quantity = 0n;
  let returns = 0n;
  for (const line of usageLines(usageCase, count)) {
    if (line.isrc.startsWith('ZZX99')) continue;
    keys.add(`${line.context} ${line.isrc}`);
    quantity += line.quantity;
    returns += line.returns;
  }
  return { sums: String(keys.size), quantity: String(quantity), returns: String(returns) };
}
