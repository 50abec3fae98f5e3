import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';

/** A box of one sender: what it puts down there is reported, as the box says. */
export interface Inbox {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  /** Of tables: how they are read, and whom they are about; null together, for DSR files, which say so themselves. */
  readonly mapping_id: string | null;
  readonly label_id: string | null;
  readonly service_id: string | null;
  readonly made_by: string;
  readonly made_at: Date;
  readonly closed_at: Date | null;
}

/** A file as it was taken, once: it became a report, or it was refused. */
export interface InboxFile {
  readonly inbox_id: string;
  readonly name: string;
  readonly version: string;
  readonly organization_id: string;
  readonly taken_at: Date;
  /** Of a report of several files: there once all of them are. */
  readonly report_id: string | null;
  readonly file_number: number | null;
  /** Problem details. */
  readonly refusal: object | null;
  readonly receipt_at: Date | null;
  /** When answering failed last. */
  readonly failed_at: Date | null;
  readonly answered_at: Date | null;
}

/** As it is taken, before anything is answered. */
export type NewInboxFile = Omit<InboxFile, 'receipt_at' | 'failed_at' | 'answered_at'>;

const openMax = 50;

/** Refuses with limit-reached. */
export async function insertInbox(tx: Tx, inbox: Omit<Inbox, 'id' | 'closed_at'>): Promise<Inbox> {
  const { organization_id: organizationId } = inbox;
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('usage-inboxes ' || $1, 0))`, [organizationId]);
  const { open } = await tx.one<{ open: bigint }>(
    'SELECT count(*) AS open FROM usage_inboxes WHERE organization_id = $1 AND closed_at IS NULL',
    [organizationId],
  );
  if (open >= BigInt(openMax)) throw new DomainError('limit-reached', `at most ${openMax} inboxes are open at once`);
  return tx.one<Inbox>(
    `INSERT INTO usage_inboxes (organization_id, name, mapping_id, label_id, service_id, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *`,
    [organizationId, inbox.name, inbox.mapping_id, inbox.label_id, inbox.service_id, inbox.made_by, inbox.made_at],
  );
}

/** Refuses with not-found. */
export async function getInbox(tx: Tx, id: string): Promise<Inbox> {
  const inbox = await tx.first<Inbox>('SELECT * FROM usage_inboxes WHERE id = $1', [id]);
  if (inbox === undefined) throw new DomainError('not-found', 'you have no such inbox');
  return inbox;
}

/** Oldest first, after the given one. */
export const listInboxes = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<Inbox[]> =>
  tx.rows<Inbox>(
    `SELECT * FROM usage_inboxes WHERE $2::timestamptz IS NULL OR (made_at, id) > ($2, $3::uuid) ORDER BY made_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Closed already, it stays as it is. */
export const closeInbox = (tx: Tx, id: string, at: Date): Promise<number> =>
  tx.run('UPDATE usage_inboxes SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL', [id, at]);

/** In the order in which they were taken, after the given one. */
export const listInboxFiles = (tx: Tx, inboxId: string, limit: number, passed: number): Promise<InboxFile[]> =>
  tx.rows<InboxFile>(
    'SELECT * FROM usage_inbox_files WHERE inbox_id = $1 ORDER BY taken_at, name, version LIMIT $2 OFFSET $3',
    [inboxId, limit, passed],
  );

/** Which of these have been taken, as "name version". */
export async function takenBefore(
  tx: Tx,
  inboxId: string,
  files: readonly { readonly name: string; readonly version: string }[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ name: string; version: string }>(
    `SELECT f.name, f.version FROM unnest($2::text[], $3::text[]) AS asked (name, version)
       JOIN usage_inbox_files f ON f.inbox_id = $1 AND f.name = asked.name AND f.version = asked.version`,
    [inboxId, files.map(({ name }) => name), files.map(({ version }) => version)],
  );
  return new Set(rows.map(({ name, version }) => `${name} ${version}`));
}

/** Where another worker was faster, its row stands. */
export const insertInboxFile = (tx: Tx, file: NewInboxFile): Promise<number> =>
  tx.run(
    `INSERT INTO usage_inbox_files (inbox_id, name, version, organization_id, taken_at, report_id, file_number, refusal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT DO NOTHING`,
    [
      ...[
        file.inbox_id,
        file.name,
        file.version,
        file.organization_id,
        file.taken_at,
        file.report_id,
        file.file_number,
      ],
      file.refusal === null ? null : JSON.stringify(file.refusal),
    ],
  );

/** What its sender has not been told: that it was taken, or what became of it, or that nothing will. What could not be answered comes after what was not tried yet. */
export const unanswered = (tx: Tx, inboxId: string, limit: number): Promise<InboxFile[]> =>
  tx.rows<InboxFile>(
    `SELECT f.* FROM usage_inbox_files f LEFT JOIN usage_reports r ON r.id = f.report_id
      WHERE f.inbox_id = $1 AND f.answered_at IS NULL AND (f.receipt_at IS NULL OR r.state <> 'received' OR (r.id IS NULL AND ${neverComes('f.report_id')}))
      ORDER BY f.failed_at NULLS FIRST, f.taken_at, f.name, f.version LIMIT $2`,
    [inboxId, limit],
  );

/** Of a report of several files: its operation ended before all were here. */
const neverComes = (report: string): string =>
  `EXISTS (SELECT FROM usage_report_parts p JOIN operations o ON o.id = p.operation_id WHERE p.report_id = ${report} AND o.state = 'failed')`;

/** Boxes that a worker has to look into. */
export const inboxesToSee = (tx: Tx): Promise<{ id: string }[]> =>
  tx.rows<{ id: string }>(
    `SELECT id FROM usage_inboxes i WHERE closed_at IS NULL OR EXISTS (SELECT FROM usage_inbox_files f WHERE f.inbox_id = i.id AND f.answered_at IS NULL)
      ORDER BY id`,
  );
