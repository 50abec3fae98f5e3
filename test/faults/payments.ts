import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence, type Licence } from '../../bench/support/licence';
import { openParts } from '../../src/app';
import { readConfig } from '../../src/config';
import { dayInZone } from '../../src/kernel';
import { setUpOperator } from '../../src/parties';
import { enqueue } from '../../src/platform/jobs/jobs';
import { ApiClient } from '../../src/sample/api-client';
import { type Credentials, newPassword, signIn } from '../../src/sample/parties';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { post } from '../../src/settlement/ledger/ledger';
import { lateInterestDue } from '../../src/settlement/ledger/templates';
import { Acknowledged } from './acknowledged';
import { auditNow, openMatters, paidInAll } from './audit';
import type { DealFaultsResult, FaultsOptions } from './deal';
import { cents, Findings } from './findings';
import { atPayments, Killer } from './killer';
import { Money } from './money';
import { actorsOf, FreshParties } from './party-source';
import { PatientClient } from './patient-client';
import { System } from './system';

const invoicesPerRound = 30;
const convergenceSeconds = 60;

type Parts = Awaited<ReturnType<typeof openParts>>;

interface Reconciled {
  readonly agreeing: number;
  readonly differences: readonly { readonly kind: string; readonly subject: { readonly id: string } | null }[];
}

/**
 * Invoices are paid and paid out, one by one, while API, worker and database die by SIGKILL: as somebody asks for a payout or releases it, as it is sent, as the provider tells of it, and as the
 * books are compared with the provider. Nothing is lost, nothing is paid twice, and in the end the provider and the books say the same.
 */
export const paymentsKilled = (options: FaultsOptions): Promise<DealFaultsResult> =>
  withBelongings(async (belongings) => new Payments(await System.start(belongings, true), options).run());

class Payments {
  private readonly acknowledged = new Acknowledged();
  private readonly findings = new Findings();
  private readonly killer: Killer;
  private readonly operator: Credentials = { email: 'operator@accordo.example', password: newPassword() };
  private workEndedAt = 0;
  private compared = 0;

  constructor(
    private readonly system: System,
    private readonly options: FaultsOptions,
  ) {
    this.killer = new Killer(system, seededRandom(options.seed + 1), options.points, atPayments);
  }

  async run(): Promise<DealFaultsResult> {
    const { say } = this.options;
    let convergedSeconds = Number.NaN;
    let sums = { payable: 0n, paid: 0n };
    try {
      await this.setUpMarketplace();
      for (let number = 1; number === 1 || !this.killer.isDone; number += 1) await this.round(number);
      convergedSeconds = await this.converges();
      sums = await paidInAll(this.system);
      if (sums.payable !== sums.paid) this.findings.lost(`money: ${sums.payable} were payable, ${sums.paid} were paid`);
      await this.agrees();
      say(`${this.acknowledged.payouts.length} payouts; the books were compared ${this.compared} times`);
    } catch (error) {
      await auditNow(this.system, this.acknowledged, this.findings).catch(() => undefined);
      this.findings.lost(`the end of the work: ${error instanceof Error ? error.message : String(error)}`);
      const waiting = await this.system.underWay().catch((failure: unknown) => [String(failure)]);
      for (const line of waiting) process.stderr.write(`faults: under way: ${line}\n`);
    }
    return this.result(convergedSeconds, sums);
  }

  private result(convergedSeconds: number, sums: { payable: bigint; paid: bigint }): DealFaultsResult {
    for (const line of this.findings.lines()) process.stderr.write(`faults: ${line}\n`);
    const { endedByThemselves } = this.system;
    for (const note of endedByThemselves) process.stderr.write(`faults: not killed by us: ${note}\n`);
    const { lostCount, duplicatedCount, clean } = this.findings;
    if (!clean || endedByThemselves.length > 0) process.stderr.write(this.system.logTails());
    return {
      name: 'payments',
      seed: this.options.seed,
      points: this.killer.kills.length,
      ...{ lost: lostCount, duplicated: duplicatedCount },
      ledgerSum: Object.fromEntries([...this.findings.ledgerSums].map(([currency, minor]) => [currency, cents(minor)])),
      failpoints: Object.fromEntries(this.killer.reached),
      convergedSeconds,
      ...{ payable: String(sums.payable), paid: String(sums.paid) },
      ok: clean && this.killer.isDone && endedByThemselves.length === 0,
    };
  }

  private async setUpMarketplace(): Promise<void> {
    await this.withParts((parts) => setUpOperator(parts.database, parts.clock, { name: 'Operator', ...this.operator }));
    const operator = await signIn(this.system.url, this.operator);
    await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-11-01' });
    await this.system.stripe.hasABadDay(this.options.seed);
  }

  private async withParts<Result>(use: (parts: Parts) => Promise<Result>): Promise<Result> {
    const parts = await openParts(readConfig(this.system.configuration));
    return use(parts).finally(() => parts.close());
  }

  private async round(number: number): Promise<void> {
    const { say } = this.options;
    const { url, stripe } = this.system;
    const actors = await this.withParts(async (parts) => {
      const licence = await concludeLicence(new FreshParties(url, parts, this.operator), {
        url,
        tracks: 2,
        firstTrack: number * 1000,
      });
      await invoiced(parts, licence);
      return actorsOf(url, licence);
    });
    say(`round ${number}: ${invoicesPerRound} invoices are issued; from here on processes die`);
    let isOver = false;
    const money = new Money({
      ...{ name: `round-${number}`, actors, stripe, acknowledged: this.acknowledged },
      isOver: () => true,
    });
    const work = money.run().finally(() => (isOver = true));
    const comparing = this.compares(() => isOver);
    await this.killer.during(work, async (moment, victims) => {
      say(`  kill ${this.killer.kills.length}: ${victims.join(' and ')}, when ${moment}`);
      await stripe.deliversAgain();
      await auditNow(this.system, this.acknowledged, this.findings);
    });
    await Promise.all([work, comparing]);
    this.workEndedAt = Date.now();
  }

  /** The marketplace's finance looks again and again; what is only on its way is told as a difference, which is right. */
  private async compares(isOver: () => boolean): Promise<void> {
    const finance = this.finance();
    while (!isOver()) {
      await this.reconciled(finance);
      this.compared += 1;
      await wait(400);
    }
  }

  private finance(): PatientClient {
    return new PatientClient(this.system.url, async () => {
      const { accessToken } = await new ApiClient(this.system.url).post<{ accessToken: string }>('/v1/sign-in', {
        ...this.operator,
      });
      return accessToken;
    });
  }

  private reconciled(finance: PatientClient): Promise<Reconciled> {
    const dayFrom = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    return finance.get<Reconciled>(`/v1/money-reconciliation?from=${dayFrom(-2)}&until=${dayFrom(2)}`);
  }

  /** In the end there is no difference but the money that was there to begin with, which no invoice was for. */
  private async agrees(): Promise<void> {
    const { agreeing, differences } = await this.reconciled(this.finance());
    for (const { kind, subject } of differences)
      if (subject !== null) this.findings.lost(`the books and the provider differ: ${kind} of ${subject.id}`);
    const { payments, payouts } = this.acknowledged;
    const expected = payments.length + payouts.length;
    if (agreeing !== expected) this.findings.lost(`movements that agree: ${agreeing} of ${expected}`);
  }

  private async converges(): Promise<number> {
    const since = Math.max(this.killer.lastKillAt, this.workEndedAt);
    await this.system.stripe.deliversAgain();
    let open = await openMatters(this.system, this.acknowledged);
    while (open.length > 0 && Date.now() < since + convergenceSeconds * 1000) {
      await wait(250);
      open = await openMatters(this.system, this.acknowledged);
    }
    for (const matter of open) this.findings.lost(matter);
    await auditNow(this.system, this.acknowledged, this.findings);
    return (Date.now() - since) / 1000;
  }
}

/** Invoices beside those of the signature, each of another amount: rows, their booking, and the jobs that send them. */
async function invoiced({ database, clock }: Parts, { agreementId, label, platform }: Licence): Promise<void> {
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
