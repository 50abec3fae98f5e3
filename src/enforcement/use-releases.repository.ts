import type { CalendarDate } from '../kernel';
import type { Tx } from '../platform/database/tx';

/** Past use that a label has released a platform from, by an agreement. */
export interface Release {
  readonly agreementId: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly releasesUseBefore: CalendarDate;
  readonly releasedAt: Date;
  readonly revokedAt: Date | null;
}

const columns = `agreement_id AS "agreementId", label_id AS "labelId", platform_id AS "platformId",
  releases_use_before AS "releasesUseBefore", released_at AS "releasedAt", revoked_at AS "revokedAt"`;

export async function insertRelease(tx: Tx, release: Omit<Release, 'revokedAt'>): Promise<void> {
  const { agreementId, labelId, platformId, releasesUseBefore, releasedAt } = release;
  await tx.run(
    `INSERT INTO use_releases (agreement_id, label_id, platform_id, releases_use_before, released_at) VALUES ($1, $2, $3, $4, $5)`,
    [agreementId, labelId, platformId, releasesUseBefore, releasedAt],
  );
}

/** The releases that the caller is party to, oldest first. */
export const listReleases = (tx: Tx): Promise<Release[]> =>
  tx.rows<Release>(`SELECT ${columns} FROM use_releases ORDER BY released_at, agreement_id`);

/** The first day whose use is not released between two parties; undefined where nothing is. */
export async function releasedBefore(tx: Tx, labelId: string, platformId: string): Promise<CalendarDate | undefined> {
  const { day } = await tx.one<{ day: CalendarDate | null }>(
    `SELECT max(releases_use_before) AS day FROM use_releases WHERE label_id = $1 AND platform_id = $2 AND revoked_at IS NULL`,
    [labelId, platformId],
  );
  return day ?? undefined;
}

export const revokeRelease = (tx: Tx, agreementId: string, at: Date): Promise<number> =>
  tx.run('UPDATE use_releases SET revoked_at = coalesce(revoked_at, $2) WHERE agreement_id = $1', [agreementId, at]);
