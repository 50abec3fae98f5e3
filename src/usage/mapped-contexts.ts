import { monthPeriod, territoryNumber, useModelCode } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { placeOf } from './engine/match-plan';
import type { UsageReport } from './usage-report';

/**
 * The contexts of a report whose lines tell them: a territory, use and model each, for the whole month. What everybody used there, and what it brought, such a
 * report does not tell. Refuses with period-already-reported where another live report speaks for one of them.
 */
export async function insertMappedContexts(
  tx: Tx,
  report: UsageReport,
  units: ReadonlyMap<number, bigint>,
): Promise<void> {
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
