import type { Client } from 'pg';
import { TallyEvents } from '../../src/usage/alerts/tally-events';
import { TallyWake } from '../../src/usage/alerts/wake';
import { WatchMonth } from '../../src/usage/alerts/watch-month';
import type { TestApp } from './app';

type Payload = Readonly<Record<string, string>>;

/** Takes the jobs of this name out of the queue, whenever they are due. */
async function taken(client: Client, name: string): Promise<Payload[]> {
  const { rows } = await client.query<{ payload: Payload }>(
    `DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
      WHERE t.id = j.task_id AND t.identifier = $1 RETURNING j.payload`,
    [name],
  );
  return rows.map(({ payload }) => payload);
}

/** Does what waits to be tallied and looked at, in the order in which a worker would. Gives how many tallies and looks that were. No worker may run. */
export async function watchUsage({ app }: TestApp, client: Client): Promise<{ tallies: number; looks: number }> {
  const tallies = await taken(client, 'tally-usage-events');
  for (const payload of tallies) {
    // It is not to come any more.
    app.get(TallyWake).committed(payload.platformId!, 0);
    await app.get(TallyEvents).execute(payload);
  }
  const looks = await taken(client, 'watch-usage');
  for (const payload of looks) await app.get(WatchMonth).execute(payload);
  return { tallies: tallies.length, looks: looks.length };
}
