import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import type { RightsConflict } from './conflicts.repository';

/** Conflicts that news names; there may be as many as a statement has recordings. */
const namedMax = 100;

/** A piece of news for each of the parties, whatever the number of conflicts. */
export async function publishTo(
  tx: Tx,
  topic: string,
  conflicts: readonly Pick<RightsConflict, 'id' | 'parties'>[],
  { at, named = namedMax }: { readonly at: Date; readonly named?: number },
): Promise<void> {
  const byParty = new Map<string, string[]>();
  for (const { id, parties } of conflicts)
    for (const party of parties) byParty.set(party, [...(byParty.get(party) ?? []), id]);
  for (const [party, ids] of byParty) {
    const payload = { count: ids.length, conflicts: ids.slice(0, named) };
    await publish(tx, { to: [party], topic, subjectId: ids[0]!, payload, at });
  }
}
