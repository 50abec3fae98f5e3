import { divide, moneyExact, rational, useModelCode } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { AverageQuestion, BookedAverage } from '../../usage';

/** What a unit of a use came to in the last closed month that had any, corrections included; undefined where there is none. */
export async function averageBooked(
  tx: Tx,
  { agreement: { id, currency }, serviceId, use, model }: AverageQuestion,
): Promise<BookedAverage | undefined> {
  const row = await tx.first<{ month: string; minor: string; units: string }>(
    `SELECT to_char(period, 'YYYY-MM') AS month, sum(amount_minor)::text AS minor, sum(quantity - returns)::text AS units FROM statement_lines JOIN statements USING (agreement_id, month, draft)
      WHERE agreement_id = $1 AND service_id = $2 AND use_model = $3 GROUP BY period HAVING sum(quantity - returns) > 0 ORDER BY period DESC LIMIT 1`,
    [id, serviceId, useModelCode(use, model)],
  );
  if (row === undefined) return undefined;
  const amount = moneyExact({ minor: BigInt(row.minor), currency });
  return { month: row.month, perUnit: divide(amount, rational(BigInt(row.units))) };
}
