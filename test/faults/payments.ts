import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence, type Licence } from '../../bench/support/licence';
import type { ProcessParts } from '../../src/app';
import { dayInZone } from '../../src/kernel';
import { enqueue } from '../../src/platform/jobs/jobs';
import { post } from '../../src/settlement/ledger/ledger';
import { lateInterestDue } from '../../src/settlement/ledger/templates';
import { atPayments } from './killer';
import { Money } from './money';
import { type MoneyFaultsResult, MoneyRun } from './money-run';
import { actorsOf } from './party-source';
import type { PatientClient } from './patient-client';
import type { FaultsOptions } from './run';
import { System } from './system';

const invoicesPerRound = 30;

interface Reconciled {
  readonly agreeing: number;
  readonly differences: readonly { readonly kind: string; readonly subject: { readonly id: string } | null }[];
}

/**
 * Invoices are paid and paid out, one by one, while API, worker and database die by SIGKILL: as somebody asks for a payout or releases it, as it is sent, as the provider tells of it, and as the
 * books are compared with the provider. Nothing is lost, nothing is paid twice, and in the end the provider and the books say the same.
 */
export const paymentsKilled = (options: FaultsOptions): Promise<MoneyFaultsResult> =>
  withBelongings(async (belongings) => new Payments(await System.start(belongings, true), options).run());

class Payments extends MoneyRun {
  private compared = 0;

  constructor(system: System, options: FaultsOptions) {
    super(system, options, { name: 'payments', aim: atPayments, convergenceSeconds: 60 });
  }

  protected async round(number: number): Promise<void> {
    const { url, stripe } = this.system;
    const actors = await this.marketplace.withParts(async (parts) => {
      const wish = { url, tracks: 2, firstTrack: number * 1000 };
      const licence = await concludeLicence(this.marketplace.parties(parts), wish);
      await invoiced(parts, licence);
      return actorsOf(url, licence);
    });
    this.options.say(`round ${number}: ${invoicesPerRound} invoices are issued; from here on processes die`);
    let isOver = false;
    const money = new Money({
      ...{ name: `round-${number}`, actors, stripe, acknowledged: this.acknowledged },
      isOver: () => true,
    });
    const work = money.run().finally(() => (isOver = true));
    await this.underFire(Promise.all([work, this.compares(() => isOver)]));
  }

  /** The marketplace's finance looks again and again; what is only on its way is told as a difference, which is right. */
  private async compares(isOver: () => boolean): Promise<void> {
    const finance = this.marketplace.patientOperator();
    while (!isOver()) {
      await this.reconciled(finance);
      this.compared += 1;
      await wait(400);
    }
  }

  private reconciled(finance: PatientClient): Promise<Reconciled> {
    const dayFrom = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    return finance.get<Reconciled>(`/v1/money-reconciliation?from=${dayFrom(-2)}&until=${dayFrom(2)}`);
  }

  /** In the end there is no difference but the money that was there to begin with, which no invoice was for. */
  protected override async seen(): Promise<void> {
    const { agreeing, differences } = await this.reconciled(this.marketplace.patientOperator());
    for (const { kind, subject } of differences)
      if (subject !== null) this.findings.lost(`the books and the provider differ: ${kind} of ${subject.id}`);
    const { payments, payouts } = this.acknowledged;
    const expected = payments.length + payouts.length;
    if (agreeing !== expected) this.findings.lost(`movements that agree: ${agreeing} of ${expected}`);
    this.options.say(`${payouts.length} payouts; the books were compared ${this.compared} times`);
  }
}

/** Invoices beside those of the signature, each of another amount: rows, their booking, and the jobs that send them. */
async function invoiced({ database, clock }: ProcessParts, { agreementId, label, platform }: Licence): Promise<void> {
  const at = clock.now();
  const [labelId, platformId] = [label.organizationId, platform.organizationId];
  const amounts = Array.from({ length: invoicesPerRound }, (_, place) => BigInt(10_000 + place * 137));
  await database.asSystem(async (tx) => {
    const ids = amounts.map(() => randomUUID());
    await tx.run(
      `INSERT INTO invoices (id, agreement_id, label_id, platform_id, purpose, source, number, amount_minor, currency, state, issued_at, due_on)
       SELECT id, $3::uuid, $4::uuid, $5::uuid, 'late-interest', 'faults ' || place, 'FAULTS-' || place, amount, 'USD', 'issued', $6::timestamptz, $6::timestamptz::date + 30
         FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS wanted (id, amount, place)`,
      [ids, amounts.map(String), agreementId, labelId, platformId, at],
    );
    await post(tx, {
      agreement: { id: agreementId, labelId, platformId, currency: 'USD' },
      ...{ kind: 'late-interest-due', source: 'faults', effectiveOn: dayInZone(at, 'UTC'), at },
      legs: lateInterestDue(amounts.reduce((sum, amount) => sum + amount, 0n)),
    });
    for (const invoiceId of ids) await enqueue(tx, 'send-invoice', { invoiceId }, `send-invoice ${invoiceId}`);
  });
}
