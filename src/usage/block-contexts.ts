import type { Head, SummaryFigures } from '../ddex';
import type { OpeningContext } from './opening-context';

/**
 * The sales contexts of a Basic Audio or UGC report, a row for each id of its summaries, in their order. What everybody used there and what it brought is known
 * where one summary alone tells both: those that repeat an id for each rights controller each tell another part, and parts overlap.
 */
export function blockContexts(summaries: readonly SummaryFigures[], { usageStart, usageEnd }: Head): OpeningContext[] {
  const byId = Map.groupBy(summaries, ({ summaryRecordId }) => summaryRecordId);
  return [...byId.values()].map((of) => {
    const [first] = of as [SummaryFigures, ...SummaryFigures[]];
    const telling = of.filter(({ revenue }) => revenue !== null);
    const [alone] = telling.length === 1 ? telling : [];
    const isKnown = alone !== undefined && alone.usages !== null && alone.musicUsageRatio !== null;
    const usages = of.reduce((most, { usages: told }) => (told !== null && told > most ? told : most), 0n);
    return {
      lineNumber: first.lineNumber,
      summaryRecordId: first.summaryRecordId,
      commercialModel: first.commercialModel,
      useType: first.useType,
      territory: first.territory,
      periodStart: usageStart,
      periodEnd: usageEnd,
      serviceDescriptions: of.map(({ serviceDescription }) => serviceDescription),
      usages,
      allocatedUsages: usages,
      netRevenue: isKnown ? alone.revenue : null,
      musicUsageRatio: isKnown ? alone.musicUsageRatio : null,
      currencyOfAccounting: telling[0]?.currency ?? null,
    };
  });
}
