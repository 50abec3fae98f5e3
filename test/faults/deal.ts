import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence } from '../../bench/support/licence';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { type MoneyFaultsResult, MoneyRun } from './money-run';
import { actorsOf } from './party-source';
import type { PatientClient } from './patient-client';
import { Round } from './round';
import type { FaultsOptions } from './run';
import { System } from './system';

const tracks = 40;
/** All of them have ended; the product runs on the real clock here. */
const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
/** A short run takes the fewest months that still have a correction in them. */
const monthsFor = (points: number): readonly string[] => (points < 10 ? months.slice(0, 3) : months);

/** The story's deal, month after month, while worker, API and database die by SIGKILL: nothing lost, nothing doubled, books in balance. */
export const dealUnderFaults = (options: FaultsOptions): Promise<MoneyFaultsResult> =>
  withBelongings(async (belongings) => new Deal(await System.start(belongings, true), options).run());

class Deal extends MoneyRun {
  private readonly random: () => number;

  constructor(system: System, options: FaultsOptions) {
    super(system, options, { name: 'deal', convergenceSeconds: 30 });
    this.random = seededRandom(options.seed);
  }

  /** A new pair of parties and their agreement, made in peace; then their months, under fire. */
  protected async round(number: number): Promise<void> {
    const { say, points } = this.options;
    const { url, stripe } = this.system;
    const { licence, actors } = await this.marketplace.withParts(async (parts) => {
      const wish = { url, tracks, firstTrack: number * 1000 };
      const concluded = await concludeLicence(this.marketplace.parties(parts), wish);
      return { licence: concluded, actors: await actorsOf(url, concluded) };
    });
    say(`round ${number}: the agreement is signed; from here on processes die`);
    const { acknowledged, random } = this;
    const name = `round-${number}`;
    const round = new Round({ name, licence, actors, stripe, acknowledged, random, months: monthsFor(points) });
    await this.underFire(round.run());
    const repeats = Object.values(actors).reduce((total, client: PatientClient) => total + client.repeats, 0);
    say(`round ${number}: done; ${repeats} requests had to be repeated`);
  }
}
