import { readAdvances } from './read-advances';
import { readAudit } from './read-audit';
import { readInKindCredits, readMinimumFees } from './read-fees';
import { readGuarantees } from './read-guarantees';
import { readExchange, readPayment, readTaxes } from './read-payment';
import { readBreakage, readRecoupment } from './read-recoupment';
import { readReserves } from './read-reserves';
import { readSplits } from './read-splits';
import { member, readOptional, type Fields, type Place } from './reading';
import { type MoneyReferences } from './references';
import { type Terms } from './terms';

/** The optional members of terms that are read here, next to `advances` and `payment`. */
export const OPTIONAL_MONEY_CLAUSES = [
  ...['guarantees', 'minimumFees', 'inKindCredits', 'recoupment', 'reserves', 'breakage'],
  ...['splits', 'taxes', 'exchange', 'audit'],
];

type MoneyClauses = Pick<
  Terms,
  | 'guarantees'
  | 'minimumFees'
  | 'inKindCredits'
  | 'advances'
  | 'recoupment'
  | 'reserves'
  | 'breakage'
  | 'splits'
  | 'taxes'
  | 'exchange'
  | 'audit'
  | 'payment'
>;

/** What turns what is earned into what is paid. Clauses that are not given stay absent. */
export function readMoneyClauses(fields: Fields, references: MoneyReferences): MoneyClauses {
  const { currency } = references;
  const clauses = {
    ...readOptional(fields, 'guarantees', (place) => readGuarantees(place, references)),
    ...readOptional(fields, 'minimumFees', (place) => readMinimumFees(place, references)),
    ...readOptional(fields, 'inKindCredits', (place) => readInKindCredits(place, references)),
    advances: readAdvances(member(fields, 'advances'), references),
    ...readOptional(fields, 'recoupment', readRecoupment),
    ...readOptional(fields, 'reserves', (place) => readReserves(place, references)),
    ...readOptional(fields, 'breakage', readBreakage),
    ...readOptional(fields, 'splits', readSplits),
    ...readOptional(fields, 'taxes', readTaxes),
    ...readOptional(fields, 'exchange', (place) => readExchange(place, currency)),
    ...readOptional(fields, 'audit', readAudit),
    payment: readPayment(member(fields, 'payment'), currency),
  };
  refuseSharedIds(member(fields, 'minimumFees'), clauses);
  return clauses;
}

/** What is paid before it is earned has its balance by its id and first day: a fee and a guarantee of one id would share it. */
function refuseSharedIds(
  place: Place,
  { guarantees = [], minimumFees = [] }: Pick<MoneyClauses, 'guarantees' | 'minimumFees'>,
): void {
  minimumFees.forEach(({ id }, index) => {
    if (id === '' || !guarantees.some((guarantee) => guarantee.id === id)) return;
    place.faults.add(`${place.pointer}/${index}/id`, 'terms-duplicate', `"${id}" is a minimum guarantee`);
  });
}
