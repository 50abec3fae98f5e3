import type { Tx } from '../../platform/database/tx';
import type { StoredFile } from '../../platform/storage/storage';
import type { AccountReport, BankMessage, ReadReport } from './reading/bank-message';

/** A file that a bank gave, as it came. */
export interface BankFile {
  readonly id: string;
  readonly kind: BankMessage['kind'];
  readonly account_id: string | null;
  readonly message_id: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly brought_by: string;
  readonly brought_at: Date;
  readonly read_at: Date | null;
  /** How many of its entries, or of the payments that it names, came to what. */
  readonly outcome: Readonly<Record<string, number>> | null;
}

export const findFile = (tx: Tx, id: string): Promise<BankFile | undefined> =>
  tx.first<BankFile>('SELECT * FROM bank_files WHERE id = $1', [id]);

export const fileOfContent = (tx: Tx, sha256: string): Promise<BankFile | undefined> =>
  tx.first<BankFile>('SELECT * FROM bank_files WHERE file_sha256 = $1', [sha256]);

export const listFiles = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<BankFile[]> =>
  tx.rows<BankFile>(
    `SELECT * FROM bank_files WHERE $2::timestamptz IS NULL OR (brought_at, id) < ($2, $3::uuid)
      ORDER BY brought_at DESC, id DESC LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export interface NewFile {
  readonly kind: BankMessage['kind'];
  readonly accountId: string | null;
  readonly messageId: string;
  readonly file: StoredFile;
  readonly by: string;
  readonly at: Date;
}

/** Undefined where the bank gave another file under the same message id. */
export const insertFile = (
  tx: Tx,
  { kind, accountId, messageId, file, by, at }: NewFile,
): Promise<BankFile | undefined> =>
  tx.first<BankFile>(
    `INSERT INTO bank_files (kind, account_id, message_id, file_sha256, bytes, brought_by, brought_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING *`,
    [kind, accountId, messageId, file.sha256, file.bytes, by, at],
  );

export interface BankStatement {
  readonly id: string;
  readonly file_id: string;
  readonly account_id: string;
  readonly statement_id: string;
  readonly page: number;
  readonly sequence: string | null;
  readonly opened_on: string;
  readonly closed_on: string;
  readonly opening_minor: bigint;
  readonly closing_minor: bigint;
  readonly entries: number;
  readonly credits_minor: bigint;
  readonly debits_minor: bigint;
}

export type StatementInRow = BankStatement & {
  readonly currency: string;
  /** What the statement before closed with; null: there is none. */
  readonly before_minor: bigint | null;
};

/** In the order of an account's days, each with what the one before closed with. */
export const listStatements = (
  tx: Tx,
  accountId: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<StatementInRow[]> =>
  tx.rows<StatementInRow>(
    `SELECT s.*, a.currency, lag(s.closing_minor) OVER (ORDER BY s.opened_on, s.sequence, s.page, s.closed_on, s.statement_id) AS before_minor
       FROM bank_statements s JOIN bank_accounts a ON a.id = s.account_id WHERE s.account_id = $1
      ORDER BY s.opened_on, s.sequence, s.page, s.closed_on, s.statement_id LIMIT $2 OFFSET $3`,
    [accountId, limit, offset],
  );

/** Keeps a statement once. False where one of its name says something else: then nothing of it is kept. */
export async function keepStatement(
  tx: Tx,
  { fileId, accountId, report }: { fileId: string; accountId: string; report: ReadReport },
): Promise<boolean> {
  const { id, page, sequence, opening, closing, creditsMinor, debitsMinor, entries } = report;
  const facts = [opening!.on, closing!.on, opening!.minor, closing!.minor, entries.length, creditsMinor, debitsMinor];
  await tx.run(
    `INSERT INTO bank_statements (file_id, account_id, statement_id, page, sequence, opened_on, closed_on, opening_minor, closing_minor, entries, credits_minor, debits_minor)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT ON CONSTRAINT bank_statements_once DO NOTHING`,
    [fileId, accountId, id, page, sequence, ...facts],
  );
  const kept = await tx.first(
    `SELECT id FROM bank_statements WHERE account_id = $1 AND statement_id = $2 AND page = $3
        AND (opened_on, closed_on, opening_minor, closing_minor, entries, credits_minor, debits_minor) = ($4, $5, $6, $7, $8, $9, $10)`,
    [accountId, id, page, ...facts],
  );
  return kept !== undefined;
}

interface ToKeep {
  readonly fileId: string;
  readonly accountId: string;
  readonly kind: AccountReport['kind'];
  readonly report: ReadReport;
  /** How many entries stand before it in its file. */
  readonly before: number;
}

/** Keeps the entries that are new, and of a statement what came in. An entry is known by its account, its statement and its reference there. */
export async function keepEntries(tx: Tx, { fileId, accountId, kind, report, before }: ToKeep): Promise<number> {
  const { id, page, entries } = report;
  const rows = entries.map((entry, index) => ({
    place: before + index + 1,
    ...{ reference: entry.reference, direction: entry.direction, reversal: entry.reversal, returned: entry.returned },
    ...{ minor: String(entry.minor), currency: entry.currency, on: entry.bookedOn, end_to_end: entry.endToEndId },
    ...{ refs: entry.creditorReferences, remittance: entry.remittance, counterparty: entry.counterparty },
  }));
  const added = await tx.run(
    `INSERT INTO bank_entries (file_id, place, account_id, kind, statement_id, reference, direction, reversal, returned, amount_minor, currency, booked_on,
                               end_to_end_id, creditor_references, remittance, counterparty)
     SELECT $1, place, $2, $3, $4, reference, direction, reversal, returned, minor, currency, "on", end_to_end, refs, remittance, counterparty
       FROM jsonb_to_recordset($5::jsonb) AS e(place int, reference text, direction text, reversal boolean, returned boolean, minor bigint, currency text, "on" date,
                                               end_to_end text, refs text[], remittance text, counterparty text)
     ON CONFLICT ON CONSTRAINT bank_entries_once DO NOTHING`,
    [fileId, accountId, kind, page === 1 ? id : `${id} #${page}`, JSON.stringify(rows)],
  );
  return added;
}

/** Entries of a file that are news: of another file nothing is looked at again. */
export interface NewEntry {
  readonly id: string;
  readonly kind: AccountReport['kind'];
  readonly direction: 'credit' | 'debit';
  readonly reversal: boolean;
  /** The payout that it is about; null: none of ours, or none of this account's files. */
  readonly payout_id: string | null;
}

export const entriesOfFile = (tx: Tx, fileId: string): Promise<NewEntry[]> =>
  tx.rows<NewEntry>(
    `SELECT e.id, e.kind, e.direction, e.reversal,
            (SELECT p.payout_id FROM payment_file_payouts p JOIN payment_files f ON f.id = p.file_id
              WHERE p.end_to_end_id = e.end_to_end_id AND f.account_id = e.account_id LIMIT 1) AS payout_id
       FROM bank_entries e WHERE e.file_id = $1 ORDER BY e.place`,
    [fileId],
  );

/** What came in, to be matched: a payment of ours that came back is none. */
export const keepReceipt = (tx: Tx, entryId: string): Promise<number> =>
  tx.run(
    `INSERT INTO bank_receipts (entry_id, amount_minor, currency, received_on)
     SELECT id, amount_minor, currency, booked_on FROM bank_entries WHERE id = $1 ON CONFLICT DO NOTHING`,
    [entryId],
  );

export const markRead = (tx: Tx, id: string, outcome: object, at: Date): Promise<number> =>
  tx.run('UPDATE bank_files SET read_at = $2, outcome = $3 WHERE id = $1 AND read_at IS NULL', [
    id,
    at,
    JSON.stringify(outcome),
  ]);
