import { asksForSingleSales, at, beginsReportingPeriod, contains, type Fault, stepDays, type Terms } from '../kernel';

/**
 * Every clause that the kernel can close and this server cannot book yet: `terms-not-operable`, with pointers into the canonical
 * terms. Nobody may sign what would not run. Audit rights and late interest are no part of a close and may stand.
 */
export function inoperable(terms: Terms): Fault[] {
  return [
    ...together(terms),
    ...sharesWithin(terms),
    // What was sold is known as sums, not sale by sale.
    ...terms.royalties.flatMap(({ royalty }, place) =>
      asksForSingleSales(royalty) ? [fault(`${at('/royalties', place)}/royalty`, 'sales are not told one by one')] : [],
    ),
  ];
}

/** What runs instead, or what is missing: "is not settled here yet: …". */
const fault = (pointer: string, reason: string): Fault => ({
  pointer,
  code: 'terms-not-operable',
  message: `is not settled here yet: ${reason}`,
});

/** Each runs by itself; together nobody has said yet how. */
function together({ reportingPeriod, recoupment, royalties, exchange, splits = [] }: Terms): Fault[] {
  const faults: Fault[] = [];
  if (recoupment?.pooledWith && reportingPeriod !== 'month') {
    faults.push(fault('/recoupment/pooledWith', 'agreements of a pool are closed by the month'));
  }
  // Usage is kept apart by days within a month, not within longer periods.
  if (reportingPeriod !== 'month') {
    royalties.forEach(({ royalty }, place) => {
      if (stepDays(royalty, 'usageDate').every((day) => beginsReportingPeriod(reportingPeriod, day))) return;
      const reason = 'where periods are longer than a month, the rate changes with a period';
      faults.push(fault(`${at('/royalties', place)}/royalty`, reason));
    });
  }
  if (exchange?.rateOf === 'payment') {
    if (exchange.source === 'manual') {
      faults.push(
        fault('/exchange/source', 'who has to confirm the rate of the day of payment could keep it from being paid'),
      );
    }
    splits.forEach((_, place) => {
      faults.push(fault(at('/splits', place), 'what is exchanged when it is paid is not shared out among payees'));
    });
  }
  return faults;
}

/** A reporting period is shared out as a whole, by the shares of its first day in the term: others cannot begin within it. */
function sharesWithin({ reportingPeriod, term, splits = [] }: Terms): Fault[] {
  return splits.flatMap((split, place) =>
    (['from', 'until'] as const)
      .filter((side) => contains(term, split[side]) && split[side] !== term.from)
      .filter((side) => !beginsReportingPeriod(reportingPeriod, split[side]))
      .map((side) => fault(`${at('/splits', place)}/${side}`, 'shares change with a reporting period')),
  );
}
