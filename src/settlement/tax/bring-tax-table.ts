import { Injectable } from '@nestjs/common';
import { sha256Hex } from '../../kernel';
import { type ApprovalAction, Approvals } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { askToInvoiceAllHeld } from '../invoices/held-invoices.repository';
import { rowsOfTable, type TaxTableBody } from './tax-table-body';
import { decideTaxTable, findTaxTable, insertTaxTable, type TaxTable } from './tax-tables.repository';

export const taxTableAction = 'tax-table.approve';

/** Takes a table in, whole or not at all, and puts it up for a second person. Refuses with request-invalid and all faults. */
@Injectable()
export class BringTaxTable {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
  ) {}

  async execute(tx: Tx, actor: Actor, body: TaxTableBody): Promise<TaxTable> {
    const read = rowsOfTable(body);
    if ('faults' in read) throw new DomainError('request-invalid', undefined, read.faults);
    const at = this.clock.now();
    const sha256 = sha256Hex(JSON.stringify(body));
    const table = { name: body.name, assumes: body.assumes, sha256, made_by: actorName(actor), made_at: at };
    const id = await tx.asSystem(() => insertTaxTable(tx, table, read.rows));
    await this.approvals.request(tx, actor, taxTableAction, id);
    const details = { sha256, rules: String(read.rows.length) };
    await audit(tx, actor, { action: 'tax-table.proposed', subjectId: id, details, at });
    return getTable(tx, id);
  }
}

/** What a second person says of a table: approved, it holds from now on, and what was held for a rate is tried again. */
@Injectable()
export class ApproveTaxTable implements ApprovalAction {
  readonly roles = ['finance'] as const;

  constructor(private readonly clock: Clock) {}

  /** A table never changes: the text that was sent says all of it. */
  async subjectHash(tx: Tx, id: string): Promise<string> {
    return (await getTable(tx, id)).sha256;
  }

  async decided(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<void> {
    const table = await getTable(tx, id);
    const at = this.clock.now();
    await tx.asSystem(async () => {
      await decideTaxTable(tx, table, { decision, by: actorName(actor), at });
      if (decision === 'approved') await askToInvoiceAllHeld(tx);
    });
    const details = { number: String(table.number), sha256: table.sha256 };
    await audit(tx, actor, { action: `tax-table.${decision}`, subjectId: id, details, at });
    await publish(tx, {
      to: [actor.organizationId],
      topic: `tax-table.${decision}`,
      subjectId: id,
      payload: details,
      at,
    });
  }
}

async function getTable(tx: Tx, id: string): Promise<TaxTable> {
  const table = await findTaxTable(tx, id);
  if (table === undefined) throw new DomainError('not-found');
  return table;
}
