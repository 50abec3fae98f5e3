import { daysOf, monthsAfterDay } from '../calendar';
import { type Fault } from '../faults';
import { type Renewal, type Terms } from './terms';

/**
 * `terms-notice-exceeds-term`: a notice, or the time to cure a breach, is so long that nothing comes of it within the term.
 * `terms-settled-before-conditions`: claims end with the signature, although an unmet condition may end the agreement.
 */
export function remarksOnLife(terms: Terms): Fault[] {
  const { renewal, termination } = terms;
  return [
    ...(renewal ? lateRefusal(terms, renewal) : []),
    // A renewed term may be long enough.
    ...(termination && !renewal ? idleRights(terms, termination) : []),
    ...settledBeforeConditions(terms),
  ];
}

/** A no that would have to come before the term that it ends has begun: at the latest `noticeDays` before its end. */
function lateRefusal({ term }: Terms, { months, times, noticeDays }: Renewal): Fault[] {
  const remark = (which: string, days: number): Fault[] =>
    noticeDays <= days
      ? []
      : [tooLong('/renewal/noticeDays', `${which} has ${days} days: a no would have to come before it begins`)];
  const first = remark('the term', daysOf(term));
  if (first.length > 0 || times === 1) return first;
  return remark('a renewed term', daysOf({ from: term.until, until: monthsAfterDay(term.until, months) }));
}

function idleRights({ term }: Terms, { notice, breach, withdrawal }: NonNullable<Terms['termination']>): Fault[] {
  const days = daysOf(term);
  return [
    ...(notice && notice.days >= days
      ? [
          tooLong(
            '/termination/notice/days',
            `the term has ${days} days: it is over before a notice given in it runs out`,
          ),
        ]
      : []),
    ...(withdrawal && withdrawal.days >= days
      ? [
          tooLong(
            '/termination/withdrawal/days',
            `the term has ${days} days: it is over before a withdrawal notified in it begins`,
          ),
        ]
      : []),
    ...(breach && breach.cureDays >= days
      ? [
          tooLong(
            '/termination/breach/cureDays',
            `the term has ${days} days: it is over before the time to cure a breach`,
          ),
        ]
      : []),
  ];
}

function settledBeforeConditions({ conditions, settlement }: Terms): Fault[] {
  if (!conditions || settlement?.effect !== 'signature') return [];
  const message = 'past use is settled with the signature, also where the agreement ends since a condition was not met';
  return [{ pointer: '/settlement/effect', code: 'terms-settled-before-conditions', message }];
}

const tooLong = (pointer: string, message: string): Fault => ({ pointer, code: 'terms-notice-exceeds-term', message });
