import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../../src/sample/api-client';

export interface Told {
  readonly topic: string;
  readonly payload: object;
}

interface EventsPage {
  readonly rows: readonly (Told & { readonly subjectId: string })[];
  readonly next: string;
}

/**
 * What is told about one subject, once there are `count` such events. News waits for every older transaction of the whole server to end,
 * those of other tests' databases included: it is certain to come, not to be there at once.
 */
export async function eventsAbout(client: ApiClient, subjectId: string, count: number): Promise<Told[]> {
  const told: Told[] = [];
  let cursor = '';
  for (let attempt = 1; told.length < count && attempt <= 100; attempt += 1) {
    const page: EventsPage = await client.get(`/v1/events?limit=1000${cursor}`);
    const about = page.rows.filter((event) => event.subjectId === subjectId);
    told.push(...about.map(({ topic, payload }) => ({ topic, payload })));
    cursor = `&cursor=${page.next}`;
    if (page.rows.length === 0) await sleep(50);
  }
  return told;
}

export const topicsAbout = async (client: ApiClient, subjectId: string, count: number): Promise<string[]> =>
  (await eventsAbout(client, subjectId, count)).map(({ topic }) => topic);
