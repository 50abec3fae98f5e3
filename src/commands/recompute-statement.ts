import { type Findings } from '../evidence';
import {
  add,
  type Carried,
  countsThroughTerm,
  exactText,
  isDecimalText,
  moneyText,
  rational,
  reservesSales,
  ratePeriod,
  readTerms,
  type Terms,
} from '../kernel';
import { FilesRefused, type TextFile } from './file-faults';
import { rateFiles } from './rate-files';
import { readInputs, type RateFiles } from './rate-inputs';
import type { BundledMonth, BundledUsage, BundleFile } from './read-bundle';

type Bundled = Pick<BundleFile, 'agreement' | 'month' | 'terms' | 'carried' | 'facts' | 'months'>;

/** What a statement came out as, worked out again: its clause lines, and the balances after it. */
export interface Recomputed {
  readonly lines: string;
  readonly terms: Terms;
  readonly carried: Carried;
}

/**
 * Works a statement out again from what is in its bundle, with the kernel alone, as the close did. What was booked for a corrected month before is worked out as well,
 * from the usage that was counted then. Undefined where something does not allow it: the findings say what.
 */
export function recompute(bundle: Bundled, findings: Findings): Recomputed | undefined {
  const terms = termsIn(bundle, bundle.month, findings);
  const own = monthIn(bundle, bundle.month, 'counted', findings);
  if (terms === undefined || own === undefined) return undefined;
  if (!isItsUsage(bundle, findings)) return undefined;
  return noting(findings, () => {
    const context = {
      period: own.period,
      ...figuresOf(own),
      ...(countsOn(bundle) ? { earlier: earlierOf(bundle, ['counted', 'earlier']) } : {}),
      restates: restatesOf(bundle, terms),
      ...(bundle.facts === undefined ? {} : { facts: bundle.facts }),
    };
    const files: RateFiles = {
      terms: part('terms', bundle.terms.get(bundle.month)),
      usage: part('usage', rowsOf(own.usage)),
      context: part('context', context),
      carried: part('carried', bundle.carried.in ?? null),
    };
    const { lines, settled } = rateFiles(files);
    return { lines, terms, carried: settled.carried };
  });
}

/** What the files of `accordo rate` make of it, from one JSON of all four as the API gives it at `/inputs`. */
export function recomputeInputs(file: TextFile, findings: Findings): string | undefined {
  return noting(findings, () => {
    const inputs = (file.json ?? JSON.parse(file.text)) as Readonly<Record<string, unknown>>;
    const of = (name: string): TextFile => part(name, inputs[name] ?? null);
    return rateFiles({ terms: of('terms'), usage: of('usage'), context: of('context'), carried: of('carried') }).lines;
  });
}

const part = (name: string, json: unknown): TextFile => ({ name, text: '', json });

/** What work gives; its refusals become findings, at most as many as help. */
function noting<Result>(findings: Findings, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof FilesRefused) {
      for (const { file, place, code, message } of error.faults.slice(0, 20))
        findings.add(`${file}${place}`, code, message);
      return undefined;
    }
    if (!(error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError)) throw error;
    // Whatever stands in a file, the kernel throws no other errors: what it cannot work with is the file's fault.
    findings.add('inputs', 'inputs-unusable', error.message);
    return undefined;
  }
}

function termsIn({ terms, month }: Bundled, of: string, findings: Findings): Terms | undefined {
  const reading = readTerms(terms.get(of) ?? terms.get(month));
  if ('terms' in reading) return reading.terms;
  for (const { pointer, code, message } of reading.faults.slice(0, 20)) findings.add(`terms${pointer}`, code, message);
  return undefined;
}

function monthIn(
  { months }: Bundled,
  period: string,
  reading: BundledMonth['reading'],
  findings: Findings,
): BundledMonth | undefined {
  const found = months.find((month) => month.period === period && month.reading === reading);
  if (found === undefined) findings.add(`usage/${period}`, 'month-missing', `lacks the usage of ${period}`);
  return found;
}

/** Usage of another agreement is named before anything is worked out with it: by what it says of itself, or since the terms know no such service or recording. */
function isItsUsage(bundle: Bundled, findings: Findings): boolean {
  const before = findings.faults.length;
  for (const { period, usage } of bundle.months) {
    const terms = termsIn(bundle, period, findings);
    if (terms === undefined) continue;
    const services = new Set(terms.services.map(({ id }) => id));
    const isrcs = new Set(terms.repertoire.isrcs);
    for (const { name, agreement, rows } of usage) {
      const foreign = (rows as Readonly<Record<string, unknown>>[]).find(
        ({ service, isrc }) => !services.has(service as string) || !isrcs.has(isrc as string),
      );
      const why =
        agreement !== bundle.agreement
          ? `says that it is of agreement ${String(agreement)}`
          : foreign &&
            `tells use of ${String(foreign['isrc'])} on ${String(foreign['service'])}, which the terms do not know`;
      if (why !== undefined) findings.add(`usage/${period}/${name}`, 'usage-of-another-agreement', why);
    }
  }
  return findings.faults.length === before;
}

/** Whether a counter of the term runs under any terms of the bundle. */
const countsOn = ({ terms }: Bundled): boolean =>
  [...terms.values()].some((json) => {
    const reading = readTerms(json);
    return 'terms' in reading && countsThroughTerm(reading.terms);
  });

/** The months before a month, or before the statement's own, in the first of these readings that each has. */
function earlierOf(
  { months, terms, month }: Bundled,
  readings: readonly BundledMonth['reading'][],
  before = month,
): object[] {
  const periods = [...new Set(months.map(({ period }) => period))].filter((period) => period < before);
  return periods.flatMap((period) => {
    const all = readings.map((reading) => months.find((one) => one.period === period && one.reading === reading));
    const found = all.find((one) => one !== undefined);
    const then = terms.get(period) ?? terms.get(month);
    return found === undefined ? [] : [{ terms: then, period, ...figuresOf(found), usage: rowsOf(found.usage) }];
  });
}

/** The corrected months as `accordo rate` wants them. */
function restatesOf(bundle: Bundled, terms: Terms): object[] {
  return bundle.months
    .filter(({ period, reading }) => reading === 'counted' && period !== bundle.month)
    .map((month) => {
      const { period, usage } = month;
      const then = bundle.terms.get(period);
      const before = bundle.months.find((one) => one.period === period && one.reading === 'corrected');
      if (before === undefined) {
        const message = `lacks what was counted of ${period} before`;
        throw new FilesRefused([{ file: `usage/${period}`, place: '', code: 'month-missing', message }]);
      }
      return {
        ...(then === undefined ? {} : { terms: then }),
        ...{ period, ...figuresOf(month), usage: rowsOf(usage) },
        ...(reservesSales(terms) ? { heldSales: month.heldSales ?? {} } : {}),
        booked: bookedOf(bundle, before, terms),
      };
    });
}

/** What a context file has beside its period: what services report, and what the parties tell for the agreement. */
const figuresOf = ({ services, figures }: BundledMonth): object => ({
  services,
  ...(figures === undefined ? {} : { figures }),
});

/** What the books had for a month, worked out from the usage that was counted then. */
function bookedOf(bundle: Bundled, before: BundledMonth, { rounding }: Terms): object {
  const { period, usage } = before;
  const then = bundle.terms.get(period) ?? bundle.terms.get(bundle.month);
  const earlier = countsOn(bundle) ? { earlier: earlierOf(bundle, ['corrected', 'earlier'], period) } : {};
  const inputs = readInputs({
    terms: part(`terms of ${period}`, then),
    usage: part(`usage of ${period} before`, rowsOf(usage)),
    context: part(`context of ${period} before`, { period, ...figuresOf(before), ...earlier }),
  });
  const { terms: termsThen, own, earlier: past } = inputs;
  const held = before.heldSales as Readonly<Record<string, string>> | undefined;
  const { total, clauses } = ratePeriod({
    ...own,
    terms: termsThen,
    ...(past ? { earlier: past } : {}),
    ...(held ? { heldSales: held } : {}),
  });
  const isByLine = [rounding, termsThen.rounding].some(({ apply }) => apply === 'line');
  return {
    total: moneyText(total),
    // Where each line is rounded, the amounts cannot be told from the exact values. An amendment may have come in between.
    clauses: clauses.map(({ clause, exact, amount }) => (isByLine ? { clause, exact, amount } : { clause, exact })),
  };
}

/** Rows of all reports and events; what several tell of the same is added up. */
function rowsOf(usage: readonly BundledUsage[]): readonly object[] {
  const [only] = usage;
  if (usage.length === 1 && only !== undefined) return only.rows;
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  for (const row of usage.flatMap((source) => source.rows as Readonly<Record<string, unknown>>[])) {
    const { quantity, returns, sales, ...of } = row;
    const key = JSON.stringify(Object.entries(of).sort());
    const before = rows.get(key);
    const sum = (one: unknown, other: unknown): unknown =>
      isCount(one) && isCount(other) ? String(BigInt(one) + BigInt(other)) : one;
    rows.set(
      key,
      before === undefined
        ? row
        : {
            ...of,
            quantity: sum(quantity, before['quantity']),
            returns: sum(returns, before['returns']),
            ...(isAmount(sales) && isAmount(before['sales']) ? { sales: sumOfSales(sales, before['sales']) } : {}),
          },
    );
  }
  return [...rows.values()];
}

const isAmount = (value: unknown): value is string => typeof value === 'string' && isDecimalText(value);

const sumOfSales = (one: string, other: string): string => exactText(add(rational(one), rational(other)));

const isCount = (value: unknown): value is string => typeof value === 'string' && /^\d{1,30}$/.test(value);
