import { type TerritorySet } from '../../territory';
import {
  type AuditRight,
  type ExchangeRule,
  type Figure,
  type Guarantee,
  type Instalment,
  type LateInterest,
  type Rounding,
  type Taxes,
} from '../terms';
import { serviceNames, type ProseContext } from './context';
import { type Language } from './language';
import { lettered } from './passage';
import { counted, pluralForm } from './plural';
import { percent } from './rates';
import { MODELS_IN_RUSSIAN, USES_IN_RUSSIAN } from './russian-glosses';
import { RUSSIAN_LIFE } from './russian-life';
import { mostFavouredInRussian } from './russian-most-favoured';
import { days, figure, money, RUSSIAN_ROYALTIES } from './russian-royalty';

export const RUSSIAN: Language = {
  royalty: RUSSIAN_ROYALTIES,
  parties: ({ label, platform }) =>
    `Лицензиар (правообладатель) — ${label.name} (${label.id}). Лицензиат (Платформа) — ${platform.name} ` +
    `(${platform.id}). Лицензиар предоставляет Платформе право использования фонограмм на условиях настоящего договора.`,
  services: (services) => `Сервисы Платформы: ${services.map(({ name, id }) => `${name} (${id})`).join('; ')}.`,
  repertoire: ({ recordings, sha256 }) =>
    `Репертуар: ${counted('ru', recordings, { one: 'фонограмма', few: 'фонограммы', other: 'фонограмм' })} по перечню с SHA-256 ${sha256}.`,
  grant: ({ id, exclusive, uses, models, services, territories }, context) =>
    `${exclusive ? 'Исключительная' : 'Простая (неисключительная)'} лицензия «${id}»: способы использования — ` +
    `${uses.map((use) => glossed(use, USES_IN_RUSSIAN[use])).join(', ')}; коммерческие модели — ` +
    `${models.map((model) => glossed(model, MODELS_IN_RUSSIAN[model])).join(', ')}; сервисы — ` +
    `${serviceNames(services, context).join(', ')}; территория — ${territoryWords(territories)}; срок — весь срок договора.`,
  term: ({ term, timeZone, reportingPeriod }) =>
    `Лицензия действует ${days(term)}. Дни исчисляются по часовому поясу ${timeZone}. Отчётный период — ` +
    `${REPORTING_PERIODS[reportingPeriod]}.`,
  royaltyClause: ({ id, grants, royalty }) =>
    `Роялти «${id}» по ${grants.length === 1 ? 'лицензии' : 'лицензиям'} ${grants.map((grant) => `«${grant}»`).join(', ')}, ` +
    `за каждый отчётный период, по всем ${grants.length === 1 ? 'её' : 'их'} сервисам вместе: ${royalty}.`,
  advance({ id, amount, due, recoupableFrom, recoup, option }, context) {
    const payment =
      due === 'signature'
        ? 'подлежит уплате при подписании договора'
        : `подлежит уплате частями: ${instalments(due, context)}`;
    const against = recoupableFrom === 'all' ? 'всех роялти по договору' : royalties(recoupableFrom, context);
    return [
      `Аванс «${id}»: ${money(amount, context)}, ${payment}. Аванс засчитывается в счёт ${against}, включая доплату до минимума.`,
      ...(recoup
        ? [`Зачёту подлежат роялти, причитающиеся за время ${days(recoup)}.`, balanceAfter(recoup.carryOver)]
        : []),
      ...(option ? ['Аванс подлежит уплате, только если Платформа воспользуется своим опционом.'] : []),
    ].join(' ');
  },
  settlement({ backFee, claims, releasesUseBefore, effect }, context) {
    const claim = counted('ru', claims.length, { one: 'претензия', few: 'претензии', other: 'претензий' });
    const settled = pluralForm('ru', claims.length, {
      one: 'считается урегулированной',
      other: 'считаются урегулированными',
    });
    return (
      `Прошлое использование: вознаграждение в размере ${money(backFee.amount, context)} подлежит уплате при подписании ` +
      `договора и зачёту в счёт роялти не подлежит. С момента ${effect === 'signature' ? 'подписания договора' : 'уплаты этого вознаграждения'} ` +
      `Платформа освобождается от ответственности за использование до ${releasesUseBefore}, а ${claim} Лицензиара ${settled}.`
    );
  },
  rounding({ rounding: { mode, decimals, apply }, currency, rules }) {
    const digits = counted('ru', decimals, { one: 'знака', other: 'знаков' });
    const what = apply === 'period' ? 'итог за период' : 'сумма каждой фонограммы по каждому пункту вознаграждения';
    const spread =
      apply === 'period'
        ? 'Он распределяется по строкам методом наибольшего остатка.'
        : 'Так же округляется то, что не относится ни к одной фонограмме; итог за период равен сумме округлённого.';
    return (
      `Суммы выражаются в ${currency} и исчисляются без округления. Один раз, до ${digits} после запятой, округляется ` +
      `${what} (${mode}: ${ROUNDING_MODES[mode]}). ${spread} Расчёт ведётся по правилам ${rules}.`
    );
  },
  usage({ report, sourceOfRecord }, context) {
    const sources = sourceOfRecord.map(
      ({ service, use, source }) =>
        `${use} на сервисе ${serviceNames([service], context).join()} — ${source === 'report' ? 'отчёт' : 'данные о событиях'}`,
    );
    return (
      `Платформа представляет отчёт об использовании в формате ${report.profile} в течение ` +
      `${within(report.dueDays)} после окончания каждого отчётного периода. Основанием расчёта являются: ${sources.join('; ')}.`
    );
  },
  usageChecks: ({ faultyShareMax, refusedFor }) =>
    `Отчёт отклоняется целиком, если ошибки содержатся более чем в ${percent(faultyShareMax)} его строк об использовании` +
    `${refusedFor.length === 0 ? '' : `, а также если в нём есть хотя бы одна из следующих ошибок: ${refusedFor.join(', ')}`}.`,
  usageReconciliation: ({ tolerance, answerDays }) =>
    'Если об одном и том же использовании сообщают и отчёт, и данные о событиях, расхождение не более ' +
    `${percent(tolerance)} от большего значения во внимание не принимается. Большее расхождение Платформа объясняет в течение ` +
    `${within(answerDays)} со дня, не позднее которого должен быть представлен отчёт.`,
  payment: (dueDays) => `Счета подлежат оплате в течение ${within(dueDays)}.`,
  minimumPayout: (amount, context) =>
    `Остаток менее ${money(amount, context)} не выплачивается и переносится на следующий период.`,
  lateInterest: (interest) => `На сумму, не уплаченную в срок, начисляется пеня: ${interestWords(interest)}.`,
  rightsScope: ({ musicalWork }) =>
    'Лицензия распространяется на фонограммы. ' +
    (musicalWork === 'platform-clears'
      ? 'Права на использование входящих в них музыкальных произведений Платформа получает самостоятельно.'
      : 'Права на использование входящих в них музыкальных произведений получены Лицензиаром, что он гарантирует.'),
  figure: ({ id, unit, per, definition }, context) =>
    `Показатель «${id}» (${UNITS[unit](context)}) Платформа сообщает за каждый период` +
    `${per === 'service' ? ' по каждому сервису; значения складываются по сервисам того пункта, в котором показатель применяется' : ', один раз по договору в целом'}. ` +
    `Определение: «${definition}».`,
  guarantee: (guarantee, context) =>
    `${guarantee.per === 'period' ? periodGuarantee(guarantee, context) : intervalGuarantee(guarantee, context)} ` +
    `${guarantee.topUpRecoups ? 'Авансы засчитываются и в счёт доплаты' : 'Авансы в счёт доплаты не засчитываются'}.`,
  minimumFee({ id, figure: counting, rate, cap, years }, context) {
    const listed = years.map((year) => `${days(year)}, срок уплаты — ${year.dueOn}`);
    return (
      `Минимальный сбор «${id}»: ${money(rate, context)} в год за каждую единицу ${figure(counting, context).genitive}` +
      `${cap === undefined ? '' : `, но не более ${money(cap, context)} в год`}, с уплатой вперёд. В счёт сбора ` +
      `засчитываются роялти того же года; остаток, не использованный к концу года, не возвращается и не переносится. ` +
      `Годы: ${lettered(listed)}.`
    );
  },
  inKindCredit({ id, kind, carryOver, intervals }, context) {
    const listed = intervals.map((interval) => `${days(interval)} — ${money(interval.amount, context)}`);
    const rest = carryOver
      ? 'Неиспользованное в одном интервале переходит на следующий и прекращается с окончанием последнего.'
      : 'Неиспользованное к концу интервала прекращается.';
    return (
      `Неденежное предоставление «${id}» («${kind}»): Платформа обязана предоставить его Лицензиару на следующие суммы, не ` +
      `подлежащие выплате деньгами: ${lettered(listed)}. ${rest}`
    );
  },
  negativeResults: (negative) =>
    negative === 'carried-forward'
      ? 'Отрицательный результат периода учитывается отдельно и покрывается последующими роялти; возврату он не подлежит.'
      : 'Отрицательный результат периода увеличивает незачтённый остаток авансов; возврату он не подлежит.',
  expenses: (expenses) =>
    expenses === 'none'
      ? 'Расходы из роялти не вычитаются.'
      : 'Согласованные сторонами расходы вычитаются из роялти до зачёта авансов (recoupment).',
  pooledAgreements: (agreements) =>
    `Перекрёстный зачёт (cross-collateralisation): роялти и авансы учитываются вместе с роялти и авансами по ${agreements.length === 1 ? 'договору' : 'договорам'} ${agreements.join(', ')} между теми же сторонами, как единый счёт.`,
  reserve({ id, clauses, rate, basis, release }, context) {
    const named = royalties(clauses, context);
    const of = basis === 'royalties' ? `${named}, причитающихся с продаж` : `самих продаж до исчисления ${named}`;
    const releases = release.map(
      ({ afterPeriods, share }) =>
        `${percent(share)} — через ${counted('ru', afterPeriods, { one: 'период', few: 'периода', other: 'периодов' })}`,
    );
    return (
      `Резерв под возвраты «${id}»: удерживается ${percent(rate)} от ${of}${basis === 'royalties' ? ', но не более суммы, подлежащей выплате' : ''}. С самих возвратов ничего не удерживается. ` +
      `Удержанное за период высвобождается: ${releases.join('; ')}. При последнем высвобождении высвобождается весь остаток.`
    );
  },
  breakage: ({ allocateBy }) =>
    `Невыбранный остаток (breakage): авансы и гарантированные платежи, право на зачёт которых прекратилось, распределяются по фонограммам пропорционально ${allocateBy === 'units' ? 'числу единиц за вычетом возвратов' : 'причитающимся за них роялти'}.`,
  split: (split) =>
    `Причитающееся Лицензиару за дни ${days(split)} распределяется так: ` +
    `${split.shares.map(({ payee, share }) => `${percent(share)} — ${payee}`).join('; ')}. ` +
    'Причитающееся по отчёту о роялти распределяется целиком, включая корректировки прошлых периодов и ранее отложенные суммы, — по долям, действующим в первый день периода этого отчёта в пределах срока.',
  taxes: ({ withholding, vat }) =>
    `Налоги: ${WITHHOLDING[withholding]}; ${VAT[vat]}. Ставки определяются действующим законодательством.`,
  exchange: ({ payIn, source, rateOf }) =>
    `Платежи производятся в ${payIn} по ${RATE_SOURCES[source]} на ${RATE_DAYS[rateOf]}.`,
  audit: auditWords,
  mostFavoured: mostFavouredInRussian,
  life: RUSSIAN_LIFE,
};

const REPORTING_PERIODS = {
  month: 'календарный месяц',
  quarter: 'календарный квартал',
  'half-year': 'календарное полугодие',
  year: 'календарный год',
} as const;

const ROUNDING_MODES: Readonly<Record<Rounding['mode'], string>> = {
  'half-up': 'до ближайшего значения, а из равноудалённых — в сторону от нуля',
  'half-even': 'до ближайшего значения, а из равноудалённых — до чётного',
  'half-down': 'до ближайшего значения, а из равноудалённых — в сторону нуля',
  up: 'в сторону от нуля',
  down: 'в сторону нуля',
};

const UNITS: Readonly<Record<Figure['unit'], (context: ProseContext) => string>> = {
  count: () => 'количество',
  money: ({ currency }) => `сумма в ${currency}`,
  share: () => 'доля',
  flag: () => '«да» или «нет»',
};

const WITHHOLDING: Readonly<Record<Taxes['withholding'], string>> = {
  deducted: 'налог, удерживаемый по закону у источника выплаты, вычитается из платежа и относится на Лицензиара',
  'grossed-up':
    'налог, удерживаемый по закону у источника выплаты, относится на Платформу, которая увеличивает платёж так, чтобы Лицензиар получил сумму полностью',
};

const VAT: Readonly<Record<Taxes['vat'], string>> = {
  added: 'НДС начисляется сверх сумм по договору',
  included: 'НДС включён в суммы по договору',
  'reverse-charge': 'НДС исчисляет и уплачивает Платформа (reverse charge)',
};

const RATE_SOURCES: Readonly<Record<ExchangeRule['source'], string>> = {
  ecb: 'справочному курсу Европейского центрального банка',
  cbr: 'официальному курсу Банка России',
  manual: 'курсу, зафиксированному сторонами,',
};

const RATE_DAYS: Readonly<Record<ExchangeRule['rateOf'], string>> = {
  'period-end': 'последний день периода',
  statement: 'день отчёта о роялти',
  payment: 'день платежа',
};

const glossed = (code: string, words: string | undefined): string =>
  words === undefined ? code : `${code} (${words})`;

/** After «в течение»: 1 дня, 2 дней. */
const within = (count: number): string => counted('ru', count, { one: 'дня', other: 'дней' });

function territoryWords(territories: TerritorySet): string {
  if ('include' in territories) return territories.include.join(', ');
  const except = territories.worldwideExcept;
  return except.length === 0 ? 'весь мир' : `весь мир, кроме ${except.join(', ')}`;
}

/** In the genitive: «роялти «streaming» (п. 6.1)»; absent: all. */
function royalties(ids: readonly string[] | undefined, context: ProseContext): string {
  if (ids === undefined) return 'всех роялти по договору';
  const named = ids.map((id) => {
    const clause = context.royalties.get(id);
    return clause === undefined ? `«${id}»` : `«${id}» (п. ${clause})`;
  });
  return `роялти ${named.join(', ')}`;
}

const instalments = (parts: readonly Instalment[], context: ProseContext): string =>
  parts.map(({ on, amount }) => `${money(amount, context)} — ${on}`).join(', ');

const balanceAfter = (carryOver: boolean): string =>
  carryOver
    ? 'Не зачтённая к концу этого времени часть переносится и засчитывается в счёт последующих роялти.'
    : 'Право на зачёт части, не зачтённой к концу этого времени, прекращается.';

function periodGuarantee(
  { id, clauses, amount, prorated, active }: Extract<Guarantee, { per: 'period' }>,
  context: ProseContext,
): string {
  const span = active ? days(active) : 'в течение всего срока договора';
  const partly = prorated ? 'она уменьшается пропорционально числу дней в нём' : 'она причитается полностью';
  return (
    `Минимальный гарантированный платёж «${id}»: за каждый период в счёт ${royalties(clauses, context)} уплачивается не ` +
    `менее ${money(amount, context)}; недостающее уплачивается как доплата. Гарантия действует ${span}; за период, лишь ` +
    `частично приходящийся на это время, ${partly}.`
  );
}

function intervalGuarantee(
  { id, clauses, crossed, intervals }: Extract<Guarantee, { per: 'interval' }>,
  context: ProseContext,
): string {
  const listed = intervals.map((interval) => {
    const { amount, instalments: parts } = interval;
    const payment = parts
      ? `с уплатой независимо от причитающихся роялти: ${instalments(parts, context)}`
      : 'с доплатой недостающего по окончании интервала';
    return `${days(interval)} — ${money(amount, context)}, ${payment}`;
  });
  const together = crossed
    ? 'Интервалы учитываются вместе: превышение в одном засчитывается в счёт других.'
    : 'Каждый интервал учитывается отдельно: превышение в одном не засчитывается в счёт другого.';
  return `Минимальный гарантированный платёж «${id}»: в счёт ${royalties(clauses, context)} уплачивается не менее следующих сумм: ${lettered(listed)}. ${together}`;
}

const interestWords = ({ annualRate, dayCount, graceDays }: LateInterest): string =>
  `${percent(annualRate)} годовых (${dayCount}) по истечении льготного срока в ${counted('ru', graceDays, { one: 'день', few: 'дня', other: 'дней' })}`;

function auditWords({ yearsBetweenNotices, fullYearsBack, costShift, interest }: AuditRight): string {
  const years = { one: 'календарный год', few: 'календарных года', other: 'календарных лет' };
  const fullYears = { one: 'полный календарный год', few: 'полных календарных года', other: 'полных календарных лет' };
  const share = costShift && percent(costShift.threshold);
  return [
    `Аудит: Лицензиар вправе провести аудит учёта и расчётов Платформы, направив ей уведомление. Год уведомления должен отстоять от года последнего принятого уведомления не менее чем на ${counted('ru', yearsBetweenNotices, years)}.`,
    `Аудит может охватывать ${counted('ru', fullYearsBack, fullYears)} до года уведомления; ни один период не проверяется дважды.`,
    ...(costShift
      ? [
          `Расходы на аудит несёт Платформа, если не уплачено ${costShift.comparison === 'above' ? `более ${share}` : `${share} или более`} от причитавшейся суммы.`,
        ]
      : ['Расходы на аудит несёт Лицензиар.']),
    ...(interest ? [`На недоплату начисляется пеня: ${interestWords(interest)}.`] : []),
  ].join(' ');
}
