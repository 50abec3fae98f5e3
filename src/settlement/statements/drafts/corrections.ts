import type { LivingAgreement } from '../../../agreements';
import { termsOfMonth } from '../../../kernel';
import { sameBasis, sameUsage, type UsageBasis } from '../../../usage';
import { type CountedMonths, countsThroughLife } from '../../facts/counted-months';
import { correctedBy, type CorrectedMonth, type Correction, rateCorrection, type RatedCorrection } from '../rate-close';
import { basesOf, type Booking } from '../statements.repository';

interface Booked {
  readonly agreement: Pick<LivingAgreement, 'life'>;
  readonly bookings: readonly Booking[];
  /** What speaks now for each month that is booked. */
  readonly bases: ReadonlyMap<string, UsageBasis>;
}

/**
 * Corrections of the months before a close. Where a counter runs through the term all later months are corrected with an early one, and each may be a million sums, booked and as
 * it is now: so one month is in memory at a time, and it is read and rated again for its lines, unless it was the last one.
 */
export class Corrections {
  private latest: RatedCorrection | undefined;
  private readonly booked: ReadonlyMap<string, UsageBasis>;

  constructor(
    private readonly months: Pick<CountedMonths, 'rated'>,
    private readonly asked: Booked,
  ) {
    this.booked = basesOf(asked.bookings);
  }

  /**
   * What corrections come to, in the order of their months: of those that other reports, or more events, speak for than were booked. Where a counter runs through the term every month after
   * such a one is rated again, too: it counts on from other figures. Throws RatingRefused.
   */
  async all(): Promise<CorrectedMonth[]> {
    const { agreement, bases } = this.asked;
    const runsOn = countsThroughLife(agreement.life);
    const all: CorrectedMonth[] = [];
    for (const [month, before] of this.booked) {
      const countsOn = runsOn && all.length > 0;
      if (!countsOn && sameBasis(bases.get(month)!, before)) continue;
      const correction = await this.read(month);
      if (countsOn || !sameUsage(correction.booked, correction.live)) all.push(correctedBy(this.rate(correction)));
    }
    return all;
  }

  /** The correction of a month with its recordings. */
  async of(month: string): Promise<RatedCorrection> {
    return this.latest?.month === month ? this.latest : this.rate(await this.read(month));
  }

  private async read(month: string): Promise<Correction> {
    this.latest = undefined;
    return {
      month,
      booked: await this.months.rated(month, this.booked.get(month)!, this.booked),
      live: await this.months.rated(month, this.asked.bases.get(month)!, this.asked.bases),
    };
  }

  private rate(correction: Correction): RatedCorrection {
    this.latest = rateCorrection(termsOfMonth(this.asked.agreement.life, correction.month), correction);
    return this.latest;
  }
}
