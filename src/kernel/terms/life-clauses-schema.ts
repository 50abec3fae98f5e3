import { INTEGERS, LISTS } from './limits';
import { type Condition, type Renewal, type Termination, type Texts } from './life-clauses';
import { clauseId, integer, listOf, objectOf, oneOf, share, word } from './schema-parts';

type Notice = NonNullable<Termination['notice']>;
type Breach = NonNullable<Termination['breach']>;
type Withdrawal = NonNullable<Termination['withdrawal']>;
type SellOff = NonNullable<Termination['sellOff']>;
type AdvancePaid = Extract<Condition, { readonly kind: 'advance-paid' }>;
type BackFeePaid = Extract<Condition, { readonly kind: 'back-fee-paid' }>;

const days = integer(INTEGERS.noticeDays);

export const texts = objectOf<Texts>({ prevailing: word('en', 'ru'), precedence: word('terms-before-prose') });

export const conditions = listOf(
  oneOf(
    objectOf<AdvancePaid>({ id: clauseId, kind: word('advance-paid'), advance: clauseId, withinDays: days }),
    objectOf<BackFeePaid>({ id: clauseId, kind: word('back-fee-paid'), withinDays: days }),
  ),
  LISTS.conditions,
);

export const renewal = objectOf<Renewal>({
  months: integer(INTEGERS.renewalMonths),
  times: oneOf(integer(INTEGERS.renewals), { type: 'null' }),
  noticeDays: days,
});

export const termination = {
  ...objectOf<Termination>(
    {},
    {
      notice: objectOf<Notice>({ by: word('label', 'platform', 'either'), days }),
      breach: objectOf<Breach>({ cureDays: days, suspension: word('at-once', 'after-cure-period', 'never') }),
      withdrawal: objectOf<Withdrawal>({ days }, { shareMax: share }),
      sellOff: objectOf<SellOff>({ days, grants: listOf(clauseId, LISTS.royaltyGrants) }),
    },
  ),
  minProperties: 1,
};
