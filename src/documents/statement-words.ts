import type { LanguageCode, RoyaltyKind } from '../kernel';
import { russianFormulaWords } from './russian-formula-words';

/** Whose paper it is: the label's statement, or the platform's mirror of it. The figures are the same. */
export type Side = 'label' | 'platform';

export type SummaryName =
  | 'earned'
  | 'corrections'
  | 'royalties'
  | 'recouped'
  | 'otherClauses'
  | 'net'
  | 'broughtForward'
  | 'carriedForward'
  | 'waiting'
  | 'payable'
  | 'vatAdded'
  | 'taxDeducted'
  | 'held'
  | 'beforeExchange'
  | 'invoiced';

/** What stands around the figures of a statement, in one language. */
export interface StatementWords {
  readonly locale: string;
  readonly title: string;
  readonly paperOf: Readonly<Record<Side, string>>;
  readonly payableHeadline: Readonly<Record<Side, string>>;
  readonly role: Readonly<Record<Side, string>>;
  readonly month: string;
  readonly statement: string;
  readonly agreement: string;
  readonly issued: string;
  readonly estimatedFrom: string;
  readonly currency: string;
  readonly summary: string;
  readonly summaryNames: Readonly<Record<SummaryName, string>>;
  readonly revenueChart: string;
  readonly payableSeries: string;
  readonly royaltiesSeries: string;
  readonly recoupmentChart: string;
  readonly unrecoupedSeries: string;
  readonly recoupedSeries: string;
  readonly clauses: string;
  readonly clause: string;
  readonly kind: string;
  readonly quantity: string;
  readonly returns: string;
  readonly perUnit: string;
  readonly exact: string;
  readonly share: string;
  readonly sales: string;
  readonly usedOn: string;
  readonly reportedOn: string;
  readonly amount: string;
  readonly formula: string;
  readonly notTaken: string;
  readonly taken: string;
  readonly changedNothing: string;
  readonly unattributed: (amount: string) => string;
  /** What lapsed, allocated to so many recordings by this key. */
  readonly allocated: (amount: string, recordings: string, key: 'units' | 'royalties') => string;
  readonly corrections: string;
  readonly correctedMonth: string;
  readonly booked: string;
  readonly rerated: string;
  readonly difference: string;
  readonly advance: string;
  readonly opening: string;
  readonly recouped: string;
  readonly closing: string;
  readonly steps: string;
  readonly step: string;
  readonly payments: string;
  readonly source: string;
  readonly rate: string;
  readonly takenOf: string;
  readonly comesTo: string;
  readonly lines: string;
  readonly line: string;
  readonly allLines: (count: string) => string;
  readonly largestLines: (shown: string, count: string) => string;
  readonly period: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly noRecording: string;
  readonly proof: string;
  readonly clauseLinesHash: string;
  readonly termsHash: string;
  readonly howToVerify: string;
  readonly kindNames: Readonly<Record<RoyaltyKind, string>>;
  readonly stepNames: Readonly<Record<string, string>>;
  /** Who bears a tax. */
  readonly treatments: Readonly<Record<string, string>>;
  /** Whose exchange rates they are. */
  readonly publishers: Readonly<Record<string, string>>;
  /** What the kernel's formulas say in words, and how it is said here. */
  readonly formulaWords: Readonly<Record<string, string>>;
  page(page: number, of: number): string;
}

const english: StatementWords = {
  locale: 'en-GB',
  title: 'Royalty statement',
  paperOf: { label: 'Statement of the label', platform: 'The platform’s mirror of the label’s statement' },
  payableHeadline: { label: 'Payable to you', platform: 'Payable by you' },
  role: { label: 'the label', platform: 'the platform' },
  month: 'Period',
  statement: 'Statement',
  agreement: 'Agreement',
  issued: 'Issued',
  estimatedFrom: 'An estimate until the report comes, by the usage of',
  currency: 'Currency',
  summary: 'Summary',
  summaryNames: {
    earned: 'Royalties of the period',
    corrections: 'Corrections of earlier periods',
    royalties: 'Royalties',
    recouped: 'Taken up by advances',
    otherClauses: 'Guarantees, reserves and other clauses',
    net: 'Result of the period',
    broughtForward: 'Brought forward from earlier periods',
    carriedForward: 'Carried forward to later periods',
    waiting: 'Waiting for the minimum payout',
    payable: 'Payable',
    vatAdded: 'Value-added tax',
    taxDeducted: 'Tax withheld',
    held: 'Held while disputes are open',
    beforeExchange: 'Due before exchange',
    invoiced: 'Invoiced with this statement',
  },
  revenueChart: 'Royalties by period',
  royaltiesSeries: 'royalties',
  payableSeries: 'payable',
  recoupmentChart: 'Recoupment of advances',
  unrecoupedSeries: 'unrecouped at the end of the period',
  recoupedSeries: 'recouped in the period',
  clauses: 'Clauses',
  clause: 'Clause',
  kind: 'Kind',
  quantity: 'Units',
  returns: 'Returns',
  perUnit: 'per unit',
  exact: 'Exact',
  share: 'Share',
  sales: 'Sales',
  usedOn: 'Used from',
  reportedOn: 'Reported',
  amount: 'Amount',
  formula: 'Formula',
  notTaken: 'not taken',
  taken: 'taken',
  changedNothing: 'changed nothing',
  unattributed: (amount) => `Of this ${amount} belongs to no recording.`,
  allocated: (amount, recordings, key) =>
    `What lapsed, ${amount}, is allocated to recordings by their ${key === 'units' ? 'units, net of returns' : 'royalties'}: ${recordings} of them, each with its part in the XLSX file of this statement.`,
  corrections: 'Corrections of earlier periods',
  correctedMonth: 'Corrected period',
  booked: 'Booked before',
  rerated: 'Rated again',
  difference: 'Difference',
  advance: 'Advances',
  opening: 'Unrecouped before',
  recouped: 'Recouped in the period',
  closing: 'Unrecouped after',
  steps: 'From royalties to what is payable',
  step: 'Step',
  payments: 'Tax, exchange and shares',
  source: 'By',
  rate: 'Rate',
  takenOf: 'Of',
  comesTo: 'Comes to',
  lines: 'Lines',
  line: 'Line',
  allLines: (count) => `All ${count} lines of the statement.`,
  largestLines: (shown, count) =>
    `The ${shown} lines with the largest amounts, of ${count}. The CSV and XLSX files of this statement have all of them.`,
  period: 'Period',
  service: 'Service',
  territory: 'Territory',
  use: 'Use',
  model: 'Commercial model',
  noRecording: 'no recording',
  proof: 'Proof',
  clauseLinesHash: 'SHA-256 of the clause lines',
  termsHash: 'SHA-256 of the terms',
  howToVerify:
    'This file is sealed: "accordo verify" checks it with the marketplace’s published keys alone. "accordo rate" makes the clause lines again from the statement’s inputs, byte for byte.',
  kindNames: {
    perUnit: 'per unit',
    tiered: 'tiers',
    perSubscriber: 'per subscriber',
    revenueShare: 'share of revenue',
    percentage: 'percentage of sales',
    flat: 'flat fee',
    less: 'less',
    usageShare: 'share of usage',
    prorated: 'in proportion to days',
    escalation: 'escalation',
    greaterOf: 'greater of',
    lesserOf: 'lesser of',
    sum: 'sum',
    floor: 'at least',
    cap: 'at most',
  },
  stepNames: {
    guarantee: 'guarantee',
    'minimum-fee': 'minimum fee',
    'in-kind-credit': 'credit in kind',
    expenses: 'expenses',
    recoupment: 'recoupment',
    pool: 'pool of agreements',
    'reserve-on-sales': 'reserve on sales',
    reserve: 'reserve',
    breakage: 'breakage',
    'minimum-payout': 'minimum payout',
    vat: 'value-added tax',
    withholding: 'tax withheld',
    exchange: 'exchange',
    'exchanged-vat': 'exchange of value-added tax',
    share: 'share of a payee',
  },
  treatments: {
    added: 'on top',
    included: 'inside the amount',
    'reverse-charge': 'declared by the platform',
    deducted: 'borne by the label',
    'grossed-up': 'borne by the platform',
  },
  publishers: {
    ecb: 'European Central Bank',
    cbr: 'Bank of Russia',
    manual: 'the parties',
  },
  formulaWords: {},
  page: (page, of) => `page ${page} of ${of}`,
};

const russian: StatementWords = {
  locale: 'ru-RU',
  title: 'Отчёт о вознаграждении',
  paperOf: { label: 'Отчёт для лицензиара', platform: 'Экземпляр платформы: зеркало отчёта лицензиара' },
  payableHeadline: { label: 'К выплате вам', platform: 'К уплате вами' },
  role: { label: 'лицензиар', platform: 'платформа (лицензиат)' },
  month: 'Период',
  statement: 'Отчёт',
  agreement: 'Договор',
  issued: 'Составлен',
  estimatedFrom: 'Оценка до получения отчёта, по использованию за',
  currency: 'Валюта',
  summary: 'Итоги',
  summaryNames: {
    earned: 'Вознаграждение за период',
    corrections: 'Исправления прошлых периодов',
    royalties: 'Вознаграждение всего',
    recouped: 'Зачтено в счёт авансов',
    otherClauses: 'Гарантии, резервы и иные условия',
    net: 'Результат периода',
    broughtForward: 'Перенесено с прошлых периодов',
    carriedForward: 'Переносится на следующие периоды',
    waiting: 'Ожидает минимальной суммы выплаты',
    payable: 'К выплате',
    vatAdded: 'Налог на добавленную стоимость',
    taxDeducted: 'Удержанный налог',
    held: 'Удержано до окончания споров',
    beforeExchange: 'Причитается до обмена валюты',
    invoiced: 'Выставлено по счёту',
  },
  revenueChart: 'Вознаграждение по периодам',
  royaltiesSeries: 'вознаграждение',
  payableSeries: 'к выплате',
  recoupmentChart: 'Зачёт авансов',
  unrecoupedSeries: 'не зачтено на конец периода',
  recoupedSeries: 'зачтено за период',
  clauses: 'Пункты договора',
  clause: 'Пункт',
  kind: 'Вид',
  quantity: 'Единиц',
  returns: 'Возвраты',
  perUnit: 'за единицу',
  exact: 'Точно',
  share: 'Доля',
  sales: 'Продажи',
  usedOn: 'Период с',
  reportedOn: 'Отчёт от',
  amount: 'Сумма',
  formula: 'Расчёт',
  notTaken: 'не применено',
  taken: 'применено',
  changedNothing: 'ничего не изменило',
  unattributed: (amount) => `Из них ${amount} не относится ни к одной фонограмме.`,
  allocated: (amount, recordings, key) =>
    `Незачтённый остаток ${amount} распределён по фонограммам пропорционально их ${key === 'units' ? 'единицам за вычетом возвратов' : 'вознаграждению'}; фонограмм: ${recordings}, часть каждой приведена в файле XLSX этого отчёта.`,
  corrections: 'Исправления прошлых периодов',
  correctedMonth: 'Исправленный период',
  booked: 'Учтено ранее',
  rerated: 'Рассчитано заново',
  difference: 'Разница',
  advance: 'Авансы',
  opening: 'Не зачтено на начало',
  recouped: 'Зачтено за период',
  closing: 'Не зачтено на конец',
  steps: 'От вознаграждения к сумме выплаты',
  step: 'Действие',
  payments: 'Налоги, обмен валюты и доли',
  source: 'Основание',
  rate: 'Ставка, курс',
  takenOf: 'С суммы',
  comesTo: 'Получается',
  lines: 'Строки',
  line: 'Строка',
  allLines: (count) => `Все строки отчёта: ${count}.`,
  largestLines: (shown, count) =>
    `Строки с наибольшими суммами: ${shown} из ${count}. Все строки содержатся в файлах CSV и XLSX этого отчёта.`,
  period: 'Период',
  service: 'Сервис',
  territory: 'Страна',
  use: 'Использование',
  model: 'Коммерческая модель',
  noRecording: 'без фонограммы',
  proof: 'Проверка',
  clauseLinesHash: 'SHA-256 строк по пунктам договора',
  termsHash: 'SHA-256 условий',
  howToVerify:
    'Файл скреплён печатью: команда «accordo verify» проверяет его, пользуясь только опубликованными ключами площадки. Команда «accordo rate» заново составляет строки по пунктам договора из исходных данных отчёта, байт в байт.',
  kindNames: {
    perUnit: 'за единицу',
    tiered: 'по ступеням',
    perSubscriber: 'за абонента',
    revenueShare: 'доля выручки',
    percentage: 'процент с продаж',
    flat: 'твёрдая сумма',
    less: 'за вычетом',
    usageShare: 'доля использований',
    prorated: 'пропорционально дням',
    escalation: 'с изменением ставки',
    greaterOf: 'большее из',
    lesserOf: 'меньшее из',
    sum: 'сумма',
    floor: 'не менее',
    cap: 'не более',
  },
  stepNames: {
    guarantee: 'гарантия',
    'minimum-fee': 'минимальный платёж',
    'in-kind-credit': 'зачёт в натуре',
    expenses: 'расходы',
    recoupment: 'зачёт аванса',
    pool: 'общий зачёт договоров',
    'reserve-on-sales': 'резерв по продажам',
    reserve: 'резерв',
    breakage: 'незачтённый остаток',
    'minimum-payout': 'минимальная выплата',
    vat: 'налог на добавленную стоимость',
    withholding: 'удержанный налог',
    exchange: 'обмен валюты',
    'exchanged-vat': 'обмен налога на добавленную стоимость',
    share: 'доля получателя',
  },
  treatments: {
    added: 'сверх суммы',
    included: 'в составе суммы',
    'reverse-charge': 'исчисляет платформа',
    deducted: 'за счёт лицензиара',
    'grossed-up': 'за счёт платформы',
  },
  publishers: {
    ecb: 'Европейский центральный банк',
    cbr: 'Банк России',
    manual: 'стороны',
  },
  formulaWords: russianFormulaWords,
  page: (page, of) => `страница ${page} из ${of}`,
};

export const statementWords: Readonly<Record<LanguageCode, StatementWords>> = { en: english, ru: russian };
