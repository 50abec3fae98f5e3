import type { LivingAgreement } from '../../agreements';
import { openConflictsWith } from '../../catalogue';
import { disputedPieces, type DisputedRecording, periodOfMonth, termsOfMonth, territoryNumbers } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** A recording of an open conflict, as far as that is about the label's share in a period and in the places of its grants. */
export interface DisputedShare extends DisputedRecording {
  readonly conflictId: string;
}

/** By the first month of the period; periods in which nothing is disputed are left out. */
export type DisputedShares = ReadonlyMap<string, readonly DisputedShare[]>;

/** What is disputed of the usage of these periods. */
export async function disputedShares(
  tx: Tx,
  { labelId, life }: Pick<LivingAgreement, 'labelId' | 'life'>,
  months: readonly string[],
): Promise<DisputedShares> {
  const periods = new Map(months.map((month) => [month, periodOfMonth(life, month)]));
  const from = [...periods.values()].map((period) => period.from).sort()[0]!;
  const until = [...periods.values()]
    .map((period) => period.until)
    .sort()
    .at(-1)!;
  const conflicts = await openConflictsWith(tx, labelId, { from, until });
  const disputed = new Map<string, DisputedShare[]>();
  // Nearly always there are none, and a repertoire may be long.
  if (conflicts.length === 0) return disputed;
  for (const [month, period] of periods) {
    const { repertoire, grants } = termsOfMonth(life, month);
    const licensed = new Set(repertoire.isrcs);
    const places = new Set(grants.flatMap(({ territories }) => territoryNumbers(territories)));
    const shares = conflicts
      .filter(({ isrc }) => licensed.has(isrc))
      .map(({ id: conflictId, isrc, pieces }) => {
        return { conflictId, isrc, pieces: disputedPieces(pieces, { labelId, period, places }) };
      })
      .filter(({ pieces }) => pieces.length > 0);
    if (shares.length > 0) disputed.set(month, shares);
  }
  return disputed;
}
