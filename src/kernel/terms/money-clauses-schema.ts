import { type Period } from '../calendar';
import { CURRENCIES } from '../money';
import { INTEGERS, LISTS } from './limits';
import {
  type Advance,
  type AuditRight,
  type Breakage,
  type ExchangeRule,
  type Guarantee,
  type InKindCredit,
  type Instalment,
  type LateInterest,
  type MinimumFee,
  type PaymentDuties,
  type Recoupment,
  type Reserve,
  type Split,
  type Taxes,
} from './money-clauses';
import { type Figure } from './royalty';
import {
  amount,
  BOOLEAN,
  clauseId,
  date,
  days,
  decimal,
  figureId,
  integer,
  listOf,
  objectOf,
  oneOf,
  share,
  text,
  uuid,
  word,
} from './schema-parts';

type PerPeriod = Extract<Guarantee, { readonly per: 'period' }>;
type PerInterval = Extract<Guarantee, { readonly per: 'interval' }>;

const namedClauses = listOf(clauseId, LISTS.namedClauses);
const instalments = listOf(objectOf<Instalment>({ on: date, amount }), LISTS.instalments);
const guaranteed = { id: clauseId, topUpRecoups: BOOLEAN };
const lateInterest = objectOf<LateInterest>({
  annualRate: share,
  dayCount: word('actual/365', 'actual/360'),
  graceDays: integer(INTEGERS.graceDays),
});

export const period = objectOf<Period>(days);
export const currency = word(...CURRENCIES);

export const figures = listOf(
  objectOf<Figure>({
    id: figureId,
    unit: word('count', 'money', 'share', 'flag'),
    per: word('service', 'agreement'),
    definition: text,
  }),
  LISTS.figures,
);

export const guarantees = listOf(
  oneOf(
    objectOf<PerPeriod>(
      { ...guaranteed, per: word('period'), amount, prorated: BOOLEAN },
      { clauses: namedClauses, active: period },
    ),
    objectOf<PerInterval>(
      {
        ...guaranteed,
        per: word('interval'),
        crossed: BOOLEAN,
        intervals: listOf(
          objectOf<PerInterval['intervals'][number]>({ ...days, amount }, { instalments }),
          LISTS.intervals,
        ),
      },
      { clauses: namedClauses },
    ),
  ),
  LISTS.guarantees,
);

export const minimumFees = listOf(
  objectOf<MinimumFee>(
    {
      id: clauseId,
      figure: figureId,
      rate: decimal,
      years: listOf(objectOf<MinimumFee['years'][number]>({ ...days, dueOn: date }), LISTS.intervals),
    },
    { cap: amount },
  ),
  LISTS.minimumFees,
);

export const inKindCredits = listOf(
  objectOf<InKindCredit>({
    id: clauseId,
    kind: text,
    carryOver: BOOLEAN,
    intervals: listOf(objectOf<InKindCredit['intervals'][number]>({ ...days, amount }), LISTS.intervals),
  }),
  LISTS.inKindCredits,
);

export const advances = listOf(
  objectOf<Advance>(
    {
      id: clauseId,
      amount,
      due: oneOf(word('signature'), instalments),
      recoupableFrom: oneOf(word('all'), namedClauses),
    },
    { recoup: objectOf<NonNullable<Advance['recoup']>>({ ...days, carryOver: BOOLEAN }), option: { const: true } },
  ),
  LISTS.advances,
);

export const recoupment = objectOf<Recoupment>(
  { negative: word('carried-forward', 'unrecouped'), expenses: word('none', 'before-recoupment') },
  { pooledWith: listOf(uuid, LISTS.pooledWith) },
);

export const reserves = listOf(
  objectOf<Reserve>(
    {
      id: clauseId,
      rate: share,
      basis: word('royalties', 'sales'),
      release: listOf(
        objectOf<Reserve['release'][number]>({ afterPeriods: integer(INTEGERS.afterPeriods), share }),
        LISTS.release,
      ),
    },
    { clauses: namedClauses },
  ),
  LISTS.reserves,
);

export const breakage = objectOf<Breakage>({ allocateBy: word('units', 'royalties') });

export const splits = listOf(
  objectOf<Split>({
    ...days,
    shares: listOf(objectOf<Split['shares'][number]>({ payee: text, share }), LISTS.splitShares),
  }),
  LISTS.splits,
);

export const taxes = objectOf<Taxes>({
  withholding: word('deducted', 'grossed-up'),
  vat: word('added', 'included', 'reverse-charge'),
});

export const exchange = objectOf<ExchangeRule>({
  payIn: currency,
  source: word('ecb', 'cbr', 'manual'),
  rateOf: word('period-end', 'statement', 'payment'),
});

export const audit = objectOf<AuditRight>(
  { yearsBetweenNotices: integer(INTEGERS.auditYears), fullYearsBack: integer(INTEGERS.auditYears) },
  {
    costShift: objectOf<NonNullable<AuditRight['costShift']>>({
      threshold: share,
      comparison: word('at-or-above', 'above'),
    }),
    interest: lateInterest,
  },
);

export const payment = objectOf<PaymentDuties>(
  { dueDays: integer(INTEGERS.dueDays) },
  { minimumPayout: amount, lateInterest },
);
