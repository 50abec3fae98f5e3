import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { Serving } from '../../src/process';
import { postAll, type Posting } from '../../src/settlement/ledger/ledger';
import { advanceDue } from '../../src/settlement/ledger/templates';
import { millisecondsOf } from '../support/figures';
import { batch } from './plan';

export interface Posted {
  readonly ours: number;
  readonly bare: number;
}

interface Wish {
  readonly run: number;
  readonly count: number;
}

const at = new Date('2026-04-03T09:00:00Z');

/** Posts transactions of four legs by the product, then inserts the same rows into tables that check nothing but their keys. Milliseconds. */
export async function postBoth({ parts }: Serving, superuser: Client, { run, count }: Wish): Promise<Posted> {
  const batches = Array.from({ length: Math.ceil(count / batch) }, () => postingsOf(run));
  const ours = await millisecondsOf(async () => {
    for (const postings of batches) {
      const booked = await parts.database.asSystem((tx) => postAll(tx, postings));
      if (!booked.every(Boolean)) throw new Error('a transaction was not booked');
    }
  });
  await superuser.query(`
    DROP TABLE IF EXISTS bare_transactions, bare_postings;
    CREATE TABLE bare_transactions AS SELECT id, agreement_id, label_id, platform_id, kind, source, effective_on, booked_at FROM ledger_transactions LIMIT 0;
    CREATE TABLE bare_postings AS SELECT agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency FROM ledger_postings LIMIT 0;
    ALTER TABLE bare_transactions ADD PRIMARY KEY (agreement_id, id);
    ALTER TABLE bare_postings ADD PRIMARY KEY (agreement_id, transaction_id, leg)`);
  const rows = batches.map(rowsOf);
  const bare = await millisecondsOf(async () => {
    for (const { transactions, legs } of rows) {
      await superuser.query('BEGIN');
      await superuser.query(
        'INSERT INTO bare_transactions SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::timestamptz[])',
        transactions,
      );
      await superuser.query(
        'INSERT INTO bare_postings SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[])',
        legs,
      );
      await superuser.query('COMMIT');
    }
  });
  return { ours, bare };
}

function postingsOf(run: number): Posting[] {
  const books = () => ({ id: randomUUID(), labelId: randomUUID(), platformId: randomUUID(), currency: 'USD' });
  return Array.from({ length: batch }, (_, place) => ({
    agreement: books(),
    kind: 'advance-due',
    source: `bench ${run}`,
    effectiveOn: '2026-04-03',
    at,
    legs: advanceDue(BigInt(place + 1)),
  }));
}

/** Columns as the script has them in memory. */
function rowsOf(postings: readonly Posting[]): { transactions: unknown[][]; legs: unknown[][] } {
  const all = postings.map((posting) => ({ ...posting, id: randomUUID() }));
  const legs = all.flatMap(({ id, agreement, legs: of }) => of.map((leg, place) => ({ id, agreement, ...leg, place })));
  return {
    transactions: [
      all.map(({ id }) => id),
      all.map(({ agreement }) => agreement.id),
      all.map(({ agreement }) => agreement.labelId),
      all.map(({ agreement }) => agreement.platformId),
      all.map(({ kind }) => kind),
      all.map(({ source }) => source),
      all.map(({ effectiveOn }) => effectiveOn),
      all.map(() => at.toISOString()),
    ],
    legs: [
      legs.map(({ agreement }) => agreement.id),
      legs.map(({ id }) => id),
      legs.map(({ place }) => place + 1),
      legs.map(({ agreement }) => agreement.labelId),
      legs.map(({ agreement }) => agreement.platformId),
      legs.map(({ account }) => account),
      legs.map(({ minor }) => String(minor)),
      legs.map(({ agreement }) => agreement.currency),
    ],
  };
}
