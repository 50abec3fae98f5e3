import { at, type Fault, type Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { inoperable } from './inoperable';

/** Why the terms cannot run, by themselves or with their pool: `terms-not-operable`. `own` is the agreement itself, where it is there already. */
export const notOperable = async (tx: Tx, terms: Terms, own?: string): Promise<Fault[]> => [
  ...inoperable(terms),
  ...(await poolFaults(tx, terms, own)),
];

/**
 * Agreements that the terms pool it with and that cannot be: they must be signed, between the same parties and in the same currency; `own` is the agreement itself, which
 * pools with others. `terms-not-operable`, as what cannot run.
 */
async function poolFaults(tx: Tx, { parties, recoupment, currency }: Terms, own?: string): Promise<Fault[]> {
  const { pooledWith = [] } = recoupment ?? {};
  if (pooledWith.length === 0) return [];
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM agreements WHERE id = ANY($1::uuid[]) AND label_id = $2 AND platform_id = $3 AND currency = $4 AND concluded_at IS NOT NULL`,
    [pooledWith, parties.label.id, parties.platform.id, currency],
  );
  const fit = new Set(rows.map(({ id }) => id));
  return pooledWith.flatMap((id, place): Fault[] => {
    if (fit.has(id) && id !== own) return [];
    const message = 'is no other agreement of both parties, signed and in the same currency';
    return [{ pointer: at('/recoupment/pooledWith', place), code: 'terms-not-operable', message }];
  });
}
