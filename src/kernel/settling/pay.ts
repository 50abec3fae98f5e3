import { type Period } from '../calendar';
import { moneyExact, moneyRoundingIn } from '../money';
import { type Terms } from '../terms';
import { exchange, type ExchangeRate } from './exchange';
import { insideTerm } from './inside-term';
import { splitLines, type PayeePart } from './split';
import { type PaymentOfPeriod, type Settled } from './steps';
import { valueAddedTax } from './value-added-tax';
import { withhold } from './withholding';

/** Rates in force, as shares of one, and who says so: a table of tax law, a treaty, a certificate. */
export interface TaxFacts {
  readonly withholding?: { readonly rate: string; readonly source: string };
  readonly vat?: { readonly rate: string; readonly source: string };
}

/**
 * What is paid for a payable amount: VAT on the supply, withholding tax as the terms divide it, the exchange into the
 * currency of payment, and the payees' shares of what the label receives. Undefined where the terms ask for none of it, or nothing is payable.
 */
export function payAfterTax(
  terms: Terms,
  {
    period,
    payable,
    taxes = {},
    exchange: rate,
  }: { period: Period; payable: bigint; taxes?: TaxFacts | undefined; exchange?: ExchangeRate | undefined },
): PaymentOfPeriod | undefined {
  if (payable === 0n) return undefined;
  const { vat, withheld, received } = taxed(terms, { payable, taxes });
  const money = { minor: received, currency: terms.currency };
  const exchanged = terms.exchange && rate ? exchange(money, { into: terms.exchange.payIn, rate }) : undefined;
  const shares = sharesOfPeriod(terms, { period, money: exchanged?.to ?? money });
  const payment = {
    ...(vat ? { vat } : {}),
    ...(withheld ? { withheld } : {}),
    ...(exchanged ? { exchanged } : {}),
    ...(shares ? { shares } : {}),
  };
  return Object.keys(payment).length === 0 ? undefined : payment;
}

/** What of a payable amount the label gets, in minor units of the terms' currency: VAT aside, and less the tax that is withheld from it. */
export const receivedOf = ({ payable, payment }: Pick<Settled, 'payable' | 'payment'>): bigint =>
  payment?.withheld?.net ?? payment?.vat?.net ?? payable;

/** VAT first, withholding on what is net of it; `received` is what the label gets, VAT aside. */
function taxed(
  { taxes: rule }: Terms,
  { payable, taxes }: { payable: bigint; taxes: TaxFacts },
): Pick<PaymentOfPeriod, 'vat' | 'withheld'> & { received: bigint } {
  if (!rule) return { received: payable };
  const { vat: vatRate, withholding } = taxes;
  const vat = vatRate && {
    ...valueAddedTax(payable, { rate: vatRate.rate, treatment: rule.vat }),
    source: vatRate.source,
  };
  const net = vat?.net ?? payable;
  const withheld = withholding && {
    ...withhold(net, { rate: withholding.rate, treatment: rule.withholding }),
    source: withholding.source,
  };
  return { ...(vat ? { vat } : {}), ...(withheld ? { withheld } : {}), received: withheld?.net ?? net };
}

/**
 * What the label receives for a period, shared out among the payees of its first day inside the term by largest remainder. Undefined where the terms name none for it: then all
 * is the label's.
 */
export function sharesOfPeriod(
  { splits, term }: Terms,
  { period, money }: { period: Period; money: { readonly minor: bigint; readonly currency: string } },
): readonly PayeePart[] | undefined {
  if (!splits) return undefined;
  const rounding = moneyRoundingIn(money.currency, { mode: 'half-up' });
  const line = { line: 'payable', date: insideTerm({ term }, period).from, amount: moneyExact(money) };
  const result = splitLines([line], { intervals: splits, rounding });
  const [shared] = result.accepted ? result.lines : [];
  return shared?.status === 'allocated' ? shared.shares : undefined;
}
