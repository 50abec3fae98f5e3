import type { Tx } from '../platform/database/tx';

export interface Original {
  readonly organizationId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly broughtBy: string;
  readonly at: Date;
}

/** Remembers whose file it is; brought twice it is one. */
export async function insertOriginal(
  tx: Tx,
  { organizationId, sha256, bytes, broughtBy, at }: Original,
): Promise<void> {
  await tx.run(
    `INSERT INTO agreement_originals (organization_id, sha256, bytes, brought_by, brought_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [organizationId, sha256, bytes, broughtBy, at],
  );
}

/** Whether the organization of the transaction has brought this file. */
export const hasOriginal = async (tx: Tx, sha256: string): Promise<boolean> =>
  (await tx.rows('SELECT 1 FROM agreement_originals WHERE sha256 = $1', [sha256])).length > 0;
