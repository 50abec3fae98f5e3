import type { ApiClient } from '../../../src/sample/api-client';
import type { Product } from '../simulator/product';

interface List {
  readonly path: (agreement: string) => string;
  /** Ids of all that the label has been told of, by SQL. */
  readonly acknowledged: (agreement: string, label: string) => string;
}

const lists: Readonly<Record<string, List>> = {
  // Drafts, too: one that is issued while the list is read is still the same statement.
  statements: {
    path: () => '/v1/statements',
    acknowledged:
      () => `SELECT id FROM statements UNION SELECT d.id FROM statement_drafts d JOIN approvals a ON a.subject_id = d.id
                          WHERE a.decision IS NULL`,
  },
  invoices: { path: () => '/v1/invoices', acknowledged: () => 'SELECT id FROM invoices' },
  payouts: { path: () => '/v1/payouts', acknowledged: () => 'SELECT id FROM payouts' },
  approvals: {
    path: () => '/v1/approvals',
    acknowledged: (_, label) => `SELECT id FROM approvals WHERE owner_id = '${label}'`,
  },
  'ledger transactions': {
    path: (agreement) => `/v1/agreements/${agreement}/ledger`,
    acknowledged: (agreement) => `SELECT id FROM ledger_transactions WHERE agreement_id = '${agreement}'`,
  },
};

export const listNames = Object.keys(lists);
const size = 2;

/** Reads a list page by page while something happens between and beside the pages. Says what was wrong with it. */
export async function listInFull(
  product: Product,
  client: ApiClient,
  { name, meanwhile }: { readonly name: string; readonly meanwhile: () => Promise<void> },
): Promise<string[]> {
  const list = lists[name]!;
  const { agreementId } = product.world.deals[0]!;
  const acknowledged = await product.look<{ id: string }>(list.acknowledged(agreementId, product.world.labelId));
  const listed: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const asked = client.get<{ rows: { id: string }[]; next: string | null }>(
      `${list.path(agreementId)}?limit=${size}${cursor}`,
    );
    const [page] = await Promise.all([asked, listed.length < 6 * size ? meanwhile() : undefined]);
    listed.push(...page.rows.map(({ id }) => id));
    next = page.next;
  }
  // What became void is not listed any more, and was never promised to stay.
  const gone = new Set(
    (
      await product.look<{ id: string }>(
        `SELECT subject_id AS id FROM approvals WHERE action = 'statement.issue' AND decision IN ('rejected', 'void')`,
      )
    ).map(({ id }) => id),
  );
  const missing = acknowledged.filter(({ id }) => !listed.includes(id) && !gone.has(id));
  const twice = listed.length - new Set(listed).size;
  return [
    ...(missing.length > 0 ? [`a list of ${name} lacks ${missing.length} of ${acknowledged.length}`] : []),
    ...(twice > 0 ? [`a list of ${name} has ${twice} twice`] : []),
  ];
}
