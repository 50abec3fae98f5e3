/** What `npm run -s demo -- --json` prints. Amounts are text, counts are numbers. */
export interface StoryFigures {
  tracksLicensed: number;
  simulation: SimulationFigures;
  claimsSettled: number;
  /** Lines of live reports; `superseded` are the accepted lines of the replaced one. */
  usageLines: { accepted: number; rejected: number; reasons: Record<string, number>; superseded: number };
  periods: PeriodFigures[];
  restatements: { period: string; delta: string }[];
  invoices: { purpose: string; amount: string; currency: string; state: string }[];
  statements: { period: string; total: string; currency: string; sha256: string }[];
  payouts: { purpose: string; amount: string; currency: string; state: string; transfersAtProvider: number }[];
  trialBalance: Record<string, string>;
  seconds: number;
}

/** What the two revisions would pay on the expected first quarter; the difference is the second's less the first's. */
export interface SimulationFigures {
  revisions: { revision: number; periods: (SimulatedAmounts & { period: string })[] }[];
  difference: string[];
}

export interface SimulatedAmounts {
  royalties: string;
  recouped: string;
  payable: string;
}

export interface PeriodFigures {
  period: string;
  plays: number;
  allPlays: number;
  downloads: number;
  returns: number;
  netRevenue: string;
  streaming: { perUnit: string; revenueShare: string; chosen: string; floorApplied: boolean; amount: string };
  downloadsAmount: string;
  advance: { opening: string; recouped: string; closing: string };
  payable: string;
}

interface Explanation {
  readonly kind: string;
  readonly value: string;
  readonly formula: string;
  readonly chosen?: number;
  readonly applied?: boolean;
  readonly of?: readonly Explanation[];
}

/** A statement's clause lines, as the API gives them: one JSON object a line. */
export type ClauseLine =
  | { readonly line: 'period'; readonly period: string; readonly currency: string }
  | {
      readonly line: 'clause';
      readonly clause: string;
      readonly quantity: string;
      readonly amount: string;
      readonly explanation: Explanation;
    }
  | { readonly line: 'total'; readonly amount: string }
  | {
      readonly line: 'restatement';
      readonly period: string;
      readonly booked: string;
      readonly rerated: string;
      readonly delta: string;
    }
  | {
      readonly line: 'payable';
      readonly royalties: string;
      readonly advance: { readonly opening: string; readonly recouped: string; readonly closing: string };
      readonly payable: string;
    };

/** What a statement was worked out from. */
export interface StatementInputs {
  readonly usage: readonly { readonly use: string; readonly quantity: string; readonly returns: string }[];
  readonly context: {
    readonly services: readonly { readonly allPlays: string; readonly netMusicAdvertisingRevenue: string }[];
  };
}

export const readClauseLines = (ndjson: string): ClauseLine[] =>
  ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ClauseLine);

const only = <Kind extends ClauseLine['line']>(
  lines: readonly ClauseLine[],
  kind: Kind,
): Extract<ClauseLine, { line: Kind }>[] =>
  lines.filter((line): line is Extract<ClauseLine, { line: Kind }> => line.line === kind);

/** The period's own figures, without what the statement restates of earlier ones. */
export function periodFigures(lines: readonly ClauseLine[], inputs: StatementInputs): PeriodFigures {
  const clauses = only(lines, 'clause');
  const streaming = clauses.find(({ clause }) => clause === 'streaming')!;
  const downloads = clauses.find(({ clause }) => clause === 'downloads')!;
  const choice = streaming.explanation.of![0]!;
  const branch = (kind: string): string => cents(choice.of!.find((candidate) => candidate.kind === kind)!.value);
  const [payable] = only(lines, 'payable');
  const sum = (values: readonly string[]): bigint => values.reduce((total, value) => total + BigInt(value), 0n);
  const sold = inputs.usage.filter(({ use }) => use === 'PermanentDownload');
  const restated = only(lines, 'restatement').reduce((total, { delta }) => total + minor(delta), 0n);
  const revenue = inputs.context.services.reduce(
    (total, service) => total + minor(service.netMusicAdvertisingRevenue),
    0n,
  );
  return {
    period: only(lines, 'period')[0]!.period,
    plays: Number(streaming.quantity),
    allPlays: Number(sum(inputs.context.services.map(({ allPlays }) => allPlays))),
    downloads: Number(sum(sold.map(({ quantity }) => quantity))),
    returns: Number(sum(sold.map(({ returns }) => returns))),
    netRevenue: text(revenue),
    streaming: {
      perUnit: branch('perUnit'),
      revenueShare: branch('revenueShare'),
      chosen: choice.of![choice.chosen!]!.kind,
      floorApplied: streaming.explanation.applied === true,
      amount: streaming.amount,
    },
    downloadsAmount: downloads.amount,
    advance: payable!.advance,
    payable: text(minor(payable!.payable) - restated),
  };
}

export const restatementFigures = (lines: readonly ClauseLine[]): { period: string; delta: string }[] =>
  only(lines, 'restatement').map(({ period, delta }) => ({ period, delta }));

export const payableOf = (lines: readonly ClauseLine[]): string => only(lines, 'payable')[0]!.payable;

/** A branch's exact value to the cent, half up, for reading; the amount itself is rounded once, by the kernel. */
function cents(exact: string): string {
  const [numerator = '0', denominator = '1'] = exact.split('/');
  const [whole = '0', fraction = ''] = numerator.split('.');
  const scaled = BigInt(whole + fraction) * 100n;
  const divisor = BigInt(denominator) * 10n ** BigInt(fraction.length);
  return text((scaled * 2n + divisor) / (divisor * 2n));
}

/** Cents of a decimal with at most two places. */
export function minor(amount: string): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  const sign = whole.startsWith('-') ? -1n : 1n;
  return sign * (BigInt(whole.replace('-', '')) * 100n + BigInt(fraction.padEnd(2, '0').slice(0, 2)));
}

export function text(cent: bigint): string {
  const size = cent < 0n ? -cent : cent;
  return `${cent < 0n ? '-' : ''}${size / 100n}.${String(size % 100n).padStart(2, '0')}`;
}
