import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database';
import type { Movement, MovementSubject, Span } from '../payments';
import { endingError } from '../payments/not-settled';
import { Payments } from '../payments/payments';
import { bookedMovements } from './booked-movements';
import { type ComparedMoney, compareMovements, slackMilliseconds } from './compare-movements';

/**
 * Compares what the books say of money received and paid out with what the provider's balance says of it. Nothing is written: whoever reads it decides. Refuses with
 * payments-not-configured, payment-provider-refused and not-ready.
 */
@Injectable()
export class ReconcileMoney {
  constructor(
    private readonly database: Database,
    private readonly payments: Payments,
  ) {}

  async execute(span: Span): Promise<ComparedMoney> {
    const around = {
      from: new Date(span.from.getTime() - slackMilliseconds),
      until: new Date(span.until.getTime() + slackMilliseconds),
    };
    // The provider first: what is booked meanwhile finds its movement, and no transaction waits for the network.
    const movements = await this.moved(around);
    const named = movements.flatMap(({ subject }): MovementSubject[] => (subject === undefined ? [] : [subject]));
    const booked = await this.database.asSystem((tx) => bookedMovements(tx, span, named), 'read');
    return compareMovements({ movements, booked }, span);
  }

  private async moved(span: Span): Promise<readonly Movement[]> {
    const ending = await this.payments.required().movements(span);
    if (ending.outcome === 'done') return ending.movements;
    throw endingError(ending);
  }
}
