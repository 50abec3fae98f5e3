import { wholeShare } from '../../kernel';
import { arrayText } from '../../platform/database/array-text';
import type { Tx } from '../../platform/database/tx';
import type { Counted, Match, Part } from './event-matcher';
import { drawPosition, foldInto } from './events.repository';
import type { UsageEvent } from './usage-event';

/** What an event counts for by its shares, in place of the whole for its agreement. `isrc` is the recording that it counts for. */
export interface SharedEvent {
  readonly event: Pick<UsageEvent, 'source' | 'id' | 'quantity'>;
  readonly isrc: string;
  readonly counted: Counted;
  readonly parts: readonly Part[];
  /** What it counts for so far; absent: the whole for its agreement. */
  readonly before?: readonly Part[];
}

/** Those that count for parts of their recordings; `isrc` is the recording that one counts for, where it is another than it names. */
export const sharedOf = (
  matched: readonly { readonly event: UsageEvent; readonly match: Match; readonly isrc?: string | null }[],
): SharedEvent[] =>
  matched.flatMap(({ event, match, isrc }) =>
    match.held !== null || match.parts === undefined
      ? []
      : [{ event, isrc: isrc ?? event.isrc, counted: match, parts: match.parts }],
  );

/** A change of what an event counts for: so many units more of a share, or fewer. */
interface Movement extends Part {
  readonly event: SharedEvent['event'];
  readonly isrc: string;
  readonly units: number;
}

/** From what an event counts for to what it is to count for: what is the same on both sides does not move. */
export function movementsOf({ event, isrc, counted, parts, before }: SharedEvent): Movement[] {
  const moved = new Map<string, Movement>();
  const move = (part: Part, sign: number): void => {
    const key = `${part.agreementId} ${part.month} ${part.share}`;
    const units = (moved.get(key)?.units ?? 0) + sign * event.quantity;
    moved.set(key, { ...part, event, isrc, units });
  };
  for (const part of before ?? [{ ...counted, share: wholeShare }]) move(part, -1);
  for (const part of parts) move(part, 1);
  return [...moved.values()].filter(({ units }) => units !== 0);
}

/** Lets events count by shares, at a position of their own; gives the number of movements. They are there already, and nobody else moves them meanwhile. */
export async function insertMovements(tx: Tx, platformId: string, shared: readonly SharedEvent[]): Promise<number> {
  const movements = shared.flatMap(movementsOf);
  if (movements.length === 0) return 0;
  const position = await drawPosition(tx, platformId);
  await tx.run(
    `WITH moved AS (
       INSERT INTO usage_event_shares (platform_id, source, id, position, agreement_id, share, label_id, month, isrc, quantity)
       SELECT $1, source, id, $2, agreement_id, share, label_id, month, isrc, quantity
         FROM unnest($3::text[], $4::text[], $5::uuid[], $6::int[], $7::uuid[], $8::date[], $9::text[], $10::bigint[])
                AS m (source, id, agreement_id, share, label_id, month, isrc, quantity)
       RETURNING source, id, agreement_id, share, label_id, month, isrc, quantity),
     changed AS (
       SELECT m.agreement_id, m.label_id, m.month, e.service_id, m.isrc, e.territory, e.use_model, m.quantity, m.share
         FROM moved m JOIN usage_events e ON e.platform_id = $1 AND e.source = m.source AND e.id = m.id)
     ${foldInto('$2', '$1', 'share')}`,
    [
      platformId,
      position,
      arrayText(movements.map(({ event }) => event.source)),
      arrayText(movements.map(({ event }) => event.id)),
      arrayText(movements.map(({ agreementId }) => agreementId)),
      arrayText(movements.map(({ share }) => share)),
      arrayText(movements.map(({ labelId }) => labelId)),
      arrayText(movements.map(({ month }) => month)),
      arrayText(movements.map(({ isrc }) => isrc)),
      arrayText(movements.map(({ units }) => units)),
    ],
  );
  return movements.length;
}
