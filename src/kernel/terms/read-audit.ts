import { INTEGERS } from './limits';
import { type AuditRight } from './money-clauses';
import { readLateInterest } from './read-payment';
import { readShare } from './read-shares';
import { member, readFields, readInteger, readOptional, readWord, type Place } from './reading';

/** The label's right to look into the platform's books: how often, how far back, and at whose cost. */
export function readAudit(place: Place): AuditRight {
  const fields = readFields(place, {
    required: ['yearsBetweenNotices', 'fullYearsBack'],
    optional: ['costShift', 'interest'],
  });
  if (!fields) return { yearsBetweenNotices: 1, fullYearsBack: 1 };
  return {
    yearsBetweenNotices: readInteger(member(fields, 'yearsBetweenNotices'), INTEGERS.auditYears),
    fullYearsBack: readInteger(member(fields, 'fullYearsBack'), INTEGERS.auditYears),
    ...readOptional(fields, 'costShift', readCostShift),
    ...readOptional(fields, 'interest', readLateInterest),
  };
}

function readCostShift(place: Place): NonNullable<AuditRight['costShift']> {
  const fields = readFields(place, { required: ['threshold', 'comparison'] });
  if (!fields) return { threshold: '0', comparison: 'above' };
  return {
    threshold: readShare(member(fields, 'threshold')),
    comparison: readWord(member(fields, 'comparison'), { words: ['at-or-above', 'above'] }),
  };
}
