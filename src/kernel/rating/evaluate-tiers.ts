import {
  add,
  compare,
  denominatorOf,
  divide,
  isZero,
  minimum,
  multiply,
  numeratorOf,
  rational,
  subtract,
  sumOf,
  ZERO,
  type Rational,
} from '../money';
import { type Tier, type Tiered } from '../terms';
import { type Portion } from './attribution';
import { valueText, type TierStep } from './explanation';
import { explained, portionOf, type Evaluation, type Figures } from './figures';
import { orderedSales, type Sale } from './sales';

/**
 * Tiers and packages. With a counter of the term a period is worth what it adds: the value of the new running total less
 * that of the total before it, which is 0 at the start.
 */
export function evaluateTiered(royalty: Tiered, figures: Figures): Evaluation {
  const { measure = 'units', where } = royalty;
  const now = figures.measure(measure, where);
  const before = royalty.counter === 'term' ? figures.before?.(measure, where) : undefined;
  const whole = priceTiers(royalty, before === undefined ? now : add(before, now));
  const earlier = before === undefined ? undefined : priceTiers(royalty, before);
  const value = earlier === undefined ? whole.value : subtract(whole.value, earlier.value);
  const sales = measure === 'sales' && before === undefined ? salesPortion(royalty, { value, figures }) : undefined;
  return explained({
    royalty,
    value,
    arithmetic:
      earlier === undefined ? whole.arithmetic : `(${whole.arithmetic}) − ${valueText(earlier.value)} to date`,
    portions: sales ? [sales] : portionOf(value, { measure, where, figures }),
    ...(whole.tiers.length > 0 ? { tiers: whole.tiers } : {}),
  });
}

/** What each single sale adds; undefined where usage comes as sums, and where a reserve's sales count that are nobody's here. */
function salesPortion(royalty: Tiered, { value, figures }: { value: Rational; figures: Figures }): Portion | undefined {
  const sales = orderedSales(figures, royalty.where);
  if (sales === undefined) return undefined;
  const values = chargeTiers(royalty, sales.sales).map((sale) => sale.value);
  if (values.every(isZero) || compare(sumOf(values), value) !== 0) return undefined;
  return { by: 'lines', rows: sales.rows, value, values };
}

interface Priced {
  readonly value: Rational;
  readonly arithmetic: string;
  readonly tiers: readonly TierStep[];
}

/** The value of a whole measure. Less than nothing is priced at the first tier's rate, without a flat. */
export function priceTiers(royalty: Tiered, measured: Rational): Priced {
  if (royalty.method === 'package') return priceInPackages(royalty, measured);
  const steps = royalty.method === 'graduated' ? graduated(royalty.tiers, measured) : [volumeTier(royalty, measured)];
  const terms = steps.map(({ quantity, tier, flat }) => {
    const priced = `${valueText(quantity)} × ${tier.rate}`;
    return flat ? `${priced} + ${tier.flat}` : priced;
  });
  const tiers = steps.map(({ quantity, tier, flat }): TierStep => ({
    upTo: tier.upTo,
    quantity: valueText(quantity),
    rate: tier.rate,
    flat: flat ? tier.flat : '0',
    value: valueText(valueOf({ quantity, tier, flat })),
  }));
  return { value: sumOf(steps.map(valueOf)), arithmetic: terms.join(' + ') || '0', tiers };
}

interface Slice {
  readonly quantity: Rational;
  readonly tier: Tier;
  /** Whether the tier's flat is due. */
  readonly flat: boolean;
}

const valueOf = ({ quantity, tier, flat }: Slice): Rational =>
  add(multiply(quantity, rational(tier.rate)), flat ? rational(tier.flat) : ZERO);

/** Each slice of the measure at its own tier's rate; a flat is due once, when the measure goes beyond the tier's lower bound. */
function graduated(tiers: readonly Tier[], measured: Rational): Slice[] {
  const [first] = tiers;
  if (first && compare(measured, ZERO) < 0) return [{ quantity: measured, tier: first, flat: false }];
  let lower = ZERO;
  const slices: Slice[] = [];
  for (const tier of tiers) {
    if (compare(measured, lower) <= 0) break;
    const upper = tier.upTo === null ? measured : minimum(measured, rational(tier.upTo));
    slices.push({ quantity: subtract(upper, lower), tier, flat: tier.flat !== '0' });
    lower = upper;
  }
  return slices;
}

/** All units at the rate of the tier that the whole falls in; its upper bound belongs to it. */
function volumeTier({ tiers, flatAtZero }: Extract<Tiered, { method: 'volume' }>, measured: Rational): Slice {
  const tier = tiers.find(({ upTo }) => upTo === null || compare(measured, rational(upTo)) <= 0);
  if (!tier) throw new RangeError('tiers end with an open one');
  const due = compare(measured, ZERO) > 0 || flatAtZero;
  return { quantity: measured, tier, flat: due && tier.flat !== '0' };
}

function priceInPackages(royalty: Extract<Tiered, { method: 'package' }>, measured: Rational): Priced {
  const beyond = subtract(measured, rational(royalty.freeUnits));
  if (compare(beyond, ZERO) <= 0) {
    return { value: ZERO, arithmetic: `${valueText(measured)} of ${royalty.freeUnits} free`, tiers: [] };
  }
  const packages = divide(beyond, rational(royalty.size));
  const started = (numeratorOf(packages) + denominatorOf(packages) - 1n) / denominatorOf(packages);
  return {
    value: multiply(rational(started), rational(royalty.price)),
    arithmetic: `${started} started packages × ${royalty.price}`,
    tiers: [],
  };
}

export interface TierCharge {
  readonly sale: string;
  /** The running amount of the period, the sale included. */
  readonly cumulative: Rational;
  readonly value: Rational;
}

/** What each sale in its order adds to the value of the running amount, the flat of a tier that it enters included. */
export function chargeTiers(royalty: Tiered, sales: readonly Sale[]): TierCharge[] {
  let [cumulative, before] = [ZERO, ZERO];
  return sales.map(({ sale, amount }): TierCharge => {
    cumulative = add(cumulative, amount);
    const after = priceTiers(royalty, cumulative).value;
    const value = subtract(after, before);
    before = after;
    return { sale, cumulative, value };
  });
}
