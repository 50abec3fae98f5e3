import type { AgreementWithTerms } from '../../agreements';
import { type Carried, type ReportingPeriod, reportingPeriodNameAround } from '../../kernel';
import { often, type Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { UsageBasis } from '../../usage';
import { unpacked } from './drafts/packed';
import { waitingDrafts } from './drafts/waiting';

/** A closed reporting period of an agreement: what its clause lines say, and the balances that passed through it. Never changed. */
export interface Statement {
  readonly id: string;
  readonly agreement_id: string;
  /** The first day of the period, and of the month that stands for it. */
  readonly month: string;
  readonly reporting_period: ReportingPeriod;
  readonly label_id: string;
  readonly platform_id: string;
  /** The canonical clause lines; `sha256` is over exactly this text. */
  readonly clause_lines: string;
  readonly sha256: string;
  readonly royalties_minor: bigint;
  readonly recouped_minor: bigint;
  /** What became payable. */
  readonly total_minor: bigint;
  /** What of it open disputes hold back. */
  readonly held_minor: bigint;
  readonly currency: string;
  readonly carried_in: Carried;
  readonly carried_out: Carried;
  /** The period whose usage stood in for reports that were overdue, its first day; null: none did. */
  readonly estimated_from: string | null;
  /** Which draft of the period it was; its lines are named by it. */
  readonly draft: number;
  /** Null while it is a draft. */
  readonly issued_at: Date | null;
}

export type IssuedStatement = Statement & { readonly issued_at: Date };

/** What was booked for a period at one time. A correction is another booking with the next number. */
export interface Booking {
  /** The period's first day. */
  readonly period: string;
  readonly sequence: number;
  readonly statement_month: string;
  readonly report_ids: readonly string[];
  /** Events up to here; null where reports alone were money. */
  readonly event_position: bigint | null;
  readonly total_minor: bigint;
  readonly delta_minor: bigint;
}

/** What a booking counted, to be counted again. */
export const basisOf = ({
  report_ids,
  event_position,
}: Pick<Booking, 'report_ids' | 'event_position'>): UsageBasis => ({
  reportIds: report_ids,
  eventPosition: event_position,
});

/** What bookings counted, by month in their order. */
export const basesOf = (
  bookings: readonly Pick<Booking, 'period' | 'report_ids' | 'event_position'>[],
): Map<string, UsageBasis> => new Map(bookings.map((booking) => [booking.period.slice(0, 7), basisOf(booking)]));

/** Refuses with not-found when none is issued that the transaction's organization may see. */
export async function getStatement(tx: Tx, id: string): Promise<IssuedStatement> {
  const statement = await findStatement(tx, id);
  if (statement === undefined) throw new DomainError('not-found');
  return statement;
}

export const findStatement = (tx: Tx, id: string): Promise<IssuedStatement | undefined> =>
  tx.first<IssuedStatement>('SELECT * FROM statements WHERE id = $1', [id]);

/** What a statement's period is called, or another one of its agreement by the first day: '2026-01', '2026-Q1', '2026-H1', '2026'. */
export const periodNameOf = (
  { month, reporting_period }: Pick<Statement, 'month' | 'reporting_period'>,
  day = month,
): string => reportingPeriodNameAround(reporting_period, day.slice(0, 7));

/** As periodNameOf, of the period whose usage stood in; null where none did. */
export const standInNameOf = (
  statement: Pick<Statement, 'month' | 'reporting_period' | 'estimated_from'>,
): string | null => (statement.estimated_from === null ? null : periodNameOf(statement, statement.estimated_from));

/** What a statement's files are called, without their extension. */
export const fileNameOf = (statement: Pick<Statement, 'id' | 'month' | 'reporting_period'>): string =>
  `statement-${periodNameOf(statement)}-${statement.id}`;

export const statementOfMonth = (tx: Tx, agreementId: string, month: string): Promise<IssuedStatement | undefined> =>
  tx.first<IssuedStatement>(often('SELECT * FROM statements WHERE agreement_id = $1 AND month = $2'), [
    agreementId,
    `${month}-01`,
  ]);

/** All that were issued under an agreement, by period. */
export const statementsOf = (tx: Tx, agreementId: string): Promise<Statement[]> =>
  tx.rows<Statement>('SELECT * FROM statements WHERE agreement_id = $1 ORDER BY month', [agreementId]);

/** The balances after the last close; its text may be long and is left where it is. */
export const latestStatement = (
  tx: Tx,
  agreementId: string,
): Promise<Pick<Statement, 'month' | 'carried_out'> | undefined> =>
  tx.first(often('SELECT month, carried_out FROM statements WHERE agreement_id = $1 ORDER BY month DESC LIMIT 1'), [
    agreementId,
  ]);

/** 'YYYY-MM': the first month of every closed period. */
export async function closedMonths(tx: Tx, agreementId: string): Promise<Set<string>> {
  const rows = await tx.rows<{ month: string }>(
    often(`SELECT to_char(month, 'YYYY-MM') AS month FROM statements WHERE agreement_id = $1`),
    [agreementId],
  );
  return new Set(rows.map(({ month }) => month));
}

export type NewStatement = Pick<
  Statement,
  | 'clause_lines'
  | 'sha256'
  | 'royalties_minor'
  | 'recouped_minor'
  | 'total_minor'
  | 'held_minor'
  | 'carried_in'
  | 'carried_out'
  | 'estimated_from'
> & {
  readonly id: string;
  readonly draft: number;
  readonly agreement: AgreementWithTerms;
  readonly month: string;
  readonly at: Date;
};

export async function insertStatement(tx: Tx, statement: NewStatement): Promise<void> {
  const { agreement, month, at } = statement;
  await tx.run(
    often(`INSERT INTO statements (agreement_id, month, label_id, platform_id, clause_lines, sha256, royalties_minor, recouped_minor, total_minor,
                             currency, carried_in, carried_out, issued_at, held_minor, id, draft, estimated_from, reporting_period)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`),
    [
      agreement.id,
      `${month}-01`,
      agreement.labelId,
      agreement.platformId,
      statement.clause_lines,
      statement.sha256,
      statement.royalties_minor,
      statement.recouped_minor,
      statement.total_minor,
      agreement.currency,
      JSON.stringify(statement.carried_in),
      JSON.stringify(statement.carried_out),
      at,
      statement.held_minor,
      statement.id,
      statement.draft,
      statement.estimated_from,
      agreement.terms.reportingPeriod,
    ],
  );
}

export const insertBooking = (tx: Tx, agreement: AgreementWithTerms, booking: Booking): Promise<number> =>
  tx.run(
    often(`INSERT INTO period_bookings (agreement_id, period, sequence, label_id, platform_id, statement_month, report_ids, event_position, total_minor, delta_minor, currency)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`),
    [
      agreement.id,
      booking.period,
      booking.sequence,
      agreement.labelId,
      agreement.platformId,
      booking.statement_month,
      booking.report_ids,
      booking.event_position,
      booking.total_minor,
      booking.delta_minor,
      agreement.currency,
    ],
  );

/** The last booking of every period that is closed: what the books say now. */
export const currentBookings = (tx: Tx, agreementId: string): Promise<Booking[]> =>
  tx.rows<Booking>(
    often(`SELECT DISTINCT ON (period) period, sequence, statement_month, report_ids, event_position, total_minor, delta_minor
       FROM period_bookings WHERE agreement_id = $1 ORDER BY period, sequence DESC`),
    [agreementId],
  );

/** What the books say of months before and after a statement: by month in their order, what is counted. */
export interface StatedMonths {
  readonly before: ReadonlyMap<string, UsageBasis>;
  readonly after: ReadonlyMap<string, UsageBasis>;
  /** The months that it corrects. */
  readonly restated: readonly string[];
}

/** The same for a draft, as if it were issued now. Statements are issued month by month, so theirs say which bookings came before. */
export async function statedMonths(
  tx: Tx,
  { agreement_id, month }: Pick<Statement, 'agreement_id' | 'month'>,
): Promise<StatedMonths> {
  const earlier = await tx.rows<Pick<Booking, 'period' | 'report_ids' | 'event_position'>>(
    `SELECT DISTINCT ON (period) period, report_ids, event_position FROM period_bookings
      WHERE agreement_id = $1 AND statement_month < $2 ORDER BY period, sequence DESC`,
    [agreement_id, month],
  );
  const own = basesOf(await bookingsOfStatement(tx, agreement_id, month));
  const before = basesOf(earlier);
  return {
    before,
    after: new Map([...before, ...own]),
    restated: [...own.keys()].filter((of) => before.has(of)),
  };
}

/** What one statement booked, or a draft would book, by period. */
async function bookingsOfStatement(tx: Tx, agreementId: string, month: string): Promise<Booking[]> {
  const rows = await tx.rows<Booking>(
    `SELECT period, sequence, statement_month, report_ids, event_position, total_minor, delta_minor
       FROM period_bookings WHERE agreement_id = $1 AND statement_month = $2 ORDER BY period`,
    [agreementId, month],
  );
  return rows.length > 0 ? rows : bookingsOfDraft(tx, agreementId, month);
}

async function bookingsOfDraft(tx: Tx, agreementId: string, month: string): Promise<Booking[]> {
  const draft = await tx.first<{ bookings: object }>(
    `SELECT outcome->'bookings' AS bookings FROM ${waitingDrafts} AND d.agreement_id = $1 AND d.month = $2`,
    [agreementId, month],
  );
  if (draft === undefined) return [];
  return (unpacked(draft.bookings) as Booking[]).sort((a, b) => (a.period < b.period ? -1 : 1));
}
