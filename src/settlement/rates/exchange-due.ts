import { exchange, type ExchangeRate, type Money, moneyFromText } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { amountView } from '../amount-view';
import { type Books, postAll } from '../ledger/ledger';
import { exchangedFrom, exchangedInto } from '../ledger/templates';
import { exchangesOf, recordUse, type UsableRate, usedRate } from './rate-uses.repository';

interface Due {
  readonly month: string;
  /** As the use of the rate is recorded, once for each month. */
  readonly occasion: string;
  /** As it is booked. */
  readonly source: string;
  /** In the currency of the books: what the label gets, VAT aside. */
  readonly minor: bigint;
  /** The VAT that is paid with it. Absent: none. */
  readonly vatMinor?: bigint;
  readonly rate: UsableRate;
  readonly into: string;
  readonly effectiveOn: string;
  readonly at: Date;
}

/**
 * What part of a month's money comes to, where others were exchanged before at its rate: rounded so that all parts together are what the whole comes to.
 * Minor units, of the currency that it is exchanged into.
 */
export function exchangedPart(
  { minor, currency }: Money,
  { into, rate, before }: { readonly into: string; readonly rate: ExchangeRate; readonly before: readonly Exchange[] },
): bigint {
  const sum = (of: (one: Exchange) => bigint): bigint => before.reduce((total, one) => total + of(one), 0n);
  const whole = exchange({ minor: minor + sum(({ from }) => from), currency }, { into, rate });
  return whole.to.minor - sum(({ to }) => to);
}

/** In minor units of either currency. */
export interface Exchange {
  readonly from: bigint;
  readonly to: bigint;
}

export interface Exchanged<Of> {
  /** The books in which it is due. */
  readonly agreement: Of;
  /** What it comes to, the VAT with it. */
  readonly minor: bigint;
  readonly vatMinor: bigint;
}

/**
 * What is due leaves the books of the terms' currency and comes into those of the currency of payment, and the use of the rate is recorded: what the label gets and the VAT on it, each rounded by
 * itself. The caller holds the agreement. `before`: what else of the same statement was exchanged at this rate.
 */
export async function exchangeDue<Of extends Books>(
  tx: Tx,
  agreement: Of,
  { month, occasion, source, minor, vatMinor = 0n, rate, into, effectiveOn, at }: Due,
  before: readonly Exchange[] = [],
): Promise<Exchanged<Of>> {
  const { currency } = agreement;
  const part = exchangedPart({ minor, currency }, { into, rate, before });
  const tax = exchangedPart({ minor: vatMinor, currency }, { into, rate, before: [] });
  const amounts = { own: { from: minor, to: part }, vat: { from: vatMinor, to: tax } };
  return bookExchange(tx, agreement, { month, occasion, source, rate, into, effectiveOn, at, ...amounts });
}

type Amounts = Omit<Due, 'minor' | 'vatMinor'> & {
  /** Of what the label gets. Below nothing: what was exchanged is taken back. */
  readonly own: Exchange;
  readonly vat: Exchange;
};

/** Books an exchange whose amounts are known, and records the use of its rate. What is taken back leaves the currency of payment for that of the terms. */
export async function bookExchange<Of extends Books>(
  tx: Tx,
  agreement: Of,
  { month, occasion, source, rate, into, effectiveOn, at, own, vat }: Amounts,
): Promise<Exchanged<Of>> {
  const { currency } = agreement;
  const paid = { ...agreement, currency: into };
  const here = { books: agreement, minor: own.from + vat.from };
  const there = { books: paid, minor: own.to + vat.to };
  const [left, entered] =
    here.minor < 0n ? [there, here].map(({ books, minor }) => ({ books, minor: -minor })) : [here, there];
  const event = { source, effectiveOn, at };
  await postAll(tx, [
    { ...event, agreement: left!.books, kind: 'exchanged-from', legs: exchangedFrom(left!.minor) },
    { ...event, agreement: entered!.books, kind: 'exchanged-into', legs: exchangedInto(entered!.minor) },
  ]);
  const use = { month, rate, at };
  const amounts = ({ from, to }: Exchange) => ({
    amountFrom: amountView(from, currency),
    amountTo: amountView(to, into),
  });
  await recordUse(tx, agreement, { ...use, occasion, ...amounts(own) });
  if (vat.from !== 0n) await recordUse(tx, agreement, { ...use, occasion: vatOf(occasion), ...amounts(vat) });
  return { agreement: paid, minor: there.minor, vatMinor: vat.to };
}

/** As the exchange of its VAT is recorded: "close VAT". */
export const vatOf = (occasion: string): string => `${occasion} VAT`;

/** What a closed month still held and is due now: exchanged at the rate of its close, where it was paid at one. */
export async function exchangeReleased<Of extends Books>(
  tx: Tx,
  agreement: Of,
  due: Omit<Due, 'rate' | 'into'>,
): Promise<Pick<Exchanged<Of>, 'agreement' | 'minor'>> {
  const uses = await exchangesOf(tx, agreement.id, due.month);
  const [close] = uses;
  if (close === undefined) return { agreement, minor: due.minor };
  const minorOf = (amount: string, currency: string): bigint => moneyFromText(amount, currency).minor;
  const before = uses.map((use) => ({
    from: minorOf(use.amount_from, use.currency_from),
    to: minorOf(use.amount_to, use.currency_to),
  }));
  return exchangeDue(tx, agreement, { ...due, rate: usedRate(close), into: close.currency_to }, before);
}
