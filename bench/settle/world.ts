import type { Client } from 'pg';
import { territoryNumber, useModelCode } from '../../src/kernel';
import type { Licence } from '../support/licence';
import { months, sumsEach } from './plan';

/** The story's terms where events are money, so that a month needs no report, and what a unit earns needs no figure. */
export function settledByEvents(terms: object): object {
  const { usage } = terms as { readonly usage: { readonly sourceOfRecord: readonly object[] } };
  const perUnit = (rate: string): object => ({ kind: 'perUnit', rate });
  const streaming = {
    kind: 'greaterOf',
    of: [perUnit('0.002'), { kind: 'floor', amount: '1.00', of: perUnit('0.001') }],
  };
  return {
    ...terms,
    royalties: [
      { id: 'streaming', grants: ['streaming'], royalty: streaming },
      { id: 'downloads', grants: ['downloads'], royalty: perUnit('0.36') },
    ],
    guarantees: [{ id: 'monthly', per: 'period', amount: '5000.00', prorated: false, topUpRecoups: true }],
    usage: { ...usage, sourceOfRecord: usage.sourceOfRecord.map((one) => ({ ...one, source: 'events' })) },
  };
}

/**
 * Agreements under the same terms as a licence's, and what events have added to each in every month: written as the product writes them, but by a superuser
 * and at once, for signing a thousand contracts is not what is measured. Gives their ids.
 */
export async function copyAgreements(superuser: Client, licence: Licence, count: number): Promise<string[]> {
  await superuser.query('SET session_replication_role = replica');
  const { rows } = await superuser.query<{ id: string }>(
    'SELECT gen_random_uuid() AS id FROM generate_series(1, $1::int)',
    [count],
  );
  const ids = rows.map(({ id }) => id);
  for (const [table, key] of [
    ['agreements', 'id'],
    ['agreement_versions', 'agreement_id'],
    ['agreement_facts', 'agreement_id'],
  ] as const) {
    await copyRows(superuser, { table, key, of: licence.agreementId, ids });
  }
  for (const [place, month] of months.entries())
    await addSums(superuser, licence, { month: `${month}-01`, place, ids });
  await superuser.query('SET session_replication_role = DEFAULT');
  return ids;
}

interface Copying {
  readonly table: string;
  readonly key: string;
  readonly of: string;
  readonly ids: readonly string[];
}

async function copyRows(superuser: Client, { table, key, of, ids }: Copying): Promise<void> {
  // What is generated, and what only one row may name, is left to the table.
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT quote_ident(column_name) AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name = $1 AND is_generated = 'NEVER' AND is_identity = 'NO' AND column_name NOT IN ($2, 'negotiation_id')`,
    [table, key],
  );
  const columns = rows.map(({ name }) => name).join(', ');
  await superuser.query(
    `INSERT INTO ${table} (${key}, ${columns}) SELECT copy, ${columns} FROM ${table}, unnest($1::uuid[]) AS copy WHERE ${table}.${key} = $2`,
    [ids, of],
  );
}

async function addSums(
  superuser: Client,
  { label, platform, services, isrcs }: Licence,
  { month, place, ids }: { month: string; place: number; ids: readonly string[] },
): Promise<void> {
  const places = Array.from({ length: sumsEach }, (_, at) => at);
  const stream = useModelCode('OnDemandStream', 'AdvertisementSupportedModel');
  const download = useModelCode('PermanentDownload', 'PayAsYouGoModel');
  await superuser.query(
    `INSERT INTO usage_event_sums (agreement_id, month, position, label_id, platform_id, service_ids, isrcs, territories, use_models, quantities)
     SELECT id, $2, 1, $3, $4, $5, $6, $7, $8, $9 FROM unnest($1::uuid[]) AS id`,
    [
      ids,
      month,
      label.organizationId,
      platform.organizationId,
      places.map((at) => services[at % 2]!.id),
      places.map((at) => isrcs[at % isrcs.length]),
      places.map((at) => territoryNumber(['RU', 'BY', 'KZ'][at % 3]!)),
      places.map((at) => (at % 10 === 0 ? download : stream)),
      places.map((at) => 10 + ((at * 7919 + place) % 5_000)),
    ],
  );
}
