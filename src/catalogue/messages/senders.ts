import { delegatesOf } from '../../parties';
import type { Tx } from '../../platform/database/tx';

/** Who may send messages of a label's releases. DDEX party identifiers, null where an organization has none. */
export interface Senders {
  readonly label: string | null;
  /** Of distributors that the label lets keep its catalogue. */
  readonly delegates: readonly string[];
  /** The distributor that brought the message, where it was not the label itself; its identifier. */
  readonly through: { readonly partyId: string | null } | undefined;
}

/** By what an organization is known as a sender of rows: its DDEX party identifier, as its messages have it, or else its id. */
export const senderName = async (tx: Tx, organizationId: string): Promise<string> =>
  (
    await tx.asSystem(() =>
      tx.one<{ name: string }>('SELECT coalesce(party_id, id::text) AS name FROM organizations WHERE id = $1', [
        organizationId,
      ]),
    )
  ).name;

/** As it stands now: undefined where the distributor that brought the file is no delegate of the label any more. */
export async function sendersOf(
  tx: Tx,
  { ownerId, throughId, now }: { readonly ownerId: string; readonly throughId: string | null; readonly now: Date },
): Promise<Senders | undefined> {
  const label = await tx.one<{ party_id: string | null }>('SELECT party_id FROM organizations WHERE id = $1', [
    ownerId,
  ]);
  const delegates = await delegatesOf(tx, ownerId, 'catalogue', now);
  const through = delegates.find(({ organizationId }) => organizationId === throughId);
  if (throughId !== null && through === undefined) return undefined;
  return { label: label.party_id, delegates: delegates.flatMap(({ partyId }) => partyId ?? []), through };
}
