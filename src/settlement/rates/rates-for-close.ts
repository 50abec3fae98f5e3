import {
  type CalendarDate,
  chooseRate,
  type CloseFacts,
  dayAfter,
  dayOfRate,
  exactText,
  type Fault,
  isCurrency,
  type Period,
  RATE_PUBLISHERS,
  type RateQuestion,
  rateThrough,
  type Supply,
  type Terms,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { taxesFor } from '../tax/taxes-of-day';
import { agreedExchangeOn, type AgreedRate } from './agreed-rates.repository';
import { isDayOver, rowsFor } from './exchange-rates.repository';
import type { Found } from './found';
import type { UsableRate } from './rate-uses.repository';

type RateSourceOfTerms = NonNullable<Terms['exchange']>['source'];

export interface ExchangeQuestion extends RateQuestion {
  readonly source: RateSourceOfTerms;
  /** Whose the rates are that the parties recorded: needed for `manual`, passed over else. */
  readonly agreementId?: string | undefined;
  /** Only a rate that stays the day's: none of a day before while that of the day itself may still be published. */
  readonly isFinal?: boolean | undefined;
}

/**
 * The rate of the source for a day: of the day itself, or of the latest day before on which the source published, as far back as it ever rests; as published, turned round,
 * or through the source's own currency. `manual`: what both parties confirmed for that very day.
 */
export async function rateFor(tx: Tx, question: ExchangeQuestion): Promise<Found<UsableRate>> {
  const { source, from, to, day } = question;
  const missing = (message: string): { missing: Fault[] } => ({
    missing: [{ pointer: '/exchange', code: 'exchange-rate-missing', message }],
  });
  if (from === to || ![from, to].every(isCurrency)) {
    return missing(`there is nothing to exchange from ${from} into ${to}`);
  }
  if (source === 'manual') {
    const agreed = question.agreementId && (await agreedExchangeOn(tx, question.agreementId, question));
    if (agreed) return { found: agreedExchange(question, agreed) };
    return missing(`no rate of ${from} and ${to} for ${day} is confirmed by both parties`);
  }
  const chosen = chooseRate(source, question, await rowsFor(tx, source, question));
  if (chosen === undefined) {
    const { daysBack } = RATE_PUBLISHERS[source];
    return missing(`${source} has published no rate from ${from} into ${to} for ${day} or the ${daysBack} days before`);
  }
  if (question.isFinal && chosen.on < day && !(await isDayOver(tx, source, { day, pairs: chosen.rows }))) {
    return missing(
      `${source} has published neither for ${day} nor for a day after it: what holds on it is not known yet`,
    );
  }
  const [published, crossedWith] = chosen.rows;
  if (published === undefined) throw new Error('a rate of no rows');
  const { rate, on, asked, formula } = chosen;
  const rows = { published: published.id, crossedWith: crossedWith?.id ?? null };
  return { found: { kind: 'exchange', rate, source, on, asked, formula, from: rows } };
}

function agreedExchange({ from, to, day }: RateQuestion, { number, base, quote, rate, basis }: AgreedRate): UsableRate {
  if (base === null || quote === null) throw new Error(`rate ${number} is not of two currencies`);
  const { rate: used, formula } = rateThrough({ from, to }, [{ base, quote, rate }]);
  return {
    kind: 'exchange',
    rate: exactText(used),
    source: 'manual',
    on: day,
    asked: day,
    formula: `${formula} (${basis})`,
    from: { agreedNumber: number },
  };
}

export interface RatesOfClose {
  /** For the kernel. */
  readonly facts: Pick<CloseFacts, 'taxes' | 'exchange'>;
  /** For `recordUse`, once it is known what they made. */
  readonly rates: readonly UsableRate[];
}

/** Which rates are asked for: of tax, and of exchange. That is undefined where nothing is exchanged before it is paid. */
export interface RateDays {
  readonly taxes: CalendarDate;
  /** What is taxed; absent: the licence. */
  readonly supply?: Supply;
  readonly exchange: CalendarDate | undefined;
  /** Of exchange, as of `ExchangeQuestion`. */
  readonly isFinal?: boolean;
}

/** Every rate of these days that the terms ask for, or all that is missing, so that nobody looks twice. Nothing is fetched here. */
export async function ratesOn(tx: Tx, { id, terms }: Whose, days: RateDays): Promise<Found<RatesOfClose>> {
  const missing: Fault[] = [];
  const rates: UsableRate[] = [];
  let facts: RatesOfClose['facts'] = {};
  if (terms.taxes) {
    const on = { day: days.taxes, supply: days.supply ?? 'royalty' } as const;
    const taxes = await taxesFor(tx, { id, taxes: terms.taxes }, on);
    if ('missing' in taxes) missing.push(...taxes.missing);
    else {
      facts = { ...facts, taxes: taxes.found.facts };
      rates.push(...taxes.found.rates);
    }
  }
  if (terms.exchange && days.exchange !== undefined) {
    const { source, payIn: to } = terms.exchange;
    const question = { source, from: terms.currency, to, day: days.exchange, agreementId: id, isFinal: days.isFinal };
    const exchange = await rateFor(tx, question);
    if ('missing' in exchange) missing.push(...exchange.missing);
    else {
      const { rate, source, on } = exchange.found;
      facts = { ...facts, exchange: { rate, source, on } };
      rates.push(exchange.found);
    }
  }
  return missing.length > 0 ? { missing } : { found: { facts, rates } };
}

/** Of a close: its period, and the day that its statement is of. */
interface Closing {
  readonly period: Period;
  readonly issuedOn: CalendarDate;
}

interface Whose {
  readonly id: string;
  readonly terms: Terms;
}

/** As ratesOn, when a period is closed: tax of the last day of the period, for which its royalties count, exchange of the contract's own day. */
export const ratesOfClose = (tx: Tx, whose: Whose, closing: Closing): Promise<Found<RatesOfClose>> =>
  ratesOn(tx, whose, {
    taxes: dayAfter(closing.period.until, -1),
    exchange: whose.terms.exchange && dayOfRate(whose.terms.exchange, closing),
  });

/** As ratesOfClose, or refuses with rates-missing. Where nothing is payable nobody needs to ask. */
export async function ratesForClose(tx: Tx, whose: Whose, closing: Closing): Promise<RatesOfClose> {
  const rates = await ratesOfClose(tx, whose, closing);
  if ('missing' in rates) throw new DomainError('rates-missing', undefined, rates.missing);
  return rates.found;
}
