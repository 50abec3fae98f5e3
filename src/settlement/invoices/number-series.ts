import { often, type Tx } from '../../platform/database/tx';

const prefixes = { invoice: 'INV', 'credit-note': 'CRN' } as const;

/**
 * The next number of the label's series for a day ('YYYY-MM-DD'): "INV-2026-000012". The row lock makes the label's documents of a kind and year wait for one another until commit,
 * and a number that is not committed is taken back: so the series has no gaps. System code alone may take one.
 */
export async function nextNumber(
  tx: Tx,
  { labelId, kind, day }: { readonly labelId: string; readonly kind: keyof typeof prefixes; readonly day: string },
): Promise<string> {
  const year = day.slice(0, 4);
  const { last_number } = await tx.one<{ last_number: number }>(
    often(`INSERT INTO invoice_series (label_id, kind, year, last_number) VALUES ($1, $2, $3::int, 1)
     ON CONFLICT (label_id, kind, year) DO UPDATE SET last_number = invoice_series.last_number + 1 RETURNING last_number`),
    [labelId, kind, year],
  );
  return `${prefixes[kind]}-${year}-${String(last_number).padStart(6, '0')}`;
}
