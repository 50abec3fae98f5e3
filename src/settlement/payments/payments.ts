import { Injectable } from '@nestjs/common';
import type { PaymentConfig } from '../../config';
import { type Clock, SystemClock } from '../../platform/clock';
import { DomainError } from '../../platform/errors/domain-error';
import { type PaymentRail, StripeRail } from '.';

/** The rail of an installation that has a provider. The clock says how old a webhook's signature is. */
export const stripeRail = (config: PaymentConfig, clock: Clock = new SystemClock()): PaymentRail =>
  new StripeRail({ config, now: () => clock.now() });

/** The payment rail where there is one: an installation runs without, but nothing is paid then. */
@Injectable()
export class Payments {
  constructor(readonly rail: PaymentRail | undefined) {}

  /** Refuses with payments-not-configured. */
  required(): PaymentRail {
    if (this.rail === undefined) throw new DomainError('payments-not-configured');
    return this.rail;
  }
}
