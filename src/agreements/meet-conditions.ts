import { Injectable, type OnModuleInit } from '@nestjs/common';
import { dayInZone, firstTerms, type LifeEvent, openConditions } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { activateWhenReady } from './conclude-agreement';
import { getLivingForUpdate } from './life.repository';
import { type DuePaid, OnDuePaid } from './on-due-paid';
import { OnInForce } from './on-in-force';
import { recordLife } from './record-life';

const by = { system: 'conditions' };

/** Notes that a condition of the licence is met by a payment, and begins the licence with the last of them. */
@Injectable()
export class MeetConditions implements OnModuleInit {
  constructor(
    private readonly onDuePaid: OnDuePaid,
    private readonly onInForce: OnInForce,
  ) {}

  onModuleInit(): void {
    this.onDuePaid.register('agreements', (tx, paid) => this.execute(tx, paid));
  }

  private async execute(tx: Tx, { agreement: { id }, purpose, source, at }: DuePaid): Promise<void> {
    const agreement = await getLivingForUpdate(tx, id);
    if (agreement.state !== 'concluded') return;
    const open = new Set(openConditions(agreement.life));
    const met = (firstTerms(agreement.life).conditions ?? [])
      .filter((condition) => open.has(condition.id))
      .filter((condition) =>
        condition.kind === 'back-fee-paid'
          ? purpose === 'back-fee'
          : purpose === 'advance' && condition.advance === source,
      );
    if (met.length === 0) return;
    const events = met.map(({ id: condition }): LifeEvent => ({ kind: 'condition-met', condition }));
    const after = await activateWhenReady(tx, await recordLife(tx, agreement, events, { by, at }), { by, at });
    if (after.state !== 'active') return;
    await this.onInForce.run(tx, { agreement: after, from: dayInZone(at, after.timeZone), at });
  }
}
