import { rational, splitLines } from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { family, type OpenDays } from './family';

type Terms = MoneyTerms & {
  readonly intervals: readonly (OpenDays & {
    readonly shares: readonly { readonly party: string; readonly share: string }[];
  })[];
};

interface Line {
  readonly line: string;
  readonly date: string;
  readonly amount: string;
}

/** split. */
export const split = family((terms: Terms, usage: { lines: readonly Line[] }) => {
  const money = new CaseMoney(terms);
  const result = splitLines(
    usage.lines.map(({ line, date, amount }) => ({ line, date, amount: rational(amount) })),
    {
      intervals: terms.intervals.map(({ from, until, shares }) => ({
        from,
        until,
        shares: shares.map(({ party, share }) => ({ payee: party, share })),
      })),
      rounding: money.scale,
    },
  );
  if (!result.accepted) return result;
  return {
    accepted: true,
    gaps: result.gaps,
    lines: result.lines.map((line) =>
      line.status === 'unallocated'
        ? line
        : {
            line: line.line,
            status: line.status,
            shares: line.shares.map(({ payee, ...share }) => ({ party: payee, ...money.exactAndFinal(share) })),
          },
    ),
  };
});
