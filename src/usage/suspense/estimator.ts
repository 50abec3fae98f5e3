import type { LivingAgreement } from '../../agreements';
import {
  type CommercialModel,
  exactText,
  minorText,
  moneyRoundingIn,
  monthsOfLife,
  multiply,
  type Rational,
  rational,
  type Terms,
  termsOfMonth,
  toMinor,
  unitRateOf,
  type UseType,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { BookedAverages } from './booked-averages';
import type { SuspendedUse } from './suspended-use';

/** What suspended use would be worth if it counted like other use of its kind, and by what. */
export type Estimate =
  | {
      /** `rate`: the clause says what a unit is worth. `average`: what a unit of it came to in the last closed month. */
      readonly basis: 'rate' | 'average';
      readonly agreementId: string;
      readonly clause: string;
      /** Of an average. */
      readonly month: string | null;
      readonly perUnit: string;
      readonly amount: string;
      readonly currency: string;
    }
  /** No agreement is about such a use; or one is, but what it pays depends on more, and no month of it is closed. */
  | { readonly basis: null; readonly why: 'no-agreement' | 'no-rate' };

interface Basis {
  readonly basis: 'rate' | 'average';
  readonly agreement: LivingAgreement;
  readonly clause: string;
  readonly month: string | null;
  readonly perUnit: Rational;
}

type Place = Pick<SuspendedUse, 'territory' | 'use' | 'model'> & { readonly service: string };

/** Estimates between two parties. Shares, floors, caps and recoupment are left aside: it says what is at stake, not what will be paid. */
export class Estimator {
  private readonly bases = new Map<string, Promise<Basis | 'no-agreement' | 'no-rate'>>();

  constructor(
    private readonly tx: Tx,
    private readonly agreements: readonly LivingAgreement[],
    private readonly averages: BookedAverages,
  ) {}

  async of(
    month: string,
    { quantity, returns, ...place }: Place & Pick<SuspendedUse, 'quantity' | 'returns'>,
  ): Promise<Estimate> {
    const key = [month, place.service, place.territory, place.use, place.model].join(' ');
    const known = this.bases.get(key) ?? this.basisOf(month, place);
    this.bases.set(key, known);
    const basis = await known;
    if (typeof basis === 'string') return { basis: null, why: basis };
    const { agreement, perUnit } = basis;
    const rounding = moneyRoundingIn(agreement.currency, { mode: 'half-up' });
    return {
      basis: basis.basis,
      agreementId: agreement.id,
      clause: basis.clause,
      month: basis.month,
      perUnit: exactText(perUnit),
      amount: minorText(toMinor(multiply(perUnit, rational(quantity - returns)), rounding), rounding),
      currency: agreement.currency,
    };
  }

  private async basisOf(month: string, place: Place): Promise<Basis | 'no-agreement' | 'no-rate'> {
    const clauses = this.agreements
      .filter(({ life }) => monthsOfLife(life).includes(month))
      .flatMap((agreement) => {
        const clause = clauseFor(termsOfMonth(agreement.life, month), place);
        return clause === undefined ? [] : [{ agreement, clause }];
      });
    for (const { agreement, clause } of clauses) {
      const perUnit = unitRateOf(clause.royalty, place);
      if (perUnit !== undefined) return { basis: 'rate', agreement, clause: clause.id, month: null, perUnit };
    }
    for (const { agreement, clause } of clauses) {
      const booked = await this.averages.ask(this.tx, { ...place, agreement, serviceId: place.service });
      if (booked !== undefined) return { basis: 'average', agreement, clause: clause.id, ...booked };
    }
    return clauses.length === 0 ? 'no-agreement' : 'no-rate';
  }
}

/** The clause that pays for such a use, wherever and of whichever recording: what lacks is what suspends it. */
function clauseFor(
  { grants, royalties }: Terms,
  { service, use, model }: Place,
): Terms['royalties'][number] | undefined {
  const ids = new Set(
    grants
      .filter(
        (grant) =>
          grant.services.includes(service) &&
          grant.uses.includes(use as UseType) &&
          grant.models.includes(model as CommercialModel),
      )
      .map(({ id }) => id),
  );
  return royalties.find((clause) => clause.grants.some((id) => ids.has(id)));
}
