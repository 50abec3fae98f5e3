import type { Package } from '../catalogue';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

/** Who may see a listing: every verified platform, the platforms named, or the one platform named. */
export const visibilities = ['public', 'invited', 'one'] as const;
export type Visibility = (typeof visibilities)[number];

export const listingStates = ['open', 'closed', 'ended'] as const;
export type ListingState = (typeof listingStates)[number];

/** A listing without its template: what lists show. */
export interface ListingHead {
  readonly id: string;
  readonly labelId: string;
  readonly packageId: string;
  readonly packageName: string;
  readonly packageVersion: number;
  readonly contentHash: string;
  readonly trackCount: number;
  readonly visibility: Visibility;
  /** The invited platforms that the reader may know of: a platform knows of itself only. */
  readonly platformIds: readonly string[];
  readonly note: string | null;
  readonly endsAt: Date | null;
  readonly publishedAt: Date;
  readonly closedAt: Date | null;
}

export interface Listing extends ListingHead {
  /** Canonical JSON. */
  readonly template: string;
}

const head = `id, label_id AS "labelId", package_id AS "packageId", package_name AS "packageName", package_version AS "packageVersion",
  content_hash AS "contentHash", track_count AS "trackCount", visibility, note, ends_at AS "endsAt", published_at AS "publishedAt",
  closed_at AS "closedAt",
  ARRAY(SELECT i.platform_id FROM listing_invitations i WHERE i.listing_id = listings.id ORDER BY 1) AS "platformIds"`;

/** One that has ended is there for its label only, as one that is closed (which the policies of the table see to). */
const visible = `(label_id = accordo_organization() OR ends_at IS NULL OR ends_at > $1)`;

export const listingStateAt = (
  { closedAt, endsAt }: Pick<ListingHead, 'closedAt' | 'endsAt'>,
  at: Date,
): ListingState => (closedAt !== null ? 'closed' : endsAt !== null && endsAt <= at ? 'ended' : 'open');

/** Refuses with not-found, as for one that the organization may not see now. */
export async function getListing(tx: Tx, id: string, now: Date): Promise<Listing> {
  const sql = `SELECT ${head}, template FROM listings WHERE ${visible} AND id = $2`;
  const listing = await tx.first<Listing>(sql, [now, id]);
  if (listing === undefined) throw new DomainError('not-found');
  return listing;
}

/** Listings that the organization may see now, oldest first, after the given keys. */
export const listListings = (
  tx: Tx,
  now: Date,
  limit: number,
  after: readonly string[] | undefined,
): Promise<ListingHead[]> =>
  tx.rows<ListingHead>(
    `SELECT ${head} FROM listings
      WHERE ${visible} AND ($3::timestamptz IS NULL OR (published_at, id) > ($3, $4::uuid)) ORDER BY published_at, id LIMIT $2`,
    [now, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** All listings that the organization may see now, by their packages, oldest first. */
export const visibleListings = (tx: Tx, now: Date): Promise<{ id: string; packageId: string }[]> =>
  tx.rows<{ id: string; packageId: string }>(
    `SELECT id, package_id AS "packageId" FROM listings WHERE ${visible} ORDER BY published_at, id`,
    [now],
  );

const open = 'closed_at IS NULL AND (ends_at IS NULL OR ends_at > $1)';

/** The packages of the listings open now of the label that asks, or that the platform may see. */
export const openPackages = (tx: Tx, now: Date): Promise<{ labelId: string; packageId: string }[]> =>
  tx.rows(`SELECT DISTINCT label_id AS "labelId", package_id AS "packageId" FROM listings WHERE ${open}`, [now]);

/** As openPackages, with their terms: so many listings, by id, after the one of this id. */
export const openTemplates = (
  tx: Tx,
  now: Date,
  limit: number,
  after: string | null,
): Promise<{ id: string; labelId: string; packageId: string; template: string }[]> =>
  tx.rows(
    `SELECT id, label_id AS "labelId", package_id AS "packageId", template FROM listings
      WHERE ${open} AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $2`,
    [now, limit, after],
  );

export interface NewListing {
  readonly labelId: string;
  readonly package: Package;
  readonly visibility: Visibility;
  readonly platformIds: readonly string[];
  readonly template: string;
  readonly note: string | undefined;
  readonly endsAt: Date | null;
  readonly at: Date;
}

export async function insertListing(tx: Tx, listing: NewListing): Promise<string> {
  const { labelId, package: offered, visibility, template, note, endsAt, at } = listing;
  const { id } = await tx.one<{ id: string }>(
    `INSERT INTO listings (label_id, package_id, package_name, package_version, content_hash, track_count, visibility, template,
       note, ends_at, published_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
    [
      labelId,
      offered.id,
      offered.name,
      offered.version,
      offered.content_hash,
      offered.track_count,
      visibility,
      template,
      note ?? null,
      endsAt,
      at,
    ],
  );
  await tx.run(
    'INSERT INTO listing_invitations (listing_id, label_id, platform_id) SELECT $1, $2, platform FROM unnest($3::uuid[]) AS platform',
    [id, labelId, listing.platformIds],
  );
  return id;
}

/** Keeps the listing from being closed until the transaction ends. False when it is closed already. */
export const holdOpenListing = (tx: Tx, id: string): Promise<boolean> =>
  tx.asSystem(async () => {
    const row = await tx.one<{ open: boolean }>(
      'SELECT closed_at IS NULL AS open FROM listings WHERE id = $1 FOR SHARE',
      [id],
    );
    return row.open;
  });

/** False when it is closed already. */
export const closeListing = async (tx: Tx, id: string, at: Date): Promise<boolean> =>
  (await tx.run('UPDATE listings SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL', [id, at])) === 1;
