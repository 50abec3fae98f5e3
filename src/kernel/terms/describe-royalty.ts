import { exactText, multiply, rational } from '../money';
import { type PerUnit, type Royalty } from './terms';

/** One royalty in a phrase, amounts in the currency named: what the clause prose and the explanations share. */
export function describeRoyalty(royalty: Royalty, currency: string): string {
  switch (royalty.kind) {
    case 'perUnit':
      return describePerUnit(royalty, currency);
    case 'revenueShare':
      return `${percent(royalty.share)} of the net music advertising revenue, by the licensed share of all plays`;
    case 'flat':
      return `${currency} ${royalty.amount} for the period`;
    case 'greaterOf':
      return `the greatest of: ${describeBranches(royalty.of, currency)}`;
    case 'lesserOf':
      return `the least of: ${describeBranches(royalty.of, currency)}`;
    case 'sum':
      return `the sum of: ${describeBranches(royalty.of, currency)}`;
    case 'floor':
      return `${describeRoyalty(royalty.of, currency)}; but at least ${currency} ${royalty.amount} for the period`;
    case 'cap':
      return `${describeRoyalty(royalty.of, currency)}; but at most ${currency} ${royalty.amount} for the period`;
  }
}

/** The rate per net unit: as written, or the share of the price. */
export function ratePerUnit(royalty: PerUnit): string {
  return 'rate' in royalty ? royalty.rate : exactText(multiply(rational(royalty.price), rational(royalty.share)));
}

/** "0.25" as "25 %". */
export function percent(share: string): string {
  return `${exactText(multiply(rational(share), rational(100n)))} %`;
}

function describePerUnit(royalty: PerUnit, currency: string): string {
  const each = `${currency} ${ratePerUnit(royalty)} for each unit, net of returns`;
  return 'rate' in royalty ? each : `${percent(royalty.share)} of ${currency} ${royalty.price}, that is ${each}`;
}

function describeBranches(branches: readonly Royalty[], currency: string): string {
  return branches
    .map((branch, index) => `(${String.fromCharCode(97 + index)}) ${describeRoyalty(branch, currency)}`)
    .join('; ');
}
