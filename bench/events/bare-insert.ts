import { Client } from 'pg';
import { territoryNumber, useModelCode } from '../../src/kernel';
import { runAsChild, tell, told } from '../support/child';
import { millisecondsOf } from '../support/figures';
import { type EventPlan, plannedEvent } from './plan';

export interface BareOrder {
  readonly url: string;
  readonly plan: EventPlan;
  readonly events: number;
  readonly batch: number;
  readonly connections: number;
}

const statement = `
  INSERT INTO bare_events (source, id, service_id, isrc, territory, use_model, quantity, happened_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::bigint[], $8::timestamptz[])
  ON CONFLICT DO NOTHING`;

/** The yardstick: a script that has the values in memory and does nothing but insert them, each batch a transaction of its own. */
runAsChild<BareOrder>(async ({ url, plan, events, batch, connections }) => {
  const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  await clients[0]!
    .query(`CREATE TABLE IF NOT EXISTS bare_events (source text, id text, service_id uuid NOT NULL, isrc char(12) NOT NULL,
    territory int NOT NULL, use_model int NOT NULL, quantity bigint NOT NULL, happened_at timestamptz NOT NULL, PRIMARY KEY (source, id))`);
  const batches: unknown[][][] = [];
  for (let from = 0; from < events; from += batch) {
    const own = Array.from({ length: Math.min(batch, events - from) }, (_, at) => plannedEvent(plan, from + at));
    batches.push([
      own.map(({ source }) => source),
      own.map(({ id }) => id),
      own.map(({ serviceId }) => serviceId),
      own.map(({ isrc }) => isrc),
      own.map(({ territory }) => territoryNumber(territory)),
      own.map(({ useType }) => useModelCode(useType, 'AdvertisementSupportedModel')),
      own.map(() => 1),
      own.map(({ time }) => time),
    ]);
  }
  tell('ready');
  await told();
  let next = 0;
  let added = 0;
  const work = async (client: Client): Promise<void> => {
    for (let values = batches[next++]; values !== undefined; values = batches[next++]) {
      const { rowCount } = await client.query(statement, values);
      added += rowCount ?? 0;
    }
  };
  const milliseconds = await millisecondsOf(() => Promise.all(clients.map(work)));
  await Promise.all(clients.map((client) => client.end()));
  if (added !== events) throw new Error(`the bare script added ${added} of ${events} events`);
  tell({ milliseconds });
});
