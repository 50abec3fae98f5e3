import { Injectable } from '@nestjs/common';
import { getAgreement, getLiving, type LivingAgreement } from '../../agreements';
import { calendarDateOf, dayAfter, dayInZone, startOfDayInZone } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { enqueue, enqueueLater, type JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { findInvoice, receivedOf } from '../invoices/invoices.repository';
import { certificateDueOf, uncertifiedMonths } from '../rates/tax-certificates.repository';
import { monthsUnreported } from '../statements/drafts/stand-ins';
import { keepMissed } from './missed.repository';
import { timetableOf } from './timetable';

export const watchDeadlinesJob = 'watch-deadlines';

/** Wakes the watch of an agreement, which then wakes itself at each day after a deadline. */
export const askToWatchDeadlines = (tx: Tx, agreementId: string): Promise<void> =>
  enqueue(tx, watchDeadlinesJob, { agreementId }, keyOf(agreementId));

const keyOf = (agreementId: string): string => `${watchDeadlinesJob} ${agreementId}`;

/**
 * Tells both parties, once, of each report, statement, certificate of withheld tax and invoice that is overdue. What is told is kept, so a job that runs twice, late or beside another
 * tells nothing twice.
 */
@Injectable()
export class WatchDeadlines {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const agreement = await getLiving(tx, agreementId);
      const months = await timetableOf(tx, agreement, at);
      const today = dayInZone(at, agreement.timeZone);
      const dues = months.flatMap(({ month, report, statement }): DueOfMonth[] => [
        ...(report ? [{ kind: 'report', month, due: report.due, isMissing: report.done === null } as const] : []),
        { kind: 'statement', month, due: statement.due, isMissing: statement.done === null },
      ]);
      for (const { month } of await uncertifiedMonths(tx, agreementId)) {
        dues.push({ kind: 'certificate', month, due: certificateDueOf(agreement.terms, month), isMissing: true });
      }
      for (const { isMissing, ...due } of dues) {
        if (isMissing && due.due < today) await tellPeriod(tx, agreement, { ...due, at });
      }
      const [next] = dues.flatMap(({ due }) => (due >= today ? [due] : [])).sort();
      if (next === undefined) return;
      const wake = startOfDayInZone(dayAfter(calendarDateOf(next), 1), agreement.timeZone);
      const key = keyOf(agreementId);
      await enqueueLater(tx, watchDeadlinesJob, { agreementId }, { key, at: wake, now: at });
    });
  }

  /** On the day after an invoice was due. */
  invoice({ invoiceId = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const invoice = await findInvoice(tx, invoiceId);
      if (invoice === undefined || invoice.state === 'paid') return;
      const open = invoice.amount_minor - invoice.credited_minor - (await receivedOf(tx, invoiceId));
      const { timeZone } = await getAgreement(tx, invoice.agreement_id);
      if (open === 0n || dayInZone(at, timeZone) <= invoice.due_on) return;
      const { agreement_id, due_on, label_id: labelId, platform_id: platformId } = invoice;
      const missed = { agreement_id, kind: 'invoice', subject: invoiceId, due_on, serviceIds: null } as const;
      if (!(await keepMissed(tx, { ...missed, labelId, platformId, at }))) return;
      const payload = { agreement: agreement_id, number: invoice.number, open: String(open), due: due_on };
      const news = { topic: 'invoice.overdue', subjectId: invoiceId, payload, at };
      await publish(tx, { to: [labelId, platformId], ...news });
    });
  }
}

/** A period that is not reported is told by each of its months that is not. */
async function tellPeriod(tx: Tx, agreement: LivingAgreement, { month, ...missed }: MonthMissed): Promise<void> {
  const months = missed.kind === 'report' ? await monthsUnreported(tx, agreement, month) : [month];
  for (const one of months) await tellMonth(tx, agreement, { ...missed, month: one });
}

interface DueOfMonth {
  readonly kind: 'report' | 'statement' | 'certificate';
  readonly month: string;
  readonly due: string;
  readonly isMissing: boolean;
}

const topics = {
  report: 'period.report-overdue',
  statement: 'statement.overdue',
  certificate: 'tax-certificate.overdue',
} as const;

type MonthMissed = Pick<DueOfMonth, 'kind' | 'month' | 'due'> & { readonly at: Date };

async function tellMonth(tx: Tx, agreement: LivingAgreement, { kind, month, due, at }: MonthMissed): Promise<void> {
  const { id, labelId, platformId, terms } = agreement;
  const serviceIds = kind === 'report' ? terms.services.map((service) => service.id) : null;
  const missed = { agreement_id: id, kind, subject: month, due_on: due, serviceIds, labelId, platformId, at };
  if (!(await keepMissed(tx, missed))) return;
  await publish(tx, { to: [labelId, platformId], topic: topics[kind], subjectId: id, payload: { month, due }, at });
}
