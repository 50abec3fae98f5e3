import { type Condition, type Renewal, type Termination, type Texts } from '../terms';
import { type LifeWords } from './language';
import { counted } from './plural';
import { percent } from './rates';

const LANGUAGES = { en: 'English', ru: 'Russian' } as const;
const GIVERS = { label: 'The label', platform: 'The platform', either: 'Either party' } as const;

const daysOf = (count: number): string => counted('en', count, { one: 'day', other: 'days' });
const monthsOf = (count: number): string => counted('en', count, { one: 'month', other: 'months' });

export const ENGLISH_LIFE: LifeWords = {
  texts: ({ prevailing }: Texts) =>
    `The terms as data, whose SHA-256 the parties sign, come before these words. Of the words, those in ${LANGUAGES[prevailing]} prevail.`,
  condition(condition: Condition) {
    const what = condition.kind === 'advance-paid' ? `the advance "${condition.advance}"` : 'the back fee';
    return (
      `Condition "${condition.id}": the licence begins only when ${what} has been paid. If that has not happened within ` +
      `${daysOf(condition.withinDays)} of the conclusion, the agreement ends.`
    );
  },
  renewal: ({ months, times, noticeDays }: Renewal) =>
    `Renewal: at its end the term goes on by ${monthsOf(months)}, ` +
    `${times === null ? 'without limit' : `at most ${counted('en', times, { one: 'time', other: 'times' })}`}, unless a party declares ` +
    `at least ${daysOf(noticeDays)} before that end that it shall not.`,
  notice: ({ by, days }: NonNullable<Termination['notice']>) =>
    `${GIVERS[by]} may end the agreement by notice of ${daysOf(days)}.`,
  breach: ({ cureDays, suspension }: NonNullable<Termination['breach']>) =>
    `A party that notifies the other of a breach which is not cured within ${daysOf(cureDays)} of the notice may end the agreement ` +
    `with the end of any later day. ${SUSPENSION[suspension]}`,
  sellOff: ({ days, grants }: NonNullable<Termination['sellOff']>) =>
    `Sell-off: for ${daysOf(days)} after the end the ${grants.length === 1 ? 'grant' : 'grants'} ${grants.join(', ')} ` +
    `${grants.length === 1 ? 'goes' : 'go'} on, and royalties are due for ${grants.length === 1 ? 'it' : 'them'}; not where the agreement was ended for breach.`,
  withdrawal: ({ days, shareMax }: NonNullable<Termination['withdrawal']>) =>
    `The label may withdraw recordings of the list by notice of ${daysOf(days)}, in all ` +
    `${shareMax === undefined ? 'any number of them' : `at most ${percent(shareMax)} of them`}. From the day that the notice names they are not licensed; ` +
    'until then the label may revoke it.',
};

const SUSPENSION: Readonly<Record<NonNullable<Termination['breach']>['suspension'], string>> = {
  'at-once': 'From its notice of a breach on the label may suspend the licence until the breach is cured.',
  'after-cure-period': 'When that time is over the label may suspend the licence until the breach is cured.',
  never: 'The licence is not suspended for a breach.',
};
