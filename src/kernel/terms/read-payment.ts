import { isCurrency } from '../money';
import { INTEGERS } from './limits';
import { type ExchangeRule, type LateInterest, type PaymentDuties, type Taxes } from './money-clauses';
import { readAmount } from './royalty-context';
import { readShare } from './read-shares';
import { fault, member, readFields, readInteger, readOptional, readString, readWord, type Place } from './reading';

/** When invoices are due, what is too little to be paid, and what lateness costs. */
export function readPayment(place: Place, currency: string | undefined): PaymentDuties {
  const fields = readFields(place, { required: ['dueDays'], optional: ['minimumPayout', 'lateInterest'] });
  if (!fields) return { dueDays: 0 };
  return {
    dueDays: readInteger(member(fields, 'dueDays'), INTEGERS.dueDays),
    ...readOptional(fields, 'minimumPayout', (amount) => readAmount(amount, currency)),
    ...readOptional(fields, 'lateInterest', readLateInterest),
  };
}

export function readLateInterest(place: Place): LateInterest {
  const fields = readFields(place, { required: ['annualRate', 'dayCount', 'graceDays'] });
  if (!fields) return { annualRate: '0', dayCount: 'actual/365', graceDays: 0 };
  return {
    annualRate: readShare(member(fields, 'annualRate')),
    dayCount: readWord(member(fields, 'dayCount'), { words: ['actual/365', 'actual/360'] }),
    graceDays: readInteger(member(fields, 'graceDays'), INTEGERS.graceDays),
  };
}

/** Who bears tax. */
export function readTaxes(place: Place): Taxes {
  const fields = readFields(place, { required: ['withholding', 'vat'] });
  if (!fields) return { withholding: 'deducted', vat: 'added' };
  return {
    withholding: readWord(member(fields, 'withholding'), { words: ['deducted', 'grossed-up'] }),
    vat: readWord(member(fields, 'vat'), { words: ['added', 'included', 'reverse-charge'] }),
  };
}

/** Payment in another currency than the terms are in: absent, not the same one, where there is nothing to exchange. */
export function readExchange(place: Place, currency: string | undefined): ExchangeRule {
  const fields = readFields(place, { required: ['payIn', 'source', 'rateOf'] });
  if (!fields) return { payIn: '', source: 'manual', rateOf: 'payment' };
  const payIn = readString(member(fields, 'payIn'));
  if (payIn !== undefined && !isCurrency(payIn)) {
    fault(member(fields, 'payIn'), 'terms-currency', 'must be an active ISO 4217 currency');
  } else if (payIn !== undefined && payIn === currency) {
    fault(member(fields, 'payIn'), 'terms-exchange', 'is the currency of the terms: there is nothing to exchange');
  }
  return {
    payIn: payIn ?? '',
    source: readWord(member(fields, 'source'), { words: ['ecb', 'cbr', 'manual'] }),
    rateOf: readWord(member(fields, 'rateOf'), { words: ['period-end', 'statement', 'payment'] }),
  };
}
