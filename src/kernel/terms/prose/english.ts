import { type TerritorySet } from '../../territory';
import {
  type AuditRight,
  type ExchangeRule,
  type Figure,
  type Guarantee,
  type Instalment,
  type LateInterest,
  type Taxes,
} from '../terms';
import { serviceNames, type ProseContext } from './context';
import { ENGLISH_LIFE } from './english-life';
import { mostFavouredInEnglish } from './english-most-favoured';
import { days, ENGLISH_ROYALTIES, figure, money } from './english-royalty';
import { type Language } from './language';
import { lettered } from './passage';
import { counted } from './plural';
import { percent } from './rates';

export const ENGLISH: Language = {
  royalty: ENGLISH_ROYALTIES,
  parties: ({ label, platform }) =>
    `${label.name} (the label, ${label.id}) licenses ${platform.name} (the platform, ${platform.id}).`,
  services: (services) => `Services: ${services.map(({ name, id }) => `${name} (${id})`).join('; ')}.`,
  repertoire: ({ recordings, sha256 }) =>
    `Repertoire: ${recordings} sound recordings, the list with SHA-256 ${sha256}.`,
  grant: ({ id, exclusive, uses, models, services, territories }, context) =>
    `Grant "${id}", ${exclusive ? 'exclusive' : 'not exclusive'}: ${uses.map(useWords).join(', ')} under ` +
    `${models.join(', ')} on ${serviceNames(services, context).join(', ')}, in ${territoryWords(territories)}, ` +
    'for the whole term.',
  term: ({ term, timeZone, reportingPeriod }) =>
    `The licence runs ${days(term)}. Days are those of ${timeZone}; the reporting period is the calendar ` +
    `${reportingPeriod}.`,
  royaltyClause: ({ id, grants, royalty }) =>
    `Royalty "${id}", for the grants ${grants.join(', ')}, each period over all their services together: ${royalty}.`,
  advance({ id, amount, due, recoupableFrom, recoup, option }, context) {
    const payment = due === 'signature' ? 'due at signature' : `due in instalments (${instalments(due, context)})`;
    const from = recoupableFrom === 'all' ? 'all royalties of this agreement' : royalties(recoupableFrom, context);
    return [
      `Advance "${id}": ${money(amount, context)}, ${payment}, recoupable from ${from}, the top-up to a floor included.`,
      ...(recoup ? [`It is recouped from what is earned ${days(recoup)}.`, balanceAfter(recoup.carryOver)] : []),
      ...(option ? ['It is due only if the platform exercises its option.'] : []),
    ].join(' ');
  },
  settlement({ backFee, claims, releasesUseBefore, effect }, context) {
    const settled = counted('en', claims.length, { one: 'claim is', other: 'claims are' });
    return (
      `Past use: a back fee of ${money(backFee.amount, context)} is due at signature and is not recoupable. Use before ` +
      `${releasesUseBefore} is released and ${settled} settled ` +
      `${effect === 'signature' ? 'on signature' : 'when the back fee is paid'}.`
    );
  },
  rounding({ rounding: { mode, decimals, apply }, currency, rules }) {
    const once =
      apply === 'period'
        ? `the total of a period is rounded once, ${mode}, to ${decimals} decimals, and spread over its lines by largest remainder`
        : `the amount of each recording under each clause is rounded once, ${mode}, to ${decimals} decimals, and so is what belongs to no recording; the total of a period is the sum of these`;
    return `Amounts are in ${currency} and exact until ${once}. Rating follows the rules ${rules}.`;
  },
  usage({ report, sourceOfRecord }, context) {
    const sources = sourceOfRecord.map(
      ({ service, use, source }) => `${use} on ${serviceNames([service], context).join()} by ${source}`,
    );
    return `Usage is reported as ${report.profile} within ${report.dueDays} days of the end of each period. What counts: ${sources.join('; ')}.`;
  },
  usageChecks: ({ faultyShareMax, refusedFor }) =>
    `A report is refused as a whole where more than ${percent(faultyShareMax)} of its usage lines are faulty` +
    `${refusedFor.length === 0 ? '' : `, or where one of these faults is in it: ${refusedFor.join(', ')}`}.`,
  usageReconciliation: ({ tolerance, answerDays }) =>
    `Where reports and events tell of the same use, differences up to ${percent(tolerance)} of the larger count pass. ` +
    `The platform explains a larger one within ${answerDays} days of the day on which the report is due.`,
  payment: (dueDays) => `Invoices are due within ${dueDays} days.`,
  minimumPayout: (amount, context) =>
    `A balance below ${money(amount, context)} is not paid out; it waits for the next period.`,
  lateInterest: (interest) => `An amount that is not paid when due bears interest of ${interestWords(interest)}.`,
  rightsScope: ({ musicalWork }) =>
    `The licence covers the sound recordings; ${musicalWork === 'platform-clears' ? 'the platform clears' : 'the label has cleared and warrants'} the musical works in them.`,
  figure: ({ id, unit, per, definition }, context) =>
    `Figure "${id}" is ${UNITS[unit](context)}, stated by the platform for each period` +
    `${per === 'service' ? ' and each service, and summed over the services of the clause that uses it' : ', once for this agreement as a whole'}. ` +
    `It means: "${definition}".`,
  guarantee: (guarantee, context) =>
    `${guarantee.per === 'period' ? periodGuarantee(guarantee, context) : intervalGuarantee(guarantee, context)} ` +
    `The top-up ${guarantee.topUpRecoups ? 'counts' : 'does not count'} as a royalty from which advances are recouped.`,
  minimumFee({ id, figure: counting, rate, cap, years }, context) {
    const listed = years.map((year) => `${days(year)}, due on ${year.dueOn}`);
    return (
      `Minimum fee "${id}": ${money(rate, context)} a year for each unit of ${figure(counting, context)}` +
      `${cap === undefined ? '' : `, at most ${money(cap, context)} a year`}, payable in advance. Royalties of the same ` +
      `year are set against it; what is left at the end of the year lapses. The years are: ${lettered(listed)}.`
    );
  },
  inKindCredit({ id, kind, carryOver, intervals }, context) {
    const listed = intervals.map((interval) => `${days(interval)}: ${money(interval.amount, context)}`);
    const rest = carryOver
      ? 'What is left of one interval moves on to the next and lapses at the end of the last.'
      : 'What is left at the end of an interval lapses.';
    return (
      `In-kind credit "${id}": the platform owes the label ${kind} to the value of the following, never payable in cash: ` +
      `${lettered(listed)}. ${rest}`
    );
  },
  negativeResults: (negative) =>
    negative === 'carried-forward'
      ? 'A negative result of a period is carried forward on an account of its own and met from later royalties; nothing is paid back.'
      : 'A negative result of a period is added to the unrecouped balance; nothing is paid back.',
  expenses: (expenses) =>
    expenses === 'none'
      ? 'No expenses are taken from royalties.'
      : 'Expenses that the parties have agreed are taken from royalties before anything is recouped.',
  pooledAgreements: (agreements) =>
    `Cross-collateralisation: royalties and advances are taken together with those of the ${agreements.length === 1 ? 'agreement' : 'agreements'} ${agreements.join(', ')} of the same parties, as one account.`,
  reserve({ id, clauses, rate, basis, release }, context) {
    const of = royalties(clauses, context);
    const held =
      basis === 'royalties'
        ? `what is earned on sales under ${of}`
        : `the sales under ${of}, before any royalty is computed,`;
    const releases = release.map(
      ({ afterPeriods, share }) =>
        `${percent(share)} after ${counted('en', afterPeriods, { one: 'period', other: 'periods' })}`,
    );
    return (
      `Reserve against returns "${id}": ${percent(rate)} of ${held} is held back${basis === 'royalties' ? ', but never more than is payable' : ''}. ` +
      `Returns themselves hold nothing back. What a period holds back is released: ${releases.join('; ')}. The last ` +
      'release takes whatever is left.'
    );
  },
  breakage: ({ allocateBy }) =>
    `Breakage: advances and guarantees that lapse unearned are allocated to the recordings in proportion to their ${allocateBy === 'units' ? 'units, net of returns' : 'royalties'}.`,
  split: (split) =>
    `What is due to the label for the days ${days(split)} is shared out: ` +
    `${split.shares.map(({ payee, share }) => `${percent(share)} to ${payee}`).join('; ')}. ` +
    'What a statement makes payable is shared out as a whole, corrections of earlier periods and amounts that waited included, by the shares for the first day of its own period in the term.',
  taxes: ({ withholding, vat }) =>
    `Taxes: ${WITHHOLDING[withholding]}; ${VAT[vat]}. The rates are those of the law at the time.`,
  exchange: ({ payIn, source, rateOf }) =>
    `Payment is made in ${payIn}, at ${RATE_SOURCES[source]} for ${RATE_DAYS[rateOf]}.`,
  audit: auditWords,
  mostFavoured: mostFavouredInEnglish,
  life: ENGLISH_LIFE,
};

const UNITS: Readonly<Record<Figure['unit'], (context: ProseContext) => string>> = {
  count: () => 'a count',
  money: ({ currency }) => `an amount in ${currency}`,
  share: () => 'a share',
  flag: () => 'a statement, true or false',
};

const WITHHOLDING: Readonly<Record<Taxes['withholding'], string>> = {
  deducted: 'tax that the law withholds at source is deducted from the payment and borne by the label',
  'grossed-up':
    'tax that the law withholds at source is borne by the platform, which pays so much more that the label receives the full amount',
};

const VAT: Readonly<Record<Taxes['vat'], string>> = {
  added: 'value added tax is added to the amounts of this agreement',
  included: 'the amounts of this agreement include value added tax',
  'reverse-charge': 'value added tax is accounted for by the platform under the reverse charge',
};

const RATE_SOURCES: Readonly<Record<ExchangeRule['source'], string>> = {
  ecb: 'the reference rate of the European Central Bank',
  cbr: 'the official rate of the Bank of Russia',
  manual: 'the rate that the parties record',
};

const RATE_DAYS: Readonly<Record<ExchangeRule['rateOf'], string>> = {
  'period-end': 'the last day of the period',
  statement: 'the day of the statement',
  payment: 'the day of payment',
};

/** Use types are DDEX codes; only one that DDEX does not have needs words. */
const useWords = (use: string): string =>
  use === 'accordo:AiTraining' ? `${use} (training of machine-learning models)` : use;

/** `KZ, RU`, or `the whole world except US`. */
export function territoryWords(territories: TerritorySet): string {
  if ('include' in territories) return territories.include.join(', ');
  const except = territories.worldwideExcept;
  return except.length === 0 ? 'the whole world' : `the whole world except ${except.join(', ')}`;
}

/** `the royalties "streaming" (6.1), "downloads" (6.2)`; absent: all. */
function royalties(ids: readonly string[] | undefined, context: ProseContext): string {
  if (ids === undefined) return 'all royalties of this agreement';
  const named = ids.map((id) => {
    const clause = context.royalties.get(id);
    return clause === undefined ? `"${id}"` : `"${id}" (${clause})`;
  });
  return `the ${named.length === 1 ? 'royalty' : 'royalties'} ${named.join(', ')}`;
}

const instalments = (parts: readonly Instalment[], context: ProseContext): string =>
  parts.map(({ on, amount }) => `${money(amount, context)} on ${on}`).join('; ');

const balanceAfter = (carryOver: boolean): string =>
  carryOver
    ? 'What is then unrecouped is carried over and recouped from what is earned later.'
    : 'What is then unrecouped lapses.';

function periodGuarantee(
  { id, clauses, amount, prorated, active }: Extract<Guarantee, { per: 'period' }>,
  context: ProseContext,
): string {
  const span = active ? days(active) : 'for the whole term';
  const partly = prorated ? 'reduced in proportion to the days within' : 'due in full';
  return (
    `Minimum guarantee "${id}": for each period at least ${money(amount, context)} is paid on account of ` +
    `${royalties(clauses, context)}; what is missing is paid as a top-up. The guarantee holds ${span}; for a period that ` +
    `lies only partly within, it is ${partly}.`
  );
}

function intervalGuarantee(
  { id, clauses, crossed, intervals }: Extract<Guarantee, { per: 'interval' }>,
  context: ProseContext,
): string {
  const listed = intervals.map((interval) => {
    const { amount, instalments: parts } = interval;
    const payment = parts
      ? `paid whatever is earned, in instalments (${instalments(parts, context)})`
      : 'what is missing being paid as a top-up at the end of the interval';
    return `${days(interval)}: ${money(amount, context)}, ${payment}`;
  });
  const together = crossed
    ? 'The intervals are taken together: what one earns above its amount counts for the others.'
    : 'Each interval is taken by itself: what one earns above its amount does not count for another.';
  return `Minimum guarantee "${id}": at least the following is paid on account of ${royalties(clauses, context)}: ${lettered(listed)}. ${together}`;
}

const interestWords = ({ annualRate, dayCount, graceDays }: LateInterest): string =>
  `${percent(annualRate)} a year (${dayCount}) after ${counted('en', graceDays, { one: 'day', other: 'days' })} of grace`;

function auditWords({ yearsBetweenNotices, fullYearsBack, costShift, interest }: AuditRight): string {
  const years = { one: 'calendar year', other: 'calendar years' };
  const limit = costShift && `${percent(costShift.threshold)}${costShift.comparison === 'above' ? '' : ' or more'}`;
  return [
    `Audit: the label may have the platform's books audited. The year of its notice is at least ${counted('en', yearsBetweenNotices, years)} after that of the last notice accepted.`,
    `An audit may cover the ${counted('en', fullYearsBack, { one: 'full calendar year', other: 'full calendar years' })} before the year of the notice; no period is audited twice.`,
    ...(costShift
      ? [
          `The platform bears the cost when ${costShift.comparison === 'above' ? 'more than ' : ''}${limit} of what was due was not paid.`,
        ]
      : ['The label bears the cost.']),
    ...(interest ? [`What was not paid bears interest of ${interestWords(interest)}.`] : []),
  ].join(' ');
}
