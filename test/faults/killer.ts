import { setTimeout as wait } from 'node:timers/promises';
import { type Failpoint, failpoints } from './doors';
import type { System, Victim } from './system';

/** Moments that are worth a death, told by what stands in the database then. */
const moments: Readonly<Record<string, string | undefined>> = {
  'any moment': undefined,
  'a report is being read': `SELECT FROM operations WHERE kind = 'read-report' AND state = 'running'`,
  'a close has been acknowledged': `SELECT FROM operations WHERE kind = 'close-period' AND state = 'queued'`,
  'a period is being closed': `SELECT FROM operations WHERE kind = 'close-period' AND state = 'running'`,
  'a statement waits for its second person': `SELECT FROM statement_drafts d WHERE NOT EXISTS (SELECT FROM statements s WHERE s.id = d.id)`,
  'an invoice is on its way to the provider': `SELECT FROM invoices WHERE state = 'issued'`,
  'a payment has been announced': 'SELECT FROM stripe_events WHERE processed_at IS NULL',
  'a payout is approved': `SELECT FROM payouts WHERE state = 'approved' AND first_attempt_at IS NULL`,
  'a transfer is being made': `SELECT FROM payouts WHERE state = 'approved' AND first_attempt_at IS NOT NULL`,
  'a transfer exists': `SELECT FROM payouts WHERE state = 'sent'`,
};

/** The worker does the work that matters here, so it dies most often; now and then several die at once, as when a machine fails. */
const lots: readonly (readonly Victim[])[] = [
  ['worker'],
  ['worker'],
  ['worker'],
  ['api'],
  ['database'],
  ['database'],
  ['worker', 'api'],
  ['worker', 'database'],
  ['worker', 'api', 'database'],
];

const momentMilliseconds = 800;
/** Work comes to most points within this time, whatever it is at. */
const failpointMilliseconds = 2_500;

/** Where to kill. */
export interface Aim {
  /** Names of moments. */
  readonly moments: readonly string[];
  readonly failpoints: readonly Failpoint[];
  /** Where every round comes to. */
  readonly surest: Failpoint;
}

const at = (statement: string): Failpoint => failpoints.find(({ about }) => about.test(statement))!;

const anywhere: Aim = { moments: Object.keys(moments), failpoints, surest: at('INSERT INTO statement_drafts') };

/** What happens at the API when somebody compares the books with the provider. */
const comparison: Failpoint = {
  name: 'the provider has said what it moved, the books are not compared',
  victim: 'api',
  door: 'provider',
  about: /^GET \/v1\/balance_transactions/,
};

/** Where money is asked for, released, sent, announced and compared. */
export const atPayments: Aim = {
  moments: Object.keys(moments).filter((name) => /moment$|invoice|payment|payout|transfer/.test(name)),
  failpoints: [
    ...failpoints.filter(({ name }) => /payout|webhook|receipt|pay|transfer|invoice/.test(name)),
    comparison,
  ],
  surest: at('INSERT INTO receipts'),
};

interface Kill {
  readonly moment: string;
  readonly victim: Victim;
}

/** Kills by a seed: which process, at which moment, and how long after it began. */
export class Killer {
  readonly kills: Kill[] = [];
  /** How often a process died at each failpoint. */
  readonly reached = new Map<string, number>();
  lastKillAt = 0;

  constructor(
    private readonly system: System,
    private readonly random: () => number,
    private readonly wanted: number,
    private readonly aim: Aim = anywhere,
  ) {}

  get isDone(): boolean {
    return this.kills.length >= this.wanted;
  }

  /** Kills and restarts until enough or until told to stop; `afterRestart` is when the books are looked at. */
  async during(
    work: Promise<unknown>,
    afterRestart: (moment: string, victims: readonly Victim[]) => Promise<void>,
  ): Promise<void> {
    let atWork = true;
    const end = (): void => void (atWork = false);
    work.then(end, end);
    while (atWork && !this.isDone) {
      if ((this.reached.size === 0 || this.random() < 0.5) && (await this.atFailpoint(afterRestart))) continue;
      const moment = this.pick(this.aim.moments);
      const victims = this.pick(lots).slice(0, this.wanted - this.kills.length);
      await wait(this.random() * 250);
      await this.untilMoment(moment, () => atWork);
      await wait(this.random() * 60);
      if (!atWork) return;
      await this.kill(moment, victims);
      await afterRestart(moment, victims);
    }
  }

  private async kill(moment: string, victims: readonly Victim[]): Promise<void> {
    await this.system.killAndRestart(victims);
    this.lastKillAt = Date.now();
    this.kills.push(...victims.map((victim) => ({ moment, victim })));
  }

  /** Kills a process between two things that it does; false where it did not come there. */
  private async atFailpoint(
    afterRestart: (moment: string, victims: readonly Victim[]) => Promise<void>,
  ): Promise<boolean> {
    const [point, patience] =
      this.reached.size === 0
        ? [this.aim.surest, 10 * failpointMilliseconds]
        : [this.pick(this.aim.failpoints), failpointMilliseconds];
    if (!(await this.system.untilReached(point, patience))) return false;
    await this.kill(point.name, [point.victim]);
    this.reached.set(point.name, (this.reached.get(point.name) ?? 0) + 1);
    await afterRestart(point.name, [point.victim]);
    return true;
  }

  private pick<Element>(list: readonly Element[]): Element {
    return list[Math.floor(this.random() * list.length)]!;
  }

  /** Waits for the moment, but not for ever: when it does not come, any moment is as good. */
  private async untilMoment(name: string, stillAtWork: () => boolean): Promise<void> {
    const question = moments[name];
    if (question === undefined) return;
    await this.system.behindTheScenes(async (client) => {
      const until = Date.now() + momentMilliseconds;
      while (stillAtWork() && Date.now() < until && (await client.query(question)).rowCount === 0) await wait(3);
    });
  }
}
