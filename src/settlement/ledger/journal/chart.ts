import { Injectable } from '@nestjs/common';
import { audit } from '../../../platform/audit/audit';
import { type Actor, actorName } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import type { Account } from '../templates';

/** What an organization calls the accounts in its own books; accounts that it has not named are absent. */
export type Codes = Readonly<Partial<Record<Account, string>>>;

export interface Chart {
  readonly codes: Codes;
  readonly savedAt: Date | null;
}

export async function findChart(tx: Tx, organizationId: string): Promise<Chart> {
  const row = await tx.first<{ codes: Codes; saved_at: Date }>(
    'SELECT codes, saved_at FROM charts_of_accounts WHERE organization_id = $1 ORDER BY number DESC LIMIT 1',
    [organizationId],
  );
  return row === undefined ? { codes: {}, savedAt: null } : { codes: row.codes, savedAt: row.saved_at };
}

/** Saves a chart in place of the one before, which is kept. Refuses with request-invalid where an account is named twice. */
@Injectable()
export class SaveChart {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    given: readonly { readonly account: Account; readonly code: string }[],
  ): Promise<Chart> {
    const faults = given.flatMap(({ account }, place) =>
      given.findIndex((other) => other.account === account) === place
        ? []
        : [{ pointer: `/accounts/${place}/account`, code: 'field-array-unique', message: `${account} is named twice` }],
    );
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const { organizationId } = actor;
    const codes = Object.fromEntries(given.map(({ account, code }) => [account, code]));
    const at = this.clock.now();
    // One after the other: each is the next in number.
    await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('accordo chart ' || $1, 0))`, [organizationId]);
    await tx.run(
      `INSERT INTO charts_of_accounts (organization_id, number, codes, saved_by, saved_at)
       SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM charts_of_accounts WHERE organization_id = $1`,
      [organizationId, JSON.stringify(codes), actorName(actor), at],
    );
    await audit(tx, actor, { action: 'chart-of-accounts.saved', subjectId: organizationId, details: { codes }, at });
    return { codes, savedAt: at };
  }
}
