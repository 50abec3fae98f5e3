import { getLiving } from '../../agreements';
import { calendarDateOf, dayAfter, type Fault } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { KeptReadings } from '../../usage';
import { aheadOf } from './accrued';
import { type AsOfNow, expectedByDay } from './pieces';

/** What may come in during a week or a month, in minor units. */
export interface CashRow {
  /** The first day; `overdue`, `unknown`: no day is fixed yet. */
  readonly from: string;
  readonly currency: string;
  readonly invoiced: bigint;
  readonly fixed: bigint;
  readonly accrued: bigint;
}

export interface CashForecast {
  readonly rows: readonly CashRow[];
  readonly missing: readonly { readonly agreementId: string; readonly faults: readonly Fault[] }[];
}

type Span = 'week' | 'month';
type Basis = 'invoiced' | 'fixed' | 'accrued';

/** Amounts by span and currency. */
class Expected {
  private readonly rows = new Map<string, CashRow>();

  add(basis: Basis, { from, currency, minor }: { from: string; currency: string; minor: bigint }): void {
    const key = `${from} ${currency}`;
    const row = this.rows.get(key) ?? { from, currency, invoiced: 0n, fixed: 0n, accrued: 0n };
    this.rows.set(key, { ...row, [basis]: row[basis] + minor });
  }

  /** What is overdue first, then by days, and last what has none. */
  sorted(): CashRow[] {
    const rank = ({ from }: CashRow): string => (from === 'overdue' ? '0' : from === 'unknown' ? '9999' : from);
    return [...this.rows.values()].sort((a, b) => (rank(a) + a.currency < rank(b) + b.currency ? -1 : 1));
  }
}

interface CashQuestion extends AsOfNow {
  readonly by: Span;
  readonly agreementIds: readonly string[];
}

/** What is to come in under these agreements, each amount when it is due by its invoice or the terms. */
export async function cashForecast(
  tx: Tx,
  readings: KeptReadings,
  { by, agreementIds, today, now }: CashQuestion,
): Promise<CashForecast> {
  const expected = new Expected();
  const fromOf = (day: string | null): string =>
    day === null ? 'unknown' : day < today ? 'overdue' : beginOf(day, by);
  for (const { due_on, currency, minor } of await expectedByDay(tx, agreementIds, today)) {
    expected.add('invoiced', { from: fromOf(due_on), currency, minor });
  }
  const missing: CashForecast['missing'][number][] = [];
  for (const id of agreementIds) {
    const agreement = await getLiving(tx, id);
    const { ahead, missing: faults } = await aheadOf(tx, readings, agreement, now);
    const { currency } = agreement;
    for (const { basis, on, minor } of ahead) expected.add(basis, { from: fromOf(on), currency, minor });
    if (faults.length > 0) missing.push({ agreementId: id, faults });
  }
  return { rows: expected.sorted(), missing };
}

/** The day on which the week (Monday) or month of a day begins. */
function beginOf(day: string, span: Span): string {
  if (span === 'month') return `${day.slice(0, 7)}-01`;
  const monday = calendarDateOf('1970-01-05');
  const days = Math.round((Date.parse(day) - Date.parse(monday)) / 86_400_000);
  return dayAfter(calendarDateOf(day), -(((days % 7) + 7) % 7));
}
