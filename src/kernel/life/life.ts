import { type CalendarDate } from '../calendar';
import { type Terms } from '../terms';

export type PartyName = 'label' | 'platform';

/** Terms that both parties signed: the agreement itself (1), or an amendment: the whole text as it reads from a day on. */
export interface SignedVersion {
  readonly number: number;
  /** The first day of these terms, in their time zone. */
  readonly effectiveFrom: CalendarDate;
  readonly concludedAt: Date;
  readonly terms: Terms;
}

/** What happened to a signed agreement. Days are those of the terms' zone; `until` is the first day that is no longer licensed. */
export type LifeEvent =
  | { readonly kind: 'condition-met'; readonly condition: string }
  /** The licence begins: all conditions are met, or there are none. */
  | { readonly kind: 'activated'; readonly from: CalendarDate }
  | { readonly kind: 'breach-notified'; readonly by: PartyName; readonly what: string; readonly cureBy: CalendarDate }
  | { readonly kind: 'breach-cured'; readonly breach: number }
  | { readonly kind: 'suspended'; readonly breach: number }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'renewal-declined'; readonly by: PartyName }
  | { readonly kind: 'renewed'; readonly until: CalendarDate }
  /** The renewal would overlap somebody's exclusive grant: it does not come. */
  | { readonly kind: 'renewal-blocked' }
  | { readonly kind: 'notice-given'; readonly by: PartyName; readonly until: CalendarDate }
  | {
      readonly kind: 'terminated';
      readonly because: 'notice' | 'breach' | 'conditions';
      readonly until: CalendarDate;
      readonly reason?: string;
    }
  | { readonly kind: 'expired'; readonly until: CalendarDate }
  /** The label takes recordings out of the licence; `from` is their first day without it. ISRCs in their stored form. */
  | {
      readonly kind: 'withdrawal-notified';
      readonly isrcs: readonly string[];
      readonly from: CalendarDate;
      readonly reason: string;
    }
  /** The withdrawal with that number does not come. */
  | { readonly kind: 'withdrawal-revoked'; readonly withdrawal: number };

export type LifeFact = LifeEvent & {
  /** 1, 2, 3 in the order of recording. */
  readonly number: number;
  readonly recordedAt: Date;
};

/** A signed agreement from its conclusion on: what was signed, and what happened since. Facts only; the rest is worked out. */
export interface Life {
  readonly versions: readonly SignedVersion[];
  readonly facts: readonly LifeFact[];
}

export type LifeState = 'concluded' | 'active' | 'suspended' | 'expired' | 'terminated';

/** The life as it was known at an instant: what was recorded later is not there. Undefined before the conclusion. */
export function asKnownAt({ versions, facts }: Life, instant: Date): Life | undefined {
  const known = versions.filter(({ concludedAt }) => concludedAt <= instant);
  if (known.length === 0) return undefined;
  return { versions: known, facts: facts.filter(({ recordedAt }) => recordedAt <= instant) };
}

/** What happened last decides. While a condition is open an agreement is concluded and no more; an active one is licensed from its first day. */
export function stateOf({ facts }: Pick<Life, 'facts'>): LifeState {
  let state: LifeState = 'concluded';
  for (const { kind } of facts) {
    if (kind === 'activated' || kind === 'resumed') state = 'active';
    else if (kind === 'suspended' || kind === 'expired' || kind === 'terminated') state = kind;
  }
  return state;
}

/** The terms signed first: parties, time zone and currency are theirs for good. */
export function firstTerms({ versions }: Pick<Life, 'versions'>): Terms {
  const [first] = versions;
  if (!first) throw new RangeError('a life without terms');
  return first.terms;
}

/** The version that holds on a day: the last one signed whose first day has come; before any of them, the first. */
export function versionOn({ versions }: Pick<Life, 'versions'>, day: CalendarDate): SignedVersion {
  const version = versions.findLast(({ effectiveFrom }) => effectiveFrom <= day) ?? versions[0];
  if (!version) throw new RangeError('a life without terms');
  return version;
}

/** Breaches that were notified and are not cured. */
export function openBreaches({ facts }: Pick<Life, 'facts'>): Extract<LifeFact, { kind: 'breach-notified' }>[] {
  const cured = new Set(facts.map((fact) => (fact.kind === 'breach-cured' ? fact.breach : undefined)));
  return facts.filter((fact) => fact.kind === 'breach-notified').filter(({ number }) => !cured.has(number));
}

/** Conditions that are not met yet, in the order of the terms signed first. */
export function openConditions(life: Life): readonly string[] {
  const met = new Set(life.facts.map((fact) => (fact.kind === 'condition-met' ? fact.condition : undefined)));
  return (firstTerms(life).conditions ?? []).map(({ id }) => id).filter((id) => !met.has(id));
}
