import type { LivingAgreement } from '../../agreements';
import {
  type CalendarDate,
  type Carried,
  carriedAcross,
  closePeriod,
  dayAfter,
  dayInZone,
  type Fault,
  periodsOfLife,
  RatingRefused,
  type Settled,
  standingApart,
  type Terms,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { everyPosition, type KeptReadings, liveBasis } from '../../usage';
import { closeFactsOf, exercisedOptions } from '../facts/facts.repository';
import { CountedMonths } from '../facts/counted-months';
import { datedPayments, hasDays } from '../invoices/post-dues';
import { basesBeforeNow } from '../statements/drafts/live-bases';
import { carriedInto } from '../statements/carried-into';
import { sumsCounted, sumsOfBases } from '../statements/proof/proved-line.repository';
import { inputOf } from '../statements/rate-close';
import { closedMonths, latestStatement } from '../statements/statements.repository';
import { deadlinesIn } from '../timetable/timetable';
import { sumsMax } from './forecast';

/** Money that is not invoiced, and the day by which it may come. Minor units of the terms' currency, before tax and exchange. */
export interface Ahead {
  readonly basis: 'accrued' | 'fixed';
  readonly on: CalendarDate;
  readonly minor: bigint;
}

export interface AheadOf {
  readonly ahead: readonly Ahead[];
  /** Why something could not be worked out. */
  readonly missing: readonly Fault[];
}

/** So many reporting periods that have begun and are not closed are worked out. */
const periodsMax = 3;

const tooMuch: Fault = {
  ...{ pointer: '/usage', code: 'usage-too-large' },
  message: `a period with more than ${sumsMax} sums is not worked out here: ask for its live lines`,
};

/** What an agreement's terms fix for days to come, and what its open periods come to so far, each when it would be paid by the terms. */
export async function aheadOf(tx: Tx, readings: KeptReadings, agreement: LivingAgreement, now: Date): Promise<AheadOf> {
  const today = dayInZone(now, agreement.timeZone);
  const fixed = await fixedAhead(tx, agreement, today);
  const { ahead, missing } = await accruedAhead(tx, readings, agreement, today);
  return { ahead: [...fixed, ...ahead], missing };
}

/** What is invoiced already is no more ahead: it is booked as many days before as the platform has to pay. */
async function fixedAhead(tx: Tx, agreement: LivingAgreement, today: CalendarDate): Promise<Ahead[]> {
  if (!agreement.life.versions.some(({ terms }) => hasDays(terms))) return [];
  const latest = await latestStatement(tx, agreement.id);
  const exercised = await exercisedOptions(tx, agreement);
  const dated = datedPayments(agreement, { exercised, fees: latest?.carried_out.clauses?.fees ?? {} });
  return dated.filter(({ invoicedOn }) => invoicedOn > today).map(({ on, minor }) => ({ basis: 'fixed', on, minor }));
}

async function accruedAhead(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  today: CalendarDate,
): Promise<AheadOf> {
  const { life } = agreement;
  const closed = await closedMonths(tx, agreement.id);
  const open = periodsOfLife(life)
    .filter((month) => !closed.has(month) && `${month}-01` <= today)
    .slice(0, periodsMax);
  const [first] = open;
  if (first === undefined) return { ahead: [], missing: [] };
  const months = new CountedMonths(tx, readings, agreement);
  const ahead: Ahead[] = [];
  let [last, carried] = [first, await carriedInto(tx, agreement, first)];
  for (const month of open) {
    const terms = termsOfMonth(life, month);
    if (month !== first) carried = carriedAcross(carried, termsOfMonth(life, last), terms);
    const settled = await settledSoFar(tx, months, agreement, { month, terms, carried });
    if (Array.isArray(settled)) return { ahead, missing: settled };
    const { statement } = deadlinesIn(agreement, month);
    const on = dayAfter(statement > today ? statement : today, terms.payment.dueDays);
    if (settled.payable > 0n) ahead.push({ basis: 'accrued', on, minor: settled.payable });
    [last, carried] = [month, settled.carried];
  }
  return { ahead, missing: [] };
}

/** A period as it would be closed if it ended now, by the close's own rules; or why it cannot be said. */
async function settledSoFar(
  tx: Tx,
  months: CountedMonths,
  agreement: LivingAgreement,
  asked: { readonly month: string; readonly terms: Terms; readonly carried: Carried },
): Promise<Settled | Fault[]> {
  try {
    // What refuses midway may act as the system: the transaction goes on as whoever asks.
    return await tx.savepoint(() => settled(tx, months, agreement, asked));
  } catch (error) {
    return whyNot(error).map((fault) => ({ ...fault, pointer: `/${asked.month}${fault.pointer}` }));
  }
}

async function settled(
  tx: Tx,
  months: CountedMonths,
  agreement: LivingAgreement,
  { month, terms, carried }: { readonly month: string; readonly terms: Terms; readonly carried: Carried },
): Promise<Settled | Fault[]> {
  const basis = await liveBasis(tx, agreement, month, everyPosition);
  const bases = await basesBeforeNow(tx, agreement, month);
  const sums = (await sumsCounted(tx, agreement, month, basis)) + (await sumsOfBases(tx, agreement, bases));
  if (sums > sumsMax) return [tooMuch];
  const record = await months.rated(month, basis, bases);
  const { exercised = [] } = await closeFactsOf(tx, agreement, month);
  const facts = { exercised, ...standingApart(terms) };
  return closePeriod({ ...inputOf(terms, month, record), carried, facts }).settled;
}

/** What a close would be refused for is missing of its agreement alone, and no reason to show nothing of the others. Throws what is no refusal. */
function whyNot(error: unknown): readonly Fault[] {
  if (error instanceof RatingRefused) return error.faults;
  if (!(error instanceof DomainError) || error.status >= 500) throw error;
  const { code, message, faults } = error;
  return faults.length > 0 ? faults : [{ pointer: '', code, message }];
}
