import { type ContextPlan, type LinePlan, storyContexts } from '../../bench/support/usage-file';

/** What one service reports for one month. */
export interface ServiceMonth {
  readonly contexts: readonly ContextPlan[];
  readonly lines: readonly LinePlan[];
}

const territories = ['RU', 'KZ'];
const days = [2, 5, 8, 11, 14, 17, 20, 23, 26, 28];
/** Lines that no agreement covers: they are counted nowhere. */
const strangers = 5;

/** A month of one service, from the seed: in some months the plays win, in some the revenue, in some the floor. */
export function planServiceMonth(isrcs: readonly string[], random: () => number): ServiceMonth {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const liveliness = 200 + upTo(700);
  const contexts = storyContexts(territories);
  const lines: LinePlan[] = contexts.flatMap((context, at) =>
    isrcs.flatMap((isrc) =>
      days.map((day) => {
        const isDownload = context.use === 'PermanentDownload';
        const quantity = BigInt(isDownload ? 1 + upTo(6) : 1 + upTo(2 * liveliness));
        return { context: at, isrc, day, quantity, returns: isDownload && upTo(10) === 0 ? 1n : 0n };
      }),
    ),
  );
  const played = contexts.map((_, at) => sumOf(lines.filter(({ context }) => context === at)));
  for (let number = 0; number < strangers; number += 1) {
    lines.push({ context: 0, isrc: `ZZX992600${String(number).padStart(3, '0')}`, day: 3, quantity: 7n, returns: 0n });
  }
  return {
    lines,
    contexts: contexts.map((context, at) => ({
      ...context,
      allUsages: played[at]! * BigInt(15 + upTo(10)),
      netRevenueCents: BigInt(3_000_000 + upTo(8_000_000)),
    })),
  };
}

/** The same month with plays that were missing: a correction never asks money back here. */
export function corrected({ contexts, lines }: ServiceMonth): ServiceMonth {
  return { contexts, lines: lines.map((line) => ({ ...line, quantity: line.quantity + line.quantity / 5n })) };
}

const sumOf = (lines: readonly LinePlan[]): bigint => lines.reduce((total, { quantity }) => total + quantity, 0n);

/** What the licensed lines of one report add up to. */
export function usageTotals(
  { lines }: ServiceMonth,
  licensed: ReadonlySet<string>,
): { quantity: bigint; returns: bigint } {
  const own = lines.filter(({ isrc }) => licensed.has(isrc));
  return { quantity: sumOf(own), returns: own.reduce((total, { returns }) => total + returns, 0n) };
}
