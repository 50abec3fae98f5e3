import { asksForSingleSales, at, type Fault, type Royalty, type Terms } from '../kernel';

/**
 * Every clause that the kernel can close and this server cannot book yet: `terms-not-operable`, with pointers into the canonical
 * terms. Nobody may sign what would not run. Audit rights and late interest are no part of a close and may stand.
 */
export function inoperable(terms: Terms): Fault[] {
  return [
    ...plain(terms),
    ...lists(terms),
    ...paidBesideTaxes(terms),
    ...terms.royalties.flatMap(({ royalty }, place) =>
      reasonsOf(royalty).map((reason) => fault(`${at('/royalties', place)}/royalty`, reason)),
    ),
  ];
}

/** What runs instead, or what is missing: "is not settled here yet: …". */
const fault = (pointer: string, reason: string): Fault => ({
  pointer,
  code: 'terms-not-operable',
  message: `is not settled here yet: ${reason}`,
});

function plain({ reportingPeriod, rounding, recoupment, ...terms }: Terms): Fault[] {
  const faults: Fault[] = [];
  if (reportingPeriod !== 'month') faults.push(fault('/reportingPeriod', 'only calendar months are closed'));
  if (rounding.apply === 'line') faults.push(fault('/rounding/apply', 'only the total of a period is rounded'));
  if (recoupment?.pooledWith) faults.push(fault('/recoupment/pooledWith', 'every agreement is closed by itself'));
  if (terms.breakage) faults.push(fault('/breakage', 'what lapses is booked, but not allocated to recordings'));
  const { taxes, exchange } = terms;
  if (exchange?.rateOf === 'payment') faults.push(fault('/exchange/rateOf', 'a close invoices before anybody pays'));
  if (exchange && taxes && taxes.vat !== 'reverse-charge') {
    faults.push(fault('/exchange', 'value-added tax that is paid to the label is not exchanged'));
  }
  return faults;
}

/** A close taxes and exchanges what it makes payable; what is booked for a day of its own passes it by. */
function paidBesideTaxes({ taxes, exchange, advances, settlement, guarantees = [], minimumFees = [] }: Terms): Fault[] {
  if (!taxes && !exchange) return [];
  const instalments = guarantees.map(
    (guarantee) => guarantee.per === 'interval' && guarantee.intervals.some((interval) => interval.instalments),
  );
  const pointers = [
    ...advances.map((_, place) => at('/advances', place)),
    ...(settlement ? ['/settlement/backFee'] : []),
    ...instalments.flatMap((paid, place) => (paid ? [at('/guarantees', place)] : [])),
    ...minimumFees.map((_, place) => at('/minimumFees', place)),
  ];
  return pointers.map((pointer) => fault(pointer, 'what is paid beforehand is neither taxed nor exchanged'));
}

const lists = ({ splits = [] }: Terms): Fault[] =>
  splits.map((_, place) => fault(at('/splits', place), 'payouts go to the label alone'));

/** What was sold is known as sums, not sale by sale. */
const reasonsOf = (royalty: Royalty): string[] =>
  asksForSingleSales(royalty) ? ['sales are not told one by one'] : [];
