import { createHash } from 'node:crypto';
import { ledgerEntryText, type LedgerEntry } from '../../../src/kernel';

/** Asks a database, whoever asks. */
export type Ask = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

interface Row {
  readonly agreement: string;
  readonly id: string;
  readonly written: string;
  readonly kind: string;
  readonly source: string;
  readonly effective: string;
  readonly booked: Date;
  readonly currency: string;
  readonly legs: LedgerEntry['legs'];
}

const batch = 10_000;

/** A transaction of the ledger with its legs, after another one in the order of the log. */
const question = `
  SELECT t.agreement_id AS agreement, t.id, t.written_in::text AS written, t.kind, t.source, t.effective_on::text AS effective, t.booked_at AS booked, p.currency, p.legs
    FROM (SELECT * FROM ledger_transactions WHERE (written_in, agreement_id, id) > ($1::xid8, $2::uuid, $3::uuid)
           ORDER BY written_in, agreement_id, id LIMIT ${batch}) t
    JOIN LATERAL (SELECT min(currency) AS currency, json_agg(json_build_object('account', account, 'minor', amount_minor::text) ORDER BY leg) AS legs
                    FROM ledger_postings WHERE agreement_id = t.agreement_id AND transaction_id = t.id) p ON true
   ORDER BY t.written_in, t.agreement_id, t.id`;

/**
 * The root of RFC 6962 over what the tables of transactions and postings say, by the plainest way there is: neither the log nor its tree is asked. Where the log has
 * taken everything, it has signed the same.
 */
export async function rootOfBooks(ask: Ask): Promise<{ readonly size: number; readonly root: string }> {
  const tree = new PlainTree();
  const numbers = new Map<string, number>();
  let after = ['0', '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'];
  for (;;) {
    const rows = await ask<Row>(question, after);
    for (const { agreement, id, kind, source, effective, booked, currency, legs } of rows) {
      const number = (numbers.get(agreement) ?? 0) + 1;
      numbers.set(agreement, number);
      const entry = { agreement, transaction: id, number, kind, source, effectiveOn: effective, currency, legs };
      tree.add(ledgerEntryText({ ...entry, bookedAt: booked.toISOString() }));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) return { size: tree.size, root: tree.root() };
    after = [last.written, last.agreement, last.id];
  }
}

const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const [leaf, node] = [Buffer.from([0]), Buffer.from([1])];

/** A tree that grows leaf by leaf; it keeps the full trees on its edge, largest first. */
class PlainTree {
  size = 0;
  private readonly edge: Buffer[] = [];

  add(text: string): void {
    let hash = sha256(leaf, text);
    // Each one bit at the end of the size is a full tree as large as what has grown here.
    for (let full = this.size; full % 2 === 1; full = (full - 1) / 2) hash = sha256(node, this.edge.pop()!, hash);
    this.edge.push(hash);
    this.size += 1;
  }

  root(): string {
    const whole = this.edge.reduceRight<Buffer | undefined>(
      (right, left) => (right === undefined ? left : sha256(node, left, right)),
      undefined,
    );
    return (whole ?? sha256()).toString('hex');
  }
}
