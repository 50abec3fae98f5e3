import { Client } from 'pg';
import type { Serving } from '../../src/process';
import { Given } from '../../test/support/given';
import { runAsChild, tell, told } from '../support/child';
import { concludeLicence, type Licence } from '../support/licence';
import { type ProductOrder, serveProduct } from '../usage/product';
import { type Closable, closeMonth } from './close-month';
import { agreementsOfPair, months, sumsEach } from './plan';
import { type Posted, postBoth } from './posting';
import { copyAgreements, settledByEvents } from './world';

export interface SettleOrder extends ProductOrder {
  readonly superuserUrl: string;
  readonly agreements: number;
  readonly transactions: number;
  readonly lines: number;
}

/** What was measured inside, and where a statement of many lines is served. */
export interface Settled {
  /** For each month, milliseconds until a quarter, a half and all agreements had an issued statement. */
  readonly closes: readonly (readonly number[])[];
  readonly postings: readonly Posted[];
  readonly url: string;
  readonly key: string;
  readonly statementId: string;
}

/** The product with many agreements in its books: closes their months, posts, and serves a statement until it is told to end. */
runAsChild<SettleOrder>(async (order) => {
  const serving = await serveProduct(order, true, '2026-04-03T09:00:00Z');
  const superuser = new Client({ connectionString: order.superuserUrl });
  await superuser.connect();
  try {
    const { agreements, licence } = await agreementsOf(order, serving, superuser);
    tell('ready');
    const closes: number[][] = [];
    for (const month of months) closes.push(await closeMonth(serving, agreements, month));
    await refuseUnlessIssued(superuser, agreements.length);
    const postings: Posted[] = [];
    for (const run of months.keys())
      postings.push(await postBoth(serving, superuser, { run, count: order.transactions }));
    const statementId = await lengthen(superuser, licence, order.lines);
    const { key } = await licence.label.as.post<{ key: string }>('/v1/api-keys', { name: 'Books', roles: ['finance'] });
    tell({ closes, postings, url: serving.url, key, statementId } satisfies Settled);
    await told();
  } finally {
    await superuser.end();
    await serving.close();
  }
});

async function agreementsOf(
  { agreements: wanted }: SettleOrder,
  { url, parts }: Serving,
  superuser: Client,
): Promise<{ agreements: Closable[]; licence: Licence }> {
  const given = new Given(url, parts);
  const licences: Licence[] = [];
  const copies: Closable[][] = [];
  for (let made = 0; made < wanted; made += agreementsOfPair) {
    const firstTrack = 1 + licences.length * sumsEach;
    const licence = await concludeLicence(given, { url, tracks: sumsEach, firstTrack, changed: settledByEvents });
    licences.push(licence);
    const ids = await copyAgreements(superuser, licence, agreementsOfPair);
    copies.push(ids.map((agreementId) => ({ agreementId, labelId: licence.label.organizationId })));
  }
  await superuser.query('VACUUM ANALYZE');
  // Taken in turn, as closes of a month's first day come: not label by label.
  const agreements = copies[0]!.flatMap((_, place) => copies.map((ofPair) => ofPair[place]!));
  return { agreements, licence: licences[0]! };
}

async function refuseUnlessIssued(superuser: Client, agreements: number): Promise<void> {
  const { rows } = await superuser.query<{ statements: number; lines: number; unequal: number }>(
    `SELECT count(*)::int AS statements, sum(lines)::int AS lines,
            count(*) FILTER (WHERE royalties_minor <> minor)::int AS unequal
       FROM statements s JOIN LATERAL (SELECT count(*) AS lines, sum(amount_minor) AS minor FROM statement_lines l
                                        WHERE l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft) l ON true`,
  );
  const [found] = rows;
  const wanted = agreements * months.length;
  if (found?.statements !== wanted || found.lines !== wanted * sumsEach || found.unequal !== 0) {
    throw new Error(`closed wrongly: ${JSON.stringify(found)} of ${wanted} statements`);
  }
}

/** Gives a statement of the licence as many lines as wanted, of recordings that differ. */
async function lengthen(superuser: Client, { label }: Licence, lines: number): Promise<string> {
  const { rows } = await superuser.query<{ id: string; agreement_id: string; month: string }>(
    'SELECT id, agreement_id, month::text FROM statements WHERE label_id = $1 ORDER BY id LIMIT 1',
    [label.organizationId],
  );
  const [statement] = rows;
  await superuser.query(
    `INSERT INTO statement_lines (agreement_id, month, line, label_id, platform_id, period, clause, isrc, service_id, territory, use_model, quantity, returns, exact, amount_minor)
     SELECT agreement_id, month, n, label_id, platform_id, period, clause, 'ZZMNY' || lpad((n % 10000000)::text, 7, '0'), service_id, territory, use_model, n, 0, n || '/7', n % 1000
       FROM statement_lines, generate_series($3::int, $4::int) AS n WHERE line = 1 AND agreement_id = $1 AND month = $2`,
    [statement!.agreement_id, statement!.month, sumsEach + 1, lines],
  );
  await superuser.query('VACUUM ANALYZE statement_lines');
  return statement!.id;
}
