import { setTimeout as wait } from 'node:timers/promises';
import { moneyText } from '../../src/kernel';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { Acknowledged } from './acknowledged';
import { auditNow, openMatters, paidInAll } from './audit';
import { Findings } from './findings';
import { type Aim, Killer } from './killer';
import { Marketplace } from './marketplace';
import { brokeOff, type FaultsOptions, type FaultsResult, heldAll } from './run';
import type { System } from './system';

/** As of other runs; where money moves it is known what was owed in the end, and paid. */
export interface MoneyFaultsResult extends FaultsResult {
  /** How often a process died at each named point. */
  readonly failpoints: Readonly<Record<string, number>>;
  /** From the last kill, or from the end of the work where that is later, until every promise was kept. */
  readonly convergedSeconds: number;
  /** In minor units: all that statements, advances and back fees made payable, and what the provider transferred with the commission. */
  readonly payable: string;
  readonly paid: string;
}

interface Kind {
  readonly name: string;
  /** Absent: anywhere. */
  readonly aim?: Aim;
  /** By then, after the last kill and the end of the work, all promises are kept; what is still open is lost. */
  readonly convergenceSeconds: number;
}

/** Rounds of work at a marketplace while worker, API and database die by SIGKILL, until enough have; then everything is kept and paid, once. */
export abstract class MoneyRun {
  protected readonly acknowledged = new Acknowledged();
  protected readonly findings = new Findings();
  protected readonly marketplace: Marketplace;
  private readonly killer: Killer;
  private workEndedAt = 0;

  constructor(
    protected readonly system: System,
    protected readonly options: FaultsOptions,
    private readonly kind: Kind,
  ) {
    this.marketplace = new Marketplace(system);
    this.killer = new Killer(system, seededRandom(options.seed + 1), options.points, kind.aim);
  }

  /** Makes what it needs in peace, and works under fire. */
  protected abstract round(number: number): Promise<void>;

  /** What else must hold once every promise was kept. */
  protected seen(): Promise<void> {
    return Promise.resolve();
  }

  async run(): Promise<MoneyFaultsResult> {
    let convergedSeconds = Number.NaN;
    let sums = { payable: 0n, paid: 0n };
    try {
      await this.setUp();
      for (let number = 1; number === 1 || !this.killer.isDone; number += 1) await this.round(number);
      convergedSeconds = await this.converges();
      sums = await paidInAll(this.system);
      if (sums.payable !== sums.paid) this.findings.lost(`money: ${sums.payable} were payable, ${sums.paid} were paid`);
      await this.seen();
    } catch (error) {
      await auditNow(this.system, this.acknowledged, this.findings).catch(() => undefined);
      await brokeOff(this.system, this.findings, error);
    }
    const held = heldAll(this.system, this.findings);
    const { lostCount, duplicatedCount, ledgerSums } = this.findings;
    return {
      name: this.kind.name,
      seed: this.options.seed,
      points: this.killer.kills.length,
      lost: lostCount,
      duplicated: duplicatedCount,
      ledgerSum: Object.fromEntries(
        [...ledgerSums].map(([currency, minor]) => [currency, moneyText({ minor, currency })]),
      ),
      failpoints: Object.fromEntries(this.killer.reached),
      convergedSeconds,
      ...{ payable: String(sums.payable), paid: String(sums.paid) },
      ok: held && this.killer.isDone,
    };
  }

  private async setUp(): Promise<void> {
    await this.marketplace.open();
    const operator = await this.marketplace.operator();
    await operator.post('/v1/commission-schedules', { rate: '0.05', from: '2025-11-01' });
    await this.system.stripe.hasABadDay(this.options.seed);
  }

  /** Kills while the work goes on, and looks after each kill at what is there. */
  protected async underFire(work: Promise<unknown>): Promise<void> {
    await this.killer.during(work, async (moment, victims) => {
      this.options.say(`  kill ${this.killer.kills.length}: ${victims.join(' and ')}, when ${moment}`);
      await this.system.stripe.deliversAgain();
      await auditNow(this.system, this.acknowledged, this.findings);
    });
    await work;
    this.workEndedAt = Date.now();
  }

  /** Waits until all promises are kept, or may be no more. Gives the seconds. */
  private async converges(): Promise<number> {
    const since = Math.max(this.killer.lastKillAt, this.workEndedAt);
    const until = since + this.kind.convergenceSeconds * 1000;
    await this.system.stripe.deliversAgain();
    let open = await openMatters(this.system, this.acknowledged);
    while (open.length > 0 && Date.now() < until) {
      await wait(250);
      open = await openMatters(this.system, this.acknowledged);
    }
    const seconds = (Date.now() - since) / 1000;
    for (const matter of open) this.findings.lost(matter);
    await auditNow(this.system, this.acknowledged, this.findings);
    return seconds;
  }
}
