import type { CalendarDate, Supply, TaxCase, TaxName, TaxRule, VatTreatment } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { UsableRate } from '../rates/rate-uses.repository';

export interface TaxTable {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly assumes: string;
  readonly sha256: string;
  readonly made_by: string;
  readonly made_at: Date;
  readonly decision: 'approved' | 'rejected' | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly approval_id: string | null;
}

const withDecision = `
  SELECT t.*, d.decision, d.decided_by, d.decided_at, a.id AS approval_id
    FROM tax_tables t LEFT JOIN tax_table_decisions d ON d.table_id = t.id
    LEFT JOIN approvals a ON a.action = 'tax-table.approve' AND a.subject_id = t.id`;

export const findTaxTable = (tx: Tx, id: string): Promise<TaxTable | undefined> =>
  tx.first<TaxTable>(`${withDecision} WHERE t.id = $1`, [id]);

/** Tables that whoever asks may see, by their numbers. */
export const listTaxTables = (
  tx: Tx,
  { limit, after }: { readonly limit: number; readonly after: number },
): Promise<TaxTable[]> =>
  tx.rows<TaxTable>(`${withDecision} WHERE t.number > $1 ORDER BY t.number LIMIT $2`, [after, limit]);

/** What a table says of one pair, supply and time. */
export interface NewTaxRule {
  readonly tax: TaxName;
  readonly seller: string;
  readonly buyer: string;
  readonly supply: Supply;
  readonly from: string;
  readonly until: string | null;
  readonly treatment: VatTreatment | null;
  readonly cases: readonly TaxCase[];
  readonly missing: string | null;
}

type NewTaxTable = Pick<TaxTable, 'name' | 'assumes' | 'sha256' | 'made_by' | 'made_at'>;

/** Keeps a table with its rules; it holds for nothing before it is approved. */
export async function insertTaxTable(tx: Tx, table: NewTaxTable, rules: readonly NewTaxRule[]): Promise<string> {
  const { id } = await tx.one<{ id: string }>(
    'INSERT INTO tax_tables (name, assumes, sha256, made_by, made_at) VALUES ($1, $2, $3, $4, $5) RETURNING id',
    [table.name, table.assumes, table.sha256, table.made_by, table.made_at],
  );
  await tx.run(
    `INSERT INTO tax_rules (table_id, tax, seller, buyer, supply, in_force, treatment, cases, missing)
     SELECT $1, tax, seller, buyer, supply, daterange("from", until), treatment, cases, missing
       FROM jsonb_to_recordset($2::jsonb)
         AS r (tax text, seller text, buyer text, supply text, "from" date, until date, treatment text, cases jsonb, missing text)`,
    [id, JSON.stringify(rules)],
  );
  return id;
}

export const decideTaxTable = (
  tx: Tx,
  { id, made_by }: Pick<TaxTable, 'id' | 'made_by'>,
  decided: { readonly decision: 'approved' | 'rejected'; readonly by: string; readonly at: Date },
): Promise<number> =>
  tx.run(
    'INSERT INTO tax_table_decisions (table_id, made_by, decision, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5)',
    [id, made_by, decided.decision, decided.by, decided.at],
  );

/** A rule of the table in force. */
export interface TaxRuleRow extends TaxRule {
  readonly id: string;
  /** The table's number. */
  readonly table: number;
  readonly from: CalendarDate;
  /** The first day on which it holds no more; null: until further notice. */
  readonly until: CalendarDate | null;
}

export interface TaxQuestion {
  readonly seller: string;
  readonly buyer: string;
  readonly supply: Supply;
  readonly on: string;
}

export interface TaxAnswer {
  /** The number of the table in force; null: none has been approved yet. */
  readonly table: number | null;
  readonly assumes: string | null;
  readonly vat: TaxRuleRow | undefined;
  readonly withholding: TaxRuleRow | undefined;
}

/** What the table that was approved last says. */
export async function taxRulesFor(tx: Tx, { seller, buyer, supply, on }: TaxQuestion): Promise<TaxAnswer> {
  const table = await tx.first<{ id: string; number: number; assumes: string }>(
    `SELECT t.id, t.number, t.assumes FROM tax_table_decisions d JOIN tax_tables t ON t.id = d.table_id
      WHERE d.decision = 'approved' ORDER BY d.decided_at DESC, t.number DESC LIMIT 1`,
  );
  if (table === undefined) return { table: null, assumes: null, vat: undefined, withholding: undefined };
  const { number, assumes } = table;
  const rows = await tx.rows<TaxRuleRow>(
    `SELECT id, $6::int AS table, tax, treatment, cases, missing, lower(in_force) AS from, upper(in_force) AS until
       FROM tax_rules WHERE table_id = $1 AND seller = $2 AND buyer = $3 AND supply = $4 AND in_force @> $5::date`,
    [table.id, seller, buyer, supply, on, number],
  );
  const of = (tax: TaxName): TaxRuleRow | undefined => rows.find((row) => row.tax === tax);
  return { table: number, assumes, vat: of('vat'), withholding: of('withholding') };
}

/** Who tells the state of the VAT that rates were used for, by the rule of the table that they are from; null: the rate of VAT is the parties' own, or there is none. */
export async function lawOfVat(tx: Tx, rates: readonly UsableRate[]): Promise<VatTreatment | null> {
  const from = rates.find(({ kind }) => kind === 'vat')?.from;
  if (from === undefined || !('taxRule' in from)) return null;
  const { treatment } = await tx.asSystem(() =>
    tx.one<{ treatment: VatTreatment | null }>('SELECT treatment FROM tax_rules WHERE id = $1', [from.taxRule]),
  );
  return treatment;
}

/** Where the parties of an agreement are registered: what they said of themselves, and the operator verified. */
export const countriesOf = (
  tx: Tx,
  agreementId: string,
): Promise<{ readonly seller: string; readonly buyer: string } | undefined> =>
  tx.asSystem(() =>
    tx.first(
      `SELECT l.country AS seller, p.country AS buyer FROM agreements a
         JOIN organizations l ON l.id = a.label_id JOIN organizations p ON p.id = a.platform_id WHERE a.id = $1`,
      [agreementId],
    ),
  );
