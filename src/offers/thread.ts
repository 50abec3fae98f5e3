import type { Tx } from '../platform/database/tx';
import { fromCursor } from '../platform/http/paging';
import { attachmentsNumbered } from './attachments.repository';
import { messagesNumbered } from './messages.repository';
import { notesNumbered } from './notes.repository';
import { revisionSummary } from './offers.view';
import { revisionsNumbered } from './revisions.repository';
import {
  attachmentView,
  messageView,
  noteView,
  type ThreadEntryView,
  type ThreadKind,
  threadKinds,
} from './thread.view';

/** Where an entry stands in its thread: by time; at the same moment by kind, in the order of `threadKinds`; then by number. */
export interface ThreadPlace {
  readonly at: Date;
  readonly rank: number;
  readonly number: number;
}

const tables: Readonly<Record<ThreadKind, readonly [table: string, instant: string]>> = {
  revision: ['revisions', 'proposed_at'],
  message: ['negotiation_messages', 'written_at'],
  attachment: ['negotiation_attachments', 'attached_at'],
  note: ['negotiation_notes', 'written_at'],
};

const places = threadKinds
  .map((kind, rank) => {
    const [table, instant] = tables[kind];
    return `SELECT ${instant} AS at, ${rank} AS rank, number FROM ${table} WHERE negotiation_id = $1`;
  })
  .join(' UNION ALL ');

/** The places of a negotiation's thread in order, after the given keys. Row-level security leaves the other party's notes out. */
export const listPlaces = (
  tx: Tx,
  negotiationId: string,
  limit: number,
  after: readonly string[] | undefined,
): Promise<ThreadPlace[]> =>
  tx.rows<ThreadPlace>(
    `SELECT at, rank, number FROM (${places}) AS thread
      WHERE $3::timestamptz IS NULL OR (at, rank, number) > ($3, $4::int, $5::int) ORDER BY at, rank, number LIMIT $2`,
    [negotiationId, limit, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null],
  );

/** What stands at each of these places. */
export async function entriesAt(
  tx: Tx,
  negotiationId: string,
  wanted: readonly ThreadPlace[],
): Promise<(place: ThreadPlace) => ThreadEntryView> {
  const numbersOf = (kind: ThreadKind): number[] =>
    wanted.filter(({ rank }) => threadKinds[rank] === kind).map(({ number }) => number);
  const revisions = byNumber(await revisionsNumbered(tx, negotiationId, numbersOf('revision')));
  const messages = byNumber(await messagesNumbered(tx, negotiationId, numbersOf('message')));
  const attachments = byNumber(await attachmentsNumbered(tx, negotiationId, numbersOf('attachment')));
  const notes = byNumber(await notesNumbered(tx, negotiationId, numbersOf('note')));
  const contentOf = {
    revision: (number: number) => ({ revision: revisionSummary(revisions.get(number)!) }),
    message: (number: number) => ({ message: messageView(messages.get(number)!) }),
    attachment: (number: number) => ({ attachment: attachmentView(attachments.get(number)!) }),
    note: (number: number) => ({ note: noteView(notes.get(number)!) }),
  };
  return ({ at, rank, number }) => {
    const kind = threadKinds[rank]!;
    return { kind, at: at.toISOString(), ...contentOf[kind](number) };
  };
}

const byNumber = <Row extends { readonly number: number }>(rows: readonly Row[]): ReadonlyMap<number, Row> =>
  new Map(rows.map((row) => [row.number, row]));

/** The number that a page of numbered things continues after. */
export const afterNumber = (cursor: string | undefined): number =>
  parseInt(fromCursor(cursor, [/^\d{1,5}$/])?.[0] ?? '0', 10);
