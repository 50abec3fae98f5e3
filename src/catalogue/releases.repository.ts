import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

export interface Release {
  readonly id: string;
  readonly gtin: string | null;
  readonly grid: string | null;
  readonly own_id: string | null;
  readonly catalogue_number: string | null;
  readonly title: string;
  readonly artists: readonly string[];
  readonly label: string | null;
  readonly kind: string | null;
  readonly genre: string | null;
  readonly released_on: string | null;
  readonly sender: string | null;
  readonly told_at: Date | null;
  readonly withdrawn_at: Date | null;
  /** How many messages spoke of it: 0 where it came from a catalogue file only. */
  readonly version: number;
}

export interface ReleaseVersion {
  readonly version: number;
  readonly message_id: string;
  readonly release_number: number | null;
  readonly resources: readonly string[] | null;
  readonly deals: readonly string[] | null;
  readonly withdrawn: boolean;
  readonly at: Date;
  readonly kind: string;
  readonly schema: string | null;
  readonly sender: string;
  readonly message_key: string;
  readonly thread: string | null;
  readonly told_at: Date;
  readonly import_id: string;
  readonly file: string;
}

export interface NumberedContent {
  readonly number: number;
  readonly content: object;
}

/** Refuses with not-found. */
export async function getRelease(tx: Tx, id: string): Promise<Release> {
  const found = await tx.first<Release>('SELECT * FROM releases WHERE id = $1', [id]);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

/** By id, after the given one; `gtin` in 14 digits. */
export const listReleases = (
  tx: Tx,
  { gtin, after, limit }: { readonly gtin: string | null; readonly after: string | null; readonly limit: number },
): Promise<Release[]> =>
  tx.rows<Release>(
    `SELECT * FROM releases WHERE owner_id = accordo_organization() AND ($1::bpchar IS NULL OR gtin = $1) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    [gtin, after, limit],
  );

export const isrcsOfRelease = async (tx: Tx, id: string): Promise<string[]> =>
  (
    await tx.rows<{ isrc: string }>(
      `SELECT isrc FROM recordings JOIN release_recordings ON recording_id = recordings.id WHERE release_id = $1 AND left_at IS NULL ORDER BY isrc`,
      [id],
    )
  ).map(({ isrc }) => isrc);

const versions = `SELECT v.*, m.kind, m.version AS schema, m.sender, m.message_key, m.thread, m.told_at, m.import_id, m.file
  FROM release_versions v JOIN release_messages m ON m.id = v.message_id WHERE release_id = $1`;

/** Latest first, before the given one. */
export const listVersions = (tx: Tx, id: string, before: number | null, limit: number): Promise<ReleaseVersion[]> =>
  tx.rows<ReleaseVersion>(`${versions} AND ($2::int IS NULL OR v.version < $2) ORDER BY v.version DESC LIMIT $3`, [
    id,
    before,
    limit,
  ]);

/** Refuses with not-found. */
export async function getVersion(tx: Tx, id: string, version: number): Promise<ReleaseVersion> {
  const found = await tx.first<ReleaseVersion>(`${versions} AND v.version = $2`, [id, version]);
  if (found === undefined) throw new DomainError('not-found');
  return found;
}

/** The release as that message told it; null for a purge, which tells nothing. */
export async function releaseContent(tx: Tx, { message_id, release_number }: ReleaseVersion): Promise<object | null> {
  if (release_number === null) return null;
  const { content } = await tx.one<NumberedContent>(
    'SELECT number, content FROM message_releases WHERE message_id = $1 AND number = $2',
    [message_id, release_number],
  );
  return content;
}

/** What is on the release as that message told it: recordings, videos, images and all else, in their order. */
export const resourceContents = (
  tx: Tx,
  { message_id, release_number, resources }: ReleaseVersion,
  after: number,
  limit: number,
): Promise<NumberedContent[]> =>
  tx.rows<NumberedContent>(
    `SELECT number, content FROM message_resources
      WHERE message_id = $1 AND $5::int IS NOT NULL AND ($2::text[] IS NULL OR reference = ANY ($2)) AND number > $3 ORDER BY number LIMIT $4`,
    [message_id, resources, after, limit, release_number],
  );

/** The deals of that message for the release and for its tracks, and when it may be shown. */
export const dealContents = (
  tx: Tx,
  { message_id, release_number, deals }: ReleaseVersion,
  after: number,
  limit: number,
): Promise<(NumberedContent & { readonly kind: 'deal' | 'visibility' })[]> =>
  tx.rows(
    `SELECT number, kind, content FROM message_deals
      WHERE message_id = $1 AND $5::int IS NOT NULL AND ($2::text[] IS NULL OR kind = 'visibility' OR releases && $2) AND number > $3 ORDER BY number LIMIT $4`,
    [message_id, deals, after, limit, release_number],
  );
