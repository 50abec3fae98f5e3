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
import { type RoyaltyWords } from './language';
import { percent, ratePerUnit } from './rates';

export const RUSSIAN_ROYALTIES: RoyaltyWords = {
  keepsOneParagraph: () => false,
  name: (name) => `«${name}»: `,
  perUnit: (royalty, context) => `${pricePerUnit(royalty, context)}${only(royalty.where, context)}`,
  tiers(royalty, context) {
    const { tiers, measure, counter, where } = royalty;
    const rule =
      royalty.method === 'graduated'
        ? 'причём каждая часть оплачивается по ставке своей ступени'
        : `причём весь объём оплачивается по ставке ступени, в которую попадает итог${zeroWords(royalty)}`;
    return {
      lead: `по ступеням, исходя из ${quantity(measure, context).genitive}${only(where, context)}, ${counted(counter)}, ${rule}`,
      items: tiers.map((tier, place) => tierWords(tier, { above: tiers[place - 1]?.upTo ?? null, measure, context })),
    };
  },
  packages({ price, size, freeUnits, measure, counter, where }, context) {
    const free = freeUnits === '0' ? '' : ` сверх бесплатного объёма ${freeUnits}`;
    return (
      `${money(price, context)} за каждый начатый пакет объёмом ${size}${free}, исходя из ` +
      `${quantity(measure, context).genitive}${only(where, context)}, ${counted(counter)}`
    );
  },
  perSubscriber: ({ rate, subscribers, by }, context) =>
    `${money(rate, context)} за каждого подписчика согласно ${figure(subscribers, context).dative}` +
    (by === undefined ? '' : `, пропорционально ${share(by, context)}`),
  revenueShare({ share: part, base, by, where, ...taken }, context) {
    const { less, steps } = deductionWords(taken, context);
    return {
      lead:
        `${percent(part)} от ${quantity(base, context).genitive}${less}, пропорционально ${share(by, context)}` +
        `${only(where, context)}${steps.lead}`,
      items: steps.items,
    };
  },
  percentage({ rate, measure = 'sales', where, adjustments = [], ...more }, context) {
    const { less, steps } = deductionWords(more, context);
    const adjusted = adjustments.map((factor) => `на ${percent(factor)}`).join(' и ');
    const fixed =
      more.fixedPerSale === undefined ? '' : ` и ${money(more.fixedPerSale, context)} с каждой оплачиваемой продажи`;
    const lead = [
      `${percent(rate)} от ${quantity(measure, context).genitive}${less}${only(where, context)}${fixed}`,
      ...(adjusted === '' ? [] : [`причём ставка умножается ${adjusted}`]),
      ...(more.free === undefined ? [] : [freeSales(more.free, context)]),
    ];
    return { lead: lead.join(', ') + steps.lead, items: steps.items };
  },
  flat: ({ amount, spread }, context) =>
    `${money(amount, context)} за период` +
    (spread === undefined ? '' : ' с распределением поровну между использованными в нём фонограммами'),
  branches: {
    greaterOf: 'наибольшая из следующих сумм',
    lesserOf: 'наименьшая из следующих сумм',
    sum: 'сумма следующих величин',
  },
  bound: {
    floor: (amount, context) => `но не менее ${money(amount, context)} за период`,
    cap: (amount, context) => `но не более ${money(amount, context)} за период`,
  },
  less: ({ notBelow = '0' }, context) =>
    `первая из следующих сумм за вычетом всех остальных, но не менее ${money(notBelow, context)}`,
  usageShare: ({ by }, context) =>
    `следующее роялти, исчисленное по использованию всего репертуара на сервисах и причитающееся пропорционально ${share(by, context)}`,
  prorated: (active) =>
    `результат уменьшается пропорционально числу дней периода, приходящихся на время ${days(active)}`,
  escalation: (trigger) =>
    `за каждую единицу — роялти того этапа, на который приходится день ${trigger === 'usageDate' ? 'использования' : 'отчёта о ней'}, ` +
    'а если такого этапа нет, единица пока не оплачивается',
  step: (active) => `${days(active)}: `,
};

export const money = (amount: string, { currency }: Pick<ProseContext, 'currency'>): string => `${amount} ${currency}`;

/** A noun in the cases that the sentences need. */
interface Noun {
  readonly genitive: string;
  readonly dative: string;
}

const ALL_PLAYS: Noun = { genitive: 'общего числа прослушиваний', dative: 'общему числу прослушиваний' };
const ADVERTISING_REVENUE: Noun = {
  genitive: 'чистой выручки от музыкальной рекламы',
  dative: 'чистой выручке от музыкальной рекламы',
};
const UNITS: Noun = {
  genitive: 'числа единиц за вычетом возвратов',
  dative: 'числу единиц за вычетом возвратов',
};
const SALES: Noun = { genitive: 'суммы продаж за вычетом возвратов', dative: 'сумме продаж за вычетом возвратов' };

/** «показателя «subscribers» (п. 13.1)»; figures that every report carries are named in words. */
export function figure(id: string, { figures }: ProseContext): Noun {
  const defined = figures.get(id);
  if (!defined && id === 'allPlays') return ALL_PLAYS;
  if (!defined && id === 'netMusicAdvertisingRevenue') return ADVERTISING_REVENUE;
  const name = defined ? `«${id}» (п. ${defined.clause})` : `«${id}»`;
  return { genitive: `показателя ${name}`, dative: `показателю ${name}` };
}

function quantity(measure: Measure = 'units', context: ProseContext): Noun {
  if (measure === 'units') return UNITS;
  return measure === 'sales' ? SALES : figure(measure, context);
}

export function days({ from, until }: OpenPeriod): string {
  if (from === null) return until === null ? 'без ограничения по дням' : `до ${until} (не включая этот день)`;
  return until === null ? `начиная с ${from}` : `с ${from} до ${until} (не включая этот день)`;
}

function pricePerUnit(royalty: PerUnit, context: ProseContext): string {
  const unit = each(royalty.measure, context);
  if ('rateByFlag' in royalty) {
    const { flag, ifTrue, ifFalse } = royalty.rateByFlag;
    return (
      `${money(ifTrue, context)} за ${unit} в периоде, за который значение ${figure(flag, context).genitive} — «да», ` +
      `и ${money(ifFalse, context)} в любом другом`
    );
  }
  const rate = `${money(ratePerUnit(royalty), context)} за ${unit}`;
  return 'rate' in royalty ? rate : `${percent(royalty.share)} от ${money(royalty.price, context)}, то есть ${rate}`;
}

function each(measure: Measure = 'units', context: ProseContext): string {
  if (measure === 'units') return 'каждую единицу за вычетом возвратов';
  if (measure === 'sales') return `каждый ${money('1', context)} продаж за вычетом возвратов`;
  const unit = isMoney(measure, context) ? `каждый ${money('1', context)}` : 'каждую единицу';
  return `${unit} ${figure(measure, context).genitive}`;
}

const isMoney = (measure: Measure, { figures }: ProseContext): boolean =>
  measure === 'sales' || measure === 'netMusicAdvertisingRevenue' || figures.get(measure)?.unit === 'money';

function only(where: Selection | undefined, context: ProseContext): string {
  const { uses, models, services, territories } = where ?? {};
  const parts = [
    ...(uses ? [`способы использования — ${uses.join(', ')}`] : []),
    ...(models ? [`коммерческие модели — ${models.join(', ')}`] : []),
    ...(services ? [`сервисы — ${serviceNames(services, context).join(', ')}`] : []),
    ...(territories ? [`территория — ${territories.join(', ')}`] : []),
  ];
  return parts.length === 0 ? '' : ` (учитываются только: ${parts.join('; ')})`;
}

const counted = (counter: Tiered['counter']): string =>
  counter === 'period'
    ? 'с отсчётом заново в каждом периоде'
    : 'с отсчётом нарастающим итогом с начала срока договора (за период причитается прирост)';

interface TierPlace {
  readonly above: string | null;
  readonly measure: Measure | undefined;
  readonly context: ProseContext;
}

function tierWords({ upTo, rate, flat }: Tier, { above, measure = 'units', context }: TierPlace): string {
  const bounds = [above === null ? [] : `свыше ${above}`, upTo === null ? [] : `до ${upTo} включительно`].flat();
  const each = isMoney(measure, context) ? `каждый ${money('1', context)}` : 'единицу';
  const entry = flat === '0' ? '' : ` и ${money(flat, context)} единовременно за ступень`;
  return `${bounds.length === 0 ? 'любое количество' : bounds.join(' и ')}: ${money(rate, context)} за ${each}${entry}`;
}

/** The amount for a tier matters at zero only where there is one. */
function zeroWords({ tiers, flatAtZero }: Extract<Tiered, { method: 'volume' }>): string {
  if (tiers.every(({ flat }) => flat === '0')) return '';
  return `, а при нулевом итоге единовременная сумма за ступень ${flatAtZero ? 'причитается' : 'не причитается'}`;
}

/** In the dative: it follows «пропорционально». */
function share(by: UsageShare, context: ProseContext): string {
  if (by === 'plays') return 'доле лицензированных прослушиваний в общем числе прослушиваний';
  if ('figure' in by) return `доле по ${figure(by.figure, context).dative}`;
  return (
    `отношению ${quantity(by.part, context).genitive} к ${quantity(by.whole, context).dative} ` +
    `(${percent(by.ifWholeIsZero ?? '0')}, если делитель равен нулю)`
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
    less: ' за указанными ниже вычетами',
    steps: {
      lead: `; вычеты производятся в следующем порядке, остаток — не менее ${money(notBelow, context)}`,
      items: deductions.map((deduction) => deductionStep(deduction, context)),
    },
  };
}

function deductionStep(deduction: Deduction, context: ProseContext): string {
  const cap = deduction.cap === undefined ? '' : `, но не более ${money(deduction.cap, context)}`;
  if (deduction.kind === 'fixed') return `«${deduction.name}»: ${money(deduction.amount, context)}${cap}`;
  return `«${deduction.name}»: ${percent(deduction.rate)} от ${deductionBase(deduction.of, context)}${cap}`;
}

function deductionBase(of: 'original' | 'remaining' | Measure, context: ProseContext): string {
  if (of === 'original') return 'суммы до вычетов';
  return of === 'remaining' ? 'остатка на этом шаге' : quantity(of, context).genitive;
}

function freeSales({ sales, amount }: NonNullable<Percentage['free']>, context: ProseContext): string {
  const limits = [
    ...(sales === undefined ? [] : [`их число не превышает ${sales}`]),
    ...(amount === undefined ? [] : [`их сумма не превышает ${money(amount, context)}`]),
  ];
  const above =
    amount === undefined ? '' : ', а продажа, превысившая только предел суммы, оплачивается лишь в части превышения';
  return `причём продажи периода не оплачиваются, пока ${limits.join(' и ')}${above}`;
}
