import {
  type Deduction,
  type Measure,
  type OpenPeriod,
  type Percentage,
  type PerUnit,
  type Selection,
  type Tier,
  type Tiered,
  type UsageShare,
} from '../terms';
import { serviceNames, type ProseContext } from './context';
import { isFirstWording } from './first-wording';
import { type RoyaltyWords } from './language';
import { percent, ratePerUnit } from './rates';

export const ENGLISH_ROYALTIES: RoyaltyWords = {
  keepsOneParagraph: isFirstWording,
  name: (name) => `"${name}": `,
  perUnit: (royalty, context) => `${pricePerUnit(royalty, context)}${only(royalty.where, context)}`,
  tiers(royalty, context) {
    const { tiers, measure, counter, where } = royalty;
    const rule =
      royalty.method === 'graduated'
        ? 'each part of them at the rate of its own tier'
        : `all of them at the rate of the tier that their total falls in${zeroWords(royalty)}`;
    return {
      lead: `by tiers of ${quantity(measure, context)}${only(where, context)}, ${counted(counter)}, ${rule}`,
      items: tiers.map((tier, place) => tierWords(tier, { above: tiers[place - 1]?.upTo ?? null, measure, context })),
    };
  },
  packages({ price, size, freeUnits, measure, counter, where }, context) {
    const free = freeUnits === '0' ? '' : ` beyond the first ${freeUnits}`;
    return (
      `${money(price, context)} for each package of ${size} begun${free}, ` +
      `measured in ${quantity(measure, context)}${only(where, context)}, ${counted(counter)}`
    );
  },
  perSubscriber: ({ rate, subscribers, by }, context) =>
    `${money(rate, context)} for each subscriber in ${figure(subscribers, context)}` +
    (by === undefined ? '' : `, by ${share(by, context)}`),
  revenueShare({ share: part, base, by, where, ...taken }, context) {
    const { less, steps } = deductionWords(taken, context);
    return {
      lead: `${percent(part)} of ${quantity(base, context)}${less}, by ${share(by, context)}${only(where, context)}${steps.lead}`,
      items: steps.items,
    };
  },
  percentage({ rate, measure = 'sales', where, adjustments = [], ...more }, context) {
    const { less, steps } = deductionWords(more, context);
    const adjusted = adjustments.map((factor) => `by ${percent(factor)}`).join(' and ');
    const lead = [
      `${percent(rate)} of ${quantity(measure, context)}${less}${only(where, context)}`,
      ...(adjusted === '' ? [] : [`the rate being multiplied ${adjusted}`]),
      ...(more.fixedPerSale === undefined ? [] : [`and ${money(more.fixedPerSale, context)} on every sale charged`]),
      ...(more.free === undefined ? [] : [freeSales(more.free, context)]),
    ];
    return { lead: lead.join(', ') + steps.lead, items: steps.items };
  },
  flat: ({ amount, spread }, context) =>
    `${money(amount, context)} for the period` +
    (spread === undefined ? '' : ', shared equally among the recordings used in it'),
  branches: { greaterOf: 'the greatest of', lesserOf: 'the least of', sum: 'the sum of' },
  bound: {
    floor: (amount, context) => `but at least ${money(amount, context)} for the period`,
    cap: (amount, context) => `but at most ${money(amount, context)} for the period`,
  },
  less: ({ notBelow = '0' }, context) =>
    `the first of the following less all others, but not below ${money(notBelow, context)}`,
  usageShare: ({ by }, context) =>
    `the following royalty, computed on the usage of all repertoire and multiplied by ${share(by, context)}`,
  prorated: (active) => `the result in proportion to those days of the period that fall ${days(active)}`,
  escalation: (trigger) =>
    `each unit by the step in which the day of its ${trigger === 'usageDate' ? 'use' : 'report'} falls, a day in no step ` +
    'earning nothing yet',
  step: (active) => `${days(active)}: `,
};

export const money = (amount: string, { currency }: Pick<ProseContext, 'currency'>): string => `${currency} ${amount}`;

/** "the figure "subscribers" (13.1)"; figures that every report carries are named in words. */
export function figure(id: string, { figures }: ProseContext): string {
  const defined = figures.get(id);
  if (defined) return `the figure "${id}" (${defined.clause})`;
  if (id === 'allPlays') return 'all plays';
  if (id === 'netMusicAdvertisingRevenue') return 'the net music advertising revenue';
  return `the figure "${id}"`;
}

export function days({ from, until }: OpenPeriod): string {
  if (from === null) return until === null ? 'on any day' : `before ${until}`;
  return until === null ? `on or after ${from}` : `from ${from} until, and not including, ${until}`;
}

function pricePerUnit(royalty: PerUnit, context: ProseContext): string {
  const unit = each(royalty.measure, context);
  if ('rateByFlag' in royalty) {
    const { flag, ifTrue, ifFalse } = royalty.rateByFlag;
    return (
      `${money(ifTrue, context)} for ${unit}, in a period for which ${figure(flag, context)} is true, ` +
      `and ${money(ifFalse, context)} in any other`
    );
  }
  const rate = `${money(ratePerUnit(royalty), context)} for ${unit}`;
  return 'rate' in royalty ? rate : `${percent(royalty.share)} of ${money(royalty.price, context)}, that is ${rate}`;
}

function each(measure: Measure = 'units', context: ProseContext): string {
  if (measure === 'units') return 'each unit, net of returns';
  if (measure === 'sales') return `each ${money('1', context)} of sales, net of returns`;
  const unit = isMoney(measure, context) ? money('1', context) : 'unit';
  return `each ${unit} of ${figure(measure, context)}`;
}

function quantity(measure: Measure = 'units', context: ProseContext): string {
  return measure === 'units' || measure === 'sales' ? `${measure}, net of returns` : figure(measure, context);
}

const isMoney = (measure: Measure, { figures }: ProseContext): boolean =>
  measure === 'sales' || measure === 'netMusicAdvertisingRevenue' || figures.get(measure)?.unit === 'money';

function only(where: Selection | undefined, context: ProseContext): string {
  const { uses, models, services, territories } = where ?? {};
  const parts = [
    uses?.join(', ') ?? 'usage',
    ...(models ? [`under ${models.join(', ')}`] : []),
    ...(services ? [`on ${serviceNames(services, context).join(', ')}`] : []),
    ...(territories ? [`in ${territories.join(', ')}`] : []),
  ];
  return where === undefined ? '' : `, counting only ${parts.join(' ')}`;
}

const counted = (counter: Tiered['counter']): string =>
  counter === 'period'
    ? 'counted anew in each period'
    : 'counted on from the start of the term, a period being worth what it adds';

interface TierPlace {
  readonly above: string | null;
  readonly measure: Measure | undefined;
  readonly context: ProseContext;
}

function tierWords({ upTo, rate, flat }: Tier, { above, measure = 'units', context }: TierPlace): string {
  const bounds = [above === null ? [] : `above ${above}`, upTo === null ? [] : `up to ${upTo}`].flat();
  const each = isMoney(measure, context) ? `each ${money('1', context)}` : 'each';
  const entry = flat === '0' ? '' : `, and ${money(flat, context)} once for the tier`;
  return `${bounds.length === 0 ? 'any number' : bounds.join(' and ')}: ${money(rate, context)} for ${each}${entry}`;
}

/** The amount for a tier matters at zero only where there is one. */
function zeroWords({ tiers, flatAtZero }: Extract<Tiered, { method: 'volume' }>): string {
  if (tiers.every(({ flat }) => flat === '0')) return '';
  return `, the amount for the tier being ${flatAtZero ? 'due even' : 'not due'} where there is nothing to count`;
}

function share(by: UsageShare, context: ProseContext): string {
  if (by === 'plays') return 'the licensed share of all plays';
  if ('figure' in by) return `the share that ${figure(by.figure, context)} states`;
  const part = by.part === 'units' || by.part === 'sales' ? `net ${by.part}` : figure(by.part, context);
  return (
    `the share of ${part} in ${quantity(by.whole, context)} ` +
    `(${percent(by.ifWholeIsZero ?? '0')} where the latter is nothing)`
  );
}

interface Deductions {
  readonly deductions?: readonly Deduction[];
  readonly notBelow?: string;
}

/** `less` stands behind the base, `steps` at the end; both say nothing where nothing is deducted. */
function deductionWords({ deductions = [], notBelow = '0' }: Deductions, context: ProseContext) {
  if (deductions.length === 0) return { less: '', steps: { lead: '', items: [] } };
  return {
    less: ' less the deductions below',
    steps: {
      lead: `; deductions, in this order and leaving no less than ${money(notBelow, context)}`,
      items: deductions.map((deduction) => deductionStep(deduction, context)),
    },
  };
}

function deductionStep(deduction: Deduction, context: ProseContext): string {
  const cap = deduction.cap === undefined ? '' : `, at most ${money(deduction.cap, context)}`;
  if (deduction.kind === 'fixed') return `"${deduction.name}": ${money(deduction.amount, context)}${cap}`;
  return `"${deduction.name}": ${percent(deduction.rate)} of ${deductionBase(deduction.of, context)}${cap}`;
}

function deductionBase(of: 'original' | 'remaining' | Measure, context: ProseContext): string {
  if (of === 'original') return 'the amount before any deduction';
  return of === 'remaining' ? 'what is left at that step' : quantity(of, context);
}

function freeSales({ sales, amount }: NonNullable<Percentage['free']>, context: ProseContext): string {
  const limits = [
    ...(sales === undefined ? [] : [`number no more than ${sales}`]),
    ...(amount === undefined ? [] : [`come to no more than ${money(amount, context)}`]),
  ];
  const above = amount === undefined ? '' : ', a sale that exceeds this sum alone being charged on the part above it';
  return `the sales of a period being free while they ${limits.join(' and ')}${above}`;
}
