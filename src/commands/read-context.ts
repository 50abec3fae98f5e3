import {
  type BookedClauses,
  type CloseFacts,
  moneyFromText,
  readTerms,
  reservesSales,
  type Period,
  type PeriodContext,
  type ServiceContext,
  type Terms,
} from '../kernel';
import { parseJson, type FileFaults, type TextFile } from './file-faults';
import { factsReader } from './read-facts';
import { list, mapped, object, record, refuse, text, type Reader } from './read-json';
import { count, decimal, exact, moneyText, period, words } from './read-values';

/** A period with its figures and its usage: the name of a usage file, or the rows themselves. */
export interface ToldPeriod {
  readonly period: Period;
  readonly context: PeriodContext;
  readonly usage: string | readonly unknown[];
  /** The terms that then held, where an amendment lies between it and the period that is rated. */
  readonly terms?: Terms;
}

export interface RestatedPeriod extends ToldPeriod {
  readonly booked: BookedClauses;
  /** By royalty clause: what reserves on its sales held back of them in the period (below zero) or gave back. */
  readonly heldSales?: Readonly<Record<string, string>>;
}

export interface RateContext {
  readonly period: Period;
  readonly context: PeriodContext;
  readonly restates: readonly RestatedPeriod[];
  readonly earlier?: readonly ToldPeriod[];
  readonly facts?: CloseFacts;
}

interface Figures {
  readonly period: Period;
  readonly services: readonly ServiceContext[];
}
type AgreementFigures = Required<Pick<PeriodContext, 'figures'>>;

const present = text((value) => value !== '', 'context-figure', 'is absent or malformed');

const services = list(
  object<Pick<ServiceContext, 'service'>, Required<Omit<ServiceContext, 'service'>>>(
    { service: present },
    { allPlays: count, netMusicAdvertisingRevenue: decimal, figures: record(decimal) },
  ),
  [],
);

const periodFigures = { period, services };
const agreementFigures = { figures: record(present) };

const usage: Reader<ToldPeriod['usage']> = (place) => {
  const { value } = place;
  if (typeof value === 'string' || Array.isArray(value)) return value;
  return refuse(place, 'context-type', 'must be the name of a usage file, or a list');
};

const earlierTerms: Reader<Terms> = (place) => {
  const reading = readTerms(place.value);
  if ('terms' in reading) return reading.terms;
  for (const { pointer, code, message } of reading.faults) {
    refuse({ ...place, pointer: `${place.pointer}${pointer}` }, code, message);
  }
  return undefined;
};

const earlier: Reader<readonly ToldPeriod[]> = list(
  mapped(
    object<Figures & Pick<ToldPeriod, 'usage'>, AgreementFigures & Required<Pick<ToldPeriod, 'terms'>>>(
      { ...periodFigures, usage },
      { ...agreementFigures, terms: earlierTerms },
    ),
    ({ services, figures, ...told }) => ({ ...told, context: contextOf({ services, figures }) }),
  ),
);

/** The figures of the period, of periods before it, and what else its close asks for. Absent, having noted why. */
export function readContext(
  file: TextFile,
  { terms, faults }: { terms: Terms | undefined; faults: FileFaults },
): RateContext | undefined {
  const value = faults.collect(() => ({ json: parseJson(file) }));
  if (!value) return undefined;
  const reader = mapped(
    object<Figures, AgreementFigures & Required<Pick<RateContext, 'restates' | 'earlier' | 'facts'>>>(periodFigures, {
      ...agreementFigures,
      earlier,
      restates: list(restatedReader(terms)),
      facts: factsReader(terms),
    }),
    ({ services, figures, restates = [], ...told }) => ({
      ...told,
      restates,
      context: contextOf({ services, figures }),
    }),
  );
  return reader({ value: value.json, pointer: '', file: file.name, kind: 'context', faults });
}

function restatedReader(terms: Terms | undefined): Reader<RestatedPeriod> {
  type Members = Figures & Pick<RestatedPeriod, 'usage' | 'booked'>;
  type Held = Required<Pick<RestatedPeriod, 'heldSales'>>;
  type More = AgreementFigures & Required<Pick<RestatedPeriod, 'terms'>>;
  const more = { ...agreementFigures, terms: earlierTerms };
  const members = { ...periodFigures, usage, booked: bookedReader(terms) };
  const heldSales = record(decimal, clauseName(terms));
  return mapped(heldSalesReader(), ({ services, figures, ...told }) => ({
    ...told,
    context: contextOf({ services, figures }),
  }));

  /** Without it a restatement would pay for what a reserve on sales still holds; where there is no such reserve it has no meaning. */
  function heldSalesReader(): Reader<Members & Partial<More & Held>> {
    if (!terms) return object<Members, More & Held>(members, { ...more, heldSales });
    return reservesSales(terms)
      ? object<Members & Held, More>({ ...members, heldSales }, more)
      : object<Members, More>(members, more);
  }
}

function clauseName(terms: Terms | undefined): Reader<string> {
  const known = (name: string): boolean => terms === undefined || terms.royalties.some(({ id }) => id === name);
  return text(known, 'context-booked', 'is no royalty clause of these terms');
}

/** What the statement says that is corrected: where each line is rounded, the amounts of its clauses too. */
function bookedReader(terms: Terms | undefined): Reader<BookedClauses> {
  type Line = Pick<BookedClauses['clauses'][number], 'clause' | 'exact'>;
  const currency = terms?.currency;
  const money = moneyText(currency, { code: 'context-booked', signed: true });
  const line = { clause: words, exact };
  // Whole clause lines of a statement will do.
  const others = { others: true };
  const clauses: Reader<BookedClauses['clauses']> =
    terms?.rounding.apply === 'line'
      ? list(object<Line & { amount: string }>({ ...line, amount: money }, {}, others))
      : list(object<Line, { amount: string }>(line, { amount: money }, others));
  return mapped(object<{ total: string; clauses: BookedClauses['clauses'] }>({ total: money, clauses }), (booked) => ({
    total: currency === undefined ? { minor: 0n, currency: '' } : moneyFromText(booked.total, currency),
    clauses: booked.clauses,
  }));
}

function contextOf({
  services,
  figures,
}: {
  services: readonly ServiceContext[];
  figures: PeriodContext['figures'] | undefined;
}): PeriodContext {
  return { services, ...(figures ? { figures } : {}) };
}
