import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';

/** Who is paid a part of what is due to a label. */
export interface Payee {
  /** 1, 2, 3 within the agreement: what the books call it. */
  readonly number: number;
  /** As the terms name it. */
  readonly name: string;
}

/** The numbers of these payees, given to whoever has none yet. The caller holds the agreement, so that numbers have no gaps. */
export async function numberPayees(
  tx: Tx,
  { id, labelId, platformId }: Books,
  { names, at }: { readonly names: readonly string[]; readonly at: Date },
): Promise<ReadonlyMap<string, number>> {
  await tx.run(
    `INSERT INTO payees (agreement_id, number, label_id, platform_id, name, named_at)
     SELECT $1, (SELECT coalesce(max(number), 0) FROM payees WHERE agreement_id = $1) + row_number() OVER (ORDER BY place), $2, $3, name, $5
       FROM unnest($4::text[]) WITH ORDINALITY AS named (name, place)
      WHERE NOT EXISTS (SELECT FROM payees p WHERE p.agreement_id = $1 AND p.name = named.name)`,
    [id, labelId, platformId, names, at],
  );
  return new Map((await payeesOf(tx, id)).map(({ number, name }) => [name, number]));
}

/** All that an agreement has shared something out to, by their numbers. */
const payeesOf = (tx: Tx, agreementId: string): Promise<Payee[]> =>
  tx.rows<Payee>('SELECT number, name FROM payees WHERE agreement_id = $1 ORDER BY number', [agreementId]);

/** Transactions `t` by which an invoice of this source was shared out, and what was taken off it or came back since. */
const ofInvoice = (source: string): string =>
  `t.kind = 'payable-shared' AND (t.source = ${source} OR t.source LIKE ${source} || ' %')`;

/** What each payee has of an invoice, by their numbers. */
export async function sharedOf(
  tx: Tx,
  { id, currency }: Books,
  invoiceSource: string,
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await tx.rows<{ payee: number; minor: bigint }>(
    `SELECT p.payee, -sum(p.amount_minor)::bigint AS minor
       FROM ledger_transactions t JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id
      WHERE t.agreement_id = $1 AND ${ofInvoice('$2')} AND p.payee IS NOT NULL AND p.currency = $3 GROUP BY p.payee`,
    [id, invoiceSource, currency],
  );
  return new Map(rows.map(({ payee, minor }) => [payee, minor]));
}

/** In SQL: whether anything of invoice `i` was ever shared out. */
export const isShared = `EXISTS (
  SELECT FROM ledger_transactions t WHERE i.purpose = 'royalties' AND t.agreement_id = i.agreement_id AND ${ofInvoice('i.source')})`;

/** In SQL: what payees have of invoice `i`; of the one of this name where a parameter is given, of all together else. */
export const sharedOut = (name?: string): string => `coalesce((
  SELECT -sum(p.amount_minor)::bigint
    FROM ledger_transactions t JOIN ledger_postings p ON p.agreement_id = t.agreement_id AND p.transaction_id = t.id
   WHERE i.purpose = 'royalties' AND t.agreement_id = i.agreement_id AND ${ofInvoice('i.source')}
     AND p.account = 'payee-payable'${
       name === undefined
         ? ''
         : ` AND p.payee = (SELECT number FROM payees y WHERE y.agreement_id = i.agreement_id AND y.name = ${name})`
     }), 0)`;
