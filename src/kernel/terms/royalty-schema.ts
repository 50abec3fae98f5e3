import { LISTS } from './limits';
import {
  type Deduction,
  type Escalation,
  type Flat,
  type Less,
  type Percentage,
  type PerSubscriber,
  type PerUnit,
  type Prorated,
  type RevenueShare,
  type Royalty,
  type RoyaltyKind,
  type Selection,
  type Tier,
  type Tiered,
  type UsageShare,
  type UsageShareOf,
} from './royalty';
import {
  amount,
  BOOLEAN,
  date,
  decimal,
  factor,
  figureId,
  listOf,
  measure,
  model,
  objectOf,
  oneOf,
  reference,
  share,
  territory,
  text,
  use,
  uuid,
  word,
  type JsonSchema,
} from './schema-parts';

type Branches = Extract<Royalty, { readonly of: readonly Royalty[] }>;
type Bound = Extract<Royalty, { readonly amount: string; readonly of: Royalty }>;
type Flagged = Extract<PerUnit, { readonly rateByFlag: object }>['rateByFlag'];
type Free = NonNullable<Percentage['free']>;
type PartOfWhole = Extract<UsageShare, { readonly part: string }>;
type StatedShare = Extract<UsageShare, { readonly figure: string }>;
type Step = Escalation['steps'][number];

const name = text;
const royalty = reference('royalty');
const where = reference('selection');
const usageShare = reference('usageShare');
const deductions = listOf(reference('deduction'), LISTS.deductions);
const openDay: JsonSchema = oneOf(date, { type: 'null' });
const measured = { name, measure, where };

const perUnit = oneOf(
  objectOf<Extract<PerUnit, { readonly rate: string }>>({ kind: word('perUnit'), rate: decimal }, measured),
  objectOf<Extract<PerUnit, { readonly price: string }>>({ kind: word('perUnit'), price: decimal, share }, measured),
  objectOf<Extract<PerUnit, { readonly rateByFlag: object }>>(
    {
      kind: word('perUnit'),
      rateByFlag: objectOf<Flagged>({ flag: figureId, ifTrue: decimal, ifFalse: decimal }),
    },
    measured,
  ),
);

const counted = { kind: word('tiered'), counter: word('period', 'term') };
const tiers = listOf(
  objectOf<Tier>({ upTo: oneOf(decimal, { type: 'null' }), rate: decimal, flat: decimal }),
  LISTS.tiers,
);

const tiered = oneOf(
  objectOf<Extract<Tiered, { readonly method: 'graduated' }>>(
    { ...counted, method: word('graduated'), tiers },
    measured,
  ),
  objectOf<Extract<Tiered, { readonly method: 'volume' }>>(
    { ...counted, method: word('volume'), tiers, flatAtZero: BOOLEAN },
    measured,
  ),
  objectOf<Extract<Tiered, { readonly method: 'package' }>>(
    { ...counted, method: word('package'), freeUnits: decimal, size: decimal, price: decimal },
    measured,
  ),
);

const branches = (kind: Branches['kind']): JsonSchema =>
  objectOf<Branches>({ kind: word(kind), of: listOf(royalty, LISTS.branches) }, { name });

const bound = (kind: Bound['kind']): JsonSchema => objectOf<Bound>({ kind: word(kind), amount, of: royalty }, { name });

/** A definition for each kind: one that is missing here does not compile. */
const kinds: Readonly<Record<RoyaltyKind, JsonSchema>> = {
  perUnit,
  tiered,
  perSubscriber: objectOf<PerSubscriber>(
    { kind: word('perSubscriber'), rate: decimal, subscribers: figureId },
    { name, by: usageShare },
  ),
  revenueShare: objectOf<RevenueShare>(
    { kind: word('revenueShare'), share, base: figureId, by: usageShare },
    { name, deductions, notBelow: amount, where },
  ),
  percentage: objectOf<Percentage>(
    { kind: word('percentage'), rate: share },
    {
      ...measured,
      deductions,
      notBelow: amount,
      adjustments: listOf(factor, LISTS.adjustments),
      fixedPerSale: decimal,
      free: objectOf<Free>({}, { sales: decimal, amount: decimal }),
    },
  ),
  flat: objectOf<Flat>({ kind: word('flat'), amount }, { name, spread: word('recordings') }),
  greaterOf: branches('greaterOf'),
  lesserOf: branches('lesserOf'),
  sum: branches('sum'),
  floor: bound('floor'),
  cap: bound('cap'),
  less: objectOf<Less>(
    { kind: word('less'), of: royalty, deduct: listOf(royalty, LISTS.branches) },
    { name, notBelow: amount },
  ),
  usageShare: objectOf<UsageShareOf>({ kind: word('usageShare'), by: usageShare, of: royalty }, { name }),
  prorated: objectOf<Prorated>(
    {
      kind: word('prorated'),
      active: objectOf<Prorated['active']>({ from: openDay, until: openDay }),
      of: royalty,
    },
    { name },
  ),
  escalation: objectOf<Escalation>(
    {
      kind: word('escalation'),
      trigger: word('usageDate', 'reportDate'),
      steps: listOf(objectOf<Step>({ from: openDay, until: openDay, of: royalty }), LISTS.steps),
    },
    { name },
  ),
};

/** Everything a royalty is made of, under `$defs`: `royalty` is the way in, each kind has its own name. */
export const royaltyDefinitions: Readonly<Record<string, JsonSchema>> = {
  royalty: oneOf(...Object.keys(kinds).map((kind) => reference(`${kind}Royalty`))),
  ...Object.fromEntries(Object.entries(kinds).map(([kind, schema]) => [`${kind}Royalty`, schema])),
  selection: objectOf<Selection>(
    {},
    {
      services: listOf(uuid, LISTS.selection),
      uses: listOf(use, LISTS.selection),
      models: listOf(model, LISTS.selection),
      territories: listOf(territory, LISTS.selection),
    },
  ),
  usageShare: oneOf(
    word('plays'),
    objectOf<PartOfWhole>({ part: measure, whole: measure }, { ifWholeIsZero: share }),
    objectOf<StatedShare>({ figure: figureId }),
  ),
  deduction: oneOf(
    objectOf<Extract<Deduction, { readonly kind: 'percent' }>>(
      { kind: word('percent'), name, rate: share, of: measure },
      { cap: amount },
    ),
    objectOf<Extract<Deduction, { readonly kind: 'fixed' }>>({ kind: word('fixed'), name, amount }, { cap: amount }),
  ),
};
