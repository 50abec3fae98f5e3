import { monthPeriod, territoryNumber, useModelCode } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { placeCode, placeOf } from './engine/match-plan';
import { int8Max } from './engine/sum-rows';
import type { UsageReport } from './usage-report';

/**
 * The contexts of a report whose lines tell them: a territory, use and model each, for the whole month. What everybody used there, and what it brought, such a
 * report does not tell. Those of a delta are the replaced report's, with its own added. Refuses with report-unreadable where units add up to more than can be
 * kept, and with period-already-reported where another live report speaks for one of them.
 */
export async function insertMappedContexts(
  tx: Tx,
  report: UsageReport,
  told: ReadonlyMap<number, bigint>,
): Promise<void> {
  const units = report.replaces_as === 'delta' ? await withBase(tx, report, told) : told;
  refuseOutOfRange(units);
  const { from, until } = monthPeriod(report.month.slice(0, 7));
  const rows = [...units]
    .sort(([a], [b]) => a - b)
    .map(([code, count]) => {
      const { territory, use, model } = placeOf(code);
      return {
        context_id: `${territory} ${use} ${model}`,
        use_model: useModelCode(use, model),
        territory: territoryNumber(territory),
        usages: String(count),
      };
    });
  await tx.run(
    `INSERT INTO usage_contexts (report_id, label_id, platform_id, service_id, live, context_id, use_model, territory, period, all_usages, allocated_usages)
     SELECT $1, $2, $3, $4, $5, c.context_id, c.use_model, c.territory, daterange($6, $7), c.usages, c.usages
       FROM json_to_recordset($8) AS c(context_id text, use_model int, territory int, usages bigint)`,
    [
      report.id,
      report.label_id,
      report.platform_id,
      report.service_id,
      report.replaces === null,
      from,
      until,
      JSON.stringify(rows),
    ],
  );
}

/** What a delta leaves nothing of, the report speaks for no longer. */
async function withBase(
  tx: Tx,
  { replaces }: UsageReport,
  differences: ReadonlyMap<number, bigint>,
): Promise<Map<number, bigint>> {
  const units = new Map(differences);
  const contexts = await tx.rows<{ territory: number; use_model: number; all_usages: bigint }>(
    'SELECT territory, use_model, all_usages FROM usage_contexts WHERE report_id = $1',
    [replaces],
  );
  for (const { territory, use_model, all_usages } of contexts) {
    const code = placeCode(territory, use_model);
    units.set(code, all_usages + (units.get(code) ?? 0n));
  }
  return new Map([...units].filter(([code, count]) => count !== 0n || !differences.has(code)));
}

/** No recording's sum need be out of range for that. */
function refuseOutOfRange(units: ReadonlyMap<number, bigint>): void {
  const faults = [...units]
    .filter(([, count]) => count > int8Max)
    .map(([code]) => {
      const { territory, use, model } = placeOf(code);
      const message = `the units of all recordings in ${territory}, ${use}, ${model} add up to more than can be kept`;
      return { pointer: '/lines', code: 'sum-out-of-range', message };
    });
  if (faults.length > 0) throw new DomainError('report-unreadable', undefined, faults.slice(0, 100));
}
