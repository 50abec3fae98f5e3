import {
  canonicalClauseLines,
  monthPeriod,
  moneyText,
  openingCarried,
  ratePeriod,
  RatingRefused,
  restateClauses,
  settlePeriods,
  sha256Hex,
  type PeriodContext,
  type RatedPeriod,
  type Settled,
  type Terms,
} from '../kernel';
import {
  inFile,
  RateFaults,
  readCarriedFile,
  readContextFile,
  readTermsFile,
  readUsageFile,
  readUsageRows,
  type TextFile,
  type UsageFile,
} from './rate-inputs';

export interface RateFiles {
  readonly terms: TextFile;
  readonly usage: TextFile;
  readonly context: TextFile;
  /** Absent for the first period: then all advances are open and nothing is earned. */
  readonly carried?: TextFile;
  /** The usage files that the context names for restated periods. */
  readonly openUsage?: (name: string) => TextFile;
}

export interface RateResult {
  /** The canonical clause lines; the statement's hash is over these bytes. */
  readonly lines: string;
  readonly sha256: string;
  readonly rated: RatedPeriod;
  readonly settled: Settled;
}

/** Rates one period from files, as the server does for a statement. Throws RateFaults that name file and place. */
export function rateFiles(files: RateFiles): RateResult {
  const terms = readTermsFile(files.terms);
  const { period, context, restates } = readContextFile(files.context, terms);
  const carried = files.carried ? readCarriedFile(files.carried) : openingCarried(terms);
  const rated = rate(terms, { period, context, usage: readUsageFile(files.usage), contextAt: files.context.name });
  const restatements = restates.map((entry, index) => {
    const usage =
      typeof entry.usage === 'string'
        ? readUsageFile(openNamed(files, entry.usage))
        : readUsageRows(files.context.name, entry.usage, `/restates/${index}/usage`);
    const again = { period: entry.period, context: entry.context, usage, contextAt: files.context.name };
    return restateClauses(entry.booked, rate(terms, again));
  });
  const settled = settlePeriods(carried, [rated.total.minor, ...restatements.map(({ delta }) => delta.minor)]);
  const lines = canonicalClauseLines({ terms, rated, restatements, settled });
  return { lines, sha256: sha256Hex(lines), rated, settled };
}

/** The result as one JSON object, for scripts. */
export function rateJson({ lines, sha256, rated, settled }: RateResult): string {
  const money = (minor: bigint): string => moneyText({ minor, currency: rated.currency });
  return JSON.stringify({
    period: rated.period,
    currency: rated.currency,
    total: moneyText(rated.total),
    recouped: money(settled.recouped),
    payable: money(settled.payable),
    carried: settled.carried,
    sha256,
    lines: lines
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  });
}

interface RateOnce {
  readonly period: string;
  readonly context: PeriodContext;
  readonly usage: UsageFile;
  readonly contextAt: string;
}

function rate(terms: Terms, { period, context, usage, contextAt }: RateOnce): RatedPeriod {
  try {
    return ratePeriod({ terms, period: monthPeriod(period), usage: usage.sums, context });
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    throw new RateFaults(
      error.faults.flatMap((fault) => {
        const row = /^\/usage\/(\d+)$/.exec(fault.pointer)?.[1];
        if (row === undefined)
          return inFile(contextAt, [{ ...fault, pointer: fault.pointer.replace(/^\/context/, '') }]);
        const { code, message } = fault;
        return [{ file: usage.name, place: usage.placeOf(parseInt(row, 10)), code, message }];
      }),
    );
  }
}

function openNamed({ openUsage, context }: RateFiles, name: string): TextFile {
  if (openUsage) return openUsage(name);
  const message = `the usage file ${name} was not given`;
  throw new RateFaults([{ file: context.name, place: '/restates', code: 'file-unreadable', message }]);
}
