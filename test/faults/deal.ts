import { setTimeout as wait } from 'node:timers/promises';
import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence } from '../../bench/support/licence';
import { openParts } from '../../src/app';
import { readConfig } from '../../src/config';
import { setUpOperator } from '../../src/parties';
import { type Credentials, newPassword, signIn } from '../../src/sample/parties';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { Acknowledged } from './acknowledged';
import { auditNow, openMatters, paidInAll } from './audit';
import { cents, Findings } from './findings';
import { Killer } from './killer';
import { actorsOf, FreshParties } from './party-source';
import type { PatientClient } from './patient-client';
import { Round } from './round';
import { System } from './system';

export interface FaultsOptions {
  readonly points: number;
  readonly seed: number;
  /** Progress, for people only. */
  readonly say: (line: string) => void;
  /** Of a run that consists of several: those that are wanted, and how large. Absent: all, as they are usually. */
  readonly only?: readonly string[];
  readonly size?: 'usual' | 'full' | number;
  /** A line of a result, also where only the result is wanted. */
  readonly print?: (line: string) => void;
}

/** What a run of faults prints. */
export interface FaultsResult {
  readonly name: string;
  readonly seed: number;
  /** Kills delivered. */
  readonly points: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly ledgerSum: Readonly<Record<string, string>>;
  readonly ok: boolean;
}

/** As of other runs; of a deal it is known what was owed in the end, and paid. */
export interface DealFaultsResult extends FaultsResult {
  /** How often a process died at each named point. */
  readonly failpoints: Readonly<Record<string, number>>;
  /** From the last kill, or from the end of the work where that is later, until every promise was kept. */
  readonly convergedSeconds: number;
  /** In minor units: all that statements, advances and back fees made payable, and what the provider transferred with the commission. */
  readonly payable: string;
  readonly paid: string;
}

const tracks = 40;
/** All of them have ended; the product runs on the real clock here. */
const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
/** A short run takes the fewest months that still have a correction in them. */
const monthsFor = (points: number): readonly string[] => (points < 10 ? months.slice(0, 3) : months);
const convergenceSeconds = 30;

/** The story's deal, month after month, while worker, API and database die by SIGKILL: nothing lost, nothing doubled, books in balance. */
export const dealUnderFaults = (options: FaultsOptions): Promise<DealFaultsResult> =>
  withBelongings(async (belongings) => {
    const system = await System.start(belongings, true);
    return new Deal(system, options).run();
  });

class Deal {
  private readonly acknowledged = new Acknowledged();
  private readonly findings = new Findings();
  private readonly random: () => number;
  private readonly killer: Killer;
  private readonly operator: Credentials = { email: 'operator@accordo.example', password: newPassword() };
  private workEndedAt = 0;

  constructor(
    private readonly system: System,
    private readonly options: FaultsOptions,
  ) {
    this.random = seededRandom(options.seed);
    this.killer = new Killer(system, seededRandom(options.seed + 1), options.points);
  }

  async run(): Promise<DealFaultsResult> {
    const { seed } = this.options;
    let convergedSeconds = Number.NaN;
    let sums = { payable: 0n, paid: 0n };
    try {
      await this.setUpMarketplace();
      for (let number = 1; number === 1 || !this.killer.isDone; number += 1) await this.round(number);
      convergedSeconds = await this.converges();
      sums = await paidInAll(this.system);
      if (sums.payable !== sums.paid) this.findings.lost(`money: ${sums.payable} were payable, ${sums.paid} were paid`);
    } catch (error) {
      await auditNow(this.system, this.acknowledged, this.findings).catch(() => undefined);
      this.findings.lost(`the end of the work: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const line of this.findings.lines()) process.stderr.write(`faults: ${line}\n`);
    const { endedByThemselves } = this.system;
    for (const note of endedByThemselves) process.stderr.write(`faults: not killed by us: ${note}\n`);
    if (!this.findings.clean || endedByThemselves.length > 0) process.stderr.write(this.system.logTails());
    const { lostCount, duplicatedCount, clean } = this.findings;
    return {
      name: 'deal',
      seed,
      points: this.killer.kills.length,
      lost: lostCount,
      duplicated: duplicatedCount,
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

  private async withParts<Result>(
    use: (parts: Awaited<ReturnType<typeof openParts>>) => Promise<Result>,
  ): Promise<Result> {
    const parts = await openParts(readConfig(this.system.configuration));
    return use(parts).finally(() => parts.close());
  }

  /** A new pair of parties and their agreement, made in peace; then their months, under fire. */
  private async round(number: number): Promise<void> {
    const { say, points } = this.options;
    const { url, stripe } = this.system;
    const { licence, actors } = await this.withParts(async (parts) => {
      const given = new FreshParties(url, parts, this.operator);
      const concluded = await concludeLicence(given, { url, tracks, firstTrack: number * 1000 });
      return { licence: concluded, actors: await actorsOf(url, concluded) };
    });
    say(`round ${number}: the agreement is signed; from here on processes die`);
    const { acknowledged, random } = this;
    const name = `round-${number}`;
    const work = new Round({ name, licence, actors, stripe, acknowledged, random, months: monthsFor(points) }).run();
    await this.killer.during(work, async (moment, victims) => {
      say(`  kill ${this.killer.kills.length}: ${victims.join(' and ')}, when ${moment}`);
      await stripe.deliversAgain();
      await auditNow(this.system, acknowledged, this.findings);
    });
    await work;
    this.workEndedAt = Date.now();
    const repeats = Object.values(actors).reduce((total, client: PatientClient) => total + client.repeats, 0);
    say(`round ${number}: done; ${repeats} requests had to be repeated`);
  }

  /** All promises are kept within half a minute after the last kill and the end of the work; what is still open then is lost. Gives the seconds. */
  private async converges(): Promise<number> {
    const since = Math.max(this.killer.lastKillAt, this.workEndedAt);
    const until = since + convergenceSeconds * 1000;
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
