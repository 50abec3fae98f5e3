import { often, type Tx } from '../../platform/database/tx';
import type { ImportReport } from '../imports/import-report';
import { nameText, type ReleaseName, type ShownRelease } from './searchable';

/** The message that speaks, and for whom. */
export interface Speaking {
  readonly ownerId: string;
  readonly importId: string;
  readonly messageId: string;
  readonly sender: string;
  /** When the message was made; nothing older changes what it says. */
  readonly toldAt: Date;
  readonly at: Date;
  readonly file: string;
  /** Before each word of what happens: of a test message, which changes nothing. */
  readonly prefix: '' | 'test ';
}

/** A release as the message tells it. */
export interface ToldRelease {
  /** Its place among the releases of the message. */
  readonly number: number;
  readonly name: ReleaseName;
  readonly shown: ShownRelease;
  readonly reference: string | null;
  /** What is on it; null: everything in the message, which has no other release. */
  readonly resources: readonly string[] | null;
}

export interface KnownRelease {
  readonly id: string;
  readonly gtin: string | null;
  readonly sender: string | null;
  readonly told_at: Date | null;
  readonly withdrawn_at: Date | null;
  readonly version: number;
}

/** The releases that are known by any of these names, held until the transaction ends: several where the names are of several. */
export const releasesNamed = (tx: Tx, ownerId: string, { gtin, grid, ownId }: ReleaseName): Promise<KnownRelease[]> =>
  tx.rows<KnownRelease>(
    `SELECT id, gtin, sender, told_at, withdrawn_at, version FROM releases
      WHERE owner_id = $1 AND (gtin = $2::bpchar OR grid = $3::bpchar OR own_id = $4) ORDER BY id FOR UPDATE`,
    [ownerId, gtin, grid, ownId],
  );

/** Whether something newer is known of it. */
export const isOutdated = (known: KnownRelease | undefined, toldAt: Date): boolean =>
  known?.told_at != null && known.told_at > toldAt;

export interface Applying {
  readonly told: ToldRelease;
  readonly known: KnownRelease | undefined;
  /** Of the message. */
  readonly resourceCount: number;
  /** The numbers of all main releases of the message, this one's among them. */
  readonly mains: readonly number[];
}

/** Replaces what is known of a release, its recordings and its deals by what the message says. */
export async function applyRelease(
  tx: Tx,
  speaking: Speaking,
  { told, known, resourceCount, mains }: Applying,
  report: ImportReport,
): Promise<void> {
  const deals = told.resources === null ? null : await dealsOf(tx, speaking, told, mains);
  const grants = await isGranted(tx, speaking, deals);
  const { id, version, withdrawn_at } = await writeRelease(tx, speaking, told, { known, grants });
  await writeTracks(tx, speaking, { releaseId: id, resources: told.resources, resourceCount }, report);
  await tx.run(
    often(`INSERT INTO release_versions (release_id, version, owner_id, message_id, release_number, resources, deals, withdrawn, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`),
    [
      id,
      version,
      speaking.ownerId,
      speaking.messageId,
      told.number,
      told.resources,
      deals,
      withdrawn_at !== null,
      speaking.at,
    ],
  );
  const isWithdrawn = withdrawn_at !== null && known?.withdrawn_at === null;
  const what = known === undefined ? 'created' : isWithdrawn ? 'withdrawn' : 'changed';
  const name = nameText(told.name);
  report.add({ what: `${speaking.prefix}${what}`, kind: 'release', name, file: speaking.file });
}

/** The references by which deals name the release, and the tracks of it that are releases too; a single beside it with one of its tracks is sold by itself. */
async function dealsOf(
  tx: Tx,
  { messageId }: Speaking,
  { number, resources }: ToldRelease,
  mains: readonly number[],
): Promise<string[]> {
  const rows = await tx.rows<{ reference: string }>(
    `SELECT reference FROM message_releases
      WHERE message_id = $1 AND reference IS NOT NULL AND (number = $2 OR number <> ALL ($4) AND resources <> '{}' AND resources <@ $3::text[])`,
    [messageId, number, resources, mains],
  );
  return rows.map(({ reference }) => reference);
}

async function isGranted(tx: Tx, { messageId }: Speaking, deals: readonly string[] | null): Promise<boolean> {
  const { granted } = await tx.one<{ granted: boolean }>(
    `SELECT EXISTS (SELECT FROM message_deals WHERE message_id = $1 AND grants AND ($2::text[] IS NULL OR releases && $2)) AS granted`,
    [messageId, deals],
  );
  return granted;
}

/** A release that was there and is granted nowhere any more has been withdrawn; a new one just waits for its deals. */
function writeRelease(
  tx: Tx,
  { ownerId, sender, toldAt, at }: Speaking,
  { name, shown }: ToldRelease,
  { known, grants }: { readonly known: KnownRelease | undefined; readonly grants: boolean },
): Promise<{ id: string; version: number; withdrawn_at: Date | null }> {
  const values = [
    ...[name.gtin, name.grid, name.ownId, shown.title, shown.artists, shown.label, shown.kind, shown.genre],
    ...[shown.catalogueNumber, shown.releasedOn, toldAt],
  ];
  const names = [
    'gtin',
    'grid',
    'own_id',
    'title',
    'artists',
    'label',
    'kind',
    'genre',
    'catalogue_number',
    'released_on',
    'told_at',
  ];
  if (known === undefined) {
    return tx.one(
      often(`INSERT INTO releases (id, owner_id, sender, version, ${names.join(', ')}) VALUES (uuidv7(), $1, $2, 1, ${names.map((_, at) => `$${at + 3}`).join(', ')})
       RETURNING id, version, withdrawn_at`),
      [ownerId, sender, ...values],
    );
  }
  // A name that this message does not tell stays: by it the next one may be known.
  const set = names.map((name, at) =>
    ['gtin', 'grid', 'own_id'].includes(name) ? `${name} = coalesce($${at + 5}, ${name})` : `${name} = $${at + 5}`,
  );
  return tx.one(
    `UPDATE releases SET version = version + 1, sender = coalesce(sender, $2), withdrawn_at = CASE WHEN $3 THEN NULL ELSE coalesce(withdrawn_at, $4) END, ${set.join(', ')}
      WHERE id = $1 RETURNING id, version, withdrawn_at`,
    [known.id, sender, grants, at, ...values],
  );
}

/** So many resources of a message become recordings in one statement. */
const step = 5000;
const shownColumns = 'title, artists, version, duration_seconds, p_line, genre, label, language';
const asShown = (row: string): string =>
  `(${shownColumns
    .split(', ')
    .map((name) => `${row}.${name}`)
    .join(', ')})`;

/** Its recordings and videos, by ISRC, as they are licensed; what had been on it and is not any more leaves it, and stays in the catalogue. */
async function writeTracks(
  tx: Tx,
  { ownerId, importId, messageId, sender, toldAt, at, file, prefix }: Speaking,
  {
    releaseId,
    resources,
    resourceCount,
  }: { releaseId: string; resources: readonly string[] | null; resourceCount: number },
  report: ImportReport,
): Promise<void> {
  const among = `message_id = $1 AND kind IN ('SoundRecording', 'Video') AND ($2::text[] IS NULL OR reference = ANY ($2))`;
  for (let from = 0; from < resourceCount; from += step) {
    const written = await tx.rows<{ isrc: string; isNew: boolean; isChanged: boolean }>(
      `WITH told AS (
         SELECT DISTINCT ON (isrc) isrc, shown FROM message_resources, unnest(isrcs) AS isrc
          WHERE ${among} AND number > $3 AND number <= $4 ORDER BY isrc, number)
       INSERT INTO recordings AS r (id, owner_id, import_id, updated_at, told_at, told_by, isrc, ${shownColumns})
       SELECT uuidv7(), $5, $6, $7, $8, $9, isrc, shown->>'title', ARRAY(SELECT jsonb_array_elements_text(shown->'artists')), shown->>'version', (shown->>'duration')::int,
              shown->>'pLine', shown->>'genre', shown->>'label', shown->>'language' FROM told
       ON CONFLICT (owner_id, isrc) DO UPDATE SET
         (${shownColumns}) = ROW ${asShown('excluded')}, import_id = excluded.import_id, told_at = excluded.told_at, told_by = excluded.told_by,
         updated_at = CASE WHEN ${asShown('r')} IS DISTINCT FROM ${asShown('excluded')} THEN excluded.updated_at ELSE r.updated_at END
         WHERE r.told_at IS NULL OR r.told_at <= excluded.told_at
       RETURNING new.isrc, old.id IS NULL AS "isNew", ${asShown('old')} IS DISTINCT FROM ${asShown('new')} AS "isChanged"`,
      [messageId, resources, from, from + step, ownerId, importId, at, toldAt, sender],
    );
    for (const { isrc, isNew, isChanged } of written) {
      const what = isNew ? 'created' : isChanged ? 'changed' : 'unchanged';
      report.add({ what: `${prefix}${what}`, kind: 'recording', name: isrc, file });
    }
    await report.flush();
  }
  // Looked up as one list: what was written a moment ago has no statistics, and a join of it may be planned as if there were one of each.
  const told = `SELECT isrc::bpchar FROM message_resources, unnest(isrcs) AS isrc WHERE ${among}`;
  const named = `SELECT id FROM recordings WHERE owner_id = $4 AND isrc = ANY (ARRAY(${told}))`;
  await tx.run(
    `WITH named AS MATERIALIZED (${named}), gone AS (
       UPDATE release_recordings SET left_at = $5 WHERE release_id = $3 AND left_at IS NULL AND recording_id NOT IN (SELECT id FROM named))
     INSERT INTO release_recordings (release_id, recording_id, owner_id) SELECT $3, id, $4 FROM named
     ON CONFLICT (release_id, recording_id) DO UPDATE SET left_at = NULL WHERE release_recordings.left_at IS NOT NULL`,
    [messageId, resources, releaseId, ownerId, at],
  );
}

/** A purge: the release is withdrawn as a whole. */
export async function purgeRelease(
  tx: Tx,
  { ownerId, messageId, toldAt, at, file, prefix }: Speaking,
  known: KnownRelease,
  { name, report }: { readonly name: string; readonly report: ImportReport },
): Promise<void> {
  await tx.run(
    `WITH purged AS (
       UPDATE releases SET version = version + 1, told_at = $3, withdrawn_at = coalesce(withdrawn_at, $5) WHERE id = $1 RETURNING id, version)
     INSERT INTO release_versions (release_id, version, owner_id, message_id, withdrawn, at) SELECT id, version, $4, $2, true, $5 FROM purged`,
    [known.id, messageId, toldAt, ownerId, at],
  );
  const what = known.withdrawn_at === null ? 'withdrawn' : 'changed';
  report.add({ what: `${prefix}${what}`, kind: 'release', name, file });
}
