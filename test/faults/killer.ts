import { setTimeout as wait } from 'node:timers/promises';
import { failpoints } from './doors';
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
const names = Object.keys(moments);

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

const surest = failpoints.find(({ about }) => about.test('INSERT INTO statement_drafts'))!;

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
      const moment = this.pick(names);
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
    // The first one is where every round comes to.
    const [point, patience] =
      this.reached.size === 0 ? [surest, 10 * failpointMilliseconds] : [this.pick(failpoints), failpointMilliseconds];
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
