import type { Client } from 'pg';
import type { Acknowledged } from './acknowledged';
import type { Findings } from './findings';
import type { Transfer } from './stripe-far-side';
import type { System } from './system';

/** Looked at after every restart: nothing doubled, nothing acknowledged gone, every amount right, and the ledger in balance. */
export async function auditNow(system: System, acknowledged: Acknowledged, findings: Findings): Promise<void> {
  const promised = structuredClone(acknowledged);
  await system.behindTheScenes(async (client) => {
    await auditLedger(client, findings);
    await auditDoubles(client, findings);
    await auditReports(client, promised, findings);
    await auditStatements(client, promised, findings);
    await auditPromises(client, promised, findings);
    await auditTransfers(system, client, findings);
  });
}

export async function auditLedger(client: Client, findings: Findings): Promise<void> {
  const { rows } = await client.query<{ currency: string; sum: string }>(
    'SELECT currency, sum(amount_minor)::text AS sum FROM ledger_postings GROUP BY currency',
  );
  for (const { currency, sum } of rows) findings.ledger(currency, BigInt(sum));
  const uneven = await client.query<{ id: string }>(
    'SELECT transaction_id AS id FROM ledger_postings GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0',
  );
  for (const { id } of uneven.rows) findings.lost(`balance of ledger transaction ${id}`);
  const empty = await client.query<{ id: string }>(
    'SELECT id FROM ledger_transactions t WHERE NOT EXISTS (SELECT FROM ledger_postings p WHERE p.transaction_id = t.id)',
  );
  for (const { id } of empty.rows) findings.lost(`legs of ledger transaction ${id}`);
}

/** Each is a business event that may be there once; the same by other means than the database's own unique keys where there are such. */
const once: Readonly<Record<string, string>> = {
  statement: 'SELECT agreement_id, month FROM statements',
  'message of a report': 'SELECT platform_id, message_id FROM usage_reports WHERE reread_because IS NULL',
  'live report of a service and month': `SELECT service_id, month FROM usage_reports WHERE state = 'accepted'`,
  invoice: 'SELECT agreement_id, purpose, source FROM invoices',
  'receipt of an invoice': 'SELECT invoice_id FROM receipt_allocations',
  'payout of an invoice': 'SELECT invoice_id FROM payout_allocations WHERE live',
  'transfer of a payout': 'SELECT transfer_id FROM payouts WHERE transfer_id IS NOT NULL',
  'ledger transaction': 'SELECT agreement_id, kind, source FROM ledger_transactions',
  'booking of a period': 'SELECT agreement_id, period, report_ids FROM period_bookings',
};

async function auditDoubles(client: Client, findings: Findings): Promise<void> {
  for (const [what, rows] of Object.entries(once)) {
    const { rows: found } = await client.query<{ key: string }>(
      `SELECT r::text AS key FROM (${rows}) AS r GROUP BY r HAVING count(*) > 1`,
    );
    for (const { key } of found) findings.duplicated(`${what} ${key}`);
  }
}

/** A report that was read counts exactly once: not yet read is fine here, half read never is. */
async function auditReports(client: Client, { reports }: Acknowledged, findings: Findings): Promise<void> {
  const { rows } = await client.query<{ id: string; state: string; quantity: string; returns: string }>(
    `SELECT r.id, r.state, coalesce(sum(s.quantity), 0)::text AS quantity, coalesce(sum(s.returns), 0)::text AS returns
       FROM usage_reports r LEFT JOIN usage_totals s ON s.report_id = r.id GROUP BY r.id`,
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const { id, quantity, returns } of reports) {
    const row = found.get(id);
    if (row === undefined || row.state === 'refused') findings.lost(`report ${id} (${row?.state ?? 'not there'})`);
    else {
      const expected = row.state === 'received' ? 0n : quantity;
      const booked = BigInt(row.quantity);
      if (booked < expected) findings.lost(`usage of report ${id}: ${booked} of ${expected}`);
      if (booked > expected) findings.duplicated(`usage of report ${id}: ${booked} instead of ${expected}`);
      if (row.state !== 'received' && BigInt(row.returns) !== returns) findings.lost(`returns of report ${id}`);
    }
  }
}

async function auditStatements(client: Client, { closes }: Acknowledged, findings: Findings): Promise<void> {
  const { rows } = await client.query<
    Record<'agreement' | 'month' | 'royalties' | 'recouped' | 'payable' | 'lines', string>
  >(
    `SELECT agreement_id AS agreement, to_char(month, 'YYYY-MM') AS month, royalties_minor::text AS royalties, recouped_minor::text AS recouped,
            total_minor::text AS payable,
            (SELECT coalesce(sum(l.amount_minor), 0)::text FROM statement_lines l WHERE l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft) AS lines
       FROM statements s`,
  );
  for (const { agreement, month, ...amounts } of rows) {
    const promise = closes.find((close) => close.agreementId === agreement && close.month === month);
    // The answer to the request may not have arrived yet.
    if (promise === undefined) continue;
    const { royalties, recouped, payable } = promise;
    const right = [royalties, recouped, payable, royalties].join(' ');
    const stated = [amounts.royalties, amounts.recouped, amounts.payable, amounts.lines].join(' ');
    if (stated !== right) findings.lost(`amounts of ${month} under ${agreement}: ${stated} instead of ${right}`);
  }
}

async function auditPromises(client: Client, { closes, payouts }: Acknowledged, findings: Findings): Promise<void> {
  const missing = async (table: string, ids: readonly string[]): Promise<string[]> => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM unnest($1::uuid[]) AS p(id) WHERE NOT EXISTS (SELECT FROM ${table} t WHERE t.id = p.id)`,
      [ids],
    );
    return rows.map(({ id }) => `${table} ${id}`);
  };
  const gone = [
    ...(await missing(
      'operations',
      closes.map(({ operationId }) => operationId),
    )),
    ...(await missing(
      'payouts',
      payouts.map(({ id }) => id),
    )),
  ];
  for (const what of gone) findings.lost(what);
}

/** Asked in this order: what we call sent must be at the provider already, what we call failed must not be. */
async function auditTransfers(system: System, client: Client, findings: Findings): Promise<void> {
  const { rows } = await client.query<{ id: string; net: string; state: string }>(
    `SELECT id, net_minor::text AS net, state FROM payouts WHERE state IN ('sent', 'confirmed', 'failed', 'rejected')`,
  );
  const transfers = await system.stripe.transfers();
  const perPayout = new Map<string, Transfer[]>();
  for (const transfer of transfers) {
    const payout = transfer.metadata.payout_id ?? 'none';
    perPayout.set(payout, [...(perPayout.get(payout) ?? []), transfer]);
  }
  for (const [payout, own] of perPayout)
    if (own.length > 1) findings.duplicated(`transfer of payout ${payout} at the provider`);
  for (const { id, net, state } of rows) {
    const [transfer] = perPayout.get(id) ?? [];
    if (state === 'failed' || state === 'rejected') {
      if (transfer !== undefined)
        findings.duplicated(`money of payout ${id}: transferred, and ${state} with its invoices free again`);
    } else if (transfer === undefined) findings.lost(`transfer of payout ${id}, which is called sent`);
    else if (String(transfer.amount) !== net)
      findings.lost(`amount of payout ${id}: ${transfer.amount} instead of ${net}`);
  }
}

/** What still keeps everything from being done; empty when every promise is kept to its end. */
export async function openMatters(
  system: System,
  { reports, closes, payments, payouts }: Acknowledged,
): Promise<string[]> {
  const transfers = await system.stripe.transfers();
  return system.behindTheScenes(async (client) => {
    const count = async (what: string, expected: number, question: string): Promise<string[]> => {
      const { rows } = await client.query<{ count: string }>(`SELECT count(*)::text AS count FROM ${question}`);
      return rows[0]!.count === String(expected) ? [] : [`${what}: ${rows[0]!.count} of ${expected}`];
    };
    const accounts = `(SELECT account FROM ledger_postings WHERE account IN ('platform-receivable', 'label-payable', 'cash-in-transit')
                        GROUP BY agreement_id, account HAVING sum(amount_minor) <> 0) AS open_accounts`;
    return [
      ...(await count(
        'reports read',
        reports.length,
        `usage_reports WHERE state IN ('accepted', 'superseded') AND reread_because IS NULL`,
      )),
      ...(await count('statements', closes.length, 'statements')),
      ...(await count('invoices paid', payments.length, `invoices WHERE state = 'paid'`)),
      ...(await count('invoices open', 0, `invoices WHERE state <> 'paid'`)),
      ...(await count('receipts', payments.length, 'receipts')),
      ...(await count('payouts confirmed', payouts.length, `payouts WHERE state = 'confirmed'`)),
      ...(await count('payouts in another state', 0, `payouts WHERE state <> 'confirmed'`)),
      ...(await count('accounts that should be level and are not', 0, accounts)),
      ...(transfers.length === payouts.length ? [] : [`transfers: ${transfers.length} of ${payouts.length}`]),
    ];
  });
}

/**
 * What was payable in all, and what became of it: transferred by the provider, or kept as commission. In minor units; the story has one currency. Every cent of both is
 * counted where it was last: statements and what fell due at signature, and the provider's own transfers.
 */
export async function paidInAll(system: System): Promise<{ readonly payable: bigint; readonly paid: bigint }> {
  const transferred = (await system.stripe.transfers()).reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return system.behindTheScenes(async (client) => {
    const { rows } = await client.query<{ payable: string; commission: string }>(
      `SELECT ((SELECT coalesce(sum(total_minor), 0) FROM statements)
               + (SELECT coalesce(sum(amount_minor), 0) FROM invoices WHERE purpose <> 'royalties'))::text AS payable,
              (SELECT coalesce(sum(commission_minor), 0) FROM payouts WHERE state = 'confirmed')::text AS commission`,
    );
    const { payable, commission } = rows[0]!;
    return { payable: BigInt(payable), paid: transferred + BigInt(commission) };
  });
}
