import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { royaltiesInvoice } from '../../invoices/invoices.repository';
import type { Books } from '../../ledger/ledger';

export const factKinds = [
  'accepted',
  'rejected',
  'amount-offered',
  'agreed',
  'withdrawn',
  'corrected',
  'overdue',
  'paid',
] as const;
export type FactKind = (typeof factKinds)[number];

/** Where a dispute about lines stands: `agreed`, `withdrawn`, `corrected` and `paid` end it. */
export const disputeStates = ['open', 'accepted', 'rejected', 'agreed', 'withdrawn', 'corrected', 'paid'] as const;
export type StatementDisputeState = (typeof disputeStates)[number];

export interface StatementDisputeFact {
  readonly kind: FactKind;
  /** Null: a job, or what a job brought. */
  readonly organization_id: string | null;
  readonly note: string | null;
  readonly amount_minor: bigint | null;
  readonly at: Date;
}

/** Lines of a statement that the platform disputes, and everything that was said of it since. */
export interface StatementDispute {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  readonly label_id: string;
  readonly platform_id: string;
  /** The statement's month, its first day. */
  readonly month: string;
  readonly lines: readonly number[];
  readonly reason: string;
  readonly evidence: string | null;
  readonly expected_minor: bigint | null;
  readonly disputed_minor: bigint;
  /** What of it waits, or waited. */
  readonly held_minor: bigint;
  readonly held_less: 'paid' | 'not-payable' | null;
  readonly currency: string;
  /** What was taken off the invoice for it, in the invoice's currency, and the value-added tax inside; null: nothing. */
  readonly credited_minor: bigint | null;
  readonly credited_vat_minor: bigint | null;
  readonly credited_currency: string | null;
  readonly answer_by: string;
  readonly opened_at: Date;
  readonly facts: readonly StatementDisputeFact[];
}

/** A dispute is over once any of these was said. */
export const endings: readonly FactKind[] = ['agreed', 'withdrawn', 'corrected', 'paid'];

export function stateOfDispute({ facts }: Pick<StatementDispute, 'facts'>): StatementDisputeState {
  const said = facts.map(({ kind }) => kind).filter((kind) => kind !== 'overdue' && kind !== 'amount-offered');
  return (said.find((kind) => endings.includes(kind)) ?? said.at(-1) ?? 'open') as StatementDisputeState;
}

export const isOver = (dispute: Pick<StatementDispute, 'facts'>): boolean =>
  dispute.facts.some(({ kind }) => endings.includes(kind));

/** Under which name it is booked, invoiced and credited. */
export const sourceOf = ({ number }: Pick<StatementDispute, 'number'>): string => `statement-dispute ${number}`;

/** Which dispute it is, by that name. */
export const numberOf = (source: string): number => Number(source.split(' ')[1]);

type FactRow = Omit<StatementDisputeFact, 'amount_minor' | 'at'> & {
  readonly amount_minor: string | null;
  readonly at: string;
};
type DisputeRow = Omit<StatementDispute, 'facts'> & { readonly facts: readonly FactRow[] };

const withFacts = `
  SELECT d.*, c.amount_minor AS credited_minor, c.vat_minor AS credited_vat_minor, i.currency AS credited_currency,
         coalesce((SELECT json_agg(json_build_object('kind', kind, 'organization_id', organization_id, 'note', note,
                                          'amount_minor', amount_minor::text, 'at', at) ORDER BY sequence)
                          FROM statement_dispute_facts f WHERE f.agreement_id = d.agreement_id AND f.number = d.number), '[]') AS facts
    FROM statement_disputes d
    LEFT JOIN invoice_credits c ON c.agreement_id = d.agreement_id AND c.source = 'statement-dispute ' || d.number
    LEFT JOIN invoices i ON i.id = c.invoice_id`;

const disputeOf = (row: DisputeRow): StatementDispute => ({
  ...row,
  facts: row.facts.map(({ amount_minor, at, ...fact }) => ({
    ...fact,
    amount_minor: amount_minor === null ? null : BigInt(amount_minor),
    at: new Date(at),
  })),
});

/** Refuses with not-found. */
export async function getStatementDispute(tx: Tx, agreementId: string, number: number): Promise<StatementDispute> {
  const row = await tx.first<DisputeRow>(`${withFacts} WHERE d.agreement_id = $1 AND d.number = $2`, [
    agreementId,
    number,
  ]);
  if (row === undefined) throw new DomainError('not-found');
  return disputeOf(row);
}

/**
 * As getStatementDispute, and nobody else decides on it until the transaction ends: it is held by the month's invoice, which a payment holds too. Whoever
 * holds the agreement as well takes that first.
 */
export async function getStatementDisputeForUpdate(
  tx: Tx,
  agreementId: string,
  number: number,
): Promise<StatementDispute> {
  const { month } = await getStatementDispute(tx, agreementId, number);
  await royaltiesInvoice(tx, agreementId, month.slice(0, 7));
  return getStatementDispute(tx, agreementId, number);
}

/** Up to limit + 1 disputes about a statement, by their numbers. */
export async function disputesOfStatement(
  tx: Tx,
  { agreement_id, month }: Pick<StatementDispute, 'agreement_id' | 'month'>,
  { limit, after }: { limit: number; after: number } = { limit: 1_000_000, after: 0 },
): Promise<StatementDispute[]> {
  const rows = await tx.rows<DisputeRow>(
    `${withFacts} WHERE d.agreement_id = $1 AND d.month = $2 AND d.number > $3 ORDER BY d.number LIMIT $4 + 1`,
    [agreement_id, month, after, limit],
  );
  return rows.map(disputeOf);
}

export type NewStatementDispute = Pick<
  StatementDispute,
  | 'month'
  | 'lines'
  | 'reason'
  | 'evidence'
  | 'expected_minor'
  | 'disputed_minor'
  | 'held_minor'
  | 'held_less'
  | 'answer_by'
> & { readonly madeBy: string; readonly at: Date };

/** The caller holds the agreement, so that numbers have no gaps. */
export async function insertStatementDispute(
  tx: Tx,
  { id, labelId, platformId, currency }: Books,
  made: NewStatementDispute,
): Promise<number> {
  const { number } = await tx.one<{ number: number }>(
    `INSERT INTO statement_disputes (agreement_id, number, label_id, platform_id, month, lines, reason, evidence, expected_minor, disputed_minor,
                                     held_minor, held_less, currency, answer_by, made_by, opened_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM statement_disputes WHERE agreement_id = $1
     RETURNING number`,
    [
      ...[id, labelId, platformId, made.month, made.lines, made.reason, made.evidence, made.expected_minor],
      ...[made.disputed_minor, made.held_minor, made.held_less, currency, made.answer_by, made.madeBy, made.at],
    ],
  );
  return number;
}

export interface NewFact {
  readonly kind: FactKind;
  readonly organizationId: string | null;
  readonly madeBy: string;
  readonly note?: string | undefined;
  readonly minor?: bigint;
  readonly at: Date;
}

/** The caller holds the agreement. */
export const insertStatementDisputeFact = (
  tx: Tx,
  { agreement_id, number, label_id, platform_id }: StatementDispute,
  { kind, organizationId, madeBy, note, minor, at }: NewFact,
): Promise<number> =>
  tx.run(
    `INSERT INTO statement_dispute_facts (agreement_id, number, sequence, kind, label_id, platform_id, organization_id, note, amount_minor, made_by, at)
     SELECT $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 FROM statement_dispute_facts WHERE agreement_id = $1 AND number = $2`,
    [agreement_id, number, kind, label_id, platform_id, organizationId, note ?? null, minor ?? null, ...[madeBy, at]],
  );
