import type { AgreementWithTerms } from '../../agreements';
import { type BreakageLine, territoryNumber, useModelCode } from '../../kernel';
import { copyInto, type CopyValue } from '../../platform/database/copy';
import type { Tx } from '../../platform/database/tx';
import type { ClosedMonth } from './rate-close';
import { statementLines } from './statement-lines';

const columns = [
  'agreement_id',
  'month',
  'draft',
  'line',
  'label_id',
  'platform_id',
  'period',
  'clause',
  'isrc',
  'service_id',
  'territory',
  'use_model',
  'quantity',
  'returns',
  'controlled_share',
  'sales',
  'used_on',
  'reported_on',
  'exact',
  'amount_minor',
] as const;

const breakageColumns = [
  ...['agreement_id', 'month', 'draft', 'line', 'label_id', 'platform_id'],
  ...['isrc', 'weight', 'exact', 'amount_minor'],
];

/** Writes the statement's lines by COPY: there may be a million. So may there be of breakage. */
export async function writeLines(
  tx: Tx,
  agreement: AgreementWithTerms,
  { closed, draft }: { closed: ClosedMonth; draft: number },
): Promise<void> {
  await copyInto(tx, 'statement_lines', columns, rows(agreement, closed, draft));
  const { month, settled } = closed;
  if (settled.breakage === undefined) return;
  const { lines } = settled.breakage;
  await copyInto(tx, 'breakage_lines', breakageColumns, breakageRows(agreement, { month, draft, lines }));
}

function* breakageRows(
  { id, labelId, platformId }: AgreementWithTerms,
  { month, draft, lines }: { month: string; draft: number; lines: readonly BreakageLine[] },
): Generator<CopyValue[]> {
  for (const [place, { isrc, weight, exact, minor }] of lines.entries()) {
    yield [id, `${month}-01`, draft, place + 1, labelId, platformId, isrc, weight, exact, minor];
  }
}

function* rows(
  { id, labelId, platformId }: AgreementWithTerms,
  closed: ClosedMonth,
  draft: number,
): Generator<CopyValue[]> {
  let line = 0;
  for (const { period, clause, recording, quantity, returns, sales = null, exact, minor } of statementLines(closed)) {
    line += 1;
    const context =
      recording === undefined
        ? [null, null, null, null]
        : [
            recording.isrc,
            recording.service,
            territoryNumber(recording.territory),
            useModelCode(recording.use, recording.model),
          ];
    const { controlledShare = null, usedOn = null, reportedOn = null } = recording ?? {};
    const facts = [quantity, returns, controlledShare, sales, usedOn, reportedOn, exact, minor];
    yield [id, `${closed.month}-01`, draft, line, labelId, platformId, `${period}-01`, clause, ...context, ...facts];
  }
}
