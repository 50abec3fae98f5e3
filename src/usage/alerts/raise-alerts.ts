import { audit } from '../../platform/audit/audit';
import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import { type AlertPlace, insertAlerts, type NewAlert } from './alerts.repository';

/** Keeps what was not told before, and tells both parties how many of which kind there are: one piece of news a look. */
export async function raiseAlerts(tx: Tx, place: AlertPlace, alerts: readonly NewAlert[]): Promise<void> {
  if (alerts.length === 0) return;
  const added = await insertAlerts(tx, place, alerts);
  if (added.length === 0) return;
  const { agreementId, labelId, platformId, month, at } = place;
  const kinds = Object.fromEntries([...Map.groupBy(added, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
  const entry = { subjectId: agreementId, at };
  const payload = { agreement: agreementId, month, alerts: added.length, kinds };
  for (const organizationId of [labelId, platformId]) {
    const by = { system: 'usage-alerts', organizationId };
    await audit(tx, by, { ...entry, action: 'usage-alerts.raised', details: payload });
  }
  await publish(tx, { ...entry, to: [labelId, platformId], topic: 'usage-alerts.raised', payload });
}
