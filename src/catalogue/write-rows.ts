import type { Tx } from '../platform/database/tx';
import type { ReadRow } from './catalogue-file';
import { nameSeparator, type RecordingRow, type RowRelease } from './catalogue-row';

export type GoodRow = Extract<ReadRow, { recording: unknown }>;

/** Who writes, in which import, when; and who tells it, as `senderName` has it. */
export interface Writing {
  readonly ownerId: string;
  readonly importId: string;
  readonly at: Date;
  readonly toldBy: string;
}

/** What became of a recording; repeated: an earlier row of the same import has its ISRC. */
export type RecordingOutcome = 'created' | 'changed' | 'unchanged' | 'repeated';

export interface ReleaseOutcome {
  readonly id: string;
  readonly name: string;
  readonly isNew: boolean;
}

/** Writes rows of one file as a few statements, and tells what became of each (in their order), and which releases are new or have changed. */
export async function writeRows(
  tx: Tx,
  writing: Writing,
  rows: readonly GoodRow[],
): Promise<{ readonly outcomes: readonly RecordingOutcome[]; readonly releases: readonly ReleaseOutcome[] }> {
  const firsts = new Map<string, GoodRow>();
  for (const row of rows) if (!firsts.has(row.recording.isrc)) firsts.set(row.recording.isrc, row);
  const recordings = [...firsts.values()].map(({ recording }) => recording);
  const written = new Map((await writeRecordings(tx, writing, recordings)).map((one) => [one.isrc, one]));
  const tracks = recordings.flatMap(({ isrc, release }) => {
    const recording = written.get(isrc);
    return release === null || recording === undefined ? [] : [{ recordingId: recording.id, release }];
  });
  const releases = tracks.length === 0 ? [] : await writeReleases(tx, writing.ownerId, tracks);
  const outcomes = rows.map((row): RecordingOutcome => {
    const done = firsts.get(row.recording.isrc) === row ? written.get(row.recording.isrc) : undefined;
    if (done === undefined) return 'repeated';
    if (done.isNew) return 'created';
    return done.isChanged ? 'changed' : 'unchanged';
  });
  return { outcomes, releases };
}

interface Written {
  readonly id: string;
  readonly isrc: string;
  readonly isNew: boolean;
  readonly isChanged: boolean;
}

/** Columns of recordings that a file may be silent about: then they stay as they are. */
const silent = [
  'version',
  'duration_seconds',
  'p_line',
  'genre',
  'label',
  'language',
  'parent_isrc',
  'parent_kind',
] as const;
const keptWhereSilent = silent
  .map((name) => `${name} = CASE WHEN '${name}' = ANY ($13) THEN excluded.${name} ELSE r.${name} END`)
  .join(', ');
const asShown = (row: 'old' | 'new'): string =>
  `(${['title', 'artists', ...silent].map((n) => `${row}.${n}`).join(', ')})`;

/**
 * Adds the rows, or brings what is already there up to date. A recording that this same import wrote before is left alone
 * and not among the answers: that is how a repeated ISRC shows without keeping the file's ISRCs in memory.
 */
function writeRecordings(
  tx: Tx,
  { ownerId, importId, at, toldBy }: Writing,
  rows: readonly RecordingRow[],
): Promise<readonly Written[]> {
  if (rows.length === 0) return Promise.resolve([]);
  const column = (value: (row: RecordingRow) => string | number | null | undefined): (string | number | null)[] =>
    rows.map((row) => value(row) ?? null);
  // Beside each other, not in FROM: rows then go where they belong one by one, and are not kept all together before.
  return tx.rows<Written>(
    `INSERT INTO recordings AS r (id, owner_id, import_id, updated_at, isrc, title, artists, version, duration_seconds, p_line, genre, label, parent_isrc, parent_kind, language, told_by)
     SELECT uuidv7(), $1, $2, $3, unnest($4::bpchar[]), unnest($5::text[]), string_to_array(unnest($6::text[]), E'\\x1e'), unnest($7::text[]), unnest($8::int[]),
            unnest($9::text[]), unnest($10::text[]), unnest($11::text[]), unnest($12::bpchar[]), unnest($14::text[]), unnest($15::text[]), $16::text
     ON CONFLICT (owner_id, isrc) DO UPDATE SET
       title = excluded.title, artists = excluded.artists, ${keptWhereSilent}, import_id = excluded.import_id, updated_at = excluded.updated_at, told_by = excluded.told_by
       WHERE r.import_id IS DISTINCT FROM excluded.import_id
     RETURNING new.id, new.isrc, old.id IS NULL AS "isNew", ${asShown('old')} IS DISTINCT FROM ${asShown('new')} AS "isChanged"`,
    [
      ownerId,
      importId,
      at,
      column(({ isrc }) => isrc),
      column(({ title }) => title),
      column(({ artists }) => artists.join(nameSeparator)),
      column(({ version }) => version),
      column(({ durationSeconds }) => durationSeconds),
      column(({ pLine }) => pLine),
      column(({ genre }) => genre),
      column(({ label }) => label),
      column(({ parent }) => parent?.isrc),
      columnsTold(rows[0]!),
      column(({ parent }) => parent?.kind),
      column(({ language }) => language),
      toldBy,
    ],
  );
}

/** Which of the silent columns the file of this row has. */
function columnsTold({ version, durationSeconds, pLine, genre, label, language, parent }: RecordingRow): string[] {
  const values = [version, durationSeconds, pLine, genre, label, language, parent, parent];
  return silent.filter((_, at) => values[at] !== undefined);
}

interface Track {
  readonly recordingId: string;
  readonly release: RowRelease;
}

async function writeReleases(tx: Tx, ownerId: string, tracks: readonly Track[]): Promise<readonly ReleaseOutcome[]> {
  // Statements here touch each release once, whatever the number of its tracks: the last row's words count.
  const releases = new Map(tracks.map(({ release }) => [release.gtin, release]));
  const rows = [...releases.values()];
  const { label, catalogueNumber, releasedOn } = rows[0]!;
  const written = await tx.rows<ReleaseOutcome>(
    `INSERT INTO releases AS r (id, owner_id, gtin, title, label, catalogue_number, released_on)
     SELECT uuidv7(), $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
     ON CONFLICT (owner_id, gtin) DO UPDATE SET title = excluded.title,
       label = CASE WHEN $7 THEN excluded.label ELSE r.label END,
       catalogue_number = CASE WHEN $8 THEN excluded.catalogue_number ELSE r.catalogue_number END,
       released_on = CASE WHEN $9 THEN excluded.released_on ELSE r.released_on END
       WHERE r.title <> excluded.title OR $7 AND r.label IS DISTINCT FROM excluded.label
          OR $8 AND r.catalogue_number IS DISTINCT FROM excluded.catalogue_number OR $9 AND r.released_on IS DISTINCT FROM excluded.released_on
     RETURNING new.id, new.gtin AS name, old.id IS NULL AS "isNew"`,
    [
      ownerId,
      rows.map(({ gtin }) => gtin),
      rows.map(({ title }) => title),
      rows.map((row) => row.label ?? null),
      rows.map((row) => row.catalogueNumber ?? null),
      rows.map((row) => row.releasedOn ?? null),
      label !== undefined,
      catalogueNumber !== undefined,
      releasedOn !== undefined,
    ],
  );
  await tx.run(
    `INSERT INTO release_recordings (release_id, recording_id, owner_id)
     SELECT releases.id, recording_id, $1 FROM unnest($2::uuid[], $3::bpchar[]) AS incoming (recording_id, gtin)
       JOIN releases ON releases.owner_id = $1 AND releases.gtin = incoming.gtin
     ON CONFLICT (release_id, recording_id) DO UPDATE SET left_at = NULL WHERE release_recordings.left_at IS NOT NULL`,
    [ownerId, tracks.map(({ recordingId }) => recordingId), tracks.map(({ release }) => release.gtin)],
  );
  return written;
}
