import { AMOUNTS, readFigure, readMeasure, readMeasured, readUsageShare, readWhere } from './read-measure';
import { readShare } from './read-shares';
import { LISTS } from './limits';
import { NOTHING, readAmount, refuseDated, type RoyaltyContext } from './royalty-context';
import {
  fault,
  member,
  optionalName,
  readDecimal,
  readExact,
  readFields,
  readList,
  readText,
  readWord,
  type Fields,
  type Place,
} from './reading';
import { type Deduction, type PerUnit, type Royalty, type UsageShare } from './terms';

/** Reads a rate per unit: as such, as a share of a price, or by a flag. */
export function readPerUnit(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, {
    required: ['kind'],
    optional: ['name', 'measure', 'where', 'rate', 'price', 'share', 'rateByFlag'],
  });
  if (!fields) return NOTHING;
  const given = ['rate', 'price', 'share', 'rateByFlag'].filter((name) => member(fields, name).value !== undefined);
  const ways = ['rate', 'price share', 'rateByFlag'];
  if (!ways.includes(given.join(' '))) {
    fault(place, 'terms-per-unit', 'must have either a rate, or a price and a share, or a rate by flag');
    return NOTHING;
  }
  const measured = readMeasured(fields, { ...context, units: AMOUNTS });
  refuseFigureByDay(place, { context, measure: measured.measure });
  const common = { kind: 'perUnit', ...optionalName(fields), ...measured } as const;
  if (given[0] === 'rate') return { ...common, rate: readDecimal(member(fields, 'rate')) };
  if (given[0] === 'price') {
    return { ...common, price: readDecimal(member(fields, 'price')), share: readShare(member(fields, 'share')) };
  }
  return { ...common, rateByFlag: readRateByFlag(member(fields, 'rateByFlag'), context) };
}

type RateByFlag = Extract<PerUnit, { rateByFlag: object }>['rateByFlag'];

function readRateByFlag(place: Place, { figures }: RoyaltyContext): RateByFlag {
  const fields = readFields(place, { required: ['flag', 'ifTrue', 'ifFalse'] });
  if (!fields) return { flag: '', ifTrue: '0', ifFalse: '0' };
  return {
    flag: readFigure(member(fields, 'flag'), { unit: 'flag', figures }),
    ifTrue: readDecimal(member(fields, 'ifTrue')),
    ifFalse: readDecimal(member(fields, 'ifFalse')),
  };
}

/** Reads a rate for each subscriber, with or without usage share. */
export function readPerSubscriber(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, { required: ['kind', 'rate', 'subscribers'], optional: ['name', 'by'] });
  if (!fields) return NOTHING;
  if (context.dated) refuseDated(place);
  return {
    kind: 'perSubscriber',
    ...optionalName(fields),
    rate: readDecimal(member(fields, 'rate')),
    subscribers: readFigure(member(fields, 'subscribers'), { unit: 'count', figures: context.figures }),
    ...(member(fields, 'by').value === undefined ? {} : { by: readUsageShare(member(fields, 'by'), context) }),
  };
}

/** Reads a share of a revenue base by usage share. */
export function readRevenueShare(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, {
    required: ['kind', 'share', 'base', 'by'],
    optional: ['name', 'deductions', 'notBelow', 'where'],
  });
  if (!fields) return NOTHING;
  if (context.dated) refuseDated(place);
  const by = readUsageShare(member(fields, 'by'), context);
  const where = readWhere(fields, context);
  if (where.where !== undefined && !narrowsUsage(by)) {
    fault(
      member(fields, 'where'),
      'terms-selection',
      'narrows the licence’s own units, which this share does not count',
    );
  }
  return {
    kind: 'revenueShare',
    ...optionalName(fields),
    share: readShare(member(fields, 'share')),
    base: readMeasure(member(fields, 'base'), { units: ['money'], figures: context.figures }),
    ...readDeductions(fields, context),
    ...where,
    by,
  };
}

const narrowsUsage = (by: UsageShare): boolean =>
  by === 'plays' || ('part' in by && (by.part === 'units' || by.part === 'sales'));

/** Reads a percentage of money: of sales, or of a figure. */
export function readPercentage(place: Place, context: RoyaltyContext): Royalty {
  const fields = readFields(place, {
    required: ['kind', 'rate'],
    optional: ['name', 'measure', 'where', 'deductions', 'notBelow', 'adjustments', 'fixedPerSale', 'free'],
  });
  if (!fields) return NOTHING;
  const measured = readMeasured(fields, { ...context, units: ['money'] });
  refuseFigureByDay(place, { context, measure: measured.measure ?? 'sales' });
  const given = (name: string) => member(fields, name).value !== undefined;
  const bySale = given('free') || given('fixedPerSale');
  if (bySale && (measured.measure !== undefined || given('deductions') || context.dated)) {
    fault(place, 'terms-sale-by-sale', 'charges sale by sale: it goes with sales alone, and takes no deductions');
  }
  const adjustments = readList(member(fields, 'adjustments'), LISTS.adjustments);
  return {
    kind: 'percentage',
    ...optionalName(fields),
    rate: readShare(member(fields, 'rate')),
    ...measured,
    ...readDeductions(fields, context),
    ...(given('adjustments') ? { adjustments: adjustments.map(readExact) } : {}),
    // A fee per sale is a rate, not a payment: it may be finer than the minor unit.
    ...(given('fixedPerSale') ? { fixedPerSale: readDecimal(member(fields, 'fixedPerSale')) } : {}),
    ...(given('free') ? { free: readFree(member(fields, 'free')) } : {}),
  };
}

function readFree(place: Place): { sales?: string; amount?: string } {
  const fields = readFields(place, { required: [], optional: ['sales', 'amount'] });
  if (!fields) return {};
  const [sales, amount] = [member(fields, 'sales'), member(fields, 'amount')];
  if (sales.value === undefined && amount.value === undefined) fault(place, 'terms-empty', 'must have a limit');
  const count = readDecimal(sales);
  if (count.includes('.')) fault(sales, 'terms-integer', 'must be a whole number of sales');
  return {
    ...(sales.value === undefined ? {} : { sales: count }),
    ...(amount.value === undefined ? {} : { amount: readDecimal(amount) }),
  };
}

/** Reads what is taken off a base, in order. */
function readDeductions(
  fields: Fields,
  context: RoyaltyContext,
): { deductions?: readonly Deduction[]; notBelow?: string } {
  const [place, limit] = [member(fields, 'deductions'), member(fields, 'notBelow')];
  if (place.value === undefined) {
    if (limit.value !== undefined) fault(limit, 'terms-deduction', 'limits deductions, and there are none');
    return {};
  }
  return {
    deductions: readList(place, LISTS.deductions).map((entry) => readDeduction(entry, context)),
    ...(limit.value === undefined ? {} : { notBelow: readAmount(limit, context.currency) }),
  };
}

function readDeduction(place: Place, { currency, figures }: RoyaltyContext): Deduction {
  const nothing: Deduction = { name: '', kind: 'fixed', amount: '0' };
  const fields = readFields(place, { required: ['name', 'kind'], optional: ['rate', 'of', 'amount', 'cap'] });
  if (!fields) return nothing;
  const kind = readWord(member(fields, 'kind'), { words: ['percent', 'fixed'] });
  const given = (name: string) => member(fields, name).value !== undefined;
  const complete = kind === 'fixed' ? given('amount') && !given('rate') && !given('of') : given('rate') && given('of');
  if (!complete || (kind === 'percent' && given('amount'))) {
    fault(place, 'terms-deduction', 'must have a rate and what it is taken of, or, where it is fixed, an amount');
    return nothing;
  }
  const common = {
    name: readText(member(fields, 'name')),
    ...(given('cap') ? { cap: readAmount(member(fields, 'cap'), currency) } : {}),
  };
  if (kind === 'fixed') return { ...common, kind, amount: readAmount(member(fields, 'amount'), currency) };
  const of = member(fields, 'of');
  const words = ['original', 'remaining'];
  return {
    ...common,
    kind,
    rate: readShare(member(fields, 'rate')),
    of:
      typeof of.value === 'string' && words.includes(of.value)
        ? of.value
        : readMeasure(of, { units: ['money'], figures }),
  };
}

/** Reads a fixed amount for the period. */
export function readFlat(place: Place, { currency, dated }: RoyaltyContext): Royalty {
  const fields = readFields(place, { required: ['kind', 'amount'], optional: ['name', 'spread'] });
  if (!fields) return NOTHING;
  if (dated) refuseDated(place);
  return {
    kind: 'flat',
    ...optionalName(fields),
    amount: readAmount(member(fields, 'amount'), currency),
    ...(member(fields, 'spread').value === undefined
      ? {}
      : { spread: readWord(member(fields, 'spread'), { words: ['recordings'] }) }),
  };
}

/** A figure belongs to the whole period: inside an escalation only units and sales have days. */
function refuseFigureByDay(
  place: Place,
  { context, measure }: { context: RoyaltyContext; measure: string | undefined },
): void {
  if (context.dated && measure !== undefined && measure !== 'units' && measure !== 'sales') refuseDated(place);
}
