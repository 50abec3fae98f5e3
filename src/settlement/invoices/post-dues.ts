import { Injectable } from '@nestjs/common';
import { getLivingForUpdate, type LivingAgreement } from '../../agreements';
import {
  type CalendarDate,
  currentTerms,
  dayAfter,
  dayInZone,
  type DuePayment,
  duePayments,
  endOf,
  monthPeriod,
  monthsOfLife,
  startOfDayInZone,
  type Terms,
  termsOn,
} from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { enqueue, enqueueLater, type JobPayload } from '../../platform/jobs/jobs';
import { exercisedOptions } from '../facts/facts.repository';
import { post } from '../ledger/ledger';
import { prepaymentDue } from '../ledger/templates';
import { latestStatement } from '../statements/statements.repository';
import { invoiceDue } from './invoice-due';

export const duesJob = 'post-dues';

/** Whether anything falls due on a day of its own, now or once an option is exercised. */
export const hasDays = ({ advances, guarantees = [], minimumFees = [] }: Terms): boolean =>
  advances.some(({ due, option }) => due !== 'signature' || option === true) ||
  guarantees.some((guarantee) => guarantee.per === 'interval') ||
  minimumFees.length > 0;

/** Has an agreement's payments of fixed days looked at, once this transaction is committed. */
export const askToPostDues = (tx: Tx, agreementId: string): Promise<void> =>
  enqueue(tx, duesJob, { agreementId }, `${duesJob} ${agreementId}`);

/** Posts and invoices what the terms fix for days, when its time has come, whether or not anything was used. */
@Injectable()
export class PostDues {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId = '' }: JobPayload): Promise<void> {
    return this.database.asSystem(async (tx) => {
      const agreement = await getLivingForUpdate(tx, agreementId);
      const latest = await latestStatement(tx, agreementId);
      const fees = latest?.carried_out.clauses?.fees ?? {};
      await postDues(tx, agreement, { fees, at: this.clock.now() });
    });
  }
}

interface Dues {
  /** Minimum fees of the years that have begun, by "id from". */
  readonly fees: Readonly<Record<string, string>>;
  readonly at: Date;
}

/**
 * Each payment once, however often it is asked for: booked for its day, and invoiced as many days before as the platform has to pay. Asks
 * to be run again for the next one.
 */
export async function postDues(tx: Tx, agreement: LivingAgreement, { fees, at }: Dues): Promise<void> {
  const terms = currentTerms(agreement.life);
  if (!hasDays(terms)) return;
  const exercised = await exercisedOptions(tx, agreement);
  const today = dayInZone(at, agreement.timeZone);
  const open = datedPayments(agreement, { exercised, fees });
  for (const due of open.filter(({ invoicedOn }) => invoicedOn <= today)) await bookDue(tx, agreement, { due, at });
  const [next] = open
    .map(({ invoicedOn }) => invoicedOn)
    .filter((day) => day > today)
    .sort();
  if (next === undefined) return;
  const wake = startOfDayInZone(next, agreement.timeZone);
  await enqueueLater(
    tx,
    duesJob,
    { agreementId: agreement.id },
    { key: `${duesJob} ${agreement.id}`, at: wake, now: at },
  );
}

/** All that the terms fix for days, booked or to come. */
export const datedPayments = (
  agreement: LivingAgreement,
  known: Parameters<typeof duePayments>[1],
): readonly DatedPayment[] => duePayments(currentTerms(agreement.life), known).flatMap((due) => owedOn(agreement, due));

export interface DatedPayment extends DuePayment {
  readonly on: CalendarDate;
  readonly invoicedOn: CalendarDate;
}

/**
 * What falls due at signature is booked with the conclusion; what was paid elsewhere, before the agreement came here, is not owed again. An agreement that ended before
 * its time owes what its months recoup, and nothing else: what a close sets against royalties somebody must have paid.
 */
function owedOn(agreement: LivingAgreement, due: DuePayment): DatedPayment[] {
  const { on, id, joinsOn } = due;
  if (on === null) return [];
  const lastMonth = monthsOfLife(agreement.life).at(-1);
  const isEarly = endOf(agreement.life).because !== 'term';
  if (isEarly && (lastMonth === undefined || (joinsOn !== null && joinsOn >= monthPeriod(lastMonth).until))) return [];
  const { concludedAt, paidElsewhere, timeZone } = agreement;
  if (concludedAt !== null && paidElsewhere?.includes(id) && on < dayInZone(concludedAt, timeZone)) return [];
  return [{ ...due, on, invoicedOn: dayAfter(on, -paymentDaysOf(agreement)) }];
}

const paymentDaysOf = ({ life }: LivingAgreement): number => currentTerms(life).payment.dueDays;

async function bookDue(
  tx: Tx,
  agreement: LivingAgreement,
  { due: { clause, source: payment, on, minor }, at }: { due: DatedPayment; at: Date },
): Promise<void> {
  const source = `${clause} ${payment}`;
  const legs = prepaymentDue(minor);
  const isNew = await post(tx, { agreement, kind: 'prepayment-due', source, effectiveOn: on, at, legs });
  if (!isNew) return;
  const bookedOn = dayInZone(at, agreement.timeZone);
  const due = { purpose: clause, source: payment, minor, on, bookedOn, payBy: on };
  const by = { system: duesJob, organizationId: agreement.labelId };
  await invoiceDue(tx, agreement, { terms: termsOn(agreement.life, on), due, at, by });
}
